//! Faults of addresses in words. No full stop.

use super::references;
use crate::app::AddressFault;

/// The reason why an address means nothing.
pub fn fault(fault: &AddressFault) -> String {
    match fault {
        AddressFault::Empty => "type a reference, such as alpine:3.20".to_owned(),
        AddressFault::NotUtf8 => "the address is not valid UTF-8".to_owned(),
        AddressFault::NoHost => "the registry's host is missing".to_owned(),
        AddressFault::NoValue(name) => ["“", name, "” has no value"].concat(),
        AddressFault::Repeated(name) => ["“", name, "” stands twice"].concat(),
        AddressFault::UnknownPart(name) => ["“", name, "” means nothing here"].concat(),
        AddressFault::NoSuchView(name) => ["there is no view “", name, "”"].concat(),
        AddressFault::NoSuchList(name) => ["there is no list “", name, "”"].concat(),
        AddressFault::Reference(error) => references::reference(error),
    }
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
