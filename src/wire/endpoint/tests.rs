#![allow(clippy::unwrap_used)]

use super::*;

fn repository() -> RepositoryName {
    "a/b".parse().unwrap()
}

fn digest() -> Digest {
    format!("sha256:{}", "a".repeat(64)).parse().unwrap()
}

fn location() -> Url {
    Url::parse("https://u.example/up?_state=s").unwrap()
}

fn window(n: Option<u32>, last: Option<&str>) -> Window {
    Window { n, last: last.map(str::to_owned) }
}

/// Every endpoint of the specification with its name, method and URL, `D` standing for the digest.
fn all() -> Vec<(Endpoint, &'static str, &'static str, &'static str)> {
    let tag: ManifestRef = "v1".parse().unwrap();
    let (by_digest, from) = (ManifestRef::from(digest()), "c".parse().unwrap());
    let (r, d) = (repository, digest);
    let tags = vec!["x".parse().unwrap(), "y".parse().unwrap()];
    let artifact = || Some("application/x+json".to_owned());
    let sha512 = Some(Algorithm::Sha512);
    vec![
        (Endpoint::Version, "end-1", "GET", "/v2/"),
        (Endpoint::GetBlob { repository: r(), digest: d() }, "end-2", "GET", "/v2/a/b/blobs/D"),
        (Endpoint::StatBlob { repository: r(), digest: d() }, "end-2", "HEAD", "/v2/a/b/blobs/D"),
        (
            Endpoint::GetManifest { repository: r(), reference: tag.clone() },
            "end-3",
            "GET",
            "/v2/a/b/manifests/v1",
        ),
        (
            Endpoint::StatManifest { repository: r(), reference: by_digest.clone() },
            "end-3",
            "HEAD",
            "/v2/a/b/manifests/D",
        ),
        (
            Endpoint::StartUpload { repository: r(), algorithm: None },
            "end-4a",
            "POST",
            "/v2/a/b/blobs/uploads/",
        ),
        (
            Endpoint::PostBlob { repository: r(), digest: d() },
            "end-4b",
            "POST",
            "/v2/a/b/blobs/uploads/?digest=D",
        ),
        (
            Endpoint::StartUpload { repository: r(), algorithm: sha512 },
            "end-4c",
            "POST",
            "/v2/a/b/blobs/uploads/?digest-algorithm=sha512",
        ),
        (
            Endpoint::SendChunk { location: location() },
            "end-5",
            "PATCH",
            "https://u.example/up?_state=s",
        ),
        (
            Endpoint::CommitUpload { location: location(), digest: d() },
            "end-6",
            "PUT",
            "https://u.example/up?_state=s&digest=D",
        ),
        (
            Endpoint::PutManifest { repository: r(), reference: tag.clone(), tags: Vec::new() },
            "end-7a",
            "PUT",
            "/v2/a/b/manifests/v1",
        ),
        (
            Endpoint::PutManifest { repository: r(), reference: by_digest, tags },
            "end-7b",
            "PUT",
            "/v2/a/b/manifests/D?tag=x&tag=y",
        ),
        (
            Endpoint::Tags { repository: r(), window: window(None, None) },
            "end-8a",
            "GET",
            "/v2/a/b/tags/list",
        ),
        (
            Endpoint::Tags { repository: r(), window: window(Some(9), Some("x")) },
            "end-8b",
            "GET",
            "/v2/a/b/tags/list?n=9&last=x",
        ),
        (
            Endpoint::DeleteManifest { repository: r(), reference: tag },
            "end-9",
            "DELETE",
            "/v2/a/b/manifests/v1",
        ),
        (
            Endpoint::DeleteBlob { repository: r(), digest: d() },
            "end-10",
            "DELETE",
            "/v2/a/b/blobs/D",
        ),
        (
            Endpoint::MountBlob { repository: r(), digest: d(), from },
            "end-11",
            "POST",
            "/v2/a/b/blobs/uploads/?mount=D&from=c",
        ),
        (
            Endpoint::Referrers { repository: r(), digest: d(), artifact_type: None },
            "end-12a",
            "GET",
            "/v2/a/b/referrers/D",
        ),
        (
            Endpoint::Referrers { repository: r(), digest: d(), artifact_type: artifact() },
            "end-12b",
            "GET",
            "/v2/a/b/referrers/D?artifactType=application/x%2Bjson",
        ),
        (
            Endpoint::UploadStatus { location: location() },
            "end-13",
            "GET",
            "https://u.example/up?_state=s",
        ),
        (
            Endpoint::CancelUpload { location: location() },
            "end-14",
            "DELETE",
            "https://u.example/up?_state=s",
        ),
        (
            Endpoint::Catalog { window: window(Some(5), Some("a/b")) },
            "catalog",
            "GET",
            "/v2/_catalog?n=5&last=a/b",
        ),
    ]
}

#[test]
fn every_endpoint_has_its_method_and_url() {
    let base = BaseUrl::parse("https://r.example/proxy").unwrap();
    for (endpoint, id, method, url) in all() {
        let url = url.replace('D', digest().as_str());
        let expected =
            if url.starts_with('/') { format!("https://r.example/proxy{url}") } else { url };
        assert_eq!(endpoint.id(), id);
        assert_eq!(endpoint.method().as_str(), method, "{id}");
        assert_eq!(endpoint.url(&base).to_string(), expected, "{id}");
    }
}

#[test]
fn d01_mounting_is_a_post_that_names_digest_and_source() {
    let from = "c".parse().unwrap();
    let mount = Endpoint::MountBlob { repository: repository(), digest: digest(), from };
    assert_eq!(mount.method(), Method::Post);
}

#[test]
fn r034_only_manifests_and_referrers_send_accept() {
    for (endpoint, id, ..) in all() {
        let expected = match id {
            "end-3" => Some(Accept::Oci.value()),
            "end-12a" | "end-12b" => Some("application/vnd.oci.image.index.v1+json"),
            _ => None,
        };
        assert_eq!(endpoint.accept(false).as_deref(), expected, "{id}");
    }
}

#[test]
fn r096_a_page_size_of_zero_is_left_out() {
    let base = BaseUrl::parse("https://r.example").unwrap();
    let url = Endpoint::Catalog { window: window(Some(0), None) }.url(&base);
    assert_eq!(url.to_string(), "https://r.example/v2/_catalog");
}

#[test]
fn r024_each_endpoint_names_what_it_is_about() {
    for (endpoint, id, ..) in all() {
        let expected = match id {
            "end-1" | "catalog" => Subject::Registry,
            "end-2" | "end-10" => Subject::Blob,
            "end-3" | "end-9" => Subject::Manifest,
            "end-5" | "end-6" | "end-13" | "end-14" => Subject::Upload,
            _ => Subject::Repository,
        };
        assert_eq!(endpoint.subject(), expected, "{id}");
    }
}
