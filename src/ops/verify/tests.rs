#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use bytes::Bytes;
use futures_util::FutureExt;

use super::*;
use crate::{
    caps,
    content::verify::digest_of,
    error::Missing,
    oci::MediaType,
    ops::{
        graph::Selection,
        progress::{JobEvent, Mismatch, Role},
        read,
    },
    registry::{ManifestRef, Unverified},
    testing::{
        images::{Images, place},
        recorder::{Recorder, run},
    },
};

fn layer_type() -> MediaType {
    MediaType::new("application/x.layer")
}

fn verified(images: &Images, root: &Descriptor, options: &WalkOptions) -> (Report, Recorder) {
    let recorder = Recorder::new(Rc::new(images.memory.clone()));
    let report = run(async {
        let root = read::manifest(&images.memory, &place(), root).await.unwrap();
        verify(&recorder, &place(), root, options).await
    });
    (report, recorder)
}

fn outcome_of<'a>(report: &'a Report, digest: &Digest) -> &'a Outcome {
    let found = report.objects.iter().find(|object| object.descriptor.digest == *digest);
    &found.unwrap().outcome
}

#[test]
fn a_sound_image_is_verified_and_each_shared_blob_is_read_once() {
    let images = Images::default();
    let index = images.index(&[
        images.image("linux/amd64", &["shared", "one"]),
        images.image("linux/arm64", &["shared", "two"]),
    ]);
    let (report, recorder) = verified(&images, &index, &WalkOptions::default());
    let totals = report.totals();
    assert_eq!((totals.verified, totals.mismatched, totals.not_verified), (8, 0, 0));
    assert_eq!(recorder.count("blob"), 5, "two configurations, three layers");
    let shared =
        report.objects.iter().find(|o| o.descriptor.digest == digest_of(b"shared")).unwrap();
    let platforms: Vec<_> = shared.platforms.iter().map(ToString::to_string).collect();
    assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
    assert_eq!(shared.received, 6);
    assert!(!report.cut);
}

#[test]
fn the_three_states_are_told_apart() {
    let images = Images::default();
    let wrong = images.blob(layer_type(), "right");
    images.memory.add_blob_as(&place(), &wrong.digest, Bytes::from_static(b"wrong"));
    let long = Descriptor { size: 3, ..images.blob(layer_type(), "longer") };
    let gone = Descriptor::new(layer_type(), digest_of(b"gone"), 4);
    let urls = vec!["https://elsewhere.example/layer".to_owned()];
    let foreign = Descriptor { urls, ..Descriptor::new(layer_type(), digest_of(b"foreign"), 7) };
    let unknown = Descriptor::new(layer_type(), "sha3-256:00".parse().unwrap(), 5);
    images.memory.add_blob_as(&place(), &unknown.digest, Bytes::from_static(b"bytes"));
    let layers = [&wrong, &long, &gone, &foreign, &unknown].map(Clone::clone);
    let image = images.image_of("linux/amd64", &layers);
    let (report, _) = verified(&images, &image, &WalkOptions::default());

    let mismatch = Mismatch::Digest { expected: wrong.digest.clone(), actual: digest_of(b"wrong") };
    assert_eq!(*outcome_of(&report, &wrong.digest), Outcome::Mismatch(mismatch));
    // The digest is right, and the size is the author's fault.
    let mismatch = Mismatch::StatedSize { stated: 3, actual: 6 };
    assert_eq!(*outcome_of(&report, &long.digest), Outcome::Mismatch(mismatch));
    let reason_of = |blob: &Descriptor| match outcome_of(&report, &blob.digest) {
        Outcome::NotVerified(reason) => reason.clone(),
        other => panic!("{other:?}"),
    };
    let UnverifiedReason::Unreadable(error) = reason_of(&gone) else { panic!() };
    assert_eq!(error.kind, ErrorKind::NotFound(Missing::Blob));
    assert_eq!(reason_of(&foreign), UnverifiedReason::Foreign);
    let algorithm = Unverified::Algorithm(unknown.digest.clone());
    assert_eq!(reason_of(&unknown), UnverifiedReason::Bytes(algorithm));
    let totals = report.totals();
    assert_eq!((totals.verified, totals.mismatched, totals.not_verified), (2, 2, 3));
}

#[test]
fn a_broken_manifest_does_not_hide_the_others() {
    let images = Images::default();
    let good = images.image("linux/amd64", &["one"]);
    let bad = images.image("linux/arm64", &["two"]);
    images.memory.add_manifest_as(&place(), &bad, Bytes::from_static(b"{}"));
    let index = images.index(&[bad.clone(), good.clone()]);
    let (report, _) = verified(&images, &index, &WalkOptions::default());
    assert!(matches!(outcome_of(&report, &bad.digest), Outcome::Mismatch(_)));
    assert_eq!(*outcome_of(&report, &good.digest), Outcome::Verified);
    assert_eq!(*outcome_of(&report, &digest_of(b"one")), Outcome::Verified);
}

#[test]
fn one_digest_with_two_sizes_is_wrong_once() {
    let images = Images::default();
    let right = images.blob(layer_type(), "layer");
    let wrong = Descriptor { size: 9, ..right.clone() };
    let image = images.image_of("linux/amd64", &[right, wrong]);
    let (report, _) = verified(&images, &image, &WalkOptions::default());
    assert_eq!((report.totals().mismatched, report.totals().verified), (1, 3));
}

#[test]
fn one_platform_is_verified_alone() {
    let images = Images::default();
    let amd = images.image("linux/amd64", &["one"]);
    let index = images.index(&[amd, images.image("linux/arm64", &["two"])]);
    let selection = Selection::Platforms(vec!["linux/amd64".parse().unwrap()]);
    let (report, recorder) =
        verified(&images, &index, &WalkOptions { selection, ..WalkOptions::default() });
    assert_eq!(recorder.count("blob"), 2);
    assert_eq!((report.totals().verified, report.totals().not_verified), (4, 1));
}

#[test]
fn r037_embedded_data_is_checked_besides_the_blob() {
    let images = Images::default();
    let layer = images.blob(layer_type(), "layer");
    let check = |data: &[u8], expected: Outcome, mismatched: usize| {
        let layer = Descriptor { data: Some(data.to_vec()), ..layer.clone() };
        let image = images.image_of("linux/amd64", &[layer]);
        let (report, recorder) = verified(&images, &image, &WalkOptions::default());
        let object = report.objects.last().unwrap();
        assert_eq!((&object.outcome, &object.embedded), (&Outcome::Verified, &Some(expected)));
        assert_eq!(report.totals().mismatched, mismatched);
        assert_eq!(recorder.count("blob"), 2, "the source is asked all the same");
    };
    check(b"layer", Outcome::Verified, 0);
    let (expected, actual) = (layer.digest.clone(), digest_of(b"LAYER"));
    check(b"LAYER", Outcome::Mismatch(Mismatch::Digest { expected, actual }), 1);
    check(b"la", Outcome::Mismatch(Mismatch::Size { expected: 5, actual: 2 }), 1);
}

#[test]
fn what_was_asked_for_by_tag_is_not_verified_by_it() {
    let images = Images::default();
    let image = images.image("linux/amd64", &["one"]);
    let tag = "latest".parse().unwrap();
    images.memory.add_tag(&place(), &tag, &image.digest);
    let report = run(async {
        let root = images.memory.manifest(&place(), &ManifestRef::Tag(tag)).await.unwrap();
        verify(&images.memory, &place(), root, &WalkOptions::default()).await
    });
    assert!(matches!(report.objects[0].outcome, Outcome::NotVerified(_)));
    assert_eq!(report.totals().verified, 2);
}

#[test]
fn events_tell_of_every_object_and_of_every_byte() {
    let images = Images::default();
    let large = "x".repeat(200_000);
    let image = images.image("linux/amd64", &[&large]);
    let heard: Rc<RefCell<Vec<JobEvent>>> = Rc::default();
    let told = heard.clone();
    let observer = Observer::new(move |event| told.borrow_mut().push(event.clone()));
    verified(&images, &image, &WalkOptions { observer, ..WalkOptions::default() });
    let heard = heard.take();
    let layer = digest_of(large.as_bytes());
    let done: Vec<u64> = heard
        .iter()
        .filter_map(|event| match event {
            JobEvent::Progress { digest, done } if *digest == layer => Some(*done),
            _ => None,
        })
        .collect();
    assert!(done.len() > 2 && done.is_sorted() && done.last() == Some(&200_000), "{done:?}");
    let count = |of: fn(&JobEvent) -> bool| heard.iter().filter(|event| of(event)).count();
    assert_eq!(count(|event| matches!(event, JobEvent::Started { .. })), 3);
    assert_eq!(count(|event| matches!(event, JobEvent::Finished { .. })), 3);
    assert_eq!(count(|event| matches!(event, JobEvent::Planned { objects: 3, .. })), 1);
    let starts = |role| move |event: &&JobEvent| matches!(event, JobEvent::Started { role: r, .. } if *r == role);
    assert_eq!(heard.iter().filter(starts(Role::Config)).count(), 1);
}

#[test]
fn only_the_bytes_that_came_are_counted() {
    let images = Images::default();
    for stated in [0, 1, 123_456_789, 1_000_000_000_000] {
        let image = images.image("linux/amd64", &["layer"]);
        let index = images.index(&[Descriptor { size: stated, ..image }]);
        let came: Rc<RefCell<BTreeMap<Digest, u64>>> = Rc::default();
        let told = came.clone();
        let observer = Observer::new(move |event| {
            if let JobEvent::Progress { digest, done } = event {
                told.borrow_mut().insert(digest.clone(), *done);
            }
        });
        let options = WalkOptions { observer, ..WalkOptions::default() };
        let (report, _) = verified(&images, &index, &options);
        assert_eq!(report.totals().mismatched, 1, "{stated}");
        assert_eq!(came.borrow().values().sum::<u64>(), report.totals().bytes, "{stated}");
    }
}

#[test]
fn a_configuration_of_another_size_is_still_compared() {
    const TAR: &str = "application/vnd.oci.image.layer.v1.tar";
    let images = Images::default();
    let layer = images.blob(MediaType::new(TAR), "layer");
    let config = images.blob(MediaType::OCI_CONFIG, &config_of(&[&digest_of(b"layer")], 1));
    for size in [0, 1, config.size, config.size + 1, caps::CONFIG_BYTES + 1, 1_000_000_000_000_000]
    {
        let config = Descriptor { size, ..config.clone() };
        let root = manifest_of(&images, &config, std::slice::from_ref(&layer));
        let (report, _) = verified(&images, &root, &WalkOptions::default());
        let all = ["layerCount", "history", "compression", "diffId"].map(|it| (it, "verified"));
        assert_eq!(compared(&report), all, "{size}");
    }
}

#[test]
fn a_configuration_that_is_too_large_is_verified_like_a_layer() {
    let images = Images::default();
    let large = " ".repeat(usize::try_from(caps::CONFIG_BYTES).unwrap() + 1);
    let config = images.blob(MediaType::OCI_CONFIG, &large);
    for size in [1, config.size] {
        let config = Descriptor { size, ..config.clone() };
        let root = manifest_of(&images, &config, &[]);
        let (report, _) = verified(&images, &root, &WalkOptions::default());
        let expected = Outcome::of_sizes(size, caps::CONFIG_BYTES + 1);
        assert_eq!(*outcome_of(&report, &config.digest), expected, "{size}");
    }
}

#[test]
fn r157_the_window_bounds_transfers() {
    let images = Images::default();
    let layers: Vec<_> = (0..20).map(|i| i.to_string()).collect();
    let layers: Vec<_> = layers.iter().map(String::as_str).collect();
    let image = images.image("linux/amd64", &layers);
    let (report, recorder) = verified(&images, &image, &WalkOptions::default());
    assert!(recorder.most_at_once() <= 4);
    assert_eq!(report.totals().verified, 22);
}

#[test]
fn dropping_the_future_stops_it() {
    let images = Images::default();
    let image = images.image("linux/amd64", &["one", "two"]);
    let recorder = Recorder::new(Rc::new(images.memory.clone()));
    let root = run(read::manifest(&images.memory, &place(), &image)).unwrap();
    let options = WalkOptions { window: 1, ..WalkOptions::default() };
    let place = place();
    {
        let mut job = std::pin::pin!(verify(&recorder, &place, root, &options));
        assert!(job.as_mut().now_or_never().is_none());
    }
    assert_eq!(recorder.count("blob"), 1, "the first blob was asked for, and nothing after it");
}

#[test]
fn the_report_is_json_with_whole_digests() {
    let images = Images::default();
    let wrong = images.blob(layer_type(), "right");
    images.memory.add_blob_as(&place(), &wrong.digest, Bytes::from_static(b"wrong"));
    let image = images.image_of("linux/amd64", std::slice::from_ref(&wrong));
    let (report, _) = verified(&images, &image, &WalkOptions::default());
    let json = report.to_json();
    assert_eq!(json["root"], image.digest.as_str());
    assert_eq!((&json["verified"], &json["mismatched"]), (&2.into(), &1.into()));
    let layer = &json["objects"][2];
    assert_eq!(layer["outcome"]["state"], "mismatch");
    assert_eq!(layer["outcome"]["actual"], digest_of(b"wrong").as_str());
}

/// An image whose configuration names these diff IDs and steps.
fn image(images: &Images, layers: &[Descriptor], config: &str) -> Descriptor {
    manifest_of(images, &images.blob(MediaType::OCI_CONFIG, config), layers)
}

fn manifest_of(images: &Images, config: &Descriptor, layers: &[Descriptor]) -> Descriptor {
    let descriptor = |of: &Descriptor| {
        serde_json::json!({
            "mediaType": of.media_type.as_str(), "digest": of.digest.as_str(), "size": of.size,
        })
    };
    let layers: Vec<_> = layers.iter().map(descriptor).collect();
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": MediaType::OCI_MANIFEST.as_str(),
        "config": descriptor(config), "layers": layers,
    });
    images.manifest(&manifest.to_string())
}

fn gzipped(images: &Images, text: &[u8], media_type: &str) -> Descriptor {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, text).unwrap();
    images.memory.add_blob(&place(), MediaType::new(media_type), encoder.finish().unwrap())
}

fn config_of(diff_ids: &[&Digest], steps: usize) -> String {
    serde_json::json!({
        "os": "linux", "architecture": "amd64",
        "rootfs": { "type": "layers", "diff_ids": diff_ids.iter().map(|d| d.as_str()).collect::<Vec<_>>() },
        "history": vec![serde_json::json!({ "created_by": "step" }); steps],
    })
    .to_string()
}

/// The comparisons, with their states.
fn compared(report: &Report) -> Vec<(&'static str, &'static str)> {
    let state = |outcome: &Outcome| match outcome {
        Outcome::Verified => "verified",
        Outcome::Mismatch(_) => "mismatch",
        _ => "not verified",
    };
    report.checks.iter().map(|check| (check.about.name(), state(&check.outcome))).collect()
}

#[test]
fn the_chain_reaches_the_diff_ids() {
    const GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
    const ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
    let images = Images::default();
    let (one, two) = (gzipped(&images, b"one", GZIP), gzipped(&images, b"two", ZSTD));
    let right = config_of(&[&digest_of(b"one"), &digest_of(b"two")], 2);
    let wrong = config_of(&[&digest_of(b"one"), &digest_of(b"three"), &digest_of(b"four")], 1);
    let all = [("layerCount", "verified"), ("history", "verified")];
    for (config, expected) in [
        (
            right,
            [
                &all[..],
                &[("compression", "verified"), ("diffId", "verified")],
                &[("compression", "mismatch"), ("diffId", "verified")],
            ]
            .concat(),
        ),
        (
            wrong,
            vec![
                ("layerCount", "mismatch"),
                ("history", "mismatch"),
                ("compression", "verified"),
                ("diffId", "verified"),
                ("compression", "mismatch"),
                ("diffId", "mismatch"),
            ],
        ),
        (
            "{}".to_owned(),
            vec![
                ("layerCount", "not verified"),
                ("history", "not verified"),
                ("compression", "verified"),
                ("compression", "mismatch"),
            ],
        ),
    ] {
        let root = image(&images, &[one.clone(), two.clone()], &config);
        let (report, _) = verified(&images, &root, &WalkOptions::default());
        assert_eq!(compared(&report), expected, "{config}");
        assert_eq!(report.totals().mismatched, 0, "the bytes themselves are right");
    }
}

#[test]
fn a_layer_of_no_bytes_contradicts_no_compression() {
    for compression in ["", "+gzip", "+zstd"] {
        for (diff_id, state) in [(&b""[..], "verified"), (b"other", "mismatch")] {
            let images = Images::default();
            let media_type = format!("application/vnd.oci.image.layer.v1.tar{compression}");
            let empty = images.memory.add_blob(&place(), MediaType::new(&media_type), Vec::new());
            let root = image(&images, &[empty], &config_of(&[&digest_of(diff_id)], 1));
            let (report, _) = verified(&images, &root, &WalkOptions::default());
            let expected = [("layerCount", "verified"), ("history", "verified"), ("diffId", state)];
            assert_eq!(compared(&report), expected, "{media_type} {state}");
            assert_eq!(report.totals().mismatched, 0);
        }
    }
}

#[test]
fn a_configuration_without_diff_ids_states_none() {
    const GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
    let images = Images::default();
    let layer = gzipped(&images, b"one", GZIP);
    for rootfs in [
        "",
        r#""rootfs":null"#,
        r#""rootfs":{"type":"layers"}"#,
        r#""rootfs":{"type":"layers","diff_ids":null}"#,
        r#""rootfs":{"type":"layers","diff_ids":[]}"#,
        r#""rootfs":{"type":"other","diff_ids":{}}"#,
        r#""rootfs":[]"#,
    ] {
        let root = image(&images, std::slice::from_ref(&layer), &format!("{{{rootfs}}}"));
        let (report, _) = verified(&images, &root, &WalkOptions::default());
        let count = report.checks.iter().find(|check| check.about == About::LayerCount).unwrap();
        let expected = Outcome::NotVerified(UnverifiedReason::NoDiffIds);
        assert_eq!(count.outcome, expected, "{rootfs}");
        assert_eq!(report.chain_totals().mismatched, 0, "{rootfs}");
    }
    // Neither layers nor diff IDs agree with each other.
    let root = image(&images, &[], r#"{"rootfs":{"type":"layers","diff_ids":[]}}"#);
    assert_eq!(verified(&images, &root, &WalkOptions::default()).0.chain_totals().mismatched, 0);
}

#[test]
fn a_layer_that_was_unpacked_on_its_way_is_not_accused() {
    const GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
    // Fewer bytes than the descriptor says, as many, and more.
    for size in [2, 3, 90] {
        let images = Images::default();
        let packed = gzipped(&images, b"one", GZIP);
        let layer = Descriptor { size, ..packed };
        let right = Bytes::from_static(b"one");
        images.memory.add_blob_as(&place(), &layer.digest, right);
        let root =
            image(&images, std::slice::from_ref(&layer), &config_of(&[&digest_of(b"one")], 1));
        let (report, _) = verified(&images, &root, &WalkOptions::default());
        let expected = Outcome::NotVerified(UnverifiedReason::TransportEncoding(true));
        assert_eq!(*outcome_of(&report, &layer.digest), expected, "{size}");
        let diff = report.checks.iter().find(|check| check.about == About::DiffId).unwrap();
        assert_eq!(diff.outcome, Outcome::Verified, "it is a check against the configuration");
        assert_eq!((report.totals().mismatched, report.chain_totals().mismatched), (0, 0));
        // Any other bytes are.
        let wrong = Bytes::from_static(b"two");
        images.memory.add_blob_as(&place(), &layer.digest, wrong);
        let (report, _) = verified(&images, &root, &WalkOptions::default());
        assert_eq!(report.totals().mismatched, 1, "{size}");
    }
}

#[test]
fn a_diff_id_of_bytes_that_are_wrong_is_not_judged() {
    let images = Images::default();
    let layer = gzipped(&images, b"one", "application/vnd.oci.image.layer.v1.tar+gzip");
    images.memory.add_blob_as(&place(), &layer.digest, Bytes::from_static(b"other"));
    let root = image(&images, &[layer], &config_of(&[&digest_of(b"one")], 1));
    let (report, _) = verified(&images, &root, &WalkOptions::default());
    let diff = report.checks.iter().find(|check| check.about == About::DiffId).unwrap();
    assert!(matches!(diff.outcome, Outcome::NotVerified(_)));
    assert_eq!(report.totals().mismatched, 1);
}

#[test]
fn an_entry_of_an_index_with_another_type_is_found() {
    let images = Images::default();
    let image = images.image("linux/amd64", &["one"]);
    let wrong = Descriptor { media_type: MediaType::DOCKER_MANIFEST, ..image };
    let index = images.index(&[wrong]);
    let (report, _) = verified(&images, &index, &WalkOptions::default());
    assert_eq!(compared(&report), [("mediaType", "mismatch")]);
}

#[test]
fn the_report_says_what_when_and_against_what() {
    let images = Images::default();
    let root = image(
        &images,
        &[gzipped(&images, b"one", "application/vnd.oci.image.layer.v1.tar+gzip")],
        &config_of(&[&digest_of(b"one")], 1),
    );
    let (report, _) = verified(&images, &root, &WalkOptions::default());
    let context = ReportContext {
        reference: "registry.example/a_b:1".to_owned(),
        registry: "registry.example".to_owned(),
        platform: None,
        checked_at: "2026-01-02T03:04:05Z".to_owned(),
        milliseconds: 12,
    };
    let json = report.to_json_of(&context);
    assert_eq!(
        (&json["registry"], &json["checkedAt"]),
        (&"registry.example".into(), &"2026-01-02T03:04:05Z".into())
    );
    assert_eq!(json["checks"][3]["about"], "diffId");
    assert_eq!(json["objects"][2]["uncompressedSize"], 3);
    assert_eq!(json["notChecked"], serde_json::json!(["currentTag", "maker"]));
    let (totals, chain) = (report.totals(), report.chain_totals());
    assert_eq!((totals.verified, totals.mismatched, totals.not_verified), (3, 0, 0));
    assert_eq!((chain.verified, chain.mismatched, chain.not_verified), (4, 0, 0));
    assert_eq!(json["root"], root.digest.as_str());
}

#[test]
fn a_build_cache_is_verified_as_blobs() {
    let images = Images::default();
    let cache = images.cache(&["one", "two"]);
    let (report, recorder) = verified(&images, &cache, &WalkOptions::default());
    let totals = report.totals();
    assert_eq!((totals.verified, totals.mismatched, totals.not_verified), (4, 0, 0));
    let asked = recorder.take();
    assert!(asked.len() == 3 && asked.iter().all(|call| call.starts_with("blob ")), "{asked:?}");
    assert_eq!(report.to_json()["objects"][1]["role"], "blob");
}

/// One layer below very many images, each for another platform, one of which stands there twice.
#[test]
fn the_platforms_of_a_shared_object_are_told_once_each() {
    let platform = |n: usize| Platform { os: format!("os{n}"), ..Platform::default() };
    let many = 20_000;
    let platforms = (0..many).chain([0, 7]).map(platform).collect();
    let kept = distinct(platforms);
    assert_eq!((kept.len(), &kept[7]), (many, &platform(7)));
    let features = Platform { os_features: vec!["x".to_owned()], ..platform(0) };
    assert_eq!(distinct(vec![platform(0), features.clone()]), [platform(0), features]);
}
