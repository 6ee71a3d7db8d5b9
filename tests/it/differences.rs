//! The vectors that this project reads otherwise than the project that they come from, with the reasons.
//! The tests check that each still differs, so that outdated entries are found.

/// A reason with its inputs. The name of its vector stands before each input.
type Difference = (&'static str, &'static [(&'static str, &'static str)]);

const DIFFERENCES: &[Difference] = &[
    (
        "a digest of an unknown algorithm that fits the grammar can be shown and compared (R3); \
         verifying it says that it cannot be computed",
        &[
            ("digest-parse", "foo:d41d8cd98f00b204e9800998ecf8427e"),
            (
                "digest-parse",
                "sha384_foo+bar:d3fc7881460b7e22e3d172954463dddd7866d17597e7248453c48b3e9d26d9596bf9c4a9cf8072c9d5bad76e19af801d",
            ),
            ("ggcr-hash", "md5:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
            ("ggcr-digest-names", "gcr.io/project-id/unknown-alg@unknown:abc123"),
            (
                "reference-name-invalid",
                "validname@invaliddigest:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            ),
        ],
    ),
    (
        "a digest is whole, and a reference has no query",
        &[
            ("containerd-reference", "docker.io/library/redis:obj@abcdef?fooo=asdf"),
            ("containerd-reference", "localhost:5000/library/redis:obj@abcdef?fooo=asdf"),
            ("containerd-reference", "xn--7o8h.com/myimage:xn--7o8h.com@sha512:fffffff"),
        ],
    ),
    (
        "a first component is a host only by a dot, a port or brackets (R4), not by capitals or by \
         being localhost",
        &[
            ("regclient-ref", "EXAMPLE/group-image:V42"),
            ("regclient-ref", "example-A/group/image:v42"),
            ("ggcr-default-registry-tag", "localhost/testimage:mytag"),
        ],
    ),
    (
        "Docker Hub is the registry that is meant where none is named (R5)",
        &[("regclient-ref-host", ""), ("ggcr-default-registry-tag", "ubuntu")],
    ),
    (
        "a host does not end in a dot (distribution's grammar)",
        &[("regclient-ref-host", "example.")],
    ),
    (
        "an operating system alone means amd64, as containerd has it",
        &[("platform-string-ggcr", "linux")],
    ),
    (
        "that a virtual machine runs Linux images on Windows and macOS is no matter of platforms",
        &[
            ("platform-compare-regclient compatible", "darwin compatible"),
            ("platform-compare-regclient compatible", "windows compatible"),
        ],
    ),
    (
        "a bare digest names no repository, so 64 hex digits are a name",
        &[(
            "reference-parse-any",
            "dbcc1c35ac38df41fd2f5e4130b32ffdb93ebae8b3dbe638c23575912276fc9c",
        )],
    ),
];

/// Compares an outcome with the expected one of a vector. A listed input must differ.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads as assert_eq! does")]
pub(crate) fn check<T: PartialEq + std::fmt::Debug>(vector: &str, input: &str, ours: T, theirs: T) {
    let row = DIFFERENCES.iter().find(|(_, inputs)| inputs.contains(&(vector, input)));
    match row {
        None => assert_eq!(ours, theirs, "{vector}: {input}"),
        Some((why, _)) => assert_ne!(ours, theirs, "{vector}: {input} no longer differs: {why}"),
    }
}

#[test]
fn differences_are_few_and_told_once() {
    let mut inputs: Vec<_> = DIFFERENCES.iter().flat_map(|(_, inputs)| inputs.iter()).collect();
    let count = inputs.len();
    assert!(count <= 20, "{count} differences");
    inputs.sort_unstable();
    inputs.dedup();
    assert_eq!(inputs.len(), count);
}
