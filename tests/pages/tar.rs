//! Makes layers of a few entries.

use std::io::Write;

/// Returns a tar header and its content. `kind` is its flag.
pub(crate) fn entry(path: &[u8], kind: u8, link: &str, content: &[u8]) -> Vec<u8> {
    let mut block = vec![0_u8; 512];
    block[..path.len()].copy_from_slice(path);
    block[100..107].copy_from_slice(if kind == b'5' { b"0000755" } else { b"0000644" });
    block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    block[136..147].copy_from_slice(b"14723312340");
    block[156] = kind;
    block[157..157 + link.len()].copy_from_slice(link.as_bytes());
    block[257..265].copy_from_slice(b"ustar\x0000");
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block.extend_from_slice(content);
    block.resize(block.len().next_multiple_of(512), 0);
    block
}

/// Returns a layer, which is a compressed archive.
pub(crate) fn layer(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut archive = entries.concat();
    archive.resize(archive.len() + 1_024, 0);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&archive).unwrap();
    gzip.finish().unwrap()
}
