//! A body that is taken up again where it breaks off (R84), counted against its size.
//!
//! No hidden header is needed: where `Content-Range` cannot be read, lengths are compared. Hashing
//! is the reader's; a body that does not fit is never taken for the bytes that were asked for.

use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::{StreamExt, stream};

use super::{BodyStream, Response, SharedClock};
use crate::{
    error::{Error, ErrorKind, Result},
    wire::{
        backoff::Policy,
        range::{self, Part},
    },
};

/// The bytes from `start` up to, but not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u64,
    /// The byte after the last one.
    pub end: u64,
}

/// Asks for the bytes of a `Range` header, or for everything, and answers with a success.
pub type Opener = Box<dyn Fn(Option<String>) -> LocalBoxFuture<'static, Result<Response>>>;

/// How a body is read and taken up again.
pub struct Course {
    /// Size of the whole in bytes.
    pub size: u64,
    /// What is wanted of it.
    pub span: Span,
    /// Tries in a row without a new byte between; 1 never takes up again (R45).
    pub tries: u32,
    /// For the waits between them.
    pub clock: SharedClock,
}

/// A body, or part of one, that is being read.
pub struct Resumed {
    open: Opener,
    course: Course,
    /// What is still wanted.
    left: Span,
    /// Bytes of the body to be dropped: those before the wanted ones where a server ignores ranges.
    skip: u64,
    body: BodyStream,
    /// Failures since the last byte that was new.
    failures: u32,
}

impl Resumed {
    /// Asks for the first time.
    ///
    /// # Errors
    /// What opening gives; `BadAnswer` where another part came.
    pub async fn open(open: Opener, course: Course) -> Result<Self> {
        let mut resumed = Self::idle(open, course);
        resumed.reopen().await?;
        Ok(resumed)
    }

    /// Reads an answer that came already, to a request for what is wanted.
    ///
    /// # Errors
    /// `BadAnswer` where the answer is something else.
    pub fn of(first: Response, open: Opener, course: Course) -> Result<Self> {
        let mut resumed = Self::idle(open, course);
        let ranged = resumed.range().is_some();
        resumed.accept(first, ranged)?;
        Ok(resumed)
    }

    fn idle(open: Opener, course: Course) -> Self {
        let (left, body) = (course.span, stream::empty().boxed_local());
        Self { open, course, left, skip: 0, body, failures: 0 }
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
                // All is there; whatever the connection did after it, the digest decides.
                None | Some(Err(_)) if self.left.start == self.left.end => return Ok(None),
                Some(Err(error)) if !error.is_retryable() => return Err(error),
                broken => self.resume(broken.and_then(Result::err)).await?,
            }
        }
    }

    async fn reopen(&mut self) -> Result<()> {
        let range = self.range();
        let ranged = range.is_some();
        let answer = (self.open)(range).await?;
        self.accept(answer, ranged)
    }

    /// What to ask for, unless it is everything.
    fn range(&self) -> Option<String> {
        let Span { start, end } = self.left;
        match end == self.course.size {
            true if start == 0 => None,
            true => range::request(start, None),
            false => range::request(start, Some(end - start)),
        }
    }

    fn accept(&mut self, answer: Response, ranged: bool) -> Result<()> {
        let (Span { start, end }, size) = (self.left, self.course.size);
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

    /// Whether the whole is read, and not a part of it.
    fn is_whole(&self) -> bool {
        self.course.span == Span { start: 0, end: self.course.size }
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
        if self.failures >= self.course.tries {
            return Err(cause.unwrap_or_else(|| self.size_mismatch(self.left.start)));
        }
        let clock = &self.course.clock;
        clock.sleep(Policy::default().wait(self.failures, clock.random())).await;
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
        let expected = if self.is_whole() { self.course.size } else { self.left.end };
        ErrorKind::SizeMismatch { digest: None, expected, actual }.into()
    }
}

fn wrong_part(status: u16) -> Error {
    let mut error: Error =
        ErrorKind::BadAnswer("another part came than was asked for".to_owned()).into();
    error.context.status = Some(status);
    error
}
