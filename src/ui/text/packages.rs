//! Sentences about databases of packages that cannot be read, or not as a whole. No full stop.

use super::numbers::{grouped, human_bytes};
use crate::{content::packages::DatabaseFault, layers::index::DatabaseProblem};

/// Returns a problem of a database, with the path of its file.
pub fn problem(path: &[u8], problem: DatabaseProblem) -> String {
    let words = match problem {
        DatabaseProblem::OnlyListed => {
            "the file was not read, only the table of contents of its layer".to_owned()
        }
        DatabaseProblem::NotKept => "the file was not kept when its layer was read".to_owned(),
        DatabaseProblem::Fault(fault) => self::fault(fault),
        DatabaseProblem::More(count) => {
            format!("{} more problems, of this file and of others", grouped(count))
        }
    };
    [&String::from_utf8_lossy(path), ": ", &words].concat()
}

fn fault(fault: DatabaseFault) -> String {
    let words = match fault {
        DatabaseFault::TooLarge(limit) => {
            return format!("the file is larger than {} and was not read", human_bytes(limit));
        }
        DatabaseFault::TooManyPackages(limit) => {
            return format!("packages beyond {} were not read", grouped(limit));
        }
        DatabaseFault::UnnamedParagraph(line) => {
            return format!("the paragraph at line {line} names no package");
        }
        DatabaseFault::MoreFaults => "the file has more problems",
        DatabaseFault::Unnamed => "the file names no package",
        DatabaseFault::OtherFormat => "the file is no database of this format",
        DatabaseFault::UnknownVersion => "the version of the database is not known",
        DatabaseFault::Encrypted => "the database is encrypted",
        DatabaseFault::PageSize => "the size of the database's pages cannot be used",
        DatabaseFault::NoTable => {
            "the database has no table of packages; a write-ahead log beside it is not read"
        }
        DatabaseFault::CutShort => "the database ends before a page that it names",
        DatabaseFault::Broken => "a part of the database is broken",
        DatabaseFault::Cycle => "the pages of the database lead back into themselves",
        DatabaseFault::Overlap => "entries of the database overlap",
        DatabaseFault::BadRecord => "the record of a package cannot be read",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_its_file() {
        let check = |problem_: DatabaseProblem, expected: &str| {
            assert_eq!(problem(b"lib/apk/db/installed", problem_), expected);
        };
        check(
            DatabaseProblem::OnlyListed,
            "lib/apk/db/installed: the file was not read, only the table of contents of its layer",
        );
        check(
            DatabaseProblem::Fault(DatabaseFault::TooLarge(64 << 10)),
            "lib/apk/db/installed: the file is larger than 65.5 kB and was not read",
        );
        check(
            DatabaseProblem::Fault(DatabaseFault::UnnamedParagraph(7)),
            "lib/apk/db/installed: the paragraph at line 7 names no package",
        );
    }
}
