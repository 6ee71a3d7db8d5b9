//! Faults of documents in words, to be read after the name of the place. No full stop.

use super::{
    numbers::{counted, grouped},
    references,
};
use crate::{
    caps,
    oci::{DocumentFault, DocumentKind, NodeKind},
};

/// The fault of a document.
pub fn fault(fault: &DocumentFault) -> String {
    let words = match fault {
        DocumentFault::Empty => "is empty",
        DocumentFault::Markup => "is not JSON but looks like an HTML or XML page",
        DocumentFault::ByteOrderMark => {
            "starts with a byte order mark, at which other readers fail (RFC 8259, 8.1)"
        }
        DocumentFault::RepeatedKey => "stands more than once; readers differ in the one they take",
        DocumentFault::NotAMediaType => "is not a media type",
        DocumentFault::NotAnAbsoluteUrl => "is not an absolute URL",
        DocumentFault::NotBase64 => "is not base64",
        DocumentFault::NoLayers => "has no layer, and the image-spec wants one at least",
        DocumentFault::NotAnAssignment => "is not NAME=value",
        DocumentFault::LayoutVersion => "has an imageLayoutVersion other than 1.0.0",
        DocumentFault::Deprecated => "is a Docker schema 1 manifest, deprecated",
        DocumentFault::Withdrawn => "is an artifact manifest, withdrawn from image-spec 1.1",
        DocumentFault::RootFsType => "has a type other than “layers”",
        DocumentFault::Digest(error) => return references::digest(error),
        _ => return with_facts(fault),
    };
    words.to_owned()
}

fn with_facts(fault: &DocumentFault) -> String {
    match fault {
        DocumentFault::NotJson(error) => ["is not JSON: ", error].concat(),
        DocumentFault::TrailingText(error) => ["has something after its end: ", error].concat(),
        DocumentFault::NotUtf8 { at } => {
            format!("is not UTF-8 at byte {at}; such bytes are shown as “\u{fffd}”")
        }
        DocumentFault::CaseTwin(known) => {
            format!("differs from “{known}” only in case; some readers take it for that one")
        }
        DocumentFault::Missing(key) => ["has no ", key].concat(),
        DocumentFault::WrongKind { found, expected } => {
            format!("is {}, not {}", value(*found), value(*expected))
        }
        DocumentFault::BelowZero(number) => format!("is {number}, below zero"),
        DocumentFault::NotWhole { bits } => format!("is not a whole number of {bits} bits"),
        DocumentFault::NotATime(text) => format!("“{text}” is not a date and time (RFC 3339)"),
        DocumentFault::OtherMediaType { stated, sent } => {
            format!(
                "states the media type {stated}, and was sent as {sent} (Content-Type); the digest \
                 covers the first"
            )
        }
        DocumentFault::OtherSize { stated, actual } => {
            format!(
                "has {actual} bytes, and the pointer to it states {stated}; the digest is right"
            )
        }
        DocumentFault::OtherDescriptorType { descriptor, own } => {
            format!("states the media type {own}, and the pointer to it {descriptor}")
        }
        DocumentFault::NoMediaType(kind) => {
            let kind = kind.map_or("no known kind", document);
            ["has no media type; its structure is that of ", kind].concat()
        }
        DocumentFault::TwoKinds { kind, member } => {
            let kind = document(*kind);
            format!("is {kind} and has “{member}”: other readers may take it for something else")
        }
        DocumentFault::SchemaVersion(version) => {
            format!("has a schemaVersion other than {version}")
        }
        DocumentFault::Schema1History { layers, entries } => {
            format!(
                "has {} and {}",
                counted(*layers, "layer", "layers"),
                counted(*entries, "history entry", "history entries")
            )
        }
        DocumentFault::History { steps, diff_ids } => {
            format!(
                "has {} with a layer and {}",
                counted(*steps, "history entry", "history entries"),
                counted(*diff_ids, "diff ID", "diff IDs")
            )
        }
        DocumentFault::Inner { pointer, fault } => [pointer, ": ", &self::fault(fault)].concat(),
        DocumentFault::TooManyValues => format!(
            "has more than {} values; the rest was not read",
            grouped(caps::DOCUMENT_VALUES as u64)
        ),
        DocumentFault::TooLong(most) => {
            format!("is longer than {} bytes; the rest was left out", grouped(*most as u64))
        }
        DocumentFault::More(count) => {
            format!("has {}", counted(*count, "more issue", "more issues"))
        }
        _ => String::new(),
    }
}

/// A kind of document, with its article.
fn document(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Image => "an image manifest",
        DocumentKind::Index => "an index",
        DocumentKind::Schema1 => "a Docker schema 1 manifest",
        DocumentKind::Artifact => "an artifact manifest",
    }
}

/// A kind of value, with its article.
fn value(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Null => "null",
        NodeKind::Bool => "a boolean",
        NodeKind::Number => "a number",
        NodeKind::String => "a string",
        NodeKind::Array => "a list",
        NodeKind::Object => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::DigestError;

    #[test]
    fn every_fault_has_its_words() {
        let check = |kind: DocumentFault, expected: &str| assert_eq!(fault(&kind), expected);
        check(DocumentFault::Empty, "is empty");
        check(DocumentFault::Markup, "is not JSON but looks like an HTML or XML page");
        check(DocumentFault::NotJson("eof".to_owned()), "is not JSON: eof");
        check(DocumentFault::TrailingText("x".to_owned()), "has something after its end: x");
        check(
            DocumentFault::NotUtf8 { at: 6 },
            "is not UTF-8 at byte 6; such bytes are shown as “\u{fffd}”",
        );
        check(
            DocumentFault::ByteOrderMark,
            "starts with a byte order mark, at which other readers fail (RFC 8259, 8.1)",
        );
        check(
            DocumentFault::RepeatedKey,
            "stands more than once; readers differ in the one they take",
        );
        check(
            DocumentFault::CaseTwin("size"),
            "differs from “size” only in case; some readers take it for that one",
        );
        check(DocumentFault::Missing("layers"), "has no layers");
        check(wrong(NodeKind::Null, NodeKind::String), "is null, not a string");
        check(wrong(NodeKind::Bool, NodeKind::Number), "is a boolean, not a number");
        check(wrong(NodeKind::Array, NodeKind::Object), "is a list, not an object");
        check(DocumentFault::BelowZero(-1), "is -1, below zero");
        check(DocumentFault::NotWhole { bits: 63 }, "is not a whole number of 63 bits");
        let malformed = DigestError::Malformed("x".to_owned());
        check(DocumentFault::Digest(malformed), "“x” is not a digest (algorithm:encoded)");
        check(DocumentFault::NotATime("now".to_owned()), "“now” is not a date and time (RFC 3339)");
        check(DocumentFault::NotAMediaType, "is not a media type");
        check(DocumentFault::NotAnAbsoluteUrl, "is not an absolute URL");
        check(DocumentFault::NotBase64, "is not base64");
        check(DocumentFault::NoLayers, "has no layer, and the image-spec wants one at least");
        check(DocumentFault::NotAnAssignment, "is not NAME=value");
    }

    #[test]
    fn every_fault_of_a_whole_document_has_its_words() {
        let check = |kind: DocumentFault, expected: &str| assert_eq!(fault(&kind), expected);
        let (stated, sent) = ("a/b".to_owned(), "c/d".to_owned());
        check(
            DocumentFault::OtherMediaType { stated, sent },
            "states the media type a/b, and was sent as c/d (Content-Type); the digest covers the first",
        );
        check(
            DocumentFault::OtherSize { stated: 1, actual: 2 },
            "has 2 bytes, and the pointer to it states 1; the digest is right",
        );
        let (descriptor, own) = ("a/b".to_owned(), "c/d".to_owned());
        check(
            DocumentFault::OtherDescriptorType { descriptor, own },
            "states the media type c/d, and the pointer to it a/b",
        );
        check(
            DocumentFault::NoMediaType(Some(DocumentKind::Image)),
            "has no media type; its structure is that of an image manifest",
        );
        check(
            DocumentFault::NoMediaType(None),
            "has no media type; its structure is that of no known kind",
        );
        for (kind, words) in [
            (DocumentKind::Index, "an index"),
            (DocumentKind::Schema1, "a Docker schema 1 manifest"),
            (DocumentKind::Artifact, "an artifact manifest"),
        ] {
            let expected = format!(
                "is {words} and has “config”: other readers may take it for something else"
            );
            check(DocumentFault::TwoKinds { kind, member: "config" }, &expected);
        }
        check(DocumentFault::SchemaVersion(2), "has a schemaVersion other than 2");
        let version =
            format!("has an imageLayoutVersion other than {}", crate::oci::LAYOUT_VERSION);
        check(DocumentFault::LayoutVersion, &version);
        check(DocumentFault::Deprecated, "is a Docker schema 1 manifest, deprecated");
        check(DocumentFault::Withdrawn, "is an artifact manifest, withdrawn from image-spec 1.1");
        check(
            DocumentFault::Schema1History { layers: 1, entries: 2 },
            "has 1 layer and 2 history entries",
        );
        check(
            DocumentFault::History { steps: 1, diff_ids: 2 },
            "has 1 history entry with a layer and 2 diff IDs",
        );
        check(DocumentFault::RootFsType, "has a type other than “layers”");
        let fault = Box::new(DocumentFault::Missing("id"));
        check(DocumentFault::Inner { pointer: "/a".to_owned(), fault }, "/a: has no id");
        check(DocumentFault::More(801), "has 801 more issues");
    }

    fn wrong(found: NodeKind, expected: NodeKind) -> DocumentFault {
        DocumentFault::WrongKind { found, expected }
    }
}
