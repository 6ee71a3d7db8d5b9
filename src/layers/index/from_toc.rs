//! Layers that are listed by their tables of contents: what is told is kept apart from what was seen.

use super::{Opened, Shelf, Table, Taking};
use crate::{
    layers::{
        listing::Lister,
        ranges::{
            Ranges,
            toc::{Comparison, Format, Toc, TocError},
        },
    },
    oci::Digest,
};

impl Shelf {
    /// Puts a layer on the shelf as its table of contents tells it. The table must have the digest that
    /// the layer's annotation gives.
    pub fn tell(&mut self, digest: &Digest, lister: Lister, toc: Toc) {
        let is_full = lister.is_full();
        let compression = match toc.format {
            Format::Estargz => "gzip",
            Format::ZstdChunked => "zstd",
        };
        let opened = Opened {
            listing: lister.finish(),
            compression: compression.to_owned(),
            plain_size: 0,
            problem: is_full.then(|| "it has more entries than are read".to_owned()),
            table: Table::Told {
                format: toc.format.name().to_owned(),
                problems: toc.problems.clone(),
            },
            is_unhashed: true,
        };
        self.put(digest.clone(), opened);
        self.keep_ranges(digest, Ranges::Toc(toc));
    }

    /// Notes why a layer's table is not used. What is on the shelf stays.
    pub fn refuse(&mut self, digest: &Digest, reason: String, is_wrong: bool) {
        self.refused.insert(digest.clone(), Table::Refused { reason, is_wrong });
    }

    /// Whether all that is known of a layer is what its table tells. Then offsets in its listing are
    /// the table's, and the archive has others.
    pub fn is_told(&self, digest: &Digest) -> bool {
        self.layer(digest).is_some_and(|opened| matches!(opened.table, Table::Told { .. }))
    }

    /// What is taken for the listing of a layer that passes by: where its table told one, they are
    /// compared.
    pub fn listing_of(&self, digest: &Digest) -> Taking {
        let told = self.layer(digest).filter(|_| self.is_told(digest));
        let comparison = told.map(|opened| {
            let mut comparison = Comparison::default();
            let mut entries = opened.listing.entries();
            while let Some(entry) = entries.next() {
                comparison.told(entry);
            }
            Box::new(comparison)
        });
        Taking::Listing(Box::default(), comparison)
    }
}

/// Whether a table is wrong, and not only missing or out of reach.
pub fn is_wrong(error: &TocError) -> bool {
    !matches!(error, TocError::NoFooter | TocError::Short { .. } | TocError::TooLarge(_))
}
