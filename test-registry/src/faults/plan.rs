//! The fault rules of one instance, with the number of times that each was applied.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::fault::Fault;
use super::rule::Rule;
use crate::random::Random;

/// The rules with their counts.
#[derive(Debug, Default)]
pub(crate) struct Plan(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    rules: Vec<RuleCount>,
    visits: BTreeMap<String, u32>,
}

#[derive(Debug)]
struct RuleCount {
    rule: Rule,
    matched: u32,
    applied: u32,
}

impl Plan {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let plan = Self::default();
        plan.replace(rules);
        plan
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the rules. All counts start again at 0.
    pub(crate) fn replace(&self, rules: Vec<Rule>) {
        let rules =
            rules.into_iter().map(|rule| RuleCount { rule, matched: 0, applied: 0 }).collect();
        *self.lock() = Counts { rules, visits: BTreeMap::new() };
    }

    /// Returns the number of times that each rule was applied.
    pub(crate) fn times_applied(&self) -> Vec<u32> {
        self.lock().rules.iter().map(|count| count.applied).collect()
    }

    /// Returns the first rule that is due for this request.
    pub(super) fn rule_for(&self, line: &str, random: &Random) -> Option<Rule> {
        let mut state = self.lock();
        let struck = state
            .rules
            .iter_mut()
            .find_map(|count| count.applies(line, random).then_some(&count.rule));
        struck.cloned()
    }

    /// Counts a request, and returns the number of equal requests before it.
    pub(super) fn visit(&self, line: &str) -> u32 {
        let mut state = self.lock();
        let visits = state.visits.entry(line.to_owned()).or_default();
        *visits += 1;
        *visits - 1
    }
}

impl RuleCount {
    fn applies(&mut self, line: &str, random: &Random) -> bool {
        if self.rule.fault.is_of_address() || !self.rule.matches(line) {
            return false;
        }
        self.matched += 1;
        let due = self.matched > self.rule.skip
            && self.rule.times.is_none_or(|times| self.applied < times)
            && (self.rule.fault != Fault::Flapping || self.matched % 3 == 1)
            && self.rule.probability.is_none_or(|probability| random.happens(probability));
        self.applied += u32::from(due);
        due
    }
}
