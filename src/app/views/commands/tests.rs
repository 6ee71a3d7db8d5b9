//! Tests of `commands.rs`.

#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;
use crate::app::Route;

const D: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn place(address: &str) -> Place {
    match Route::parse(address) {
        Route::Reference(place) => *place,
        other => panic!("{address} is {other:?}"),
    }
}

fn text(tool: Tool, view: View, address: &str, known: bool) -> String {
    let (place, digest) = (place(address), D.parse().unwrap());
    let known = known.then_some(&digest);
    let subject = Subject { place: &place, digest: known, config: known, layer: known };
    command(tool, view, &subject).unwrap_or_default().replace(D, "DIGEST")
}

#[test]
fn every_view_and_tool_over_https() {
    let check = |tool, view, expected: &str| {
        let address = "#/ghcr.io/a/b:1?platform=linux/arm64/v8";
        assert_eq!(text(tool, view, address, false), expected, "{tool:?} {view:?}");
    };
    use Tool::*;
    check(Crane, View::Tree, "crane manifest --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .");
    check(Crane, View::Json, "crane manifest --platform linux/arm64/v8 ghcr.io/a/b:1");
    check(Crane, View::Config, "crane config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .config");
    check(
        Crane,
        View::History,
        "crane config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .history",
    );
    check(
        Crane,
        View::Layers,
        "crane manifest --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .layers",
    );
    check(Crane, View::Referrers, "");
    check(Crane, View::Verify, "crane validate --platform linux/arm64/v8 --remote ghcr.io/a/b:1");
    check(Regctl, View::Tree, "regctl artifact tree --digest-tags ghcr.io/a/b:1");
    check(
        Regctl,
        View::Json,
        "regctl manifest get --platform linux/arm64/v8 --format raw-body ghcr.io/a/b:1",
    );
    check(
        Regctl,
        View::Config,
        "regctl image config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .config",
    );
    check(
        Regctl,
        View::History,
        "regctl image config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .history",
    );
    check(
        Regctl,
        View::Layers,
        "regctl manifest get --platform linux/arm64/v8 --format raw-body ghcr.io/a/b:1 | jq .layers",
    );
    check(
        Regctl,
        View::Referrers,
        "regctl artifact list --digest-tags --platform linux/arm64/v8 ghcr.io/a/b:1",
    );
    check(
        Regctl,
        View::Verify,
        "regctl image copy --platform linux/arm64/v8 --referrers ghcr.io/a/b:1 ocidir://b",
    );
    check(Oras, View::Tree, "oras discover --platform linux/arm64/v8 --format tree ghcr.io/a/b:1");
    check(Oras, View::Json, "oras manifest fetch --platform linux/arm64/v8 ghcr.io/a/b:1");
    check(
        Oras,
        View::Config,
        "oras manifest fetch-config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .config",
    );
    check(
        Oras,
        View::History,
        "oras manifest fetch-config --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .history",
    );
    check(
        Oras,
        View::Layers,
        "oras manifest fetch --platform linux/arm64/v8 ghcr.io/a/b:1 | jq .layers",
    );
    check(
        Oras,
        View::Referrers,
        "oras discover --platform linux/arm64/v8 --format json ghcr.io/a/b:1",
    );
    check(
        Oras,
        View::Verify,
        "oras copy --platform linux/arm64/v8 --to-oci-layout ghcr.io/a/b:1 b:checked",
    );
    let skopeo = "skopeo --override-os linux --override-arch arm64 --override-variant v8";
    check(Skopeo, View::Tree, &format!("{skopeo} inspect docker://ghcr.io/a/b:1"));
    check(Skopeo, View::Json, "skopeo inspect --raw docker://ghcr.io/a/b:1");
    check(
        Skopeo,
        View::Config,
        &format!("{skopeo} inspect --config docker://ghcr.io/a/b:1 | jq .config"),
    );
    check(
        Skopeo,
        View::History,
        &format!("{skopeo} inspect --config docker://ghcr.io/a/b:1 | jq .history"),
    );
    check(
        Skopeo,
        View::Layers,
        &format!("{skopeo} inspect docker://ghcr.io/a/b:1 | jq .LayersData"),
    );
    check(Skopeo, View::Referrers, "");
    check(Skopeo, View::Verify, &format!("{skopeo} copy docker://ghcr.io/a/b:1 oci:b:checked"));
    check(Docker, View::Tree, "docker buildx imagetools inspect ghcr.io/a/b:1");
    check(Docker, View::Json, "docker buildx imagetools inspect --raw ghcr.io/a/b:1");
    check(
        Docker,
        View::Config,
        "docker buildx imagetools inspect --format '{{json .Image}}' ghcr.io/a/b:1",
    );
    check(
        Docker,
        View::History,
        "docker pull --platform linux/arm64/v8 ghcr.io/a/b:1 && docker history --no-trunc ghcr.io/a/b:1",
    );
    check(
        Docker,
        View::Layers,
        "docker buildx imagetools inspect --raw ghcr.io/a/b:1 | jq .layers",
    );
    check(
        Docker,
        View::Referrers,
        "docker buildx imagetools inspect --format '{{json .Provenance}}' ghcr.io/a/b:1",
    );
    check(Docker, View::Verify, "docker pull --platform linux/arm64/v8 ghcr.io/a/b:1");
}

#[test]
fn plain_http_is_said_to_each_tool_in_its_own_words() {
    let check = |tool, view, expected: &str| {
        assert_eq!(text(tool, view, "#/http://reg.local:5000/b:1", true), expected);
    };
    check(Tool::Crane, View::Json, "crane manifest --insecure reg.local:5000/b:1");
    check(
        Tool::Regctl,
        View::Layers,
        "regctl --host reg=reg.local:5000,tls=disabled blob get reg.local:5000/b DIGEST > layer",
    );
    check(
        Tool::Oras,
        View::Verify,
        "oras copy --from-plain-http --to-oci-layout reg.local:5000/b:1 b:checked",
    );
    check(
        Tool::Skopeo,
        View::Verify,
        "skopeo copy --all --src-tls-verify=false docker://reg.local:5000/b:1 oci:b:checked",
    );
    check(
        Tool::Curl,
        View::Config,
        "curl -fsSL http://reg.local:5000/v2/b/blobs/DIGEST | jq .config",
    );
    check(
        Tool::Curl,
        View::Referrers,
        "curl -fsSL http://reg.local:5000/v2/b/referrers/DIGEST | jq .manifests",
    );
    check(
        Tool::Curl,
        View::Verify,
        "curl -fsSL http://reg.local:5000/v2/b/blobs/DIGEST | sha256sum",
    );
    let place = place("#/http://reg.local:5000/b:1");
    let subject = Subject { place: &place, digest: None, config: None, layer: None };
    assert_eq!(
        preparation(Tool::Docker, &subject).as_deref(),
        Some(r#"{ "insecure-registries": ["reg.local:5000"] }"#)
    );
    assert_eq!(preparation(Tool::Crane, &subject), None);
}

/// Docker asks 127.0.0.0/8 over plain http by itself, and no address of a network.
#[test]
fn docker_is_told_of_plain_http_in_a_network() {
    let check = |host: &str, is_told: bool| {
        let address = format!("#/http://{host}/a:1");
        let Route::Reference(place) = Route::parse(&address) else { panic!("{address}") };
        let subject = Subject { place: &place, digest: None, config: None, layer: None };
        assert_eq!(preparation(Tool::Docker, &subject).is_some(), is_told, "{host}");
    };
    check("localhost:5000", false);
    check("127.0.0.2:5000", false);
    check("10.0.0.5:5000", true);
    check("localhost.reg.test", true);
}

#[test]
fn docker_hub_needs_its_endpoint_and_a_token() {
    let line = text(Tool::Curl, View::Json, "#/alpine:3", false);
    assert!(line.starts_with("TOKEN=$(curl -fsSL 'https://auth.docker.io/token?service=registry.docker.io&scope=repository:library/alpine:pull'"));
    assert!(line.ends_with(" https://registry-1.docker.io/v2/library/alpine/manifests/3"));
    assert_eq!(
        text(Tool::Crane, View::Json, "#/alpine:3", false),
        "crane manifest docker.io/library/alpine:3"
    );
}

#[test]
fn only_what_fits_a_grammar_gets_into_a_command() {
    let address = "#/ghcr.io/a/b:1?platform=linux/$(reboot)";
    assert_eq!(text(Tool::Crane, View::Json, address, false), "crane manifest ghcr.io/a/b:1");
    let address = "#/ghcr.io/a/b:1?platform=--output/x";
    assert_eq!(text(Tool::Crane, View::Json, address, false), "crane manifest ghcr.io/a/b:1");
    assert_eq!(quote("a b"), "'a b'");
    assert_eq!(quote("a'b$(c)"), r"'a'\''b$(c)'");
    assert_eq!(quote(""), "''");
    let address = "#/[::1]:5000/a:1";
    assert_eq!(
        text(Tool::Crane, View::Verify, address, false),
        "crane validate --insecure --remote '[::1]:5000/a:1'"
    );
    assert!(
        text(Tool::Curl, View::Json, address, false)
            .ends_with(" 'http://[::1]:5000/v2/a/manifests/1'")
    );
}

#[test]
fn a_tool_that_cannot_choose_a_platform_gets_its_digest() {
    let address = "#/ghcr.io/a/b:1?platform=linux/arm64";
    let line = |tool, view| text(tool, view, address, true);
    assert_eq!(line(Tool::Skopeo, View::Json), "skopeo inspect --raw docker://ghcr.io/a/b@DIGEST");
    assert!(line(Tool::Docker, View::Tree).ends_with(" ghcr.io/a/b@DIGEST"));
    assert!(line(Tool::Curl, View::Json).ends_with("/v2/a/b/manifests/DIGEST"));
    assert!(line(Tool::Crane, View::Json).ends_with(" --platform linux/arm64 ghcr.io/a/b:1"));
}

/// Two images for one platform are told apart by their digests alone.
#[test]
fn an_image_that_no_platform_names_is_named_by_its_digest() {
    for platform in [D, "windows/amd64 (10.0.17763)"] {
        let address = format!("#/ghcr.io/a/b:1?platform={platform}");
        for tool in Tool::ALL {
            let line = text(tool, View::Json, &address, true);
            assert!(line.contains("DIGEST") && !line.contains("b:1"), "{platform}: {line}");
        }
    }
}

#[test]
fn a_tag_gives_way_to_a_digest() {
    let address = format!("#/ghcr.io/a/b:1@{D}");
    for tool in Tool::ALL {
        let line = text(tool, View::Json, &address, false);
        assert!(line.contains("DIGEST") && !line.contains("b:1"), "{line}");
    }
}
