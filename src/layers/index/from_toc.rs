//! Lists layers from their tables of contents. Such a listing is marked until the layer itself was
//! read.

use super::{Collector, Incomplete, LayerIndex, LayerRecord, TocRefusal, TocState};
use crate::{
    layers::{
        listing::Lister,
        ranges::{
            Ranges,
            toc::{Comparison, Toc},
        },
    },
    oci::Digest,
};

impl LayerIndex {
    /// Lists a layer from its table of contents. The table must have the digest that the layer's
    /// annotation gives.
    pub fn list_from_toc(&mut self, digest: &Digest, lister: Lister, toc: Toc) {
        let is_full = lister.is_full();
        let opened = LayerRecord {
            listing: lister.finish(),
            plain_size: 0,
            problem: is_full.then_some(Incomplete::TooManyEntries),
            table: TocState::Listed { format: toc.format, faults: toc.faults.clone() },
            is_unhashed: true,
        };
        self.put(digest.clone(), opened);
        self.keep_ranges(digest, Ranges::Toc(toc));
    }

    /// Notes the reason why a layer's table is not used. A layer that was read stays.
    pub fn refuse(&mut self, digest: &Digest, reason: TocRefusal) {
        self.refused.insert(digest.clone(), TocState::Refused(reason));
    }

    /// Returns `true` if a layer was only listed from its table. Then the offsets in its listing
    /// are the table's, and the archive has others.
    pub fn is_listed_from_toc(&self, digest: &Digest) -> bool {
        self.layer(digest).is_some_and(|opened| matches!(opened.table, TocState::Listed { .. }))
    }

    /// Returns a collector for the listing of a layer. If a table listed the layer before, the two
    /// are compared.
    pub fn collector_for(&self, digest: &Digest) -> Collector {
        let told = self.layer(digest).filter(|_| self.is_listed_from_toc(digest));
        let comparison = told.map(|opened| {
            let mut comparison = Comparison::default();
            let mut entries = opened.listing.entries();
            while let Some(entry) = entries.next() {
                comparison.listed(entry);
            }
            Box::new(comparison)
        });
        Collector::Listing(Box::default(), comparison)
    }
}
