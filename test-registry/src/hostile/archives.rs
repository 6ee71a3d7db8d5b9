//! Rows whose layers are large inside.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::shelf::{LAYER, Shelf};
use crate::tar::Tar;

const CONFIG: &str = r#"{"os":"linux","architecture":"amd64"}"#;

/// The plain bytes of the bombs.
const BOMB: usize = 12 << 30;

fn gzip(plain: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    // Writing to memory cannot fail.
    let _ = encoder.write_all(plain);
    encoder.finish().unwrap_or_default()
}

/// Puts an image of one gzipped archive.
fn image(shelf: &mut Shelf, tar: &[u8]) {
    let layer = shelf.layer("+gzip", gzip(tar, Compression::best())).json();
    shelf.image(CONFIG, &[layer]);
}

/// Returns texts of a million bytes that differ only at their end.
fn long_texts() -> impl Iterator<Item = String> {
    let start = format!("long/{}", "x".repeat(1_000_000));
    (0..60).map(move |number| format!("{start}{number:03}"))
}

pub(super) fn long_paths(shelf: &mut Shelf) {
    let tar = long_texts().fold(Tar::default(), |tar, path| tar.pax(&[("path", &path)], "p", b""));
    image(shelf, &tar.finish());
}

pub(super) fn long_links(shelf: &mut Shelf) {
    let tar = long_texts().enumerate().fold(Tar::default(), |tar, (number, target)| {
        tar.pax_symlink(&[("linkpath", &target)], &format!("link-{number}"))
    });
    image(shelf, &tar.finish());
}

pub(super) fn entries(shelf: &mut Shelf) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let first =
        (0..1_000).fold(Tar::default(), |tar, file| tar.file(&format!("d000/f{file:03}"), b""));
    let first = first.open_ended();
    for directory in 0..1_000_u32 {
        let mut files = first.clone();
        files.chunks_mut(512).for_each(|header| rename(header, directory));
        let _ = encoder.write_all(&files);
    }
    let _ = encoder.write_all(&[0; 1024]);
    let layer = shelf.layer("+gzip", encoder.finish().unwrap_or_default()).json();
    shelf.image(CONFIG, &[layer]);
}

/// Puts the number of a directory into the path `d000/…` of a header. Building a million headers anew would take ten
/// times as long.
fn rename(header: &mut [u8], directory: u32) {
    let digits = format!("{directory:03}");
    let more: u32 = digits.bytes().map(|digit| u32::from(digit - b'0')).sum();
    let sum = header.get(148..154).and_then(|field| std::str::from_utf8(field).ok());
    let sum = sum.and_then(|text| u32::from_str_radix(text, 8).ok()).unwrap_or(0) + more;
    if let Some(field) = header.get_mut(1..4) {
        field.copy_from_slice(digits.as_bytes());
    }
    if let Some(field) = header.get_mut(148..154) {
        field.copy_from_slice(format!("{sum:06o}").as_bytes());
    }
}

/// Returns an archive of one file of zeros, without its content and its end.
fn zeros(size: usize) -> Vec<u8> {
    let mut header = Tar::default().sized("zeros", size).open_ended();
    header.truncate(512);
    header
}

/// Members of gzip may follow each other, so one block of zeros is compressed once.
pub(super) fn gzip_bomb(shelf: &mut Shelf) {
    const BLOCK: usize = 64 << 20;
    let block = gzip(&vec![0; BLOCK], Compression::best());
    let mut layer = gzip(&zeros(BOMB), Compression::best());
    (0..BOMB / BLOCK).for_each(|_| layer.extend_from_slice(&block));
    layer.extend(gzip(&[0; 1024], Compression::best()));
    let layer = shelf.layer("+gzip", layer).json();
    shelf.image(CONFIG, &[layer]);
}

/// Blocks of one repeated byte (RFC 8878 3.1.1.2.2) are four bytes for 128 KiB.
pub(super) fn zstd_bomb(shelf: &mut Shelf) {
    const BLOCK: usize = 128 << 10;
    let header = zeros(BOMB);
    // A window of 128 KiB, and no size of the content.
    let mut layer = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    layer.extend(block_header(header.len(), 0, false));
    layer.extend(&header);
    for _ in 0..BOMB / BLOCK {
        layer.extend(block_header(BLOCK, 1, false));
        layer.push(0);
    }
    layer.extend(block_header(1024, 1, true));
    layer.push(0);
    let layer = shelf.layer("+zstd", layer).json();
    shelf.image(CONFIG, &[layer]);
}

fn block_header(size: usize, kind: u32, last: bool) -> impl Iterator<Item = u8> {
    let size = u32::try_from(size).unwrap_or(0);
    let header = size << 3 | kind << 1 | u32::from(last);
    header.to_le_bytes().into_iter().take(3)
}

pub(super) fn picture(shelf: &mut Shelf) {
    image(shelf, &Tar::default().file("picture.png", png(23_000)).finish());
}

/// Returns a black picture of this width and height, with one bit for each pixel.
fn png(side: u32) -> Vec<u8> {
    let mut header = [side.to_be_bytes(), side.to_be_bytes()].concat();
    header.extend([1, 0, 0, 0, 0]);
    let row = vec![0; 1 + side.div_ceil(8) as usize];
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::best());
    for _ in 0..side {
        let _ = pixels.write_all(&row);
    }
    let pixels = pixels.finish().unwrap_or_default();
    let chunks = [chunk(b"IHDR", &header), chunk(b"IDAT", &pixels), chunk(b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut check = flate2::Crc::new();
    check.update(kind);
    check.update(content);
    let length = u32::try_from(content.len()).unwrap_or(0).to_be_bytes();
    [&length[..], kind, content, &check.sum().to_be_bytes()].concat()
}

pub(super) fn inner_gzip(shelf: &mut Shelf) {
    let inner = gzip(&vec![0; 64 << 20], Compression::best());
    image(shelf, &Tar::default().file("zeros.gz", inner).finish());
}

pub(super) fn made_up_tables(shelf: &mut Shelf) {
    let digest = format!("sha256:{}", "a".repeat(64));
    let annotation =
        format!(r#","annotations":{{"containerd.io/snapshot/stargz/toc.digest":"{digest}"}}}}"#);
    let layers: Vec<String> = (0..24)
        .map(|seed| shelf.computed(8 << 20, seed).open() + &annotation)
        .map(|text| text.replacen(LAYER, &format!("{LAYER}+gzip"), 1))
        .collect();
    shelf.image(CONFIG, &layers);
}

pub(super) fn understated(shelf: &mut Shelf) {
    let layer = shelf.computed(300 << 20, 99).stating(100).json();
    shelf.image(CONFIG, &[layer]);
}
