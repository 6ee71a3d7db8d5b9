//! The rules of one instance, and how often each struck.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::fault::Fault;
use super::rule::Rule;
use crate::random::Dice;

/// The rules with their counters.
#[derive(Debug, Default)]
pub(crate) struct Plan(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    rules: Vec<Counted>,
    visits: BTreeMap<String, u32>,
}

#[derive(Debug)]
struct Counted {
    rule: Rule,
    seen: u32,
    struck: u32,
}

impl Plan {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let plan = Self::default();
        plan.replace(rules);
        plan
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts other rules in place and starts counting anew.
    pub(crate) fn replace(&self, rules: Vec<Rule>) {
        let rules = rules.into_iter().map(|rule| Counted { rule, seen: 0, struck: 0 }).collect();
        *self.lock() = State { rules, visits: BTreeMap::new() };
    }

    /// How often each rule struck.
    pub(crate) fn strikes(&self) -> Vec<u32> {
        self.lock().rules.iter().map(|counted| counted.struck).collect()
    }

    /// The rule that strikes this request, if one does.
    pub(super) fn strike(&self, line: &str, dice: &Dice) -> Option<Rule> {
        let mut state = self.lock();
        let struck = state
            .rules
            .iter_mut()
            .find_map(|counted| counted.strikes(line, dice).then_some(&counted.rule));
        struck.cloned()
    }

    /// How often a path was asked for before.
    pub(super) fn visit(&self, line: &str) -> u32 {
        let mut state = self.lock();
        let visits = state.visits.entry(line.to_owned()).or_default();
        *visits += 1;
        *visits - 1
    }
}

impl Counted {
    fn strikes(&mut self, line: &str, dice: &Dice) -> bool {
        if self.rule.fault.is_of_address() || !self.rule.matches(line) {
            return false;
        }
        self.seen += 1;
        let due = self.seen > self.rule.skip
            && self.rule.times.is_none_or(|times| self.struck < times)
            && (self.rule.fault != Fault::Flapping || self.seen % 3 == 1)
            && self.rule.probability.is_none_or(|probability| dice.happens(probability));
        self.struck += u32::from(due);
        due
    }
}
