//! Archives built byte by byte, as the specification has them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::Write as _;

use super::*;
use crate::caps;

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A member as its name, method, content and the size it says it has.
pub(crate) type Part<'a> = (&'a str, u16, &'a [u8], u32);

pub(crate) fn zip(parts: &[Part<'_>], comment: &[u8]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, method, content, size) in parts {
        let packed = if *method == 8 { deflate(content) } else { content.to_vec() };
        let mut common = vec![20, 0, 0, 0];
        common.extend(method.to_le_bytes());
        common.extend([0; 4]);
        common.extend(crc32(0, content).to_le_bytes());
        common.extend((packed.len() as u32).to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        let offset = bytes.len() as u32;
        bytes.extend([b"PK\x03\x04", &common[..], name.as_bytes(), &packed].concat());
        directory.extend([b"PK\x01\x02\x14\x00", &common[..], &[0; 10]].concat());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, count) = (bytes.len() as u32, (parts.len() as u16).to_le_bytes());
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count, count].concat());
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend((comment.len() as u16).to_le_bytes());
    bytes.extend(comment);
    bytes
}

fn sample() -> Vec<u8> {
    zip(&[("META-INF/", 0, b"", 0), ("a.txt", 8, b"aaaaaaaaaa", 10), ("b", 0, b"bb", 2)], b"note")
}

#[test]
fn lists_and_reads_members() {
    for archive in [sample(), [b"#!/bin/sh\n".to_vec(), sample()].concat()] {
        let listing = list(&archive).unwrap();
        assert_eq!(listing.problems, []);
        let names: Vec<_> = listing.members.iter().map(|member| &member.name[..]).collect();
        assert_eq!(names, [&b"META-INF/"[..], b"a.txt", b"b"]);
        assert!(listing.members[0].is_directory());
        let read = |at: usize| listing.read(&archive, &listing.members[at], 10);
        assert_eq!(read(1).unwrap(), b"aaaaaaaaaa");
        assert_eq!(read(2).unwrap(), b"bb");
        assert_eq!(listing.read(&archive, &listing.members[1], 9), Err(ZipError::TooLarge(9)));
    }
}

#[test]
fn what_is_wrong_is_told() {
    let check = |part: Part<'_>, expected| {
        let archive = zip(&[part], b"");
        let listing = list(&archive).unwrap();
        assert_eq!(listing.read(&archive, &listing.members[0], 1 << 20), Err(expected));
    };
    // A bomb makes no more than it announced.
    let zeros = vec![0; 8 << 20];
    check(("bomb", 8, &zeros, 100), ZipError::Changed);
    check(("short", 8, b"abc", 4), ZipError::Changed);
    check(("lzma", 14, b"abc", 3), ZipError::Method(14));
    check(("large", 8, b"abc", u32::MAX - 1), ZipError::TooLarge(1 << 20));
    assert_eq!(list(b""), Err(ZipError::NotZip));
    assert_eq!(list(&[0; 100]), Err(ZipError::NotZip));
    let renamed = sample().iter().rev().copied().collect::<Vec<_>>();
    assert_eq!(list(&renamed), Err(ZipError::NotZip));
}

#[test]
fn a_member_that_its_header_names_otherwise_is_not_read() {
    let mut archive = sample();
    let at = archive.windows(5).position(|bytes| bytes == b"a.txt").unwrap();
    archive[at] = b'x';
    let listing = list(&archive).unwrap();
    assert_eq!(listing.members[1].name, b"a.txt");
    assert_eq!(listing.read(&archive, &listing.members[1], 10), Err(ZipError::Misplaced));
}

#[test]
fn no_part_and_no_flipped_bit_panics_or_brings_other_content() {
    let whole = sample();
    let try_all = |archive: &[u8]| {
        let Ok(listing) = list(archive) else { return };
        for member in &listing.members {
            if let Ok(content) = listing.read(archive, member, 1 << 20) {
                assert!(matches!(&content[..], b"" | b"aaaaaaaaaa" | b"bb"));
            }
        }
    };
    for end in 0..whole.len() {
        assert_eq!(list(&whole[..end]), Err(ZipError::NotZip));
    }
    for bit in 0..whole.len() * 8 {
        let mut archive = whole.clone();
        archive[bit / 8] ^= 1 << (bit % 8);
        try_all(&archive);
    }
}

/// A directory of members without content, and the wide record of its end: short ones count to 65,535.
fn directory(names: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let (mut bytes, mut count) = (Vec::new(), 0_u64);
    for name in names {
        let mut head = vec![0; 46];
        head[..4].copy_from_slice(b"PK\x01\x02");
        head[28..30].copy_from_slice(&(name.len() as u16).to_le_bytes());
        bytes.extend(head);
        bytes.extend(name);
        count += 1;
    }
    let size = bytes.len() as u64;
    let mut wide = vec![0; 56];
    wide[..4].copy_from_slice(b"PK\x06\x06");
    wide[32..40].copy_from_slice(&count.to_le_bytes());
    wide[40..48].copy_from_slice(&size.to_le_bytes());
    bytes.extend(wide);
    bytes.extend([&b"PK\x06\x07"[..], &[0; 16]].concat());
    let mut end = vec![0; 22];
    end[..4].copy_from_slice(b"PK\x05\x06");
    end[10..12].copy_from_slice(&[0xff, 0xff]);
    bytes.extend(end);
    bytes
}

#[test]
fn cap_inner_members_ends_a_directory_and_says_so() {
    let check = |count: usize, problems: &[ZipFault]| {
        let listing = list(&directory((0..count).map(|_| b"a".to_vec()))).unwrap();
        assert_eq!(listing.members.len(), caps::INNER_MEMBERS, "{count}");
        assert_eq!(listing.problems, problems, "{count}");
    };
    let most = caps::INNER_MEMBERS;
    check(most, &[]);
    check(most + 1, &[ZipFault::TooManyMembers(most as u64)]);
}

#[test]
fn cap_zip_names_ends_a_directory_and_says_so() {
    let long = caps::PATH_BYTES;
    let (whole, rest) = (caps::ZIP_NAMES / long - 1, long);
    let names = |last: &[usize]| [vec![long; whole], last.to_vec()].concat();
    let read = |last: &[usize]| {
        let names = names(last).into_iter();
        let listing = list(&directory(names.map(|length| vec![b'n'; length]))).unwrap();
        (listing.members.len(), listing.problems)
    };
    assert_eq!(read(&[rest - 1, 1]), (whole + 2, vec![]));
    let fault = ZipFault::TooManyMembers(whole as u64 + 1);
    assert_eq!(read(&[rest - 1, 2]), (whole + 1, vec![fault]));
}

#[test]
fn cap_path_bytes_leaves_a_member_with_a_longer_name_out_and_tells() {
    let check = |length: usize, members: usize, problems: &[ZipFault]| {
        let listing = list(&directory([vec![b'n'; length], b"a".to_vec()].into_iter())).unwrap();
        assert_eq!((listing.members.len(), listing.problems.as_slice()), (members, problems));
    };
    check(caps::PATH_BYTES, 2, &[]);
    check(caps::PATH_BYTES + 1, 1, &[ZipFault::NameTooLong(0)]);
}
