//! The engine: takes requests and jobs, fetches, streams, and says what it found. Runs in a worker,
//! in the page where there is none, and natively.

use std::{
    cell::{Cell, OnceCell},
    collections::BTreeMap,
    future::poll_fn,
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
    Job, Mailbox, Outbox,
    keeper::{Again, Keeper, Only, Pass, keeper},
    line::{Line, refusal},
    message::{Said, ToEngine},
};
use crate::{
    content::{sha256_lanes::Gang, sniff::may_be_zstd, verify::Verdict},
    error::{ErrorKind, Result},
    layers::findings::Findings,
    transport::{
        Deadline, ERROR_BODY, Request, Response, Resumed, SharedClock, SharedTransport, Span,
        Transport,
    },
    wire::Headers,
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
    let line = Line { transport, clock };
    let desk = Rc::new(Desk { line, outbox, gang: Gang::default(), keeper: OnceCell::new() });
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
            ToEngine::Ask { id, set, question } => {
                self.begin(id, Rc::clone(desk).answer(id, set, question).boxed_local());
            }
            ToEngine::Cancel { id } => {
                // The future is dropped when it is polled next, which aborting sees to.
                if let Some(handle) = self.handles.remove(&id) {
                    handle.abort();
                }
            }
            ToEngine::Forget { set } => {
                if let Some(keeper) = desk.keeper.get() {
                    keeper.forget(set);
                }
            }
        }
    }

    fn start(&mut self, desk: &Rc<Desk>, id: u64, request: Request, job: &Bytes) {
        let Some(job) = Job::unpack(job) else {
            desk.say(id, &Said::Failed(ErrorKind::InvalidInput("no such job".to_owned())));
            return;
        };
        self.begin(id, Rc::clone(desk).work(id, request, job).boxed_local());
    }

    fn begin(&mut self, id: u64, work: LocalBoxFuture<'static, ()>) {
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
    line: Line,
    outbox: Outbox,
    /// Blobs that are read at the same time are hashed together.
    gang: Gang,
    /// What keeps layers, once something is to be kept.
    keeper: OnceCell<Rc<dyn Keeper>>,
}

impl Desk {
    fn say(&self, id: u64, said: &Said) {
        (self.outbox)(said.pack(id));
    }

    async fn keeper(&self) -> Result<Rc<dyn Keeper>> {
        if self.keeper.get().is_none() {
            let keeper = keeper(&self.line).await?;
            // Whoever was quicker has the shelves.
            let _ = self.keeper.set(keeper);
        }
        self.keeper.get().cloned().ok_or_else(|| ErrorKind::Unavailable.into())
    }

    async fn answer(self: Rc<Self>, id: u64, set: u64, question: Vec<u8>) {
        let said = match self.keeper().await {
            Ok(keeper) => Said::Done(keeper.answer(set, &question).into()),
            Err(error) => Said::Failed(error.kind),
        };
        self.say(id, &said);
    }

    /// One exchange, from sending to the findings.
    async fn work(self: Rc<Self>, id: u64, request: Request, job: Job) {
        let exchange = Exchange::new(&self, id);
        let keeper = match job.keep {
            None => None,
            Some(_) => match self.keeper().await {
                Ok(keeper) => Some(keeper),
                Err(error) => return self.say(id, &Said::Failed(error.kind)),
            },
        };
        let again = match &keeper {
            None => Again::No,
            Some(keeper) => keeper.again(&exchange, &request, &job).await,
        };
        let response = match again {
            Again::Found(findings) => {
                // To whoever asked it is the blob, not a part of it.
                exchange.begin(Some(request.url.to_string()), Headers::default());
                return self.say(id, &Said::Done(findings.pack().into()));
            }
            Again::Answer(response) => Ok(response),
            Again::No => self.line.transport.send(request.clone()).await,
        };
        let response = match response {
            Ok(response) => response,
            Err(error) => return self.say(id, &Said::Failed(error.kind)),
        };
        if !response.is_success() {
            return exchange.refuse(response).await;
        }
        exchange.begin(response.url.clone(), response.headers.clone());
        let end = match self.read(&exchange, request, response, &job, keeper).await {
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
        keeper: Option<Rc<dyn Keeper>>,
    ) -> Result<Findings> {
        let course = self.line.course(job.size, Span { start: 0, end: job.size });
        let mut body = Resumed::of(first, self.line.opener(request), course)?;
        let mut next = body.next().await;
        let start = next.as_ref().ok().and_then(Option::as_ref).map(|chunk| chunk.as_ref());
        let mut pass = self.pass(job, keeper, start.unwrap_or_default()).await?;
        let end = loop {
            match next {
                Ok(Some(chunk)) => {
                    pass.push(&chunk);
                    exchange.tell(pass.received());
                    self.let_others_catch_up().await;
                }
                Ok(None) => break Ok(None),
                Err(error) => break Verdict::of_error(error).map(Some),
            }
            next = body.next().await;
        };
        let findings = pass.finish(&end);
        end.map(|_| findings)
    }

    /// A pass over a blob that starts like this.
    async fn pass(
        &self,
        job: &Job,
        keeper: Option<Rc<dyn Keeper>>,
        start: &[u8],
    ) -> Result<Box<dyn Pass>> {
        let keeper = match keeper {
            None if job.diff_id.is_some() && may_be_zstd(start) => Some(self.keeper().await?),
            keeper => keeper,
        };
        Ok(match keeper {
            None => Box::new(Only::new(job, &self.gang)),
            Some(keeper) => keeper.pass(job, &self.gang),
        })
    }

    /// A body that has more to give would be read on before anything comes of the others, and hashed
    /// alone.
    async fn let_others_catch_up(&self) {
        if self.gang.is_ahead() {
            self.line.clock.sleep(Duration::ZERO).await;
        }
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
        let now = self.desk.line.clock.now();
        if now.saturating_sub(self.told.get()) >= PERIOD {
            self.told.set(now);
            self.desk.say(self.id, &Said::Progress(bytes));
        }
    }
}
