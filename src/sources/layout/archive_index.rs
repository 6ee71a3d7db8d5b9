//! The index of a tar archive: the place of each file, from one pass over the headers.
//!
//! An archive is hostile: entries and names are capped, paths and links that lead out of it are
//! refused, and of two entries with one path the last counts, as for extraction.

use std::{collections::BTreeMap, ops::ControlFlow, ops::Range};

use bytes::Bytes;

use crate::{
    caps,
    content::{
        sniff::{self, Compression},
        tar::{ArchiveEvent, Entry, EntryKind, Reader, Warning, header::BLOCK},
    },
    error::{Error, ErrorKind, LayoutFault, Missing, Result, Unreadable},
    registry::BlobSource,
};

/// Bytes that are read at a time, to find headers that lie close together.
const WINDOW: u64 = 32 * 1024;

/// An entry of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Located {
    /// The bytes of a file.
    File(Range<u64>),
    /// Another path of the archive.
    Link(String),
    /// An entry that is not read, and the reason.
    Refused(Unreadable),
}

/// The places of the files of an archive.
#[derive(Debug, Default)]
pub(super) struct ArchiveIndex {
    located: BTreeMap<String, Located>,
    entries: usize,
    names: usize,
    /// The fault behind which nothing more could be found.
    fault: Option<Warning>,
}

impl ArchiveIndex {
    /// Reads the headers of an archive.
    pub(super) async fn read(bytes: &dyn BlobSource) -> Result<Self> {
        let mut window = HeaderWindow { bytes, start: 0, held: Bytes::new() };
        let (mut reader, mut index, mut position) = (Reader::new(), Self::default(), 0_u64);
        let prefix = window.block(0).await?;
        if sniff::compression(&prefix) != Compression::None {
            return Err(ErrorKind::Layout(LayoutFault::Compressed).into());
        }
        while position < bytes.size() && index.fault.is_none() && !reader.is_at_end() {
            let block = window.block(position).await?;
            let entry = index.push(&mut reader, &block);
            position = position.saturating_add(BLOCK as u64);
            if let Some(entry) = entry {
                index.add(*entry, bytes.size())?;
            }
            position = position.saturating_add(reader.pass_over());
        }
        // Nothing at all is an empty layer, but no archive that images could be in.
        if bytes.size() == 0 || !reader.is_archive() {
            return Err(ErrorKind::Layout(LayoutFault::NotTar).into());
        }
        Ok(index)
    }

    /// Hands a block to the reader. Returns the entry that it completes.
    fn push(&mut self, reader: &mut Reader, block: &[u8]) -> Option<Box<Entry>> {
        let mut found = None;
        // The visitor never stops.
        let _ = reader.push(block, &mut |event| {
            match event {
                ArchiveEvent::Entry(entry) => found = Some(entry),
                ArchiveEvent::Odd(
                    Warning::ExtensionTooLarge(_)
                    | Warning::PathTooLong(_)
                    | Warning::LinkTooLong(_)
                    | Warning::DataBehindEnd,
                )
                | ArchiveEvent::Content(_)
                | ArchiveEvent::End => {}
                ArchiveEvent::Odd(warning) => self.fault = Some(warning),
            }
            ControlFlow::Continue(())
        });
        found
    }

    /// Notes an entry. Of two with one path the last counts.
    fn add(&mut self, entry: Entry, size: u64) -> Result<()> {
        self.entries += 1;
        self.names += entry.path.len() + entry.link.len();
        self.within_the_caps()?;
        let end = entry.offset.saturating_add(entry.stored);
        if end > size {
            self.fault = Some(Warning::Truncated);
            return Ok(());
        }
        let path = String::from_utf8(entry.path).ok();
        // A path that leads out of the archive cannot be asked for.
        let Some(path) = path.and_then(|path| resolve("", &path)) else { return Ok(()) };
        let link = String::from_utf8_lossy(&entry.link);
        let located = match entry.kind {
            EntryKind::File if entry.sparse.is_some() => Located::Refused(Unreadable::Sparse),
            EntryKind::File => Located::File(entry.offset..end),
            EntryKind::HardLink => self.hard_link(&link),
            EntryKind::Symlink => symlink(&path, &link),
            _ => Located::Refused(Unreadable::NotAFile),
        };
        // A hard link to a symbolic link takes over its target, however short its own text is.
        if let (EntryKind::HardLink, Located::Link(target)) = (entry.kind, &located) {
            self.names += target.len();
        }
        self.located.insert(path, located);
        self.within_the_caps()
    }

    fn within_the_caps(&self) -> Result<()> {
        if self.entries <= caps::ARCHIVE_ENTRIES && self.names <= caps::ARCHIVE_NAMES {
            return Ok(());
        }
        let fault = LayoutFault::TooManyEntries(caps::ARCHIVE_ENTRIES as u64);
        Err(ErrorKind::Layout(fault).into())
    }

    /// A hard link is another name for the file that its target is now.
    fn hard_link(&self, target: &str) -> Located {
        let target = resolve("", target).and_then(|target| self.located.get(&target));
        target.cloned().unwrap_or(Located::Refused(Unreadable::DanglingLink))
    }

    /// Finds the bytes of a file, through links.
    ///
    /// # Errors
    /// `NotFound`. `Layout` if the entry is no file or leads nowhere, and if the archive is broken, so
    /// that the file may be behind the broken part.
    pub(super) fn find(&self, path: &str) -> Result<Range<u64>> {
        let mut at = path;
        for _ in 0..=caps::LINKS_FOLLOWED {
            match self.located.get(at) {
                Some(Located::File(range)) => return Ok(range.clone()),
                Some(Located::Link(target)) => at = target,
                Some(Located::Refused(reason)) => return Err(refused(path, *reason)),
                None => return Err(self.absent(path)),
            }
        }
        Err(refused(path, Unreadable::EndlessLink))
    }

    fn absent(&self, path: &str) -> Error {
        let path = path.to_owned();
        let fault = match &self.fault {
            None => return ErrorKind::NotFound(Missing::Unknown).into(),
            Some(Warning::Truncated) => LayoutFault::CutShort(path),
            Some(_) => LayoutFault::Broken(path),
        };
        ErrorKind::Layout(fault).into()
    }
}

/// A part of the archive that is held, so that neighbouring headers cost one read.
struct HeaderWindow<'a> {
    bytes: &'a dyn BlobSource,
    start: u64,
    held: Bytes,
}

impl HeaderWindow<'_> {
    /// The block at a position: shorter at the end of the archive, nothing behind it.
    async fn block(&mut self, position: u64) -> Result<Bytes> {
        let size = self.bytes.size();
        let end = position.saturating_add(BLOCK as u64).min(size);
        let position = position.min(end);
        let held = self.start..self.start + self.held.len() as u64;
        if position < held.start || end > held.end {
            let length = WINDOW.min(size - position);
            self.held = self.bytes.slice(position, length).await?;
            self.start = position;
        }
        let at = |position: u64| {
            let inside = usize::try_from(position - self.start).unwrap_or(usize::MAX);
            inside.min(self.held.len())
        };
        Ok(self.held.slice(at(position)..at(end)))
    }
}

/// A symbolic link is relative to the folder that it is in.
fn symlink(path: &str, target: &str) -> Located {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let target = if target.starts_with('/') { None } else { resolve(folder, target) };
    target.map_or(Located::Refused(Unreadable::LinkOutside), Located::Link)
}

/// A path below a folder, without `.` and `..`. `None` if it leads out of the archive.
fn resolve(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn refused(path: &str, reason: Unreadable) -> Error {
    ErrorKind::Layout(LayoutFault::NotReadable(path.to_owned(), reason)).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use crate::{
        content::tar::tests::{content, link, plain},
        testing::recorder::run,
    };

    fn file(path: &str, text: &str) -> Vec<u8> {
        [plain(path.as_bytes(), b'0', text.len() as u64), content(text.as_bytes())].concat()
    }

    fn index(parts: &[Vec<u8>]) -> (Bytes, Result<ArchiveIndex>) {
        let bytes = Bytes::from([parts.concat(), vec![0; 2 * BLOCK]].concat());
        let index = run(ArchiveIndex::read(&bytes));
        (bytes, index)
    }

    fn check(parts: &[Vec<u8>], path: &str, expected: std::result::Result<&str, ErrorKind>) {
        let (bytes, index) = index(parts);
        let found = index.unwrap().find(path);
        let text = found.map(|range| {
            let at = range.start as usize..range.end as usize;
            String::from_utf8(bytes[at].to_vec()).unwrap()
        });
        let text = text.map_err(|error| error.kind);
        assert_eq!(text, expected.map(str::to_owned), "{path}");
    }

    #[test]
    fn r158_files_are_found_where_they_lie() {
        let long = "x".repeat(100_000);
        let parts = [file("./a/b", "one"), file("long", &long), file("c", ""), file("d", "two")];
        check(&parts, "a/b", Ok("one"));
        check(&parts, "long", Ok(&long));
        check(&parts, "c", Ok(""));
        check(&parts, "d", Ok("two"));
        check(&parts, "e", Err(ErrorKind::NotFound(Missing::Unknown)));
    }

    #[test]
    fn r158_of_two_entries_with_one_path_the_last_counts() {
        check(&[file("a", "one"), file("./a", "two")], "a", Ok("two"));
    }

    #[test]
    fn r158_links_are_followed_inside_the_archive_and_not_on_and_on() {
        let parts = [
            file("one/layer.tar", "one"),
            link("two/layer.tar", b'2', "../one/layer.tar"),
            link("three", b'1', "one/layer.tar"),
            file("one/layer.tar", "changed"),
            link("out", b'2', "../etc/passwd"),
            link("root", b'2', "/etc/passwd"),
            link("loop", b'2', "loop"),
            link("gone", b'1', "nothing"),
            plain(b"folder", b'5', 0),
        ];
        check(&parts, "two/layer.tar", Ok("changed"));
        check(&parts, "three", Ok("one"));
        let refused = |path: &str, reason| {
            let fault = LayoutFault::NotReadable(path.to_owned(), reason);
            check(&parts, path, Err(ErrorKind::Layout(fault)));
        };
        refused("out", Unreadable::LinkOutside);
        refused("root", Unreadable::LinkOutside);
        refused("loop", Unreadable::EndlessLink);
        refused("gone", Unreadable::DanglingLink);
        refused("folder", Unreadable::NotAFile);
    }

    #[test]
    fn r158_a_broken_archive_says_where_it_breaks() {
        let noise = vec![7; BLOCK];
        let no_header = ErrorKind::Layout(LayoutFault::Broken("b".to_owned()));
        check(&[file("a", "one"), noise.clone()], "b", Err(no_header));
        check(&[file("a", "one"), noise.clone()], "a", Ok("one"));
        let cut = ErrorKind::Layout(LayoutFault::CutShort("b".to_owned()));
        check(&[file("a", "one"), plain(b"b", b'0', 1 << 32)], "b", Err(cut));
        for bytes in [vec![], noise, b"PK\x03\x04".to_vec()] {
            let error = run(ArchiveIndex::read(&Bytes::from(bytes))).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Layout(LayoutFault::NotTar));
        }
        let packed = Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0]);
        let error = run(ArchiveIndex::read(&packed)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Layout(LayoutFault::Compressed));
    }

    #[test]
    fn r158_entries_are_capped() {
        assert_eq!(fault_of(&vec![plain(b"a", b'0', 0); 1_000_000]), Some(too_many()));
    }

    fn too_many() -> ErrorKind {
        ErrorKind::Layout(LayoutFault::TooManyEntries(caps::ARCHIVE_ENTRIES as u64))
    }

    fn fault_of(parts: &[Vec<u8>]) -> Option<ErrorKind> {
        index(parts).1.err().map(|error| error.kind)
    }

    #[test]
    fn cap_archive_entries_refuses_an_archive_with_more() {
        let mut many = vec![plain(b"a", b'0', 0); caps::ARCHIVE_ENTRIES];
        assert_eq!(fault_of(&many), None);
        many.push(plain(b"a", b'0', 0));
        assert_eq!(fault_of(&many), Some(too_many()));
    }

    /// An entry whose target is of a length.
    fn long_link(path: &str, length: usize) -> Vec<u8> {
        let target = vec![b't'; length];
        let long = [plain(b"././@LongLink", b'K', length as u64), content(&target)];
        [long.concat(), plain(path.as_bytes(), b'2', 0)].concat()
    }

    #[test]
    fn cap_archive_names_counts_paths_and_links() {
        let (most, each) = (caps::ARCHIVE_NAMES, 1 + caps::LINK_BYTES);
        let mut many = vec![long_link("a", caps::LINK_BYTES); most / each];
        many.push(long_link("a", most % each - 1));
        assert_eq!(fault_of(&many), None);
        many.push(plain(b"a", b'0', 0));
        assert_eq!(fault_of(&many), Some(too_many()));
    }

    #[test]
    fn cap_archive_names_counts_the_target_that_a_hard_link_takes_over() {
        let (most, each) = (caps::ARCHIVE_NAMES, 2 + caps::LINK_BYTES);
        let first = 1 + caps::LINK_BYTES;
        let mut many = vec![long_link("s", caps::LINK_BYTES)];
        many.extend(vec![link("h", b'1', "s"); (most - first) / each]);
        assert_eq!(fault_of(&many), None);
        many.push(link("h", b'1', "s"));
        assert_eq!(fault_of(&many), Some(too_many()));
    }

    #[test]
    fn cap_path_bytes_leaves_an_entry_of_an_archive_out_and_reads_on() {
        let name = vec![b'n'; caps::PATH_BYTES + 1];
        let long = [plain(b"././@LongLink", b'L', name.len() as u64), content(&name)].concat();
        check(&[long, file("short", "left out"), file("b", "two")], "b", Ok("two"));
    }

    #[test]
    fn cap_links_followed_holds_inside_an_archive() {
        let chain = |links: usize| {
            let step = |n: usize| link(&format!("l{n}"), b'2', &format!("l{}", n + 1));
            let mut parts: Vec<_> = (0..links).map(step).collect();
            parts.push(file(&format!("l{links}"), "end"));
            parts
        };
        check(&chain(caps::LINKS_FOLLOWED), "l0", Ok("end"));
        let endless = LayoutFault::NotReadable("l0".to_owned(), Unreadable::EndlessLink);
        let endless = Err(ErrorKind::Layout(endless));
        check(&chain(caps::LINKS_FOLLOWED + 1), "l0", endless);
    }
}
