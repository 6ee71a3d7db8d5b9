//! The pool of engines: they are started as they are needed, and each keeps the layers of its sets.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use litemap::LiteMap;

use super::{
    exchange::{Exchange, misunderstood},
    link::Link,
};
use crate::{
    engine::{
        Job, Origin, Slice,
        message::{FromEngine, Spawn, ToEngine},
    },
    error::Result,
    layers::{
        findings::Findings,
        index::{Answer, Question},
    },
    wire::backoff::Policy,
};

/// A pool of engines.
pub struct Engine {
    spawn: Spawn,
    most: usize,
    links: RefCell<Vec<Rc<Link>>>,
    sets: RefCell<LiteMap<u64, Rc<Link>>>,
    numbers: Cell<u64>,
}

impl Engine {
    /// Returns a pool that has started no engine yet, and starts at most this many.
    pub(in crate::engine) fn new(spawn: Spawn, most: usize) -> Rc<Self> {
        let (links, sets) = (RefCell::default(), RefCell::default());
        Rc::new(Self { spawn, most: most.max(1), links, sets, numbers: Cell::new(1) })
    }

    /// A number under which layers can be kept together.
    pub fn new_set(&self) -> u64 {
        self.number()
    }

    /// Forgets the layers of a set.
    pub fn forget(&self, set: u64) {
        if let Some(link) = self.sets.borrow_mut().remove(&set) {
            link.send(ToEngine::Forget { set });
        }
    }

    /// Asks about the layers of a set.
    ///
    /// # Errors
    /// `Engine` if no engine starts.
    pub async fn ask(&self, set: u64, question: &Question) -> Result<Answer> {
        let id = self.number();
        // Questions cross as bytes: the part of an engine that verifies has no code to read them.
        let message = ToEngine::Ask { id, set, question: question.to_bytes() };
        let mut exchange = Exchange::begin(self.of_set(set), id, message);
        loop {
            if let FromEngine::Answered(answer) = exchange.next().await? {
                return Answer::from_bytes(&answer).ok_or_else(misunderstood);
            }
        }
    }

    /// Has a job done with a part of a file. `progress` receives the bytes read so far.
    ///
    /// # Errors
    /// `FileUnreadable` if the file cannot be read; `Engine` if no engine starts.
    pub async fn read_slice(
        &self,
        slice: Slice,
        job: Job,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Findings> {
        // A file does not break off.
        let mut exchange = self.run(Origin::Slice(slice), job, Policy::never());
        loop {
            match exchange.next().await? {
                FromEngine::Progress(bytes) => progress(bytes),
                FromEngine::Found(findings) => return Ok(findings),
                _ => {}
            }
        }
    }

    /// Begins a job in the engine that keeps its set, or in the one with the least to do.
    pub(super) fn run(&self, origin: Origin, job: Job, policy: Policy) -> Exchange {
        let id = self.number();
        let set = job.retain.map(|retain| retain.set);
        let link = set.map_or_else(|| self.least_busy(), |set| self.of_set(set));
        Exchange::begin(link, id, ToEngine::Run { id, origin, job: Box::new(job), policy })
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
