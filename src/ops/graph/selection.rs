//! Choosing entries of indexes by platform.

use crate::oci::{Descriptor, Index, Platform};

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
    /// Returns true if an entry of an index is chosen.
    pub fn has(&self, index: &Index, entry: &Descriptor) -> bool {
        let Self::Platforms(wanted) = self else { return true };
        let subject = index.attested_by(entry).unwrap_or(entry);
        match &subject.platform {
            Some(platform) => {
                let platform = platform.normalized();
                wanted.iter().any(|wanted| platform.satisfies(&wanted.normalized()))
            }
            None => entry.media_type.is_index(),
        }
    }
}
