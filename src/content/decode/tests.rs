//! Tests of the decoders with streams of each compression, whole, cut and broken.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::io::Write as _;

use super::*;
use crate::caps;

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

/// A frame with a window, given as a byte of exponent and mantissa, and one empty block.
fn frame_with_window(window: u8) -> [u8; 9] {
    [0x28, 0xb5, 0x2f, 0xfd, 0, window, 1, 0, 0]
}

#[test]
fn cap_zstd_window_is_obeyed_before_anything_is_allocated() {
    // RFC 8878 3.1.1.1.2: 2 to the power of 10 and the exponent, and eighths of that.
    let exponent = (caps::ZSTD_WINDOW.ilog2() - 10) as u8;
    assert_eq!(1 << (10 + exponent), caps::ZSTD_WINDOW);
    let check = |window: u8, expected: Result<Vec<u8>, DecodeError>| {
        assert_eq!(decode_all(&frame_with_window(window), DecodeLimits::default()), expected);
    };
    let over = |window: u64| Err(DecodeError::WindowLimit { window, limit: caps::ZSTD_WINDOW });
    check(exponent << 3, Ok(Vec::new()));
    check(exponent << 3 | 1, over(caps::ZSTD_WINDOW / 8 * 9));
    check(31 << 3, over(2 << 40));
}

#[test]
fn cap_zstd_block_refuses_a_larger_block() {
    // A block of one byte that is repeated: its size, its kind, and that it is the last.
    let frame = |size: usize| {
        let header = (size as u32) << 3 | 1 << 1 | 1;
        let [a, b, c, _] = header.to_le_bytes();
        [&frame_with_window(0x50)[..6], &[a, b, c, b'x']].concat()
    };
    let read = |size: usize| decode_all(&frame(size), DecodeLimits::default());
    assert_eq!(read(caps::ZSTD_BLOCK), Ok(vec![b'x'; caps::ZSTD_BLOCK]));
    let fault = StreamFault::BlockTooLarge;
    let error = DecodeError::Corrupt { compression: Compression::Zstd, fault };
    assert_eq!(read(caps::ZSTD_BLOCK + 1), Err(error));
}

#[test]
fn cap_layer_bytes_is_the_limit_of_a_listing_and_ends_the_output() {
    // 16 GiB would take minutes: the counter stands before the last bytes.
    assert_eq!(DecodeLimits::default().output, caps::LAYER_BYTES);
    let check = |more: usize, expected: Result<(), Stop>| {
        let mut decoder = Decoder::new(DecodeLimits::default());
        let mut sink = |_: &[u8]| ControlFlow::Continue(());
        decoder.push(b"plain bytes", &mut sink).unwrap();
        decoder.produced = caps::LAYER_BYTES - 100;
        assert_eq!(decoder.push(&vec![b'x'; more], &mut sink), expected, "{more}");
    };
    check(100, Ok(()));
    check(101, Err(DecodeError::OutputLimit(caps::LAYER_BYTES).into()));
}
