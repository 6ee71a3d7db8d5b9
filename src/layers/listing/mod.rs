//! Keeps the content of an archive in few bytes: its entries in their order, its faults, and the
//! files that are small or of use later.

mod entry;

use std::{collections::BTreeMap, ops::ControlFlow};

use crate::{
    caps,
    content::{
        pack::{Packer, Unpacker},
        packages,
        tar::{ArchiveEvent, Entry, EntryKind, Warning},
    },
};

/// Content that was kept, in the order of its pieces.
type Kept = BTreeMap<u64, Vec<u8>>;

/// The content of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    packed: Vec<u8>,
    /// Number of entries.
    pub count: u64,
    /// The faults of the archive as a whole.
    pub odd: Vec<Warning>,
    kept: Kept,
}

impl Listing {
    /// The entries in the order of the archive.
    pub fn entries(&self) -> Entries<'_> {
        Entries { from: Unpacker::new(&self.packed), entry: entry::blank() }
    }

    /// Returns the stored content that begins at an offset, if it was kept.
    pub fn kept(&self, offset: u64) -> Option<&[u8]> {
        self.kept.get(&offset).map(Vec::as_slice)
    }

    /// Bytes that it takes.
    pub fn weight(&self) -> usize {
        self.packed.len() + self.kept_bytes()
    }

    /// Bytes of the files that are kept.
    pub fn kept_bytes(&self) -> usize {
        self.kept.values().map(Vec::len).sum()
    }

    /// Lets go of the files that are kept.
    pub fn forget_files(&mut self) {
        self.kept.clear();
    }
}

/// The entries of a [`Listing`].
pub struct Entries<'a> {
    from: Unpacker<'a>,
    entry: Entry,
}

impl Entries<'_> {
    /// Returns the next entry. It is lent, since a million of them are read one after the other.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<&Entry> {
        entry::read(&mut self.from, &mut self.entry)?;
        Some(&self.entry)
    }
}

/// Makes a [`Listing`] from the events of an archive.
pub struct Lister {
    packed: Packer,
    before: Entry,
    count: u64,
    odd: Vec<Warning>,
    kept: Kept,
    small: u64,
    useful: u64,
    /// The place for the content that is being read.
    keeping: Option<u64>,
    /// A file that is kept if its first bytes are those of a database; with these.
    guess: Option<(Entry, Vec<u8>)>,
    /// The places of files that were kept for their first bytes: they give way to those with the right name.
    guessed: Vec<u64>,
    /// No content passes.
    is_bare: bool,
}

impl Default for Lister {
    fn default() -> Self {
        Self {
            packed: Packer::new(),
            before: entry::blank(),
            count: 0,
            odd: Vec::new(),
            kept: Kept::new(),
            small: 0,
            useful: 0,
            keeping: None,
            guess: None,
            guessed: Vec::new(),
            is_bare: false,
        }
    }
}

impl Lister {
    /// A listing with nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A listing of entries whose content does not pass by, as those of a table of contents.
    pub fn bare() -> Self {
        Self { is_bare: true, ..Self::default() }
    }

    /// Takes the next event of the archive. Breaks if the listing is full.
    pub fn take(&mut self, event: ArchiveEvent<'_>) -> ControlFlow<()> {
        match event {
            ArchiveEvent::Entry(entry) => return self.entry(*entry),
            ArchiveEvent::Content(bytes) => self.content(bytes),
            ArchiveEvent::End => (self.keeping, self.guess) = (None, None),
            ArchiveEvent::Odd(warning) if self.odd.len() < caps::LAYER_FAULTS => {
                self.odd.push(warning)
            }
            ArchiveEvent::Odd(_) => {}
        }
        ControlFlow::Continue(())
    }

    /// Returns `true` if there were more entries than are kept.
    pub fn is_full(&self) -> bool {
        matches!(self.odd.last(), Some(Warning::TooManyEntries(_)))
    }

    fn entry(&mut self, entry: Entry) -> ControlFlow<()> {
        (self.keeping, self.guess) = (None, None);
        if self.count >= caps::LAYER_ENTRIES || self.packed.size() >= caps::LISTING_BYTES {
            self.odd.push(Warning::TooManyEntries(self.count));
            return ControlFlow::Break(());
        }
        // The stored bytes of a sparse file are not its content.
        let is_kept = entry.kind == EntryKind::File && entry.sparse.is_none();
        if is_kept && entry.stored > 0 && !self.is_bare {
            self.choose(&entry);
        }
        entry::write(&mut self.packed, &entry, &self.before);
        self.before = entry;
        self.count += 1;
        ControlFlow::Continue(())
    }

    /// Decides whether content is kept: by its size, which a header states, and within a budget.
    fn choose(&mut self, entry: &Entry) {
        if packages::wanted(&entry.path).is_some_and(|kind| entry.stored <= kind.size_max()) {
            self.make_room(entry.stored);
            self.keep_useful(entry);
        } else if entry.stored <= caps::KEPT_FILE
            && self.small.saturating_add(entry.stored) <= caps::KEPT_FILES
        {
            self.small += entry.stored;
            self.keep(entry.offset, Vec::new());
        } else if entry.stored >= packages::SNIFFED as u64 {
            self.guess = Some((entry.clone(), Vec::new()));
        }
    }

    fn keep(&mut self, offset: u64, content: Vec<u8>) {
        self.keeping = Some(offset);
        self.kept.insert(offset, content);
    }

    /// Keeps a file that is of use later, if there is room.
    fn keep_useful(&mut self, entry: &Entry) -> bool {
        let after = self.useful.saturating_add(entry.stored);
        let fits = after <= caps::KEPT_DATABASES;
        if fits {
            self.useful = after;
            self.keep(entry.offset, Vec::new());
        }
        fits
    }

    /// Lets go of files that were kept for their first bytes.
    fn make_room(&mut self, size: u64) {
        while self.useful.saturating_add(size) > caps::KEPT_DATABASES
            && let Some(offset) = self.guessed.pop()
        {
            let freed = self.kept.remove(&offset).map_or(0, |content| content.len() as u64);
            self.useful = self.useful.saturating_sub(freed);
        }
    }

    fn content(&mut self, mut bytes: &[u8]) {
        if let Some((_, start)) = &mut self.guess {
            let (first, rest) = bytes.split_at((packages::SNIFFED - start.len()).min(bytes.len()));
            start.extend_from_slice(first);
            bytes = rest;
            if start.len() == packages::SNIFFED {
                self.decide();
            }
        }
        let kept = self.keeping.and_then(|offset| self.kept.get_mut(&offset));
        if let Some(kept) = kept {
            kept.extend_from_slice(bytes);
        }
    }

    /// Keeps a file whose first bytes are those of a database: a link may lead to it.
    fn decide(&mut self) {
        let Some((entry, start)) = self.guess.take() else { return };
        let is_useful = packages::sniff(&start).is_some_and(|kind| entry.stored <= kind.size_max());
        if is_useful && self.keep_useful(&entry) {
            self.guessed.push(entry.offset);
            self.kept.insert(entry.offset, start);
        }
    }

    /// The listing. Content that was cut short is not kept.
    pub fn finish(mut self) -> Listing {
        if let Some(offset) = self.keeping {
            self.kept.remove(&offset);
        }
        let Self { mut packed, count, odd, kept, .. } = self;
        let mut packed = packed.finish();
        packed.shrink_to_fit();
        Listing { packed, count, odd, kept }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn file(path: &str, size: u64, offset: u64) -> Entry {
        Entry { path: path.into(), size, stored: size, offset, ..entry::blank() }
    }

    fn list(files: &[(Entry, &[u8])]) -> Listing {
        let mut lister = Lister::new();
        for (entry, content) in files {
            assert!(lister.take(ArchiveEvent::Entry(Box::new(entry.clone()))).is_continue());
            assert!(lister.take(ArchiveEvent::Content(content)).is_continue());
            assert!(lister.take(ArchiveEvent::End).is_continue());
        }
        lister.finish()
    }

    #[test]
    fn small_files_are_kept_with_the_listing_and_large_ones_are_not() {
        let large = vec![7; 100_000];
        let files = [
            (file("etc/hostname", 4, 512), &b"here"[..]),
            (file("large", 100_000, 1536), &large),
            (file("var/lib/dpkg/status", 100_000, 200_000), &large),
        ];
        let listing = list(&files);
        assert_eq!(listing.kept(512), Some(&b"here"[..]));
        assert_eq!(listing.kept(1536), None);
        assert_eq!(listing.kept(200_000).map(<[u8]>::len), Some(100_000));
        let mut entries = listing.entries();
        for (entry, _) in files {
            assert_eq!(entries.next(), Some(&entry));
        }
        assert_eq!(entries.next(), None);
    }

    #[test]
    fn databases_are_known_by_their_first_bytes_too_and_give_way_to_those_with_the_right_name() {
        let text = |start: &str, size: usize| {
            let mut text = start.as_bytes().to_vec();
            text.resize(size, b' ');
            text
        };
        let (object, other) = (text("Package: a\nVersion: 1\n", 100_000), text("no", 100_000));
        let release = text("NAME=x\nID=y\nVERSION=1\n", 100_000);
        let listing = list(&[
            (file("store/aa/1.file", 100_000, 512), &object),
            (file("store/aa/2.file", 100_000, 200_000), &other),
            // Larger than any such file is.
            (file("store/aa/3.file", 100_000, 400_000), &release),
        ]);
        let kept = [512, 200_000, 400_000].map(|offset| listing.kept(offset).is_some());
        assert_eq!(kept, [true, false, false]);
        assert_eq!(listing.kept(512), Some(object.as_slice()));

        let large = text("Package: a\nVersion: 1\n", 40 << 20);
        let listing = list(&[
            (file("one", 40 << 20, 512), &large),
            (file("two", 40 << 20, 1 << 30), &large),
            (file("var/lib/dpkg/status", 40 << 20, 2 << 30), &large),
        ]);
        let kept = [512, 1 << 30, 2 << 30].map(|offset| listing.kept(offset).is_some());
        assert_eq!(kept, [false, false, true]);
    }

    #[test]
    fn the_first_bytes_may_come_one_by_one() {
        let text = [b"Package: zlib\n".to_vec(), vec![b' '; 100_000]].concat();
        let mut lister = Lister::new();
        let large = file("objects/x", text.len() as u64, 512);
        let _ = lister.take(ArchiveEvent::Entry(Box::new(large)));
        for piece in text.chunks(1) {
            let _ = lister.take(ArchiveEvent::Content(piece));
        }
        let _ = lister.take(ArchiveEvent::End);
        assert_eq!(lister.finish().kept(512), Some(text.as_slice()));
    }

    #[test]
    fn content_that_was_cut_short_is_not_kept() {
        let mut lister = Lister::new();
        let _ = lister.take(ArchiveEvent::Entry(Box::new(file("a", 10, 512))));
        let _ = lister.take(ArchiveEvent::Content(b"12345"));
        let _ = lister.take(ArchiveEvent::Odd(Warning::Truncated));
        let listing = lister.finish();
        assert_eq!((listing.count, listing.kept(512)), (1, None));
        assert_eq!(listing.odd, [Warning::Truncated]);
    }

    /// Adds a file, and tells whether the listing took it.
    fn takes(lister: &mut Lister, file: Entry) -> bool {
        lister.take(ArchiveEvent::Entry(Box::new(file))).is_continue()
    }

    #[test]
    fn cap_layer_entries_ends_the_listing_and_says_so() {
        let mut lister = Lister::new();
        for number in 0..caps::LAYER_ENTRIES {
            lister
                .entry(Entry { mtime: number as i64, ..entry::blank() })
                .is_continue()
                .then_some(())
                .unwrap();
        }
        assert!(!lister.is_full());
        assert!(!takes(&mut lister, file("one more", 0, 0)) && lister.is_full());
        let listing = lister.finish();
        assert_eq!(listing.count, caps::LAYER_ENTRIES);
        assert_eq!(listing.odd, [Warning::TooManyEntries(caps::LAYER_ENTRIES)]);
    }

    #[test]
    fn cap_listing_bytes_ends_the_listing_and_says_so() {
        // Each owner is another than the one before, so that it is written.
        let large = |fill: u8| {
            let xattrs = vec![("user.a".to_owned(), vec![fill; 1 << 20])];
            Entry { xattrs, ..file("a", 0, 0) }
        };
        let mut lister = Lister::new();
        while lister.packed.size() + (1 << 20) + 100 < caps::LISTING_BYTES {
            assert!(takes(&mut lister, large(0)));
        }
        // The last entry fills the listing to its last byte.
        let mut last = large(1);
        let room = |lister: &Lister| caps::LISTING_BYTES - lister.packed.size();
        let overhead = {
            let mut packed = Packer::new();
            entry::write(&mut packed, &last, &lister.before);
            packed.size() - (1 << 20)
        };
        let rest = room(&lister) - overhead;
        last.xattrs = vec![("user.a".to_owned(), vec![1; rest])];
        assert!(takes(&mut lister, last));
        assert_eq!(room(&lister), 0);
        let count = lister.count;
        assert!(!takes(&mut lister, file("one more", 0, 0)));
        assert_eq!(lister.finish().odd, [Warning::TooManyEntries(count)]);
    }

    /// Returns how many bytes of files of these sizes are kept.
    fn kept(files: impl Iterator<Item = (String, u64)>) -> u64 {
        let mut lister = Lister::new();
        for (number, (path, size)) in (1_u64..).zip(files) {
            assert!(takes(&mut lister, file(&path, size, number << 32)));
            let _ = lister.take(ArchiveEvent::Content(&vec![b'x'; size as usize]));
            let _ = lister.take(ArchiveEvent::End);
        }
        lister.finish().kept.values().map(|content| content.len() as u64).sum()
    }

    #[test]
    fn cap_kept_file_and_cap_kept_files_leave_content_out() {
        let of = |sizes: &[u64]| kept(sizes.iter().map(|size| ("a".to_owned(), *size)));
        assert_eq!(of(&[caps::KEPT_FILE]), caps::KEPT_FILE);
        assert_eq!(of(&[caps::KEPT_FILE + 1]), 0);
        let mut sizes = vec![caps::KEPT_FILE; (caps::KEPT_FILES / caps::KEPT_FILE) as usize];
        assert_eq!(of(&sizes), caps::KEPT_FILES);
        sizes.push(1);
        assert_eq!(of(&sizes), caps::KEPT_FILES);
    }

    #[test]
    fn cap_kept_databases_leaves_content_out() {
        let of = |sizes: &[u64]| {
            kept(sizes.iter().map(|size| ("var/lib/dpkg/status".to_owned(), *size)))
        };
        let half = caps::KEPT_DATABASES / 2;
        assert_eq!(of(&[half, half]), caps::KEPT_DATABASES);
        assert_eq!(of(&[half, half + 1]), half);
    }

    #[test]
    fn cap_layer_faults_keeps_the_first() {
        let check = |count: usize| {
            let mut lister = Lister::new();
            for number in 0..count {
                let _ = lister.take(ArchiveEvent::Odd(Warning::ExtensionTooLarge(number as u64)));
            }
            let odd = lister.finish().odd;
            assert_eq!(odd.len(), caps::LAYER_FAULTS);
            let last = Warning::ExtensionTooLarge(caps::LAYER_FAULTS as u64 - 1);
            assert_eq!(odd.last(), Some(&last));
        };
        check(caps::LAYER_FAULTS);
        check(caps::LAYER_FAULTS + 1);
    }

    #[test]
    fn what_is_odd_is_told_up_to_a_cap_and_sparse_files_are_not_kept_without_their_holes() {
        let mut lister = Lister::new();
        for _ in 0..100_000 {
            let _ = lister.take(ArchiveEvent::Odd(Warning::ExtensionTooLarge(1)));
        }
        let sparse = Entry { sparse: Some(vec![(9, 4)]), size: 13, ..file("a", 4, 512) };
        let _ = lister.take(ArchiveEvent::Entry(Box::new(sparse)));
        let _ = lister.take(ArchiveEvent::Content(b"1234"));
        let _ = lister.take(ArchiveEvent::End);
        let listing = lister.finish();
        assert_eq!((listing.odd.len(), listing.count), (caps::LAYER_FAULTS, 1));
        assert_eq!(listing.kept(512), None);
    }
}
