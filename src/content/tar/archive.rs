//! The interface of an archive reader: bytes go in, events come out.

use std::ops::ControlFlow;

use super::entry::{Entry, Warning};

/// A finding of a reader. Findings come in the order of the archive.
#[derive(Debug)]
pub enum ArchiveEvent<'a> {
    /// An entry begins. Its content follows.
    Entry(Box<Entry>),
    /// The next bytes of the content as stored: for sparse files the pieces, without the holes.
    Content(&'a [u8]),
    /// The content is complete.
    End,
    /// Something odd that belongs to no entry.
    Odd(Warning),
}

/// Receives events; `Break` ends reading.
pub type Visitor<'a> = &'a mut dyn FnMut(ArchiveEvent<'_>) -> ControlFlow<()>;

/// An archive that is read as its bytes come. A trait, so that a program that only verifies layers does
/// not link the code that reads archives.
pub trait ArchiveReader {
    /// Takes in the next bytes of the archive.
    fn push(&mut self, input: &[u8], visitor: Visitor<'_>) -> ControlFlow<()>;

    /// Ends the archive.
    fn finish(&mut self, visitor: Visitor<'_>) -> ControlFlow<()>;

    /// Returns `true` if the bytes so far are an archive.
    fn is_archive(&self) -> bool;
}
