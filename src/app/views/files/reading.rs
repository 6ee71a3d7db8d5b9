//! The progress of reading layers. The caller passes in times, in milliseconds of any clock that
//! never goes back.

use std::rc::Rc;

use crate::error::Error;

/// The state of one layer.
#[derive(Clone, Debug)]
pub enum State {
    /// It will be read.
    Waiting,
    /// It is being read: the bytes so far.
    Reading(u64),
    /// The layer was read, to its end or as far as it came.
    Read(u64),
    /// It could not be read, or not to its end.
    Failed(Rc<Error>),
}

/// Layers that are read, by their places from the base.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    layers: Vec<(u16, State)>,
    /// Grows when something was read: what was answered before may be another now.
    pub generation: u32,
    /// Bytes of all that is read in this run.
    total: u64,
    started: u64,
    now: u64,
}

impl Reading {
    /// Begins reading layers of so many bytes in all. What failed before is forgotten.
    pub fn begin(&mut self, numbers: &[u16], total: u64, now: u64) {
        self.layers.clear();
        self.layers.extend(numbers.iter().map(|&number| (number, State::Waiting)));
        (self.total, self.started, self.now) = (total, now, now);
    }

    /// The next layer to be read.
    pub fn take_next(&mut self) -> Option<u16> {
        let waiting = |(_, state): &&mut (u16, State)| matches!(state, State::Waiting);
        let (number, state) = self.layers.iter_mut().find(waiting)?;
        *state = State::Reading(0);
        Some(*number)
    }

    /// Notes how far a layer is.
    pub fn progress(&mut self, number: u16, done: u64, now: u64) {
        self.now = self.now.max(now);
        self.set(number, State::Reading(done));
    }

    /// Notes the end of a layer.
    pub fn end(&mut self, number: u16, result: Result<u64, Rc<Error>>, now: u64) {
        self.now = self.now.max(now);
        self.generation += 1;
        self.set(number, result.map_or_else(State::Failed, State::Read));
    }

    fn set(&mut self, number: u16, state: State) {
        if let Some((_, known)) = self.layers.iter_mut().find(|(known, _)| *known == number) {
            *known = state;
        }
    }

    /// Ends it all: what was not read is as if it had not been asked for.
    pub fn cancel(&mut self) {
        self.layers.retain(|(_, state)| matches!(state, State::Read(_) | State::Failed(_)));
        self.generation += 1;
    }

    /// Returns the state of a layer; `None` if it was not asked for.
    pub fn state(&self, number: u16) -> Option<&State> {
        self.layers.iter().find(|(known, _)| *known == number).map(|(_, state)| state)
    }

    /// Returns true while a layer is being read.
    pub fn is_running(&self) -> bool {
        let running =
            |(_, state): &(u16, State)| matches!(state, State::Waiting | State::Reading(_));
        self.layers.iter().any(running)
    }

    /// Layers that could not be read, with the reason.
    pub fn failures(&self) -> impl Iterator<Item = (u16, &Rc<Error>)> {
        self.layers.iter().filter_map(|(number, state)| match state {
            State::Failed(error) => Some((*number, error)),
            _ => None,
        })
    }

    /// Bytes read.
    pub fn done(&self) -> u64 {
        let done = |(_, state): &(u16, State)| match state {
            State::Reading(done) | State::Read(done) => *done,
            State::Waiting | State::Failed(_) => 0,
        };
        self.layers.iter().map(done).fold(0, u64::saturating_add)
    }

    /// Bytes in all. A layer whose table of contents cannot be used is read beyond what was thought.
    pub fn total(&self) -> u64 {
        self.total.max(self.done())
    }

    /// Returns the speed in bytes a second; `None` while it is not known yet.
    pub fn speed(&self) -> Option<u64> {
        let passed = self.now.saturating_sub(self.started);
        (passed >= 300).then(|| self.done().saturating_mul(1_000) / passed)
    }

    /// Seconds left.
    pub fn left(&self) -> Option<u64> {
        self.total().saturating_sub(self.done()).checked_div(self.speed()?)
    }
}
