//! A pass over a layer whose listing, or one file of it, is kept.

use std::ops::ControlFlow;

use super::{
    layer_sets::LayerSets,
    pass::{Pass, PassEnd, with_end},
};
use crate::{
    content::{
        decode::DecodeLimits,
        sha256_lanes::HashBatch,
        tar::{self, ArchiveEvent},
    },
    engine::job::{Job, Retain},
    layers::{
        file_location::FileLocation,
        findings::Findings,
        index::Collector,
        pass::{LayerReader, Wanted},
        ranges::{Ranges, checkpoints::SPACING},
    },
    oci::Digest,
};

/// A pass that puts what it reads into an index.
pub(super) struct IndexPass {
    sets: LayerSets,
    set: u64,
    digest: Digest,
    reader: LayerReader,
    collector: Collector,
}

impl IndexPass {
    pub(super) fn new(sets: LayerSets, job: &Job, retain: Retain, batch: &HashBatch) -> Self {
        if let Some(diff_id) = &job.stated {
            sets.with(retain.set, |index| index.state_diff_id(&job.digest, diff_id));
        }
        let wanted = Wanted { archive: Some(tar::archive), ..job.wanted() };
        // Files of a layer that is listed are mostly read afterwards.
        let reader = reader(job, &wanted, batch).keep_checkpoints(SPACING);
        let collector = match retain.file {
            Some(FileLocation { offset, cap }) => Collector::file(offset, cap),
            None => sets.with(retain.set, |index| index.collector_for(&job.digest)),
        };
        Self { sets, set: retain.set, digest: job.digest.clone(), reader, collector }
    }
}

impl Pass for IndexPass {
    fn push(&mut self, chunk: &[u8]) {
        let Self { reader, collector, .. } = self;
        // The bytes were counted before: more than the descriptor says do not come here.
        let _ = reader.push(chunk, &mut |event: ArchiveEvent<'_>| collector.take(event));
    }

    fn received(&self) -> u64 {
        self.reader.received()
    }

    fn produced(&self) -> u64 {
        self.reader.plain_size()
    }

    fn finish(self: Box<Self>, end: &PassEnd) -> Findings {
        let Self { sets, set, digest, reader, mut collector } = *self;
        let mut visitor = |event: ArchiveEvent<'_>| -> ControlFlow<()> { collector.take(event) };
        let (report, checkpoints) = reader.finish_with_checkpoints(&mut visitor);
        let findings = with_end(Findings::from(report), end);
        let broke = end.outcome.as_ref().err().map(|error| error.kind.clone());
        sets.with(set, |index| {
            index.finish_pass(&digest, collector, &findings, broke);
            if let Some(checkpoints) = checkpoints {
                index.keep_ranges(&digest, Ranges::FirstPass(checkpoints));
            }
        });
        findings
    }
}

/// A reader of the blob of a job that also knows zstd.
pub(super) fn reader(job: &Job, wanted: &Wanted, batch: &HashBatch) -> LayerReader {
    LayerReader::new(&job.digest, job.size, wanted, DecodeLimits::default()).in_batch(batch)
}
