//! Tests of the decoders with streams of each compression, whole, cut and broken.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::io::Write as _;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn sample() -> Vec<u8> {
    (0..300_000u32).flat_map(|n| (n / 7).to_le_bytes()).collect()
}

/// The same in one piece and in pieces of every awkward size.
fn check(compressed: &[u8], expected: &[u8]) {
    for size in [1, 2, 3, 7, 512, 65_537, compressed.len().max(1)] {
        let mut plain = Vec::new();
        let mut decoder = Decoder::new(DecodeLimits::default());
        let mut sink = |bytes: &[u8]| {
            plain.extend_from_slice(bytes);
            ControlFlow::Continue(())
        };
        for piece in compressed.chunks(size) {
            decoder.push(piece, &mut sink).unwrap();
        }
        decoder.finish(&mut sink).unwrap();
        assert!(plain == expected, "pieces of {size}");
        assert_eq!(decoder.produced(), expected.len() as u64);
    }
}

#[test]
fn who_does_without_zstd_says_so() {
    let mut decoder = Decoder::without_zstd(DecodeLimits::default());
    let mut sink = |_: &[u8]| ControlFlow::Continue(());
    let stop = decoder.push(&zstd(&sample()), &mut sink).unwrap_err();
    assert!(matches!(stop, Stop::Error(DecodeError::Corrupt { .. })), "{stop:?}");
    assert_eq!(decoder.compression(), Some(Compression::Zstd));
    let mut decoder = Decoder::without_zstd(DecodeLimits::default());
    decoder.push(&gzip(&sample()), &mut sink).unwrap();
    assert_eq!(decoder.produced(), sample().len() as u64);
}

#[test]
fn decodes_whatever_comes_in_pieces_of_any_size() {
    let plain = sample();
    check(&plain, &plain);
    check(&gzip(&plain), &plain);
    check(&zstd(&plain), &plain);
    check(&gzip(b""), b"");
    check(b"", b"");
    check(b"ab", b"ab");
}

#[test]
fn reads_all_gzip_members_and_zstd_frames() {
    let two = [gzip(b"one "), gzip(b"two")].concat();
    check(&two, b"one two");
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9][..], &zstd(b"two")].concat();
    check(&[zstd(b"one "), skippable].concat(), b"one two");
    // GNU gzip ignores zero bytes behind the last member; tape blocks are padded with them.
    check(&[gzip(b"one"), vec![0; 700]].concat(), b"one");
}

#[test]
fn garbage_behind_the_last_member_is_an_error() {
    let bytes = [gzip(b"one"), b"garbage".to_vec()].concat();
    assert!(matches!(
        decode_all(&bytes, DecodeLimits::default()),
        Err(DecodeError::Corrupt { compression: Compression::Gzip, .. })
    ));
}

#[test]
fn no_prefix_of_a_stream_is_taken_for_the_whole() {
    for whole in [gzip(&sample()[..5_000]), zstd(&sample()[..5_000])] {
        for end in 4..whole.len() {
            let outcome = decode_all(&whole[..end], DecodeLimits::default());
            assert!(matches!(outcome, Err(DecodeError::Truncated(_))), "{end}: {outcome:?}");
        }
    }
}

#[test]
fn flipped_bits_never_panic() {
    for whole in [gzip(&sample()[..2_000]), zstd(&sample()[..2_000])] {
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let _ = decode_all(&bytes, DecodeLimits { output: 1 << 20, window: 8 << 20 });
        }
    }
}

#[test]
fn bombs_end_at_the_cap() {
    let limits = DecodeLimits { output: 100_000, window: 1 << 20 };
    // 8 MiB of zeros, and 60,000 blocks that repeat one byte 128 KiB times.
    let gzip_bomb = gzip(&vec![0; 8 << 20]);
    let mut zstd_bomb = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0x50];
    for _ in 0..60_000 {
        zstd_bomb.extend_from_slice(&[0x02, 0x00, 0x10, 0x00]);
    }
    for bomb in [gzip_bomb, zstd_bomb] {
        assert_eq!(decode_all(&bomb, limits), Err(DecodeError::OutputLimit(100_000)));
    }
}

#[test]
fn a_window_over_the_cap_is_refused_before_it_is_allocated() {
    // Window descriptor: exponent 31, 2 TiB.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 0xf8, 1, 0, 0];
    assert!(matches!(
        decode_all(&frame, DecodeLimits::default()),
        Err(DecodeError::WindowLimit { .. })
    ));
}
