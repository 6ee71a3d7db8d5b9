//! Replays recorded answers of Docker's distribution registry and of Docker Hub through the wire protocol.
//! Compares the requests that we would send, and the results that we read from the answers.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use porthole::{
    client::{Connection, RemoteRegistry},
    error::Result,
    oci::{Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag},
    registry::Read,
    testing::{Reply, Scripted, VirtualClock},
    transport::Stack,
    wire::{
        BaseUrl, Endpoint, ErrorDocument, FailureKind, Headers, Rejection, ScopeSet, Subject, Url,
        Window,
        accept::Accept,
        challenge::{self, Demand},
        describe,
        headers::name,
        link::{self, NextLink},
        list, page, range,
    },
};
use serde_json::Value;

use crate::fixtures::{bytes, cases, of_kind};

/// A recorded request with its answer.
struct Exchange {
    name: String,
    path: String,
    status: u16,
    headers: Headers,
    body: Bytes,
}

impl Exchange {
    fn read(case: &Value) -> Self {
        let (request, response) = (&case["request"], &case["response"]);
        let fields = response["headers"].as_array().unwrap();
        let headers = fields.iter().map(|f| (f[0].as_str().unwrap(), f[1].as_str().unwrap()));
        let body = match response["bodyBase64"].as_str() {
            Some(text) => STANDARD.decode(text).unwrap(),
            None => response["body"].as_str().unwrap_or_default().into(),
        };
        Self {
            name: case["name"].as_str().unwrap().to_owned(),
            path: request["path"].as_str().unwrap().to_owned(),
            status: u16::try_from(response["status"].as_u64().unwrap()).unwrap(),
            headers: headers.collect(),
            body: body.into(),
        }
    }

    fn url(&self) -> Url {
        Url::parse(&format!("https://registry.example.com{}", self.path)).unwrap()
    }

    fn digest_in_path(&self) -> Option<Digest> {
        self.path.rsplit('/').next()?.parse().ok()
    }

    /// Returns the endpoint that we would request, from the recorded path.
    fn endpoint(&self) -> Option<Endpoint> {
        let path = self.url().path().trim_start_matches("/v2/").to_owned();
        let parameter = |key| self.url().parameters().find(|(name, _)| name == key);
        let n = parameter("n").and_then(|(_, n)| n.parse().ok());
        let window = Window { n, last: parameter("last").map(|(_, last)| last) };
        if path == "_catalog" {
            return Some(Endpoint::Catalog { window });
        }
        let (name, kind, last) = split(&path)?;
        let repository: RepositoryName = name.parse().unwrap();
        let is_head = self.name.contains("head");
        Some(match kind {
            "tags" => Endpoint::Tags { repository, window },
            "blobs" if is_head => Endpoint::StatBlob { repository, digest: last.parse().ok()? },
            "blobs" => Endpoint::GetBlob { repository, digest: last.parse().ok()? },
            "referrers" => {
                let (digest, artifact_type) = (last.parse().ok()?, None);
                Endpoint::Referrers { repository, digest, artifact_type }
            }
            "manifests" if self.name.contains("put") => {
                let (reference, tags) = (last.parse().ok()?, Vec::new());
                Endpoint::PutManifest { repository, reference, tags }
            }
            "manifests" if is_head => {
                Endpoint::StatManifest { repository, reference: last.parse().ok()? }
            }
            "manifests" => Endpoint::GetManifest { repository, reference: last.parse().ok()? },
            _ => return None,
        })
    }

    fn failure(&self) -> FailureKind {
        let document = ErrorDocument::read(self.status, &self.body);
        let error = challenge::parse(self.headers.all(name::WWW_AUTHENTICATE)).unwrap();
        let error = error.iter().find_map(challenge::Challenge::error);
        FailureKind::of(&self.endpoint().unwrap(), &document, error.as_ref())
    }
}

/// Splits a path such as `built/multi/tags/list` into repository, kind and last part.
fn split(path: &str) -> Option<(&str, &str, &str)> {
    let (rest, last) = path.rsplit_once('/')?;
    let (repository, kind) = rest.rsplit_once('/')?;
    Some((repository, kind, last))
}

fn exchanges() -> Vec<Exchange> {
    let cases = cases("http-exchange/registry-exchanges.json");
    cases.iter().map(Exchange::read).collect()
}

fn named(name: &str) -> Option<Exchange> {
    exchanges().into_iter().find(|exchange| exchange.name == name)
}

#[test]
fn our_endpoints_make_the_recorded_urls() {
    let base = BaseUrl::parse("https://registry.example.com").unwrap();
    let sorted = |url: &Url| {
        let mut parameters: Vec<_> = url.parameters().collect();
        parameters.sort();
        (url.path().to_owned(), parameters)
    };
    let mut count = 0;
    for exchange in exchanges() {
        if let Some(endpoint) = exchange.endpoint() {
            assert_eq!(sorted(&endpoint.url(&base)), sorted(&exchange.url()), "{}", exchange.name);
            count += 1;
        }
    }
    println!("{count} URLs");
}

#[test]
fn r023_recorded_failures_have_their_kinds() {
    let blob = format!("sha256:{}", "1".repeat(64));
    let missing = FailureKind::ReferencesUnknown(Some(blob.parse().unwrap()));
    let expected = [
        ("tags-unknown-repository", FailureKind::Unknown(Subject::Repository)),
        ("manifest-not-modified", FailureKind::NotModified),
        ("blob-unknown", FailureKind::Unknown(Subject::Blob)),
        ("blob-head-unknown", FailureKind::Unknown(Subject::Blob)),
        ("manifest-put-missing-blobs", missing),
        ("manifest-put-digest-mismatch", FailureKind::Rejected(Rejection::Digest)),
        ("auth-bearer-catalog", FailureKind::Unauthorized),
        ("auth-bearer-head", FailureKind::Unauthorized),
        ("auth-basic-tags", FailureKind::Unauthorized),
    ];
    for (name, kind) in expected {
        if let Some(exchange) = named(name) {
            assert_eq!(exchange.failure(), kind, "{name}");
        }
    }
}

#[test]
fn r063_recorded_challenges_name_realm_service_and_scope() {
    let expected = [
        ("auth-bearer-catalog", "registry:catalog:*"),
        ("auth-bearer-head", "repository:built/multi:pull"),
    ];
    for (name, wanted) in expected {
        let Some(exchange) = named(name) else { return };
        let challenges = challenge::parse(exchange.headers.all("www-authenticate")).unwrap();
        let Some(Demand::Bearer { realm, service, scope, .. }) = challenge::choose(&challenges)
        else {
            panic!("{name} asks for no token");
        };
        assert_eq!(realm, "https://auth.example.com/token");
        assert_eq!(service.as_deref(), Some("registry.example.com"));
        let asked: ScopeSet = scope.unwrap().parse().unwrap();
        assert_eq!(asked.to_string(), wanted);
        // We request this scope even before the registry asks for it.
        assert_eq!(asked, ScopeSet::for_endpoint(&exchange.endpoint().unwrap()), "{name}");
    }
    if let Some(exchange) = named("auth-basic-tags") {
        let challenges = challenge::parse(exchange.headers.all("www-authenticate")).unwrap();
        let realm = Some("Example Realm".to_owned());
        assert_eq!(challenge::choose(&challenges), Some(Demand::Basic { realm }));
    }
}

/// Returns what the client makes of one recorded answer to a question about a manifest.
fn resolved(headers: &Headers, asked: &ManifestRef) -> Result<Descriptor> {
    let clock = VirtualClock::default();
    let mut reply = Reply::status(200);
    for (name, value) in headers.iter() {
        reply = reply.header(name, value);
    }
    let script = Scripted::answering(clock.shared(), move |_, _| reply.clone());
    let stack = Stack::over(script, clock.shared());
    let connection = Connection::to(&"registry.example".parse().unwrap()).unwrap();
    let registry = RemoteRegistry::new(connection, &stack);
    let repository = "a/b".parse().unwrap();
    clock.run(registry.resolve(&repository, asked)).unwrap()
}

#[test]
fn r029_recorded_answers_describe_themselves() {
    let mut count = 0;
    for exchange in exchanges() {
        let is_whole = exchange.status == 200 && exchange.headers.contains("docker-content-digest");
        if !is_whole {
            continue;
        }
        let asked = exchange.digest_in_path();
        let reference = asked.clone().map_or(Tag::latest().into(), ManifestRef::from);
        let found = resolved(&exchange.headers, &reference).unwrap();
        if !exchange.body.is_empty() {
            assert_eq!(found.size, exchange.body.len() as u64, "{}", exchange.name);
        }
        assert!(asked.is_none_or(|asked| asked == found.digest), "{}", exchange.name);
        count += 1;
    }
    println!("{count} answers");
}

#[test]
fn r164_distribution_answers_a_wrong_accept_with_schema_1_or_404() {
    let Some(exchange) = named("manifest-docker-list-without-accept") else { return };
    let found = describe::content_type(&exchange.headers);
    assert_eq!(found, Some(MediaType::DOCKER_V1_SIGNED));
    assert_eq!(Accept::Oci.second(exchange.status, found.as_ref(), true), Some(Accept::Docker));
}

#[test]
fn r083_a_recorded_range_is_as_asked() {
    let Some(exchange) = named("blob-range") else { return };
    let judged = range::judge(0, Some(228), exchange.status, &exchange.headers);
    assert_eq!(judged, range::Part::AsAsked);
    let judged = range::judge(1, Some(228), exchange.status, &exchange.headers);
    assert_eq!(judged, range::Part::WrongStart);
}

#[test]
fn r105_distribution_has_no_referrers_api() {
    let Some(exchange) = named("referrers-unsupported") else { return };
    let document = ErrorDocument::read(exchange.status, &exchange.body);
    assert_eq!(document.to_string(), r#"HTTP 404 Not Found: "404 page not found""#);
}

#[test]
fn r098_recorded_catalog_pages_lead_on() {
    for (name, next) in [
        ("catalog-page-2", Some("/v2/_catalog?last=built%2Fzstd-chunked&n=2")),
        ("cors-catalog-page", Some("/v2/_catalog?last=attest%2Funsigned-index&n=1")),
        ("catalog-all", None),
    ] {
        let Some(exchange) = named(name) else { return };
        let Some(Endpoint::Catalog { window }) = exchange.endpoint() else { panic!("{name}") };
        let listed = list::repositories(exchange.body.clone()).unwrap();
        assert!(listed.issues.is_empty());
        let link = link::next(&exchange.url(), exchange.headers.all("link"));
        let found = page::next(&exchange.url(), &window, &listed.items, link);
        let expected = match next {
            Some(path) => page::Next::Page(page::Cursor::Url(exchange.url().join(path).unwrap())),
            None => page::Next::End,
        };
        assert_eq!(found, expected, "{name}");
        // The same page with a hidden link continues after its last item.
        let blind = page::next(&exchange.url(), &window, &listed.items, NextLink::None);
        let last = listed.items.last().unwrap().clone();
        let after = page::Next::Page(page::Cursor::After(last));
        assert_eq!(blind, if next.is_some() { after } else { page::Next::End }, "{name}");
    }
}

#[test]
fn r095_tag_lists_of_real_registries() {
    for fixture in of_kind("http-tag-list") {
        let listed = list::tags(fixture.read("").into()).unwrap();
        let count = fixture.expected["tags"].as_u64().unwrap() as usize;
        assert_eq!((listed.items.len(), listed.issues.len()), (count, 0), "{}", fixture.path);
        assert_eq!(listed.items.first().map(String::as_str), fixture.expected["first"].as_str());
        assert_eq!(listed.items.last().map(String::as_str), fixture.expected["last"].as_str());
        let (fresh, _) = page::Pages::new().take(listed.items, page::Next::End);
        let distinct = fixture.expected["distinct"].as_u64().unwrap() as usize;
        assert_eq!(fresh.len(), distinct, "{}", fixture.path);
        assert!(fresh.iter().all(|tag| tag.parse::<porthole::oci::Tag>().is_ok()));
    }
}

/// Reads the headers of the older recordings, whose names have underscores, as Python's test tools write them.
fn recorded_headers(path: &str) -> Headers {
    let fields: Value = serde_json::from_slice(&bytes(path)).unwrap();
    let fields = fields.as_object().unwrap();
    fields.iter().map(|(name, value)| (name.replace('_', "-"), value.as_str().unwrap())).collect()
}

#[test]
fn r098_docker_hubs_opaque_cursor_is_followed_as_it_is() {
    for fixture in of_kind("http-paged-tag-list") {
        let folder = fixture.path.trim_end_matches('/');
        let request = "https://registry.hub.docker.com/v2/microsoft/dotnet/tags/list?n=3";
        let request = Url::parse(request).unwrap();
        let window = Window { n: Some(3), last: None };
        let first = list::tags(fixture.read("page-1.json").into()).unwrap().items;
        let headers = recorded_headers(&format!("{folder}/headers-page-1.json"));
        let next = page::next(&request, &window, &first, link::next(&request, headers.all("link")));
        let page::Next::Page(page::Cursor::Url(url)) = &next else { panic!("{next:?}") };
        let cursor = headers.get("link").unwrap().split_once("last=").unwrap().1;
        let cursor = cursor.split_once("&n=3>").unwrap().0;
        assert!(url.query().unwrap().contains(cursor), "{url}");
        let second = list::tags(fixture.read("page-2.json").into()).unwrap().items;
        let headers = recorded_headers(&format!("{folder}/headers-page-2.json"));
        assert_eq!(link::next(url, headers.all("link")), NextLink::None);
        let mut pages = page::Pages::new();
        let (first, _) = pages.take(first, next);
        let (second, _) = pages.take(second, page::Next::End);
        assert_eq!((first.len(), second.len()), (183, 831));
    }
}

#[test]
fn r029_headers_of_a_real_manifest_describe_it() {
    for fixture in of_kind("http-manifest-headers") {
        let headers = recorded_headers(&fixture.path);
        let found = resolved(&headers, &Tag::latest().into()).unwrap();
        assert_eq!(found.media_type, MediaType::DOCKER_MANIFEST);
        assert_eq!(
            Some(found.size.to_string().as_str()),
            fixture.expected["content_length"].as_str()
        );
        let digest = fixture.expected["docker_content_digest"].as_str();
        assert_eq!(Some(found.digest.as_str()), digest);
    }
}
