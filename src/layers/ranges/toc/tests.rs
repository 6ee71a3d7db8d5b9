//! Tables of contents written as the formats have them, and lies about them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{io::Write as _, ops::ControlFlow};

use super::*;
use crate::{
    caps,
    content::{
        tar::{ArchiveEvent, Entry, EntryKind, Warning},
        verify::digest_of,
    },
    layers::ranges::{Basis, RangeError, Ranges},
    oci::{Descriptor, MediaType},
};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A header of an archive.
fn header(name: &str, size: usize) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    block[148..156].fill(b' ');
    block[156] = b'0';
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    block
}

/// A layer with this table, in which `{n}` stands for the offset of part `n`. Each part is a member.
fn estargz(parts: &[&[u8]], table: &str, old: bool) -> (Vec<u8>, String) {
    let mut blob = Vec::new();
    let mut table = table.to_owned();
    for (number, part) in parts.iter().enumerate() {
        table = table.replace(&format!("{{{number}}}"), &blob.len().to_string());
        blob.extend(gzip(part));
    }
    let offset = blob.len();
    let padding = vec![0; table.len().next_multiple_of(512) - table.len() + 1_024];
    blob.extend(gzip(
        &[header("stargz.index.json", table.len()), table.clone().into(), padding].concat(),
    ));
    blob.extend([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff]);
    blob.extend(if old { &[22, 0][..] } else { &[26, 0, b'S', b'G', 22, 0] });
    blob.extend(format!("{offset:016x}STARGZ").into_bytes());
    blob.extend([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    (blob, table)
}

fn descriptor(blob: &[u8], annotations: &[(&str, &str)]) -> Descriptor {
    let media_type = MediaType::new("application/vnd.oci.image.layer.v1.tar+gzip");
    let mut layer = Descriptor::new(media_type, digest_of(blob), blob.len() as u64);
    for (name, value) in annotations {
        layer.annotations.push(((*name).to_owned(), (*value).to_owned()));
    }
    layer
}

/// Opens a table as a reader with ranges does.
fn open(mut opening: Opening, blob: &[u8]) -> Result<(Toc, Vec<Entry>), TocError> {
    let mut entries = Vec::new();
    loop {
        let range = opening.range();
        let bytes = &blob[range.start as usize..range.end as usize];
        let mut visit = |event: ArchiveEvent<'_>| {
            if let ArchiveEvent::Entry(entry) = event {
                entries.push(*entry);
            }
            ControlFlow::Continue(())
        };
        match opening.give(bytes, &mut visit)? {
            OpeningStep::More(more) => opening = more,
            OpeningStep::Ready(toc) => return Ok((toc, entries)),
        }
    }
}

fn read(toc: &Toc, entry: &Entry, blob: &[u8]) -> Option<Result<(Vec<u8>, Basis), RangeError>> {
    let plan = Ranges::Toc(toc.clone()).plan_for(entry)?;
    let range = plan.range();
    let whole = plan.clone().read(&blob[range.start as usize..range.end as usize], 1 << 20);
    // The same in small pieces.
    let mut content = Vec::new();
    let mut sink = |bytes: &[u8]| {
        content.extend_from_slice(bytes);
        ControlFlow::Continue(())
    };
    let mut reader = plan.reader();
    let pieces = blob[range.start as usize..range.end as usize].chunks(3);
    let pushed = pieces.map(|piece| reader.push(piece, &mut sink)).find(Result::is_err);
    let basis = pushed.unwrap_or(Ok(())).and_then(|()| reader.finish(&mut sink));
    // What is broken behind the content may be seen or not.
    if let (Ok(basis), Ok(whole)) = (basis, &whole) {
        assert_eq!((&content, basis), (&whole.0, whole.1));
    }
    Some(whole)
}

fn table() -> String {
    let (first, second) = (digest_of(b"first half "), digest_of(b"second half"));
    let (whole, small) = (digest_of(b"first half second half"), digest_of(b"small"));
    format!(
        r#"{{"version":1,"entries":[
        {{"name":"bin/","type":"dir","mode":16877,"modtime":"2019-08-20T10:30:43Z"}},
        {{"name":"bin/large","type":"reg","size":22,"mode":33261,"offset":{{1}},"chunkSize":11,
          "digest":"{whole}","chunkDigest":"{first}","xattrs":{{"user.a":"AAEC"}}}},
        {{"name":"bin/large","type":"chunk","offset":{{2}},"chunkOffset":11,"chunkDigest":"{second}"}},
        {{"name":"small","type":"reg","size":5,"offset":{{3}},"innerOffset":4,"chunkDigest":"{small}"}},
        {{"name":"sh","type":"symlink","linkName":"bin/large"}},
        {{"name":"empty","type":"reg","userName":"u"}},
        {{"name":"bare","type":"reg","size":4,"offset":{{3}}}}]}}"#
    )
}

const PARTS: [&[u8]; 4] = [b"header", b"first half padding", b"second half", b"baresmall"];

#[test]
fn estargz_lists_at_once_and_reads_one_file() {
    for old in [false, true] {
        let (blob, json) = estargz(&PARTS, &table(), old);
        let digest = digest_of(json.as_bytes());
        let annotation = [("containerd.io/snapshot/stargz/toc.digest", digest.as_str())];
        let opening = Opening::new(&descriptor(&blob, &annotation)).unwrap();
        let (toc, entries) = open(opening, &blob).unwrap();
        assert!(toc.is_verified && toc.faults.is_empty(), "{:?}", toc.faults);
        assert_eq!(entries.len(), 6);
        assert_eq!(
            (entries[0].kind, entries[0].mode, entries[0].mtime),
            (EntryKind::Directory, 0o755, 1_566_297_043)
        );
        assert_eq!(entries[1].xattrs, [("user.a".to_owned(), vec![0, 1, 2])]);
        let content = |at: usize| read(&toc, &entries[at], &blob).unwrap().unwrap();
        assert_eq!(content(1), (b"first half second half".to_vec(), Basis::Toc));
        assert_eq!(content(2), (b"small".to_vec(), Basis::Toc));
        assert_eq!(entries[3].link, b"bin/large");
        assert_eq!(content(4).0, b"");
        assert_eq!(content(5), (b"bare".to_vec(), Basis::NoDigest));
        // A part of a file needs only its chunks.
        let plan = toc.plan(entries[1].offset + 12, 6).unwrap();
        let range = plan.range.start as usize..plan.range.end as usize;
        let part = Ranges::Toc(toc.clone()).plan(entries[1].offset + 12, 6).unwrap();
        assert_eq!(part.read(&blob[range], 6).unwrap().0, b"econd ");
    }
}

#[test]
fn without_an_annotation_nothing_is_verified() {
    let (blob, _) = estargz(&PARTS, &table(), false);
    assert!(Opening::new(&descriptor(&blob, &[])).is_none());
    let (toc, entries) = open(Opening::probe(blob.len() as u64), &blob).unwrap();
    assert!(!toc.is_verified);
    let (_, basis) = read(&toc, &entries[1], &blob).unwrap().unwrap();
    assert_eq!(basis, Basis::LooseToc);
}

#[test]
fn a_table_that_lies_is_found() {
    let open_with = |table: &str, digest: Option<&Digest>| {
        let (blob, json) = estargz(&PARTS, table, false);
        let digest = digest.cloned().unwrap_or_else(|| digest_of(json.as_bytes()));
        let annotation = [("containerd.io/snapshot/stargz/toc.digest", digest.as_str())];
        let opening = Opening::new(&descriptor(&blob, &annotation)).unwrap();
        open(opening, &blob).map(|(toc, entries)| (toc, entries, blob))
    };
    let other = digest_of(b"other");
    assert!(matches!(open_with(&table(), Some(&other)), Err(TocError::Digest { .. })));
    let check = |from: &str, to: &str, expected: Option<RangeError>| {
        let changed = table().replacen(from, to, 1);
        assert_ne!(changed, table());
        let (toc, entries, blob) = open_with(&changed, None).unwrap();
        let file = entries.iter().find(|entry| entry.path == b"bin/large").unwrap();
        assert_eq!(read(&toc, file, &blob).map(Result::unwrap_err), expected, "{from} {to}");
    };
    // The second chunk is another part of the blob, or should be another.
    check("\"offset\":{2}", "\"offset\":{3}", Some(RangeError::Short));
    let (second, small) = (digest_of(b"second half"), digest_of(b"small"));
    check(second.as_str(), small.as_str(), Some(RangeError::Changed));
    // Chunks that go back, overlap, or do not reach the end.
    check("\"offset\":{2}", "\"offset\":{0}", None);
    check("\"chunkOffset\":11", "\"chunkOffset\":10", None);
    check("\"size\":22", "\"size\":21", Some(RangeError::Changed));
    check("\"size\":22", "\"size\":9000000000000000000", Some(RangeError::TooLarge(1 << 20)));
    check("\"size\":22", "\"size\":18446744073709551615", None);
    let refused = |from, to| open_with(&table().replacen(from, to, 1), None).err();
    assert_eq!(refused("\"version\":1", "\"version\":2"), Some(TocError::UnknownVersion));
    for (from, to) in [("]}", "]"), ("{\"version\"", "[\"version\"")] {
        assert!(matches!(refused(from, to), Some(TocError::NotJson(_))), "{from}");
    }
}

#[test]
fn zstd_chunked_is_placed_by_its_annotation() {
    let place = |text: &str| {
        let layer = descriptor(
            &[0; 1_000],
            &[("io.github.containers.zstd-chunked.manifest-position", text)],
        );
        let opening = Opening::new(&layer).unwrap();
        match opening.range() {
            range if range.is_empty() => Err(open(opening, &[0; 1_000]).unwrap_err()),
            range => Ok(range),
        }
    };
    assert_eq!(place("100:50:400:1"), Ok(100..150));
    for wrong in ["", "1", "100:50:400:2", "990:50:400:1", "-1:2:3:1", "18446744073709551615:2:3:1"]
    {
        assert_eq!(place(wrong), Err(TocError::Position(wrong.to_owned())));
    }
    assert_eq!(place("100:50:999999999999:1"), Err(TocError::TooLarge(caps::TOC_BYTES)));
}

/// The range that a layer of a size asks for first, by the place that its annotation names.
fn chunked_range(position: &str) -> Result<std::ops::Range<u64>, TocError> {
    let mut layer =
        descriptor(b"", &[("io.github.containers.zstd-chunked.manifest-position", position)]);
    layer.size = 1 << 40;
    let opening = Opening::new(&layer).unwrap();
    match opening.range() {
        range if range.is_empty() => Err(open(opening, &[]).unwrap_err()),
        range => Ok(range),
    }
}

#[test]
fn cap_toc_packed_holds_for_both_formats() {
    let most = caps::TOC_PACKED;
    assert_eq!(chunked_range(&format!("100:{most}:400:1")), Ok(100..100 + most));
    let above = chunked_range(&format!("100:{}:400:1", most + 1));
    assert_eq!(above, Err(TocError::TooLarge(most)));
    // The footer of eStargz names the start; the end is that of the layer without the footer.
    let footer_at = |length: u64| {
        let (size, mut footer) = (1_u64 << 40, vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff]);
        footer.extend([26, 0, b'S', b'G', 22, 0]);
        footer.extend(format!("{:016x}STARGZ", size - 51 - length).into_bytes());
        footer.extend([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
        match Opening::probe(size).give(&footer, &mut |_| ControlFlow::Continue(())) {
            Ok(OpeningStep::More(opening)) => Ok(opening.range().end - opening.range().start),
            Ok(OpeningStep::Ready(_)) => panic!("nothing was read"),
            Err(error) => Err(error),
        }
    };
    assert_eq!(footer_at(most), Ok(most));
    assert_eq!(footer_at(most + 1), Err(TocError::TooLarge(most)));
}

#[test]
fn cap_toc_bytes_holds_for_the_stated_size_and_for_what_comes_out() {
    let most = caps::TOC_BYTES;
    assert_eq!(chunked_range(&format!("100:50:{most}:1")), Ok(100..150));
    let above = chunked_range(&format!("100:50:{}:1", most + 1));
    assert_eq!(above, Err(TocError::TooLarge(most)));
    // In eStargz the table stands behind a header, and its padding and end are not read.
    let with_length = |length: usize| {
        let mut table = r#"{"version":1,"entries":[]}"#.to_owned();
        table.push_str(&" ".repeat(length - table.len()));
        let (blob, _) = estargz(&PARTS, &table, false);
        open(Opening::probe(blob.len() as u64), &blob).err()
    };
    assert_eq!(with_length(most as usize - 1_536), None);
    assert_eq!(with_length(most as usize + 1), Some(TocError::TooLarge(most)));
}

/// A table of contents that was not read yet.
fn empty_toc() -> Toc {
    let (files, chunks, faults) = (Vec::new(), Vec::new(), Vec::new());
    Toc { format: Format::Estargz, is_verified: false, faults, files, chunks }
}

#[test]
fn cap_toc_entries_leaves_the_others_out_and_says_so() {
    let check = |count: usize, faults: &[TocFault]| {
        let entries = vec![r#"{"type":"dir"}"#; count].join(",");
        let table = format!(r#"{{"version":1,"entries":[{entries}]}}"#);
        let (mut toc, mut seen) = (empty_toc(), 0);
        let mut visit = |event: ArchiveEvent<'_>| {
            seen += usize::from(matches!(event, ArchiveEvent::Entry(_)));
            ControlFlow::Continue(())
        };
        toc.read(table.as_bytes(), 0, &mut visit).unwrap();
        assert_eq!((seen, toc.faults.as_slice()), (caps::TOC_ENTRIES, faults), "{count}");
    };
    check(caps::TOC_ENTRIES, &[]);
    check(caps::TOC_ENTRIES + 1, &[TocFault::TooManyEntries(caps::TOC_ENTRIES as u64)]);
}

#[test]
fn cap_toc_faults_keeps_the_first_and_says_that_there_are_more() {
    let faults = |count: usize| {
        let mut toc = empty_toc();
        for _ in 0..count {
            toc.note(TocFault::ChunkWithoutFile);
        }
        toc.faults
    };
    let most = vec![TocFault::ChunkWithoutFile; caps::TOC_FAULTS];
    assert_eq!(faults(caps::TOC_FAULTS), most);
    let and_more = [most, vec![TocFault::MoreFaults]].concat();
    assert_eq!(faults(caps::TOC_FAULTS + 1), and_more);
    assert_eq!(faults(caps::TOC_FAULTS + 70_000), and_more);
}

#[test]
fn cap_toc_faults_keeps_the_first_differences_and_counts_the_others() {
    let (blob, _) = estargz(&PARTS, &table(), false);
    let (_, entries) = open(Opening::probe(blob.len() as u64), &blob).unwrap();
    let differences = |count: usize| {
        let mut comparison = Comparison::default();
        for number in 0..count {
            let path = number.to_string().into_bytes();
            comparison.seen(&Entry { path, ..entries[0].clone() });
        }
        comparison.finish()
    };
    let most = caps::TOC_FAULTS;
    assert_eq!(differences(most).len(), most);
    let above = differences(most + 1);
    assert_eq!((above.len(), above.last()), (most + 1, Some(&TocDifference::More(1))));
}

#[test]
fn cap_xattr_bytes_leaves_the_later_ones_out() {
    let check = |sizes: &[usize], expected: usize| {
        let value = |size: &usize| {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(vec![7; *size])
        };
        let list = sizes.iter().enumerate();
        let xattrs: Vec<_> = list.map(|(n, size)| format!(r#""{n}":"{}""#, value(size))).collect();
        let table = format!(
            r#"{{"version":1,"entries":[{{"name":"a","type":"dir","xattrs":{{{}}}}}]}}"#,
            xattrs.join(",")
        );
        let (blob, _) = estargz(&PARTS, &table, false);
        let (_, entries) = open(Opening::probe(blob.len() as u64), &blob).unwrap();
        assert_eq!(entries[0].xattrs.len(), expected, "{sizes:?}");
        let is_told = entries[0].warnings == [Warning::XattrsTooLong];
        assert_eq!(is_told, expected < sizes.len(), "{sizes:?}");
    };
    // A name of one byte counts too.
    check(&[caps::XATTR_BYTES - 1], 1);
    check(&[caps::XATTR_BYTES], 0);
    check(&[10, caps::XATTR_BYTES - 12], 2);
    check(&[10, caps::XATTR_BYTES - 11], 1);
}

#[test]
fn zeros_are_made_and_cost_nothing_to_announce() {
    let table = r#"{"version":1,"entries":[
        {"name":"a","type":"reg","size":18446744073709551615,"offset":{0},"chunkType":"zeros"},
        {"name":"b","type":"reg","size":9000000000000000000,"offset":{0},"chunkType":"zeros","chunkSize":100000},
        {"name":"b","type":"chunk","chunkOffset":100000,"chunkType":"zeros"}]}"#;
    let (blob, _) = estargz(&PARTS, table, false);
    let (toc, entries) = open(Opening::probe(blob.len() as u64), &blob).unwrap();
    let ranges = Ranges::Toc(toc);
    let part = ranges.plan(entries[0].offset + (1 << 60), 100).unwrap();
    assert_eq!(part.range(), 0..0);
    assert_eq!(part.read(&[], 100).unwrap().0, [0; 100]);
}

#[test]
fn bombs_and_broken_tables_end_at_their_cap() {
    let (blob, _) = estargz(&PARTS, &format!("{}{}", table(), " ".repeat(70 << 20)), false);
    let outcome = open(Opening::probe(blob.len() as u64), &blob);
    assert_eq!(outcome.unwrap_err(), TocError::TooLarge(caps::TOC_BYTES));
    let (blob, _) = estargz(&PARTS, &table(), false);
    for end in 0..blob.len() {
        assert!(open(Opening::probe(end as u64), &blob[..end]).is_err(), "{end} bytes");
    }
    for bit in 0..blob.len() * 8 {
        let mut blob = blob.clone();
        blob[bit / 8] ^= 1 << (bit % 8);
        if let Ok((toc, entries)) = open(Opening::probe(blob.len() as u64), &blob) {
            for entry in &entries {
                let _ = read(&toc, entry, &blob);
            }
        }
    }
}

#[test]
fn the_differences_between_table_and_archive_are_found() {
    let (blob, _) = estargz(&PARTS, &table(), false);
    let (_, entries) = open(Opening::probe(blob.len() as u64), &blob).unwrap();
    let compare = |archive: &[Entry]| {
        let mut comparison = Comparison::default();
        entries.iter().for_each(|entry| comparison.listed(entry));
        for entry in archive {
            comparison.seen(entry);
        }
        comparison.finish()
    };
    let mut archive = entries.clone();
    archive[0].path = b"./bin".to_vec();
    archive.push(Entry { path: b"stargz.index.json".to_vec(), ..archive[4].clone() });
    assert_eq!(compare(&archive), []);
    archive[1].size = 23;
    archive[1].mode = 0o4755;
    archive[2].path = b"other".to_vec();
    archive[3].link = b"/bin/sh".to_vec();
    assert_eq!(
        compare(&archive),
        [
            TocDifference::Entry(
                b"bin/large".to_vec(),
                vec![FieldDifference::Size(22, 23), FieldDifference::Mode(0o755, 0o4755)]
            ),
            TocDifference::OnlyInArchive(b"other".to_vec()),
            TocDifference::Entry(
                b"sh".to_vec(),
                vec![FieldDifference::Link(b"bin/large".to_vec(), b"/bin/sh".to_vec())]
            ),
            TocDifference::OnlyInTable(b"small".to_vec()),
        ]
    );
}

#[test]
fn a_table_s_places_are_none_of_an_archive() {
    let (blob, _) = estargz(&PARTS, &table(), false);
    let (_, entries) = open(Opening::probe(blob.len() as u64), &blob).unwrap();
    let of_files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
    // No read gets that far.
    assert!(of_files.map(|entry| entry.offset).all(|offset| offset >= 1 << 63));
}

#[test]
fn a_file_of_very_many_chunks_is_read_in_one_go() {
    let many = 300_000;
    let mut table = format!(
        r#"{{"version":1,"entries":[{{"name":"a","type":"reg","size":{many},"chunkSize":1}}"#
    );
    for at in 1..many {
        table.push_str(&format!(r#",{{"type":"chunk","chunkOffset":{at},"chunkSize":1}}"#));
    }
    table.push_str("]}");
    let (blob, _) = estargz(&PARTS, &table, false);
    let (toc, entries) = open(Opening::probe(blob.len() as u64), &blob).unwrap();
    assert_eq!((entries.len(), toc.chunks.len()), (1, many));
}
