//! Sentences about tables of contents: the reasons why one is not used, its faults, and its
//! differences from the layer. No full stop.

use super::{
    error::reason,
    file_types::entry_kind,
    layer_faults::decoding,
    numbers::{counted, human_bytes},
};
use crate::{
    content::{tar::EntryKind, verify::Verdict},
    layers::{
        index::TocRefusal,
        ranges::toc::{FieldDifference, TocDifference, TocError, TocFault},
    },
};

/// Returns the reason why a table of contents is not used.
pub fn refusal(refusal: &TocRefusal) -> String {
    match refusal {
        TocRefusal::NoDigest => {
            "no annotation gives the digest of the layer's table of contents".to_owned()
        }
        TocRefusal::NoRanges => {
            "the server sends the whole layer when a part is asked for".to_owned()
        }
        TocRefusal::Unread(kind) => ["a part of the layer was not read: ", &reason(kind)].concat(),
        TocRefusal::Table(error) => unusable(error),
    }
}

fn unusable(error: &TocError) -> String {
    match error {
        TocError::NoFooter => "the layer has no footer that names a table of contents".to_owned(),
        TocError::NoTable => "there is no table of contents where the footer says".to_owned(),
        TocError::Short { asked, came } => format!("{came} bytes came, not {asked}"),
        TocError::Position(text) => format!("the table of contents cannot be at “{text}”"),
        TocError::TooLarge(limit) => {
            format!("the table of contents is larger than {}", human_bytes(*limit))
        }
        TocError::Decoding(error) => ["the table of contents: ", &decoding(error)].concat(),
        TocError::Digest { expected, verdict: Verdict::DigestMismatch { actual, .. } } => format!(
            "the table of contents has the digest {actual}, and the layer's annotation gives \
             {expected}"
        ),
        TocError::Digest { expected, .. } => {
            format!(
                "the table of contents cannot be compared with the digest {expected}: its algorithm \
                 is not known here"
            )
        }
        TocError::NotJson(error) => format!("the table of contents is not JSON: {error}"),
        TocError::UnknownVersion => "the version of the table of contents is not known".to_owned(),
    }
}

/// Returns a fault of a table that is used.
pub fn fault(fault: &TocFault) -> String {
    match fault {
        TocFault::TooManyEntries(limit) => format!("entries beyond {limit} were not read"),
        TocFault::UnknownType(name) => format!("the type of the entry “{name}” is not known"),
        TocFault::ChunkWithoutFile => "a chunk belongs to no file".to_owned(),
        TocFault::ChunksDoNotFit(name) => format!("chunks of “{name}” overlap or leave a gap"),
        TocFault::TooLong(name) => {
            format!("the path or link of “{name}…” is longer than Linux allows")
        }
        TocFault::MoreFaults => "there are more problems of this kind".to_owned(),
    }
}

/// Returns a difference between a table and its layer.
pub fn difference(difference: &TocDifference) -> String {
    let quoted =
        |path: &[u8], words: &str| ["“", &String::from_utf8_lossy(path), "” ", words].concat();
    match difference {
        TocDifference::OnlyInArchive(path) => {
            quoted(path, "is in the archive and not in the table")
        }
        TocDifference::OnlyInTable(path) => quoted(path, "is in the table and not in the archive"),
        TocDifference::Entry(path, fields) => {
            let fields: Vec<String> = fields.iter().map(field).collect();
            quoted(path, &fields.join(", "))
        }
        TocDifference::More(count) => format!(
            "and {}",
            counted(
                usize::try_from(*count).unwrap_or(usize::MAX),
                "more difference",
                "more differences"
            )
        ),
    }
}

fn with_article(kind: EntryKind) -> String {
    let kind = entry_kind(kind);
    [if kind.starts_with('u') { "an " } else { "a " }, kind].concat()
}

fn field(field: &FieldDifference) -> String {
    let owner = |(uid, gid): &(u64, u64)| format!("{uid}:{gid}");
    let link = |path: &[u8]| String::from_utf8_lossy(path).chars().take(200).collect::<String>();
    let (words, listed, actual) = match field {
        FieldDifference::Kind(listed, actual) => {
            ("is", with_article(*listed), with_article(*actual))
        }
        FieldDifference::Size(listed, actual) => {
            ("has size", listed.to_string(), actual.to_string())
        }
        FieldDifference::Mode(listed, actual) => {
            ("has mode", format!("{listed:o}"), format!("{actual:o}"))
        }
        FieldDifference::Owner(listed, actual) => ("belongs to", owner(listed), owner(actual)),
        FieldDifference::Link(listed, actual) => ("links to", link(listed), link(actual)),
    };
    [words, " ", &listed, " in the table and ", &actual, " in the archive"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn differences_name_the_path_and_both_values() {
        let check = |difference_: TocDifference, expected: &str| {
            assert_eq!(difference(&difference_), expected);
        };
        let entry = |fields| TocDifference::Entry(b"bin/large".to_vec(), fields);
        check(
            entry(vec![FieldDifference::Size(22, 23), FieldDifference::Mode(0o755, 0o4755)]),
            "“bin/large” has size 22 in the table and 23 in the archive, \
             has mode 755 in the table and 4755 in the archive",
        );
        check(
            entry(vec![FieldDifference::Kind(EntryKind::File, EntryKind::Symlink)]),
            "“bin/large” is a file in the table and a symlink in the archive",
        );
        check(
            entry(vec![FieldDifference::Owner((0, 0), (1, 2))]),
            "“bin/large” belongs to 0:0 in the table and 1:2 in the archive",
        );
        check(
            entry(vec![FieldDifference::Link(b"a".to_vec(), b"/b".to_vec())]),
            "“bin/large” links to a in the table and /b in the archive",
        );
        check(
            TocDifference::OnlyInArchive(b"a".to_vec()),
            "“a” is in the archive and not in the table",
        );
        check(
            TocDifference::OnlyInTable(b"a".to_vec()),
            "“a” is in the table and not in the archive",
        );
    }

    #[test]
    fn a_refusal_names_its_reason() {
        let check = |refusal_: TocRefusal, expected: &str| {
            assert_eq!(refusal(&refusal_), expected);
        };
        check(
            TocRefusal::Unread(ErrorKind::Status(403)),
            "a part of the layer was not read: unexpected status 403",
        );
        check(
            TocRefusal::Table(TocError::Position("x".to_owned())),
            "the table of contents cannot be at “x”",
        );
        check(
            TocRefusal::Table(TocError::TooLarge(32 << 20)),
            "the table of contents is larger than 33.6 MB",
        );
    }
}
