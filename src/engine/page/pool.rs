//! The page's side: engines that are started as they are needed, and the exchanges with them.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use litemap::LiteMap;

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::{
    engine::{
        Mailbox,
        message::{Said, ToEngine},
    },
    error::{ErrorKind, Result},
    transport::{Request, Response},
};

/// Where the messages of an engine arrive; `Err` when it is gone, and why.
pub type Inbox = Rc<dyn Fn(std::result::Result<&[u8], &str>)>;

/// Where messages are sent.
pub type Outbox = Rc<dyn Fn(Vec<u8>)>;

/// Starts an engine. What is sent before it has started waits for it.
pub type Spawn = Box<dyn Fn(Inbox) -> Outbox>;

/// A pool of engines.
pub struct Engine {
    spawn: Spawn,
    most: usize,
    links: RefCell<Vec<Rc<Link>>>,
    sets: RefCell<LiteMap<u64, Rc<Link>>>,
    numbers: Cell<u64>,
}

impl Engine {
    /// No engine yet; at most this many are started.
    pub fn new(spawn: Spawn, most: usize) -> Rc<Self> {
        let (links, sets) = (RefCell::default(), RefCell::default());
        Rc::new(Self { spawn, most: most.max(1), links, sets, numbers: Cell::new(1) })
    }

    /// A number under which layers can be kept together.
    pub fn new_set(&self) -> u64 {
        self.number()
    }

    /// Forgets what is kept of a set of layers.
    pub fn forget(&self, set: u64) {
        if let Some(link) = self.sets.borrow_mut().remove(&set) {
            link.send(&ToEngine::Forget { set });
        }
    }

    /// Asks about the layers of a set. What question and answer mean is between `content` and who
    /// asks.
    ///
    /// # Errors
    /// `Unsupported` where no engine starts.
    pub async fn ask(&self, set: u64, question: Vec<u8>) -> Result<Bytes> {
        let id = self.number();
        let exchange = Exchange::begin(self.of_set(set), id);
        exchange.link.send(&ToEngine::Ask { id, set, question });
        loop {
            match exchange.next().await? {
                Said::Done(answer) => return Ok(answer),
                Said::Head { .. } | Said::Progress(_) | Said::Failed(_) => {}
            }
        }
    }

    /// Has a request sent and a job done. Head and body come as from any door; the parts of the body
    /// of a success are messages, which [`outcome`](super::outcome) reads.
    pub(in crate::engine) async fn run(&self, request: Request, job: Bytes) -> Result<Response> {
        let id = self.number();
        let set = crate::engine::Job::unpack(&job).and_then(|job| job.keep).map(|keep| keep.set);
        let link = set.map_or_else(|| self.least_busy(), |set| self.of_set(set));
        let exchange = Exchange::begin(link, id);
        exchange.link.send(&ToEngine::Run { id, request: Box::new(request), job });
        loop {
            if let Said::Head { status, url, headers, body } = exchange.next().await? {
                let body = match status {
                    200..300 => messages(exchange),
                    _ => stream::iter([Ok(body)]).boxed_local(),
                };
                return Ok(Response::new(status, url, headers, body));
            }
        }
    }

    fn number(&self) -> u64 {
        let number = self.numbers.get();
        self.numbers.set(number + 1);
        number
    }

    /// The engine that keeps a set of layers.
    fn of_set(&self, set: u64) -> Rc<Link> {
        if let Some(link) = self.sets.borrow().get(&set).filter(|link| !link.is_gone()) {
            return Rc::clone(link);
        }
        let link = self.least_busy();
        self.sets.borrow_mut().insert(set, Rc::clone(&link));
        link
    }

    /// An idle engine, or a new one while there may be more, or the one with the least to do.
    fn least_busy(&self) -> Rc<Link> {
        let mut links = self.links.borrow_mut();
        links.retain(|link| !link.is_gone());
        match links.iter().min_by_key(|link| link.busy()) {
            Some(link) if link.busy() == 0 || links.len() >= self.most => Rc::clone(link),
            _ => {
                let link = Link::start(&self.spawn);
                links.push(Rc::clone(&link));
                link
            }
        }
    }
}

/// The messages of an exchange, each a part of a body, until the last one.
fn messages(exchange: Exchange) -> crate::transport::BodyStream {
    stream::unfold(Some(exchange), |exchange| async {
        let exchange = exchange?;
        match exchange.next().await {
            Ok(said @ Said::Done(_)) => Some((Ok(said.pack(0).into()), None)),
            Ok(said) => Some((Ok(said.pack(0).into()), Some(exchange))),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed_local()
}

/// One engine, seen from the page.
struct Link {
    outbox: RefCell<Option<Outbox>>,
    waiting: RefCell<LiteMap<u64, Mailbox<Said>>>,
    gone: RefCell<Option<String>>,
}

impl Link {
    fn start(spawn: &Spawn) -> Rc<Self> {
        let (outbox, waiting) = (RefCell::default(), RefCell::default());
        let link = Rc::new(Self { outbox, waiting, gone: RefCell::default() });
        let weak: Weak<Self> = Rc::downgrade(&link);
        let outbox = spawn(Rc::new(move |message| {
            if let Some(link) = weak.upgrade() {
                link.receive(message);
            }
        }));
        link.outbox.replace(Some(outbox));
        link
    }

    fn send(&self, message: &ToEngine) {
        let outbox = self.outbox.borrow().clone();
        if let Some(outbox) = outbox {
            outbox(message.pack());
        }
    }

    fn receive(&self, message: std::result::Result<&[u8], &str>) {
        match message {
            Ok(message) => {
                let Some((id, said)) = Said::unpack(message) else { return };
                if let Some(mailbox) = self.waiting.borrow().get(&id) {
                    mailbox.put(said);
                }
            }
            Err(why) => {
                self.gone.replace(Some(why.to_owned()));
                self.waiting.borrow().values().for_each(Mailbox::close);
            }
        }
    }

    fn busy(&self) -> usize {
        self.waiting.borrow().len()
    }

    fn is_gone(&self) -> bool {
        self.gone.borrow().is_some()
    }
}

/// One question and what is said to it. Dropping it before the end cancels it.
struct Exchange {
    link: Rc<Link>,
    id: u64,
    mailbox: Mailbox<Said>,
    has_ended: Cell<bool>,
}

impl Exchange {
    fn begin(link: Rc<Link>, id: u64) -> Self {
        let mailbox = Mailbox::default();
        link.waiting.borrow_mut().insert(id, mailbox.clone());
        Self { link, id, mailbox, has_ended: Cell::new(false) }
    }

    async fn next(&self) -> Result<Said> {
        let said = self.mailbox.next().await;
        self.has_ended.set(matches!(said, None | Some(Said::Done(_) | Said::Failed(_))));
        match said {
            Some(Said::Failed(kind)) => Err(kind.into()),
            Some(said) => Ok(said),
            None => {
                let why = self.link.gone.borrow().clone().unwrap_or_default();
                Err(ErrorKind::Unsupported(format!("the engine for byte work ended: {why}")).into())
            }
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.link.waiting.borrow_mut().remove(&self.id);
        if !self.has_ended.get() {
            self.link.send(&ToEngine::Cancel { id: self.id });
        }
    }
}
