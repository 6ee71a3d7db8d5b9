//! The engine: takes requests and jobs, fetches, streams, and says what it found. Runs in a worker,
//! in the page where there is none, and natively.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::poll_fn,
    ops::ControlFlow,
    rc::Rc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use futures_core::future::LocalBoxFuture;
use futures_util::{
    FutureExt, StreamExt,
    future::{AbortHandle, abortable},
    stream::FuturesUnordered,
};

use super::{
    Job, Mailbox, OneFile, Outbox,
    again::Again,
    message::{Said, ToEngine},
};
use crate::{
    content::{
        checkpoints::SPACING,
        decode::Limits,
        findings::Findings,
        layer::LayerReader,
        ranges::Ranges,
        sha256_lanes::Gang,
        shelf::{Shelf, Taking},
        tar::Event,
        verify::Verdict,
    },
    registry::{Error, ErrorKind, Result},
    transport::{
        Course, Deadline, ERROR_BODY, Opener, Request, Response, Resumed, SharedClock,
        SharedTransport, Span, Transport,
    },
    wire::{Headers, backoff, headers::name},
};

/// How often progress is told at most.
const PERIOD: Duration = Duration::from_millis(100);

/// Serves until the inbox is closed: messages come in there, answers go out by `outbox`.
///
/// `door` sends requests; the deadlines of each request are put around it here.
pub async fn serve(
    door: SharedTransport,
    clock: SharedClock,
    inbox: Mailbox<Vec<u8>>,
    outbox: Outbox,
) {
    let transport = Rc::new(Deadline::new(door, Rc::clone(&clock)));
    let desk =
        Rc::new(Desk { transport, clock, outbox, gang: Gang::default(), sets: RefCell::default() });
    let mut running = Running::default();
    poll_fn(move |context| {
        while let Poll::Ready(message) = inbox.poll(context) {
            let Some(message) = message else { return Poll::Ready(()) };
            if let Some(message) = ToEngine::unpack(&message) {
                running.take(&desk, message);
            }
        }
        running.poll(context);
        Poll::Pending
    })
    .await;
}

/// The exchanges that are under way.
#[derive(Default)]
struct Running {
    jobs: FuturesUnordered<LocalBoxFuture<'static, u64>>,
    handles: BTreeMap<u64, AbortHandle>,
}

impl Running {
    fn take(&mut self, desk: &Rc<Desk>, message: ToEngine) {
        match message {
            ToEngine::Run { id, request, job } => self.start(desk, id, *request, &job),
            ToEngine::Ask { id, set, question } => desk.answer(id, set, &question),
            ToEngine::Cancel { id } => {
                // The future is dropped when it is polled next, which aborting sees to.
                if let Some(handle) = self.handles.remove(&id) {
                    handle.abort();
                }
            }
            ToEngine::Forget { set } => {
                desk.sets.borrow_mut().remove(&set);
            }
        }
    }

    fn start(&mut self, desk: &Rc<Desk>, id: u64, request: Request, job: &Bytes) {
        let Some(job) = Job::unpack(job) else {
            desk.say(id, &Said::Failed(ErrorKind::InvalidInput("no such job".to_owned())));
            return;
        };
        let work = Rc::clone(desk).work(id, request, job);
        let (work, handle) = abortable(work);
        self.handles.insert(id, handle);
        self.jobs.push(work.map(move |_| id).boxed_local());
    }

    fn poll(&mut self, context: &mut std::task::Context<'_>) {
        while let Poll::Ready(Some(id)) = self.jobs.poll_next_unpin(context) {
            self.handles.remove(&id);
        }
    }
}

/// What all exchanges of an engine share.
pub(super) struct Desk {
    pub(super) transport: Rc<Deadline>,
    clock: SharedClock,
    outbox: Outbox,
    /// Blobs that are read at the same time are hashed together.
    gang: Gang,
    pub(super) sets: RefCell<BTreeMap<u64, Shelf>>,
}

impl Desk {
    fn say(&self, id: u64, said: &Said) {
        (self.outbox)(said.pack(id));
    }

    fn answer(&self, id: u64, set: u64, question: &[u8]) {
        // Of layers that nobody opened the shelf says itself that they are not there.
        let answer = self.sets.borrow_mut().entry(set).or_default().ask(question);
        self.say(id, &Said::Done(answer.into()));
    }

    /// One exchange, from sending to the findings.
    async fn work(self: Rc<Self>, id: u64, request: Request, job: Job) {
        let exchange = Exchange::new(&self, id);
        let response = match self.again(&exchange, &request, &job).await {
            Again::Found(findings) => {
                // To whoever asked it is the blob, not a part of it.
                exchange.begin(Some(request.url.to_string()), Headers::default());
                return self.say(id, &Said::Done(findings.pack().into()));
            }
            Again::Answer(response) => Ok(response),
            Again::No => self.transport.send(request.clone()).await,
        };
        let response = match response {
            Ok(response) => response,
            Err(error) => return self.say(id, &Said::Failed(error.kind)),
        };
        if !response.is_success() {
            return exchange.refuse(response).await;
        }
        exchange.begin(response.url.clone(), response.headers.clone());
        let end = match self.read(&exchange, request, response, &job).await {
            Ok(findings) => Said::Done(findings.pack().into()),
            Err(error) => Said::Failed(error.kind),
        };
        self.say(id, &end);
    }

    /// Reads the blob to its end.
    async fn read(
        &self,
        exchange: &Exchange<'_>,
        request: Request,
        first: Response,
        job: &Job,
    ) -> Result<Findings> {
        let course = self.course(job.size, Span { start: 0, end: job.size });
        let mut body = Resumed::of(first, self.opener(request), course)?;
        let mut reader = LayerReader::new(&job.digest, job.size, &job.wanted(), Limits::default())
            .together(&self.gang);
        // A layer that is listed is mostly looked into afterwards.
        if job.keep.is_some() {
            reader = reader.keep_checkpoints(SPACING);
        }
        let mut taking = job.keep.map(|keep| match keep.file {
            Some(OneFile { offset, cap }) => Taking::file(offset, cap),
            None => self.sets.borrow_mut().entry(keep.set).or_default().listing_of(&job.digest),
        });
        let mut visitor = |event: Event<'_>| match &mut taking {
            Some(taking) => taking.take(event),
            None => ControlFlow::Break(()),
        };
        let end = loop {
            match body.next().await {
                Ok(Some(chunk)) => {
                    // Counted before: more than was announced does not come here.
                    let _ = reader.push(&chunk, &mut visitor);
                    exchange.tell(reader.received());
                    self.let_others_catch_up().await;
                }
                Ok(None) => break Ok(None),
                Err(error) => break size_verdict(error).map(Some),
            }
        };
        let (report, checkpoints) = reader.finish_with_checkpoints(&mut visitor);
        let mut findings = Findings::from(report);
        if let Ok(Some(wrong_size)) = &end {
            findings.verdict = wrong_size.clone();
        }
        if let (Some(keep), Some(taking)) = (job.keep, taking) {
            let broke = end.as_ref().err().map(|error| error.kind.to_string());
            let mut sets = self.sets.borrow_mut();
            let shelf = sets.entry(keep.set).or_default();
            shelf.settle(&job.digest, taking, &findings, broke);
            if let Some(checkpoints) = checkpoints {
                shelf.keep_ranges(&job.digest, Ranges::FirstPass(checkpoints));
            }
        }
        end.map(|_| findings)
    }

    /// A body that has more to give would be read on before anything comes of the others, and hashed
    /// alone.
    async fn let_others_catch_up(&self) {
        if self.gang.is_ahead() {
            self.clock.sleep(Duration::ZERO).await;
        }
    }

    /// How a blob of this size, or a part of it, is read.
    pub(super) fn course(&self, size: u64, span: Span) -> Course {
        let (tries, clock) = (backoff::Policy::default().tries, Rc::clone(&self.clock));
        Course { size, span, tries, clock }
    }

    /// Sends the same request again, for the bytes that are missing.
    pub(super) fn opener(&self, request: Request) -> Opener {
        let transport = Rc::clone(&self.transport);
        Box::new(move |range| {
            let (transport, mut request) = (Rc::clone(&transport), request.clone());
            async move {
                if let Some(range) = range {
                    request.headers.set(name::RANGE, range);
                }
                let response = transport.send(request).await?;
                match response.status {
                    200..300 => Ok(response),
                    status => Err(refusal(status)),
                }
            }
            .boxed_local()
        })
    }
}

/// Why the rest of a blob could not be had.
fn refusal(status: u16) -> Error {
    match backoff::may_pass(backoff::Outcome::Status(status)) {
        true => ErrorKind::Unavailable.into(),
        false => ErrorKind::Status(status).into(),
    }
}

/// Another size than was announced is something that was found out; all else is a failure.
fn size_verdict(error: Error) -> Result<Verdict> {
    match error.kind {
        ErrorKind::SizeMismatch { expected, actual, .. } => {
            Ok(Verdict::SizeMismatch { expected, actual })
        }
        _ => Err(error),
    }
}

/// What is said in one exchange before its end.
pub(super) struct Exchange<'a> {
    desk: &'a Desk,
    id: u64,
    has_begun: Cell<bool>,
    told: Cell<Duration>,
}

impl<'a> Exchange<'a> {
    fn new(desk: &'a Desk, id: u64) -> Self {
        Self { desk, id, has_begun: Cell::default(), told: Cell::default() }
    }

    /// Says that the blob comes, unless that was said.
    pub(super) fn begin(&self, url: Option<String>, headers: Headers) {
        if !self.has_begun.replace(true) {
            self.desk.say(self.id, &Said::Head { status: 200, url, headers, body: Bytes::new() });
        }
    }

    /// Says that it does not come.
    async fn refuse(&self, response: Response) {
        if self.has_begun.get() {
            return self.desk.say(self.id, &Said::Failed(refusal(response.status).kind));
        }
        let Response { status, url, headers, .. } = &response;
        let (status, url, headers) = (*status, url.clone(), headers.clone());
        let body = response.bytes(ERROR_BODY).await.unwrap_or_default();
        self.desk.say(self.id, &Said::Head { status, url, headers, body });
    }

    /// Tells how many bytes were read, from time to time.
    pub(super) fn tell(&self, bytes: u64) {
        let now = self.desk.clock.now();
        if now.saturating_sub(self.told.get()) >= PERIOD {
            self.told.set(now);
            self.desk.say(self.id, &Said::Progress(bytes));
        }
    }
}
