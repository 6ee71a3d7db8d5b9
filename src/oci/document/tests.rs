//! Kinds of documents, and those that are two kinds at once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn parse(body: &str, content_type: Option<&MediaType>) -> Parsed<Document> {
    parse_document(body.replace("DIGEST", DIGEST).into(), content_type)
}

fn kind(document: &Document) -> &'static str {
    match document {
        Document::Image(_) => "image",
        Document::Index(_) => "index",
        Document::Schema1(_) => "schema 1",
        Document::Unknown(_) => "unknown",
    }
}

const CONFIG: &str = r#""config":{"mediaType":"a/config","digest":"DIGEST","size":1}"#;

#[test]
fn r038_the_kind_comes_from_the_header_then_the_body_then_the_structure() {
    let layer = r#"{"mediaType":"a/layer","digest":"DIGEST","size":0}"#;
    let image = format!(r#"{{"schemaVersion":2,{CONFIG},"layers":[{layer}]}}"#);
    let index = r#"{"schemaVersion":2,"manifests":[]}"#.to_owned();
    let stated = |body: &str, kind: &MediaType| {
        body.replacen('{', &format!(r#"{{"mediaType":"{kind}","#), 1)
    };
    let check = |body: &str, header: Option<&MediaType>, expected: &str, issues: usize| {
        let parsed = parse(body, header);
        assert_eq!(kind(&parsed.value), expected, "{body} {header:?}");
        assert_eq!(parsed.issues.len(), issues, "{:?}", parsed.issues);
    };
    let generic = MediaType::OCTET_STREAM;
    let (oci, list) = (MediaType::OCI_MANIFEST, MediaType::DOCKER_LIST);
    check(&image, Some(&oci), "image", 0);
    check(&stated(&image, &oci), Some(&oci), "image", 0);
    check(&stated(&image, &oci), Some(&generic), "image", 0);
    check(&stated(&image, &oci), None, "image", 0);
    check(&image, None, "image", 1);
    check(&index, None, "index", 1);
    check(&index, Some(&list), "index", 0);
    check(r#"{"schemaVersion":1,"fsLayers":[],"history":[]}"#, None, "schema 1", 2);
    check(r#"{"some":"thing"}"#, None, "unknown", 1);
    check(r#"{"some":"thing"}"#, Some(&MediaType::new("a/b")), "unknown", 0);
    check("[]", None, "unknown", 1);
    check("", None, "unknown", 2);
}

/// The digest covers what a document states, and no header.
#[test]
fn the_type_inside_counts_where_the_header_contradicts_it() {
    let image = format!(
        r#"{{"schemaVersion":2,"mediaType":"{}",{CONFIG},"layers":[]}}"#,
        MediaType::OCI_MANIFEST
    );
    let check = |body: &str, header: &str, expected: &str| {
        let parsed = parse(body, Some(&MediaType::new(header)));
        assert_eq!(kind(&parsed.value), expected, "{header}");
        let told = |fault: &DocumentFault| matches!(fault, DocumentFault::OtherMediaType { .. });
        assert!(parsed.issues.iter().any(|issue| told(&issue.fault)), "{header}");
    };
    for header in [MediaType::OCI_INDEX.as_str(), MediaType::DOCKER_MANIFEST.as_str(), "text/html"]
    {
        check(&image, header, "image");
    }
    let odd = image.replace(MediaType::OCI_MANIFEST.as_str(), "application/vnd.example+json");
    check(&odd, MediaType::OCI_MANIFEST.as_str(), "image");
    check(&odd, "text/html", "unknown");
}

#[test]
fn r032_the_bytes_stay_as_received_and_all_that_they_point_at_is_listed() {
    // Blanks, an unknown member and an order of its own: written anew, it would have another digest.
    let body = r#"{ "layers" : [{"size":1,"digest":"DIGEST","mediaType":"a/b"}],
        "x":1.0, "config":{"mediaType":"a/c","digest":"DIGEST","size":2},
        "subject":{"mediaType":"a/s","digest":"DIGEST","size":3},"schemaVersion":2 }"#;
    let raw = body.replace("DIGEST", DIGEST);
    let parsed = parse(body, Some(&MediaType::OCI_MANIFEST));
    assert_eq!(parsed.raw, raw);
    let Document::Image(image) = &parsed.value else { panic!() };
    let listed: Vec<u64> = image.references().map(|descriptor| descriptor.size).collect();
    assert_eq!(listed, [2, 1], "the configuration and the layer, and not the subject");
    assert_eq!(parsed.value.subject().map(|subject| subject.size), Some(3));
}

#[test]
fn an_image_without_layers_is_told() {
    let check = |layers: &str, expected: &[DocumentFault]| {
        let body = format!(r#"{{"schemaVersion":2,{CONFIG},"layers":{layers}}}"#);
        let parsed = parse(&body, Some(&MediaType::OCI_MANIFEST));
        let faults: Vec<_> = parsed.issues.into_iter().map(|issue| issue.fault).collect();
        assert_eq!(faults, expected, "{layers}");
    };
    check("[]", &[DocumentFault::NoLayers]);
    check(r#"[{"mediaType":"a/b","digest":"DIGEST","size":0}]"#, &[]);
}

#[test]
fn r038_a_body_that_contradicts_its_header_is_not_sound() {
    let body =
        format!(r#"{{"schemaVersion":2,"mediaType":"{}","manifests":[]}}"#, MediaType::OCI_INDEX);
    assert!(parse(&body, Some(&MediaType::OCI_INDEX)).is_sound());
    for header in [MediaType::DOCKER_LIST, MediaType::OCI_MANIFEST, MediaType::new("a/b")] {
        let parsed = parse(&body, Some(&header));
        assert!(!parsed.is_sound(), "{header}");
        let (stated, sent) = (MediaType::OCI_INDEX.to_string(), header.to_string());
        let expected = DocumentFault::OtherMediaType { stated, sent };
        assert!(parsed.issues.iter().any(|issue| issue.fault == expected), "{header}");
    }
}

/// The rules that containerd got after CVE-2021-41190, for each type and each foreign member.
#[test]
fn documents_of_two_kinds_are_never_sound() {
    let members = [
        ("config", r#"{"mediaType":"a/b","digest":"DIGEST","size":1}"#),
        ("layers", "[]"),
        ("manifests", "[]"),
        ("fsLayers", "[]"),
    ];
    let check = |media_type: &MediaType, own: &[&str]| {
        for mask in 0_u32..16 {
            let chosen = |at: &usize| mask & (1 << at) != 0;
            let there: Vec<usize> = (0..4).filter(chosen).collect();
            let body: String =
                there.iter().map(|&i| format!(r#","{}":{}"#, members[i].0, members[i].1)).collect();
            let body = format!(r#"{{"schemaVersion":2,"mediaType":"{media_type}"{body}}}"#);
            let names: Vec<&str> = there.iter().map(|&i| members[i].0).collect();
            assert_eq!(parse(&body, Some(media_type)).is_sound(), names == own, "{body}");
        }
    };
    check(&MediaType::OCI_MANIFEST, &["config", "layers"]);
    check(&MediaType::DOCKER_MANIFEST, &["config", "layers"]);
    check(&MediaType::OCI_INDEX, &["manifests"]);
    check(&MediaType::DOCKER_LIST, &["manifests"]);
}

#[test]
fn keys_that_differ_in_case_are_flagged_at_every_level() {
    let body = r#"{"schemaVersion":2,"MediaType":"x","manifests":[{"mediaType":"a/b","digest":"DIGEST",
        "size":1,"Digest":"other","platform":{"os":"linux","architecture":"amd64","OS":"windows"}}]}"#;
    let parsed = parse(body, Some(&MediaType::OCI_INDEX));
    let places: Vec<&str> = parsed.issues.iter().map(|issue| issue.pointer.as_str()).collect();
    assert_eq!(places, ["/MediaType", "/manifests/0/Digest", "/manifests/0/platform/OS"]);
}

#[test]
fn one_bad_layer_does_not_lose_the_others() {
    let body = format!(
        r#"{{"schemaVersion":2,{CONFIG},"layers":[
            {{"mediaType":"a/1","digest":"DIGEST","size":1}},
            {{"mediaType":"a/2","digest":"nonsense","size":1}},
            17,
            {{"mediaType":"a/4","digest":"DIGEST","size":4}}]}}"#
    );
    let parsed = parse(&body, Some(&MediaType::OCI_MANIFEST));
    let Document::Image(image) = &parsed.value else { panic!("no image") };
    let kinds: Vec<&str> = image.layers.iter().map(|layer| layer.media_type.as_str()).collect();
    assert_eq!(kinds, ["a/1", "a/4"]);
    let places: Vec<&str> = parsed.issues.iter().map(|issue| issue.pointer.as_str()).collect();
    assert_eq!(places, ["/layers/1/digest", "/layers/2"]);
}

#[test]
fn a_document_that_was_cut_off_shows_what_came() {
    let whole = format!(r#"{{"schemaVersion":2,{CONFIG},"layers":[{{"mediaType":"a/1","digest":"DIGEST","size":1}}]}}"#)
        .replace("DIGEST", DIGEST);
    let mut most = 0;
    for end in 0..whole.len() {
        let parsed = parse_document(
            Bytes::copy_from_slice(&whole.as_bytes()[..end]),
            Some(&MediaType::OCI_MANIFEST),
        );
        assert!(!parsed.is_sound(), "{end}");
        most = most.max(parsed.value.references().len());
    }
    assert_eq!(most, 2);
    assert!(parse_document(whole.into(), Some(&MediaType::OCI_MANIFEST)).is_sound());
}

#[test]
fn schema_1_layers_are_turned_round_and_their_history_read() {
    let other = DIGEST.replace('e', "0");
    let body = format!(
        r#"{{"schemaVersion":1,"name":"a/b","tag":"t","architecture":"amd64",
            "fsLayers":[{{"blobSum":"{DIGEST}"}},{{"blobSum":"{other}"}}],
            "history":[
              {{"v1Compatibility":"{{\"created\":\"2015-10-31T22:22:56Z\",\"container_config\":{{\"Cmd\":[\"/bin/sh\",\"-c\",\"x\"]}},\"throwaway\":true}}"}},
              {{"v1Compatibility":"{{\"author\":\"me\"}}"}}]}}"#
    );
    let parsed = parse(&body, Some(&MediaType::DOCKER_V1));
    assert!(parsed.is_sound(), "{:?}", parsed.issues);
    let Document::Schema1(manifest) = parsed.value else { panic!("no schema 1") };
    let layers: Vec<&str> = manifest.layers.iter().map(|digest| digest.as_str()).collect();
    assert_eq!(layers, [other.as_str(), DIGEST]);
    assert_eq!(manifest.history[0].author.as_deref(), Some("me"));
    assert_eq!(manifest.history[1].created_by.as_deref(), Some("/bin/sh -c x"));
    assert!(manifest.history[1].empty_layer);
}

#[test]
fn a_withdrawn_artifact_manifest_shows_its_blobs() {
    let body = r#"{"mediaType":"application/vnd.oci.artifact.manifest.v1+json","artifactType":"a/sbom",
        "blobs":[{"mediaType":"a/b","digest":"DIGEST","size":1}],
        "subject":{"mediaType":"a/b","digest":"DIGEST","size":2}}"#;
    let parsed = parse(body, None);
    let Document::Image(image) = &parsed.value else { panic!("no manifest") };
    assert!(parsed.is_sound());
    assert_eq!((image.layers.len(), image.true_type()), (1, Some("a/sbom")));
    assert_eq!(parsed.value.subject().unwrap().size, 2);
}

#[test]
fn r035_children_are_read_from_any_document() {
    let body = format!(r#"{{"manifests":[],{CONFIG},"layers":[{{"digest":"DIGEST"}}]}}"#);
    let parsed = parse_children(body.replace("DIGEST", DIGEST).into());
    assert_eq!(parsed.value.references().count(), 2);
    assert_eq!(parse_children("{}".into()).value, Children::default());
    assert!(!parse_children("no".into()).is_sound());
}

#[test]
fn hostile_documents_end_in_issues() {
    let deep = format!(r#"{{"manifests":{}"#, r#"[{"a":"#.repeat(100_000));
    let many = format!(r#"{{"schemaVersion":2,"manifests":[{}{{}}]}}"#, "{},".repeat(1_000_000));
    let wrong = r#"{"schemaVersion":"2","mediaType":[],"config":"x","layers":{},"annotations":[1],"subject":0}"#;
    for body in [deep.as_str(), many.as_str(), wrong, "<html>log in</html>", "\u{0}", "null"] {
        let parsed = parse(body, Some(&MediaType::OCI_MANIFEST));
        assert!(!parsed.is_sound());
        assert!(parsed.issues.len() <= crate::caps::DOCUMENT_FAULTS + 1);
        assert!(parsed.value.references().is_empty());
    }
}
