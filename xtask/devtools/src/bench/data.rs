//! The data of the bench: blobs that follow from their seeds, and archives that are written for it.

use std::{io::Write, path::Path};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use xtask::failure::{OrFail, Result};

/// Blobs consist of one piece of this many bytes, repeated.
const PIECE: usize = 1 << 20;

/// Files of the archive whose entries are counted.
const ENTRIES: usize = 100_000;

/// The number of files in the layer that is opened to measure its memory and its first rows.
const MANY_ENTRIES: usize = 1_000_000;

/// Writes the archives, and what the page must know of them and of the blobs.
///
/// # Errors
/// When the folder cannot be written.
pub(super) fn write(folder: &Path) -> Result<()> {
    let next = "check that target/ can be written";
    let put =
        |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).or_fail(name, next);
    let plain = archive(600, 160_000);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&plain).or_fail("gzip", next)?;
    let gzip = encoder.finish().or_fail("gzip", next)?;
    put("layer.tar.zst", &compress_to_vec(&plain[..], CompressionLevel::Fastest))?;
    put("layer.tar.gz", &gzip)?;
    put("many.tar", &archive(ENTRIES, 0))?;
    let million = many_entries().or_fail("gzip", next)?;
    put("million.tar.gz", &million)?;
    let million = json!({
        "digest": hexed(&Sha256::digest(&million)), "size": million.len(), "entries": MANY_ENTRIES,
    });
    let layer = json!({
        "digest": hexed(&Sha256::digest(&gzip)), "size": gzip.len(), "plain": plain.len(),
    });
    let facts = json!({
        "one": [blob(1, 256 << 20)],
        "four": (2..6).map(|seed| blob(seed, 128 << 20)).collect::<Vec<_>>(),
        "small": blob(6, 16 << 20),
        "link": blob(8, 128 << 20),
        "huge": blob(7, 4 << 30),
        "layer": layer,
        "million": million,
        "entries": ENTRIES,
    });
    put("facts.json", facts.to_string().as_bytes())
}

fn blob(seed: u64, size: u64) -> Value {
    let piece = piece(seed);
    let mut hash = Sha256::new();
    (0..size / PIECE as u64).for_each(|_| hash.update(&piece));
    json!({ "seed": seed, "size": size, "digest": hexed(&hash.finalize()) })
}

/// The piece that the blob of a seed consists of.
pub(super) fn piece(seed: u64) -> Bytes {
    chance(seed, PIECE).into()
}

fn chance(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn hexed(hash: &[u8]) -> String {
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// An archive of files that pack about as well as those of an image: words, and some chance.
fn archive(files: usize, size: usize) -> Vec<u8> {
    let mut tar = Vec::new();
    for file in 0..files {
        tar.extend_from_slice(&header(&format!("usr/lib/module{}/file{file}", file % 97), size));
        let start = tar.len();
        let noise = chance(file as u64 + 1, size / 4);
        let mut chunks = noise.chunks(16);
        while tar.len() - start < size {
            tar.extend_from_slice(format!("fn item_{file}() -> Result<Value> {{ ").as_bytes());
            tar.extend_from_slice(chunks.next().unwrap_or_default());
        }
        tar.truncate(start + size);
        tar.resize(start + size.div_ceil(512) * 512, 0);
    }
    tar.resize(tar.len() + 1024, 0);
    tar
}

/// A gzip layer of empty files, a thousand to a directory.
fn many_entries() -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut block = header("", 0);
    let digits = block.get(CHECKSUM).unwrap_or_default();
    let nameless = u32::from_str_radix(&String::from_utf8_lossy(digits), 8);
    let nameless = nameless.map_err(std::io::Error::other)?;
    for file in 0..MANY_ENTRIES {
        let name = format!("usr/lib/module{:03}/file{file:06}", file / 1000);
        let sum: u32 = name.bytes().map(u32::from).sum();
        put(&mut block, 0, &name);
        put(&mut block, CHECKSUM.start, &format!("{:06o}", nameless + sum));
        encoder.write_all(&block)?;
    }
    encoder.write_all(&[0; 1024])?;
    encoder.finish()
}

fn put(block: &mut [u8], at: usize, text: &str) {
    for (place, byte) in block.iter_mut().skip(at).zip(text.bytes()) {
        *place = byte;
    }
}

/// The place of the digits of a header's checksum.
const CHECKSUM: std::ops::Range<usize> = 148..154;

/// A header of POSIX ustar.
fn header(name: &str, size: usize) -> Vec<u8> {
    let mut block = Vec::with_capacity(512);
    let mut field = |text: &str, width: usize| {
        block.extend_from_slice(text.as_bytes());
        block.resize(block.len() + width - text.len(), 0);
    };
    field(name, 100);
    field("0000644", 8);
    field("0000000", 8);
    field("0000000", 8);
    field(&format!("{size:011o}"), 12);
    field("00000000000", 12);
    field("        ", 8);
    field("0", 1);
    field("", 100);
    field("ustar\u{0}00", 8);
    field("", 247);
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    let checksum = format!("{sum:06o}\u{0} ");
    put(&mut block, CHECKSUM.start, &checksum);
    block
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn archives_are_archives() {
        let tar = archive(3, 1000);
        assert_eq!(tar.len(), 3 * (512 + 1024) + 1024);
        assert_eq!(&tar[257..262], b"ustar");
        assert_eq!(&tar[1536..1544], b"usr/lib/");
    }

    #[test]
    fn names_that_are_put_in_afterwards_count_in_the_checksum() {
        let whole = header("usr/lib/module000/file000007", 0);
        let nameless = header("", 0);
        let read = |block: &[u8]| {
            u32::from_str_radix(std::str::from_utf8(&block[CHECKSUM]).unwrap(), 8).unwrap()
        };
        let name: u32 = b"usr/lib/module000/file000007".iter().map(|&byte| u32::from(byte)).sum();
        assert_eq!(read(&whole), read(&nameless) + name);
    }
}
