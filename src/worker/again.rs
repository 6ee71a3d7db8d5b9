//! One file of a layer by one request for a range: where an earlier pass left checkpoints, or a table of
//! contents tells where it is. Without checkpoints the layer is read as a whole instead; of a layer that
//! only its table told, it is said what went wrong.

use std::ops::ControlFlow;

use super::{
    Job,
    by_table::{Part, WHOLE},
    job::{Keep, OneFile as Place},
    serve::Desk,
};
use crate::{
    content::{
        findings::Findings,
        ranges::{Basis, Plan, RangeError},
        shelf::OneFile,
        tar::{Entry, Event},
        verify::Verdict,
    },
    transport::{Request, Response},
};

/// Bytes asked for beyond the file: further back the layer is as quickly read as a whole.
const BEYOND: u64 = 16 << 20;

/// What came of trying.
pub(super) enum Again {
    /// What was wanted is on the shelf.
    Found(Findings),
    /// An answer to go on with: the layer, or a refusal.
    Answer(Response),
    /// There is no way by a range.
    No,
}

impl Desk {
    /// Does a job with parts of the blob, where that is known to go.
    pub(super) async fn again(&self, request: &Request, job: &Job) -> Again {
        match job.keep {
            Some(Keep { set, file: Some(file) }) => self.one_file(request, job, set, file).await,
            _ => self.by_table(request, job).await,
        }
    }

    /// Reads one file, and puts it on the shelf.
    async fn one_file(&self, request: &Request, job: &Job, set: u64, file: Place) -> Again {
        let is_told = self.sets.borrow().get(&set).is_some_and(|shelf| shelf.is_told(&job.digest));
        let reason = match self.plan(job, set, file, is_told) {
            None => "the table of contents does not say where this file is".to_owned(),
            Some((entry, plan)) => match self.part(request, plan.range()).await {
                Part::Bytes(bytes) => match read(entry, plan, &bytes, file) {
                    Ok((taken, basis)) => return self.hold(job, set, taken, Ok(basis)),
                    Err(error) => format!("where the table of contents puts this file, {error}"),
                },
                Part::Answer(response) if response.status != 200 || !is_told => {
                    return Again::Answer(response);
                }
                Part::Answer(_) => WHOLE.to_owned(),
                Part::Failed(reason) => reason,
            },
        };
        if !is_told {
            return Again::No;
        }
        // Its place in the archive is not known.
        self.hold(job, set, OneFile::new(file.offset, file.cap), Err(reason))
    }

    fn hold(&self, job: &Job, set: u64, file: OneFile, basis: Result<Basis, String>) -> Again {
        self.sets.borrow_mut().entry(set).or_default().hold(&job.digest, file, basis);
        Again::Found(findings(0))
    }

    /// How to read it by one range that is worth asking for.
    fn plan(&self, job: &Job, set: u64, file: Place, is_told: bool) -> Option<(Entry, Plan)> {
        let sets = self.sets.borrow();
        let (entry, plan) = sets.get(&set)?.plan(&job.digest, file.offset, file.cap)?;
        let range = plan.range();
        let length = range.end.checked_sub(range.start)?;
        let most = file.cap.saturating_add(BEYOND).min(job.size);
        let is_worth = if is_told { length <= most } else { length > 0 && length < most };
        is_worth.then_some((entry, plan))
    }
}

/// What is found without a pass over the layer: there was one, or a table was held against its digest.
pub(super) fn findings(size: u64) -> Findings {
    let verdict = Verdict::Verified;
    Findings { verdict, size, compression: None, plain_size: 0, diff_id: None, problem: None }
}

/// Takes the content as from the reader of an archive.
fn read(
    entry: Entry,
    plan: Plan,
    bytes: &[u8],
    place: Place,
) -> Result<(OneFile, Basis), RangeError> {
    let mut file = OneFile::new(place.offset, place.cap);
    let _ = file.take(Event::Entry(Box::new(entry)));
    let mut reader = plan.reader();
    let mut sink = |content: &[u8]| file.take(Event::Content(content));
    reader.push(bytes, &mut sink)?;
    let basis = reader.finish(&mut sink)?;
    let _: ControlFlow<()> = file.take(Event::End);
    Ok((file, basis))
}
