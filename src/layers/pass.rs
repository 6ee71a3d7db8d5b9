//! A layer in one pass: its digest, what it decompresses to, its diff ID, and the archive inside.

use std::ops::ControlFlow;

use crate::oci::{Algorithm, Digest};
use crate::{
    content::{
        decode::{DecodeError, Decoder, Limits, Stop},
        sha256_lanes::Gang,
        sniff::Compression,
        tar::Event,
        verify::{Hasher, SizeExceeded, Verdict, Verifier},
    },
    layers::ranges::checkpoints::{Checkpoints, Marks},
};

/// What a pass over a layer is to find out, besides its digest.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Hash what comes out of the decompressor by this algorithm, to compare with
    /// `rootfs.diff_ids`.
    pub diff_id: Option<Algorithm>,
    /// Read the archive inside, by what this makes ([`tar::archive`](crate::content::tar::archive)).
    pub archive: Option<fn() -> Box<dyn Archive>>,
}

/// An archive that is read as its bytes come. An interface, so that who only verifies layers does not
/// carry the code that reads archives.
pub trait Archive {
    /// Takes in the next bytes of the archive.
    fn push(&mut self, input: &[u8], visitor: Visitor<'_>) -> ControlFlow<()>;

    /// Says that the archive ends here.
    fn finish(&mut self, visitor: Visitor<'_>) -> ControlFlow<()>;

    /// Whether it is one.
    fn is_archive(&self) -> bool;
}

/// Why the inside of a layer was not read to its end. What was read before stays valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything was read.
    Whole,
    /// The compressed stream could not be read on.
    Decoding(DecodeError),
    /// What came out is no tar archive.
    NotAnArchive,
    /// The visitor had enough.
    Stopped,
}

/// What a pass over a layer found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerReport {
    /// Whether the bytes are those of the descriptor.
    pub verdict: Verdict,
    /// How the layer is compressed, by its bytes.
    pub compression: Compression,
    /// Compressed bytes.
    pub size: u64,
    /// Bytes after decompressing.
    pub plain_size: u64,
    /// The digest of what came out; `None` where it was not asked for or not read to the end.
    pub diff_id: Option<Digest>,
    /// How far the inside was read.
    pub ended: Ended,
}

/// Receives what the archive holds; `Break` ends reading it.
pub type Visitor<'a> = &'a mut dyn FnMut(Event<'_>) -> ControlFlow<()>;

/// Reads a layer as its bytes come.
pub struct LayerReader {
    verifier: Verifier,
    decoder: Decoder,
    /// Kept beside the notes of the decoder, or not at all.
    marks: Option<Marks>,
    inside: Inside,
    ended: Option<Ended>,
}

/// What is done with the decompressed bytes.
struct Inside {
    diff: Option<Hasher>,
    /// All bytes are wanted, though nobody here hashes them.
    whole: bool,
    archive: Option<Box<dyn Archive>>,
    stopped: bool,
}

impl Inside {
    /// Where only the reading of the archive ends early, the hash still wants the rest.
    fn take(&mut self, plain: &[u8], visitor: Visitor<'_>) -> ControlFlow<()> {
        if let Some(diff) = &mut self.diff {
            diff.update(plain);
        }
        if !self.stopped
            && let Some(archive) = &mut self.archive
        {
            self.stopped = archive.push(plain, visitor).is_break();
        }
        let reading = self.archive.is_some() && !self.stopped;
        if reading || self.diff.is_some() || self.whole {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }

    /// The archive ends, whether or not its stream was whole: an open entry is cut short.
    fn finish(&mut self, visitor: Visitor<'_>) {
        if !self.stopped
            && let Some(archive) = &mut self.archive
        {
            self.stopped = archive.finish(visitor).is_break();
        }
    }

    fn ended(&self) -> Ended {
        match &self.archive {
            _ if self.stopped => Ended::Stopped,
            Some(archive) if !archive.is_archive() => Ended::NotAnArchive,
            _ => Ended::Whole,
        }
    }
}

impl LayerReader {
    /// A reader for content of this digest and size in bytes.
    pub fn new(digest: &Digest, size: u64, wanted: &Wanted, limits: Limits) -> Self {
        Self::with(Decoder::new(limits), digest, size, wanted)
    }

    /// The same for a program that does without zstd ([`Decoder::without_zstd`]).
    pub fn without_zstd(digest: &Digest, size: u64, wanted: &Wanted, limits: Limits) -> Self {
        Self::with(Decoder::without_zstd(limits), digest, size, wanted)
    }

    fn with(decoder: Decoder, digest: &Digest, size: u64, wanted: &Wanted) -> Self {
        let inside = Inside {
            diff: wanted.diff_id.as_ref().and_then(Hasher::new),
            whole: false,
            archive: wanted.archive.map(|new| new()),
            stopped: false,
        };
        let verifier = Verifier::new(digest, Some(size));
        Self { verifier, decoder, marks: None, inside, ended: None }
    }

    /// Hashes together with other layers; to be said before the first byte.
    #[must_use]
    pub fn together(mut self, gang: &Gang) -> Self {
        self.verifier = self.verifier.together(gang);
        self.inside.diff = self.inside.diff.map(|diff| diff.together(gang));
        self
    }

    /// Keeps on the way where the layer can be read again: for [`Self::finish_with_checkpoints`], to
    /// be said before the first byte, and after [`Self::together`]. `spacing` is mostly
    /// [`SPACING`](crate::layers::ranges::checkpoints::SPACING). Nothing is kept where the digest is not of SHA-256.
    #[must_use]
    pub fn keep_checkpoints(mut self, spacing: u64) -> Self {
        self.verifier = self.verifier.with_marks();
        if self.verifier.mark().is_some() {
            self.marks = Some(Marks::default());
            self.decoder.record(spacing);
            self.inside.whole = true;
        }
        self
    }

    /// Compressed bytes taken in.
    pub fn received(&self) -> u64 {
        self.verifier.received()
    }

    /// Bytes that came out of the decompressor.
    pub fn plain_size(&self) -> u64 {
        self.decoder.produced()
    }

    /// Takes in the next bytes. Where the inside cannot be read on, hashing goes on: the digest of
    /// a layer can be right though its archive is broken.
    ///
    /// # Errors
    /// More bytes than the descriptor says.
    pub fn push(&mut self, mut bytes: &[u8], visitor: Visitor<'_>) -> Result<(), SizeExceeded> {
        if self.marks.is_none() {
            return self.take(bytes, visitor);
        }
        while !bytes.is_empty() {
            let room = Marks::EVERY - self.received() % Marks::EVERY;
            let (piece, rest) = bytes.split_at(room.min(bytes.len() as u64) as usize);
            self.take(piece, visitor)?;
            bytes = rest;
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8], visitor: Visitor<'_>) -> Result<(), SizeExceeded> {
        self.verifier.update(bytes)?;
        if let (Some(marks), Some(mark)) = (&mut self.marks, self.verifier.mark()) {
            marks.passed(mark);
        }
        if self.ended.is_none() {
            let Self { decoder, inside, .. } = self;
            let outcome = decoder.push(bytes, &mut |plain| inside.take(plain, visitor));
            self.note(outcome);
        }
        Ok(())
    }

    fn note(&mut self, outcome: Result<(), Stop>) {
        self.ended = match outcome {
            Ok(()) => return,
            Err(Stop::Error(error)) => Some(Ended::Decoding(error)),
            Err(Stop::Sink) => Some(self.inside.ended()),
        };
    }

    /// Says that all bytes came, and gives the findings.
    pub fn finish(self, visitor: Visitor<'_>) -> LayerReport {
        self.finish_with_checkpoints(visitor).0
    }

    /// The same, with where the layer can be read again: only of a layer that was verified, for what
    /// is read later is held against what was read now. Where the inside was not read to its end, they
    /// reach as far as it was.
    pub fn finish_with_checkpoints(
        mut self,
        visitor: Visitor<'_>,
    ) -> (LayerReport, Option<Checkpoints>) {
        if self.ended.is_none() {
            let Self { decoder, inside, .. } = &mut self;
            let outcome = decoder.finish(&mut |plain| inside.take(plain, visitor));
            self.note(outcome);
        }
        self.inside.finish(visitor);
        let decoded = self.ended.is_none();
        let ended = self.ended.unwrap_or_else(|| self.inside.ended());
        let compression = self.decoder.compression().unwrap_or(Compression::None);
        let expected = self.verifier.expected().clone();
        let report = LayerReport {
            size: self.verifier.received(),
            verdict: self.verifier.finish(),
            compression,
            plain_size: self.decoder.produced(),
            diff_id: self.inside.diff.map(Hasher::finish).filter(|_| decoded),
            ended,
        };
        let notes = self.decoder.take_recorder().zip(self.marks);
        let notes = notes.filter(|_| report.verdict.is_verified());
        let checkpoints =
            notes.map(|(notes, marks)| notes.finish(compression, marks, (report.size, expected)));
        (report, checkpoints)
    }
}
