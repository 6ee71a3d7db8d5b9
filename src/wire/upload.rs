//! Uploads as a state machine: events in, requests out, no I/O (R109 to R120).
//!
//! The machine counts bytes and never holds them. A request names the range of the blob that is its
//! body. The caller keeps the bytes that are not stored yet, or reads them again from their source.

mod step;

use std::ops::Range;

pub use step::{Request, Step, UploadError};

use super::{
    endpoint::Endpoint,
    headers::{Headers, name},
    location,
    range::parse_stored,
    url::Url,
};
use crate::oci::{Algorithm, Digest, RepositoryName};

/// The size of a chunk if the caller names none, in bytes. Each chunk costs a round trip, and a
/// hidden `OCI-Chunk-Min-Length` is rarely larger (R112).
pub const DEFAULT_CHUNK_SIZE: u64 = 8 * 1024 * 1024;

/// The number of questions for progress in a row after which an upload without progress ends.
const MAX_RECOVERIES: u32 = 3;

/// The phase of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
enum UploadState {
    /// The session waits for the answer to the request that opens it.
    Opening,
    /// No request is on its way.
    Open,
    /// The session waits for the answer to a chunk.
    Sending(Range<u64>),
    /// The session waits for the registry's position.
    Asking,
    /// The session waits for the answer to the closing request.
    Committing(Range<u64>),
    /// The session waits for the answer to a cancellation.
    Cancelling,
    /// The session has ended.
    Closed,
}

/// The caller's goal.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Goal {
    /// Send as soon as there is more than a chunk (R113).
    Fill,
    /// Send all bytes that were handed in.
    Flush,
    /// Send all bytes and close the session under this digest.
    Commit(Digest),
}

/// One upload session.
#[derive(Clone, Debug)]
pub struct Upload {
    state: UploadState,
    goal: Goal,
    location: Option<Url>,
    id: String,
    chunk_size: u64,
    chunk_limit: u64,
    /// The number of bytes that the registry has.
    stored: u64,
    /// The number of bytes that the caller handed in.
    size: u64,
    /// True if the caller continues from the registry's position, false if it passes in everything.
    follows_registry: bool,
    /// The first byte of the last chunk that was answered with 416.
    refused_at: Option<u64>,
    recoveries: u32,
}

impl Upload {
    /// Opens a session. A `chunk_size` of 0 means the default, and `u64::MAX` sends everything in
    /// the closing request (R109, R112). The request names a digest `algorithm` other than SHA-256.
    pub fn start(
        repository: &RepositoryName,
        algorithm: Option<&Algorithm>,
        chunk_size: u64,
    ) -> (Self, Request) {
        let algorithm = algorithm.filter(|name| **name != Algorithm::Sha256).cloned();
        let endpoint = Endpoint::StartUpload { repository: repository.clone(), algorithm };
        (Self::new(UploadState::Opening, None, chunk_size), Request::bare(endpoint))
    }

    /// Continues with a session that the registry opened in answer to a mount (R119).
    ///
    /// # Errors
    /// The answer to the mount names no location that can be used.
    pub fn opened(request: &Url, headers: &Headers, chunk_size: u64) -> Result<Self, UploadError> {
        let mut upload = Self::new(UploadState::Open, None, chunk_size);
        upload.follow(request, headers)?;
        if upload.location.is_some() { Ok(upload) } else { Err(UploadError::NoLocation) }
    }

    /// Resumes a session at an `offset`. Without one the registry is asked for its position, and
    /// [`Upload::size`] gives it afterwards (R116).
    pub fn resume(location: Url, offset: Option<u64>, chunk_size: u64) -> (Self, Step) {
        let mut upload = Self::new(UploadState::Open, Some(location), chunk_size);
        match offset {
            Some(offset) => {
                (upload.stored, upload.size) = (offset, offset);
                (upload, Step::Ready)
            }
            None => {
                upload.follows_registry = true;
                let step = upload.ask();
                (upload, step)
            }
        }
    }

    fn new(state: UploadState, location: Option<Url>, chunk_size: u64) -> Self {
        let chunk_size = if chunk_size == 0 { DEFAULT_CHUNK_SIZE } else { chunk_size };
        let id = location.as_ref().map(|url| location::session_id(&Headers::new(), url));
        Self {
            state,
            goal: Goal::Fill,
            location,
            id: id.unwrap_or_default(),
            chunk_size,
            chunk_limit: u64::MAX,
            stored: 0,
            size: 0,
            follows_registry: false,
            refused_at: None,
            recoveries: 0,
        }
    }

    /// Returns the number of bytes that the caller handed in.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the number of bytes that the registry has. The caller may drop these. But a registry
    /// may lose bytes in a crash, and then only a source that can be read again helps.
    pub fn stored(&self) -> u64 {
        self.stored
    }

    /// Returns the size of a chunk: the caller's, or `OCI-Chunk-Min-Length` if that is larger.
    pub fn chunk_size(&self) -> u64 {
        self.chunk_size
    }

    /// Returns the name of the session. It stays after the end.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the address of the session, once it is open. It is a secret.
    pub fn location(&self) -> Option<&Url> {
        self.location.as_ref()
    }

    /// Hands in this number of further bytes.
    pub fn write(&mut self, length: u64) -> Step {
        self.size = self.size.saturating_add(length);
        self.go_for(Goal::Fill)
    }

    /// Sends all bytes that were handed in, and leaves the session open (R118).
    pub fn flush(&mut self) -> Step {
        self.go_for(Goal::Flush)
    }

    /// Sends all bytes that were handed in, and closes the session under this digest (R114).
    pub fn commit(&mut self, digest: &Digest) -> Step {
        self.go_for(Goal::Commit(digest.clone()))
    }

    /// Cancels the session. It does nothing if the session has ended or was never opened (R118).
    pub fn cancel(&mut self) -> Step {
        match (&self.state, self.location.clone()) {
            (UploadState::Closed, _) | (_, None) => {
                self.state = UploadState::Closed;
                Step::Cancelled
            }
            (_, Some(location)) => {
                self.state = UploadState::Cancelling;
                send(Request::bare(Endpoint::CancelUpload { location }))
            }
        }
    }

    fn go_for(&mut self, goal: Goal) -> Step {
        match self.state {
            UploadState::Closed => Step::Failed(UploadError::AlreadyClosed),
            UploadState::Open => {
                self.goal = goal;
                self.advance()
            }
            _ => Step::Failed(UploadError::Busy),
        }
    }

    /// Returns the next request to send, if there is one.
    fn advance(&mut self) -> Step {
        let pending = self.size.saturating_sub(self.stored);
        match self.goal.clone() {
            Goal::Fill if pending <= self.chunk_size => Step::Ready,
            Goal::Flush if pending == 0 => Step::Ready,
            Goal::Commit(digest) if pending <= self.chunk_limit => self.close_with(digest),
            _ => self.send_chunk(),
        }
    }

    fn send_chunk(&mut self) -> Step {
        let Some(location) = self.location.clone() else {
            return self.fail(UploadError::NoLocation);
        };
        let end = self.size.min(self.stored.saturating_add(self.chunk_limit));
        let body = self.stored..end;
        self.state = UploadState::Sending(body.clone());
        send(Request::with_body(Endpoint::SendChunk { location }, body, true))
    }

    fn close_with(&mut self, digest: Digest) -> Step {
        let Some(location) = self.location.clone() else {
            return self.fail(UploadError::NoLocation);
        };
        let body = self.stored..self.size;
        self.state = UploadState::Committing(body.clone());
        // A blob in one request is no chunk, and some registries refuse the field then.
        let is_chunk = self.stored > 0;
        send(Request::with_body(Endpoint::CommitUpload { location, digest }, body, is_chunk))
    }

    fn ask(&mut self) -> Step {
        let Some(location) = self.location.clone() else {
            return self.fail(UploadError::NoLocation);
        };
        self.state = UploadState::Asking;
        send(Request::bare(Endpoint::UploadStatus { location }))
    }

    fn fail(&mut self, error: UploadError) -> Step {
        // The session can still be cancelled, or resumed by its location.
        self.state = UploadState::Open;
        Step::Failed(error)
    }

    /// Takes in the answer to the last request, which went to `request`.
    pub fn answered(&mut self, request: &Url, status: u16, headers: &Headers) -> Step {
        let is_success = (200..300).contains(&status);
        let (opens, stores) = (matches!(status, 201 | 202), matches!(status, 201 | 202 | 204));
        match (self.state.clone(), status) {
            (UploadState::Open | UploadState::Closed, _) => Step::Failed(UploadError::Busy),
            (UploadState::Cancelling, _) => self.end(Step::Cancelled),
            (UploadState::Opening, _) if opens => self.session_opened(request, headers),
            (UploadState::Opening, _) => self.fail(UploadError::Answer),
            (UploadState::Committing(_), _) if stores => self.end(Step::Committed),
            (_, 404) => self.fail(UploadError::Unknown),
            (UploadState::Sending(body), 416) | (UploadState::Committing(body), 416) => {
                self.refused(&body)
            }
            (UploadState::Sending(body), _) if stores => self.chunk_stored(&body, request, headers),
            (UploadState::Asking, _) if is_success => self.told(request, headers),
            // A registry that cannot tell how far the upload got: only a new start helps.
            (UploadState::Asking, 400 | 405 | 406 | 416 | 501) => {
                self.fail(UploadError::NotResumable)
            }
            _ => self.fail(UploadError::Answer),
        }
    }

    /// Takes in that no answer came. A chunk may have arrived in part, so the registry is asked.
    pub fn broken(&mut self) -> Step {
        match self.state {
            UploadState::Sending(_) => self.recover(),
            UploadState::Committing(_) => self.fail(UploadError::Unclear),
            UploadState::Cancelling => self.end(Step::Cancelled),
            _ => self.fail(UploadError::Answer),
        }
    }

    fn end(&mut self, step: Step) -> Step {
        self.state = UploadState::Closed;
        step
    }

    fn session_opened(&mut self, request: &Url, headers: &Headers) -> Step {
        if let Err(error) = self.follow(request, headers) {
            return self.fail(error);
        }
        if self.location.is_none() {
            return self.fail(UploadError::NoLocation);
        }
        self.state = UploadState::Open;
        self.advance()
    }

    /// Keeps the location for the next request (R113). Without a new one, the last one stays.
    fn follow(&mut self, request: &Url, headers: &Headers) -> Result<(), UploadError> {
        if let Some(url) = location::read(request, headers).map_err(UploadError::BadLocation)? {
            self.id = location::session_id(headers, &url);
            self.location = Some(url);
        }
        let length = |name| headers.get(name).and_then(|text| text.trim().parse::<u64>().ok());
        let least = length(name::OCI_CHUNK_MIN_LENGTH).unwrap_or(0);
        self.chunk_size = self.chunk_size.max(least);
        // cloudflare/serverless-registry refuses larger chunks.
        if let Some(most) = length("oci-chunk-max-length").filter(|most| *most >= least.max(1)) {
            self.chunk_limit = most;
            self.chunk_size = self.chunk_size.min(most);
        }
        Ok(())
    }

    fn chunk_stored(&mut self, body: &Range<u64>, request: &Url, headers: &Headers) -> Step {
        if let Err(error) = self.follow(request, headers) {
            return self.fail(error);
        }
        self.stored = match headers.get(name::RANGE).and_then(parse_stored) {
            Some(stored) if stored > body.end => return self.out_of_step(Some(stored)),
            // Only part of the chunk was taken.
            Some(stored) if stored > body.start => stored,
            // ECR always reports the end of the first chunk. distribution reports
            // `0-0` for one byte and for none. A 416 on the next chunk would show it.
            _ => body.end,
        };
        self.recoveries = 0;
        self.refused_at = None;
        self.state = UploadState::Open;
        self.advance()
    }

    fn refused(&mut self, body: &Range<u64>) -> Step {
        self.refused_at = Some(body.start);
        self.recover()
    }

    fn recover(&mut self) -> Step {
        self.recoveries += 1;
        if self.recoveries > MAX_RECOVERIES {
            return self.out_of_step(Some(self.stored));
        }
        self.ask()
    }

    fn out_of_step(&mut self, stored: Option<u64>) -> Step {
        let location = self.location.as_ref().map(Url::to_string).unwrap_or_default();
        self.fail(UploadError::OutOfStep { location, stored, size: self.size })
    }

    /// Takes in the position that the registry reports (R117).
    fn told(&mut self, request: &Url, headers: &Headers) -> Step {
        if let Err(error) = self.follow(request, headers) {
            return self.fail(error);
        }
        let Some(mut stored) = headers.get(name::RANGE).and_then(parse_stored) else {
            return self.fail(UploadError::NotResumable);
        };
        // `0-0` after a chunk from 0 was refused means one byte, not none (R116).
        if stored == 0 && self.refused_at == Some(0) {
            stored = 1;
        }
        if self.follows_registry {
            (self.size, self.follows_registry) = (stored, false);
        }
        if stored > self.size {
            return self.out_of_step(Some(stored));
        }
        if stored > self.stored {
            self.recoveries = 0;
        }
        self.stored = stored;
        self.state = UploadState::Open;
        self.advance()
    }
}

fn send(request: Request) -> Step {
    Step::Send(Box::new(request))
}

/// Returns the URL of a session of which only the name was kept (R116). The location is better:
/// some registries keep the state of the session in its query.
pub fn location_of_id(base: &super::base::BaseUrl, repository: &RepositoryName, id: &str) -> Url {
    let id = super::url::escape_value(id).replace('/', "%2F");
    base.at(&format!("/v2/{repository}/blobs/uploads/{id}"))
}

#[cfg(test)]
mod tests;
