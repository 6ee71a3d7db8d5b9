//! Referrers, read and kept up to date, over a registry of tags in memory.

use std::{cell::RefCell, collections::BTreeMap};

use super::*;
use crate::{
    caps,
    registry::{Referrers, ReferrersApi, ReferrersSource},
    transport::Body,
    wire::Method,
};

/// An index with one entry, whose digest is that of `name`.
fn index_of(names: &[&str], artifact_type: Option<&str>) -> String {
    let artifact = artifact_type.map(|t| format!(r#","artifactType":"{t}""#)).unwrap_or_default();
    let entries: Vec<String> = names
        .iter()
        .map(|name| {
            let digest = digest_of(name.as_bytes());
            format!(
                r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{digest}","size":7{artifact}}}"#
            )
        })
        .collect();
    let entries = entries.join(",");
    format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{entries}]}}"#
    )
}

fn index(names: &[&str], artifact_type: Option<&str>) -> Reply {
    Reply::ok(index_of(names, artifact_type)).header("Content-Type", MediaType::OCI_INDEX.as_str())
}

impl Bench {
    fn referrers(&self, artifact_type: Option<&str>) -> Result<Referrers> {
        let (repository, subject) = (repository(), digest_of(b"subject"));
        self.clock.run(self.registry.referrers(&repository, &subject, artifact_type)).unwrap()
    }
}

fn sources(found: &Referrers) -> Vec<ReferrersSource> {
    found.items.iter().map(|(_, source)| *source).collect()
}

#[test]
fn r103_the_api_is_asked_with_an_accept_that_needs_no_preflight() {
    let bench = Bench::answering(|request, _| match request.url.path().contains("/referrers/") {
        true => index(&["a", "b"], Some("x/y")),
        false => Reply::status(404),
    });
    let found = bench.referrers(None).unwrap();
    assert_eq!(sources(&found), [ReferrersSource::Api; 2]);
    let accept = bench.header(0, "accept");
    assert_eq!(accept.as_deref(), Some(MediaType::OCI_INDEX.as_str()));
    let fallback = bench.script.lines().iter().any(|l| {
        l.contains("/manifests/sha256-")
            && !l.ends_with(".sig")
            && !l.ends_with(".att")
            && !l.ends_with(".sbom")
    });
    assert!(!fallback, "with an API the fallback tag is not read");
}

#[test]
fn r104_the_filter_is_applied_here_whatever_the_registry_did() {
    let bench = Bench::answering(|request, _| match request.url.path().contains("/referrers/") {
        true => index(&["a"], Some("x/y")),
        false => Reply::status(404),
    });
    assert_eq!(bench.referrers(Some("x/y")).unwrap().items.len(), 1);
    assert_eq!(bench.referrers(Some("x/z")).unwrap().items.len(), 0);
    assert!(bench.script.sent()[0].url.ends_with("?artifactType=x/y"));
}

#[test]
fn d02_without_an_api_the_fallback_tag_is_read_and_not_the_first_answer() {
    for answer in [Reply::status(404), Reply::status(405), Reply::ok("<html></html>")] {
        let bench = Bench::answering(move |request, _| {
            let path = request.url.path().to_owned();
            match path.rsplit('/').next().unwrap() {
                _ if path.contains("/referrers/") => answer.clone(),
                last if last.starts_with("sha256-") && !last.contains('.') => {
                    index(&["a"], Some("x/y"))
                }
                _ => Reply::status(404),
            }
        });
        assert_eq!(sources(&bench.referrers(None).unwrap()), [ReferrersSource::FallbackTag]);
    }
}

#[test]
fn d03_an_index_without_a_media_type_of_its_own_counts() {
    let bare = index_of(&["a"], Some("x"))
        .replace(r#""mediaType":"application/vnd.oci.image.index.v1+json","#, "");
    let bench = Bench::answering(move |request, _| match request.url.path() {
        path if path.contains("/referrers/") => {
            Reply::ok(bare.clone()).header("Content-Type", MediaType::OCI_INDEX.as_str())
        }
        _ => Reply::status(404),
    });
    assert_eq!(bench.referrers(None).unwrap().items.len(), 1);
}

#[test]
fn r105_a_missing_repository_is_not_a_missing_api() {
    let unknown = Reply::status(404).body(r#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#);
    let bench = Bench::answering(move |_, _| unknown.clone());
    let error = bench.referrers(None).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound(Missing::Repository));
    let nothing = Bench::answering(|_, _| Reply::status(404));
    assert_eq!(nothing.referrers(None).unwrap().items, []);
}

#[test]
fn r106_a_list_that_repeats_its_pages_ends() {
    let bench = Bench::answering(|request, _| match request.url.path() {
        path if path.contains("/referrers/") => {
            index(&["a", "b"], Some("x")).header("Link", "<?page=2>; rel=next")
        }
        _ => Reply::status(404),
    });
    let found = bench.referrers(None).unwrap();
    assert_eq!((found.items.len(), found.may_be_incomplete), (2, true));
    let asked = bench.script.lines().iter().filter(|l| l.contains("/referrers/")).count();
    assert_eq!(asked, 2);
}

#[test]
fn r107_an_answer_that_is_no_list_hides_no_page() {
    for answer in ["no JSON", "{", "[]", "{}"] {
        let bench = Bench::answering(move |request, _| match request.url.path() {
            path if path.contains("/referrers/") => Reply::ok(answer),
            path if path.ends_with(".sig") => index(&["a"], None),
            _ => Reply::status(404),
        });
        let found = bench.referrers(None).unwrap();
        assert_eq!(found.api, ReferrersApi::Absent, "{answer}");
        assert!(!found.may_be_incomplete, "{answer}");
    }
}

#[test]
fn r107_a_document_without_a_list_is_no_list_and_entries_without_a_digest_are_missed() {
    let typed = |body: &str| {
        let body = body.to_owned();
        Bench::answering(move |request, _| match request.url.path() {
            path if path.contains("/referrers/") => {
                Reply::ok(body.clone()).header("Content-Type", MediaType::OCI_INDEX.as_str())
            }
            path if path.ends_with(".sig") => index(&["a"], None),
            _ => Reply::status(404),
        })
    };
    for body in ["{}", r#"{"errors":[{"code":"UNSUPPORTED"}]}"#, r#"{"referrers":[]}"#] {
        let found = typed(body).referrers(None).unwrap();
        assert_eq!((found.api, found.items.len()), (ReferrersApi::Absent, 1), "{body}");
    }
    for body in [r#"{"manifests":[{"mediaType":"a/b","size":1}]}"#, r#"{"manifests":[1,"x",null]}"#]
    {
        let found = typed(body).referrers(None).unwrap();
        assert_eq!(found.api, ReferrersApi::Listed, "{body}");
        assert!(found.may_be_incomplete, "{body}");
    }
    let empty = typed(r#"{"manifests":[]}"#).referrers(None).unwrap();
    assert!(!empty.may_be_incomplete);
    // The same under the fallback tag.
    let fallback = |body: &'static str| {
        Bench::answering(move |request, _| match request.url.path() {
            path if path.contains("/manifests/sha256-") && !path.ends_with(".sig") => {
                Reply::ok(body).header("Content-Type", MediaType::OCI_INDEX.as_str())
            }
            _ => Reply::status(404),
        })
        .referrers(None)
        .unwrap()
        .may_be_incomplete
    };
    assert!(fallback(r#"{"manifests":[{"mediaType":"a/b","size":1}]}"#));
    assert!(!fallback(r#"{"manifests":[]}"#));
}

#[test]
fn r107_what_was_learnt_of_the_api_outlasts_the_client_until_it_is_asked_again() {
    let bench = Bench::answering(|_, _| Reply::status(404));
    let kept = Rc::new(RefCell::new(Vec::new()));
    let keep = Rc::clone(&kept);
    let keep = move |api: &ReferrersApi| keep.borrow_mut().push(api.clone());
    bench.registry.recall_referrers_api(Some(ReferrersApi::Unreadable), Rc::new(keep));
    let asked = || bench.script.lines().iter().filter(|l| l.contains("/referrers/")).count();
    assert_eq!(bench.referrers(None).unwrap().api, ReferrersApi::Unreadable);
    assert_eq!((asked(), kept.borrow().len()), (0, 0));
    bench.registry.forget_referrers_api();
    assert_eq!(bench.referrers(None).unwrap().api, ReferrersApi::Absent);
    assert_eq!((asked(), kept.borrow().as_slice()), (1, [ReferrersApi::Absent].as_slice()));
}

#[test]
fn r106_pages_are_merged_and_each_digest_is_listed_once() {
    let bench = Bench::answering(|request, _| match request.url.query() {
        Some("page=2") => index(&["b", "c"], Some("x")),
        None if request.url.path().contains("/referrers/") => {
            index(&["a", "b"], Some("x")).header("Link", "<?page=2>; rel=next")
        }
        _ => Reply::status(404),
    });
    assert_eq!(bench.referrers(None).unwrap().items.len(), 3);
}

#[test]
fn r106_a_list_without_an_end_is_cut_and_says_so() {
    let bench = Bench::answering(|request, n| match request.url.path().contains("/referrers/") {
        true => index(&["a"], Some("x")).header("Link", &format!("<?page={n}>; rel=next")),
        false => Reply::status(404),
    });
    assert!(bench.referrers(None).unwrap().may_be_incomplete);
    assert!(bench.script.sent().len() < 1100);
}

#[test]
fn r107_a_missing_api_is_remembered_and_a_missing_type_is_looked_up() {
    let manifest = r#"{"schemaVersion":2,"config":{"mediaType":"x/config","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]}"#;
    let digest = digest_of(manifest.as_bytes());
    let listed = format!(
        r#"{{"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{digest}","size":{}}}]}}"#,
        manifest.len()
    );
    // A page looks into no entry that its reader has not opened, unless a filter needs it.
    for (is_page, filter, expected) in [
        (false, None, Some("x/config")),
        (true, None, None),
        (true, Some("x/config"), Some("x/config")),
    ] {
        let (digest, listed) = (digest.clone(), listed.clone());
        let bench = Bench::of_page(is_page, move |request, _| {
            let path = request.url.path();
            match path.rsplit('/').next().unwrap() {
                last if last == digest.as_str() => Reply::ok(manifest),
                last if last.starts_with("sha256-") && !last.contains('.') => {
                    Reply::ok(listed.clone())
                }
                _ => Reply::status(404),
            }
        });
        let found = bench.referrers(filter).unwrap();
        assert_eq!(found.items[0].0.artifact_type.as_deref(), expected);
        assert_eq!(found.api, ReferrersApi::Absent);
        bench.referrers(filter).unwrap();
        let asked = bench.script.lines().iter().filter(|line| line.contains("/referrers/")).count();
        assert_eq!(asked, 1);
    }
}

/// Answers a page by this at the API, with an entry under the fallback tag and one under a tag of cosign,
/// and to everything else by `missing`.
fn without_api(api: Reply, missing: Reply) -> Bench {
    Bench::answering(move |request, _| {
        let path = request.url.path();
        match path.rsplit('/').next().unwrap() {
            _ if path.contains("/referrers/") => api.clone(),
            "image" => Reply::ok(INDEX),
            last if last.ends_with(".sig") => Reply::ok(r#"{"schemaVersion":2,"layers":[]}"#),
            last if last.starts_with("sha256-") && !last.contains('.') => {
                index(&["a", "b"], Some("x/y"))
            }
            _ => missing.clone(),
        }
    })
}

fn statuses(api: &ReferrersApi) -> Option<u16> {
    match api {
        ReferrersApi::Refused(error) => error.context.status,
        _ => None,
    }
}

#[test]
fn r105_whatever_the_api_answers_both_kinds_of_tags_are_read_and_it_is_asked_once() {
    let html = || Reply::ok("<html></html>").header("Content-Type", "text/html");
    let (absent, unreadable) = (ReferrersApi::Absent, ReferrersApi::Unreadable);
    for (api, expected, refused) in [
        (Reply::status(404), Some(&absent), None),
        (Reply::status(406), Some(&absent), None),
        (Reply::status(400), Some(&absent), None),
        (Reply::status(405), Some(&absent), None),
        (Reply::status(204), Some(&absent), None),
        (Reply::status(501), Some(&absent), None),
        (html(), Some(&absent), None),
        (Reply::status(404).body(r#"{"errors":[{"code":"NAME_UNKNOWN"}]}"#), Some(&absent), None),
        (Reply::network_failure(), Some(&unreadable), None),
        (Reply::status(401), None, Some(401)),
        (Reply::status(403), None, Some(403)),
        (Reply::status(500), None, Some(500)),
    ] {
        let bench = without_api(api, Reply::status(404));
        bench.manifest("image").unwrap();
        for _ in 0..3 {
            let before = bench.script.sent().len();
            let found = bench.referrers(None).unwrap();
            let (fallback, cosign) = (ReferrersSource::FallbackTag, ReferrersSource::CosignTag);
            assert_eq!(sources(&found), [fallback, fallback, cosign]);
            assert_eq!(expected.unwrap_or(&found.api), &found.api);
            assert_eq!(statuses(&found.api), refused);
            assert_eq!(found.may_be_incomplete, refused.is_some());
            assert!(bench.script.sent().len() - before <= 5, "{:?}", bench.script.lines());
        }
        let lines = bench.script.lines();
        assert_eq!(lines.iter().filter(|line| line.contains("/referrers/")).count(), 1);
    }
}

#[test]
fn r105_an_answer_whose_list_is_none_is_told_and_the_tags_are_read() {
    for list in [r#""no""#, "{}", "5"] {
        let body = format!(
            r#"{{"schemaVersion":2,"mediaType":"{}","manifests":{list}}}"#,
            MediaType::OCI_INDEX
        );
        let reply = Reply::ok(body).header("Content-Type", MediaType::OCI_INDEX.as_str());
        let bench = without_api(reply, Reply::status(404));
        bench.manifest("image").unwrap();
        let found = bench.referrers(None).unwrap();
        let (fallback, cosign) = (ReferrersSource::FallbackTag, ReferrersSource::CosignTag);
        assert_eq!(sources(&found), [fallback, fallback, cosign], "{list}");
        assert_eq!((statuses(&found.api), found.may_be_incomplete), (Some(200), true), "{list}");
    }
}

#[test]
fn r107_searches_at_the_same_time_ask_an_unknown_api_once() {
    let bench = without_api(
        Reply::network_failure().after(std::time::Duration::from_secs(1)),
        Reply::status(404),
    );
    let (repository, subject) = (repository(), digest_of(b"subject"));
    let search = || bench.registry.referrers(&repository, &subject, None);
    let all = futures_util::future::join_all([search(), search(), search()]);
    for found in bench.clock.run(all).unwrap() {
        assert_eq!(found.unwrap().items.len(), 3);
    }
    let asked = bench.script.lines().iter().filter(|line| line.contains("/referrers/")).count();
    assert_eq!(asked, 1);
}

#[test]
fn r105_errors_without_cors_headers_hide_no_tag_that_is_there() {
    let bench = without_api(Reply::network_failure(), Reply::network_failure());
    bench.manifest("image").unwrap();
    let before = bench.script.sent().len();
    let found = bench.referrers(None).unwrap();
    assert_eq!((found.items.len(), found.unread.len()), (3, 2));
    assert!(found.unread.iter().all(|(_, error)| error.is_cors_or_network()));
    assert_eq!(bench.script.sent().len() - before, 5, "one quick try each");
    let silent = Bench::answering(|_, _| Reply::network_failure());
    assert!(silent.referrers(None).unwrap_err().is_cors_or_network(), "a host that never answers");
}

#[test]
fn r105_a_refusal_of_everything_is_the_outcome_and_asked_again_with_another_credential() {
    let bench = Bench::answering(|_, _| Reply::status(403));
    assert!(bench.referrers(None).unwrap_err().is_denied());
    let refused = without_api(Reply::status(403), Reply::status(404));
    refused.referrers(None).unwrap();
    let asked = || refused.script.lines().iter().filter(|l| l.contains("/referrers/")).count();
    refused.referrers(None).unwrap();
    assert_eq!(asked(), 1);
    let token = crate::transport::Credential::Registry(crate::wire::Secret::new("x"));
    refused.stack.credentials().set("registry.example", token);
    refused.referrers(None).unwrap();
    assert_eq!(asked(), 3, "bare, and then with the credential");
}

#[test]
fn r107_tags_of_cosign_that_a_whole_list_lacks_are_not_asked_for() {
    let listed = |more: &str| {
        let signature = digest_of(b"subject").as_str().replace(':', "-") + ".sig";
        format!(r#"{{"name":"a/b","tags":["v1","{signature}"{more}]}}"#)
    };
    let tags = Reply::ok(listed(""));
    let bench = Bench::answering(move |request, _| match request.url.path() {
        path if path.ends_with("/tags/list") => tags.clone(),
        path if path.ends_with(".sig") => Reply::ok(r#"{"schemaVersion":2,"layers":[]}"#),
        _ => Reply::status(404),
    });
    let repository = repository();
    bench.clock.run(bench.registry.tags(&repository, None)).unwrap().unwrap();
    assert_eq!(sources(&bench.referrers(None).unwrap()), [ReferrersSource::CosignTag]);
    let before = bench.script.sent().len();
    bench.referrers(None).unwrap();
    let asked = bench.script.lines().split_off(before);
    assert_eq!(asked.len(), 2, "the fallback tag and the signature: {asked:?}");
}

#[test]
fn cosign_tags_are_listed_besides() {
    let bench = Bench::answering(|request, _| {
        let path = request.url.path();
        match path.ends_with(".sig") || path.ends_with(".sbom") {
            true => index(&[if path.ends_with(".sig") { "s" } else { "b" }], None),
            false => Reply::status(404),
        }
    });
    assert_eq!(sources(&bench.referrers(None).unwrap()), [ReferrersSource::CosignTag; 2]);
}

#[test]
fn r105_r107_tags_of_artefacts_are_asked_for_once_each_and_as_oci() {
    let bench = Bench::answering(|request, _| {
        let docker = request.headers.get("accept").is_some_and(|accept| accept.contains("docker"));
        match request.url.path().ends_with("/image") && docker {
            true => Reply::ok(r#"{"manifests":[]}"#)
                .header("Content-Type", MediaType::DOCKER_LIST.as_str()),
            false => Reply::status(404),
        }
    });
    bench.manifest("image").unwrap();
    let before = bench.script.sent().len();
    assert_eq!(bench.referrers(None).unwrap().items, []);
    let sent = bench.script.sent().split_off(before);
    let (api, tags): (Vec<_>, Vec<_>) =
        sent.iter().partition(|sent| sent.url.contains("/referrers/"));
    assert_eq!((api.len(), tags.len()), (1, 4), "{:?}", bench.script.lines());
    assert!(tags.iter().all(|sent| sent.headers.get("accept").unwrap().contains("oci")));
    bench.manifest("image").unwrap();
    let asked = bench.script.sent().len() - before - sent.len();
    assert_eq!(asked, 1, "what is right for the repository is still known");
}

/// A registry that keeps manifests by name and has no referrers API.
fn keeping() -> (Bench, Rc<RefCell<BTreeMap<String, Bytes>>>) {
    let kept: Rc<RefCell<BTreeMap<String, Bytes>>> = Rc::default();
    let inside = Rc::clone(&kept);
    let bench = Bench::answering(move |request, _| {
        let path = request.url.path();
        let Some((_, name)) = path.split_once("/manifests/") else { return Reply::status(404) };
        let mut kept = inside.borrow_mut();
        match (request.method, &request.body) {
            (Method::Put, Body::Bytes(bytes)) => {
                kept.insert(name.to_owned(), bytes.clone());
                Reply::status(201).after(std::time::Duration::from_millis(100))
            }
            (Method::Delete, _) => Reply::status(kept.remove(name).map_or(404, |_| 202)),
            _ => kept.get(name).map_or(Reply::status(404), |bytes| Reply::ok(bytes.clone())),
        }
    });
    (bench, kept)
}

fn referrer(name: &str) -> (MediaType, Bytes) {
    let subject = digest_of(b"subject");
    let document = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"x/{name}","config":{{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}},"layers":[],"subject":{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{subject}","size":7}},"annotations":{{"name":"{name}"}}}}"#
    );
    (MediaType::OCI_MANIFEST, document.into())
}

#[test]
fn r127_pushes_at_the_same_time_all_end_up_in_the_fallback_tag() {
    let (bench, _) = keeping();
    let push = |name: &'static str| {
        let registry = bench.registry.clone();
        async move {
            let (media_type, bytes) = referrer(name);
            registry.push_manifest(&repository(), &media_type, bytes, &[]).await.unwrap();
        }
    };
    let all = futures_util::future::join_all(["a", "b", "c", "d"].map(push));
    bench.clock.run(all).unwrap();
    let found = bench.referrers(None).unwrap();
    let mut types: Vec<_> =
        found.items.iter().filter_map(|(d, _)| d.artifact_type.clone()).collect();
    types.sort();
    assert_eq!(types, ["x/a", "x/b", "x/c", "x/d"]);
    assert!(found.items.iter().all(|(entry, _)| entry.annotation("name").is_some()));
}

#[test]
fn r127_a_registry_that_notes_the_subject_is_left_to_it() {
    let bench = Bench::answering(|_, _| {
        Reply::status(201).header("OCI-Subject", digest_of(b"subject").as_str())
    });
    let (media_type, bytes) = referrer("a");
    let repository = repository();
    let push = bench.registry.push_manifest(&repository, &media_type, bytes, &[]);
    bench.clock.run(push).unwrap().unwrap();
    assert_eq!(bench.script.sent().len(), 1);
}

#[test]
fn r127_a_hidden_header_of_a_registry_with_an_api_changes_no_tag() {
    let bench = Bench::answering(|request, _| match request.url.path().contains("/referrers/") {
        true => index(&[], None),
        false => Reply::status(201),
    });
    let (media_type, bytes) = referrer("a");
    let repository = repository();
    let push = bench.registry.push_manifest(&repository, &media_type, bytes, &[]);
    bench.clock.run(push).unwrap().unwrap();
    let lines = bench.script.lines();
    assert_eq!(lines.len(), 2);
    assert!(lines[1].ends_with(&format!("/referrers/sha256:{}", "0".repeat(64))), "{}", lines[1]);
}

#[test]
fn r127_something_else_under_the_fallback_tag_is_not_overwritten() {
    let (bench, kept) = keeping();
    let tag = digest_of(b"subject").as_str().replace(':', "-");
    kept.borrow_mut().insert(tag.clone(), Bytes::from_static(br#"{"layers":[]}"#));
    let (media_type, bytes) = referrer("a");
    let repository = repository();
    let push = bench.registry.push_manifest(&repository, &media_type, bytes, &[]);
    let error = bench.clock.run(push).unwrap().unwrap_err();
    assert!(matches!(error.kind, ErrorKind::BadAnswer(_)), "{error}");
    assert_eq!(kept.borrow()[&tag], &br#"{"layers":[]}"#[..]);
}

#[test]
fn r133_deleting_a_referrer_takes_it_off_the_list() {
    let (bench, _) = keeping();
    let repository = repository();
    let mut digests = Vec::new();
    for name in ["a", "b"] {
        let (media_type, bytes) = referrer(name);
        let push = bench.registry.push_manifest(&repository, &media_type, bytes, &[]);
        digests.push(bench.clock.run(push).unwrap().unwrap().digest);
    }
    let reference = digests[0].clone().into();
    bench.clock.run(bench.registry.delete_manifest(&repository, &reference)).unwrap().unwrap();
    let found = bench.referrers(None).unwrap();
    let left: Vec<_> = found.items.iter().map(|(entry, _)| entry.digest.clone()).collect();
    assert_eq!(left, [digests[1].clone()]);
}

/// An index of so many entries.
fn index_of_many(count: usize, artifact_type: Option<&str>) -> Reply {
    let entry = index_of(&["a"], artifact_type);
    let digest = digest_of(b"a").to_string();
    let (head, rest) = entry.split_once('[').unwrap();
    let one = rest.strip_suffix("]}").unwrap();
    let entries: Vec<String> =
        (0..count).map(|n| one.replace(&digest, &format!("sha256:{n:064x}"))).collect();
    Reply::ok(format!("{head}[{}]}}", entries.join(",")))
        .header("Content-Type", MediaType::OCI_INDEX.as_str())
}

#[test]
fn cap_referrers_holds_for_one_page_and_for_the_fallback_tag() {
    let check = |count: usize, is_api: bool, may_be_incomplete: bool| {
        let bench = Bench::answering(move |request, _| match request.url.path() {
            path if path.contains("/referrers/") == is_api && !path.contains('.') => {
                index_of_many(count, Some("x/y"))
            }
            _ => Reply::status(404),
        });
        let found = bench.referrers(None).unwrap();
        assert_eq!(found.items.len(), caps::REFERRERS, "{count} {is_api}");
        assert_eq!(found.may_be_incomplete, may_be_incomplete, "{count} {is_api}");
    };
    for is_api in [true, false] {
        check(caps::REFERRERS, is_api, false);
        check(caps::REFERRERS + 1, is_api, true);
    }
}

#[test]
fn cap_referrers_ends_the_asking_for_pages() {
    let check = |count: usize, pages: usize| {
        let bench = Bench::answering(move |request, _| match request.url.path() {
            path if path.contains("/referrers/") && request.url.query().is_none() => {
                index_of_many(count, Some("x/y")).header("Link", "<?page=2>; rel=next")
            }
            path if path.contains("/referrers/") => index(&["a"], Some("x/y")),
            _ => Reply::status(404),
        });
        let found = bench.referrers(None).unwrap();
        let asked = bench.script.lines();
        assert_eq!(asked.iter().filter(|line| line.contains("/referrers/")).count(), pages);
        assert_eq!((found.items.len(), found.may_be_incomplete), (caps::REFERRERS, pages == 1));
    };
    check(caps::REFERRERS - 1, 2);
    check(caps::REFERRERS, 1);
}
