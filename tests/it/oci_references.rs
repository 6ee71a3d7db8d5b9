//! Checks references, names and digests against the tables of the projects that define them.

use std::str::FromStr;

use porthole::oci::{Digest, Host, Reference};
use serde_json::Value;

use crate::{
    differences::check,
    fixtures::{text, vector},
};

/// Checks for every case that its input parses if, and only if, its field says so.
fn check_validity<T: FromStr>(name: &str, field: &str) {
    for case in vector(name) {
        let input = text(&case, "input");
        let valid = case[field].as_bool().expect("the case says whether it is valid");
        check(name, &input, T::from_str(&input).is_ok(), valid);
    }
}

fn canonical(input: &str) -> Option<String> {
    input.parse::<Reference>().ok().map(|reference| reference.canonical())
}

/// Splits a reference into host and repository.
fn split(input: &str) -> Option<(String, String)> {
    let reference: Reference = input.parse().ok()?;
    Some((reference.host.to_string(), reference.repository.to_string()))
}

#[test]
fn r003_digests_fit_their_grammar() {
    check_validity::<Digest>("digest-parse", "valid");
    check_validity::<Digest>("ggcr-hash", "valid");
    for case in vector("digest-parse").iter().filter(|case| case["valid"] == true) {
        let digest: Digest = text(case, "input").parse().expect("valid");
        assert_eq!(digest.algorithm().name(), text(case, "algorithm"));
        assert_eq!(digest.encoded(), text(case, "encoded"));
        assert_eq!(digest.to_string(), text(case, "input"));
    }
    for case in vector("regexp-identifier") {
        let digest = format!("sha256:{}", text(&case, "input"));
        assert_eq!(digest.parse::<Digest>().is_ok(), case["match"], "{digest}");
    }
}

#[test]
fn r001_names_that_docker_refuses_are_refused() {
    check_validity::<Reference>("reference-name-invalid", "valid");
    check_validity::<Reference>("reference-normalized-validity", "valid");
    check_validity::<Reference>("ggcr-repository-names", "weak");
    for case in vector("regexp-name") {
        let input = text(&case, "input");
        check("regexp-name", &input, input.parse::<Reference>().is_ok(), case["match"] == true);
    }
}

#[test]
fn r002_tags_fit_their_grammar() {
    check_validity::<Reference>("ggcr-tag-names", "weak");
    check_validity::<Reference>("ggcr-digest-names", "weak");
}

#[test]
fn r004_references_are_split_as_distribution_does() {
    for case in vector("reference-parse") {
        let input = text(&case, "input");
        let parsed = input.parse::<Reference>().ok();
        let ours = parsed.map(|reference| {
            let tag = reference.tag.as_ref().map_or("", |tag| tag.as_str()).to_owned();
            let digest = reference.digest.as_ref().map_or("", Digest::as_str).to_owned();
            (reference.host.to_string(), tag, digest)
        });
        let domain = text(&case, "domain");
        let host = if domain.is_empty() { "docker.io".to_owned() } else { domain };
        let theirs = (host, text(&case, "tag"), text(&case, "digest"));
        check("reference-parse", &input, ours, (case["valid"] == true).then_some(theirs));
    }
    for case in vector("regexp-reference") {
        let input = text(&case, "input");
        check(
            "regexp-reference",
            &input,
            input.parse::<Reference>().is_ok(),
            case["match"] == true,
        );
    }
    for case in vector("containerd-reference") {
        let input = text(&case, "input");
        let valid = case["error"].is_null() && !text(&case, "object").is_empty();
        let theirs = valid.then(|| text(&case, "normalized"));
        check("containerd-reference", &input, canonical(&input), theirs);
    }
}

#[test]
fn r004_first_components_are_hosts_by_dot_port_or_bracket() {
    for name in ["reference-split-hostname", "reference-split-hostname-normalized"] {
        for case in vector(name) {
            let input = text(&case, "input");
            check(name, &input, split(&input), Some((text(&case, "domain"), text(&case, "name"))));
        }
    }
    for case in vector("reference-parse-named").iter().filter(|case| case["valid"] == true) {
        let input = text(case, "input");
        let theirs = Some((text(case, "domain"), text(case, "name")));
        check("reference-parse-named", &input, split(&input), theirs);
    }
    for case in vector("regexp-domain") {
        let input = text(&case, "input");
        check("regexp-domain", &input, Host::from_str(&input).is_ok(), case["match"] == true);
    }
    for case in vector("ggcr-registry-names") {
        let input = text(&case, "input");
        check("ggcr-registry-names", &input, Host::from_str(&input).is_ok(), case["weak"] == true);
    }
    for case in vector("regclient-ref-host") {
        let input = text(&case, "host");
        let registry = case["registry"].as_str().filter(|registry| !registry.is_empty());
        let ours = Host::from_str(&input).ok().map(|host| host.to_string());
        check("regclient-ref-host", &input, ours, registry.map(str::to_owned));
    }
}

#[test]
fn r005_r006_r008_docker_names_are_normalised_and_shortened() {
    for case in vector("reference-normalize") {
        for field in ["AmbiguousName", "FamiliarName", "FullName"] {
            let input = text(&case, field);
            if input.is_empty() {
                continue;
            }
            let parsed = input.parse::<Reference>().ok();
            let shown = |show: fn(&Reference) -> String| parsed.as_ref().map(show);
            for (ours, field) in [
                (shown(Reference::canonical), "FullName"),
                (shown(Reference::to_string), "FamiliarName"),
                (shown(|reference| reference.host.to_string()), "Domain"),
                (shown(|reference| reference.repository.to_string()), "RemoteName"),
            ] {
                check("reference-normalize", &input, ours, Some(text(&case, field)));
            }
        }
    }
}

#[test]
fn r007_no_tag_is_filled_in_where_other_clients_do() {
    for case in vector("reference-parse-docker-ref") {
        let input = text(&case, "input");
        let expected = text(&case, "expected");
        // The original drops a tag that stands beside a digest, and fills in `latest`.
        let ours = input.parse::<Reference>().ok().map(|mut reference| {
            let had_neither = reference.tag.is_none() && reference.digest.is_none();
            if reference.digest.is_some() {
                reference.tag = None;
            }
            let latest = if had_neither { ":latest" } else { "" };
            format!("{}{latest}", reference.canonical())
        });
        check("reference-parse-docker-ref", &input, ours, Some(expected));
    }
    for case in vector("regclient-ref") {
        check_regclient(&case);
    }
}

fn check_regclient(case: &Value) {
    let input = text(case, "ref");
    let registry = case["registry"].as_str().filter(|registry| !registry.is_empty());
    let ours = input.parse::<Reference>().ok().map(|reference| {
        let implied = if reference.digest.is_none() { "latest" } else { "" };
        let tag = reference.tag.as_ref().map_or(implied, |tag| tag.as_str()).to_owned();
        let digest = reference.digest.as_ref().map_or("", Digest::as_str).to_owned();
        [reference.host.to_string(), reference.repository.to_string(), tag, digest]
    });
    let fields = ["registry", "repository", "tag", "digest"];
    let theirs = registry.map(|_| fields.map(|field| text(case, field)));
    check("regclient-ref", &input, ours, theirs);
}

#[test]
fn r007_defaults_of_other_clients_are_not_ours() {
    for case in vector("ggcr-default-registry-tag") {
        let input = text(&case, "input");
        let theirs = Some(text(&case, "expected"));
        check("ggcr-default-registry-tag", &input, canonical(&input), theirs);
    }
    for case in vector("reference-parse-any") {
        let input = text(&case, "input");
        check("reference-parse-any", &input, canonical(&input), Some(text(&case, "string")));
    }
}

#[test]
fn r011_display_and_full_forms_of_index_synthesis_agree() {
    for case in vector("metascripts-parse-ref") {
        let input = text(&case, "input");
        let shown = input.parse::<Reference>().ok().map(|reference| reference.to_string());
        check("metascripts-parse-ref", &input, canonical(&input), Some(text(&case, "full")));
        check("metascripts-parse-ref", &input, shown, Some(text(&case, "short")));
    }
}
