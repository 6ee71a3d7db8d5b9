//! Referrers on registries without the API that a page can ask: the router of distribution answers its path
//! without CORS headers, and others in other ways. The log of the browser counts the requests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use devtools::browser::Look;
use test_registry::{Cors, Referrers, Switches, TestRegistry, digest_of};

use crate::{
    servers::{DockerRegistry, Server, push_blob, put_manifest},
    stage::Stage,
};

const OCI: &str = "application/vnd.oci.image";
const COSIGN: &str = "application/vnd.dev.cosign.artifact.sig.v1+json";

/// The number of referrers of an image under its fallback tag.
const REFERRERS: usize = 10;

/// Puts images with referrers under both kinds of tags into a registry that is asked over plain HTTP.
fn fill(host: &str) {
    push_blob(host, "a/b", b"{}");
    for tag in ["one", "two"] {
        let image = manifest(tag, "");
        put(host, tag, "manifest", &image);
        let subject = digest_of(image.as_bytes());
        let entries: Vec<String> =
            (0..REFERRERS).map(|number| referrer(host, number, &subject)).collect();
        let index = format!(
            r#"{{"schemaVersion":2,"mediaType":"{OCI}.index.v1+json","manifests":[{}]}}"#,
            entries.join(",")
        );
        let fallback = subject.replace(':', "-");
        put(host, &fallback, "index", &index);
        let signature = manifest("signature", &format!(r#","artifactType":"{COSIGN}""#));
        put(host, &format!("{fallback}.sig"), "manifest", &signature);
    }
}

/// Pushes a referrer, and returns its entry in an index.
fn referrer(host: &str, number: usize, subject: &str) -> String {
    let artifact = manifest(&format!("{number} of {subject}"), "");
    let digest = digest_of(artifact.as_bytes());
    put(host, &digest, "manifest", &artifact);
    let size = artifact.len();
    format!(
        r#"{{"mediaType":"{OCI}.manifest.v1+json","digest":"{digest}","size":{size},"artifactType":"test/kind-{number}"}}"#
    )
}

fn manifest(name: &str, more: &str) -> String {
    let config = digest_of(b"{}");
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{OCI}.manifest.v1+json"{more},"config":{{"mediaType":"{OCI}.config.v1+json","digest":"{config}","size":2}},"layers":[],"annotations":{{"name":"{name}"}}}}"#
    )
}

fn put(host: &str, reference: &str, kind: &str, document: &str) {
    let kind = format!("{OCI}.{kind}.v1+json");
    let reply = put_manifest(host, "a/b", reference, &kind, document.as_bytes());
    assert_eq!(reply.status, 201, "{}", reply.text());
}

/// Opens the referrers of both images, and checks what is told and what was asked.
async fn check(host: &str, told: &str) {
    let stage = Stage::open(Look::default()).await;
    for (tag, api, fallback) in [("one", 1, 1), ("two", 0, 1)] {
        stage.page.requests().await.unwrap();
        stage.visit(&format!("#/{host}/a/b:{tag}?view=referrers")).await;
        stage.sees("test/kind-9").await;
        stage.sees(COSIGN).await;
        stage.sees("found by the fallback tag").await;
        stage.sees(told).await;
        stage.settled().await;
        let sent = stage.page.requests().await.unwrap();
        let asked = |part: &str| sent.iter().filter(|sent| sent.url.contains(part)).count();
        assert_eq!(asked("/referrers/"), api, "{sent:?}");
        let lists = asked("/referrers/") + asked("/manifests/sha256-");
        assert_eq!(lists, api + fallback + 3, "the list of one image: {sent:?}");
        assert_eq!(asked("/manifests/sha256:"), 0, "no entry is read: {sent:?}");
    }
    reload(&stage, told).await;
    assert_eq!(stage.page.violations().await.unwrap(), [""; 0]);
    stage.page.close().await.unwrap();
}

/// Reloads the page, and checks that the API is asked again only when the person wants it.
async fn reload(stage: &Stage, told: &str) {
    stage.page.requests().await.unwrap();
    stage.page.client().refresh().await.unwrap();
    for asks in [0, 1] {
        stage.sees("test/kind-9").await;
        stage.sees(told).await;
        stage.settled().await;
        let sent = stage.page.requests().await.unwrap();
        let asked = |part: &str| sent.iter().filter(|sent| sent.url.contains(part)).count();
        assert_eq!(asked("/referrers/"), asks, "{sent:?}");
        assert!(asked("/manifests/sha256-") > 0, "{sent:?}");
        stage.press("Try again").await;
    }
}

#[tokio::test]
async fn r105_errors_without_cors_headers_leave_the_tags() {
    let unreadable = "This page cannot read what the referrers API answers";
    for (referrers, cors, told) in [
        (Referrers::Absent, Cors::BareErrors, unreadable),
        (Referrers::NotAcceptable, Cors::BareErrors, unreadable),
        (Referrers::Redirected, Cors::Exposed, unreadable),
        (Referrers::NotAcceptable, Cors::Exposed, "This registry has no referrers API"),
    ] {
        let registry =
            TestRegistry::start(Switches::default().referrers(referrers).cors(cors)).unwrap();
        fill(&registry.host());
        check(&registry.host(), told).await;
    }
}

/// Checks with CNCF distribution, which has the CORS headers of docs/registries.md.
#[tokio::test]
async fn r105_on_distribution_the_tags_hold_the_referrers() {
    let registry = DockerRegistry::start();
    fill(&registry.host());
    check(&registry.host(), "This page cannot read what the referrers API answers").await;
}
