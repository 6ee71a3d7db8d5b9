//! Sentences about archives that are files of a layer: their problems, and the faults of zip. No full
//! stop.

use super::{
    layer_faults::{decoding, warning},
    numbers::{grouped, human_bytes},
};
use crate::{
    content::zip::{ZipError, ZipFault},
    layers::index::ArchiveProblem,
};

/// The words about a file that is no archive.
pub(super) const NOT_AN_ARCHIVE: &str = "this is no archive";

/// Returns a problem of an archive that is a file of a layer.
pub fn problem(problem: &ArchiveProblem) -> String {
    match problem {
        ArchiveProblem::NotAnArchive => NOT_AN_ARCHIVE.to_owned(),
        ArchiveProblem::Decoding(error) => decoding(error),
        ArchiveProblem::TooManyMembers(most)
        | ArchiveProblem::Zip(ZipFault::TooManyMembers(most)) => {
            format!("members beyond {} were not read", grouped(*most))
        }
        ArchiveProblem::Tar(fault) => warning(fault),
        ArchiveProblem::NotListed(error) => zip_error(error),
        ArchiveProblem::Zip(ZipFault::BrokenAt(number)) => {
            format!("the directory is broken at member {number}")
        }
        ArchiveProblem::Zip(ZipFault::NameTooLong(number)) => {
            format!("member {number} is left out: its name is too long")
        }
        ArchiveProblem::Zip(ZipFault::MoreThanAnnounced) => {
            "the directory holds more members than it announces; readers differ".to_owned()
        }
    }
}

/// Returns the reason why a zip archive or a member of it cannot be read.
pub(super) fn zip_error(error: &ZipError) -> String {
    let words = match error {
        ZipError::Method(number) => {
            return format!("compression method {number} cannot be read");
        }
        ZipError::TooLarge(limit) => {
            return format!("the member is larger than {}", human_bytes(*limit));
        }
        ZipError::NotZip => "there is no zip directory at the end of the file",
        ZipError::SeveralParts => "the archive is one of several parts",
        ZipError::Encrypted => "the member needs a password",
        ZipError::Misplaced => "the directory and the header of the member differ",
        ZipError::Corrupt => "the data of the member are broken",
        ZipError::Changed => {
            "the content has another size or checksum than the directory announces"
        }
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_of_archives_have_their_words() {
        let check = |problem_: ArchiveProblem, expected: &str| {
            assert_eq!(problem(&problem_), expected);
        };
        check(ArchiveProblem::NotAnArchive, "this is no archive");
        check(ArchiveProblem::TooManyMembers(100_000), "members beyond 100,000 were not read");
        check(
            ArchiveProblem::NotListed(ZipError::Method(12)),
            "compression method 12 cannot be read",
        );
        check(ArchiveProblem::Zip(ZipFault::BrokenAt(3)), "the directory is broken at member 3");
        let words = "member 3 is left out: its name is too long";
        check(ArchiveProblem::Zip(ZipFault::NameTooLong(3)), words);
    }
}
