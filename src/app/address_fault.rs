//! Faults of addresses: the reasons why one means nothing.

use crate::oci::{Digest, DigestError, ReferenceError};

/// The reason why an address, or a text in the reference box, means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressFault {
    /// Nothing was typed.
    Empty,
    /// The bytes behind the percent signs are not UTF-8.
    NotUtf8,
    /// The host of the registry is missing.
    NoHost,
    /// A part behind `?` has no value.
    NoValue(String),
    /// A part behind `?` repeats.
    Repeated(String),
    /// A part behind `?` is not one of this kind of address.
    UnknownPart(String),
    /// There is no view of this name.
    NoSuchView(String),
    /// There is no list of files of this name.
    NoSuchList(String),
    /// A digest stands alone: nothing says in which repository.
    DigestAlone,
    /// A blob, which has no page of its own, in this repository.
    Blob(Digest, String),
    /// A page of the web site of this host, which is about no image that its address tells; with the way in
    /// which an image is written.
    WebPage(String, &'static str),
    /// The reference, or a part of it, does not fit the grammar.
    Reference(ReferenceError),
}

impl From<ReferenceError> for AddressFault {
    fn from(error: ReferenceError) -> Self {
        Self::Reference(error)
    }
}

impl From<DigestError> for AddressFault {
    fn from(error: DigestError) -> Self {
        Self::Reference(ReferenceError::Digest(error))
    }
}
