//! The store of an engine that opens layers.

use futures_core::future::LocalBoxFuture;
use futures_util::FutureExt;

use super::{
    feed::Feed,
    index_pass::{IndexPass, reader},
    layer_sets::LayerSets,
    layer_store::{LayerStore, RangeOutcome},
    pass::{Pass, VerifyPass},
    range_read,
    reporter::Reporter,
    toc_read,
};
use crate::{
    content::sha256_lanes::HashBatch,
    engine::job::{Job, Retain},
};

/// Keeps layers in an index for each set.
#[derive(Default)]
pub(super) struct IndexStore(LayerSets);

impl LayerStore for IndexStore {
    fn try_ranges<'a>(
        &'a self,
        reporter: &'a Reporter,
        feed: &'a Feed,
        job: &'a Job,
    ) -> LocalBoxFuture<'a, RangeOutcome> {
        async move {
            match (job.retain, &job.toc) {
                (Some(Retain { set, file: Some(file) }), _) => {
                    range_read::read_file(&self.0, reporter, feed, (job, set, file)).await
                }
                (Some(Retain { set, file: None }), Some(toc)) => {
                    toc_read::list(&self.0, feed, job, set, toc).await
                }
                _ => RangeOutcome::NotPossible,
            }
        }
        .boxed_local()
    }

    fn pass(&self, job: &Job, batch: &HashBatch) -> Box<dyn Pass> {
        match job.retain {
            None => Box::new(VerifyPass::by(reader(job, &job.wanted(), batch))),
            Some(retain) => Box::new(IndexPass::new(self.0.clone(), job, retain, batch)),
        }
    }

    fn answer(&self, set: u64, question: &[u8]) -> Vec<u8> {
        // The index itself answers that a layer is not there if it was not opened.
        self.0.with(set, |index| index.ask(question))
    }

    fn forget(&self, set: u64) {
        self.0.forget(set);
    }
}
