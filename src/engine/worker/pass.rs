//! A pass over a blob from its first byte to its last.

use std::ops::ControlFlow;

use crate::{
    content::{decode::DecodeLimits, sha256_lanes::HashBatch, verify::Verdict},
    engine::Job,
    error::{Result, TransportEncoding},
    layers::{findings::Findings, pass::LayerReader},
};

/// The end of a body.
pub(super) struct PassEnd {
    /// `Ok(None)` if the whole blob arrived, `Ok(Some(_))` if its size was wrong, `Err` if reading failed.
    pub(super) outcome: Result<Option<Verdict>>,
    /// An encoding that the transport put on the bytes.
    pub(super) encoding: Option<TransportEncoding>,
}

/// A pass over a blob.
pub(super) trait Pass {
    /// Takes in the next bytes.
    fn push(&mut self, chunk: &[u8]);

    /// The number of bytes taken in.
    fn received(&self) -> u64;

    /// The number of bytes that they became.
    fn produced(&self) -> u64;

    /// Ends the pass, and returns what it found.
    fn finish(self: Box<Self>, end: &PassEnd) -> Findings;
}

/// The findings of a pass, with those about its end: a wrong size is the verdict.
pub(super) fn with_end(mut findings: Findings, end: &PassEnd) -> Findings {
    findings.encoding = end.encoding;
    if let Ok(Some(wrong_size)) = &end.outcome {
        findings.verdict = wrong_size.clone();
    }
    findings
}

/// A pass that keeps nothing.
pub(super) struct VerifyPass(LayerReader);

impl VerifyPass {
    /// A pass over a blob that is not compressed by zstd.
    pub(super) fn without_zstd(job: &Job, batch: &HashBatch) -> Self {
        let (wanted, limits) = (job.wanted(), DecodeLimits::default());
        Self(LayerReader::without_zstd(&job.digest, job.size, &wanted, limits).in_batch(batch))
    }

    /// A pass of this reader.
    pub(super) fn by(reader: LayerReader) -> Self {
        Self(reader)
    }
}

impl Pass for VerifyPass {
    fn push(&mut self, chunk: &[u8]) {
        // The bytes were counted before: more than the descriptor says do not come here.
        let _ = self.0.push(chunk, &mut |_| ControlFlow::Break(()));
    }

    fn received(&self) -> u64 {
        self.0.received()
    }

    fn produced(&self) -> u64 {
        self.0.plain_size()
    }

    fn finish(self: Box<Self>, end: &PassEnd) -> Findings {
        let report = self.0.finish(&mut |_| ControlFlow::Break(()));
        with_end(Findings::from(report), end)
    }
}
