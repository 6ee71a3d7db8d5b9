//! Reading one file of a layer by one request for a range.
//!
//! That is possible if an earlier pass left checkpoints, or if a table of contents gives the place of the
//! file. If reading by checkpoints fails, the whole layer is read instead. If the layer was only listed
//! from its table, the fault is kept as the answer to questions about the file.

use super::{
    feed::{Failure, Feed},
    layer_sets::LayerSets,
    layer_store::RangeOutcome,
    reporter::Reporter,
};
use crate::{
    content::tar::{ArchiveEvent, Entry},
    engine::Job,
    error::Error,
    layers::{
        file_location::FileLocation,
        index::{ContentFault, FileCollector},
        ranges::{Basis, Plan},
    },
    transport::Response,
};

/// The most bytes that are read beyond a file because a table of contents says so.
const BEYOND: u64 = 16 << 20;

/// The reason why a file was not read by a range.
enum NotRead {
    /// A refusal that the layers above the engine may answer.
    Refused(Response),
    Fault(ContentFault),
}

/// Reads one file, and puts it into the index of its set.
pub(super) async fn read_file(
    sets: &LayerSets,
    reporter: &Reporter,
    feed: &Feed,
    (job, set, file): (&Job, u64, FileLocation),
) -> RangeOutcome {
    let hold = |extracted, basis| sets.with(set, |index| index.hold(&job.digest, extracted, basis));
    let is_listed_from_toc = sets.with(set, |index| index.is_listed_from_toc(&job.digest));
    let counted = sets.with(set, |index| index.counted_size(&job.digest));
    let size = counted.unwrap_or(job.size);
    let fault = match plan(sets, (job, set, file), size, is_listed_from_toc) {
        None => ContentFault::NoPlace,
        Some(plan) => match extract(reporter, feed, (file, size), plan).await {
            Ok((extracted, basis)) => {
                hold(extracted, Ok(basis));
                return RangeOutcome::Done;
            }
            Err(NotRead::Refused(response)) => return RangeOutcome::Refused(response),
            Err(NotRead::Fault(fault)) => fault,
        },
    };
    if !is_listed_from_toc {
        return RangeOutcome::NotPossible;
    }
    // Its place in the archive is not known.
    hold(FileCollector::new(file.offset, file.cap), Err(fault));
    RangeOutcome::Done
}

/// The plan to read a file by one range, if the range is worth a request.
fn plan(
    sets: &LayerSets,
    (job, set, file): (&Job, u64, FileLocation),
    size: u64,
    is_listed_from_toc: bool,
) -> Option<(Entry, Plan)> {
    let plan = sets.with(set, |index| index.plan(&job.digest, file.offset, file.cap));
    let (entry, plan) = plan?;
    let range = plan.range();
    let length = range.end.checked_sub(range.start)?;
    let most = file.cap.saturating_add(BEYOND).min(size);
    let is_worth = if is_listed_from_toc { length <= most } else { length > 0 && length < size };
    is_worth.then_some((entry, plan))
}

/// Reads the content as the reader of an archive would give it.
async fn extract(
    reporter: &Reporter,
    feed: &Feed,
    (place, size): (FileLocation, u64),
    (entry, plan): (Entry, Plan),
) -> Result<(FileCollector, Basis), NotRead> {
    let range = plan.range();
    let mut file = FileCollector::new(place.offset, place.cap);
    let _ = file.take(ArchiveEvent::Entry(Box::new(entry)));
    let mut sink = |content: &[u8]| file.take(ArchiveEvent::Content(content));
    let mut reader = plan.reader();
    let wrong = |error| NotRead::Fault(ContentFault::WrongPart(error));
    if !range.is_empty() {
        let mut chunks = feed.range(range, size).await?;
        reporter.begin(feed.head());
        let mut read = 0;
        while let Some(chunk) = chunks.next().await? {
            reader.push(&chunk, &mut sink).map_err(wrong)?;
            read += chunk.len() as u64;
            reporter.report_progress(read);
        }
    }
    let basis = reader.finish(&mut sink).map_err(wrong)?;
    let _ = file.take(ArchiveEvent::End);
    Ok((file, basis))
}

impl From<Error> for NotRead {
    fn from(error: Error) -> Self {
        Self::Fault(ContentFault::BrokeOff(error.kind))
    }
}

impl From<Failure> for NotRead {
    /// A refusal that a token may change goes to the layers that have one.
    fn from(failure: Failure) -> Self {
        match failure.refused() {
            Ok(response) => Self::Refused(response),
            Err(kind) => Self::Fault(ContentFault::BrokeOff(kind)),
        }
    }
}
