//! Doing a job: reading its bytes by parts or as a whole, and reporting the findings.

use std::{cell::OnceCell, rc::Rc, time::Duration};

use super::{
    feed::{Chunks, Failure, Feed},
    fetcher::Fetcher,
    layer_store::{LayerStore, RangeOutcome},
    load::load_layer_store,
    pass::{Pass, PassEnd, VerifyPass},
    reporter::Reporter,
    slices::Slices,
};
use crate::{
    content::{sha256_lanes::HashBatch, sniff::may_be_zstd, verify::Verdict},
    engine::{
        Job, Origin,
        message::{FromEngine, ReplySender},
    },
    error::{self, AnswerFault, ErrorKind},
    layers::findings::Findings,
    wire::backoff::Policy,
};

/// Does the jobs of an engine, and answers the questions to it.
pub(super) struct Runner {
    fetcher: Fetcher,
    outbox: ReplySender,
    /// Blobs that are read at the same time are hashed together.
    batch: HashBatch,
    /// The code that keeps layers, once it is loaded.
    store: OnceCell<Rc<dyn LayerStore>>,
}

impl Runner {
    pub(super) fn new(fetcher: Fetcher, outbox: ReplySender) -> Self {
        Self { fetcher, outbox, batch: HashBatch::default(), store: OnceCell::new() }
    }

    /// Forgets a set of layers.
    pub(super) fn forget(&self, set: u64) {
        if let Some(store) = self.store.get() {
            store.forget(set);
        }
    }

    /// Answers a question about a set of layers.
    pub(super) async fn answer(self: Rc<Self>, id: u64, set: u64, question: Vec<u8>) {
        let message = match self.store().await {
            Ok(store) => FromEngine::Answered(store.answer(set, &question)),
            Err(error) => FromEngine::Failed(error.kind),
        };
        (self.outbox)(id, message);
    }

    /// Does a job, from opening its bytes to the findings.
    pub(super) async fn run(self: Rc<Self>, id: u64, origin: Origin, job: Job, policy: Policy) {
        let (outbox, clock) = (Rc::clone(&self.outbox), Rc::clone(&self.fetcher.clock));
        let reporter = Reporter::new(outbox, clock, id);
        let feed = Feed { origin, size: job.size, policy, fetcher: self.fetcher.clone() };
        match self.find(&reporter, &feed, &job).await {
            Ok(findings) => reporter.send(FromEngine::Found(findings)),
            Err(Failure::Refused(response)) => reporter.refuse(response).await,
            Err(Failure::Error(error)) => reporter.send(FromEngine::Failed(error.kind)),
        }
    }

    async fn find(&self, reporter: &Reporter, feed: &Feed, job: &Job) -> Result<Findings, Failure> {
        let store = match job.retain {
            None => None,
            Some(_) => Some(self.store().await?),
        };
        let by_ranges = match &store {
            None => RangeOutcome::NotPossible,
            Some(store) => store.try_ranges(reporter, feed, job).await,
        };
        let chunks = match by_ranges {
            RangeOutcome::Done => {
                // The page asked for the blob, and not for a part of it.
                reporter.begin(feed.head());
                return Ok(nothing_found());
            }
            RangeOutcome::Refused(response) => return Err(Failure::Refused(response)),
            RangeOutcome::Whole(chunks) => chunks,
            RangeOutcome::NotPossible => feed.whole().await?,
        };
        Ok(self.read(reporter, chunks, job, store).await?)
    }

    /// Reads a blob to its end.
    async fn read(
        &self,
        reporter: &Reporter,
        mut chunks: Chunks,
        job: &Job,
        store: Option<Rc<dyn LayerStore>>,
    ) -> error::Result<Findings> {
        reporter.begin(std::mem::take(&mut chunks.head));
        let mut next = chunks.next().await;
        let start = next.as_ref().ok().and_then(Option::as_ref).map(|chunk| chunk.as_ref());
        let start = start.unwrap_or_default();
        let is_page = chunks.is_page(start);
        let mut pass = self.pass(job, store, start).await?;
        let mut slices = Slices::default();
        let end = loop {
            match next {
                Ok(Some(chunk)) => {
                    self.push(&mut *pass, &chunk, &mut slices).await;
                    reporter.report_progress(pass.received());
                    self.let_others_catch_up().await;
                }
                Ok(None) => break Ok(None),
                Err(error) => break Verdict::of_error(error).map(Some),
            }
            next = chunks.next().await;
        };
        let end = PassEnd { outcome: end, encoding: chunks.encoding() };
        let findings = pass.finish(&end);
        if is_page && findings.verdict.is_mismatch() {
            return Err(ErrorKind::BadAnswer(AnswerFault::HtmlPage).into());
        }
        end.outcome.map(|_| findings)
    }

    /// Gives bytes to a pass, and looks for messages at the end of each slice.
    async fn push(&self, pass: &mut dyn Pass, mut bytes: &[u8], slices: &mut Slices) {
        while !bytes.is_empty() {
            let (piece, rest) = slices.split(bytes);
            let before = pass.produced();
            pass.push(piece);
            if slices.count(piece.len(), pass.produced().saturating_sub(before)) {
                slices.look(&*self.fetcher.clock).await;
            }
            bytes = rest;
        }
    }

    /// Begins a pass over a blob that starts with these bytes.
    async fn pass(
        &self,
        job: &Job,
        store: Option<Rc<dyn LayerStore>>,
        start: &[u8],
    ) -> error::Result<Box<dyn Pass>> {
        let store = match store {
            None if job.diff_id.is_some() && may_be_zstd(start) => Some(self.store().await?),
            store => store,
        };
        Ok(match store {
            None => Box::new(VerifyPass::without_zstd(job, &self.batch)),
            Some(store) => store.pass(job, &self.batch),
        })
    }

    async fn store(&self) -> error::Result<Rc<dyn LayerStore>> {
        if self.store.get().is_none() {
            let store = load_layer_store().await?;
            // If another job was quicker, its store stays.
            let _ = self.store.set(store);
        }
        self.store.get().cloned().ok_or_else(|| ErrorKind::Unavailable.into())
    }

    /// Yields when this body is ahead. Otherwise one fast body would be read and hashed alone while the
    /// others wait.
    async fn let_others_catch_up(&self) {
        if self.batch.is_ahead() {
            self.fetcher.clock.sleep(Duration::ZERO).await;
        }
    }
}

/// The findings without a pass over the layer: there was one before, or its table of contents was held
/// against its digest.
fn nothing_found() -> Findings {
    let verdict = Verdict::Verified;
    Findings {
        verdict,
        size: 0,
        compression: None,
        plain_size: 0,
        diff_id: None,
        problem: None,
        encoding: None,
    }
}
