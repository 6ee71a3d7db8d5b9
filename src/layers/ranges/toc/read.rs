//! The JSON of a table of contents (stargz-snapshotter docs/estargz.md; containers/storage pkg/chunked).
//! Both formats have the same fields; zstd:chunked adds `endOffset` and `chunkType`.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Chunk, File, Toc, TocError, TocFault};
use crate::{
    caps,
    content::tar::{
        ArchiveEvent, Entry, EntryKind, Visitor, Warning, check_path, few_xattrs, short_owner,
        too_long,
    },
    oci::{
        Digest, Timestamp,
        json::{self, Node},
    },
};

/// The start of the first file's content: beyond every archive, so that a place of the table is never
/// taken for a place in the archive.
const PLACES: u64 = 1 << 63;

impl Toc {
    /// Reads a table whose files end before an offset.
    pub(super) fn read(
        &mut self,
        table: &[u8],
        end: u64,
        visitor: Visitor<'_>,
    ) -> Result<(), TocError> {
        let mut reading = TocParser {
            toc: self,
            visitor,
            virtual_end: PLACES,
            covered: 0,
            seen: 0,
            stopped: false,
        };
        let mut each = |item: Node| reading.item(&item);
        let members = json::walk_items(table, "entries", &mut each).map_err(TocError::NotJson)?;
        let seen = reading.seen;
        let version = members.iter().find(|(name, _)| name == "version").map(|(_, value)| value);
        if version.and_then(Node::as_u64) != Some(1) {
            return Err(TocError::UnknownVersion);
        }
        if seen > caps::TOC_ENTRIES {
            self.note(TocFault::TooManyEntries(caps::TOC_ENTRIES as u64));
        }
        self.set_ends(end);
        Ok(())
    }

    /// Gives each chunk its end: where the next thing in the blob begins.
    fn set_ends(&mut self, end: u64) {
        let mut starts: Vec<u64> = self.chunks.iter().map(|chunk| chunk.packed.start).collect();
        starts.push(end);
        starts.sort_unstable();
        for chunk in &mut self.chunks {
            let next = starts.partition_point(|start| *start <= chunk.packed.start);
            let next = starts.get(next).copied().unwrap_or(end);
            // The table may know better.
            chunk.packed.end = if chunk.packed.end > chunk.packed.start {
                chunk.packed.end.min(next)
            } else {
                next
            };
        }
    }
}

struct TocParser<'a, 'b> {
    toc: &'a mut Toc,
    visitor: Visitor<'b>,
    /// The start of the next file in the counted-up content.
    virtual_end: u64,
    /// Bytes of the last file that its chunks make.
    covered: u64,
    seen: usize,
    stopped: bool,
}

impl TocParser<'_, '_> {
    fn item(&mut self, item: &Node) {
        self.seen += 1;
        if self.seen > caps::TOC_ENTRIES || self.stopped {
            return;
        }
        if text(item, "type") == "chunk" {
            return self.chunk(item);
        }
        let Some(kind) = kind(text(item, "type")) else {
            return self.toc.note(TocFault::UnknownType(short_name(item)));
        };
        let mut entry = entry(item, kind);
        if too_long(&entry).is_some() {
            return self.toc.note(TocFault::TooLong(short_name(item)));
        }
        if kind == EntryKind::File {
            entry.offset = self.virtual_end;
            self.file(item, entry.size);
        }
        let visited = (self.visitor)(ArchiveEvent::Entry(Box::new(entry)));
        self.stopped = visited.is_break() || (self.visitor)(ArchiveEvent::End).is_break();
    }

    fn file(&mut self, item: &Node, size: u64) {
        let first = self.toc.chunks.len();
        let digest = digest(item, "digest");
        self.toc.files.push(File { start: self.virtual_end, size, first, digest });
        self.virtual_end = self.virtual_end.saturating_add(size);
        self.covered = 0;
        if size > 0 {
            self.push_chunk(item, size);
        }
    }

    /// Takes a chunk. It belongs to the file before it, and begins at the present end of that file.
    fn chunk(&mut self, item: &Node) {
        let Some(file) = self.toc.files.last() else {
            return self.toc.note(TocFault::ChunkWithoutFile);
        };
        let size = file.size;
        if number(item, "chunkOffset") != self.covered || self.covered >= size {
            return self.toc.note(TocFault::ChunksDoNotFit(short_name(item)));
        }
        self.push_chunk(item, size);
    }

    fn push_chunk(&mut self, item: &Node, size: u64) {
        let rest = size - self.covered;
        let start = number(item, "offset");
        // The end that is given is the file's, which is its last chunk's.
        let chunk_size = match number(item, "chunkSize") {
            0 => rest,
            some => some.min(rest),
        };
        self.covered += chunk_size;
        let known_end = if chunk_size == rest { number(item, "endOffset") } else { 0 };
        self.toc.chunks.push(Chunk {
            packed: start..known_end.max(start),
            inner: number(item, "innerOffset"),
            size: chunk_size,
            zeros: text(item, "chunkType") == "zeros",
            digest: digest(item, "chunkDigest"),
        });
    }
}

/// The start of an entry's name.
fn short_name(item: &Node) -> String {
    text(item, "name").chars().take(100).collect()
}

fn kind(word: &str) -> Option<EntryKind> {
    Some(match word {
        "reg" => EntryKind::File,
        "dir" => EntryKind::Directory,
        "symlink" => EntryKind::Symlink,
        "hardlink" => EntryKind::HardLink,
        "char" => EntryKind::CharDevice,
        "block" => EntryKind::BlockDevice,
        "fifo" => EntryKind::Fifo,
        _ => return None,
    })
}

fn entry(item: &Node, kind: EntryKind) -> Entry {
    let path = text(item, "name").as_bytes().to_vec();
    let mut warnings = Vec::new();
    check_path(&path, kind, &mut warnings);
    let xattrs = xattrs(item, &mut warnings);
    let size = if kind == EntryKind::File { number(item, "size") } else { 0 };
    Entry {
        path,
        kind,
        link: text(item, "linkName").as_bytes().to_vec(),
        // Go's mode has the type in its upper bits.
        mode: (number(item, "mode") & 0o7777) as u32,
        uid: number(item, "uid"),
        gid: number(item, "gid"),
        user: short_owner(text(item, "userName").as_bytes().to_vec()),
        group: short_owner(text(item, "groupName").as_bytes().to_vec()),
        mtime: time(text(item, "modtime")),
        size,
        stored: size,
        offset: 0,
        device: (number(item, "devMajor") as u32, number(item, "devMinor") as u32),
        sparse: None,
        xattrs,
        warnings,
    }
}

fn xattrs(item: &Node, warnings: &mut Vec<Warning>) -> Vec<(String, Vec<u8>)> {
    let members = item.get("xattrs").map_or(&[][..], Node::members).iter();
    let decoded = members
        .filter_map(|(name, value)| Some((name.clone(), STANDARD.decode(value.as_str()?).ok()?)));
    few_xattrs(decoded, warnings)
}

/// Seconds since 1970; Go's zero time and what is no time are 0.
fn time(text: &str) -> i64 {
    let read = text.parse::<Timestamp>().ok().map(Timestamp::unix_seconds);
    read.filter(|seconds| *seconds > GO_ZERO).unwrap_or(0)
}

/// 0001-01-01T00:00:00Z.
const GO_ZERO: i64 = -62_135_596_800;

fn text<'a>(item: &'a Node, name: &str) -> &'a str {
    item.get(name).and_then(Node::as_str).unwrap_or_default()
}

fn number(item: &Node, name: &str) -> u64 {
    item.get(name).and_then(Node::as_u64).unwrap_or(0)
}

fn digest(item: &Node, name: &str) -> Option<Digest> {
    text(item, name).parse().ok()
}
