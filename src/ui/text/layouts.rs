//! Sentences about image layouts and archives of images that cannot be read. No full stop.

use super::numbers::grouped;
use crate::error::{LayoutFault, Unreadable};

/// Returns the reason why a layout or an archive cannot be read.
pub(super) fn fault(fault: &LayoutFault) -> String {
    let words = match fault {
        LayoutFault::Compressed => {
            "the archive is compressed as a whole; decompress it, and it can be read"
        }
        LayoutFault::NotTar => "the file is no tar archive",
        LayoutFault::NoLayout => {
            "it holds neither the oci-layout and index.json of an OCI layout nor the \
             manifest.json of docker save"
        }
        LayoutFault::UnknownVersion => {
            "the oci-layout file does not name the version of an OCI layout"
        }
        LayoutFault::NoMarker => "there is no oci-layout file beside index.json",
        LayoutFault::NotAnIndex => "index.json is not a list of manifests",
        LayoutFault::NotAListOfImages => "manifest.json is not a list of images",
        _ => return with_facts(fault),
    };
    words.to_owned()
}

fn with_facts(fault: &LayoutFault) -> String {
    match fault {
        LayoutFault::TooManyEntries(limit) => {
            format!("the archive has more than {} entries, or very long names", grouped(*limit))
        }
        LayoutFault::EntrySize { digest, stated, actual } => format!(
            "index.json says that {digest} has {} bytes, and it has {}",
            grouped(*stated),
            grouped(*actual)
        ),
        LayoutFault::NotReadable(path, reason) => [path, unreadable(*reason)].concat(),
        LayoutFault::CutShort(path) => {
            format!("{path} was not found, and the archive ends in the middle of an entry")
        }
        LayoutFault::Broken(path) => {
            format!("{path} was not found, and a part of the archive is broken")
        }
        LayoutFault::AmbiguousTag { tag, digests } => {
            format!("the layout gives the name {tag} to {digests} digests")
        }
        LayoutFault::LayerCount { listed, configured } => format!(
            "manifest.json lists {listed} layers of an image whose configuration lists {configured}"
        ),
        LayoutFault::PathOutside(path) => {
            format!("manifest.json names the file {path}, which may be outside the layout")
        }
        LayoutFault::FileMissing(path) => {
            format!("manifest.json names the file {path}, which is missing")
        }
        _ => String::new(),
    }
}

fn unreadable(reason: Unreadable) -> &'static str {
    match reason {
        Unreadable::Sparse => " is a sparse file",
        Unreadable::NotAFile => " is no file",
        Unreadable::DanglingLink => " is a link to a file that is not there",
        Unreadable::LinkOutside => " is a link that leads out of the archive",
        Unreadable::EndlessLink => " is a link that leads to more and more links",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r158_each_fault_of_a_layout_has_its_words() {
        let check = |fault_: LayoutFault, expected: &str| assert_eq!(fault(&fault_), expected);
        let path = || "a/b".to_owned();
        check(LayoutFault::NotTar, "the file is no tar archive");
        check(
            LayoutFault::TooManyEntries(100_000),
            "the archive has more than 100,000 entries, or very long names",
        );
        check(
            LayoutFault::NotReadable(path(), Unreadable::LinkOutside),
            "a/b is a link that leads out of the archive",
        );
        check(
            LayoutFault::CutShort(path()),
            "a/b was not found, and the archive ends in the middle of an entry",
        );
        check(
            LayoutFault::AmbiguousTag { tag: "1.0".to_owned(), digests: 2 },
            "the layout gives the name 1.0 to 2 digests",
        );
        check(
            LayoutFault::LayerCount { listed: 1, configured: 0 },
            "manifest.json lists 1 layers of an image whose configuration lists 0",
        );
        check(
            LayoutFault::FileMissing(path()),
            "manifest.json names the file a/b, which is missing",
        );
    }
}
