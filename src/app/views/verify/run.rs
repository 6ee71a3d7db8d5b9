//! A verification in progress: the objects that were checked, the speed, the rest, and the outcome.
//!
//! The caller passes in times, in milliseconds of any clock that never goes back.

use std::collections::VecDeque;

use litemap::LiteMap;

use super::{JobEvent, Outcome, Report, Role, UnverifiedReason};
use crate::{
    app::Place,
    layers::findings::Findings,
    oci::{Descriptor, Digest, Platform},
    ops::verify::{Check, Checked, ReportContext},
};

/// Speed is measured over this time, in milliseconds.
const SPEED_WINDOW: u64 = 4_000;
/// Speeds are noted no more often than this, in milliseconds.
const SPEED_STEP: u64 = 200;

/// The state of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Objects are still being read.
    Running,
    /// It went through to its end.
    Done,
    /// The reader ended it: objects that were not begun were not checked.
    Cancelled,
}

/// One object.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The pointer to it.
    pub descriptor: Descriptor,
    /// The role of the object in the image.
    pub role: Role,
    /// The platforms that it belongs to, known at the end.
    pub platforms: Vec<Platform>,
    /// The bytes that were read of it.
    pub done: u64,
    /// The time of its start.
    pub started: u64,
    /// The time of its end.
    pub ended: Option<u64>,
    /// The outcome; `None` while it is read.
    pub outcome: Option<Outcome>,
    /// The same for the content that its descriptor carries itself, known at the end.
    pub embedded: Option<Outcome>,
    /// The findings of reading it, known at the end.
    pub findings: Option<Findings>,
}

/// The three states, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects whose bytes are those of their digest.
    pub verified: usize,
    /// Objects whose bytes are not.
    pub mismatch: usize,
    /// Objects that were not checked.
    pub not_verified: usize,
}

/// A verification.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    rows: Vec<Row>,
    checks: Vec<Check>,
    by_digest: LiteMap<Digest, usize>,
    /// Bytes of finished and running objects.
    done: u64,
    /// Bytes in all, once that is known.
    total: Option<u64>,
    is_cut: bool,
    started: u64,
    now: u64,
    samples: VecDeque<(u64, u64)>,
    state: State,
}

impl Run {
    /// A verification that begins now.
    pub fn new(now: u64) -> Self {
        Self {
            rows: Vec::new(),
            checks: Vec::new(),
            by_digest: LiteMap::new(),
            done: 0,
            total: None,
            is_cut: false,
            started: now,
            now,
            samples: VecDeque::from([(now, 0)]),
            state: State::Running,
        }
    }

    /// Takes in what happened.
    pub fn take(&mut self, event: &JobEvent, now: u64) {
        self.now = self.now.max(now);
        match event {
            // Manifests were read by then, and are not part of the plan.
            JobEvent::Planned { bytes, .. } => self.total = Some(self.done.saturating_add(*bytes)),
            JobEvent::Started { object, role } => self.start(object, *role),
            JobEvent::Progress { digest, done } => self.progress(digest, *done),
            JobEvent::Finished { digest, outcome } => self.finish(digest, outcome),
        }
        self.sample();
    }

    /// Ends the verification.
    pub fn end(&mut self, state: State, now: u64) {
        self.now = self.now.max(now);
        self.state = state;
        let (now, cancelled) = (self.now, Outcome::NotVerified(UnverifiedReason::Cancelled));
        for row in self.rows.iter_mut().filter(|row| row.outcome.is_none()) {
            row.outcome = Some(cancelled.clone());
            row.ended = Some(now);
        }
    }

    fn start(&mut self, object: &Descriptor, role: Role) {
        let row = Row::new(object.clone(), role, self.now);
        match self.by_digest.get(&object.digest).and_then(|at| self.rows.get_mut(*at)) {
            Some(old) => {
                self.done = self.done.saturating_sub(old.done);
                *old = row;
            }
            None => {
                self.by_digest.insert(object.digest.clone(), self.rows.len());
                self.rows.push(row);
            }
        }
    }

    /// Takes over the report of a verification that went through: it also has the objects that
    /// were not read at all.
    pub fn settle(&mut self, report: &Report) {
        self.is_cut = report.cut;
        self.checks.clone_from(&report.checks);
        for checked in &report.objects {
            let Checked { descriptor, role, platforms, outcome, embedded, findings, .. } = checked;
            if !self.by_digest.contains_key(&descriptor.digest) {
                self.start(descriptor, *role);
            }
            if let Some(row) = self.row(&descriptor.digest) {
                row.platforms.clone_from(platforms);
                row.embedded.clone_from(embedded);
                row.findings.clone_from(findings);
                row.outcome = Some(outcome.clone());
            }
        }
    }

    fn row(&mut self, digest: &Digest) -> Option<&mut Row> {
        self.by_digest.get(digest).and_then(|at| self.rows.get_mut(*at))
    }

    fn progress(&mut self, digest: &Digest, done: u64) {
        let Some(row) = self.row(digest) else { return };
        let before = std::mem::replace(&mut row.done, done);
        // A resumed read may begin again at a lower byte.
        self.done = self.done.saturating_sub(before).saturating_add(done);
    }

    fn finish(&mut self, digest: &Digest, outcome: &Outcome) {
        let now = self.now;
        let Some(row) = self.row(digest) else { return };
        row.outcome = Some(outcome.clone());
        row.ended = Some(now);
        // The plan holds the stated sizes, and what came may be more or less.
        let (stated, came) = (row.descriptor.size, row.done);
        self.total = self.total.map(|total| total.saturating_sub(stated).saturating_add(came));
    }

    fn sample(&mut self) {
        let due = self.samples.back().is_none_or(|(at, _)| self.now - at >= SPEED_STEP);
        if due {
            self.samples.push_back((self.now, self.done));
            while self.samples.len() > 2
                && self.samples.front().is_some_and(|(at, _)| self.now - at > SPEED_WINDOW)
            {
                self.samples.pop_front();
            }
        }
    }

    /// Returns true if a limit left out a part of the tree.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The time of the last event.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Returns the state of the whole run, for its heading.
    pub fn state(&self) -> State {
        self.state
    }

    /// The objects, in the order in which they were begun.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns the other comparisons, known at the end.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Bytes read so far.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Bytes in all, as far as they are known.
    pub fn total(&self) -> Option<u64> {
        self.total.map(|bytes| bytes.max(self.done))
    }

    /// Milliseconds since the beginning, until now or the end.
    pub fn elapsed(&self) -> u64 {
        self.now - self.started
    }

    /// Returns the speed in bytes a second: recent while at work, the average afterwards. `None`
    /// while it is not known.
    pub fn speed(&self) -> Option<u64> {
        let (since, before) = match self.state {
            State::Running => *self.samples.front()?,
            State::Done | State::Cancelled => (self.started, 0),
        };
        per_second(self.done.checked_sub(before)?, self.now - since)
    }

    /// Seconds that are left at the recent speed.
    pub fn left(&self) -> Option<u64> {
        let speed = self.speed().filter(|speed| *speed > 0)?;
        Some(self.total()?.saturating_sub(self.done).div_ceil(speed))
    }

    /// Returns the number of objects in each state.
    pub fn counts(&self) -> Counts {
        Counts::of(self.rows.iter().filter_map(Row::worst))
    }

    /// Returns the number of other comparisons in each state.
    pub fn chain_counts(&self) -> Counts {
        Counts::of(self.checks.iter().map(|check| &check.outcome))
    }
}

impl Counts {
    fn of<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        let mut counts = Self::default();
        for outcome in outcomes {
            match outcome {
                Outcome::Verified => counts.verified += 1,
                Outcome::Mismatch(_) => counts.mismatch += 1,
                _ => counts.not_verified += 1,
            }
        }
        counts
    }
}

impl Row {
    fn new(descriptor: Descriptor, role: Role, started: u64) -> Self {
        Self {
            descriptor,
            role,
            platforms: Vec::new(),
            done: 0,
            started,
            ended: None,
            outcome: None,
            embedded: None,
            findings: None,
        }
    }

    /// The outcome that counts: a wrong copy inside a descriptor makes the object wrong.
    pub fn worst(&self) -> Option<&Outcome> {
        match &self.embedded {
            Some(wrong @ Outcome::Mismatch(_)) => Some(wrong),
            _ => self.outcome.as_ref(),
        }
    }

    /// Returns the speed of this object in bytes a second; `None` while it is not known.
    pub fn speed(&self, now: u64) -> Option<u64> {
        per_second(self.done, self.ended.unwrap_or(now).saturating_sub(self.started))
    }

    /// Seconds that are left of this object.
    pub fn left(&self, now: u64) -> Option<u64> {
        let speed = self.speed(now).filter(|speed| *speed > 0)?;
        Some(self.descriptor.size.saturating_sub(self.done).div_ceil(speed))
    }
}

impl Run {
    /// The report, also of a verification that was cancelled.
    pub fn report(&self) -> Report {
        let checked = |row: &Row| Checked {
            descriptor: row.descriptor.clone(),
            role: row.role,
            platforms: row.platforms.clone(),
            received: row.done,
            outcome: row.outcome.clone().unwrap_or(Outcome::NotVerified(UnverifiedReason::NotRead)),
            embedded: row.embedded.clone(),
            findings: row.findings.clone(),
        };
        Report {
            root: self.rows.first().map(|row| row.descriptor.clone()),
            objects: self.rows.iter().map(checked).collect(),
            checks: self.checks.clone(),
            cut: self.is_cut || self.state != State::Done,
        }
    }

    /// Returns the subject of the report. `checked_at` is the time of the end in RFC 3339.
    pub fn occasion(&self, place: &Place, checked_at: &str) -> ReportContext {
        ReportContext {
            reference: place.reference.canonical(),
            registry: place.registry.host.to_string(),
            platform: place.platform.as_deref().and_then(named_platform),
            checked_at: checked_at.to_owned(),
            milliseconds: self.elapsed(),
        }
    }
}

/// Returns the platform that an address names. A report does not repeat other text of an address, since a
/// link may hold any.
fn named_platform(text: &str) -> Option<String> {
    text.parse::<Platform>().ok().map(|platform| platform.to_string())
}

fn per_second(bytes: u64, milliseconds: u64) -> Option<u64> {
    // Less than a tenth of a second says nothing.
    (milliseconds >= 100).then(|| bytes.saturating_mul(1000) / milliseconds)
}
