//! Writing a layer of the folder: to a part under a lock, which becomes the blob once its bytes are right.

use std::{
    cell::Cell,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    rc::Rc,
};

use async_trait::async_trait;
use bytes::Bytes;

use super::{
    super::{LayerWriter, Result, StoreError, error::accept},
    place::{FolderPlace, failed, publish},
};
use crate::{content::verify::Verifier, oci::Digest, sync::Notify};

/// The bytes that are read at one time to hash what is there.
const PIECE: usize = 256 << 10;

/// The state of a layer that all its handles of one store share.
#[derive(Default)]
pub(super) struct LayerShare {
    /// The size that was stated.
    pub(super) size: Cell<Option<u64>>,
    /// True while a writer of this store is open.
    pub(super) is_open: Cell<bool>,
    pub(super) unlocked: Notify,
}

/// Holds the lock of a part as long as it lives.
pub(super) struct FolderWriter {
    place: Rc<FolderPlace>,
    digest: Digest,
    share: Rc<LayerShare>,
    file: File,
    written: u64,
    /// Has hashed what was written, from when the size is stated.
    verifier: Option<Verifier>,
}

impl FolderWriter {
    /// Takes over a part that is locked.
    pub(super) fn new(
        place: &Rc<FolderPlace>,
        digest: &Digest,
        share: &Rc<LayerShare>,
        file: File,
    ) -> Result<Self> {
        let written = file.metadata().map_err(failed)?.len();
        share.is_open.set(true);
        let (place, share) = (Rc::clone(place), Rc::clone(share));
        Ok(Self { place, digest: digest.clone(), share, file, written, verifier: None })
    }

    /// Throws away what was written.
    fn reset(&mut self) -> io::Result<()> {
        self.written = 0;
        self.file.set_len(0)?;
        self.file.rewind()
    }

    /// Hashes what an earlier writer left, and goes on behind it.
    fn hash_part(&mut self, size: u64) -> io::Result<()> {
        let mut verifier = Verifier::new(&self.digest, Some(size));
        if self.written > size {
            self.reset()?;
        }
        self.file.rewind()?;
        let mut piece = vec![0; PIECE];
        let mut part = (&self.file).take(self.written);
        loop {
            let length = part.read(&mut piece)?;
            // There are no more bytes than the size: more were thrown away.
            let _ = verifier.update(piece.get(..length).unwrap_or_default());
            if length == 0 {
                break;
            }
        }
        self.verifier = Some(verifier);
        Ok(())
    }

    /// Appends bytes; what a full disk took of them is cut off again.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let appended = self.file.write_all(bytes);
        if appended.is_err() {
            self.file.set_len(self.written)?;
            self.file.seek(SeekFrom::Start(self.written))?;
        }
        appended
    }
}

#[async_trait(?Send)]
impl LayerWriter for FolderWriter {
    fn set_size(&mut self, now: u64) -> Result<()> {
        match self.share.size.get() {
            Some(before) if before != now => Err(StoreError::SizeChanged { before, now }),
            _ if self.verifier.is_some() => Ok(()),
            _ => {
                self.hash_part(now).map_err(failed)?;
                self.share.size.set(Some(now));
                Ok(())
            }
        }
    }

    fn current_size(&self) -> u64 {
        self.written
    }

    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        let size = self.share.size.get().filter(|_| self.verifier.is_some());
        let size = size.ok_or(StoreError::SizeNotSet)?;
        if self.written.saturating_add(bytes.len() as u64) > size {
            return Err(StoreError::SizeExceeded { size });
        }
        self.append(&bytes).map_err(failed)?;
        self.written += bytes.len() as u64;
        // A byte too many was refused before.
        let _ = self.verifier.as_mut().map(|verifier| verifier.update(&bytes));
        Ok(())
    }

    async fn close(mut self: Box<Self>) -> Result<bool> {
        if self.share.size.get() != Some(self.written) {
            return Ok(false);
        }
        let Some(verifier) = self.verifier.take() else { return Ok(false) };
        if let Err(error) = accept(verifier.finish()) {
            self.share.size.set(None);
            self.reset().map_err(failed)?;
            return Err(error);
        }
        let (part, blob) = (self.place.part(&self.digest), self.place.blob(&self.digest));
        publish(&self.file, &part, &blob).map_err(failed)?;
        Ok(true)
    }
}

impl Drop for FolderWriter {
    fn drop(&mut self) {
        // Before the others are woken: one of them may take the lock.
        let _ = self.file.unlock();
        self.share.is_open.set(false);
        self.share.unlocked.notify_all();
    }
}
