//! Choosing entries of indexes by platform.

use crate::oci::{Descriptor, Platform, sorted_texts::SortedTexts};

/// The entries of indexes that are opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// All of them.
    #[default]
    All,
    /// Those that satisfy one of these platforms, with their attestations, and nested indexes.
    Platforms(Vec<Platform>),
}

impl Selection {
    /// Tells of each entry of an index if it is chosen.
    pub fn of(&self, entries: &[Descriptor]) -> Vec<bool> {
        let Self::Platforms(wanted) = self else { return vec![true; entries.len()] };
        let wanted: Vec<_> = wanted.iter().map(Platform::normalized).collect();
        let is_wanted = |entry: &Descriptor| match &entry.platform {
            Some(platform) => {
                let platform = platform.normalized();
                wanted.iter().any(|wanted| platform.satisfies(wanted))
            }
            None => false,
        };
        // The first entry of a digest, looked up: searching for each would compare all with all.
        let digests = SortedTexts::of(entries.iter().map(|entry| entry.digest.as_str()));
        let subject = |entry: &Descriptor| {
            let digest = entry.annotation(Descriptor::REFERENCE_DIGEST)?;
            entries.get(digests.first(digest)?)
        };
        let is_chosen = |entry: &Descriptor| match subject(entry).unwrap_or(entry) {
            subject if subject.platform.is_some() => is_wanted(subject),
            _ => entry.media_type.is_index(),
        };
        entries.iter().map(is_chosen).collect()
    }
}
