//! Writing a tar archive that holds an OCI layout: the heads, the padding and the end.
//!
//! Two archives of the same content are the same bytes: no times, owners or order of a file system.

use crate::oci::Digest;

/// The size of a block of tar, in bytes.
const BLOCK: u64 = 512;

/// The largest size that is written in octal (POSIX ustar), in bytes; larger ones are binary.
const OCTAL: u64 = (1 << 33) - 1;

/// The content of the `oci-layout` file (image-layout.md).
pub const LAYOUT_FILE: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// Two blocks of zeros end an archive.
pub const END: [u8; 1024] = [0; 1024];

/// Returns the path of a blob in a layout.
pub fn path_of(digest: &Digest) -> String {
    ["blobs/", digest.algorithm().name(), "/", digest.encoded()].concat()
}

/// Returns the head of a file. Its bytes and then [`padding`] come behind it.
pub fn head(path: &str, size: u64) -> Vec<u8> {
    // A name of more than 100 bytes (those of sha512) goes into a record of its own before.
    let mut heads = Vec::new();
    if path.len() > 100 {
        let record = pax_record("path", path);
        heads.extend(block("pax", record.len() as u64, b'x'));
        heads.extend(record.as_bytes());
        heads.extend(padding(record.len() as u64));
    }
    let short: String = path.chars().take(100).collect();
    heads.extend(block(&short, size, b'0'));
    heads
}

/// Returns the zeros up to the next block.
pub fn padding(size: u64) -> Vec<u8> {
    let over = usize::try_from(size % BLOCK).unwrap_or_default();
    vec![0; if over == 0 { 0 } else { BLOCK as usize - over }]
}

/// `LENGTH path=VALUE\n`, where the length counts itself.
fn pax_record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    format!("{length} {key}={value}\n")
}

/// One head block (POSIX ustar).
fn block(name: &str, size: u64, kind: u8) -> Vec<u8> {
    let mut block = Vec::with_capacity(BLOCK as usize);
    field(&mut block, name.as_bytes(), 100);
    field(&mut block, b"0000644\0", 8);
    field(&mut block, b"0000000\0", 8);
    field(&mut block, b"0000000\0", 8);
    field(&mut block, &size_field(size), 12);
    field(&mut block, b"00000000000\0", 12);
    // The checksum is computed as if its own field held spaces.
    field(&mut block, b"        ", 8);
    block.push(kind);
    field(&mut block, b"", 100);
    field(&mut block, b"ustar\x0000", 8);
    block.resize(BLOCK as usize, 0);
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    let checksum = format!("{sum:06o}\0 ");
    for (place, byte) in block.iter_mut().skip(148).zip(checksum.bytes()) {
        *place = byte;
    }
    block
}

fn field(block: &mut Vec<u8>, value: &[u8], length: usize) {
    let end = block.len() + length;
    block.extend(value.iter().take(length));
    block.resize(end, 0);
}

fn size_field(size: u64) -> Vec<u8> {
    if size <= OCTAL {
        return format!("{size:011o}\0").into_bytes();
    }
    // GNU and POSIX.1-2008 readers take a first bit for “binary, big end first”.
    [&[0x80, 0, 0, 0][..], &size.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn r158_heads_are_whole_blocks_with_the_right_checksum() {
        for (path, size) in [("index.json", 0), ("x", 511), ("x", OCTAL), ("x", OCTAL + 1)] {
            let head = head(path, size);
            assert_eq!(head.len(), 512, "{path}");
            let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
            let stated = std::str::from_utf8(&head[148..154]).unwrap();
            let own: u32 = head[148..156].iter().map(|byte| u32::from(*byte)).sum();
            let expected = u32::from_str_radix(stated, 8).unwrap();
            assert_eq!(sum - own + 8 * u32::from(b' '), expected, "{path} {size}");
        }
    }

    #[test]
    fn r158_a_long_name_comes_in_a_record_that_counts_itself() {
        for length in [80, 101, 141, 990] {
            let name = "n".repeat(length);
            let record = pax_record("path", &name);
            let stated: usize = record.split(' ').next().unwrap().parse().unwrap();
            assert_eq!(stated, record.len());
            assert_eq!(head(&name, 3).len() % 512, 0);
        }
        assert_eq!((padding(0).len(), padding(1).len(), padding(512).len()), (0, 511, 0));
    }
}
