//! The second look at a file of a layer: one request for a range, where an earlier pass left
//! checkpoints. Whatever goes wrong, the layer is read as a whole instead.

use std::ops::ControlFlow;

use super::{Job, job::Keep, serve::Desk};
use crate::{
    content::{
        checkpoints::PointPlan,
        findings::Findings,
        ranges::RangeError,
        tar::{Entry, Event},
        verify::Verdict,
    },
    transport::{Request, Response, Transport},
    wire::headers::name,
};

/// Bytes asked for beyond the file: further back the layer is as quickly read as a whole.
const BEYOND: u64 = 16 << 20;

/// What came of trying.
pub(super) enum Again {
    /// The file is on the shelf.
    Found(Findings),
    /// The server knows no ranges: its answer is the layer.
    Whole(Response),
    /// There is no way by a range.
    No,
}

impl Desk {
    /// Reads the file that a job is for, and puts it on the shelf.
    pub(super) async fn again(&self, request: &Request, job: &Job) -> Again {
        let Some((keep, entry, plan)) = self.plan(job) else { return Again::No };
        let range = plan.range.clone();
        let mut request = request.clone();
        request.headers.set(name::RANGE, format!("bytes={}-{}", range.start, range.end - 1));
        match self.transport.send(request).await {
            Ok(response) if response.status == 206 => {
                let bytes = response.bytes(range.end - range.start).await.ok();
                let found = bytes.and_then(|bytes| self.found(job, keep, entry, plan, &bytes));
                found.map_or(Again::No, Again::Found)
            }
            Ok(response) if response.status == 200 => Again::Whole(response),
            _ => Again::No,
        }
    }

    /// How to read it by one range that is worth asking for.
    fn plan(&self, job: &Job) -> Option<(Keep, Entry, PointPlan)> {
        let keep = job.keep?;
        let file = keep.file?;
        let sets = self.sets.borrow();
        let (entry, plan) = sets.get(&keep.set)?.plan(&job.digest, file.offset, file.cap)?;
        let length = plan.range.end.checked_sub(plan.range.start)?;
        let most = file.cap.saturating_add(BEYOND).min(job.size);
        (length > 0 && length < most).then_some((keep, entry, plan))
    }

    fn found(
        &self,
        job: &Job,
        keep: Keep,
        entry: Entry,
        plan: PointPlan,
        bytes: &[u8],
    ) -> Option<Findings> {
        let mut taking = keep.taking();
        read(entry, plan, bytes, &mut |event| taking.take(event)).ok()?;
        let findings = Findings {
            // Held against the pass in which the whole layer was verified.
            verdict: Verdict::Verified,
            size: bytes.len() as u64,
            compression: None,
            plain_size: 0,
            diff_id: None,
            problem: None,
        };
        self.sets.borrow_mut().get_mut(&keep.set)?.settle(&job.digest, taking, &findings, None);
        Some(findings)
    }
}

/// Hands on the content as the reader of an archive would.
fn read(
    entry: Entry,
    plan: PointPlan,
    bytes: &[u8],
    visitor: &mut dyn FnMut(Event<'_>) -> ControlFlow<()>,
) -> Result<(), RangeError> {
    let _ = visitor(Event::Entry(Box::new(entry)));
    let mut reader = plan.reader();
    let mut sink = |content: &[u8]| visitor(Event::Content(content));
    reader.push(bytes, &mut sink)?;
    reader.finish(&mut sink)?;
    let _ = visitor(Event::End);
    Ok(())
}
