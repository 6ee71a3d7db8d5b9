//! The parsers of the contents of layers.

use std::{io::Write, ops::ControlFlow};

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder},
};
use porthole::{
    content::{
        decode::{DecodeLimits, decode_all},
        packages::{self, DatabaseKind},
        tar::{ArchiveEvent, Entry},
        verify::digest_of,
        zip,
    },
    layers::{
        pass::{LayerReader, Wanted},
        ranges::{
            Basis, Ranges,
            toc::{Opening, OpeningStep},
        },
    },
    oci::{Descriptor, MediaType},
};

use crate::targets::{Target, seeds};

/// All parsers of the contents of layers.
pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "os_release",
        seeds: os_releases,
        run: |input| packages(DatabaseKind::OsRelease, input),
    },
    Target { name: "dpkg", seeds: dpkg, run: |input| packages(DatabaseKind::Dpkg, input) },
    Target { name: "apk", seeds: apk, run: |input| packages(DatabaseKind::Apk, input) },
    Target { name: "python", seeds: dpkg, run: |input| packages(DatabaseKind::Python, input) },
    Target { name: "npm", seeds: npm, run: |input| packages(DatabaseKind::Npm, input) },
    Target {
        name: "rpm_sqlite",
        seeds: sqlite,
        run: |input| packages(DatabaseKind::RpmSqlite, input),
    },
    Target { name: "rpm_ndb", seeds: ndb, run: |input| packages(DatabaseKind::RpmNdb, input) },
    Target {
        name: "rpm_bdb",
        seeds: berkeley,
        run: |input| packages(DatabaseKind::RpmBerkeley, input),
    },
    Target { name: "estargz", seeds: stargz, run: estargz },
    Target { name: "toc", seeds: tables, run: table },
    Target { name: "checkpoints", seeds: members, run: checkpoints },
    Target { name: "zip", seeds: zips, run: zipped },
];

fn packages(kind: DatabaseKind, input: &[u8]) {
    let read = packages::read(kind, input);
    assert!(read.problems.len() <= 30, "{}", read.problems.len());
    for package in &read.packages {
        assert!(package.name.len() <= 4_096 && package.licence.len() <= 4_096);
    }
}

/// Returns the seeds of a database, and checks that each is read without problems. Others would test little.
fn sound(kind: DatabaseKind, seeds: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for seed in &seeds {
        let read = packages::read(kind, seed);
        assert_eq!((read.packages.len(), read.problems.as_slice()), (1, &[][..]));
    }
    seeds
}

/// Opens a blob that may end in a footer of eStargz.
fn estargz(input: &[u8]) {
    open(Opening::probe(input.len() as u64), input);
}

/// Opens a table of zstd:chunked, in a frame without compression.
fn table(input: &[u8]) {
    let mut blob = vec![0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x58];
    blob.extend((input.len() as u32).to_le_bytes());
    blob.extend(((input.len() as u32) << 3 | 1).to_le_bytes().into_iter().take(3));
    blob.extend(input);
    let place = format!("0:{}:{}:1", blob.len(), input.len());
    let name = "io.github.containers.zstd-chunked.manifest-position";
    let media_type = MediaType::new("application/vnd.oci.image.layer.v1.tar+zstd");
    let mut layer = Descriptor::new(media_type, digest_of(&blob), blob.len() as u64);
    layer.annotations.push((name.to_owned(), place));
    if let Some(opening) = Opening::new(&layer) {
        open(opening, &blob);
    }
}

/// Opens a table and reads the files that it lists.
fn open(mut opening: Opening, blob: &[u8]) {
    let mut entries: Vec<Entry> = Vec::new();
    let toc = loop {
        let range = opening.range().start as usize..opening.range().end as usize;
        let Some(bytes) = blob.get(range) else { panic!("a range outside the blob") };
        let mut visit = |event: ArchiveEvent<'_>| {
            if let ArchiveEvent::Entry(entry) = event {
                entries.push(*entry);
            }
            ControlFlow::Continue(())
        };
        match opening.give(bytes, &mut visit) {
            Ok(OpeningStep::More(more)) => opening = more,
            Ok(OpeningStep::Ready(toc)) => break toc,
            Err(_) => return,
        }
    };
    assert!(!toc.is_verified, "nothing was there to verify it with");
    let ranges = Ranges::Toc(toc);
    for entry in entries.iter().take(100) {
        let Some(plan) = ranges.plan_for(entry) else { continue };
        let range = plan.range().start as usize..plan.range().end as usize;
        let read = plan.read(blob.get(range).unwrap_or_default(), 1 << 16);
        assert!(read.is_err() || matches!(read, Ok((_, Basis::NoDigest | Basis::LooseToc))));
    }
}

const SMALL: DecodeLimits = DecodeLimits { output: 1 << 18, window: 8 << 20 };

/// Checks that a read from a checkpoint gives the bytes of the first pass.
fn checkpoints(input: &[u8]) {
    let wanted = Wanted::default();
    let digest = digest_of(input);
    let mut reader =
        LayerReader::new(&digest, input.len() as u64, &wanted, SMALL).keep_checkpoints(1 << 10);
    let mut visit = |_: ArchiveEvent<'_>| ControlFlow::Continue(());
    for piece in input.chunks(1_000) {
        let _ = reader.push(piece, &mut visit);
    }
    let (report, checkpoints) = reader.finish_with_checkpoints(&mut visit);
    let Some(checkpoints) = checkpoints else { panic!("the digest is that of the bytes") };
    let ranges = Ranges::FirstPass(checkpoints);
    let plain = decode_all(input, SMALL).ok();
    for offset in (0..report.plain_size).step_by(1_500).take(3) {
        let Some(plan) = ranges.plan(offset, 700) else { continue };
        let range = plan.range().start as usize..plan.range().end as usize;
        let read = plan.read(input.get(range).unwrap_or_default(), 700);
        let (Ok((read, _)), Some(plain)) = (read, &plain) else { continue };
        let start = offset as usize;
        assert_eq!(Some(read.as_slice()), plain.get(start..start + 700), "at {offset}");
    }
}

fn zipped(input: &[u8]) {
    let Ok(listing) = zip::list(input) else { return };
    for member in listing.members.iter().take(20) {
        let read = listing.read(input, member, 1 << 16);
        assert!(read.is_err() || read.is_ok_and(|content| content.len() as u64 == member.size));
    }
}

fn os_releases() -> Vec<Vec<u8>> {
    seeds(&["NAME=\"Debian \\\"GNU\\\"\"\nVERSION_ID=12 # x\nID='a'b\n\n# c\n", "A=\\"])
}

fn dpkg() -> Vec<Vec<u8>> {
    seeds(&[
        "Package: a\nStatus: install ok installed\nVersion: 1\nInstalled-Size: 9\n more\n\nPackage: b\n",
        "Metadata-Version: 2.1\nName: a\nVersion: 1\nLicense: MIT\n\ntext",
    ])
}

fn apk() -> Vec<Vec<u8>> {
    seeds(&["P:musl\nV:1\nA:x\nI:5\nF:lib\nR:a\n\nP:b\nV:2\n"])
}

fn npm() -> Vec<Vec<u8>> {
    seeds(&["{\"name\":\"a\",\"version\":\"1\",\"licenses\":[{\"type\":\"MIT\"}]}"])
}

/// Returns an rpm header with a name and a version, and `extra` bytes after them.
fn header(extra: usize) -> Vec<u8> {
    let data = [b"bash\x005.2\x00".to_vec(), vec![b'x'; extra], vec![0]].concat();
    let mut blob = Vec::new();
    let tags = [(1000, 6, 0), (1001, 6, 5), (1014, 6, 9)];
    for number in [tags.len() as u32, data.len() as u32] {
        blob.extend(number.to_be_bytes());
    }
    for (tag, kind, at) in tags {
        for number in [tag, kind, at, 1_u32] {
            blob.extend(number.to_be_bytes());
        }
    }
    [blob, data].concat()
}

/// Returns a cell of a leaf page: a row of text and blob columns that fits into its page.
fn cell(columns: &[(u8, &[u8])]) -> Vec<u8> {
    let mut record = vec![columns.len() as u8 + 1];
    record.extend(columns.iter().map(|(kind, _)| kind));
    columns.iter().for_each(|(_, bytes)| record.extend_from_slice(bytes));
    [vec![record.len() as u8, 1], record].concat()
}

fn leaf(page: &mut [u8], head: usize, cell: &[u8]) {
    let at = page.len() - cell.len();
    put(page, at, cell);
    put(page, head, &[13, 0, 0, 0, 1]);
    put(page, head + 5, &(at as u16).to_be_bytes());
    put(page, head + 8, &(at as u16).to_be_bytes());
}

fn put(page: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = page.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

/// Returns databases of pages of 512 bytes: one of two pages, and one whose row continues on a third.
fn sqlite() -> Vec<Vec<u8>> {
    let (mut first, mut second) = (vec![0; 512], vec![0; 512]);
    put(&mut first, 0, b"SQLite format 3\0\x02\0\x01\x01\0\x40\x20\x20");
    let columns: [(u8, &[u8]); 5] =
        [(23, b"table"), (29, b"Packages"), (29, b"Packages"), (1, &[2]), (13, b"")];
    leaf(&mut first, 100, &cell(&columns));
    let mut third = second.clone();
    let varint = |number: usize| [(number >> 7) as u8 | 0x80, number as u8 & 0x7f];
    let row = |blob: &[u8]| [&[4, 0][..], &varint(blob.len() * 2 + 12), blob].concat();
    let record = row(&header(20));
    leaf(&mut second, 0, &[&[record.len() as u8, 1], &record[..]].concat());
    let small = [first.clone(), second].concat();
    // The record has 700 bytes, of which 39 + (700 - 39) % 508 stay on the page.
    let record = row(&header(700 - 4 - 68));
    let (here, rest) = record.split_at(39 + (record.len() - 39) % 508);
    let overflowing = [&varint(record.len())[..], &[1], here, &3_u32.to_be_bytes()].concat();
    let mut page = vec![0; 512];
    leaf(&mut page, 0, &overflowing);
    put(&mut third, 4, rest);
    sound(DatabaseKind::RpmSqlite, vec![small, [first, page, third].concat()])
}

fn ndb() -> Vec<Vec<u8>> {
    let blob = header(30);
    let mut file = vec![0; 4_096];
    put(&mut file, 0, b"RpmP\0\0\0\0\x01\0\0\0\x01\0\0\0");
    for slot in 2..256 {
        put(&mut file, slot * 16, b"Slot");
    }
    put(&mut file, 32, b"Slot\x01\0\0\0\0\x01\0\0\x08\0\0\0");
    file.extend(b"BlbS\x01\0\0\0\0\0\0\0");
    file.extend((blob.len() as u32).to_le_bytes());
    sound(DatabaseKind::RpmNdb, vec![[file, blob].concat()])
}

/// Returns a database of three pages: one of metadata, one of pairs, and one with a value.
fn berkeley() -> Vec<Vec<u8>> {
    let blob = header(100);
    let (mut facts, mut pairs, mut value) = (vec![0; 512], vec![0; 512], vec![0; 512]);
    put(&mut facts, 12, &[0x61, 0x15, 6, 0]);
    put(&mut facts, 20, &512_u32.to_le_bytes());
    put(&mut facts, 32, &2_u32.to_le_bytes());
    put(&mut pairs, 20, &[2, 0, 0, 0, 0, 13, 0xf0, 1, 0xe0, 1]);
    put(&mut pairs, 0x1e0, &[3, 0, 0, 0, 2, 0, 0, 0, blob.len() as u8, 0, 0, 0]);
    put(&mut pairs, 0x1f0, &[1, 1, 0, 0, 0]);
    put(&mut value, 22, &[blob.len() as u8, 0, 0, 7]);
    put(&mut value, 26, &blob);
    sound(DatabaseKind::RpmBerkeley, vec![[facts, pairs, value].concat()])
}

fn tables() -> Vec<Vec<u8>> {
    seeds(&[
        "{\"version\":1,\"entries\":[{\"name\":\"a/\",\"type\":\"dir\",\"mode\":16877},\
         {\"name\":\"b\",\"type\":\"reg\",\"size\":9,\"offset\":3,\"endOffset\":99,\"chunkSize\":4,\
         \"modtime\":\"2019-08-20T10:30:43Z\",\"xattrs\":{\"user.a\":\"AAEC\"}},\
         {\"name\":\"b\",\"type\":\"chunk\",\"offset\":30,\"chunkOffset\":4,\"chunkType\":\"zeros\"},\
         {\"name\":\"c\",\"type\":\"hardlink\",\"linkName\":\"../b\"}]}",
        "{\"entries\":null,\"version\":1}",
    ])
}

fn stargz() -> Vec<Vec<u8>> {
    let table = tables().remove(0);
    let mut archive = crate::targets::member("stargz.index.json", b'0', &table);
    archive.extend([0; 1024]);
    let mut blob = gzip(&[b"content"]);
    let offset = blob.len();
    blob.extend(gzip(&[&archive]));
    blob.extend([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 26, 0, b'S', b'G', 22, 0]);
    blob.extend(format!("{offset:016x}STARGZ").into_bytes());
    blob.extend([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    vec![blob]
}

/// Returns a gzip member with a block for each part.
fn gzip(parts: &[&[u8]]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    for part in parts {
        // Writing to memory does not fail.
        let _ = encoder.write_all(part);
        let _ = encoder.flush();
    }
    encoder.finish().unwrap_or_default()
}

fn members() -> Vec<Vec<u8>> {
    let text: Vec<u8> =
        (0..1_500_u32).flat_map(|n| format!("{} ", n.wrapping_mul(n) % 977).into_bytes()).collect();
    let parts: Vec<&[u8]> = text.chunks(1_001).collect();
    let frame = |part: &[u8]| {
        ruzstd::encoding::compress_to_vec(part, ruzstd::encoding::CompressionLevel::Fastest)
    };
    let frames: Vec<u8> = parts.iter().flat_map(|part| frame(part)).collect();
    let many: Vec<u8> = parts.iter().flat_map(|part| gzip(&[part])).collect();
    vec![gzip(&parts), many, frames, text]
}

fn zips() -> Vec<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let _ = encoder.write_all(&[b'a'; 300]);
    let packed = encoder.finish().unwrap_or_default();
    let mut common = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
    common.extend([0; 4]);
    for number in [packed.len() as u32, 300] {
        common.extend(number.to_le_bytes());
    }
    common.extend([1, 0, 0, 0]);
    let local = [b"PK\x03\x04", &common[..], b"a", &packed].concat();
    let entry = [b"PK\x01\x02\x14\0", &common[..], &[0; 14], b"a"].concat();
    let mut end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    for number in [entry.len() as u32, local.len() as u32] {
        end.extend(number.to_le_bytes());
    }
    vec![[local, entry, end, vec![0, 0]].concat()]
}
