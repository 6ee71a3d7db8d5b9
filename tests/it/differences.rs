//! The rules by which this project reads some vectors otherwise than the project that they come from, with
//! the reasons. A rule looks at the vector and the input, so that it holds for inputs that were never seen.

use porthole::oci::{Algorithm, Digest};

/// A rule, and an input that differs by it.
struct Difference {
    why: &'static str,
    covers: fn(vector: &str, input: &str) -> bool,
    example: (&'static str, &'static str),
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        why: "a digest of an unknown algorithm that fits the grammar can be shown and compared (R3); \
              verifying it says that it cannot be computed",
        covers: |_, input| {
            let digest = digest_part(input).parse::<Digest>();
            digest.is_ok_and(|digest| matches!(digest.algorithm(), Algorithm::Other(_)))
        },
        example: ("digest-parse", "foo:d41d8cd98f00b204e9800998ecf8427e"),
    },
    Difference {
        why: "a digest is whole, and a reference has no query",
        covers: |vector, input| {
            let has_digest = input.contains('@') && digest_part(input).parse::<Digest>().is_ok();
            vector == "containerd-reference" && input.contains('@') && !has_digest
        },
        example: ("containerd-reference", "docker.io/library/redis:obj@abcdef?fooo=asdf"),
    },
    Difference {
        why: "a first component is a host only by a dot, a port or brackets (R4), not by capitals or by \
              being localhost",
        covers: |vector, input| {
            let odd = |part: &str| part == "localhost" || part.contains(char::is_uppercase);
            let is_refused = vector == "reference-name-invalid";
            !is_refused
                && !vector.starts_with("platform-")
                && input.split_once('/').is_some_and(|(first, _)| odd(first) && !is_host(first))
        },
        example: ("regclient-ref", "EXAMPLE/group-image:V42"),
    },
    Difference {
        why: "Docker Hub is the registry that is meant where none is named (R5)",
        covers: |vector, input| match vector {
            "regclient-ref-host" => input.is_empty(),
            "ggcr-default-registry-tag" => {
                let first = input.split_once('/').map_or("", |(first, _)| first);
                !is_host(first) && first != "localhost" && !first.contains(char::is_uppercase)
            }
            _ => false,
        },
        example: ("ggcr-default-registry-tag", "ubuntu"),
    },
    Difference {
        why: "a host does not end in a dot (distribution's grammar)",
        covers: |vector, input| vector == "regclient-ref-host" && input.ends_with('.'),
        example: ("regclient-ref-host", "example."),
    },
    Difference {
        why: "an operating system alone means amd64, as containerd has it",
        covers: |vector, input| vector == "platform-string-ggcr" && !input.contains('/'),
        example: ("platform-string-ggcr", "linux"),
    },
    Difference {
        why: "that a virtual machine runs Linux images on Windows and macOS is no matter of platforms",
        covers: |vector, input| {
            let is_other = ["darwin", "windows"].iter().any(|os| input.starts_with(os));
            vector == "platform-compare-regclient compatible" && is_other
        },
        example: ("platform-compare-regclient compatible", "darwin compatible"),
    },
    Difference {
        why: "a bare digest names no repository, so 64 hex digits are a name",
        covers: |vector, input| {
            let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            vector == "reference-parse-any" && input.len() == 64 && input.bytes().all(is_hex)
        },
        example: (
            "reference-parse-any",
            "dbcc1c35ac38df41fd2f5e4130b32ffdb93ebae8b3dbe638c23575912276fc9c",
        ),
    },
];

/// Returns the text behind the last `@`, or all of it.
fn digest_part(input: &str) -> &str {
    input.rsplit('@').next().unwrap_or(input)
}

fn is_host(component: &str) -> bool {
    component.contains(['.', ':', '['])
}

/// Compares an outcome with the expected one of a vector. A rule must explain a difference.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads as assert_eq! does")]
pub(crate) fn check<T: PartialEq + std::fmt::Debug>(vector: &str, input: &str, ours: T, theirs: T) {
    let is_explained = DIFFERENCES.iter().any(|row| (row.covers)(vector, input));
    if !is_explained {
        assert_eq!(ours, theirs, "{vector}: {input}");
    }
}

#[test]
fn each_rule_covers_its_own_example_and_nothing_ordinary() {
    for row in DIFFERENCES {
        let (vector, input) = row.example;
        let covering = DIFFERENCES.iter().filter(|other| (other.covers)(vector, input));
        assert_eq!(covering.map(|other| other.why).collect::<Vec<_>>(), [row.why], "{input}");
    }
    let sha256 = format!("sha256:{}", "a".repeat(64));
    for (vector, input) in [
        ("digest-parse", sha256.as_str()),
        ("digest-parse", "sha256:short"),
        ("containerd-reference", &format!("docker.io/library/redis@{sha256}")),
        ("containerd-reference", "docker.io/library/redis:7"),
        ("regclient-ref", "example.com/group/image:v42"),
        ("regclient-ref", "group/image:v42"),
        ("ggcr-default-registry-tag", "gcr.io/project/image"),
        ("regclient-ref-host", "example.com"),
        ("platform-string-ggcr", "linux/arm64"),
        ("platform-compare-regclient compatible", "linux compatible"),
        ("reference-parse-any", "alpine"),
    ] {
        let covering = DIFFERENCES.iter().filter(|row| (row.covers)(vector, input));
        assert_eq!(covering.map(|row| row.why).collect::<Vec<_>>(), [""; 0], "{vector}: {input}");
    }
}
