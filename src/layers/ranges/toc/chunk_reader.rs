//! Reads a file chunk by chunk from its range of the blob, and checks each chunk against its
//! digest.

use std::{
    collections::VecDeque,
    ops::{ControlFlow, Range},
};

use super::{Chunk, File, Toc};
use crate::{
    content::{
        decode::{DecodeLimits, Decoder, Sink, Stop},
        verify::Hasher,
    },
    layers::ranges::{
        error::{Basis, RangeError},
        overlap::overlap,
    },
    oci::Digest,
};

/// A plan to read some content of a file.
#[derive(Clone, Debug)]
pub struct ChunkPlan {
    /// The compressed bytes to ask for. Empty if there is no content, or nothing but zeros.
    pub range: Range<u64>,
    chunks: VecDeque<Chunk>,
    /// The part of what comes out that is wanted.
    content: Range<u64>,
    /// The digest of the whole file, if all of it is read.
    digest: Option<Digest>,
    is_verified: bool,
}

impl ChunkPlan {
    pub(super) fn new(
        toc: &Toc,
        file: &File,
        chunks: &[Chunk],
        content: Range<u64>,
    ) -> Option<Self> {
        let mut wanted = VecDeque::new();
        let (mut at, mut skipped) = (0_u64, 0);
        for chunk in chunks {
            let end = at.checked_add(chunk.size)?;
            if end <= content.start {
                skipped = end;
            } else if at < content.end {
                wanted.push_back(chunk.clone());
            }
            at = end;
        }
        let is_all = wanted.len() == chunks.len();
        let stored = || wanted.iter().filter(|chunk| !chunk.zeros);
        let in_order = stored().zip(stored().skip(1)).all(|(a, b)| a.packed.end <= b.packed.start);
        if at < content.end || !in_order {
            return None;
        }
        let start = stored().next().map_or(0, |chunk| chunk.packed.start);
        let end = stored().next_back().map_or(start, |chunk| chunk.packed.end);
        Some(Self {
            range: start..end,
            content: content.start - skipped..content.end - skipped,
            digest: file.digest.clone().filter(|_| is_all && !wanted.is_empty()),
            chunks: wanted,
            is_verified: toc.is_verified,
        })
    }

    /// Bytes of the content.
    pub fn length(&self) -> u64 {
        self.content.end - self.content.start
    }

    /// A reader for the bytes of the range.
    pub fn reader(self) -> ChunkReader {
        let whole = self.digest.as_ref().and_then(|digest| Hasher::new(&digest.algorithm()));
        let out = Out { at: 0, content: self.content.clone(), whole };
        ChunkReader { position: self.range.start, plan: self, current: None, out, had_digest: true }
    }
}

/// Takes in the bytes of a range and hands on the content. The content is known to agree with the table
/// only after [`ChunkReader::finish`] returned no error.
pub struct ChunkReader {
    plan: ChunkPlan,
    /// The place of the next byte in the blob.
    position: u64,
    current: Option<Current>,
    out: Out,
    /// `true` if each chunk so far had a digest.
    had_digest: bool,
}

/// The chunk that is being read.
struct Current {
    chunk: Chunk,
    decoder: Decoder,
    hasher: Option<Hasher>,
    /// Bytes that came out, with those that belong to other files.
    made: u64,
}

struct Out {
    /// Bytes of chunks that came out.
    at: u64,
    content: Range<u64>,
    whole: Option<Hasher>,
}

impl ChunkReader {
    /// Takes in the next bytes.
    ///
    /// # Errors
    /// The bytes are not those that the table describes.
    pub fn push(&mut self, mut bytes: &[u8], sink: Sink<'_>) -> Result<(), RangeError> {
        while self.begin(sink)? {
            let Some(current) = &mut self.current else { break };
            let skipped = current.chunk.packed.start.saturating_sub(self.position);
            let end = current.chunk.packed.end.saturating_sub(self.position);
            let clamp = |length: u64| length.min(bytes.len() as u64) as usize;
            let part = bytes.get(clamp(skipped)..clamp(end)).unwrap_or_default();
            let is_whole = end <= bytes.len() as u64;
            current.push(part, &mut self.out, sink)?;
            self.position += clamp(end) as u64;
            bytes = bytes.get(clamp(end)..).unwrap_or_default();
            if !is_whole {
                break;
            }
            self.end_chunk(sink)?;
        }
        Ok(())
    }

    /// Makes the next chunk the current one; zeros need no bytes. `false` if there is none left.
    fn begin(&mut self, sink: Sink<'_>) -> Result<bool, RangeError> {
        while self.current.is_none() {
            let Some(chunk) = self.plan.chunks.pop_front() else { return Ok(false) };
            let is_zeros = chunk.zeros;
            self.current = Some(Current::new(chunk));
            if is_zeros {
                self.end_chunk(sink)?;
            }
        }
        Ok(true)
    }

    fn end_chunk(&mut self, sink: Sink<'_>) -> Result<(), RangeError> {
        let Some(mut current) = self.current.take() else { return Ok(()) };
        if current.chunk.zeros {
            zeros(current.chunk.size, &mut self.out, sink);
            return Ok(());
        }
        current.finish(&mut self.out, sink)?;
        if current.made < current.chunk.inner.saturating_add(current.chunk.size) {
            return Err(RangeError::Short);
        }
        let actual = current.hasher.map(Hasher::finish);
        self.had_digest &= actual.is_some();
        if actual.is_some() && actual != current.chunk.digest {
            return Err(RangeError::Changed);
        }
        Ok(())
    }

    /// Says that all bytes of the range came: the verdict.
    ///
    /// # Errors
    /// `Short` or `Changed`: what was handed on is not the content.
    pub fn finish(mut self, sink: Sink<'_>) -> Result<Basis, RangeError> {
        self.push(&[], sink)?;
        if self.current.is_some() || !self.plan.chunks.is_empty() {
            return Err(RangeError::Short);
        }
        let whole = self.out.whole.map(Hasher::finish);
        if whole.is_some() && whole != self.plan.digest {
            return Err(RangeError::Changed);
        }
        let had_digest = self.had_digest || whole.is_some();
        Ok(match (had_digest, self.plan.is_verified) {
            (true, true) => Basis::Toc,
            (true, false) => Basis::LooseToc,
            (false, _) => Basis::NoDigest,
        })
    }
}

impl Current {
    fn new(chunk: Chunk) -> Self {
        let hasher = chunk.digest.as_ref().and_then(|digest| Hasher::new(&digest.algorithm()));
        // The output ends where the chunk does, whatever the limit.
        let limits = DecodeLimits { output: u64::MAX, window: 32 << 20 };
        Self { chunk, decoder: Decoder::new(limits), hasher, made: 0 }
    }

    fn push(&mut self, bytes: &[u8], out: &mut Out, sink: Sink<'_>) -> Result<(), RangeError> {
        let Self { chunk, decoder, hasher, made } = self;
        if *made >= chunk.inner.saturating_add(chunk.size) {
            return Ok(());
        }
        let outcome = decoder.push(bytes, &mut |plain| take(chunk, hasher, made, plain, out, sink));
        match outcome {
            Ok(()) | Err(Stop::Sink) => Ok(()),
            Err(Stop::Error(error)) => Err(RangeError::Decoding(error)),
        }
    }

    /// The compressed bytes of the chunk came. Few may still wait for being sniffed.
    fn finish(&mut self, out: &mut Out, sink: Sink<'_>) -> Result<(), RangeError> {
        let Self { chunk, decoder, hasher, made } = self;
        if *made >= chunk.inner.saturating_add(chunk.size) {
            return Ok(());
        }
        match decoder.finish(&mut |plain| take(chunk, hasher, made, plain, out, sink)) {
            Ok(()) | Err(Stop::Sink) => Ok(()),
            Err(Stop::Error(_)) => Err(RangeError::Short),
        }
    }
}

/// Zeros of which nothing is stored. A size that lies costs no time: only those are made that are
/// wanted, or hashed with the whole file.
fn zeros(size: u64, out: &mut Out, sink: Sink<'_>) {
    let end = out.at.saturating_add(size);
    if out.whole.is_none() {
        out.at = out.content.start.clamp(out.at, end);
    }
    let piece = [0; 16 << 10];
    while out.at < end && (out.at < out.content.end || out.whole.is_some()) {
        let left = (end - out.at).min(piece.len() as u64) as usize;
        let piece = piece.get(..left).unwrap_or_default();
        let wanted = overlap(piece, out.at, &out.content);
        if !wanted.is_empty() && sink(wanted).is_break() {
            break;
        }
        if let Some(whole) = &mut out.whole {
            whole.update(piece);
        }
        out.at += left as u64;
    }
    out.at = end;
}

/// Cuts a piece to the bytes of the chunk, hashes them, and hands on the wanted ones.
fn take(
    chunk: &Chunk,
    hasher: &mut Option<Hasher>,
    made: &mut u64,
    plain: &[u8],
    out: &mut Out,
    sink: Sink<'_>,
) -> ControlFlow<()> {
    let end = chunk.inner.saturating_add(chunk.size);
    let part = overlap(plain, *made, &(chunk.inner..end));
    *made += plain.len() as u64;
    for hasher in [hasher.as_mut(), out.whole.as_mut()].into_iter().flatten() {
        hasher.update(part);
    }
    let wanted = overlap(part, out.at, &out.content);
    out.at += part.len() as u64;
    if !wanted.is_empty() {
        sink(wanted)?;
    }
    if *made >= end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
