//! Long work of the page, cut into slices: the page answers a key between them. The size of a slice is a
//! number of items and not a time, so that a slow machine does the same work as a fast one.

use std::{collections::VecDeque, rc::Rc};

/// The items that one slice of work handles: a few milliseconds' worth.
pub const SLICE: usize = 2_000;

/// Lets the work that waits go first: a key, a scroll, a repaint. Natively nothing waits.
pub async fn pause() {
    #[cfg(target_arch = "wasm32")]
    {
        use crate::transport::{BrowserClock, Clock};
        BrowserClock.sleep(std::time::Duration::ZERO).await;
    }
}

/// Work that is done slice by slice.
pub trait Sliced {
    /// The result of all of it.
    type Output;

    /// Does a slice of about [`SLICE`] items. Returns the result after the last one.
    fn step(&mut self) -> Option<Self::Output>;
}

/// Reads a value out of a name, if it holds one.
type Reading<V> = Box<dyn Fn(&str) -> Option<V>>;

/// Sorts names by a key, and turns those that can be turned into values.
pub struct SortNames<K, V> {
    names: Rc<Vec<String>>,
    /// The names before this place have been looked at.
    at: usize,
    key: Box<dyn Fn(&str) -> K>,
    value: Reading<V>,
    /// Sorted parts that together are all that was looked at.
    runs: VecDeque<VecDeque<(K, V)>>,
    merged: VecDeque<(K, V)>,
}

impl<K: Ord, V> SortNames<K, V> {
    /// Begins to sort names. Those without a value are left out.
    pub fn new(
        names: Rc<Vec<String>>,
        key: impl Fn(&str) -> K + 'static,
        value: impl Fn(&str) -> Option<V> + 'static,
    ) -> Self {
        let (key, value) = (Box::new(key), Box::new(value));
        Self { names, at: 0, key, value, runs: VecDeque::new(), merged: VecDeque::new() }
    }

    /// Sorts the next names among themselves.
    fn sort_some(&mut self) {
        let names = self.names.get(self.at..).unwrap_or_default().iter().take(SLICE);
        let mut run: Vec<_> =
            names.filter_map(|name| Some(((self.key)(name), (self.value)(name)?))).collect();
        run.sort_by(|(left, _), (right, _)| left.cmp(right));
        self.at += SLICE;
        self.runs.push_back(run.into());
    }

    /// Merges a slice of the first two parts; they are joined in turns, so that all stay of one length.
    fn merge_some(&mut self, mut left: VecDeque<(K, V)>, mut right: VecDeque<(K, V)>) {
        for _ in 0..SLICE {
            let is_left = match (left.front(), right.front()) {
                (Some((left, _)), Some((right, _))) => left <= right,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => break,
            };
            let next = if is_left { left.pop_front() } else { right.pop_front() };
            self.merged.extend(next);
        }
        if left.is_empty() && right.is_empty() {
            self.runs.push_back(std::mem::take(&mut self.merged));
        } else {
            self.runs.push_front(right);
            self.runs.push_front(left);
        }
    }
}

impl<K: Ord, V> Sliced for SortNames<K, V> {
    type Output = Vec<V>;

    fn step(&mut self) -> Option<Vec<V>> {
        if self.at < self.names.len() {
            self.sort_some();
            return None;
        }
        match (self.runs.pop_front(), self.runs.pop_front()) {
            (Some(left), Some(right)) => {
                self.merge_some(left, right);
                None
            }
            (Some(last), None) => Some(last.into_iter().map(|(_, value)| value).collect()),
            _ => Some(Vec::new()),
        }
    }
}

/// Does all of the work at once.
pub fn at_once<S: Sliced>(mut work: S) -> S::Output {
    loop {
        if let Some(output) = work.step() {
            return output;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sorting(count: usize) -> SortNames<String, String> {
        // A number that shares no divisor with the count mixes the names.
        let names = (0..count).map(|at| format!("{:07}", at * 7_919 % count.max(1))).collect();
        SortNames::new(Rc::new(names), str::to_owned, |name| Some(name.to_owned()))
    }

    #[test]
    fn names_are_sorted_as_at_once() {
        for count in [0, 1, SLICE, SLICE + 1, 10_007] {
            let sorted = at_once(sorting(count));
            assert!(sorted.is_sorted() && sorted.len() == count, "{count}");
        }
    }

    #[test]
    fn names_without_a_value_are_left_out() {
        let names = Rc::new(["b", "-", "a"].map(str::to_owned).to_vec());
        let is_good = |name: &str| (name != "-").then(|| name.to_owned());
        assert_eq!(at_once(SortNames::new(names, str::to_owned, is_good)), ["a", "b"]);
    }

    #[test]
    fn the_number_of_slices_grows_as_sorting_does() {
        let steps = |count: usize| {
            let (mut work, mut steps) = (sorting(count), 1);
            while work.step().is_none() {
                steps += 1;
            }
            steps
        };
        // One slice for each part, and for each of the 7 rounds of merging 100 parts one for each part.
        let parts = 100;
        assert!(steps(parts * SLICE) <= parts * 8 + parts, "{}", steps(parts * SLICE));
        assert_eq!(steps(SLICE), 2);
    }
}
