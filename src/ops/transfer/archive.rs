//! A tar archive of an OCI layout as a target (R158).
//!
//! Bytes are written as they are received. An error shows at the end of a blob at the latest: an
//! archive whose export failed is of no use.

use std::cell::Cell;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;

use super::{Action, BlobStep, ManifestStep, Target, TransferOptions, TransferSource};
use crate::{
    error::{ErrorKind, InputFault, Limitation, Result},
    oci::{Descriptor, Document, Index},
    ops::progress::{Observer, Outcome},
    registry::{BlobStream, ManifestRef},
    sources::layout::tar,
};

/// Takes the bytes of an archive, in order.
#[async_trait(?Send)]
pub trait Sink {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// Any error of the medium; the export ends with it.
    async fn write(&mut self, bytes: Bytes) -> Result<()>;
}

/// An archive in memory.
#[async_trait(?Send)]
impl Sink for Vec<u8> {
    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.extend_from_slice(&bytes);
        Ok(())
    }
}

/// An archive that is written, one file at a time.
pub struct TarArchive<'a> {
    /// The sink, while no file is being written.
    sink: Cell<Option<&'a mut dyn Sink>>,
}

impl<'a> TarArchive<'a> {
    /// Writes to this sink.
    pub fn new(sink: &'a mut dyn Sink) -> Self {
        Self { sink: Cell::new(Some(sink)) }
    }

    /// Writes what stands first in an archive: its format and its index.
    ///
    /// # Errors
    /// As for [`Sink::write`].
    pub async fn begin(&self, index: &Index) -> Result<()> {
        self.file("oci-layout", Bytes::from_static(tar::LAYOUT_FILE)).await?;
        self.file("index.json", index.to_node().to_string().into()).await
    }

    /// Writes the end.
    ///
    /// # Errors
    /// As for [`Sink::write`].
    pub async fn end(self) -> Result<()> {
        self.take()?.write(Bytes::from_static(&tar::END)).await
    }

    /// Takes the sink for one file.
    fn take(&self) -> Result<&'a mut dyn Sink> {
        let busy = || ErrorKind::InvalidInput(InputFault::ArchiveBusy);
        Ok(self.sink.take().ok_or_else(busy)?)
    }

    async fn file(&self, path: &str, bytes: Bytes) -> Result<()> {
        let size = bytes.len() as u64;
        let sink = self.take()?;
        sink.write(tar::head(path, size).into()).await?;
        sink.write(bytes).await?;
        sink.write(tar::padding(size).into()).await?;
        self.sink.set(Some(sink));
        Ok(())
    }

    /// The head states the size before the bytes come: a stream of another length ends the export.
    async fn stream(
        &self,
        mut stream: BlobStream,
        blob: &Descriptor,
        observer: &Observer,
    ) -> Result<()> {
        let sink = self.take()?;
        sink.write(tar::head(&tar::path_of(&blob.digest), blob.size).into()).await?;
        let mut done = 0;
        while let Some(chunk) = stream.chunks.try_next().await? {
            done += chunk.len() as u64;
            sink.write(chunk).await?;
            observer.progress(&blob.digest, done);
        }
        sink.write(tar::padding(blob.size).into()).await?;
        self.sink.set(Some(sink));
        Ok(())
    }
}

#[async_trait(?Send)]
impl Target for TarArchive<'_> {
    fn name(&self) -> String {
        "archive".to_owned()
    }

    fn check(&self, manifest: &Descriptor, document: &Document) -> Result<()> {
        match document {
            Document::Index(_) | Document::Image(_) => Ok(()),
            Document::Schema1(_) | Document::Unknown(_) => {
                let limitation = Limitation::NotInLayout(manifest.media_type.clone());
                Err(ErrorKind::Unsupported(limitation).into())
            }
        }
    }

    async fn find(&self, _: &ManifestRef) -> Result<Option<Descriptor>> {
        Ok(None)
    }

    async fn plan_blob(
        &self,
        _: &dyn TransferSource,
        _: &Descriptor,
        _: &TransferOptions,
    ) -> Result<Action> {
        Ok(Action::Send)
    }

    async fn put_blob(
        &self,
        from: &dyn TransferSource,
        step: &BlobStep,
        options: &TransferOptions,
    ) -> Result<Outcome> {
        let stream = from.open(&step.blob, 0).await?.into_stream(0);
        self.stream(stream, &step.blob, &options.observer).await?;
        Ok(Outcome::Transferred)
    }

    async fn put_manifest(&self, step: &ManifestStep) -> Result<()> {
        self.file(&tar::path_of(&step.manifest.digest), step.bytes.clone()).await
    }
}
