//! Opens a table of contents: names the bytes that are needed next, and reads the table once they
//! are there.

use std::{fmt, ops::ControlFlow, ops::Range};

use serde::{Deserialize, Serialize};

use super::{Format, Toc};
use crate::{
    caps,
    content::{
        decode::{DecodeError, DecodeLimits, Decoder, Stop},
        tar::{ArchiveEvent, Reader, Visitor},
        verify::{Verdict, verify},
    },
    oci::{Descriptor, Digest},
};

/// eStargz: the digest of its table.
const STARGZ_DIGEST: &str = "containerd.io/snapshot/stargz/toc.digest";

/// zstd:chunked has had two prefixes for the names of its annotations.
const CHUNKED: [&str; 2] = ["io.github.containers.zstd-chunked.", "io.containers.zstd-chunked."];

/// Returns `true` if an annotation of this name is about a table of contents.
pub fn is_annotation(name: &str) -> bool {
    name == STARGZ_DIGEST || CHUNKED.iter().any(|prefix| name.starts_with(prefix))
}

/// Bytes of the last member of eStargz, and of its forerunner stargz, in which the head of a field is
/// missing.
const FOOTER: usize = 51;
const OLD_FOOTER: usize = 47;

/// The table's name in the archive.
const STARGZ_NAME: &[u8] = b"stargz.index.json";

/// The reason why a table of contents cannot be used. The layer can still be read as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TocError {
    /// There is no footer at the end that says where the table is.
    NoFooter,
    /// An annotation or footer puts the table where nothing can be.
    Position(String),
    /// Another number of bytes came than was asked for.
    Short {
        /// Bytes asked for.
        asked: u64,
        /// Bytes that came.
        came: u64,
    },
    /// The table is larger than the cap, in bytes.
    TooLarge(u64),
    /// The table cannot be decompressed.
    Decoding(DecodeError),
    /// The last entry of the archive is not the table.
    NoTable,
    /// The table does not have the digest that the layer's annotation gives.
    Digest {
        /// The digest of the annotation.
        expected: Digest,
        /// The verdict on the table.
        verdict: Verdict,
    },
    /// The table is not JSON, with the parser's words.
    NotJson(String),
    /// The table has a version that is not known.
    UnknownVersion,
}

impl fmt::Display for TocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFooter => f.write_str("no footer names a table of contents"),
            Self::Position(text) => write!(f, "no table of contents can be at “{text}”"),
            Self::Short { asked, came } => write!(f, "{came} bytes came, not {asked}"),
            Self::TooLarge(limit) => write!(f, "the table is larger than {limit} bytes"),
            Self::Decoding(error) => error.fmt(f),
            Self::NoTable => f.write_str("there is no table where the footer says"),
            Self::Digest { expected, .. } => write!(f, "the table does not have digest {expected}"),
            Self::NotJson(error) => write!(f, "the table is not JSON: {error}"),
            Self::UnknownVersion => f.write_str("the version of the table is not known"),
        }
    }
}

impl std::error::Error for TocError {}

/// A table of contents that is being opened.
#[derive(Clone, Debug)]
pub struct Opening {
    expected: Option<Digest>,
    next: Next,
}

/// The bytes that are needed next.
#[derive(Clone, Debug)]
enum Next {
    Footer { size: u64 },
    Stargz { range: Range<u64> },
    Chunked { range: Range<u64>, plain: u64 },
    Nothing(TocError),
}

/// The outcome of giving bytes.
#[derive(Debug)]
pub enum OpeningStep {
    /// More are needed.
    More(Opening),
    /// The table was read.
    Ready(Toc),
}

impl Opening {
    /// The table of a layer whose annotations name one; `None` for other layers.
    pub fn new(layer: &Descriptor) -> Option<Self> {
        let of_chunked = |name: &str| {
            CHUNKED.iter().find_map(|prefix| layer.annotation(&format!("{prefix}{name}")))
        };
        let digest = |text: &str| text.parse::<Digest>().ok();
        if let Some(position) = of_chunked("manifest-position") {
            let expected = of_chunked("manifest-checksum").and_then(digest);
            return Some(Self { expected, next: chunked(position, layer.size) });
        }
        let expected = digest(layer.annotation(STARGZ_DIGEST)?);
        Some(Self { expected, next: Next::Footer { size: layer.size } })
    }

    /// Returns the opening of a table that a gzip layer of this many bytes may have although no
    /// annotation names it. Finding out costs a request, and no digest vouches for such a table.
    pub fn probe(size: u64) -> Self {
        Self { expected: None, next: Next::Footer { size } }
    }

    /// Returns `true` if an annotation gives a digest that the table is checked against.
    pub fn is_vouched_for(&self) -> bool {
        self.expected.is_some()
    }

    /// The bytes of the blob that are needed next; none if it is known already that there is no table.
    pub fn range(&self) -> Range<u64> {
        match &self.next {
            Next::Footer { size } => size.saturating_sub(FOOTER as u64)..*size,
            Next::Stargz { range } | Next::Chunked { range, .. } => range.clone(),
            Next::Nothing(_) => 0..0,
        }
    }

    /// Takes the bytes asked for. Entries of the table go to the visitor as those of an archive do,
    /// without content.
    ///
    /// # Errors
    /// As [`TocError`] lists them.
    pub fn give(self, bytes: &[u8], visitor: Visitor<'_>) -> Result<OpeningStep, TocError> {
        let range = self.range();
        let (asked, came) = (range.end - range.start, bytes.len() as u64);
        if asked != came {
            return Err(TocError::Short { asked, came });
        }
        let format = match &self.next {
            Next::Nothing(error) => return Err(error.clone()),
            Next::Footer { size } => {
                let next = footer(bytes, *size)?;
                return Ok(OpeningStep::More(Self { next, ..self }));
            }
            Next::Stargz { .. } => Format::Estargz,
            Next::Chunked { .. } => Format::ZstdChunked,
        };
        let table = match &self.next {
            // The digest is that of the compressed table.
            Next::Chunked { plain, .. } => {
                self.check(bytes)?;
                unpack(bytes, *plain)?
            }
            _ => {
                let table = unpack_stargz(bytes)?;
                self.check(&table)?;
                table
            }
        };
        let mut toc = Toc {
            format,
            is_verified: self.expected.is_some(),
            faults: Vec::new(),
            files: Vec::new(),
            chunks: Vec::new(),
        };
        // No file can be behind the start of the table.
        toc.read(&table, range.start, visitor)?;
        Ok(OpeningStep::Ready(toc))
    }

    fn check(&self, bytes: &[u8]) -> Result<(), TocError> {
        let Some(expected) = &self.expected else { return Ok(()) };
        match verify(bytes, expected, None) {
            Verdict::Verified => Ok(()),
            verdict => Err(TocError::Digest { expected: expected.clone(), verdict }),
        }
    }
}

/// `offset:compressed:plain:type`, where type 1 is the only one.
fn chunked(position: &str, size: u64) -> Next {
    let wrong = || Next::Nothing(TocError::Position(position.chars().take(100).collect()));
    let numbers: Option<Vec<u64>> = position.split(':').map(|number| number.parse().ok()).collect();
    let Some([offset, packed, plain, 1]) = numbers.as_deref() else { return wrong() };
    let end = offset.checked_add(*packed).filter(|end| *end <= size && *packed > 0);
    match end {
        None => wrong(),
        Some(_) if *packed > caps::TOC_PACKED => {
            Next::Nothing(TocError::TooLarge(caps::TOC_PACKED))
        }
        Some(_) if *plain > caps::TOC_BYTES => Next::Nothing(TocError::TooLarge(caps::TOC_BYTES)),
        Some(end) => Next::Chunked { range: *offset..end, plain: *plain },
    }
}

/// Reads the footer of eStargz or of stargz at the end of some bytes.
fn footer(bytes: &[u8], size: u64) -> Result<Next, TocError> {
    let last = |length: usize| bytes.get(bytes.len().checked_sub(length)?..);
    // The extra field of an empty member: its length, then (not in stargz) a name and a length.
    let new = last(FOOTER).and_then(|footer| offset_in(footer, &[26, 0, b'S', b'G', 22, 0]));
    let old = || last(OLD_FOOTER).and_then(|footer| offset_in(footer, &[22, 0]));
    let (text, length) = match new {
        Some(text) => (text, FOOTER),
        None => (old().ok_or(TocError::NoFooter)?, OLD_FOOTER),
    };
    let end = size - length as u64;
    let offset = u64::from_str_radix(text, 16).ok().filter(|offset| *offset < end);
    let offset = offset.ok_or_else(|| TocError::Position(text.to_owned()))?;
    if end - offset > caps::TOC_PACKED {
        return Err(TocError::TooLarge(caps::TOC_PACKED));
    }
    Ok(Next::Stargz { range: offset..end })
}

/// The 16 hexadecimal digits in front of `STARGZ`.
fn offset_in<'a>(footer: &'a [u8], field: &[u8]) -> Option<&'a str> {
    let extra = footer.strip_prefix(&[0x1f, 0x8b, 8, 4])?.get(6..)?.strip_prefix(field)?;
    let (digits, rest) = extra.split_at_checked(16)?;
    rest.starts_with(b"STARGZ").then(|| std::str::from_utf8(digits).ok())?
}

fn unpack(bytes: &[u8], plain: u64) -> Result<Vec<u8>, TocError> {
    let limits = DecodeLimits { output: plain.min(caps::TOC_BYTES), window: 8 << 20 };
    crate::content::decode::decode_all(bytes, limits).map_err(TocError::Decoding)
}

/// The table is the one entry of the archive that is left.
fn unpack_stargz(bytes: &[u8]) -> Result<Vec<u8>, TocError> {
    let mut decoder =
        Decoder::new(DecodeLimits { output: caps::TOC_BYTES, ..DecodeLimits::default() });
    let mut archive = Reader::new();
    let mut table = None;
    let mut take = |event: ArchiveEvent<'_>| {
        match (event, &mut table) {
            (ArchiveEvent::Entry(entry), None) if entry.path == STARGZ_NAME => {
                table = Some(Vec::new())
            }
            (ArchiveEvent::Content(part), Some(table)) => table.extend_from_slice(part),
            (ArchiveEvent::End, Some(_)) => return ControlFlow::Break(()),
            _ => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    };
    let mut ended = false;
    let outcome = decoder.push(bytes, &mut |plain| {
        ended = archive.push(plain, &mut take).is_break();
        if ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    match outcome {
        Err(Stop::Error(DecodeError::OutputLimit(limit))) => Err(TocError::TooLarge(limit)),
        Err(Stop::Error(error)) => Err(TocError::Decoding(error)),
        _ if !ended => Err(TocError::NoTable),
        _ => table.ok_or(TocError::NoTable),
    }
}
