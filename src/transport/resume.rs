//! A body that is resumed at the byte at which it broke off (R84), counted against its size.
//!
//! No hidden header is needed: where `Content-Range` cannot be read, lengths are compared. Hashing
//! is the reader's; a body that does not fit is never taken for the bytes that were asked for.
//!
//! Two things are not believed. Servers read ranges in ways of their own: `crane registry serve` knows
//! `bytes=N-M` alone and answers 416 to anything else. So a range has an end, and after any answer that is
//! no answer to it, the body is read once more from its beginning. And descriptors state wrong sizes: where
//! the reader allows more, the end of the body is its end, and the digest decides.

use std::ops::Range;

use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::{StreamExt, stream};

use super::{
    BodyStream, Response, SharedClock, TryWaits,
    answer_type::{is_multipart, is_page},
};
use crate::{
    error::{AnswerFault, Error, ErrorKind, Result, TransportEncoding},
    wire::{
        headers::name,
        range::{self, Part},
    },
};

/// Sends the request again with a `Range` header, or without one for everything. Gives only answers
/// of success.
pub type Reopen = Box<dyn Fn(Option<String>) -> LocalBoxFuture<'static, Result<Response>>>;

/// The bytes that a body is to give, and how often it is resumed.
pub struct ResumePlan {
    /// Size of the whole in bytes, as its descriptor states it.
    pub size: u64,
    /// The bytes that are wanted of it.
    pub range: Range<u64>,
    /// The most bytes that are read of a whole whose size is stated wrongly. With `size` itself, more
    /// bytes than stated are an error.
    pub most: u64,
    /// Tries in a row without a new byte between them, and the waits between them;
    /// [`Policy::never`](crate::wire::backoff::Policy::never) resumes nothing (R45).
    pub waits: TryWaits,
    /// The clock for the waits.
    pub clock: SharedClock,
}

/// A body, or a part of one, that is being read, and resumed where it breaks off.
pub struct ResumingBody {
    reopen: Reopen,
    plan: ResumePlan,
    /// The bytes that are still wanted. The end of a whole moves with the bytes that come.
    left: Range<u64>,
    /// The number of bytes of the whole, once an answer has told it.
    told: Option<u64>,
    /// Bytes of the body to drop: if a server ignores ranges, those before the wanted ones.
    skip: u64,
    body: BodyStream,
    /// Failures since the last byte that was new.
    failures: u32,
    /// Set once the body was begun again without a range.
    begun_again: bool,
    /// Set if the rest was asked for, and no answer came that gives it.
    was_refused: bool,
    /// Set if the answer says that it is a page for people.
    is_page: bool,
    /// Set if the answer names an encoding.
    is_encoded: bool,
    /// Set if another number of bytes came than `Content-Length` said.
    is_other_length: bool,
}

impl ResumingBody {
    /// Asks for the first time.
    ///
    /// # Errors
    /// The errors of opening; `BadAnswer` if another part came.
    pub async fn open(reopen: Reopen, plan: ResumePlan) -> Result<Self> {
        let mut body = Self::idle(reopen, plan);
        body.reopen().await?;
        Ok(body)
    }

    /// Reads an answer that came already, to a request for what is wanted.
    ///
    /// # Errors
    /// `BadAnswer` if the answer is something else.
    pub fn of(first: Response, reopen: Reopen, plan: ResumePlan) -> Result<Self> {
        let mut body = Self::idle(reopen, plan);
        let ranged = body.range().is_some();
        body.accept_or_fail(first, ranged)?;
        Ok(body)
    }

    fn idle(reopen: Reopen, plan: ResumePlan) -> Self {
        let (left, body) = (plan.range.clone(), stream::empty().boxed_local());
        Self {
            reopen,
            plan,
            left,
            told: None,
            skip: 0,
            body,
            failures: 0,
            begun_again: false,
            was_refused: false,
            is_page: false,
            is_encoded: false,
            is_other_length: false,
        }
    }

    /// Tells whether the last answer says that it is a page for people: a login page has status 200. It may
    /// also be what was asked for, which only the digest shows.
    pub fn is_page(&self) -> bool {
        self.is_page
    }

    /// Returns the encoding that the transport put on the bytes so far, if it shows.
    pub fn encoding(&self) -> Option<TransportEncoding> {
        match (self.is_other_length, self.is_encoded) {
            (true, _) => Some(TransportEncoding::Undone),
            (false, true) if cfg!(target_arch = "wasm32") => Some(TransportEncoding::Undone),
            (false, true) => Some(TransportEncoding::Kept),
            (false, false) => None,
        }
    }

    /// The next new bytes; `None` after the last one. Of a part, bytes too many are dropped; of the
    /// whole they are an error, unless the plan allows more.
    ///
    /// # Errors
    /// `SizeMismatch`, `TooLarge`, `BadAnswer`, and the reason of the last break.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let part = self.body.next().await;
            self.is_other_length |= part.is_none() && self.is_whole() && self.differs_from_told();
            match part {
                Some(Ok(chunk)) => {
                    if let Some(chunk) = self.take(chunk)? {
                        return Ok(Some(chunk));
                    }
                    if self.is_over() {
                        return Ok(None);
                    }
                }
                // All bytes are there. The digest decides, and not the end of the connection.
                None | Some(Err(_)) if self.has_all() => return Ok(None),
                None if self.is_true_end() || (self.is_page && self.is_whole()) => return Ok(None),
                Some(Err(error)) if !error.is_retryable() => return Err(error),
                broken => {
                    if self.resume(broken.and_then(Result::err)).await? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Tells whether every byte that is wanted has come: as many as the descriptor states, or as the
    /// registry says. A descriptor that states none is not believed.
    fn has_all(&self) -> bool {
        let (start, size) = (self.left.start, self.plan.size);
        match self.is_whole() {
            true => self.told == Some(start) || (size > 0 && start == size),
            false => start == self.left.end,
        }
    }

    /// Tells whether a body that ended in order was whole, whatever its descriptor states.
    fn is_true_end(&self) -> bool {
        let start = self.left.start;
        self.is_whole() && (start >= self.plan.size || self.told == Some(start))
    }

    fn differs_from_told(&self) -> bool {
        let start = self.left.start;
        start >= self.plan.size && self.told.is_some_and(|told| told != start)
    }

    async fn reopen(&mut self) -> Result<()> {
        let range = self.range();
        let ranged = range.is_some();
        let opened = (self.reopen)(range).await;
        let may_begin_again = ranged && !self.begun_again;
        match opened {
            Err(error) if may_begin_again && self.is_no_answer_to_a_range(&error) => {
                self.begin_again(error).await
            }
            Err(error) => Err(error),
            Ok(answer) => match self.accept_or_fail(answer, ranged) {
                Err(error) if may_begin_again => self.begin_again(error).await,
                outcome => outcome,
            },
        }
    }

    /// Asks once for everything, after a range was answered in another way. Without success, the answer to
    /// the range is the fault that is told.
    async fn begin_again(&mut self, cause: Error) -> Result<()> {
        self.begun_again = true;
        match (self.reopen)(None).await {
            Ok(answer) => self.accept_or_fail(answer, false).map_err(|_| cause),
            Err(_) => Err(cause),
        }
    }

    /// Tells whether an error is what a server makes of a range that it does not understand, and not of the
    /// request as such. Of a body that was open before, a refusal is no refusal of the blob.
    fn is_no_answer_to_a_range(&self, error: &Error) -> bool {
        let status = match &error.kind {
            ErrorKind::Status(status) => Some(*status),
            _ => error.context.status,
        };
        match status {
            Some(400 | 405 | 406 | 409 | 411..=418 | 501) => true,
            Some(403) => self.is_whole(),
            _ => false,
        }
    }

    fn accept_or_fail(&mut self, answer: Response, ranged: bool) -> Result<()> {
        let status = answer.status;
        self.accept(answer, ranged)?.then_some(()).ok_or_else(|| self.wrong_part(status))
    }

    /// Returns the range to ask for, unless it is everything.
    fn range(&self) -> Option<String> {
        let Range { start, end } = self.left;
        match self.is_whole() {
            true if start == 0 => None,
            true => {
                let end = self.told.unwrap_or(self.plan.size);
                range::request(start, end.checked_sub(start).filter(|length| *length > 0))
            }
            false => range::request(start, Some(end - start)),
        }
    }

    /// Takes an answer in; `false` if it has nothing to do with what was asked for.
    fn accept(&mut self, answer: Response, ranged: bool) -> Result<bool> {
        let (start, length) = (self.left.start, answer.content_length());
        let is_whole = self.is_whole();
        let size = if is_whole { self.told } else { Some(self.plan.size) };
        self.is_page = is_page(&answer);
        if ranged && (self.is_page || is_multipart(&answer)) {
            return Ok(false);
        }
        self.skip = match range::judge(start, size, answer.status, &answer.headers) {
            Part::AsAsked if ranged && !self.fits(length) && !self.is_shorter(&answer) => {
                return Err(self.wrong_part(answer.status));
            }
            Part::AsAsked if ranged || start == 0 => 0,
            // Of another length it is a login page, say, or has an encoding put on by a proxy: no
            // part of it is part of the blob.
            Part::Whole { .. } if (ranged || start > 0) && self.is_other(length) => {
                return Err(self.wrong_part(answer.status));
            }
            // A part has no digest that would show it.
            Part::Whole { .. } if !is_whole && self.is_page && length != size => {
                return Err(self.wrong_part(answer.status));
            }
            Part::Whole { skip } => skip,
            Part::Other if !ranged && start == 0 => 0,
            // Taken for the bytes that were asked for, these would be others (R82, R84).
            Part::WrongStart => return Err(self.wrong_part(answer.status)),
            _ => return Ok(false),
        };
        let encoding = answer.headers.get(name::CONTENT_ENCODING);
        self.is_encoded |= encoding.is_some_and(|name| !name.eq_ignore_ascii_case("identity"));
        if is_whole {
            let whole = if ranged { range::total(&answer.headers) } else { length };
            self.told = self.told.or(whole);
        }
        self.body = answer.body;
        Ok(true)
    }

    /// Tells whether an answer to a range may have this length. Of a whole, a server that knows where it
    /// ends sends fewer bytes than a wrong size makes be asked for.
    fn fits(&self, length: Option<u64>) -> bool {
        let end = if self.is_whole() { self.told.unwrap_or(self.plan.size) } else { self.left.end };
        let asked = end.saturating_sub(self.left.start);
        let may_be_less = self.is_whole() && self.told.is_none();
        length.is_none_or(|length| length == asked || asked == 0 || (may_be_less && length < asked))
    }

    /// Tells whether an answer is the beginning of the range, and says so: a server may send less than it was
    /// asked for (RFC 9110 section 15.3.7). The rest is asked for then.
    fn is_shorter(&self, answer: &Response) -> bool {
        let told = answer.headers.get(name::CONTENT_RANGE).and_then(range::parse_content_range);
        let end = told.and_then(|told| told.end).map(|last| last.saturating_add(1));
        let length = answer.content_length();
        end.is_some_and(|end| {
            let fits = end > self.left.start && end <= self.left.end;
            fits && length.is_none_or(|length| length == end - self.left.start)
        })
    }

    /// Tells whether a whole answer of this length is another than the blob that is being read.
    fn is_other(&self, length: Option<u64>) -> bool {
        length.is_some_and(|length| Some(length) != self.told && length != self.plan.size)
    }

    /// Returns true if the whole is read, and not a part of it.
    fn is_whole(&self) -> bool {
        self.plan.range == (0..self.plan.size)
    }

    /// A part is over with its last byte; the whole with the end of the body, for a byte too many
    /// must be noticed.
    fn is_over(&self) -> bool {
        !self.is_whole() && self.left.start == self.left.end
    }

    /// The new bytes of a chunk, counted.
    fn take(&mut self, mut chunk: Bytes) -> Result<Option<Bytes>> {
        let skipped = self.skip.min(chunk.len() as u64);
        self.skip -= skipped;
        let _ = chunk.split_to(usize::try_from(skipped).unwrap_or(usize::MAX).min(chunk.len()));
        let after = self.left.start.saturating_add(chunk.len() as u64);
        if after > self.left.end && self.is_whole() {
            if after > self.plan.most.max(self.plan.size) {
                return Err(self.too_many(after));
            }
            self.left.end = after;
        }
        let wanted = self.left.end - self.left.start;
        if chunk.len() as u64 > wanted {
            chunk.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        }
        if chunk.is_empty() {
            return Ok(None);
        }
        self.left.start += chunk.len() as u64;
        self.failures = 0;
        Ok(Some(chunk))
    }

    /// Opens the rest after a break, as often as is allowed without a new byte between (R84). Returns
    /// true if nothing more comes of a whole that ended in order each time: its digest decides.
    async fn resume(&mut self, cause: Option<Error>) -> Result<bool> {
        self.failures += 1;
        let is_in_order = cause.is_none() && self.is_whole();
        let ResumePlan { waits, clock, .. } = &self.plan;
        let wait = waits.after(self.failures, clock);
        if let Some(wait) = wait {
            clock.sleep(wait).await;
        }
        // A browser shows an answer without CORS headers, as to a range that is refused, as no answer at all.
        // So the last try that the policy allows asks for everything.
        if wait.is_some()
            && waits.is_before_last(self.failures)
            && !self.begun_again
            && self.was_refused
            && self.is_whole()
            && let Some(cause) = cause
        {
            return self.begin_again(cause).await.map(|()| false);
        }
        if wait.is_none() || (is_in_order && self.begun_again) {
            return match cause {
                None if is_in_order => Ok(true),
                cause => Err(cause.unwrap_or_else(|| self.size_mismatch(self.left.start))),
            };
        }
        match self.reopen().await {
            // A new break counts on; its cause is the latest.
            Err(error) if error.is_retryable() => {
                self.was_refused = true;
                self.body = stream::iter([Err(error)]).boxed_local();
                Ok(false)
            }
            outcome => outcome.map(|()| false),
        }
    }

    fn wrong_part(&self, status: u16) -> Error {
        let fault = if self.is_page { AnswerFault::HtmlPage } else { AnswerFault::OtherPart };
        let mut error: Error = ErrorKind::BadAnswer(fault).into();
        error.context.status = Some(status);
        error
    }

    fn too_many(&self, actual: u64) -> Error {
        match self.plan.most > self.plan.size {
            _ if self.is_page => self.wrong_part(200),
            true => ErrorKind::TooLarge { limit: self.plan.most }.into(),
            false => self.size_mismatch(actual),
        }
    }

    fn size_mismatch(&self, actual: u64) -> Error {
        let expected = if self.is_whole() { self.plan.size } else { self.left.end };
        ErrorKind::SizeMismatch { digest: None, expected, actual }.into()
    }
}
