//! Lists an archive that is a file of a layer. One level only: an archive inside it is not opened.

use std::ops::ControlFlow;

use super::{
    Answer, ArchiveListing, ArchiveMember, ArchiveProblem, ContentFault, FileCollector, LayerIndex,
    RowRange, slice,
};
use crate::{
    caps,
    content::{
        decode::{DecodeLimits, decode_all},
        sniff::{FileType, file_type},
        tar::{ArchiveEvent, EntryKind, Reader, Visitor},
        zip,
    },
    oci::Digest,
};

/// Bytes that may come out of a compressed file, and the window that it may want.
const LIMITS: DecodeLimits = DecodeLimits { output: caps::INNER_BYTES, window: caps::ZSTD_WINDOW };

impl LayerIndex {
    /// Lists an archive whose content is at hand.
    pub(super) fn inside(&self, layer: &Digest, offset: u64, part: RowRange) -> Answer {
        let Answer::Content(content, _) = self.content(layer, offset) else {
            return Answer::Nothing;
        };
        let mut listing = open(&content);
        listing.total = listing.members.len() as u64;
        listing.members = slice(&listing.members, part).to_vec();
        Answer::ArchiveListing(listing)
    }
}

impl LayerIndex {
    /// Returns the content of one member of an archive whose content is at hand. Of several members
    /// of one name, the last counts: it is the one that unpacking leaves.
    pub(super) fn member(&self, layer: &Digest, offset: u64, name: &[u8]) -> Answer {
        let Answer::Content(content, basis) = self.content(layer, offset) else {
            return Answer::Nothing;
        };
        match read(&content, name) {
            Ok(member) => Answer::Content(member, basis),
            Err(fault) => Answer::Failed(fault),
        }
    }
}

fn read(content: &[u8], name: &[u8]) -> Result<Vec<u8>, ContentFault> {
    match file_type(content) {
        FileType::Zip => read_zip(content, name),
        FileType::Tar => read_tar(content, name),
        FileType::Compressed(_) => {
            let plain = decode_all(content, LIMITS).map_err(ContentFault::Decoding)?;
            read_tar(&plain, name)
        }
        _ => Err(ContentFault::NotAnArchive),
    }
}

fn read_zip(content: &[u8], name: &[u8]) -> Result<Vec<u8>, ContentFault> {
    let listing = zip::list(content).map_err(ContentFault::Zip)?;
    let member = listing.members.iter().rfind(|member| is_called(&member.name, name));
    let member = member.ok_or(ContentFault::NoMember)?;
    listing.read(content, member, caps::FILE_SHOWN).map_err(ContentFault::Zip)
}

/// Reads the archive twice: which entry is the last of its name is known at the end.
fn read_tar(plain: &[u8], name: &[u8]) -> Result<Vec<u8>, ContentFault> {
    let mut found = None;
    walk(plain, &mut |event| {
        if let ArchiveEvent::Entry(entry) = event
            && is_called(&entry.path, name)
        {
            found = Some((entry.kind, entry.offset));
        }
        ControlFlow::Continue(())
    });
    match found.ok_or(ContentFault::NoMember)? {
        (EntryKind::File, offset) => {
            let mut file = FileCollector::new(offset, caps::FILE_SHOWN);
            walk(plain, &mut |event| file.take(event));
            file.finish()
        }
        (kind, _) => Err(ContentFault::NotAFile(kind)),
    }
}

/// In addresses names have no slash at their front.
fn is_called(written: &[u8], name: &[u8]) -> bool {
    let slashes = written.iter().take_while(|&&byte| byte == b'/').count();
    written == name || written.get(slashes..) == Some(name)
}

fn walk(plain: &[u8], visit: Visitor<'_>) {
    let mut reader = Reader::new();
    if reader.push(plain, visit).is_continue() {
        let _ = reader.finish(visit);
    }
}

/// Lists all members of an archive, or decompresses a file that is none.
fn open(content: &[u8]) -> ArchiveListing {
    match file_type(content) {
        FileType::Zip => of_zip(content),
        FileType::Tar => of_tar(content),
        FileType::Compressed(_) => match decode_all(content, LIMITS) {
            Ok(plain) if file_type(&plain) == FileType::Tar => of_tar(&plain),
            Ok(unpacked) => of_plain(unpacked),
            Err(error) => failed(ArchiveProblem::Decoding(error)),
        },
        _ => failed(ArchiveProblem::NotAnArchive),
    }
}

/// The content of a compressed file. What is not shown does not cross to the page.
fn of_plain(plain: Vec<u8>) -> ArchiveListing {
    let unpacked_size = plain.len() as u64;
    let unpacked = if unpacked_size <= caps::FILE_SHOWN { plain } else { Vec::new() };
    ArchiveListing { unpacked, unpacked_size, ..ArchiveListing::default() }
}

fn failed(problem: ArchiveProblem) -> ArchiveListing {
    ArchiveListing { problems: vec![problem], ..ArchiveListing::default() }
}

fn of_zip(content: &[u8]) -> ArchiveListing {
    let listing = match zip::list(content) {
        Ok(listing) => listing,
        Err(error) => return failed(ArchiveProblem::NotListed(error)),
    };
    let member = |member: zip::ZipMember| ArchiveMember {
        kind: if member.is_directory() { EntryKind::Directory } else { EntryKind::File },
        name: member.name,
        size: member.size,
    };
    ArchiveListing {
        members: listing.members.into_iter().map(member).collect(),
        problems: listing.problems.into_iter().map(ArchiveProblem::Zip).collect(),
        ..ArchiveListing::default()
    }
}

fn of_tar(content: &[u8]) -> ArchiveListing {
    let mut listing = ArchiveListing::default();
    let ArchiveListing { members, problems, .. } = &mut listing;
    let mut visit = |event: ArchiveEvent<'_>| {
        match event {
            ArchiveEvent::Entry(_) if members.len() == caps::INNER_MEMBERS => {
                problems.push(ArchiveProblem::TooManyMembers(caps::INNER_MEMBERS as u64));
                return ControlFlow::Break(());
            }
            ArchiveEvent::Entry(entry) => {
                members.push(ArchiveMember {
                    name: entry.path,
                    size: entry.size,
                    kind: entry.kind,
                });
            }
            ArchiveEvent::Odd(warning) if problems.len() < caps::FAULTS_SHOWN => {
                problems.push(ArchiveProblem::Tar(warning));
            }
            ArchiveEvent::Odd(_) | ArchiveEvent::Content(_) | ArchiveEvent::End => {}
        }
        ControlFlow::Continue(())
    };
    walk(content, &mut visit);
    listing
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use std::io::Write as _;

    use super::*;
    use crate::content::{
        decode::DecodeError,
        tar,
        zip::{ZipError, tests::zip},
    };

    fn tar(members: &[(&str, u8, &[u8])]) -> Vec<u8> {
        let member = |(name, flag, bytes): &(&str, u8, &[u8])| {
            let header = tar::tests::plain(name.as_bytes(), *flag, bytes.len() as u64);
            [header, tar::tests::content(bytes)].concat()
        };
        members.iter().flat_map(member).chain([0; 1024]).collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    #[test]
    fn a_member_is_read_by_its_name() {
        let jar = zip(
            &[
                ("META-INF/", 0, b"", 0),
                ("META-INF/MANIFEST.MF", 8, b"Manifest-Version: 1.0\n", 22),
                ("twice", 0, b"one", 3),
                ("twice", 8, b"other", 5),
                ("/rooted", 0, b"root", 4),
                ("method", 12, b"bz", 2),
                ("lies", 8, b"more than it says", 3),
            ],
            b"",
        );
        let all: &[(&str, u8, &[u8])] = &[
            ("dir/", b'5', b""),
            ("dir/a.txt", b'0', b"text"),
            ("link", b'2', b""),
            ("empty", b'0', b""),
            ("twice", b'0', b"one"),
            ("twice", b'0', b"other"),
        ];
        let (plain, tgz) = (tar(all), gzip(&tar(all)));
        let check = |archive: &[u8], name: &str, expected: Result<&str, ContentFault>| {
            let read = read(archive, name.as_bytes());
            let expected = expected.map(|text| text.as_bytes().to_vec());
            assert_eq!(read, expected, "{name}");
        };
        check(&jar, "META-INF/MANIFEST.MF", Ok("Manifest-Version: 1.0\n"));
        check(&jar, "twice", Ok("other"));
        check(&jar, "rooted", Ok("root"));
        check(&jar, "/rooted", Ok("root"));
        check(&jar, "none", Err(ContentFault::NoMember));
        check(&jar, "method", Err(ContentFault::Zip(ZipError::Method(12))));
        check(&jar, "lies", Err(ContentFault::Zip(ZipError::Changed)));
        for archive in [&plain, &tgz] {
            check(archive, "dir/a.txt", Ok("text"));
            check(archive, "empty", Ok(""));
            check(archive, "twice", Ok("other"));
            check(archive, "link", Err(ContentFault::NotAFile(EntryKind::Symlink)));
            check(archive, "none", Err(ContentFault::NoMember));
        }
        check(b"text", "a", Err(ContentFault::NotAnArchive));
    }

    #[test]
    fn members_end_at_their_cap() {
        let large = vec![0; caps::FILE_SHOWN as usize + 1];
        let reason = |archive: &[u8]| read(archive, b"large").unwrap_err();
        let bomb = zip(&[("large", 8, &large, large.len() as u32)], b"");
        assert_eq!(reason(&bomb), ContentFault::Zip(ZipError::TooLarge(caps::FILE_SHOWN)));
        // It says that it is small.
        let bomb = zip(&[("large", 8, &large, 10)], b"");
        assert_eq!(reason(&bomb), ContentFault::Zip(ZipError::Changed));
        let bomb = gzip(&tar(&[("large", b'0', &large)]));
        assert_eq!(reason(&bomb), ContentFault::TooLarge(caps::FILE_SHOWN));
        let bomb = gzip(&vec![0; LIMITS.output as usize + 1]);
        let limit = DecodeError::OutputLimit(LIMITS.output);
        assert_eq!(reason(&bomb), ContentFault::Decoding(limit));
        let cut = tar(&[("large", b'0', &large[..5_000])]);
        assert_eq!(reason(&cut[..3_000]), ContentFault::CutShort);
    }

    #[test]
    fn spoilt_archives_never_panic() {
        let jar = zip(&[("a", 8, b"content of a", 12), ("b", 0, b"b", 1)], b"");
        let tgz = gzip(&tar(&[("a", b'0', b"content of a"), ("b", b'0', b"b")]));
        for archive in [jar, tgz] {
            for bit in 0..archive.len() * 8 {
                let mut spoilt = archive.clone();
                spoilt[bit / 8] ^= 1 << (bit % 8);
                let _ = read(&spoilt, b"a");
                let _ = open(&spoilt);
            }
        }
    }

    #[test]
    fn cap_inner_bytes_ends_the_unpacking_and_says_so() {
        let open_of = |length: u64| open(&gzip(&vec![0; length as usize]));
        let most = open_of(caps::INNER_BYTES);
        assert_eq!((most.unpacked_size, most.problems), (caps::INNER_BYTES, vec![]));
        let limit = DecodeError::OutputLimit(caps::INNER_BYTES);
        assert_eq!(open_of(caps::INNER_BYTES + 1).problems, [ArchiveProblem::Decoding(limit)]);
    }

    #[test]
    fn cap_inner_members_ends_the_reading_of_tar_and_says_so() {
        let members = |count: usize| {
            let header = tar::tests::plain(b"a", b'0', 0);
            let listing = of_tar(&[header.repeat(count), vec![0; 1_024]].concat());
            (listing.members.len(), listing.problems)
        };
        let most = caps::INNER_MEMBERS;
        assert_eq!(members(most), (most, vec![]));
        let problem = ArchiveProblem::TooManyMembers(most as u64);
        assert_eq!(members(most + 1), (most, vec![problem]));
    }

    #[test]
    fn cap_faults_shown_keeps_the_first_faults_of_an_archive() {
        let faults = |count: usize| {
            let name = vec![b'n'; caps::PATH_BYTES + 1];
            let head = tar::tests::plain(b"././@LongLink", b'L', name.len() as u64);
            let long =
                [head, tar::tests::content(&name), tar::tests::plain(b"a", b'0', 0)].concat();
            of_tar(&[long.repeat(count), vec![0; 1_024]].concat()).problems.len()
        };
        assert_eq!(faults(caps::FAULTS_SHOWN), caps::FAULTS_SHOWN);
        assert_eq!(faults(caps::FAULTS_SHOWN + 1), caps::FAULTS_SHOWN);
    }

    #[test]
    fn cap_file_shown_holds_for_members_and_for_what_was_compressed() {
        let check = |length: u64, is_shown: bool| {
            let content = vec![b'x'; length as usize];
            let member = read(&tar(&[("large", b'0', &content)]), b"large");
            let too_large = Err(ContentFault::TooLarge(caps::FILE_SHOWN));
            assert!(member == if is_shown { Ok(content.clone()) } else { too_large });
            let jar = zip(&[("large", 8, &content, length as u32)], b"");
            let too_large = ContentFault::Zip(ZipError::TooLarge(caps::FILE_SHOWN));
            assert_eq!(read(&jar, b"large").err(), Some(too_large).filter(|_| !is_shown));
            let plain = open(&gzip(&content));
            assert_eq!((plain.unpacked_size, plain.unpacked.is_empty()), (length, !is_shown));
        };
        check(caps::FILE_SHOWN, true);
        check(caps::FILE_SHOWN + 1, false);
    }
}
