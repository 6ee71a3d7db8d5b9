#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;

/// A header block with a right checksum.
fn block(path: &[u8], flag: u8, size: u64, change: impl Fn(&mut [u8; BLOCK])) -> Vec<u8> {
    let mut block = [0; BLOCK];
    block[..path.len()].copy_from_slice(path);
    block[100..107].copy_from_slice(b"0000644");
    block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    block[136..147].copy_from_slice(b"00000000001");
    block[156] = flag;
    block[257..265].copy_from_slice(b"ustar\x0000");
    change(&mut block);
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block.to_vec()
}

pub(crate) fn plain(path: &[u8], flag: u8, size: u64) -> Vec<u8> {
    block(path, flag, size, |_| {})
}

pub(crate) fn link(path: &str, flag: u8, target: &str) -> Vec<u8> {
    block(path.as_bytes(), flag, 0, |block| {
        block[157..157 + target.len()].copy_from_slice(target.as_bytes());
    })
}

pub(crate) fn content(bytes: &[u8]) -> Vec<u8> {
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len().next_multiple_of(BLOCK), 0);
    padded
}

fn end() -> Vec<u8> {
    vec![0; 2 * BLOCK]
}

#[derive(Debug, Default, PartialEq)]
struct Read {
    entries: Vec<(Entry, Vec<u8>)>,
    odd: Vec<Warning>,
}

fn read_in_pieces(archive: &[u8], piece: usize) -> Read {
    let mut read = Read::default();
    let mut open = false;
    let mut visit = |event: ArchiveEvent<'_>| {
        match event {
            ArchiveEvent::Entry(entry) => {
                assert!(!open, "an entry begins inside another");
                open = true;
                read.entries.push((*entry, Vec::new()));
            }
            ArchiveEvent::Content(bytes) => {
                read.entries.last_mut().unwrap().1.extend_from_slice(bytes)
            }
            ArchiveEvent::End => open = false,
            ArchiveEvent::Odd(warning) => read.odd.push(warning),
        }
        ControlFlow::Continue(())
    };
    let mut reader = Reader::new();
    for piece in archive.chunks(piece) {
        assert!(reader.push(piece, &mut visit).is_continue());
    }
    assert!(reader.finish(&mut visit).is_continue());
    read
}

fn read(archive: &[u8]) -> Read {
    let whole = read_in_pieces(archive, archive.len().max(1));
    for piece in [1, 511, 512, 513, 1_000] {
        assert_eq!(read_in_pieces(archive, piece), whole, "pieces of {piece}");
    }
    whole
}

fn paths(read: &Read) -> Vec<String> {
    read.entries.iter().map(|(entry, _)| String::from_utf8_lossy(&entry.path).into()).collect()
}

#[test]
fn reads_files_with_their_content_and_place() {
    let archive = [plain(b"a", b'0', 5), content(b"hello"), plain(b"d/", b'5', 0), end()].concat();
    let read = read(&archive);
    assert_eq!(paths(&read), ["a", "d/"]);
    assert_eq!(read.entries[0].1, b"hello");
    assert_eq!((read.entries[0].0.size, read.entries[0].0.offset), (5, 512));
    assert_eq!(read.entries[1].0.kind, EntryKind::Directory);
    assert_eq!(read.odd, []);
}

#[test]
fn long_names_come_from_gnu_pax_and_the_prefix() {
    let long = "n".repeat(300);
    let gnu =
        [plain(b"././@LongLink", b'L', 301), content(format!("{long}\0").as_bytes())].concat();
    let record = format!("310 path={long}\n");
    let pax = [plain(b"x", b'x', 310), content(record.as_bytes())].concat();
    for extension in [gnu, pax] {
        let archive =
            [extension, plain(b"short", b'0', 0), plain(b"next", b'0', 0), end()].concat();
        assert_eq!(paths(&read(&archive)), [long.as_str(), "next"]);
    }
    let prefixed = block(b"name", b'0', 0, |block| block[345..348].copy_from_slice(b"pre"));
    assert_eq!(paths(&read(&[prefixed, end()].concat())), ["pre/name"]);
}

#[test]
fn a_pax_size_wins_over_the_header_and_the_difference_is_said() {
    // RUSTSEC-2026-0068: a reader that follows the header sees another entry in the content.
    let inner = plain(b"inner", b'0', 0);
    let archive = [
        plain(b"x", b'x', 12),
        content(b"12 size=512\n"),
        plain(b"outer", b'0', 1),
        inner.clone(),
        end(),
    ]
    .concat();
    let read = read(&archive);
    assert_eq!(paths(&read), ["outer"]);
    assert_eq!(read.entries[0].1, inner);
    let expected = Warning::SizeOverridden { header: 1, pax: 512 };
    assert_eq!(read.entries[0].0.warnings, [expected]);
}

#[test]
fn content_behind_a_link_is_not_content() {
    let archive = [plain(b"l", b'2', 512), plain(b"next", b'0', 0), end()].concat();
    let read = read(&archive);
    assert_eq!(paths(&read), ["l", "next"]);
    assert_eq!(read.entries[0].0.warnings, [Warning::ContentBehindLink]);
}

#[test]
fn sparse_files_of_all_kinds_keep_their_size_and_map() {
    let old = block(b"s", b'S', 4, |block| {
        block[257..265].copy_from_slice(b"ustar  \0");
        block[386..398].copy_from_slice(b"00000001000\0");
        block[398..410].copy_from_slice(b"00000000004\0");
        block[483..495].copy_from_slice(b"00000002000\0");
    });
    let records: Vec<u8> = [
        b"22 GNU.sparse.major=1\n".as_slice(),
        b"22 GNU.sparse.minor=0\n",
        b"19 GNU.sparse.name=s\n".get(..0).unwrap(),
        b"28 GNU.sparse.realsize=1024\n",
    ]
    .concat();
    let mut map = content(b"1\n512\n4\n");
    map.extend(content(b"data"));
    let new =
        [plain(b"x", b'x', records.len() as u64), content(&records), plain(b"s", b'0', 516), map]
            .concat();
    for archive in [[old, content(b"data")].concat(), new] {
        let read = read(&[archive, end()].concat());
        let (entry, bytes) = &read.entries[0];
        assert_eq!((entry.size, entry.stored, bytes.as_slice()), (1024, 4, b"data".as_slice()));
        assert_eq!(entry.sparse, Some(vec![(512, 4)]));
        assert_eq!(entry.warnings, []);
    }
}

#[test]
fn what_is_odd_is_said() {
    let check = |archive: Vec<u8>, expected: Warning| {
        let read = read(&archive);
        let all: Vec<_> =
            read.entries.iter().flat_map(|(entry, _)| &entry.warnings).chain(&read.odd).collect();
        assert!(all.contains(&&expected), "{expected:?} not in {all:?}");
    };
    check([plain(b"../up", b'0', 0), end()].concat(), Warning::EscapingPath);
    check([plain(b"a/../../b", b'0', 0), end()].concat(), Warning::EscapingPath);
    check([plain(b"/../etc", b'0', 0), end()].concat(), Warning::EscapingPath);
    check([plain(b"", b'0', 0), end()].concat(), Warning::EmptyPath);
    check([plain(b"a", b'Z', 0), end()].concat(), Warning::UnknownKind(b'Z'));
    check(plain(b"a", b'0', 0), Warning::NoEndMarker);
    check([plain(b"a", b'0', 9), b"hello".to_vec()].concat(), Warning::Truncated);
    check([plain(b"a", b'0', 0), vec![1; BLOCK]].concat(), Warning::BadHeader);
    check([end(), plain(b"a", b'0', 0)].concat(), Warning::DataBehindEnd);
    check([plain(b"x", b'x', 0), end()].concat(), Warning::DanglingExtension);
    check([plain(b"L", b'L', 1 << 30), end()].concat(), Warning::ExtensionTooLarge(1 << 30));
    let negative = block(b"a", b'0', 0, |block| block[124..136].copy_from_slice(&[0xff; 12]));
    check([negative, end()].concat(), Warning::BadSize);
}

#[test]
fn bytes_behind_the_end_do_not_cut_an_entry_short() {
    let check = |behind: &[u8], expected: &[Warning]| {
        let archive = [plain(b"a", b'0', 5), content(b"hello"), end(), behind.to_vec()].concat();
        let read = read(&archive);
        assert_eq!((paths(&read), read.odd.as_slice()), (vec!["a".to_owned()], expected));
    };
    check(&[0; 1], &[]);
    check(&[0; 100], &[]);
    check(&[0; 9_300], &[]);
    for behind in [&b"xyz"[..], b"TRAILING", &[0, 0, 7], &[b'A'; 512], &[b'A'; 1_300]] {
        check(behind, &[Warning::DataBehindEnd]);
    }
    check(&[[0; 512].as_slice(), b"x"].concat(), &[Warning::DataBehindEnd]);
}

#[test]
fn an_archive_without_its_end_is_told_from_an_entry_without_its_end() {
    let entry = || [plain(b"a", b'0', 5), content(b"hello")].concat();
    let check = |rest: &[u8], expected: Warning| {
        assert_eq!(read(&[entry(), rest.to_vec()].concat()).odd, [expected], "{rest:?}");
    };
    check(&[], Warning::NoEndMarker);
    check(&[0; 100], Warning::NoEndMarker);
    check(&[0; 600], Warning::NoEndMarker);
    check(&plain(b"b", b'0', 0)[..100], Warning::Truncated);
    check(&plain(b"b", b'0', 5), Warning::Truncated);
    check(&[[0; 512].as_slice(), b"xyz"].concat(), Warning::Truncated);
}

#[test]
fn names_that_stay_inside_are_not_odd() {
    for name in ["/", "./", ".", "/usr/bin/env", "//etc", "/./a", "a/../b", "a/b/../../c", "..a/b"]
    {
        let read = read(&[plain(name.as_bytes(), b'0', 0), end()].concat());
        assert_eq!(read.entries[0].0.warnings, [], "{name}");
    }
}

#[test]
fn no_bytes_and_zeros_are_an_empty_archive() {
    let check = |bytes: &[u8], expected: (bool, &[Warning])| {
        let mut odd = Vec::new();
        let mut visit = |event: ArchiveEvent<'_>| {
            let ArchiveEvent::Odd(warning) = event else { panic!("{event:?}") };
            odd.push(warning);
            ControlFlow::Continue(())
        };
        let mut reader = Reader::new();
        assert!(reader.push(bytes, &mut visit).is_continue());
        assert!(reader.finish(&mut visit).is_continue());
        assert_eq!((reader.is_archive(), odd.as_slice()), expected, "{} bytes", bytes.len());
    };
    check(&[], (true, &[]));
    check(&[0; 512], (true, &[Warning::NoEndMarker]));
    check(&[0; 1_024], (true, &[]));
    check(&[0; 10_240], (true, &[]));
    check(&[0; 100], (true, &[Warning::NoEndMarker]));
    check(&[0; 600], (true, &[Warning::NoEndMarker]));
    check(&[1; 100], (false, &[]));
    check(&[[0; 512].as_slice(), &[1; 100]].concat(), (false, &[]));
    check(&[1; 512], (false, &[Warning::BadHeader]));
    check(&[[0; 512], [1; 512]].concat(), (false, &[Warning::BadHeader]));
}

#[test]
fn mutated_archives_never_panic() {
    let whole = [
        plain(b"x", b'x', 12),
        content(b"12 size=512\n"),
        plain(b"outer", b'0', 1),
        content(&[7; 512]),
        plain(b"././@LongLink", b'L', 4),
        content(b"abc\0"),
        plain(b"s", b'S', 0),
        end(),
    ]
    .concat();
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        read_in_pieces(&bytes, 700);
    }
    for cut in 0..whole.len() {
        read_in_pieces(&whole[..cut], 512);
    }
}

/// An archive of a file with such a path, a link with such a target, and a last file.
fn with_lengths(path: usize, link: usize) -> Vec<u8> {
    let long = |flag: u8, length: usize| {
        let name = vec![b'n'; length];
        [plain(b"././@LongLink", flag, length as u64), content(&name)].concat()
    };
    let file = [long(b'L', path), plain(b"short", b'0', 3), content(b"abc")].concat();
    let link = [long(b'K', link), plain(b"link", b'2', 0)].concat();
    [file, link, plain(b"last", b'0', 0), end()].concat()
}

#[test]
fn cap_path_bytes_and_cap_link_bytes_leave_the_entry_out_and_tell() {
    let check = |path: usize, link: usize, entries: usize, odd: &[Warning]| {
        for piece in [1, 511, 1 << 20] {
            let read = read_in_pieces(&with_lengths(path, link), piece);
            assert_eq!((read.entries.len(), read.odd.as_slice()), (entries, odd), "{path} {link}");
        }
    };
    let (most, far) = (caps::PATH_BYTES, caps::LINK_BYTES);
    check(most, far, 3, &[]);
    check(most + 1, far, 2, &[Warning::PathTooLong(most as u64 + 1)]);
    check(most, far + 1, 2, &[Warning::LinkTooLong(far as u64 + 1)]);
    let both = [Warning::PathTooLong(1_000_000), Warning::LinkTooLong(1_000_000)];
    check(1_000_000, 1_000_000, 1, &both);
}

#[test]
fn cap_tar_extensions_passes_over_larger_ones_and_tells() {
    // Two extensions of one entry, which count together, and a global one.
    let check = |size: u64, flags: &[u8], is_read: bool| {
        let each = size / flags.len() as u64;
        let mut archive = Vec::new();
        for &flag in flags {
            archive.extend(plain(b"x", flag, each));
            archive.extend(content(&vec![b'\n'; each as usize]));
        }
        archive.extend([plain(b"short", b'0', 0), end()].concat());
        let read = read_in_pieces(&archive, 1 << 16);
        let odd = Vec::from_iter((!is_read).then_some(Warning::ExtensionTooLarge(each)));
        assert_eq!((paths(&read), read.odd), (vec!["short".to_owned()], odd), "{size} {flags:?}");
    };
    let most = caps::TAR_EXTENSIONS;
    check(most, b"x", true);
    check(most + 1, b"x", false);
    check(most, b"xx", true);
    check(most + 2, b"xx", false);
    check(most, b"g", true);
    check(most + 1, b"g", false);
}

/// A file whose sparse map stands in blocks behind its header, in so many pieces without content.
fn old_sparse(pieces: usize) -> Vec<u8> {
    let piece = b"00000000000\x0000000000000\x00";
    let more = |pieces: usize| u8::from(pieces > 21);
    let mut left = pieces - 4;
    let mut archive = block(b"s", b'S', 0, |block| {
        block[257..265].copy_from_slice(b"ustar  \0");
        block[386..482].copy_from_slice(&piece.repeat(4));
        block[482] = 1;
    });
    while left > 0 {
        let here = left.min(21);
        let mut block = piece.repeat(here);
        block.resize(504, 0);
        block.push(more(left));
        block.resize(BLOCK, 0);
        archive.extend(block);
        left -= here;
    }
    [archive, end()].concat()
}

#[test]
fn cap_sparse_pieces_ends_a_map_of_any_form() {
    let most = caps::SPARSE_PIECES;
    let pieces = |archive: &[u8]| {
        let read = read_in_pieces(archive, 1 << 20);
        let map = read.entries.first().and_then(|(entry, _)| entry.sparse.as_ref().map(Vec::len));
        let warnings = read.entries.first().map(|(entry, _)| entry.warnings.clone());
        (map, [warnings.unwrap_or_default(), read.odd].concat())
    };
    let bad = || vec![Warning::BadSparseMap];
    assert_eq!(pieces(&old_sparse(most)), (Some(most), vec![]));
    assert_eq!(pieces(&old_sparse(most + 1)), (None, bad()));
    assert_eq!(pieces(&old_sparse(2 * most)), (None, bad()));
    // At the head of the content.
    let head = |pieces: usize| {
        let records =
            b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n28 GNU.sparse.realsize=1024\n";
        let map = content(format!("{pieces}\n{}", "0\n".repeat(2 * pieces)).as_bytes());
        let file = [plain(b"s", b'0', map.len() as u64), map].concat();
        [plain(b"x", b'x', records.len() as u64), content(records), file, end()].concat()
    };
    assert_eq!(pieces(&head(most)), (Some(most), vec![]));
    assert_eq!(pieces(&head(most + 1)), (Some(0), vec![Warning::BadSparseMap; 2]));
}

#[test]
fn cap_sparse_pieces_ends_a_map_in_records() {
    let pieces = |count: usize| {
        let numbers: Vec<u64> = vec![0; 2 * count];
        let map = compose::sparse_map_of(&numbers, None, EntryKind::File);
        map.map(|map| map.len())
    };
    assert_eq!(pieces(caps::SPARSE_PIECES), Some(caps::SPARSE_PIECES));
    assert_eq!(pieces(caps::SPARSE_PIECES + 1), Some(caps::SPARSE_PIECES));
}

#[test]
fn cap_owner_bytes_cuts_the_names_of_owner_and_group() {
    let check = |length: usize| {
        let record = |key: &str| {
            let rest = format!(" {key}={}\n", "o".repeat(length));
            format!("{}{rest}", rest.len() + 3)
        };
        let records = record("uname") + &record("gname");
        let head = [plain(b"x", b'x', records.len() as u64), content(records.as_bytes())];
        let read = read(&[head.concat(), plain(b"a", b'0', 0), end()].concat());
        let entry = &read.entries[0].0;
        let most = caps::OWNER_BYTES;
        assert_eq!((entry.user.len(), entry.group.len(), &read.odd), (most, most, &vec![]));
    };
    check(caps::OWNER_BYTES);
    check(caps::OWNER_BYTES + 1);
}

#[test]
fn cap_path_bytes_holds_for_the_path_that_a_global_extension_gives_to_all() {
    let check = |length: usize, entries: usize, odd: &[Warning]| {
        let rest = format!(" path={}\n", "p".repeat(length));
        let digits = (rest.len() + 7).to_string().len();
        let record = format!("{}{rest}", rest.len() + digits);
        let global = [plain(b"g", b'g', record.len() as u64), content(record.as_bytes())].concat();
        let files = plain(b"a", b'0', 0).repeat(3);
        let read = read_in_pieces(&[global, files, end()].concat(), 1 << 20);
        assert_eq!((read.entries.len(), read.odd.as_slice()), (entries, odd), "{length}");
    };
    let too_long = || Warning::PathTooLong(caps::PATH_BYTES as u64 + 1);
    check(caps::PATH_BYTES, 3, &[]);
    check(caps::PATH_BYTES + 1, 0, &[too_long(), too_long(), too_long()]);
    check(1_000_000, 0, &[too_long(), too_long(), too_long()]);
}

#[test]
fn cap_xattr_bytes_counts_names_as_they_were_expanded() {
    // A byte that is no UTF-8 is three bytes of its replacement.
    let check = |name: usize, value: usize, expected: &[Warning]| {
        let xattr = (String::from_utf8_lossy(&vec![0xff; name]).into_owned(), vec![0; value]);
        let mut warnings = Vec::new();
        let kept = few_xattrs([xattr].into_iter(), &mut warnings);
        assert_eq!((kept.len(), warnings.as_slice()), (1 - expected.len(), expected));
    };
    check(1_000, caps::XATTR_BYTES - 3_000, &[]);
    check(1_000, caps::XATTR_BYTES - 2_999, &[Warning::XattrsTooLong]);
    // In an archive, an extension of 400,000 bytes.
    let read_name = |length: usize| {
        let mut record = b" SCHILY.xattr.".to_vec();
        record.extend(vec![0xff; length]);
        record.extend(b"=v\n");
        let digits = (record.len() + 6).to_string();
        let record = [digits.as_bytes(), &record].concat();
        let head = [plain(b"x", b'x', record.len() as u64), content(&record)].concat();
        let read = read_in_pieces(&[head, plain(b"a", b'0', 0), end()].concat(), 1 << 20);
        (read.entries[0].0.xattrs.len(), read.entries[0].0.warnings.clone())
    };
    assert_eq!(read_name(300_000), (1, vec![]));
    assert_eq!(read_name(400_000), (0, vec![Warning::XattrsTooLong]));
}
