//! A layer in one pass: its digest, what it decompresses to, its diff ID, and the archive inside.

use std::ops::ControlFlow;

use crate::oci::{Algorithm, Digest};
use crate::{
    content::{
        decode::{DecodeError, Decoder, Limits, Stop, Traced},
        sha256_lanes::Gang,
        sniff::Compression,
        tar::{Archive, Visitor},
        verify::{Hasher, SizeExceeded, Verdict, Verifier},
    },
    layers::ranges::checkpoints::{Checkpoints, Marks, Recorder},
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

/// Reads a layer as its bytes come.
pub struct LayerReader {
    verifier: Verifier,
    decoder: Decoder,
    notes: Option<Notes>,
    inside: Inside,
    ended: Option<Ended>,
}

/// Notes for reading the layer again from the middle.
struct Notes {
    recorder: Recorder,
    marks: Marks,
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
        Self { verifier, decoder, notes: None, inside, ended: None }
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
            let recorder = Recorder::new(spacing);
            self.notes = Some(Notes { recorder, marks: Marks::default() });
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
        if self.notes.is_none() {
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
        if let (Some(notes), Some(mark)) = (&mut self.notes, self.verifier.mark()) {
            notes.marks.passed(mark);
        }
        if self.ended.is_none() {
            let Self { decoder, inside, notes, .. } = self;
            let mut sink = |plain: &[u8]| inside.take(plain, visitor);
            let outcome = decoder.push_traced(bytes, &mut sink, trace(notes));
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
            let Self { decoder, inside, notes, .. } = &mut self;
            let mut sink = |plain: &[u8]| inside.take(plain, visitor);
            let outcome = decoder.finish_traced(&mut sink, trace(notes));
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
        let notes = self.notes.filter(|_| report.verdict.is_verified());
        let checkpoints = notes.map(|Notes { recorder, marks }| {
            recorder.finish(compression, marks, (report.size, expected))
        });
        (report, checkpoints)
    }
}

fn trace(notes: &mut Option<Notes>) -> Traced<'_> {
    notes.as_mut().map(|notes| &mut notes.recorder as _)
}
