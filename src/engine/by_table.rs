//! Listing a layer by its table of contents: a request for the footer where the format has one, and one
//! for the table. Where that fails the layer is read as a whole, if whoever asks wants that.

use std::ops::Range;

use super::{Job, again::findings, job::Table, keeper::Again, shelves::Shelves};
use crate::{
    layers::{
        index::is_wrong,
        listing::Lister,
        ranges::toc::{Opening, OpeningStep, Toc},
    },
    oci::{Descriptor, MediaType},
    transport::{Request, Response, Transport},
    wire::headers::name,
};

/// What came of asking for a part of a blob.
pub(super) enum Part {
    /// So many bytes, which need not be as many as were asked for.
    Bytes(bytes::Bytes),
    /// The whole, or a refusal that layers above know to mend.
    Answer(Response),
    /// Nothing, and why.
    Failed(String),
}

/// Why there is no listing by a table.
enum Failure {
    Answer(Response),
    Reason { reason: String, is_wrong: bool },
}

/// What servers without ranges do, in words.
pub(super) const WHOLE: &str = "the server sends the whole layer where a part is asked for";

impl Shelves {
    /// Lists a layer by its table, and puts that on the shelf; or notes there why not.
    pub(super) async fn by_table(&self, request: &Request, job: &Job) -> Again {
        let (Some(keep), Some(table)) = (job.keep, &job.table) else { return Again::No };
        let told = self.told(request, job, table).await;
        let mut sets = self.sets.borrow_mut();
        let shelf = sets.entry(keep.set).or_default();
        match told {
            Ok((lister, toc)) => {
                shelf.list_from_toc(&job.digest, lister, toc);
                Again::Found(findings(0))
            }
            Err(Failure::Answer(response)) if response.status == 200 => {
                shelf.refuse(&job.digest, WHOLE.to_owned(), false);
                if table.or_whole { Again::Answer(response) } else { Again::Found(findings(0)) }
            }
            Err(Failure::Answer(response)) => Again::Answer(response),
            Err(Failure::Reason { reason, is_wrong }) => {
                shelf.refuse(&job.digest, reason, is_wrong);
                if table.or_whole { Again::No } else { Again::Found(findings(0)) }
            }
        }
    }

    async fn told(
        &self,
        request: &Request,
        job: &Job,
        table: &Table,
    ) -> Result<(Lister, Toc), Failure> {
        let mut layer = Descriptor::new(MediaType::OCTET_STREAM, job.digest.clone(), job.size);
        layer.annotations.clone_from(&table.annotations);
        let vouched = Opening::new(&layer).filter(Opening::is_vouched_for);
        let mut opening = vouched.ok_or_else(|| Failure::Reason {
            reason: "no annotation gives the digest of its table of contents".to_owned(),
            is_wrong: true,
        })?;
        let mut lister = Lister::bare();
        loop {
            let bytes = match self.part(request, opening.range()).await {
                Part::Bytes(bytes) => bytes,
                Part::Answer(response) => return Err(Failure::Answer(response)),
                Part::Failed(reason) => return Err(Failure::Reason { reason, is_wrong: false }),
            };
            match opening.give(&bytes, &mut |event| lister.take(event)) {
                Ok(OpeningStep::More(more)) => opening = more,
                Ok(OpeningStep::Ready(toc)) => return Ok((lister, toc)),
                Err(error) => {
                    let is_wrong = is_wrong(&error);
                    return Err(Failure::Reason { reason: error.to_string(), is_wrong });
                }
            }
        }
    }

    /// Asks for a part of the blob that a request is for; of nothing there is nothing to ask.
    pub(super) async fn part(&self, request: &Request, range: Range<u64>) -> Part {
        let Some(last) = range.end.checked_sub(1).filter(|last| *last >= range.start) else {
            return Part::Bytes(bytes::Bytes::new());
        };
        let mut request = request.clone();
        request.headers.set(name::RANGE, format!("bytes={}-{last}", range.start));
        match self.line.transport.send(request).await {
            Ok(response) => match response.status {
                206 => match response.bytes(range.end - range.start).await {
                    Ok(bytes) => Part::Bytes(bytes),
                    Err(error) => Part::Failed(error.kind.to_string()),
                },
                200 | 401 => Part::Answer(response),
                status => Part::Failed(format!("a part of the layer was refused ({status})")),
            },
            Err(error) => Part::Failed(error.kind.to_string()),
        }
    }
}
