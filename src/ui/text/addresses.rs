//! Faults of addresses in words. No full stop.

use super::references;
use crate::app::AddressFault;

/// The reason why an address means nothing.
pub fn fault(fault: &AddressFault) -> String {
    let (before, name, after) = match fault {
        AddressFault::Empty => ("type a reference, such as alpine:3.20", "", ""),
        AddressFault::NotUtf8 => ("the address is not valid UTF-8", "", ""),
        AddressFault::NoHost => ("the registry's host is missing", "", ""),
        AddressFault::DigestAlone => {
            ("a digest needs a repository before it, such as ghcr.io/org/app@sha256:…", "", "")
        }
        AddressFault::Blob(digest, repository) => {
            return [
                "this is the address of the blob ",
                digest.as_str(),
                ", and a blob has no page of its own here; open an image that has it in ",
                repository,
            ]
            .concat();
        }
        AddressFault::WebPage(host, example) => {
            return [
                "this is a page of the web site ",
                host,
                " and no image; paste the name of the image, such as ",
                example,
            ]
            .concat();
        }
        AddressFault::NoValue(name) => ("“", name.as_str(), "” has no value"),
        AddressFault::Repeated(name) => ("“", name.as_str(), "” stands twice"),
        AddressFault::UnknownPart(name) => ("“", name.as_str(), "” means nothing here"),
        AddressFault::NoSuchView(name) => ("there is no view “", name.as_str(), "”"),
        AddressFault::NoSuchList(name) => ("there is no list “", name.as_str(), "”"),
        AddressFault::Reference(error) => return references::reference(error),
    };
    [before, name, after].concat()
}

/// The link to the repository of a blob.
pub fn open_repository(repository: &str) -> String {
    ["Open ", repository].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use super::*;
    use crate::app::Route;

    #[test]
    fn every_fault_of_an_address_has_its_words() {
        let check = |fragment: &str, expected: &str| match Route::parse(fragment) {
            Route::NotFound { reason, .. } => assert_eq!(fault(&reason), expected, "{fragment}"),
            other => panic!("{fragment} gives {other:?}"),
        };
        assert_eq!(fault(&AddressFault::Empty), "type a reference, such as alpine:3.20");
        assert_eq!(
            fault(&AddressFault::DigestAlone),
            "a digest needs a repository before it, such as ghcr.io/org/app@sha256:…"
        );
        let digest = crate::content::verify::digest_of(b"");
        assert_eq!(
            fault(&AddressFault::Blob(digest.clone(), "ghcr.io/org/app".to_owned())),
            format!(
                "this is the address of the blob {digest}, and a blob has no page of its own here; \
                 open an image that has it in ghcr.io/org/app"
            )
        );
        assert_eq!(
            fault(&AddressFault::WebPage("github.com".to_owned(), "ghcr.io/org/app:1.0")),
            "this is a page of the web site github.com and no image; paste the name of the image, such as \
             ghcr.io/org/app:1.0"
        );
        check("#/ghcr.io/Org/app", "repository name “Org/app” has upper-case letters");
        check("#/ghcr.io/app:1?view=magic", "there is no view “magic”");
        check("#/ghcr.io/app:1?list=magic", "there is no list “magic”");
        check("#/ghcr.io/app:1?colour=red", "“colour” means nothing here");
        check("#/ghcr.io/app:1?view=json&view=tree", "“view” stands twice");
        check("#/ghcr.io/app:1?view", "“view” has no value");
        check("#/ghcr.io/app:1?layer=x", "“x” is not a digest (algorithm:encoded)");
        check("#/%ff", "the address is not valid UTF-8");
        check("#/doctor/", "the registry's host is missing");
        check("#/foo.bar:99999999", "“foo.bar:99999999” is not a registry host");
    }
}
