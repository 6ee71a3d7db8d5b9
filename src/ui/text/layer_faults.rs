//! Sentences about layers: the reasons why one is not read, and the faults of its archive. No full
//! stop.

use super::{error::reason, short};
use crate::{
    caps,
    content::{
        decode::{DecodeError, StreamFault},
        tar::Warning,
    },
    layers::{findings::ReadFault, index::Incomplete, obstacle::Obstacle},
};

/// The words about bytes that do not have their digest.
pub(super) const WRONG_BYTES: &str =
    "the bytes of the layer are not those of its digest, so nothing of it is shown";

/// The words about bytes that the transport encoded or decoded.
pub(super) const ENCODED: &str = "the layer was sent with Content-Encoding and unpacked on its way, so that \
    it cannot be checked against its digest, and nothing of it is shown";

/// The reason why a layer cannot be opened.
pub fn obstacle(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Encrypted(schemes) if schemes.is_empty() => "the layer is encrypted".to_owned(),
        Obstacle::Encrypted(schemes) => {
            let named: Vec<String> = schemes.iter().take(4).map(|scheme| short(scheme)).collect();
            let more = if schemes.len() > named.len() { " and others" } else { "" };
            format!("the layer is encrypted; its key is wrapped for {}{more}", named.join(", "))
        }
        Obstacle::Foreign(urls) if urls.is_empty() => {
            "the layer is not to be distributed, so the registry may not have it".to_owned()
        }
        Obstacle::Foreign(_) => {
            "the manifest says that the layer is kept at other addresses".to_owned()
        }
        Obstacle::NotALayer(media_type) => {
            format!("“{}” is no layer of files", short(media_type.as_str()))
        }
    }
}

/// The reason why a layer was not read to its end.
pub fn incomplete(reason: &Incomplete) -> String {
    match reason {
        Incomplete::WrongBytes => WRONG_BYTES.to_owned(),
        Incomplete::Encoded => ENCODED.to_owned(),
        Incomplete::BrokeOff(kind) => self::reason(kind),
        Incomplete::ReadFault(fault) => read_fault(fault),
        Incomplete::TooManyEntries => "it has more entries than are read".to_owned(),
    }
}

/// The fault that ended reading the inside of a layer.
pub fn read_fault(fault: &ReadFault) -> String {
    match fault {
        ReadFault::Decoding(error) => decoding(error),
        ReadFault::NotAnArchive => "what is inside is no tar archive".to_owned(),
    }
}

/// The reason why decompressing failed.
pub fn decoding(error: &DecodeError) -> String {
    match error {
        DecodeError::Corrupt { compression, fault } => {
            format!("the {} stream is broken: {}", compression.name(), stream(fault))
        }
        DecodeError::Truncated(compression) => {
            format!("the {} stream ends in the middle", compression.name())
        }
        DecodeError::OutputLimit(limit) => format!("more than {limit} bytes came out"),
        DecodeError::WindowLimit { window, limit } => {
            format!("the zstd frame needs a window of {window} bytes, more than {limit}")
        }
    }
}

fn stream(fault: &StreamFault) -> String {
    let words = match fault {
        StreamFault::Refused(words) => return ["“", &short(words), "”"].concat(),
        StreamFault::Stuck => "the decoder makes no progress",
        StreamFault::DataBehindEnd => "something follows its end",
        StreamFault::NoMagicNumber => "a frame does not begin with the magic number",
        StreamFault::BadFrameHeader => "the header of a frame cannot be used",
        StreamFault::BlockTooLarge => "a block is larger than 128 KiB",
        StreamFault::BadBlock => "a block cannot be decoded",
        StreamFault::NoDecoder => "this compression is not read here",
    };
    words.to_owned()
}

/// An entry that is not listed, because something of it is too long.
fn left_out(part: &str, length: u64, most: usize) -> String {
    format!("an entry whose {part} has {length} bytes was left out; Linux allows {most}")
}

/// A fault of an entry or an archive.
pub fn warning(warning: &Warning) -> String {
    let words = match warning {
        Warning::SizeOverridden { header, pax } => {
            return format!("the header says {header} bytes, its PAX record {pax}; readers differ");
        }
        Warning::ExtensionTooLarge(size) => {
            return format!("an extension of {size} bytes was not read");
        }
        Warning::UnknownKind(flag) => return format!("type flag {flag:#04x} is not known"),
        Warning::WrongSize { stated, actual } => return super::sizes::wrong(*stated, *actual),
        Warning::TooManyEntries(limit) => return format!("entries beyond {limit} were not read"),
        Warning::PathTooLong(length) => {
            return left_out("path", *length, caps::PATH_BYTES);
        }
        Warning::LinkTooLong(length) => {
            return left_out("link", *length, caps::LINK_BYTES);
        }
        Warning::XattrsTooLong => "extended attributes are left out: they are too long together",
        Warning::BadSize => "the size in the header is no number",
        Warning::BadPaxRecord => "a PAX record is malformed",
        Warning::DanglingExtension => "an extension belongs to no entry",
        Warning::ContentBehindLink => "a link or device is followed by content; readers differ",
        Warning::EscapingPath => "the path leads out of the image",
        Warning::NulInPath => "the path holds a NUL byte; readers differ",
        Warning::EmptyPath => "the path is empty",
        Warning::BadSparseMap => "the map of a sparse file does not fit",
        Warning::BadHeader => "there is no header where one should be",
        Warning::Truncated => "the archive ends in the middle of an entry",
        Warning::NoEndMarker => "the archive has no end marker",
        Warning::DataBehindEnd => "something follows the end marker; readers differ",
        Warning::UnpackedOnTheWay => {
            "the layer was unpacked on its way (Content-Encoding), so that it cannot be checked against \
             its digest; what came has the diff ID that the configuration states"
        }
        Warning::DataBehindStream => {
            "the archive is whole; bytes follow the end of its compressed stream, which readers \
             pass over or refuse"
        }
        Warning::UnlikeTable => "the layer's table of contents does not say the same of it",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{content::sniff::Compression, error::ErrorKind};

    #[test]
    fn obstacles_and_reasons_have_their_words() {
        let check = |obstacle_: Obstacle, expected: &str| {
            assert_eq!(obstacle(&obstacle_), expected);
        };
        let url = "https://a.example/x".to_owned();
        check(Obstacle::Encrypted(vec![]), "the layer is encrypted");
        check(
            Obstacle::Encrypted(vec!["jwe".to_owned()]),
            "the layer is encrypted; its key is wrapped for jwe",
        );
        check(
            Obstacle::Foreign(vec![url]),
            "the manifest says that the layer is kept at other addresses",
        );
        check(
            Obstacle::Foreign(vec![]),
            "the layer is not to be distributed, so the registry may not have it",
        );
        check(Obstacle::NotALayer("text/plain".to_owned()), "“text/plain” is no layer of files");
        assert!(incomplete(&Incomplete::WrongBytes).contains("digest"));
        let limit = Incomplete::ReadFault(ReadFault::Decoding(DecodeError::OutputLimit(9)));
        assert_eq!(incomplete(&limit), "more than 9 bytes came out");
        assert_eq!(
            incomplete(&Incomplete::BrokeOff(ErrorKind::Unavailable)),
            "the registry failed"
        );
    }

    #[test]
    fn a_fault_of_a_stream_has_its_words() {
        let stream = |fault| DecodeError::Corrupt { compression: Compression::Gzip, fault };
        let words = "invalid distance too far back".to_owned();
        let refused = decoding(&stream(StreamFault::Refused(words)));
        assert_eq!(refused, "the gzip stream is broken: “invalid distance too far back”");
        let stuck = decoding(&stream(StreamFault::Stuck));
        assert_eq!(stuck, "the gzip stream is broken: the decoder makes no progress");
    }
}
