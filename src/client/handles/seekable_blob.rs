//! A blob that can be read from any byte on (R82).

use bytes::Bytes;
use futures_util::StreamExt;

use super::Repository;
use crate::{
    error::{ErrorKind, InputFault, Operation, Result},
    oci::Descriptor,
    registry::{BlobStream, ByteRange, Read},
};

/// A blob with a position. Seeking asks for nothing; the next read does (R82).
pub struct SeekableBlob {
    repository: Repository,
    blob: Descriptor,
    position: u64,
    stream: Option<BlobStream>,
}

impl SeekableBlob {
    pub(super) fn new(repository: &Repository, blob: Descriptor) -> Self {
        Self { repository: repository.clone(), blob, position: 0, stream: None }
    }

    /// Returns the byte at which the next read begins.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Returns the size of the blob in bytes.
    pub fn size(&self) -> u64 {
        self.blob.size
    }

    /// Goes to a byte.
    ///
    /// # Errors
    /// `InvalidInput` beyond the end; the position stays.
    pub fn seek(&mut self, position: u64) -> Result<()> {
        if position > self.blob.size {
            let fault = InputFault::BeyondEnd { position, size: self.blob.size };
            let operation = Operation::ReadBlobPart(self.blob.digest.clone());
            return Err(self.repository.fail(operation, ErrorKind::InvalidInput(fault)));
        }
        if position != self.position {
            self.stream = None;
            self.position = position;
        }
        Ok(())
    }

    /// Reads the next bytes; `None` at the end. A blob that is read from its beginning to its end is
    /// verified.
    ///
    /// # Errors
    /// As for [`Read::blob_range`].
    pub async fn read(&mut self) -> Result<Option<Bytes>> {
        if self.position == self.blob.size && self.stream.is_none() {
            return Ok(None);
        }
        if self.stream.is_none() {
            self.stream = Some(self.reopen().await?);
        }
        let next = match &mut self.stream {
            Some(stream) => stream.chunks.next().await.transpose(),
            None => Ok(None),
        };
        // A stream that ended, or failed, is not asked again.
        if !matches!(next, Ok(Some(_))) {
            self.stream = None;
        }
        let next = next?;
        self.position += next.as_ref().map_or(0, |chunk| chunk.len() as u64);
        Ok(next)
    }

    async fn reopen(&self) -> Result<BlobStream> {
        let Repository { registry, name } = &self.repository;
        match self.position {
            0 => registry.blob(name, &self.blob).await,
            start => registry.blob_range(name, &self.blob, ByteRange { start, length: None }).await,
        }
    }
}
