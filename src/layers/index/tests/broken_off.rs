//! A test with a layer whose reading breaks off, or whose bytes are wrong.

use super::*;
use crate::{
    content::{
        decode::DecodeLimits,
        tar::{self, Warning},
        verify::Verdict,
    },
    error::ErrorKind,
    layers::{
        findings::{Findings, ReadFault},
        pass::{LayerReader, Wanted},
    },
};

/// The right digest and another size than stated: all is shown, and the size is told.
#[test]
fn a_wrong_size_is_told_beside_the_files() {
    let digest = digest_of(b"layer");
    for (verdict, told) in [
        (Verdict::Verified, None),
        (Verdict::WrongSize { stated: 0, actual: 149 }, Some(149)),
        (Verdict::WrongSize { stated: 150, actual: 149 }, Some(149)),
    ] {
        let mut index = LayerIndex::new();
        let findings = Findings {
            verdict,
            size: 149,
            compression: None,
            plain_size: 149,
            diff_id: None,
            problem: None,
            encoding: None,
        };
        let collector = Collector::Listing(Box::new(Lister::new()), None);
        index.finish_pass(&digest, collector, &findings, None);
        let scope = Scope { layers: vec![digest.clone()], ..Scope::default() };
        let Answer::Summary(summary) = index.answer(&Question::Summary(scope)) else { panic!() };
        let layer = &summary.layers[0];
        assert_eq!((layer.actual_size(), &layer.read_state), (told, &ReadState::Complete));
    }
}

#[test]
fn what_is_no_archive_is_told_once() {
    for bytes in [&b"junk that is no tar"[..], &[b'x'; 512], &[b'x'; 1_300]] {
        let digest = digest_of(bytes);
        let wanted = Wanted { diff_id: None, archive: Some(tar::archive) };
        let limits = DecodeLimits::default();
        let mut reader = LayerReader::new(&digest, bytes.len() as u64, &wanted, limits);
        let mut collector = Collector::listing();
        let mut visit = |event: ArchiveEvent<'_>| collector.take(event);
        reader.push(bytes, &mut visit).unwrap();
        let findings = Findings::from(reader.finish(&mut visit));
        let mut index = LayerIndex::new();
        index.finish_pass(&digest, collector, &findings, None);
        let layer = index.layer(&digest).unwrap();
        let expected = Some(Incomplete::ReadFault(ReadFault::NotAnArchive));
        assert_eq!((&layer.problem, layer.listing.odd.as_slice()), (&expected, &[][..]));
    }
}

#[test]
fn a_layer_that_breaks_off_shows_what_was_read() {
    let mut archive = Vec::new();
    for (path, content) in [("a", &b"first"[..]), ("b", b"second")] {
        let mut block = [0_u8; 512];
        block[..path.len()].copy_from_slice(path.as_bytes());
        block[100..107].copy_from_slice(b"0000644");
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[156] = b'0';
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend_from_slice(&block);
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1_024, 0);
    let digest = digest_of(&archive);
    let read = |bytes: &[u8], mut collector: Collector, broke: Option<ErrorKind>| {
        let wanted = Wanted { diff_id: None, archive: Some(tar::archive) };
        let size = archive.len() as u64;
        let mut reader = LayerReader::new(&digest, size, &wanted, DecodeLimits::default());
        let mut visit = |event: ArchiveEvent<'_>| collector.take(event);
        bytes.chunks(77).for_each(|chunk| reader.push(chunk, &mut visit).unwrap());
        let findings = Findings::from(reader.finish(&mut visit));
        let mut index = LayerIndex::new();
        index.finish_pass(&digest, collector, &findings, broke);
        index
    };
    let opened = |index: &LayerIndex| index.layer(&digest).unwrap().clone();
    let whole = opened(&read(&archive, Collector::listing(), None));
    assert_eq!((whole.problem, whole.listing.count), (None, 2));
    let broken = ErrorKind::Unavailable;
    let cut = opened(&read(&archive[..1_540], Collector::listing(), Some(broken.clone())));
    assert_eq!(cut.problem, Some(Incomplete::BrokeOff(broken.clone())));
    assert_eq!((cut.listing.count, cut.listing.odd.as_slice()), (2, &[Warning::Truncated][..]));
    assert_eq!(cut.listing.kept(512), Some(&b"first"[..]));
    let basis = |bytes: &[u8], broke| {
        let mut index = read(bytes, Collector::listing(), broke);
        match index.answer(&Question::Content { layer: digest.clone(), offset: 512 }) {
            Answer::Content(_, basis) => basis,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(basis(&archive, None), Basis::FirstPass);
    // A layer that was not read to its end was not held against its digest.
    assert_eq!(basis(&archive[..1_540], Some(broken)), Basis::Unhashed);
    // Bytes that are not those of the digest are not shown.
    let mut wrong = archive.clone();
    wrong[600] ^= 1;
    let wrong = opened(&read(&wrong, Collector::listing(), None));
    assert_eq!(wrong.problem, Some(Incomplete::WrongBytes));
    assert_eq!(wrong.listing, Listing::default());

    let extract = |bytes: &[u8], offset, cap| {
        let mut index = read(bytes, Collector::file(offset, cap), None);
        match index.answer(&Question::Content { layer: digest.clone(), offset }) {
            Answer::Content(content, _) => Ok(content),
            Answer::Failed(fault) => Err(fault),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(extract(&archive, 1_536, 100).unwrap(), b"second");
    assert_eq!(extract(&archive, 1_536, 3), Err(ContentFault::TooLarge(3)));
    assert_eq!(extract(&archive, 7, 100), Err(ContentFault::Absent));
    assert_eq!(extract(&archive[..1_540], 1_536, 100), Err(ContentFault::WrongBytes));
}
