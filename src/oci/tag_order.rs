//! The order of tags that a person expects: versions by number, a pre-release before its release,
//! and variants such as `-alpine` after it. Two tags are equal only if they are the same text.

use std::cmp::{Ordering, Reverse};

use super::Tag;

/// Orders in which tags can be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagOrder {
    /// `latest`, then the latest versions first, then names, then digests and hashes.
    #[default]
    NewestFirst,
    /// The natural order of the text, from low to high.
    Ascending,
}

/// Sorts tags in place, in the chosen order.
pub fn sort(tags: &mut [Tag], order: TagOrder) {
    tags.sort_by_cached_key(|tag| TagKey::of(tag.as_str(), order));
}

/// The place of a tag in an order: keys of one order compare as [`compare`] does.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct TagKey(Place);

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Newest(Newest),
    Natural((Vec<Piece>, Stage, Vec<Piece>, String)),
}

impl TagKey {
    /// Returns the key of a tag.
    pub fn of(tag: &str, order: TagOrder) -> Self {
        Self(match order {
            TagOrder::Ascending => Place::Natural(natural(tag)),
            TagOrder::NewestFirst => Place::Newest(Newest::of(tag)),
        })
    }
}

/// Compares two tags.
pub fn compare(left: &str, right: &str, order: TagOrder) -> Ordering {
    TagKey::of(left, order).cmp(&TagKey::of(right, order))
}

/// The key of [`TagOrder::NewestFirst`], with its cases in the order of the list.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Newest {
    Latest,
    Version(Reverse<Vec<Piece>>, Reverse<Stage>, Vec<Piece>, String),
    Name(Vec<Piece>, String),
    Hash(String),
}

/// Pre-releases come before the release.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Pre(Vec<Piece>),
    Release,
}

/// A run of digits, or of other characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    /// The length without leading zeros, then the digits. So long numbers compare by value too.
    Number(usize, String),
    Text(String),
}

impl Newest {
    fn of(tag: &str) -> Self {
        if tag == "latest" {
            return Self::Latest;
        }
        if is_hash(tag) {
            return Self::Hash(tag.to_owned());
        }
        match split_version(tag) {
            Some((numbers, suffix)) => {
                let (stage, variant) = split_suffix(suffix);
                let numbers = numbers.split('.').flat_map(pieces).collect();
                Self::Version(Reverse(numbers), Reverse(stage), pieces(variant), tag.to_owned())
            }
            None => Self::Name(pieces(tag), tag.to_owned()),
        }
    }
}

/// A natural key. The text itself stands last, so that the order is total.
fn natural(tag: &str) -> (Vec<Piece>, Stage, Vec<Piece>, String) {
    let (head, suffix) = match split_version(tag) {
        Some((numbers, suffix)) => (numbers.split('.').flat_map(pieces).collect(), suffix),
        None => (pieces(tag), ""),
    };
    let (stage, variant) = split_suffix(suffix);
    (head, stage, pieces(variant), tag.to_owned())
}

/// Returns true for `sha256-<hex>` and the like, as in fallback and cosign tags, and for a commit hash of at
/// least 12 hex digits.
fn is_hash(tag: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let digest =
        ["sha256-", "sha512-", "blake3-"].iter().find_map(|prefix| tag.strip_prefix(prefix));
    match digest {
        Some(rest) => {
            rest.split(['.', '-']).next().is_some_and(|text| text.len() >= 32 && hex(text))
        }
        None => tag.len() >= 12 && hex(tag) && tag.bytes().any(|b| b.is_ascii_alphabetic()),
    }
}

/// Splits `v1.2.3-rc1` into `1.2.3` and `-rc1`.
fn split_version(tag: &str) -> Option<(&str, &str)> {
    let rest = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (numbers, suffix) = rest.split_at_checked(end)?;
    let numbers = numbers.trim_end_matches('.');
    numbers.starts_with(|c: char| c.is_ascii_digit()).then_some((numbers, suffix))
}

/// The first words of a pre-release.
const PRE: [&str; 14] = [
    "a", "alpha", "b", "beta", "canary", "dev", "ea", "insiders", "m", "nightly", "pre", "preview",
    "rc", "snapshot",
];

/// Splits the text after the numbers, such as `-rc1-alpine`, into pre-release and variant.
fn split_suffix(suffix: &str) -> (Stage, &str) {
    let body = suffix.trim_start_matches(['-', '_', '.']);
    let word_end = body.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(body.len());
    let word = body.get(..word_end).unwrap_or_default().to_ascii_lowercase();
    if !PRE.contains(&word.as_str()) {
        return (Stage::Release, suffix);
    }
    let numbered = |c: char| c.is_ascii_digit() || c == '.';
    let number = body.get(word_end..).unwrap_or_default();
    let number = number
        .strip_prefix(['-', '_', '.'])
        .filter(|rest| rest.starts_with(numbered))
        .unwrap_or(number);
    let rest = number.trim_start_matches(numbered);
    let used = body.len() - rest.len();
    (Stage::Pre(pieces(body.get(..used).unwrap_or_default())), rest)
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut list = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let Some((piece, after)) = rest.split_at_checked(end) else { break };
        list.push(if digits { number(piece) } else { Piece::Text(piece.to_ascii_lowercase()) });
        rest = after;
    }
    list
}

fn number(digits: &str) -> Piece {
    let digits = digits.trim_start_matches('0');
    Piece::Number(digits.len(), digits.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn sorted(order: TagOrder, tags: &[&str]) -> Vec<String> {
        let mut tags: Vec<Tag> = tags.iter().rev().map(|tag| tag.parse().unwrap()).collect();
        sort(&mut tags, order);
        tags.iter().map(|tag| tag.as_str().to_owned()).collect()
    }

    #[test]
    fn newest_versions_come_first() {
        let expected = [
            "latest",
            "v10",
            "2.10.1",
            "2.10.0",
            "2.10.0-alpine",
            "2.10.0-alpine3.9",
            "2.10.0-alpine3.18",
            "2.10.0-rc.2",
            "2.10.0-rc.1",
            "2.10.0-rc.1-alpine",
            "2.10.0b3",
            "2.10.0-alpha",
            "2.9.12",
            "2.9",
            "2",
            "1.0.0_1",
            "alpine",
            "edge",
            "edge-2",
            "edge-10",
            "stable",
            "0123456789ab",
            "sha256-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.sig",
        ];
        assert_eq!(sorted(TagOrder::NewestFirst, &expected), expected);
    }

    #[test]
    fn natural_order_ascends() {
        let expected = [
            "1.0.0-beta",
            "1.0.0-rc1",
            "1.0.0",
            "1.0.0-slim",
            "1.2",
            "1.10",
            "007x",
            "20240101",
            "a2",
            "a10",
            "latest",
        ];
        assert_eq!(sorted(TagOrder::Ascending, &expected), expected);
    }

    #[test]
    fn numbers_of_any_length_are_numbers() {
        let big = format!("1{}", "0".repeat(60));
        assert_eq!(compare("9", &big, TagOrder::Ascending), Ordering::Less);
        assert_eq!(compare("9", &big, TagOrder::NewestFirst), Ordering::Greater);
    }

    #[test]
    fn the_order_is_total() {
        let words = [
            "v",
            "1",
            "2",
            "10",
            "01",
            ".",
            "-",
            "_",
            "rc",
            "alpha",
            "alpine",
            "latest",
            "a",
            "B",
            "0123456789abc",
        ];
        let mut state = 1_u64;
        let mut next = |bound: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % bound
        };
        let tags: Vec<String> = (0..120)
            .map(|_| (0..1 + next(5)).map(|_| words[next(words.len())]).collect())
            .collect();
        let mut tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        for order in [TagOrder::NewestFirst, TagOrder::Ascending] {
            tags.sort_by(|a, b| compare(a, b, order));
            tags.dedup();
            for (i, a) in tags.iter().enumerate() {
                for (j, b) in tags.iter().enumerate() {
                    assert_eq!(compare(a, b, order), i.cmp(&j), "{a} {b}");
                }
            }
        }
    }
}
