//! Reads a layer in one pass: its digest, its plain bytes, its diff ID, and the archive inside.

use std::ops::ControlFlow;

use crate::oci::{Algorithm, Digest};
use crate::{
    caps,
    content::{
        decode::{DecodeError, DecodeLimits, Decoder, Stop, Traced},
        sha256_lanes::HashBatch,
        sniff::Compression,
        tar::{ArchiveReader, Visitor},
        verify::{Hasher, SizeExceeded, Verdict, Verifier},
    },
    layers::ranges::checkpoints::{Checkpoints, Midstates, Recorder},
};

/// The findings that a pass over a layer is to make, besides its digest.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Hash what comes out of the decompressor by this algorithm, to compare with
    /// `rootfs.diff_ids`.
    pub diff_id: Option<Algorithm>,
    /// Read the archive inside, by the reader that this makes ([`tar::archive`](crate::content::tar::archive)).
    pub archive: Option<fn() -> Box<dyn ArchiveReader>>,
}

/// The end of reading the inside of a layer. Everything read before it stays valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything was read.
    Whole,
    /// The compressed stream could not be read on.
    Decoding(DecodeError),
    /// The plain bytes are no tar archive.
    NotAnArchive,
    /// The visitor had enough.
    Stopped,
}

/// The findings of a pass over a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerReport {
    /// The verdict on the bytes.
    pub verdict: Verdict,
    /// The compression of the layer, by its bytes.
    pub compression: Compression,
    /// Compressed bytes.
    pub size: u64,
    /// Bytes after decompressing.
    pub plain_size: u64,
    /// The digest of the plain bytes; `None` if they were not read to the end, and if it was not asked for,
    /// unless other bytes came and those are not compressed.
    pub diff_id: Option<Digest>,
    /// The end of reading the inside.
    pub ended: Ended,
}

/// Reads a layer as its bytes come.
pub struct LayerReader {
    verifier: Verifier,
    decoder: Decoder,
    notes: Option<Notes>,
    plain_reader: PlainReader,
    ended: Option<Ended>,
}

/// Notes for reading the layer again from the middle.
struct Notes {
    recorder: Recorder,
    midstates: Midstates,
}

/// Takes the decompressed bytes.
struct PlainReader {
    diff: Option<Hasher>,
    /// All bytes are wanted, even if no hash here takes them.
    whole: bool,
    archive: Option<Box<dyn ArchiveReader>>,
    stopped: bool,
}

impl PlainReader {
    /// Goes on for the hash if only the reading of the archive ends early.
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
    /// A reader for content of this digest and size in bytes. If more bytes come, the digest decides.
    pub fn new(digest: &Digest, size: u64, wanted: &Wanted, limits: DecodeLimits) -> Self {
        Self::with(Decoder::new(limits), digest, size, wanted)
    }

    /// The same for a program without zstd ([`Decoder::without_zstd`]).
    pub fn without_zstd(digest: &Digest, size: u64, wanted: &Wanted, limits: DecodeLimits) -> Self {
        Self::with(Decoder::without_zstd(limits), digest, size, wanted)
    }

    fn with(decoder: Decoder, digest: &Digest, size: u64, wanted: &Wanted) -> Self {
        let plain_reader = PlainReader {
            diff: wanted.diff_id.as_ref().and_then(Hasher::new),
            whole: false,
            archive: wanted.archive.map(|new| new()),
            stopped: false,
        };
        let verifier = Verifier::new(digest, Some(size)).reading_up_to(caps::MISSTATED_BYTES);
        Self { verifier, decoder, notes: None, plain_reader, ended: None }
    }

    /// Hashes in a batch with other layers. Must be called before the first byte.
    #[must_use]
    pub fn in_batch(mut self, batch: &HashBatch) -> Self {
        self.verifier = self.verifier.in_batch(batch);
        self.plain_reader.diff = self.plain_reader.diff.map(|diff| diff.in_batch(batch));
        self
    }

    /// Keeps checkpoints on the way, for [`Self::finish_with_checkpoints`]. Must be called before
    /// the first byte and after [`Self::in_batch`]. `spacing` is mostly
    /// [`SPACING`](crate::layers::ranges::checkpoints::SPACING). Nothing is kept if the digest is
    /// not of SHA-256.
    #[must_use]
    pub fn keep_checkpoints(mut self, spacing: u64) -> Self {
        self.verifier = self.verifier.with_midstates();
        if self.verifier.midstate().is_some() {
            let recorder = Recorder::new(spacing);
            self.notes = Some(Notes { recorder, midstates: Midstates::default() });
            self.plain_reader.whole = true;
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

    /// Takes in the next bytes. If the inside cannot be read on, hashing goes on: the digest of a layer
    /// can be right although its archive is broken.
    ///
    /// # Errors
    /// More bytes than the descriptor says and than [`caps::MISSTATED_BYTES`].
    pub fn push(&mut self, mut bytes: &[u8], visitor: Visitor<'_>) -> Result<(), SizeExceeded> {
        if self.notes.is_none() {
            return self.take(bytes, visitor);
        }
        while !bytes.is_empty() {
            let room = Midstates::EVERY - self.received() % Midstates::EVERY;
            let (piece, rest) = bytes.split_at(room.min(bytes.len() as u64) as usize);
            self.take(piece, visitor)?;
            bytes = rest;
        }
        Ok(())
    }

    fn take(&mut self, bytes: &[u8], visitor: Visitor<'_>) -> Result<(), SizeExceeded> {
        self.verifier.update(bytes)?;
        if let (Some(notes), Some(midstate)) = (&mut self.notes, self.verifier.midstate()) {
            notes.midstates.passed(midstate);
        }
        if self.ended.is_none() {
            let Self { decoder, plain_reader, notes, .. } = self;
            let mut sink = |plain: &[u8]| plain_reader.take(plain, visitor);
            let outcome = decoder.push_traced(bytes, &mut sink, trace(notes));
            self.note(outcome);
        }
        Ok(())
    }

    fn note(&mut self, outcome: Result<(), Stop>) {
        self.ended = match outcome {
            Ok(()) => return,
            Err(Stop::Error(error)) => Some(Ended::Decoding(error)),
            Err(Stop::Sink) => Some(self.plain_reader.ended()),
        };
    }

    /// Ends the layer and returns the findings.
    pub fn finish(self, visitor: Visitor<'_>) -> LayerReport {
        self.finish_with_checkpoints(visitor).0
    }

    /// Does the same as [`Self::finish`] and returns the checkpoints of a layer whose digest is right: later
    /// reads are checked against this pass. If the inside was not read to its end, they reach as
    /// far as it was.
    pub fn finish_with_checkpoints(
        mut self,
        visitor: Visitor<'_>,
    ) -> (LayerReport, Option<Checkpoints>) {
        if self.ended.is_none() {
            let Self { decoder, plain_reader, notes, .. } = &mut self;
            let mut sink = |plain: &[u8]| plain_reader.take(plain, visitor);
            let outcome = decoder.finish_traced(&mut sink, trace(notes));
            self.note(outcome);
        }
        self.plain_reader.finish(visitor);
        // What stands behind the end of the stream is no part of the archive.
        let decoded = match &self.ended {
            Some(Ended::Decoding(error)) => error.is_behind_end(),
            ended => ended.is_none(),
        };
        let ended = self.ended.unwrap_or_else(|| self.plain_reader.ended());
        let compression = self.decoder.compression().unwrap_or(Compression::None);
        let expected = self.verifier.expected().clone();
        let size = self.verifier.received();
        let (verdict, came) = self.verifier.finish_with_digest();
        // Bytes that are not compressed are the plain ones: their digest costs nothing.
        let is_plain = decoded && compression == Compression::None && verdict.is_mismatch();
        let diff_id = self.plain_reader.diff.map(Hasher::finish).filter(|_| decoded);
        let report = LayerReport {
            size,
            verdict,
            compression,
            plain_size: self.decoder.produced(),
            diff_id: diff_id.or(came.filter(|_| is_plain)),
            ended,
        };
        let notes = self.notes.filter(|_| report.verdict.has_digest());
        let checkpoints = notes.map(|Notes { recorder, midstates }| {
            recorder.finish(compression, midstates, (report.size, expected))
        });
        (report, checkpoints)
    }
}

fn trace(notes: &mut Option<Notes>) -> Traced<'_> {
    notes.as_mut().map(|notes| &mut notes.recorder as _)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write as _;

    use super::*;
    use crate::content::{
        tar::{self, ArchiveEvent},
        verify::digest_of,
    };

    /// Returns the paths of a layer and its report.
    fn read(layer: &[u8]) -> (Vec<Vec<u8>>, LayerReport) {
        let wanted = Wanted { diff_id: Some(Algorithm::Sha256), archive: Some(tar::archive) };
        let size = layer.len() as u64;
        let mut paths = Vec::new();
        let mut visit = |event: ArchiveEvent<'_>| {
            if let ArchiveEvent::Entry(entry) = event {
                paths.push(entry.path);
            }
            ControlFlow::Continue(())
        };
        let mut reader =
            LayerReader::new(&digest_of(layer), size, &wanted, DecodeLimits::default());
        reader.push(layer, &mut visit).unwrap();
        let report = reader.finish(&mut visit);
        (paths, report)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    #[test]
    fn no_bytes_are_an_empty_layer() {
        for layer in [vec![], gzip(&[]), zstd(&[]), vec![0; 1_024], gzip(&[0; 10_240])] {
            let (paths, report) = read(&layer);
            assert_eq!((paths.len(), &report.ended), (0, &Ended::Whole), "{} bytes", layer.len());
            assert!(report.verdict.is_verified() && report.diff_id.is_some());
        }
        assert_eq!(read(&gzip(&[])).1.diff_id, Some(digest_of(b"")));
        assert_eq!(read(b"no archive").1.ended, Ended::NotAnArchive);
        assert_eq!(read(&gzip(b"no archive")).1.ended, Ended::NotAnArchive);
        let cut = gzip(&[]);
        let (_, report) = read(cut.get(..12).unwrap());
        assert_eq!(report.ended, Ended::Decoding(DecodeError::Truncated(Compression::Gzip)));
    }

    #[test]
    fn bytes_behind_the_end_are_told_and_the_layer_is_whole() {
        let plain = [tar::tests::plain(b"a", b'0', 0), vec![0; 1_024]].concat();
        let check = |packed: Vec<u8>, behind: &[u8], is_told: bool| {
            let (paths, report) = read(&[&packed, behind].concat());
            assert_eq!(paths, [b"a"], "{behind:?}");
            assert_eq!(report.diff_id, Some(digest_of(&plain)), "{behind:?}");
            assert!(report.verdict.is_verified());
            let told = matches!(&report.ended, Ended::Decoding(error) if error.is_behind_end());
            assert_eq!((told, report.ended == Ended::Whole), (is_told, !is_told), "{behind:?}");
        };
        for behind in [&b"x"[..], b"\n", b"garbage behind", &[0, 0, 1]] {
            check(gzip(&plain), behind, true);
            check(zstd(&plain), behind, true);
        }
        // Padding of tapes, empty members and skippable frames belong to the formats.
        check(gzip(&plain), &[0; 512], false);
        check(gzip(&plain), &gzip(&[]), false);
        check(zstd(&plain), &[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7], false);
        check(zstd(&plain), &zstd(&[]), false);
        // More archive is another archive.
        let (_, report) = read(&[gzip(&plain), gzip(b"more")].concat());
        assert_eq!(
            (report.ended, report.diff_id == Some(digest_of(&plain))),
            (Ended::Whole, false)
        );
    }

    #[test]
    fn cap_misstated_bytes_ends_the_reading_of_a_blob_that_states_less() {
        let check = |stated: u64, more: usize, expected: Option<u64>| {
            let mut reader = LayerReader::new(
                &digest_of(b""),
                stated,
                &Wanted::default(),
                DecodeLimits::default(),
            );
            reader.verifier.pretend(caps::MISSTATED_BYTES - 100);
            let pushed = reader.push(&vec![0; more], &mut |_| ControlFlow::Continue(()));
            assert_eq!(pushed.err().map(|error| error.expected), expected, "{stated} {more}");
        };
        check(1, 100, None);
        check(1, 101, Some(caps::MISSTATED_BYTES));
        // A descriptor may state more than the cap; then so many may come.
        check(caps::MISSTATED_BYTES + 1, 101, None);
        check(caps::MISSTATED_BYTES + 1, 102, Some(caps::MISSTATED_BYTES + 1));
    }
}
