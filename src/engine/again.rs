//! One file of a layer by one request for a range: where an earlier pass left checkpoints, or a table of
//! contents tells where it is. Whatever goes wrong with checkpoints, the layer is read as a whole instead;
//! of a layer that only its table told, it is said what went wrong.

use super::{
    Job,
    job::{Keep, OneFile as Place},
    keeper::Again,
    serve::Exchange,
    shelves::Shelves,
};
use crate::{
    content::{
        tar::{ArchiveEvent, Entry},
        verify::Verdict,
    },
    layers::{
        findings::Findings,
        index::FileCollector,
        ranges::{Basis, Plan},
    },
    transport::{Request, Response, Resumed, Span, Transport},
    wire::{Headers, headers::name, range},
};

/// Bytes asked for beyond a file because a table of contents says so.
const BEYOND: u64 = 16 << 20;

/// Why a file was not read by a range.
enum Failure {
    Answer(Response),
    Reason(String),
}

impl Shelves {
    /// Does a job with parts of the blob, where that is known to go.
    pub(super) async fn with_parts(
        &self,
        exchange: &Exchange<'_>,
        request: &Request,
        job: &Job,
    ) -> Again {
        match job.keep {
            Some(Keep { set, file: Some(file) }) => {
                self.one_file(exchange, request, job, set, file).await
            }
            _ => self.by_table(request, job).await,
        }
    }

    /// Reads one file, and puts it on the shelf.
    async fn one_file(
        &self,
        exchange: &Exchange<'_>,
        request: &Request,
        job: &Job,
        set: u64,
        file: Place,
    ) -> Again {
        let is_listed_from_toc =
            self.sets.borrow().get(&set).is_some_and(|shelf| shelf.is_listed_from_toc(&job.digest));
        let reason = match self.plan(job, set, file, is_listed_from_toc) {
            None => "the table of contents does not say where this file is".to_owned(),
            Some(plan) => match self.read_part(exchange, request, job.size, file, plan).await {
                Ok((taken, basis)) => return self.hold(job, set, taken, Ok(basis)),
                Err(Failure::Answer(response)) => return Again::Answer(response),
                Err(Failure::Reason(reason)) => reason,
            },
        };
        if !is_listed_from_toc {
            return Again::No;
        }
        // Its place in the archive is not known.
        self.hold(job, set, FileCollector::new(file.offset, file.cap), Err(reason))
    }

    fn hold(
        &self,
        job: &Job,
        set: u64,
        file: FileCollector,
        basis: Result<Basis, String>,
    ) -> Again {
        self.sets.borrow_mut().entry(set).or_default().hold(&job.digest, file, basis);
        Again::Found(findings(0))
    }

    /// How to read it by one range that is worth asking for.
    fn plan(
        &self,
        job: &Job,
        set: u64,
        file: Place,
        is_listed_from_toc: bool,
    ) -> Option<(Entry, Plan)> {
        let sets = self.sets.borrow();
        let (entry, plan) = sets.get(&set)?.plan(&job.digest, file.offset, file.cap)?;
        let range = plan.range();
        let length = range.end.checked_sub(range.start)?;
        let most = file.cap.saturating_add(BEYOND).min(job.size);
        let is_worth =
            if is_listed_from_toc { length <= most } else { length > 0 && length < job.size };
        is_worth.then_some((entry, plan))
    }

    /// Takes the content as from the reader of an archive. Of a server that knows no ranges, what is in
    /// front of the range is dropped, and what is behind it is not waited for.
    async fn read_part(
        &self,
        exchange: &Exchange<'_>,
        request: &Request,
        size: u64,
        place: Place,
        (entry, plan): (Entry, Plan),
    ) -> Result<(FileCollector, Basis), Failure> {
        let span = Span { start: plan.range().start, end: plan.range().end };
        let mut file = FileCollector::new(place.offset, place.cap);
        let _ = file.take(ArchiveEvent::Entry(Box::new(entry)));
        let mut sink = |content: &[u8]| file.take(ArchiveEvent::Content(content));
        let mut reader = plan.reader();
        let wrong = |error| format!("where this file should be, {error}");
        if span.start < span.end {
            let mut body = self.body(request, size, span).await?;
            exchange.begin(Some(request.url.to_string()), Headers::default());
            let mut read = 0;
            while let Some(chunk) = body.next().await.map_err(reason)? {
                reader.push(&chunk, &mut sink).map_err(wrong)?;
                read += chunk.len() as u64;
                exchange.tell(read);
            }
        }
        let basis = reader.finish(&mut sink).map_err(wrong)?;
        let _ = file.take(ArchiveEvent::End);
        Ok((file, basis))
    }

    /// Asks for a part of a blob. A refusal that layers above know to mend goes to them.
    async fn body(&self, request: &Request, size: u64, span: Span) -> Result<Resumed, Failure> {
        let mut first = request.clone();
        let wanted = range::request(span.start, Some(span.end - span.start));
        first.headers.set(name::RANGE, wanted.unwrap_or_default());
        let response = self.line.transport.send(first).await.map_err(reason)?;
        match response.status {
            200..300 => {
                let opener = self.line.opener(request.clone());
                Resumed::of(response, opener, self.line.course(size, span)).map_err(reason)
            }
            401 => Err(Failure::Answer(response)),
            status => Err(format!("a part of the layer was refused ({status})").into()),
        }
    }
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self::Reason(reason)
    }
}

#[allow(clippy::needless_pass_by_value)]
fn reason(error: crate::error::Error) -> Failure {
    Failure::Reason(error.kind.to_string())
}

/// What is found without a pass over the layer: there was one, or a table was held against its digest.
pub(super) fn findings(size: u64) -> Findings {
    let verdict = Verdict::Verified;
    Findings { verdict, size, compression: None, plain_size: 0, diff_id: None, problem: None }
}
