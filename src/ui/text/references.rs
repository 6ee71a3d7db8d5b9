//! Faults of references and of their parts, in words. No full stop.

use crate::{
    app::views::visible_text::visible,
    oci::{DigestError, NameFault, ReferenceError},
};

/// The reason why a text is no reference.
pub fn reference(error: &ReferenceError) -> String {
    let (before, name, after) = match error {
        ReferenceError::Host(host) => ("“", host, "” is not a registry host"),
        ReferenceError::Repository { name, fault } => {
            ("repository name “", name, repository(*fault))
        }
        ReferenceError::Tag(tag) => (
            "“",
            tag,
            "” is not a tag: 1 to 128 letters, digits, “_”, “.” or “-”, not starting with “.” or “-”",
        ),
        ReferenceError::Digest(error) => return digest(error),
        ReferenceError::Invisible { text, character } => {
            let number = u32::from(*character);
            return format!("“{}” holds an invisible character, U+{number:04X}", visible(text));
        }
    };
    [before, name, after].concat()
}

/// The words behind the name.
fn repository(fault: NameFault) -> &'static str {
    match fault {
        NameFault::Empty => "” is empty",
        NameFault::TooLong => "” is longer than 255 bytes",
        NameFault::UpperCase => "” has upper-case letters",
        NameFault::EmptyComponent => "” has an empty path component",
        NameFault::Grammar => "” may hold only a-z, 0-9, and between them “.”, “_”, “__” or dashes",
    }
}

/// The reason why a text is no digest.
pub fn digest(error: &DigestError) -> String {
    match error {
        DigestError::Malformed(text) => {
            ["“", text, "” is not a digest (algorithm:encoded)"].concat()
        }
        DigestError::Length { digest, expected, actual } => {
            format!("digest “{digest}” has {actual} characters where {expected} are needed")
        }
        DigestError::NotLowerHex(digest) => {
            ["digest “", digest, "” is not lower-case hexadecimal"].concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::Reference;

    #[test]
    fn every_fault_of_a_reference_has_its_words() {
        let check = |text: &str, expected: &str| {
            let error = text.parse::<Reference>().err();
            assert_eq!(error.as_ref().map(reference).as_deref(), Some(expected), "{text}");
        };
        let long = "a".repeat(256);
        check("a.b:x/app", "“a.b:x” is not a registry host");
        check("", "repository name “” is empty");
        check(
            &format!("h.example/{long}"),
            &format!("repository name “{long}” is longer than 255 bytes"),
        );
        check("h.example/A", "repository name “A” has upper-case letters");
        check("h.example//a", "repository name “/a” has an empty path component");
        check(
            "h.example/a b",
            "repository name “a b” may hold only a-z, 0-9, and between them “.”, “_”, “__” or dashes",
        );
        check(
            "app:.x",
            "“.x” is not a tag: 1 to 128 letters, digits, “_”, “.” or “-”, not starting with “.” or “-”",
        );
        check("app:v\u{200b}1", "“v⟨U+200B⟩1” holds an invisible character, U+200B");
        check("app:v\u{a0}1", "“v\u{a0}1” holds an invisible character, U+00A0");
        check("app@x", "“x” is not a digest (algorithm:encoded)");
        check("app@sha256:00", "digest “sha256:00” has 2 characters where 64 are needed");
        let upper = format!("sha256:{}", "A".repeat(64));
        check(&format!("app@{upper}"), &format!("digest “{upper}” is not lower-case hexadecimal"));
    }
}
