//! The seam between verifying blobs and keeping the layers inside them.
//!
//! Verifying an image needs no archive, no tree and no packages, and mostly no zstd. That code is
//! behind this trait, and a published engine loads it with the first job that keeps something, or with
//! the first layer that is compressed by zstd.

use futures_core::future::LocalBoxFuture;

use super::{
    feed::{Chunks, Feed},
    pass::Pass,
    reporter::Reporter,
};
use crate::{content::sha256_lanes::HashBatch, engine::Job, transport::Response};

/// Keeps the listings and files of layers, and answers questions about them.
pub(super) trait LayerStore {
    /// Does a job by reading parts of the blob, if that is possible.
    fn try_ranges<'a>(
        &'a self,
        reporter: &'a Reporter,
        feed: &'a Feed,
        job: &'a Job,
    ) -> LocalBoxFuture<'a, RangeOutcome>;

    /// Begins a pass over the whole blob.
    fn pass(&self, job: &Job, batch: &HashBatch) -> Box<dyn Pass>;

    /// Answers a question about a set of layers. Both cross as bytes: only this side reads them.
    fn answer(&self, set: u64, question: &[u8]) -> Vec<u8>;

    /// Forgets a set of layers.
    fn forget(&self, set: u64);
}

/// The outcome of reading parts of a blob.
pub(super) enum RangeOutcome {
    /// The job is done.
    Done,
    /// All bytes of the blob come, and are to be read.
    Whole(Chunks),
    /// A refusal that the layers above the engine may answer.
    Refused(Response),
    /// Nothing can be read by a range.
    NotPossible,
}
