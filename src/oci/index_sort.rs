//! The order in which an index is shown: the most common platforms come first. It follows the order
//! of the Docker Official Images.

use std::cmp::Reverse;

use std::collections::BTreeMap;

use super::{Descriptor, Digest, Platform};

/// Sorts the entries of an index by platform. An attestation stands behind the image that it is about.
/// Entries without a platform come last, and behind them attestations of nothing that is here. Equal
/// entries keep their order.
pub fn sort(entries: &mut [Descriptor]) {
    let mut images: BTreeMap<Digest, (usize, Option<Platform>)> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| !entry.is_attestation()) {
        let place = || (at, entry.platform.clone());
        images.entry(entry.digest.clone()).or_insert_with(place);
    }
    let place = |at: usize, platform: Option<&Platform>| {
        let class = if platform.is_some() { Class::Image } else { Class::Other };
        (class, platform.map(key), at)
    };
    let mut keyed: Vec<_> = entries
        .iter()
        .enumerate()
        .map(|(at, entry)| {
            if !entry.is_attestation() {
                return (place(at, entry.platform.as_ref()), false, entry.clone());
            }
            let subject = entry.annotation(Descriptor::REFERENCE_DIGEST);
            let subject = subject.and_then(|text| images.get(&text.parse::<Digest>().ok()?));
            let place = match subject {
                Some((at, platform)) => place(*at, platform.as_ref()),
                None => (Class::Stray, None, at),
            };
            (place, true, entry.clone())
        })
        .collect();
    keyed.sort_by(|one, next| (&one.0, one.1).cmp(&(&next.0, next.1)));
    for (entry, (.., sorted)) in entries.iter_mut().zip(keyed) {
        *entry = sorted;
    }
}

/// The parts of a sorted index.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Entries for a platform, with their attestations.
    Image,
    /// Entries without a platform, with theirs.
    Other,
    /// Attestations of nothing that is here.
    Stray,
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;
    use crate::oci::MediaType;

    fn entry(n: usize, platform: &str) -> Descriptor {
        let digest = format!("sha256:{n:064x}").parse().unwrap();
        let platform = Some(platform).filter(|text| !text.is_empty());
        let platform = platform.map(|text| text.parse().unwrap());
        Descriptor { platform, ..Descriptor::new(MediaType::OCI_MANIFEST, digest, 1) }
    }

    fn attestation(n: usize, of: usize) -> Descriptor {
        let annotations = [
            (Descriptor::REFERENCE_TYPE.to_owned(), "attestation-manifest".to_owned()),
            (Descriptor::REFERENCE_DIGEST.to_owned(), format!("sha256:{of:064x}")),
        ];
        Descriptor { annotations: annotations.to_vec(), ..entry(n, "unknown/unknown") }
    }

    /// The order of Docker's own indexes: each image, and behind it what BuildKit states about it.
    #[test]
    fn attestations_stay_behind_their_images() {
        let sorted = [
            entry(1, "linux/amd64"),
            attestation(11, 1),
            attestation(12, 1),
            entry(2, "linux/amd64"),
            attestation(13, 2),
            entry(3, "linux/arm64/v8"),
            attestation(14, 3),
            entry(4, "linux/386"),
            attestation(15, 4),
            entry(5, "linux/arm/v7"),
            entry(6, "windows/amd64:10.0.20348.1"),
            entry(7, "windows/amd64:10.0.17763.1"),
            entry(8, ""),
            attestation(16, 8),
            attestation(17, 99),
        ];
        let check = |order: &[usize]| {
            let mut entries: Vec<_> = order.iter().map(|at| sorted[*at].clone()).collect();
            sort(&mut entries);
            assert_eq!(entries, sorted, "{order:?}");
        };
        check(&(0..15).collect::<Vec<_>>());
        // Attestations first, and images backwards; equal entries keep their order.
        check(&[14, 13, 1, 2, 4, 6, 8, 12, 11, 10, 9, 7, 5, 0, 3]);
        check(&[0, 3, 5, 7, 9, 10, 11, 12, 1, 2, 4, 6, 8, 13, 14]);
    }
}
