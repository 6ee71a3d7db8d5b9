//! Sentences about layers: the reasons why one is not read, and the faults of archives. No full stop.

use crate::{
    content::{decode::DecodeError, tar::Warning},
    layers::{
        findings::ReadFault,
        index::{ArchiveProblem, Incomplete},
        obstacle::Obstacle,
    },
};

/// The reason why a layer cannot be opened.
pub fn obstacle(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Encrypted(schemes) if schemes.is_empty() => "the layer is encrypted".to_owned(),
        Obstacle::Encrypted(schemes) => {
            format!("the layer is encrypted; its key is wrapped for {}", schemes.join(", "))
        }
        Obstacle::Foreign(urls) if urls.is_empty() => {
            "the layer is not to be distributed, so the registry may not have it".to_owned()
        }
        Obstacle::Foreign(_) => "the layer is to be read from other places".to_owned(),
        Obstacle::NotALayer(media_type) => format!("“{media_type}” is no layer of files"),
    }
}

/// The reason why a layer was not read to its end.
pub fn incomplete(reason: &Incomplete) -> String {
    match reason {
        Incomplete::WrongBytes => {
            "its bytes are not those of its digest, so nothing of it is shown".to_owned()
        }
        Incomplete::BrokeOff(error) => error.clone(),
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
        DecodeError::Corrupt { compression, reason } => {
            format!("the {} stream is broken: {reason}", compression.name())
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

/// A problem of an archive that is a file of a layer.
pub fn archive_problem(problem: &ArchiveProblem) -> String {
    match problem {
        ArchiveProblem::NotAnArchive => "this is no archive".to_owned(),
        ArchiveProblem::Decoding(error) => decoding(error),
        ArchiveProblem::TooManyMembers(most) => format!("members beyond {most} were not read"),
        ArchiveProblem::Tar(fault) => warning(fault),
        ArchiveProblem::Zip(reason) => reason.clone(),
    }
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
        Warning::TooManyEntries(limit) => return format!("entries beyond {limit} were not read"),
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
        Warning::UnlikeTable => "the layer's table of contents does not say the same of it",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        check(Obstacle::Foreign(vec![url]), "the layer is to be read from other places");
        check(
            Obstacle::Foreign(vec![]),
            "the layer is not to be distributed, so the registry may not have it",
        );
        check(Obstacle::NotALayer("text/plain".to_owned()), "“text/plain” is no layer of files");
        assert!(incomplete(&Incomplete::WrongBytes).contains("digest"));
        let limit = Incomplete::ReadFault(ReadFault::Decoding(DecodeError::OutputLimit(9)));
        assert_eq!(incomplete(&limit), "more than 9 bytes came out");
    }
}
