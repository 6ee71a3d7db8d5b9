//! A layer as its bytes come: opened whole, or for the content of one file.

use std::ops::ControlFlow;

use crate::{
    content::{
        decode::Limits,
        layer::{Ended, LayerReader, LayerReport, Wanted},
        listing::{Lister, Listing},
        pack::{Packer, Unpacker},
        tar::{Entry, Event},
        verify::SizeExceeded,
    },
    oci::Digest,
};

/// What is known of a layer that was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// What its archive holds, as far as it could be read.
    pub listing: Listing,
    /// How it is compressed, by its bytes, in a word.
    pub compression: String,
    /// Bytes after decompressing.
    pub plain_size: u64,
    /// Why not all of it was read, without a full stop.
    pub problem: Option<String>,
}

impl Opened {
    /// As bytes, to be handed to another thread.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Packer::new();
        out.text(&self.compression).number(self.plain_size).optional(self.problem.as_deref());
        self.listing.write(&mut out);
        out.finish()
    }

    /// Reads what [`Opened::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let from = &mut Unpacker::new(bytes);
        Some(Self {
            compression: from.string()?,
            plain_size: from.number()?,
            problem: from.optional()?.map(str::to_owned),
            listing: Listing::read(from)?,
        })
    }
}

/// A layer that is being opened.
pub struct Opening {
    reader: LayerReader,
    lister: Lister,
}

impl Opening {
    /// Begins a layer of this digest and size in bytes.
    pub fn new(digest: &Digest, size: u64, limits: Limits) -> Self {
        let wanted = Wanted { diff_id: None, archive: true };
        Self { reader: LayerReader::new(digest, size, &wanted, limits), lister: Lister::new() }
    }

    /// Takes in the next bytes.
    ///
    /// # Errors
    /// More bytes than the descriptor says.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), SizeExceeded> {
        let Self { reader, lister } = self;
        reader.push(bytes, &mut |event| lister.take(event))
    }

    /// Entries found so far.
    pub fn count(&self) -> u64 {
        self.lister.count()
    }

    /// Says that all bytes came. The report has the verdict on the digest.
    pub fn finish(self) -> (Opened, LayerReport) {
        let Self { reader, mut lister } = self;
        let report = reader.finish(&mut |event| lister.take(event));
        let problem = match &report.ended {
            _ if !report.verdict.is_verified() => {
                Some("its bytes are not those of its digest".to_owned())
            }
            Ended::Whole => None,
            Ended::Stopped => Some("it has more entries than are read".to_owned()),
            Ended::NotAnArchive => Some("what is inside is no tar archive".to_owned()),
            Ended::Decoding(error) => Some(error.to_string()),
        };
        (self::opened(lister, &report, problem), report)
    }

    /// Ends it early, as when its bytes stopped coming: what was read is kept, with the reason.
    pub fn break_off(self, reason: String) -> Opened {
        let Self { reader, mut lister } = self;
        let report = reader.finish(&mut |event| lister.take(event));
        opened(lister, &report, Some(reason))
    }
}

fn opened(lister: Lister, report: &LayerReport, problem: Option<String>) -> Opened {
    Opened {
        listing: lister.finish(),
        compression: report.compression.name().to_owned(),
        plain_size: report.plain_size,
        problem,
    }
}

/// The content of one file, taken from a layer that passes by.
pub struct Extraction {
    reader: LayerReader,
    found: Found,
}

struct Found {
    offset: u64,
    cap: u64,
    entry: Option<Entry>,
    content: Vec<u8>,
    state: Finding,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Finding {
    Before,
    Inside,
    Complete,
    TooLarge,
}

impl Extraction {
    /// Takes the content that begins at `offset` in the uncompressed layer, up to `cap` bytes.
    pub fn new(digest: &Digest, size: u64, offset: u64, cap: u64, limits: Limits) -> Self {
        let wanted = Wanted { diff_id: None, archive: true };
        let found = Found { offset, cap, entry: None, content: Vec::new(), state: Finding::Before };
        Self { reader: LayerReader::new(digest, size, &wanted, limits), found }
    }

    /// Takes in the next bytes of the layer.
    ///
    /// # Errors
    /// More bytes than the descriptor says.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), SizeExceeded> {
        let Self { reader, found } = self;
        reader.push(bytes, &mut |event| found.take(event))
    }

    /// The content, when all bytes came and are those of the digest.
    ///
    /// # Errors
    /// Why there is none, as a sentence without a full stop.
    pub fn finish(self) -> Result<Vec<u8>, String> {
        let Self { reader, mut found } = self;
        let report = reader.finish(&mut |event| found.take(event));
        if !report.verdict.is_verified() {
            return Err("the bytes of the layer are not those of its digest".to_owned());
        }
        match found.state {
            Finding::Complete => found.unfold(),
            Finding::TooLarge => Err(format!("the file is larger than {} bytes", found.cap)),
            Finding::Inside => Err("the file is cut short".to_owned()),
            Finding::Before => Err("the file is not in the layer".to_owned()),
        }
    }
}

impl Found {
    fn take(&mut self, event: Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Entry(entry) if entry.offset == self.offset => {
                let is_large = entry.stored.max(entry.size) > self.cap;
                self.state = if is_large { Finding::TooLarge } else { Finding::Inside };
                self.entry = Some(*entry);
            }
            Event::Content(bytes) if self.state == Finding::Inside => {
                self.content.extend_from_slice(bytes);
            }
            Event::End if self.state == Finding::Inside => self.state = Finding::Complete,
            _ => {}
        }
        if matches!(self.state, Finding::Complete | Finding::TooLarge) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    /// The file as a container reads it: a sparse one with its holes.
    fn unfold(self) -> Result<Vec<u8>, String> {
        let entry = self.entry.as_ref();
        let Some((map, size)) = entry.and_then(|e| Some((e.sparse.as_ref()?, e.size))) else {
            return Ok(self.content);
        };
        let broken = || "the map of the sparse file does not fit".to_owned();
        let size = usize::try_from(size).map_err(|_| broken())?;
        let mut file = vec![0; size];
        let mut stored = self.content.as_slice();
        for &(offset, length) in map {
            let (offset, length) = (usize::try_from(offset), usize::try_from(length));
            let (offset, length) = (offset.map_err(|_| broken())?, length.map_err(|_| broken())?);
            let end = offset.checked_add(length).ok_or_else(broken)?;
            let (piece, rest) = stored.split_at_checked(length).ok_or_else(broken)?;
            file.get_mut(offset..end).ok_or_else(broken)?.copy_from_slice(piece);
            stored = rest;
        }
        Ok(file)
    }
}
