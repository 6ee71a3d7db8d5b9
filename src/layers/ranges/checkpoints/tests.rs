//! Layers of all compressions, read again from the middle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{io::Write as _, ops::ControlFlow};

use super::*;
use crate::{
    caps,
    content::{
        decode::{DecodeLimits, Trace},
        sha256_lanes::HashBatch,
        verify::{digest_of, digest_with},
    },
    layers::{
        index::LayerIndex,
        pass::{LayerReader, Wanted},
        ranges::{Basis, Plan, RangeError, Ranges},
    },
    oci::Algorithm,
};

/// Text that compresses to about a third, never the same twice.
fn sample(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut text = Vec::with_capacity(length + 16);
    while text.len() < length {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        text.extend_from_slice(format!("{:x} of {} ", state >> 40, state >> 59).as_bytes());
    }
    text.truncate(length);
    text
}

fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let level = flate2::Compression::new(level);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Reads a blob once, in pieces, and keeps the checkpoints.
fn first_pass(blob: &[u8], plain: &[u8], piece: usize) -> Checkpoints {
    let wanted = Wanted { diff_id: Some(Algorithm::Sha256), archive: None };
    let digest = digest_of(blob);
    let mut reader = LayerReader::new(&digest, blob.len() as u64, &wanted, DecodeLimits::default())
        .keep_checkpoints(SPACING);
    let mut visit = |_: crate::content::tar::ArchiveEvent<'_>| ControlFlow::Continue(());
    for bytes in blob.chunks(piece) {
        reader.push(bytes, &mut visit).unwrap();
    }
    let (report, checkpoints) = reader.finish_with_checkpoints(&mut visit);
    assert_eq!(report.diff_id, Some(digest_of(plain)));
    assert_eq!(report.plain_size, plain.len() as u64);
    checkpoints.unwrap()
}

fn bytes_of<'a>(plan: &Plan, blob: &'a [u8]) -> &'a [u8] {
    &blob[plan.range().start as usize..plan.range().end as usize]
}

/// Reads parts from everywhere, and gives the largest share of the blob that one read took.
fn check(name: &str, blob: &[u8], plain: &[u8], piece: usize) -> u64 {
    let checkpoints = Ranges::FirstPass(first_pass(blob, plain, piece));
    assert!(checkpoints.plan(plain.len() as u64, 1).is_none(), "{name}");
    parts(&checkpoints, blob, plain)
}

fn parts(checkpoints: &Ranges, blob: &[u8], plain: &[u8]) -> u64 {
    let mut most = 0;
    for part in 0..12 {
        let offset = plain.len() * part / 12;
        for length in [0, 1, 70_000] {
            let length = length.min(plain.len() - offset);
            let plan = checkpoints.plan(offset as u64, length as u64).unwrap();
            let range = bytes_of(&plan, blob);
            most = most.max(range.len() as u64 * 100 / blob.len() as u64);
            let (read, basis) = plan.read(range, 1 << 20).unwrap();
            assert_eq!(basis, Basis::FirstPass);
            assert!(read == plain[offset..offset + length], "{offset} {length}");
        }
    }
    most
}

#[test]
fn any_part_is_read_again_from_a_range() {
    let plain = sample(6 << 20);
    for level in [0, 2, 6] {
        let blob = gzip(&plain, level);
        let most = check(&format!("gzip -{level}"), &blob, &plain, 100_000);
        assert!(most <= 45, "gzip -{level}: one read took {most} % of the layer");
    }
    let members: Vec<u8> = plain.chunks(300_000).flat_map(|part| gzip(part, 6)).collect();
    assert!(check("members", &members, &plain, 65_536) <= 45);
    let frames: Vec<u8> = plain.chunks(300_000).flat_map(zstd).collect();
    assert!(check("frames", &frames, &plain, 65_536) <= 45);
    assert!(check("plain", &plain, &plain, 65_536) <= 12);
    // One frame has one place to begin, and is read from its start.
    check("one frame", &zstd(&plain), &plain, 65_536);
}

#[test]
fn pieces_of_any_size_give_the_same_parts() {
    let plain = sample(3 << 20);
    let blob = gzip(&plain, 6);
    for piece in [997, 4_096, 1 << 20] {
        check("pieces", &blob, &plain, piece);
    }
}

#[test]
fn content_that_looks_compressed_is_not_decompressed() {
    let mut plain = sample(400_000);
    let inner = gzip(b"inner", 6);
    plain[300_000..300_000 + inner.len()].copy_from_slice(&inner);
    let checkpoints = Ranges::FirstPass(first_pass(&plain, &plain, 300_000));
    let plan = checkpoints.plan(300_000, inner.len() as u64).unwrap();
    let range = bytes_of(&plan, &plain);
    assert_eq!(plan.read(range, 1 << 20).unwrap().0, inner);
}

#[test]
fn other_bytes_than_those_of_the_first_pass_are_found() {
    let plain = sample(5 << 20);
    for blob in [gzip(&plain, 6), gzip(&plain, 0), plain.clone()] {
        let checkpoints = Ranges::FirstPass(first_pass(&blob, &plain, 100_000));
        let plan = checkpoints.plan(3 << 20, 1_000).unwrap();
        let range = bytes_of(&plan, &blob);
        assert!(plan.clone().read(range, 1_000).is_ok());
        for bit in (0..range.len() * 8).step_by(39_983) {
            let mut bytes = range.to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(plan.clone().read(&bytes, 1_000).is_err(), "bit {bit}");
        }
        for end in (0..range.len()).step_by(49_999) {
            assert!(plan.clone().read(&range[..end], 1_000).is_err(), "{end} bytes");
        }
        assert_eq!(plan.clone().read(range, 999), Err(RangeError::TooLarge(999)));
    }
}

#[test]
fn checkpoints_are_kept_only_of_what_was_verified() {
    let blob = gzip(&sample(100_000), 6);
    let wanted = Wanted::default();
    let other = digest_of(b"other");
    let mut reader = LayerReader::new(&other, blob.len() as u64, &wanted, DecodeLimits::default())
        .keep_checkpoints(SPACING);
    let mut visit = |_: crate::content::tar::ArchiveEvent<'_>| ControlFlow::Continue(());
    reader.push(&blob, &mut visit).unwrap();
    let (report, checkpoints) = reader.finish_with_checkpoints(&mut visit);
    assert!(!report.verdict.is_verified() && checkpoints.is_none());
}

#[test]
fn checkpoints_take_bounded_memory() {
    // 1,500 MiB of zeros: what would have 1,500 points, had they no limit.
    let zeros = vec![0; 1 << 20];
    let mut recorder = Recorder::new(SPACING);
    let mut midstates = Midstates::default();
    let mut lane = HashBatch::default().join();
    for n in 1..=1_500_u64 {
        recorder.block_ended(n * 100, Some(0));
        recorder.confirm(&[], &[]);
        recorder.member(n * 100);
        recorder.made(&zeros, n * 100);
        lane.update(&zeros[..100]);
        midstates.passed(lane.midstate().unwrap());
    }
    let checkpoints = recorder.finish(Compression::Gzip, midstates, (150_000, digest_of(b"")));
    assert!(checkpoints.points.len() <= 256 && checkpoints.points.len() > 120);
    assert!(checkpoints.steps.len() <= 4_096 && checkpoints.midstates.len() <= 4_096);
    assert!(checkpoints.weight() < 9 << 20);
}

#[test]
fn thinned_checkpoints_still_lead_to_every_part() {
    let plain = sample(6 << 20);
    let blob = gzip(&plain, 6);
    let mut checkpoints = first_pass(&blob, &plain, 100_000);
    let mut weight = checkpoints.weight();
    while checkpoints.thin() {
        assert!(checkpoints.weight() < weight);
        weight = checkpoints.weight();
        parts(&Ranges::FirstPass(checkpoints.clone()), &blob, &plain);
    }
}

#[test]
fn content_named_by_another_hash_leaves_no_checkpoints() {
    let blob = gzip(&sample(100_000), 6);
    let digest = digest_with(&Algorithm::Sha512, &blob).unwrap();
    let mut reader =
        LayerReader::new(&digest, blob.len() as u64, &Wanted::default(), DecodeLimits::default())
            .keep_checkpoints(SPACING);
    let mut visit = |_: crate::content::tar::ArchiveEvent<'_>| ControlFlow::Continue(());
    reader.push(&blob, &mut visit).unwrap();
    let (report, checkpoints) = reader.finish_with_checkpoints(&mut visit);
    assert!(report.verdict.is_verified() && checkpoints.is_none());
}

/// A stored block of DEFLATE behind its first three bits.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u16;
    [&length.to_le_bytes()[..], &(!length).to_le_bytes(), bytes].concat()
}

#[test]
fn a_block_that_begins_at_two_places_of_a_byte_is_not_begun_at() {
    // What is read where a stored block is taken for the last one, and what follows for a trailer and
    // another member.
    let other = gzip(&[b'f'; 2_000], 0);
    let inside = [b"...", &other[..], &[b'r'; 2_000]].concat();
    let parts = [vec![b'1'; 1 << 20], vec![b'2'; 100], inside];
    let mut blob = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    for block in parts[0].chunks(65_535) {
        blob.push(0);
        blob.extend(stored(block));
    }
    // An empty block of ten bits, the header of a stored one, and in its padding that of a last one.
    blob.extend([0b010, 0b0010_0000]);
    blob.extend(stored(&parts[1]));
    blob.push(0);
    blob.extend(stored(&parts[2]));
    blob.push(1);
    blob.extend(stored(b""));
    let plain = parts.concat();
    let mut crc = flate2::Crc::new();
    crc.update(&plain);
    blob.extend(crc.sum().to_le_bytes());
    blob.extend((plain.len() as u32).to_le_bytes());
    let checkpoints = first_pass(&blob, &plain, blob.len());
    let offset = plain.len() - parts[2].len();
    let plan = Ranges::FirstPass(checkpoints).plan(offset as u64, 1_000).unwrap();
    let range = bytes_of(&plan, &blob);
    assert!(plan.read(range, 1 << 20).unwrap().0 == plain[offset..offset + 1_000]);
}

#[test]
fn cap_checkpoints_thins_out_the_points() {
    let zeros = vec![0; 1 << 20];
    let points = |members: usize| {
        let mut recorder = Recorder::new(SPACING);
        for n in 1..=members as u64 {
            recorder.made(&zeros, n * 100);
            recorder.member(n * 100);
        }
        let end = (members as u64 * 100, digest_of(b""));
        recorder.finish(Compression::Gzip, Midstates::default(), end).points.len()
    };
    // The first point stands at the start.
    assert_eq!(points(caps::CHECKPOINTS - 1), caps::CHECKPOINTS);
    assert_eq!(points(caps::CHECKPOINTS), caps::CHECKPOINTS / 2 + 1);
}

#[test]
fn cap_midstates_thins_out_the_states() {
    let states = |count: usize| {
        let mut midstates = Midstates::default();
        for n in 1..=count as u64 {
            let mut midstate = Midstate::START;
            midstate.at = n * Midstates::EVERY;
            midstates.passed(midstate);
        }
        midstates.list.len()
    };
    assert_eq!(states(caps::MIDSTATES - 1), caps::MIDSTATES);
    assert_eq!(states(caps::MIDSTATES), caps::MIDSTATES / 2 + 1);
}

/// Checkpoints with two windows that take so many bytes together.
fn of_weight(bytes: usize) -> Checkpoints {
    let point = |at: u64, window: usize| {
        let window = vec![0; window].into_boxed_slice();
        Point { plain: at, packed: at, restart: Restart::Block { window, last: 0, unused: 0 } }
    };
    let mut checkpoints = Checkpoints {
        compression: Compression::Gzip,
        points: vec![point(0, 0), point(1, 0)],
        steps: Vec::new(),
        midstates: Vec::new(),
        size: 0,
        digest: digest_of(b""),
    };
    let rest = bytes - checkpoints.weight();
    checkpoints.points[1] = point(1, rest);
    assert_eq!(checkpoints.weight(), bytes);
    checkpoints
}

#[test]
fn cap_checkpoint_bytes_counts_all_layers_and_thins_out_the_heaviest() {
    let kept = |large: usize, small: usize| {
        let mut index = LayerIndex::new();
        for bytes in [large, small] {
            let digest = digest_of(&bytes.to_le_bytes());
            index.keep_ranges(&digest, Ranges::FirstPass(of_weight(bytes)));
        }
        index.checkpoint_bytes()
    };
    let small = 1 << 20;
    let large = caps::CHECKPOINT_BYTES - small;
    assert_eq!(kept(large, small), caps::CHECKPOINT_BYTES);
    assert!((small..small + 1_000).contains(&kept(large + 1, small)));
}
