//! What bytes are, by the bytes: a media type is a claim and is never believed here.

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compression {
    /// Not at all.
    None,
    /// Gzip, RFC 1952, of one or many members.
    Gzip,
    /// Zstandard, RFC 8878, of one or many frames.
    Zstd,
}

impl Compression {
    /// The name as it stands in media types; `none` where there is none.
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

/// How a stream that begins like this is compressed.
pub fn compression(prefix: &[u8]) -> Compression {
    match prefix {
        [0x1f, 0x8b, 0x08, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        // A skippable frame: zstd:chunked and pzstd may begin with one (RFC 8878 3.1.2).
        [low, 0x2a, 0x4d, 0x18, ..] if low & 0xf0 == 0x50 => Compression::Zstd,
        _ => Compression::None,
    }
}

/// Whether a block of 512 bytes can be the first header of a tar archive: its checksum is right, or
/// it is empty as in an archive without entries.
pub fn is_tar_header(block: &[u8]) -> bool {
    block.len() >= 512 && super::tar::header::checksum_matches(block)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
