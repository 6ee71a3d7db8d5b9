//! Tests of `reference.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
use super::*;

fn parse(text: &str) -> Reference {
    text.parse().unwrap()
}

#[test]
fn r004_only_dots_ports_and_brackets_make_a_host() {
    let check = |text: &str, host: &str, repository: &str| {
        let reference = parse(text);
        assert_eq!(reference.host.as_str(), host, "{text}");
        assert_eq!(reference.repository.as_str(), repository, "{text}");
    };
    check("localhost:5000/foo", "localhost:5000", "foo");
    check("localhost/foo", "docker.io", "localhost/foo");
    check("[::1]/foo", "[::1]", "foo");
    check("[::1]:5000/foo/bar", "[::1]:5000", "foo/bar");
    check("ghcr.io/foo", "ghcr.io", "foo");
}

#[test]
fn r005_r006_names_of_docker_hub_are_one() {
    for alias in ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]
    {
        for path in ["hello-world", "library/hello-world"] {
            let reference = parse(&format!("{alias}/{path}"));
            assert_eq!(reference.canonical(), "docker.io/library/hello-world");
            assert_eq!(reference.to_string(), "hello-world");
        }
    }
    assert_eq!(Host::from_str("").unwrap(), Host::docker_hub());
}

#[test]
fn r007_no_tag_is_implied() {
    assert_eq!(parse("alpine").tag, None);
    assert_eq!(parse("alpine").digest, None);
}

#[test]
fn r009_a_known_digest_is_left_out() {
    let digest: Digest = format!("sha256:{}", "a".repeat(64)).parse().unwrap();
    let other: Digest = format!("sha256:{}", "b".repeat(64)).parse().unwrap();
    let reference = parse(&format!("ghcr.io/a/b:c@{digest}"));
    assert_eq!(reference.display_knowing(&digest), "ghcr.io/a/b:c");
    assert_eq!(reference.display_knowing(&other), reference.to_string());
}

#[test]
fn r010_references_are_stored_as_their_display_form() {
    let reference = parse("index.docker.io/library/hello-world:linux");
    let stored = serde_json::to_string(&reference).unwrap();
    assert_eq!(stored, "\"hello-world:linux\"");
    assert_eq!(serde_json::from_str::<Reference>(&stored).unwrap(), reference);
    let mut kept = reference.clone();
    let mut broken = serde_json::Deserializer::from_str("\"UPPER\"");
    assert!(Reference::deserialize_in_place(&mut broken, &mut kept).is_err());
    assert_eq!(kept, reference, "a failure leaves the old value");
}

#[test]
fn r011_display_and_canonical_forms_are_inverse() {
    let check = |display: &str, canonical: &str| {
        for text in [display, canonical] {
            let reference = parse(text);
            assert_eq!(reference.to_string(), display);
            assert_eq!(reference.canonical(), canonical);
        }
    };
    check("hello-world:latest", "docker.io/library/hello-world:latest");
    check("tianon/true:oci", "docker.io/tianon/true:oci");
    check("localhost:5000/foo", "localhost:5000/foo");
    check("library/a/b", "docker.io/library/a/b");
    check("docker.io/ghcr.io/a", "docker.io/ghcr.io/a");
    check("a.b", "docker.io/library/a.b");
}

#[test]
fn r012_docker_hub_has_three_names() {
    let hub = Host::docker_hub();
    assert_eq!((hub.as_str(), hub.connect_name()), ("docker.io", "registry-1.docker.io"));
    let other: Host = "ghcr.io".parse().unwrap();
    assert_eq!(other.connect_name(), "ghcr.io");
    assert_eq!(Host::credential_names("ghcr.io"), ["ghcr.io"]);
    assert_eq!(
        Host::credential_names("registry-1.docker.io"),
        ["registry-1.docker.io", "docker.io", "index.docker.io", "registry.hub.docker.com"]
    );
    assert_eq!(
        Host::credential_names(""),
        ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]
    );
}

#[test]
fn r001_names_fit_their_grammar() {
    let long = |length: usize| format!("a/{}", "b".repeat(length - 2));
    for name in ["a", "a/b", "library/alpine", "a.b_c__d-e---f/0", "1/2/3", &long(255)] {
        assert_eq!(
            name.parse::<RepositoryName>().map(|read| read.to_string()),
            Ok(name.to_owned())
        );
    }
    let bad = [
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        "A",
        "a/B",
        "-a",
        "a-",
        ".a",
        "a.",
        "_a",
        "a_",
        "a..b",
        "a.-b",
        "a___b",
        "a b",
        "a+b",
        "ä",
        "a:b",
        "a@b",
        &long(256),
    ];
    for name in bad {
        let refused = name.parse::<RepositoryName>().unwrap_err();
        assert!(match &refused {
            ReferenceError::Repository { name: told, .. } => told == name,
            ReferenceError::Invisible { text, character } =>
                text == name && name.contains(*character),
            _ => false,
        });
        assert!(!refused.to_string().is_empty());
    }
    let unseen = ReferenceError::Invisible { text: "a\u{200b}b".to_owned(), character: '\u{200b}' };
    assert_eq!("a\u{200b}b".parse::<RepositoryName>(), Err(unseen));
}

#[test]
fn r002_tags_fit_their_grammar() {
    let long = "t".repeat(128);
    for tag in ["latest", "_", "1", "V1.0-rc.1_x", "a..b", "a--", &long] {
        assert_eq!(tag.parse::<Tag>().map(|read| read.to_string()), Ok(tag.to_owned()));
    }
    let longer = "t".repeat(129);
    for tag in ["", ".a", "-a", "a b", "a+b", "a/b", "a:b", "a@b", "ä", &longer] {
        assert_eq!(tag.parse::<Tag>(), Err(ReferenceError::Tag(tag.to_owned())), "{tag}");
    }
    let unseen = ReferenceError::Invisible { text: "a\n".to_owned(), character: '\n' };
    assert_eq!("a\n".parse::<Tag>(), Err(unseen));
}

#[test]
fn r008_the_display_form_is_as_short_as_docker_writes_it() {
    let check =
        |text: &str, expected: &str| assert_eq!(parse(text).to_string(), expected, "{text}");
    check("docker.io/library/alpine:3.20", "alpine:3.20");
    check("index.docker.io/library/alpine", "alpine");
    check("docker.io/someone/app:1", "someone/app:1");
    check("docker.io/library/a/b", "library/a/b");
    check("ghcr.io/library/alpine:1", "ghcr.io/library/alpine:1");
    check("localhost:5000/library/a", "localhost:5000/library/a");
}

#[test]
fn a_character_that_no_eye_sees_is_named() {
    let check = |text: &str, part: &str, character: char| {
        let error = text.parse::<Reference>().unwrap_err();
        let expected = ReferenceError::Invisible { text: part.to_owned(), character };
        assert_eq!(error, expected, "{}", text.escape_unicode());
        let said = error.to_string();
        assert!(said.contains(&format!("U+{:04X}", u32::from(character))), "{said}");
        assert!(!said.contains(character), "{said}");
    };
    check("app:v1\u{200b}", "v1\u{200b}", '\u{200b}');
    check("app:v\u{2060}1", "v\u{2060}1", '\u{2060}');
    check("\u{feff}app", "library/\u{feff}app", '\u{feff}');
    check("ghcr.io/a\u{ad}b/c", "a\u{ad}b/c", '\u{ad}');
    check("ghcr.io/A\u{202e}b", "A\u{202e}b", '\u{202e}');
    check("reg\u{200e}.example/a", "reg\u{200e}.example", '\u{200e}');
    check("app:1\u{a0}", "1\u{a0}", '\u{a0}');
    let digest = format!("sha256:{}\u{200f}", "a".repeat(64));
    check(&format!("app@{digest}"), &digest, '\u{200f}');
}
