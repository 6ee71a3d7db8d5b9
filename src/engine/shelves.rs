//! What an engine keeps of layers, by sets that belong together.

use std::{cell::RefCell, collections::BTreeMap, ops::ControlFlow, rc::Rc};

use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt;

use super::{
    Job, Keep, OneFile,
    keeper::{Again, Keeper, Only, Pass, with_size},
    line::Line,
    serve::Exchange,
};
use crate::{
    content::{
        decode::DecodeLimits,
        sha256_lanes::HashBatch,
        tar::{self, ArchiveEvent},
        verify::Verdict,
    },
    error::Result,
    layers::{
        findings::Findings,
        index::{Collector, LayerIndex},
        pass::{LayerReader, Wanted},
        ranges::{Ranges, checkpoints::SPACING},
    },
    oci::Digest,
    transport::Request,
};

/// The shelves of an engine, and the way to the registry.
pub(super) struct Shelves {
    pub(super) line: Line,
    pub(super) sets: RefCell<BTreeMap<u64, LayerIndex>>,
}

impl Shelves {
    /// Nothing is kept yet.
    pub(super) fn new(line: Line) -> Self {
        Self { line, sets: RefCell::default() }
    }
}

impl Keeper for Shelves {
    fn again<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
        request: &'a Request,
        job: &'a Job,
    ) -> LocalBoxFuture<'a, Again> {
        self.with_parts(exchange, request, job).boxed_local()
    }

    fn pass(self: Rc<Self>, job: &Job, gang: &HashBatch) -> Box<dyn Pass> {
        let Some(keep) = job.keep else {
            return Box::new(Only(reader(job, &job.wanted(), gang)));
        };
        Box::new(Keeping::new(self, job, keep, gang))
    }

    fn answer(&self, set: u64, question: &[u8]) -> Vec<u8> {
        // Of layers that nobody opened the shelf says itself that they are not there.
        self.sets.borrow_mut().entry(set).or_default().ask(question)
    }

    fn forget(&self, set: u64) {
        self.sets.borrow_mut().remove(&set);
    }
}

fn reader(job: &Job, wanted: &Wanted, gang: &HashBatch) -> LayerReader {
    LayerReader::new(&job.digest, job.size, wanted, DecodeLimits::default()).in_batch(gang)
}

/// A pass whose archive is kept.
struct Keeping {
    shelves: Rc<Shelves>,
    set: u64,
    digest: Digest,
    reader: LayerReader,
    taking: Collector,
}

impl Keeping {
    fn new(shelves: Rc<Shelves>, job: &Job, keep: Keep, gang: &HashBatch) -> Self {
        let wanted = Wanted { archive: Some(tar::archive), ..job.wanted() };
        // A layer that is listed is mostly looked into afterwards.
        let reader = reader(job, &wanted, gang).keep_checkpoints(SPACING);
        let taking = match keep.file {
            Some(OneFile { offset, cap }) => Collector::file(offset, cap),
            None => {
                shelves.sets.borrow_mut().entry(keep.set).or_default().collector_for(&job.digest)
            }
        };
        Self { shelves, set: keep.set, digest: job.digest.clone(), reader, taking }
    }
}

impl Pass for Keeping {
    fn push(&mut self, chunk: &[u8]) {
        let Self { reader, taking, .. } = self;
        // Counted before: more than was announced does not come here.
        let _ = reader.push(chunk, &mut |event: ArchiveEvent<'_>| taking.take(event));
    }

    fn received(&self) -> u64 {
        self.reader.received()
    }

    fn finish(self: Box<Self>, end: &Result<Option<Verdict>>) -> Findings {
        let Self { shelves, set, digest, reader, mut taking } = *self;
        let mut visitor = |event: ArchiveEvent<'_>| -> ControlFlow<()> { taking.take(event) };
        let (report, checkpoints) = reader.finish_with_checkpoints(&mut visitor);
        let findings = with_size(Findings::from(report), end);
        let broke = end.as_ref().err().map(|error| error.kind.to_string());
        let mut sets = shelves.sets.borrow_mut();
        let shelf = sets.entry(set).or_default();
        shelf.finish_pass(&digest, taking, &findings, broke);
        if let Some(checkpoints) = checkpoints {
            shelf.keep_ranges(&digest, Ranges::FirstPass(checkpoints));
        }
        findings
    }
}
