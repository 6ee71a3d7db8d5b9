//! Finds the kind of some bytes by the bytes. A media type is a claim and is never believed here.

use serde::{Deserialize, Serialize};

/// The compression of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Compression {
    /// Not at all.
    None,
    /// Gzip, RFC 1952, of one or many members.
    Gzip,
    /// Zstandard, RFC 8878, of one or many frames.
    Zstd,
}

impl Compression {
    /// The name as it stands in media types; `none` if there is none.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Bytes needed to be sure of [`compression`].
pub const PREFIX: usize = 4;

/// Returns the compression of a stream that begins like this.
pub fn compression(prefix: &[u8]) -> Compression {
    match prefix {
        [0x1f, 0x8b, 0x08, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        // A skippable frame: zstd:chunked and pzstd may begin with one (RFC 8878 3.1.2).
        [low, 0x2a, 0x4d, 0x18, ..] if low & 0xf0 == 0x50 => Compression::Zstd,
        _ => Compression::None,
    }
}

/// Returns `true` if bytes that begin like this can be zstd: they are, or they are too few to be
/// sure.
pub fn may_be_zstd(start: &[u8]) -> bool {
    let is_short = !start.is_empty() && start.len() < PREFIX;
    is_short || compression(start) == Compression::Zstd
}

/// Returns `true` if a block of 512 bytes can be the first header of a tar archive. Its checksum is
/// right, or the block is empty as in an archive without entries.
pub fn is_tar_header(block: &[u8]) -> bool {
    block.len() >= 512 && super::tar::header::checksum_matches(block)
}

/// The kind of a file, by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// A picture that browsers draw, with its media type. SVG is not among them: it is a document.
    Image(&'static str),
    /// Compressed by gzip or zstd.
    Compressed(Compression),
    /// A tar archive.
    Tar,
    /// A zip archive: jar, war, wheel, apk of Android.
    Zip,
    /// A program or library of Linux.
    Elf,
    /// A module of WebAssembly.
    Wasm,
    /// An SQLite database.
    Sqlite,
    /// Text in UTF-8.
    Text,
    /// Anything else.
    Binary,
}

/// Bytes that [`file_type`] looks at.
pub const FILE_PREFIX: usize = 8 << 10;

/// Returns the kind of a file that begins like this. A character of a text may be cut at the end of
/// the prefix.
pub fn file_type(prefix: &[u8]) -> FileType {
    let prefix = prefix.get(..FILE_PREFIX).unwrap_or(prefix);
    if let Some(media_type) = image(prefix) {
        return FileType::Image(media_type);
    }
    match prefix {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => FileType::Zip,
        [0x7f, b'E', b'L', b'F', ..] => FileType::Elf,
        [0, b'a', b's', b'm', ..] => FileType::Wasm,
        _ if prefix.starts_with(b"SQLite format 3\0") => FileType::Sqlite,
        _ if compression(prefix) != Compression::None => FileType::Compressed(compression(prefix)),
        _ if prefix.get(257..262) == Some(b"ustar") && is_tar_header(prefix) => FileType::Tar,
        _ if is_text(prefix) => FileType::Text,
        _ => FileType::Binary,
    }
}

fn image(prefix: &[u8]) -> Option<&'static str> {
    Some(match prefix {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => "image/avif",
        [0, 0, 1, 0, _, 0, ..] => "image/x-icon",
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => "image/bmp",
        _ => return None,
    })
}

/// UTF-8 without NUL. Other control characters may be in logs and scripts.
fn is_text(prefix: &[u8]) -> bool {
    let cut_short = |error: std::str::Utf8Error| {
        error.error_len().is_none() && prefix.len() - error.valid_up_to() < 4
    };
    !prefix.contains(&0) && std::str::from_utf8(prefix).map_or_else(cut_short, |_| true)
}

/// Tells whether bytes begin as an HTML page does: login pages and proxies send one in the place of what was
/// asked for.
pub fn is_html_page(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    let start = text.get(..text.len().min(32)).unwrap_or_default().to_ascii_lowercase();
    let tags = [&b"<!doctype"[..], b"<html", b"<head", b"<body", b"<?xml"];
    tags.iter().any(|tag| start.starts_with(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zstd_is_ruled_out_only_by_enough_bytes() {
        let cases: [(&[u8], bool); 6] = [
            (b"", false),
            (b"\x28\xb5", true),
            (b"\x1f\x8b\x08", true),
            (b"\x28\xb5\x2f\xfd", true),
            (b"\x1f\x8b\x08\x00", false),
            (b"layer", false),
        ];
        for (start, expected) in cases {
            assert_eq!(may_be_zstd(start), expected, "{start:?}");
        }
    }

    #[test]
    fn names_compressions_by_their_first_bytes() {
        let check = |prefix: &[u8], expected| assert_eq!(compression(prefix), expected);
        check(&[0x1f, 0x8b, 8, 0], Compression::Gzip);
        check(&[0x1f, 0x8b, 7, 0], Compression::None);
        check(&[0x28, 0xb5, 0x2f, 0xfd], Compression::Zstd);
        check(&[0x5e, 0x2a, 0x4d, 0x18], Compression::Zstd);
        check(b"PK\x03\x04", Compression::None);
        check(b"", Compression::None);
    }

    #[test]
    fn names_files_by_their_first_bytes() {
        let check = |prefix: &[u8], expected| assert_eq!(file_type(prefix), expected, "{prefix:?}");
        check(b"\x89PNG\r\n\x1a\n\0", FileType::Image("image/png"));
        check(b"\xff\xd8\xff\xe0", FileType::Image("image/jpeg"));
        check(b"GIF89a", FileType::Image("image/gif"));
        check(b"RIFF\x10\0\0\0WEBPVP8 ", FileType::Image("image/webp"));
        check(b"RIFF\x10\0\0\0WAVEfmt ", FileType::Binary);
        check(b"\0\0\0\x20ftypavif", FileType::Image("image/avif"));
        check(b"<svg xmlns='http://www.w3.org/2000/svg'/>", FileType::Text);
        check(b"PK\x03\x04", FileType::Zip);
        check(b"\x7fELF\x02", FileType::Elf);
        check(b"\0asm\x01", FileType::Wasm);
        check(b"SQLite format 3\0", FileType::Sqlite);
        check(&[0x1f, 0x8b, 8], FileType::Compressed(Compression::Gzip));
        check("größe\n".as_bytes(), FileType::Text);
        check(b"", FileType::Text);
        check(b"a\0b", FileType::Binary);
        check(b"caf\xe9 au lait", FileType::Binary);
        // A character that the end of the prefix cuts.
        check(b"gr\xc3", FileType::Text);
        check(&[0; 512], FileType::Binary);
    }
}
