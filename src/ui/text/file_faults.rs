//! Sentences about a file of a layer, or of an archive in it, whose content is not shown. No full stop.

use super::{archives, error::reason, file_types::entry_kind, layer_faults, numbers::human_bytes};
use crate::layers::{index::ContentFault, ranges::RangeError};

/// Returns the reason why the content of a file is not shown.
pub fn content(fault: &ContentFault) -> String {
    let words = match fault {
        ContentFault::Encoded => layer_faults::ENCODED,
        ContentFault::WrongBytes => layer_faults::WRONG_BYTES,
        ContentFault::BrokeOff(kind) => {
            return ["the layer could not be read: ", &reason(kind)].concat();
        }
        ContentFault::NoPlace => "the table of contents does not say where this file is",
        ContentFault::WrongPart(error) => {
            return ["where this file should be, ", &wrong_part(error)].concat();
        }
        ContentFault::TooLarge(limit) => return larger_than(*limit),
        ContentFault::CutShort => "the file is cut short",
        ContentFault::Absent => "the file is not in the layer",
        ContentFault::BadSparseMap => "the map of the sparse file does not fit",
        ContentFault::NotAnArchive => archives::NOT_AN_ARCHIVE,
        ContentFault::NoMember => "the archive has no member of that name",
        ContentFault::NotAFile(kind) => {
            return ["the member is no file: ", entry_kind(*kind)].concat();
        }
        ContentFault::Decoding(error) => return layer_faults::decoding(error),
        ContentFault::Zip(error) => return archives::zip_error(error),
    };
    words.to_owned()
}

fn wrong_part(error: &RangeError) -> String {
    match error {
        RangeError::Decoding(error) => layer_faults::decoding(error),
        RangeError::Short => "too few bytes came".to_owned(),
        RangeError::Changed => {
            "there is a mismatch: other bytes came than were announced".to_owned()
        }
        RangeError::TooLarge(limit) => larger_than(*limit),
    }
}

fn larger_than(limit: u64) -> String {
    ["the file is larger than ", &human_bytes(limit)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{content::tar::EntryKind, error::ErrorKind};

    #[test]
    fn each_fault_has_its_words() {
        let check = |fault: ContentFault, expected: &str| assert_eq!(content(&fault), expected);
        check(ContentFault::WrongBytes, layer_faults::WRONG_BYTES);
        check(
            ContentFault::BrokeOff(ErrorKind::Status(403)),
            "the layer could not be read: unexpected status 403",
        );
        check(ContentFault::TooLarge(8 << 20), "the file is larger than 8.4 MB");
        check(ContentFault::NotAFile(EntryKind::Symlink), "the member is no file: symlink");
        check(
            ContentFault::WrongPart(RangeError::Changed),
            "where this file should be, there is a mismatch: other bytes came than were announced",
        );
    }
}
