//! The line between reading blobs and keeping what is in them. Verifying an image needs no archive, no
//! tree and no packages, and mostly no zstd: that code is behind this interface, and a published engine
//! loads it with the first job that keeps something, or the first layer that is compressed by zstd.

use std::rc::Rc;

use futures_core::future::LocalBoxFuture;

use super::{Job, line::Line, serve::Exchange};
use crate::{
    content::{decode::DecodeLimits, sha256_lanes::HashBatch, verify::Verdict},
    error::{ErrorKind, Result},
    layers::{findings::Findings, pass::LayerReader},
    transport::{Request, Response},
};

/// Keeps what is in layers, for questions.
pub(super) trait Keeper {
    /// Does a job with parts of the blob, where that is known to go.
    fn again<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
        request: &'a Request,
        job: &'a Job,
    ) -> LocalBoxFuture<'a, Again>;

    /// A pass over the whole blob.
    fn pass(self: Rc<Self>, job: &Job, gang: &HashBatch) -> Box<dyn Pass>;

    /// Answers a question about a set of layers.
    fn answer(&self, set: u64, question: &[u8]) -> Vec<u8>;

    /// Forgets a set of layers.
    fn forget(&self, set: u64);
}

/// What came of trying with parts of a blob.
pub(super) enum Again {
    /// What was wanted is kept.
    Found(Findings),
    /// An answer to go on with: the layer, or a refusal.
    Answer(Response),
    /// There is no way by a range.
    No,
}

/// A pass over a blob.
pub(super) trait Pass {
    /// Takes in the next bytes.
    fn push(&mut self, chunk: &[u8]);

    /// Bytes taken in.
    fn received(&self) -> u64;

    /// Nothing more comes, be it that all came, that it was another size, or why.
    fn finish(self: Box<Self>, end: &Result<Option<Verdict>>) -> Findings;
}

/// The findings, where the size is one of them.
pub(super) fn with_size(mut findings: Findings, end: &Result<Option<Verdict>>) -> Findings {
    if let Ok(Some(wrong_size)) = end {
        findings.verdict = wrong_size.clone();
    }
    findings
}

/// A pass that keeps nothing.
pub(super) struct Only(pub(super) LayerReader);

impl Only {
    /// A pass over a blob that is not compressed by zstd.
    pub(super) fn new(job: &Job, gang: &HashBatch) -> Self {
        let (wanted, limits) = (job.wanted(), DecodeLimits::default());
        Self(LayerReader::without_zstd(&job.digest, job.size, &wanted, limits).in_batch(gang))
    }
}

impl Pass for Only {
    fn push(&mut self, chunk: &[u8]) {
        // Counted before: more than was announced does not come here.
        let _ = self.0.push(chunk, &mut |_| std::ops::ControlFlow::Break(()));
    }

    fn received(&self) -> u64 {
        self.0.received()
    }

    fn finish(self: Box<Self>, end: &Result<Option<Verdict>>) -> Findings {
        let report = self.0.finish(&mut |_| std::ops::ControlFlow::Break(()));
        with_size(Findings::from(report), end)
    }
}

/// Loads what keeps layers.
pub(super) async fn keeper(line: &Line) -> Result<Rc<dyn Keeper>> {
    load(line.clone()).await.map_err(|why| ErrorKind::Unsupported(why).into())
}

#[cfg(all(porthole_parts, feature = "worker"))]
async fn load(line: Line) -> std::result::Result<Rc<dyn Keeper>, String> {
    let loaded = files(line).await;
    loaded.map_err(|error| ["what opens layers could not be loaded: ", &error.to_string()].concat())
}

/// The one function through which an engine reaches all that keeps layers.
#[cfg(all(porthole_parts, feature = "worker"))]
#[wasm_split_helpers::wasm_split(files, fallible)]
fn files(line: Line) -> std::result::Result<Rc<dyn Keeper>, wasm_split_helpers::SplitLoaderError> {
    Ok(Rc::new(super::shelves::Shelves::new(line)))
}

#[cfg(not(all(porthole_parts, feature = "worker")))]
#[allow(clippy::unused_async, reason = "in an engine of parts there is something to wait for")]
async fn load(line: Line) -> std::result::Result<Rc<dyn Keeper>, String> {
    Ok(Rc::new(super::shelves::Shelves::new(line)))
}
