//! Reading a blob to its end and saying what it is: the one part of a verification that the engine
//! in a worker takes over.

use async_trait::async_trait;
use futures_util::StreamExt;

use crate::{
    content::{decode::Limits, verify::Verdict},
    error::Result,
    layers::{
        findings::Findings,
        pass::{LayerReader, Wanted},
    },
    oci::{Algorithm, Descriptor, RepositoryName},
    registry::Read,
};

use std::ops::ControlFlow;

/// Who reads blobs.
#[async_trait(?Send)]
pub trait Inspect {
    /// Reads a blob to its end. With an algorithm for the diff ID it is decompressed, and what comes
    /// out is hashed by that, in the same pass. `progress` is told of bytes read so far.
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
}

/// Reads from any source, in this thread.
pub struct Reading<'a>(pub &'a dyn Read);

#[async_trait(?Send)]
impl Inspect for Reading<'_> {
    async fn inspect(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        diff_id: Option<Algorithm>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Findings> {
        let wanted = Wanted { diff_id, ..Wanted::default() };
        let mut reader = LayerReader::new(&blob.digest, blob.size, &wanted, Limits::default());
        let mut chunks = self.0.blob(repository, blob).await?.chunks;
        let mut visitor = |_: crate::content::tar::Event<'_>| ControlFlow::Break(());
        let mut wrong = None;
        while let Some(chunk) = chunks.next().await {
            let chunk = match chunk {
                Ok(chunk) => chunk,
                Err(error) => {
                    wrong = Some(Verdict::of_error(error)?);
                    break;
                }
            };
            if reader.push(&chunk, &mut visitor).is_err() {
                break;
            }
            progress(reader.received());
        }
        let mut findings = Findings::from(reader.finish(&mut visitor));
        findings.verdict = wrong.unwrap_or(findings.verdict);
        Ok(findings)
    }
}
