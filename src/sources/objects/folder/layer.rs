//! A layer in the folder: whole, in part, or being written, here or by another program.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    rc::Rc,
    time::Duration,
};

use async_trait::async_trait;

use super::{
    super::{Layer, LayerWriter, Progress, Result, StoreError},
    layer_writer::{FolderWriter, LayerShare},
    place::{FolderPlace, failed},
};
use crate::{
    oci::Digest, registry::BlobSource, sources::layout::NativeFile, transport::SharedClock,
};

/// The time between two questions after another program's writer.
const POLL: Duration = Duration::from_millis(200);

/// The handle of a layer.
pub(super) struct FolderLayer {
    pub(super) place: Rc<FolderPlace>,
    pub(super) clock: SharedClock,
    pub(super) digest: Digest,
    pub(super) share: Rc<LayerShare>,
}

impl FolderLayer {
    fn complete_size(&self) -> Option<u64> {
        fs::metadata(self.place.blob(&self.digest)).ok().map(|facts| facts.len())
    }

    /// Tells whether a writer holds the lock of the part, also one of another program.
    fn is_locked(&self) -> bool {
        let is_held = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
        self.share.is_open.get() || File::open(self.place.part(&self.digest)).is_ok_and(is_held)
    }

    /// Opens and locks the part.
    fn lock_part(&self) -> Result<File> {
        let path = self.place.part(&self.digest);
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let file = options.open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked),
            Err(TryLockError::Error(why)) => return Err(failed(why)),
        }
        // Another writer may have ended between the question and the lock.
        if self.complete_size().is_some() {
            let _ = fs::remove_file(path);
            return Err(StoreError::AlreadyExists);
        }
        Ok(file)
    }
}

#[async_trait(?Send)]
impl Layer for FolderLayer {
    fn progress(&self) -> Progress {
        if let Some(size) = self.complete_size() {
            return Progress {
                current_size: size,
                size: Some(size),
                complete: true,
                locked: false,
            };
        }
        let part = fs::metadata(self.place.part(&self.digest));
        let current_size = part.map_or(0, |facts| facts.len());
        let (size, locked) = (self.share.size.get(), self.is_locked());
        Progress { current_size, size, complete: false, locked }
    }

    async fn reader(&self) -> Result<Rc<dyn BlobSource>> {
        if self.complete_size().is_some() {
            let opened = NativeFile::open(&self.place.blob(&self.digest));
            return match opened {
                Ok(file) => Ok(Rc::new(file)),
                Err(error) => Err(StoreError::Failed(error.kind.to_string())),
            };
        }
        Err(match self.is_locked() {
            true => StoreError::BeingWritten(self.digest.clone()),
            false => StoreError::NotWritten(self.digest.clone()),
        })
    }

    fn writer(&self) -> Result<Box<dyn LayerWriter>> {
        if self.complete_size().is_some() {
            return Err(StoreError::AlreadyExists);
        }
        if self.share.is_open.get() {
            return Err(StoreError::Locked);
        }
        let file = self.lock_part()?;
        let writer = FolderWriter::new(&self.place, &self.digest, &self.share, file)?;
        Ok(Box::new(writer))
    }

    /// The end of a writer of this store is heard at once; after another program's, the disk is asked now
    /// and then.
    async fn wait(&self) -> Result<()> {
        loop {
            self.share.unlocked.until(|| (!self.share.is_open.get()).then_some(())).await;
            if self.complete_size().is_some() {
                return Ok(());
            }
            if !self.is_locked() {
                return Err(StoreError::NotWritten(self.digest.clone()));
            }
            self.clock.sleep(POLL).await;
        }
    }
}
