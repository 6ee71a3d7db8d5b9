//! The order in which an index is shown: the most common platforms come first. It follows the order
//! of the Docker Official Images.

use std::cmp::Reverse;

use super::{Descriptor, Platform};

/// Sorts the entries of an index by platform. Entries without a platform come last. Equal entries
/// keep their order.
pub fn sort(entries: &mut [Descriptor]) {
    entries.sort_by_cached_key(|entry| match &entry.platform {
        Some(platform) => (false, Some(key(platform))),
        None => (true, None),
    });
}

/// Sorts platforms in the order of a sorted index.
pub fn sort_platforms(platforms: &mut [Platform]) {
    platforms.sort_by_cached_key(key);
}

/// The rank of a name among the most common ones, then the name.
type Ranked = (usize, String);

/// Runs of digits and of letters. High ones come first.
type Descending = Vec<Reverse<VersionPiece>>;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum VersionPiece {
    Text(String),
    Number(u64),
}

/// Linux comes first, then the systems by name. Within a system: amd64, arm64, 386, arm, then the
/// architectures by name. Later variants come first, and no variant last. Later versions of the
/// system come first.
type Key = (Ranked, Ranked, (bool, Descending), Descending);

fn key(platform: &Platform) -> Key {
    let variant = platform.variant.as_deref().unwrap_or_default();
    let version = platform.os_version.as_deref().unwrap_or_default();
    (
        ranked(&["linux"], &platform.os),
        ranked(&["amd64", "arm64", "386", "arm"], &platform.architecture),
        (variant.is_empty(), descending(variant)),
        descending(version),
    )
}

fn ranked(first: &[&str], name: &str) -> Ranked {
    let rank = first.iter().position(|known| *known == name);
    (rank.unwrap_or(first.len()), name.to_owned())
}

fn descending(text: &str) -> Descending {
    let mut list = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let Some((piece, after)) = rest.split_at_checked(end) else { break };
        let number = if digits { piece.parse().ok() } else { None };
        list.push(Reverse(
            number.map_or_else(|| VersionPiece::Text(piece.to_owned()), VersionPiece::Number),
        ));
        rest = after;
    }
    list
}
