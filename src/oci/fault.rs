//! Faults of documents: kinds with their facts. The page has its own words for them.

use super::DigestError;

/// The kinds of document that a registry serves under `/manifests/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// An image manifest.
    Image,
    /// An index or manifest list.
    Index,
    /// A Docker schema 1 manifest.
    Schema1,
    /// The withdrawn artifact manifest.
    Artifact,
}

/// The kinds of value that JSON has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number, whole or with a fraction.
    Number,
    /// A text.
    String,
    /// A list.
    Array,
    /// Members with names.
    Object,
}

/// One thing that is wrong at a place of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentFault {
    /// The document has no content.
    Empty,
    /// The document begins as an HTML or XML page does.
    Markup,
    /// The text is not JSON; with the parser's message.
    NotJson(String),
    /// Something follows the end of the document; with the parser's message.
    TrailingText(String),
    /// The bytes are not UTF-8. Those that are none are shown as U+FFFD.
    NotUtf8 {
        /// The number of bytes before the first wrong one.
        at: usize,
    },
    /// The document begins with a byte order mark, at which other readers fail (RFC 8259, 8.1).
    ByteOrderMark,
    /// A key repeats. Readers differ in the one that they take.
    RepeatedKey,
    /// A key differs from this known one only in case. Some readers take it for the known one.
    CaseTwin(&'static str),
    /// A member that must be there is not.
    Missing(&'static str),
    /// A value is of another kind.
    WrongKind {
        /// The kind that stands there.
        found: NodeKind,
        /// The kind that must stand there.
        expected: NodeKind,
    },
    /// A size is below zero.
    BelowZero(i64),
    /// A number is not whole, or needs more than this many bits.
    NotWhole {
        /// The bits that the number may take.
        bits: u8,
    },
    /// A text is not a digest.
    Digest(DigestError),
    /// A text is not a date and time.
    NotATime(String),
    /// A text is not a media type.
    NotAMediaType,
    /// A text is not an absolute URL.
    NotAnAbsoluteUrl,
    /// A text is not base64.
    NotBase64,
    /// An image has no layer; the image-spec's schema wants one at least.
    NoLayers,
    /// An entry of the environment is not `NAME=value`.
    NotAnAssignment,
    /// The document states one media type and was sent as another.
    OtherMediaType {
        /// The type that the document states.
        stated: String,
        /// The type that the answer states.
        sent: String,
    },
    /// The pointer to the document states another size.
    OtherSize {
        /// The bytes that the pointer states.
        stated: u64,
        /// The bytes of the document.
        actual: u64,
    },
    /// The pointer to the document states another media type.
    OtherDescriptorType {
        /// The type that the pointer states.
        descriptor: String,
        /// The type that the document states.
        own: String,
    },
    /// The document has no media type. Its structure suggests this kind.
    NoMediaType(Option<DocumentKind>),
    /// The document has a member of another kind of document, for which other readers may take it.
    TwoKinds {
        /// The kind that it is read as.
        kind: DocumentKind,
        /// The member of another kind.
        member: &'static str,
    },
    /// The version of the format is another than this.
    SchemaVersion(u64),
    /// The version of the layout is another than `1.0.0`.
    LayoutVersion,
    /// The document is of a deprecated kind: a Docker schema 1 manifest.
    Deprecated,
    /// The document is of a withdrawn kind: an artifact manifest.
    Withdrawn,
    /// A schema 1 manifest has another number of history entries than of layers.
    Schema1History {
        /// The number of its layers.
        layers: usize,
        /// Its history entries.
        entries: usize,
    },
    /// A configuration has another number of history entries with a layer than of diff IDs.
    History {
        /// The history entries with a layer.
        steps: usize,
        /// The number of diff IDs.
        diff_ids: usize,
    },
    /// The type of the root file system is another than `layers`.
    RootFsType,
    /// A document that is a text of this one has a fault.
    Inner {
        /// The place in the inner document, as a JSON pointer.
        pointer: String,
        /// The fault there.
        fault: Box<DocumentFault>,
    },
    /// The document has more values than are read ([`crate::caps::DOCUMENT_VALUES`]). The rest is left out.
    TooManyValues,
    /// A text is longer than so many bytes, and its rest is left out.
    TooLong(usize),
    /// So many more faults were found and left out.
    More(usize),
}

impl DocumentFault {
    /// Cuts the texts that quote the document, for it may be hostile.
    pub(super) fn bound(&mut self) {
        match self {
            Self::NotJson(text)
            | Self::TrailingText(text)
            | Self::NotATime(text)
            | Self::Digest(
                DigestError::Malformed(text)
                | DigestError::NotLowerHex(text)
                | DigestError::Length { digest: text, .. },
            ) => bound(text),
            Self::OtherMediaType { stated, sent } => {
                bound(stated);
                bound(sent);
            }
            Self::OtherDescriptorType { descriptor, own } => {
                bound(descriptor);
                bound(own);
            }
            Self::Inner { pointer, fault } => {
                bound(pointer);
                fault.bound();
            }
            _ => {}
        }
    }
}

/// Keeps the beginning of a text that is too long, and adds an ellipsis.
pub(super) fn bound(text: &mut String) {
    let end = text.floor_char_boundary(crate::caps::FAULT_TEXT);
    if end < text.len() {
        text.truncate(end);
        text.push('…');
    }
}
