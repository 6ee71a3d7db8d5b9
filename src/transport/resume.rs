//! A body that is resumed at the byte at which it broke off (R84), counted against its size.
//!
//! No hidden header is needed: where `Content-Range` cannot be read, lengths are compared. Hashing
//! is the reader's; a body that does not fit is never taken for the bytes that were asked for.

use std::ops::Range;

use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::{StreamExt, stream};

use super::{BodyStream, Response, SharedClock};
use crate::{
    error::{AnswerFault, Error, ErrorKind, Result},
    wire::{
        backoff::Policy,
        range::{self, Part},
    },
};

/// Sends the request again with a `Range` header, or without one for everything. Gives only answers
/// of success.
pub type Reopen = Box<dyn Fn(Option<String>) -> LocalBoxFuture<'static, Result<Response>>>;

/// The bytes that a body is to give, and how often it is resumed.
pub struct ResumePlan {
    /// Size of the whole in bytes.
    pub size: u64,
    /// The bytes that are wanted of it.
    pub range: Range<u64>,
    /// Tries in a row without a new byte between them, and the waits between them;
    /// [`Policy::never`] resumes nothing (R45).
    pub policy: Policy,
    /// The clock for the waits.
    pub clock: SharedClock,
}

/// A body, or a part of one, that is being read, and resumed where it breaks off.
pub struct ResumingBody {
    reopen: Reopen,
    plan: ResumePlan,
    /// The bytes that are still wanted.
    left: Range<u64>,
    /// Bytes of the body to drop: if a server ignores ranges, those before the wanted ones.
    skip: u64,
    body: BodyStream,
    /// Failures since the last byte that was new.
    failures: u32,
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
        body.accept(first, ranged)?;
        Ok(body)
    }

    fn idle(reopen: Reopen, plan: ResumePlan) -> Self {
        let (left, body) = (plan.range.clone(), stream::empty().boxed_local());
        Self { reopen, plan, left, skip: 0, body, failures: 0 }
    }

    /// The next new bytes; `None` after the last one. Of a part, bytes too many are dropped; of the
    /// whole they are an error.
    ///
    /// # Errors
    /// `SizeMismatch`, `BadAnswer`, and the reason of the last break.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            match self.body.next().await {
                Some(Ok(chunk)) => {
                    if let Some(chunk) = self.take(chunk)? {
                        return Ok(Some(chunk));
                    }
                    if self.is_over() {
                        return Ok(None);
                    }
                }
                // All bytes are there. The digest decides, and not the end of the connection.
                None | Some(Err(_)) if self.left.start == self.left.end => return Ok(None),
                Some(Err(error)) if !error.is_retryable() => return Err(error),
                broken => self.resume(broken.and_then(Result::err)).await?,
            }
        }
    }

    async fn reopen(&mut self) -> Result<()> {
        let range = self.range();
        let ranged = range.is_some();
        let answer = (self.reopen)(range).await?;
        self.accept(answer, ranged)
    }

    /// Returns the range to ask for, unless it is everything.
    fn range(&self) -> Option<String> {
        let Range { start, end } = self.left;
        match end == self.plan.size {
            true if start == 0 => None,
            true => range::request(start, None),
            false => range::request(start, Some(end - start)),
        }
    }

    fn accept(&mut self, answer: Response, ranged: bool) -> Result<()> {
        let (Range { start, end }, size) = (self.left.clone(), self.plan.size);
        let length = answer.content_length();
        let differs = |from: u64| ranged && length.is_some_and(|length| length != from);
        self.skip = match range::judge(start, Some(size), answer.status, &answer.headers) {
            Part::AsAsked if !differs(end - start) => 0,
            // Of another length it is a login page, say, or has an encoding put on by a proxy: no
            // part of it is part of the blob.
            Part::Whole { skip } if !differs(size) => skip,
            Part::Other if !ranged => 0,
            // Taken for the bytes that were asked for, these would be others (R82, R84).
            _ => return Err(wrong_part(answer.status)),
        };
        self.body = answer.body;
        Ok(())
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
        let wanted = self.left.end - self.left.start;
        if chunk.len() as u64 > wanted {
            if self.is_whole() {
                return Err(self.size_mismatch(self.left.start + chunk.len() as u64));
            }
            chunk.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        }
        if chunk.is_empty() {
            return Ok(None);
        }
        self.left.start += chunk.len() as u64;
        self.failures = 0;
        Ok(Some(chunk))
    }

    /// Opens the rest after a break, as often as is allowed without a new byte between (R84).
    async fn resume(&mut self, cause: Option<Error>) -> Result<()> {
        self.failures += 1;
        if self.failures >= self.plan.policy.tries {
            return Err(cause.unwrap_or_else(|| self.size_mismatch(self.left.start)));
        }
        let ResumePlan { policy, clock, .. } = &self.plan;
        clock.sleep(policy.wait(self.failures, clock.random())).await;
        match self.reopen().await {
            // A new break counts on; its cause is the latest.
            Err(error) if error.is_retryable() => {
                self.body = stream::iter([Err(error)]).boxed_local();
                Ok(())
            }
            outcome => outcome,
        }
    }

    fn size_mismatch(&self, actual: u64) -> Error {
        let expected = if self.is_whole() { self.plan.size } else { self.left.end };
        ErrorKind::SizeMismatch { digest: None, expected, actual }.into()
    }
}

fn wrong_part(status: u16) -> Error {
    let mut error: Error = ErrorKind::BadAnswer(AnswerFault::OtherPart).into();
    error.context.status = Some(status);
    error
}
