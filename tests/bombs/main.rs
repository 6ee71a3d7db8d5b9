//! Sixty layers that are made to fill memory or to never end. Reading each stops at a cap with a reason,
//! and the entries before the cap stay. The whole process never takes more than 160 MiB, or 256 MiB with
//! a tree of the entries.
//!
//! The test is a program of its own, because it measures the peak memory of its process on Linux.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod archives;
mod feed;
mod memory;
mod streams;

use feed::Feed;
use porthole::{
    content::{decode::DecodeLimits, tar, verify::digest_of},
    layers::{
        listing::{Lister, Listing},
        pass::{Ended, LayerReader, Wanted},
        ranges::checkpoints::SPACING,
        tree::FileTree,
    },
    oci::Algorithm,
};

/// The most memory of the whole process while a layer is read, in MiB.
const MEMORY: u64 = 160;

/// The most memory with a tree of the entries, in MiB.
const WITH_TREE: u64 = 256;

/// A layer that attacks its reader.
#[derive(Clone, Copy)]
pub(crate) struct Bomb {
    /// The attack, in a few words.
    pub(crate) name: &'static str,
    /// The most plain bytes that may come out, in MiB.
    pub(crate) limit: u64,
    /// The function that makes the layer.
    pub(crate) make: fn(&mut Feed<'_>),
    /// The number of entries that are listed in spite of the attack.
    pub(crate) entries: u64,
    /// A part of the text that must be reported.
    pub(crate) told: &'static str,
}

#[test]
fn sixty_bombs_end_at_their_cap() {
    let bombs = [streams::GZIP, streams::ZSTD, archives::ARCHIVES].concat();
    assert!(bombs.len() >= 60, "{} bombs", bombs.len());
    let mut highest = 0;
    for bomb in &bombs {
        memory::reset();
        let (listing, told) = read(bomb);
        let peak = memory::peak();
        check(bomb, &listing, &told);
        let with_tree = memory::peak();
        println!("{}: {peak} MiB, with a tree {with_tree}", bomb.name);
        assert!(peak <= MEMORY && with_tree <= WITH_TREE, "{}: {peak}, {with_tree}", bomb.name);
        highest = highest.max(peak);
    }
    println!("{} bombs, at most {highest} MiB", bombs.len());
}

/// Reads a bomb as the page does: counts, hashes and lists it, and keeps checkpoints.
fn read(bomb: &Bomb) -> (Listing, Vec<String>) {
    let wanted = Wanted { diff_id: Some(Algorithm::Sha256), archive: Some(tar::archive) };
    let limits = DecodeLimits { output: bomb.limit << 20, ..DecodeLimits::default() };
    let mut reader = LayerReader::new(&digest_of(b"another"), u64::MAX, &wanted, limits)
        .keep_checkpoints(SPACING);
    let mut lister = Lister::new();
    Feed::run(bomb.make, &mut |bytes| {
        let pushed = reader.push(bytes, &mut |event| lister.take(event));
        assert!(pushed.is_ok(), "{}", bomb.name);
    });
    let report = reader.finish(&mut |event| lister.take(event));
    assert!(!report.verdict.is_verified(), "{}", bomb.name);
    let ended = match report.ended {
        Ended::Decoding(error) => error.to_string(),
        other => format!("{other:?}"),
    };
    let listing = lister.finish();
    let odd = listing.odd.iter().take(100).map(|warning| format!("{warning:?}"));
    let told = std::iter::once(ended).chain(odd).collect();
    (listing, told)
}

/// Checks that the entries that were read make a tree, and that the reason is reported.
fn check(bomb: &Bomb, listing: &Listing, told: &[String]) {
    let mut tree = FileTree::new();
    let mut entries = listing.entries();
    let mut told = told.to_vec();
    while let Some(entry) = entries.next() {
        tree.add(entry);
        told.extend(entry.warnings.iter().take(3).map(ToString::to_string));
        told.truncate(100);
    }
    for id in tree.ids().take(1_000) {
        let _ = (tree.follow(id), tree.path(id));
    }
    let told = told.join("; ");
    assert!(told.contains(bomb.told), "{}: {told}", bomb.name);
    assert_eq!(listing.count, bomb.entries, "{}: {told}", bomb.name);
}
