//! What an engine keeps of opened layers, and how it is asked.

use std::{collections::BTreeMap, ops::ControlFlow};

use crate::content::{
    findings::Findings,
    tar::{Entry, Event},
};

/// The listing of a layer while it is read.
#[derive(Default)]
pub struct Listing {
    entries: Vec<Entry>,
}

impl Listing {
    /// Takes in what the reader of the archive found.
    pub fn take(&mut self, event: Event<'_>) -> ControlFlow<()> {
        if let Event::Entry(entry) = event {
            self.entries.push(*entry);
        }
        ControlFlow::Continue(())
    }
}

/// The layers of one set.
#[derive(Default)]
pub struct Kept {
    layers: BTreeMap<u64, (Listing, Findings)>,
}

impl Kept {
    /// Keeps a layer that was read, also one that was read in part.
    pub fn put(&mut self, layer: u64, listing: Listing, findings: Findings) {
        self.layers.insert(layer, (listing, findings));
    }

    /// Answers a question; `None` where it is none. What the bytes mean is the business of
    /// `content`.
    pub fn answer(&mut self, question: &[u8]) -> Option<Vec<u8>> {
        let layer = question.first().copied().map(u64::from)?;
        let (listing, _) = self.layers.get(&layer)?;
        Some((listing.entries.len() as u64).to_be_bytes().to_vec())
    }
}
