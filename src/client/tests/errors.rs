//! Errors as callers get them: kinds to match on, facts, and words (R15 to R26).

use std::time::Duration;

use super::*;
use crate::{error::Rejection, transport::Credential, wire::Method};

const SESSION: &str = "https://registry.example/v2/a/b/blobs/uploads/1?state=s";

impl Bench {
    fn put(&self) -> Error {
        let tags = ["v1".parse().unwrap()];
        let (repository, kind) = (repository(), MediaType::OCI_INDEX);
        let push = self.registry.push_manifest(&repository, &kind, INDEX.into(), &tags);
        self.clock.run(push).unwrap().unwrap_err()
    }

    fn resume(&self, location: &str) -> Error {
        let repository = repository();
        let resume = self.registry.resume_upload(&repository, location, None, 0);
        self.clock.run(resume).unwrap().err().unwrap()
    }
}

fn refused(status: u16, code: &str, message: &str, detail: &str) -> Reply {
    let entry = format!(r#"{{"code":"{code}","message":"{message}","detail":{detail}}}"#);
    Reply::status(status).body(format!(r#"{{"errors":[{entry}]}}"#))
}

#[test]
fn r019_r020_r021_a_refused_push_says_what_was_wrong_with_it() {
    let check = |reply: Reply, expected: Rejection| {
        assert_eq!(Bench::in_order([reply]).put().kind, ErrorKind::Rejected(expected));
    };
    check(refused(400, "DIGEST_INVALID", "", "null"), Rejection::Digest);
    check(refused(400, "SIZE_INVALID", "", "null"), Rejection::Size);
    check(refused(400, "NAME_INVALID", "", "null"), Rejection::Name);
    check(refused(400, "TAG_INVALID", "", "null"), Rejection::Tag);
    check(refused(400, "MANIFEST_INVALID", "", "null"), Rejection::Manifest);
    check(refused(400, "BLOB_UPLOAD_INVALID", "", "null"), Rejection::Upload);
    check(Reply::status(413), Rejection::TooLarge);
    check(Reply::status(400), Rejection::Unsaid);
    let schema_1 = r#""Schema 1 manifest not supported""#;
    check(refused(400, "MANIFEST_INVALID", "manifest invalid", schema_1), Rejection::Schema1);
    let kind = |status| Bench::in_order([Reply::status(status)]).put().kind;
    assert_eq!(kind(403), ErrorKind::Denied);
    assert_eq!(kind(405), ErrorKind::Unsupported(Limitation::Registry));
}

#[test]
fn r020_an_unverified_manifest_has_the_list_of_what_was_found() {
    let list = r#"{"errors":[{"code":"MANIFEST_UNVERIFIED","message":"bad signature"},{"code":"NAME_INVALID"}]}"#;
    let error = Bench::in_order([Reply::status(400).body(list)]).put();
    let ErrorKind::Unverified(found) = error.kind else { panic!("{error}") };
    let codes: Vec<&str> = found.iter().map(|found| &*found.code).collect();
    assert_eq!(codes, ["MANIFEST_UNVERIFIED", "NAME_INVALID"]);
}

#[test]
fn r020_r022_what_is_missing_is_named() {
    let check = |reference: &str, expected: Missing| {
        for reply in [Reply::status(404), refused(404, "MANIFEST_UNKNOWN", "", "null")] {
            let error = Bench::in_order([reply.clone(), reply]).manifest(reference).unwrap_err();
            assert_eq!(error.kind, ErrorKind::NotFound(expected.clone()), "{reference}");
            assert_eq!(error.context.registry, "registry.example");
            assert_eq!(error.context.repository, Some(repository()));
        }
    };
    let digest = digest_of(b"x");
    check("v1", Missing::Tag("v1".parse().unwrap()));
    check(digest.as_str(), Missing::Revision(digest.clone()));
    let gone = Bench::in_order([Reply::status(404)]).resume(SESSION);
    assert_eq!(gone.kind, ErrorKind::UploadUnknown { location: Some(SESSION.to_owned()) });
    assert_eq!(
        gone.to_string(),
        "could not resume upload to a/b on registry.example: the registry knows no such upload session: \
         HTTP 404 Not Found"
    );
}

#[test]
fn r022_a_chunk_out_of_order_has_the_facts_to_go_on() {
    let status = |range| Reply::status(204).header("Location", SESSION).header("Range", range);
    let refused = Reply::status(416);
    let opened = Reply::status(202).header("Location", SESSION);
    let bench = Bench::in_order([opened, refused, status("0-99")]);
    let (repository, more) = (repository(), Bytes::from_static(b"hello"));
    let mut upload = bench.clock.run(bench.registry.start_upload(&repository, 4)).unwrap().unwrap();
    let error = bench.clock.run(upload.write(more)).unwrap().unwrap_err();
    let location = Some(SESSION.to_owned());
    assert_eq!(error.kind, ErrorKind::InvalidRange { location, stored: Some(100), size: Some(5) });
    // The last answer was a success, and its status no reason.
    assert_eq!(
        error.to_string(),
        "could not push blob a/b on registry.example: the registry has 100 bytes, and the range does not \
         follow them"
    );
}

#[test]
fn r016_r046_the_wait_and_the_body_are_kept_with_every_status() {
    for status in [403, 404, 418, 503] {
        let reply = refused(status, "X", "words", "null").header("Retry-After", "7");
        let bench = Bench::answering(move |_, _| reply.clone());
        let error = bench.manifest("v1").unwrap_err();
        assert_eq!(error.context.retry_after, Some(Duration::from_secs(7)), "{status}");
        assert!(error.context.body.unwrap().starts_with(r#"{"errors":"#), "{status}");
    }
}

#[test]
fn r017_callers_see_status_codes_and_messages() {
    let check = |reply: Reply, expected: &str| {
        let error = Bench::answering(move |_, _| reply.clone()).manifest("v1").unwrap_err();
        let words = "could not read manifest a/b:v1 on registry.example: ";
        assert_eq!(error.to_string(), format!("{words}{expected}"));
    };
    check(
        refused(404, "MANIFEST_UNKNOWN", "manifest unknown", "null"),
        "there is no tag v1: HTTP 404 MANIFEST_UNKNOWN: manifest unknown",
    );
    check(Reply::status(418).body("a teapot"), r#"unexpected status 418: HTTP 418: "a teapot""#);
    check(
        Reply::status(403).body("go \"away\""),
        r#"the registry denies access: HTTP 403 Forbidden: "go \"away\"""#,
    );
}

#[test]
fn r131_a_refused_tag_is_not_called_a_registry_without_deleting() {
    let check = |reference: &str, expected: ErrorKind| {
        let bench = Bench::answering(|request, _| match request.method {
            Method::Delete => Reply::status(405),
            _ => Reply::status(404),
        });
        let (repository, reference) = (repository(), reference.parse().unwrap());
        let deleted = bench.registry.delete_manifest(&repository, &reference);
        assert_eq!(bench.clock.run(deleted).unwrap().unwrap_err().kind, expected);
    };
    check(digest_of(b"x").as_str(), ErrorKind::DeleteDisabled);
    check("v1", ErrorKind::Unsupported(Limitation::DeletingTags));
}

#[test]
fn errors_of_handles_and_of_ended_uploads_name_registry_and_repository() {
    let opened = Reply::status(202).header("Location", SESSION);
    let bench = Bench::in_order([opened, Reply::status(201)]);
    let handle = bench.registry.repository(repository());
    let blob = descriptor(b"hello");
    let too_large = bench.clock.run(handle.blobs().get(&blob, 1)).unwrap().unwrap_err();
    let beyond = handle.blobs().open(blob.clone()).seek(9).unwrap_err();
    let mut upload = bench.clock.run(handle.blobs().start(0)).unwrap().unwrap();
    bench.clock.run(upload.commit(&blob.digest)).unwrap().unwrap();
    let ended = bench.clock.run(upload.commit(&blob.digest)).unwrap().unwrap_err();
    for error in [too_large, beyond, ended] {
        assert_eq!(error.context.registry, "registry.example", "{error}");
        assert_eq!(error.context.repository, Some(repository()), "{error}");
        assert!(error.context.operation.is_some(), "{error}");
    }
}

/// Harbor and docker.io give everybody a token, and refuse it for what is private.
#[test]
fn r026_only_a_person_with_a_credential_is_denied_for_good() {
    let challenge = || {
        let text = r#"Bearer realm="https://registry.example/token",service="s""#;
        Reply::status(401).header("WWW-Authenticate", text)
    };
    let error = |name: &str| {
        let text = format!(r#"Bearer realm="https://registry.example/token",error="{name}""#);
        Reply::status(401).header("WWW-Authenticate", &text)
    };
    let denied = || Reply::status(403).body(r#"{"errors":[{"code":"DENIED"}]}"#);
    let check = |first: Reply, refusal: Reply, with_account: bool, kind, is_anonymous: bool| {
        let bench = Bench::answering(move |request, n| match request.url.to_string() {
            url if url.contains("/token") => Reply::ok(r#"{"token":"t"}"#),
            _ if n == 0 => first.clone(),
            _ => refusal.clone(),
        });
        if with_account {
            let password = crate::wire::Secret::new("p");
            let credential = Credential::Basic { user: "me".to_owned(), password };
            bench.stack.credentials().set("registry.example", credential);
        }
        let error = bench.manifest("latest").unwrap_err();
        assert_eq!((&error.kind, error.context.is_anonymous), (&kind, is_anonymous), "{error}");
    };
    for refusal in [challenge(), error("insufficient_scope"), error("invalid_token"), denied()] {
        check(challenge(), refusal.clone(), false, ErrorKind::Unauthorized, true);
        check(challenge(), refusal, true, ErrorKind::Denied, false);
    }
    check(denied(), denied(), false, ErrorKind::Denied, true);
    check(denied(), denied(), true, ErrorKind::Denied, false);
}
