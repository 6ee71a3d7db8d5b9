//! Listing a layer by its table of contents: a request for the footer if the format has one, and one for
//! the table. If that fails and the job says so, the whole layer is read.

use super::{
    feed::{Chunks, Failure, Feed, RangeReply},
    layer_sets::LayerSets,
    layer_store::RangeOutcome,
};
use crate::{
    engine::job::{Job, TocRequest},
    layers::{
        index::TocRefusal,
        listing::Lister,
        ranges::toc::{Opening, OpeningStep, Toc, TocError},
    },
    oci::{Descriptor, MediaType},
    transport::Response,
};

/// The reason why there is no listing by a table.
enum NotListed {
    /// The server knows no ranges, and sends the layer.
    Whole(Chunks),
    /// A refusal that the layers above the engine may answer.
    Refused(Response),
    Reason(TocRefusal),
}

/// Lists a layer by its table, and puts the listing into the index of its set, or the reason why there
/// is none.
pub(super) async fn list(
    sets: &LayerSets,
    feed: &Feed,
    job: &Job,
    set: u64,
    toc: &TocRequest,
) -> RangeOutcome {
    let refuse = |reason| sets.with(set, |index| index.refuse(&job.digest, reason));
    match listing(feed, job, toc).await {
        Ok((lister, table)) => {
            sets.with(set, |index| index.list_from_toc(&job.digest, lister, table));
            RangeOutcome::Done
        }
        Err(NotListed::Refused(response)) => RangeOutcome::Refused(response),
        Err(NotListed::Whole(chunks)) => {
            refuse(TocRefusal::NoRanges);
            if toc.or_whole { RangeOutcome::Whole(chunks) } else { RangeOutcome::Done }
        }
        Err(NotListed::Reason(reason)) => {
            refuse(reason);
            if toc.or_whole { RangeOutcome::NotPossible } else { RangeOutcome::Done }
        }
    }
}

async fn listing(feed: &Feed, job: &Job, toc: &TocRequest) -> Result<(Lister, Toc), NotListed> {
    let mut layer = Descriptor::new(MediaType::OCTET_STREAM, job.digest.clone(), job.size);
    layer.annotations.clone_from(&toc.annotations);
    let vouched = Opening::new(&layer).filter(Opening::is_vouched_for);
    let mut opening = vouched.ok_or(NotListed::Reason(TocRefusal::NoDigest))?;
    let mut lister = Lister::bare();
    loop {
        let range = opening.range();
        if range.end.saturating_sub(range.start) > toc.most {
            return Err(NotListed::Reason(TocRefusal::Table(TocError::TooLarge(toc.most))));
        }
        let bytes = match feed.bytes(range).await? {
            RangeReply::Bytes(bytes) => bytes,
            RangeReply::Whole(chunks) => return Err(NotListed::Whole(chunks)),
        };
        match opening.give(&bytes, &mut |event| lister.take(event))? {
            OpeningStep::More(more) => opening = more,
            OpeningStep::Ready(table) => return Ok((lister, table)),
        }
    }
}

impl From<TocError> for NotListed {
    fn from(error: TocError) -> Self {
        Self::Reason(TocRefusal::Table(error))
    }
}

impl From<Failure> for NotListed {
    /// A refusal that a token may change goes to the layers that have one.
    fn from(failure: Failure) -> Self {
        match failure.refused() {
            Ok(response) => Self::Refused(response),
            Err(kind) => Self::Reason(TocRefusal::Unread(kind)),
        }
    }
}
