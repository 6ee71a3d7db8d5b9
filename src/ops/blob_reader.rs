//! Reading blobs to their end, and looking into layers: in this thread, or elsewhere.

use std::{cell::RefCell, ops::ControlFlow, ops::Deref, rc::Rc};

use async_trait::async_trait;
use futures_util::StreamExt;

use crate::{
    caps,
    content::{
        decode::DecodeLimits,
        tar::{self, ArchiveEvent, Visitor},
        verify::Verdict,
    },
    error::{Error, ErrorKind, Result},
    layers::{
        file_location::FileLocation,
        findings::Findings,
        index::{Answer, Collector, LayerIndex, Question},
        pass::{LayerReader, Wanted},
    },
    oci::{Algorithm, Descriptor, Digest, RepositoryName},
    registry::Read,
};

/// Reads blobs, keeps what is in layers, and answers questions about that.
#[async_trait(?Send)]
pub trait BlobReader {
    /// Reads a blob to its end. With an algorithm for the diff ID it is decompressed, and what comes
    /// out is hashed by that, in the same pass. `progress` receives the bytes read so far.
    ///
    /// # Errors
    /// As for [`Read::blob`]; but bytes that are not those of the descriptor are a finding.
    async fn inspect(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        diff_id: Option<Algorithm>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Findings>;

    /// Reads a layer to its end and keeps its listing, or the content of one file. If the layer breaks
    /// off, the part that came is kept too.
    ///
    /// # Errors
    /// As for [`Read::blob`]; `DigestMismatch` and `SizeMismatch` if the bytes are not those of the
    /// descriptor.
    async fn open(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        file: Option<FileLocation>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()>;

    /// Lists a layer by its table of contents, without reading it. The outcome is in the answer to
    /// [`Question::Summary`]. If the table cannot be used, `table` says whether the layer is read.
    /// A source without ranges reads it in any case.
    ///
    /// # Errors
    /// As for [`BlobReader::open`].
    async fn list_by_toc(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        table: TableReading,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let _ = table;
        self.open(repository, layer, None, progress).await
    }

    /// Takes the diff ID that the configuration states for a layer, before the layer is opened: one that
    /// comes unpacked is checked against it.
    fn state_diff_id(&self, layer: &Digest, diff_id: &Digest) {
        let _ = (layer, diff_id);
    }

    /// Asks about the layers that were opened.
    ///
    /// # Errors
    /// `Unsupported` if no engine starts.
    async fn ask(&self, question: &Question) -> Result<Answer>;
}

/// The way to read a table of contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableReading {
    /// The largest table that is read, in bytes as it is stored.
    pub most: u64,
    /// True if the whole layer is read when its table cannot be used. Otherwise only the reason is kept.
    pub or_whole: bool,
}

/// A reader of blobs as it is handed around.
pub type SharedBlobReader = Rc<dyn BlobReader>;

/// Reads from any source, in this thread.
pub struct LocalReader<S> {
    source: S,
    index: RefCell<LayerIndex>,
}

impl<S> LocalReader<S>
where
    S: Deref,
    S::Target: Read,
{
    /// A reader that has opened no layer.
    pub fn new(source: S) -> Self {
        Self { source, index: RefCell::default() }
    }

    /// Reads a blob as far as it comes. The error is the one that ended it.
    async fn read(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        wanted: &Wanted,
        visitor: Visitor<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(Findings, Option<Error>)> {
        let mut reader = LayerReader::new(&blob.digest, blob.size, wanted, DecodeLimits::default());
        let stream = self.source.blob_by_digest(repository, blob, caps::MISSTATED_BYTES).await?;
        let (mut chunks, encoding) = (stream.chunks, stream.encoding);
        let mut broke = None;
        while let Some(chunk) = chunks.next().await {
            let is_wanted = match chunk {
                Ok(chunk) => reader.push(&chunk, visitor).is_ok(),
                Err(error) => {
                    broke = Some(error);
                    false
                }
            };
            progress(reader.received());
            if !is_wanted {
                break;
            }
        }
        let findings = Findings { encoding, ..Findings::from(reader.finish(visitor)) };
        // The reader has seen the same.
        Ok((findings, broke.filter(|error| !matches!(error.kind, ErrorKind::WrongSize { .. }))))
    }
}

#[async_trait(?Send)]
impl<S> BlobReader for LocalReader<S>
where
    S: Deref,
    S::Target: Read,
{
    async fn inspect(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        diff_id: Option<Algorithm>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Findings> {
        let wanted = Wanted { diff_id, ..Wanted::default() };
        let mut nothing = |_: ArchiveEvent<'_>| ControlFlow::Break(());
        let (mut findings, broke) =
            self.read(repository, blob, &wanted, &mut nothing, progress).await?;
        if let Some(error) = broke {
            findings.verdict = Verdict::of_error(error)?;
        }
        Ok(findings)
    }

    async fn open(
        &self,
        repository: &RepositoryName,
        layer: &Descriptor,
        file: Option<FileLocation>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let mut collector =
            file.map_or_else(Collector::listing, |file| Collector::file(file.offset, file.cap));
        let wanted = Wanted { diff_id: None, archive: Some(tar::archive) };
        let mut visitor = |event: ArchiveEvent<'_>| collector.take(event);
        let (findings, broke) =
            self.read(repository, layer, &wanted, &mut visitor, progress).await?;
        let is_wrong = |kind: &ErrorKind| {
            matches!(kind, ErrorKind::DigestMismatch { .. } | ErrorKind::SizeMismatch { .. })
        };
        let broken =
            broke.as_ref().map(|error| &error.kind).filter(|kind| !is_wrong(kind)).cloned();
        self.index.borrow_mut().finish_pass(&layer.digest, collector, &findings, broken);
        match broke {
            Some(error) => Err(error),
            None => {
                let index = self.index.borrow();
                reject_mismatch(&findings, layer, index.diff_id(&layer.digest))
            }
        }
    }

    fn state_diff_id(&self, layer: &Digest, diff_id: &Digest) {
        self.index.borrow_mut().state_diff_id(layer, diff_id);
    }

    async fn ask(&self, question: &Question) -> Result<Answer> {
        Ok(self.index.borrow_mut().answer(question))
    }
}

/// Refuses bytes that are not those of the descriptor's digest: nothing of them is shown. A size that the
/// descriptor states wrongly is no reason, and neither is an encoding of the transport: the index tells it.
///
/// # Errors
/// `DigestMismatch` and `SizeMismatch`, as the verdict says.
pub fn reject_mismatch(
    findings: &Findings,
    layer: &Descriptor,
    diff_id: Option<&Digest>,
) -> Result<()> {
    let is_encoded = findings.encoding.is_some() || findings.came_unpacked(diff_id);
    if findings.verdict.has_digest() || is_encoded {
        return Ok(());
    }
    let checked = findings.verdict.clone().reject_mismatch();
    checked.map_err(|kind| kind.about(&layer.digest).into())
}
