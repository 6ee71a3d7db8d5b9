#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{cell::RefCell, rc::Rc};

use bytes::Bytes;
use futures_util::FutureExt;

use super::*;
use crate::{
    content::verify::digest_of,
    oci::MediaType,
    ops::{
        image::{Images, place},
        progress::{Event, Role},
        read,
        tree::Selection,
    },
    registry::{
        ManifestRef,
        recorder::{Recorder, run},
    },
};

fn layer_type() -> MediaType {
    MediaType::new("application/x.layer")
}

fn verified(images: &Images, root: &Descriptor, options: &Options) -> (Report, Recorder) {
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
    let (report, recorder) = verified(&images, &index, &Options::default());
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
    let (report, _) = verified(&images, &image, &Options::default());

    let mismatch = Mismatch::Digest { expected: wrong.digest.clone(), actual: digest_of(b"wrong") };
    assert_eq!(*outcome_of(&report, &wrong.digest), Outcome::Mismatch(mismatch));
    let mismatch = Mismatch::Size { expected: 3, actual: 6 };
    assert_eq!(*outcome_of(&report, &long.digest), Outcome::Mismatch(mismatch));
    for (found, why) in [(&gone, "no such blob"), (&foreign, "foreign"), (&unknown, "sha3-256")] {
        let Outcome::NotVerified(text) = outcome_of(&report, &found.digest) else { panic!() };
        assert!(text.contains(why), "{text}");
    }
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
    let (report, _) = verified(&images, &index, &Options::default());
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
    let (report, _) = verified(&images, &image, &Options::default());
    assert_eq!((report.totals().mismatched, report.totals().verified), (1, 3));
}

#[test]
fn one_platform_is_verified_alone() {
    let images = Images::default();
    let amd = images.image("linux/amd64", &["one"]);
    let index = images.index(&[amd, images.image("linux/arm64", &["two"])]);
    let selection = Selection::Platforms(vec!["linux/amd64".parse().unwrap()]);
    let (report, recorder) =
        verified(&images, &index, &Options { selection, ..Options::default() });
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
        let (report, recorder) = verified(&images, &image, &Options::default());
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
        verify(&images.memory, &place(), root, &Options::default()).await
    });
    assert!(matches!(report.objects[0].outcome, Outcome::NotVerified(_)));
    assert_eq!(report.totals().verified, 2);
}

#[test]
fn events_tell_of_every_object_and_of_every_byte() {
    let images = Images::default();
    let large = "x".repeat(200_000);
    let image = images.image("linux/amd64", &[&large]);
    let heard: Rc<RefCell<Vec<Event>>> = Rc::default();
    let told = heard.clone();
    let observer = Observer::new(move |event| told.borrow_mut().push(event.clone()));
    verified(&images, &image, &Options { observer, ..Options::default() });
    let heard = heard.take();
    let layer = digest_of(large.as_bytes());
    let done: Vec<u64> = heard
        .iter()
        .filter_map(|event| match event {
            Event::Progress { digest, done } if *digest == layer => Some(*done),
            _ => None,
        })
        .collect();
    assert!(done.len() > 2 && done.is_sorted() && done.last() == Some(&200_000), "{done:?}");
    let count = |of: fn(&Event) -> bool| heard.iter().filter(|event| of(event)).count();
    assert_eq!(count(|event| matches!(event, Event::Started { .. })), 3);
    assert_eq!(count(|event| matches!(event, Event::Finished { .. })), 3);
    assert_eq!(count(|event| matches!(event, Event::Planned { objects: 3, .. })), 1);
    let starts =
        |role| move |event: &&Event| matches!(event, Event::Started { role: r, .. } if *r == role);
    assert_eq!(heard.iter().filter(starts(Role::Config)).count(), 1);
}

#[test]
fn r157_the_window_bounds_transfers() {
    let images = Images::default();
    let layers: Vec<_> = (0..20).map(|i| i.to_string()).collect();
    let layers: Vec<_> = layers.iter().map(String::as_str).collect();
    let image = images.image("linux/amd64", &layers);
    let (report, recorder) = verified(&images, &image, &Options::default());
    assert!(recorder.most_at_once() <= 4);
    assert_eq!(report.totals().verified, 22);
}

#[test]
fn dropping_the_future_stops_it() {
    let images = Images::default();
    let image = images.image("linux/amd64", &["one", "two"]);
    let recorder = Recorder::new(Rc::new(images.memory.clone()));
    let root = run(read::manifest(&images.memory, &place(), &image)).unwrap();
    let options = Options { window: 1, ..Options::default() };
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
    let (report, _) = verified(&images, &image, &Options::default());
    let json = report.to_json();
    assert_eq!(json["root"], image.digest.as_str());
    assert_eq!((&json["verified"], &json["mismatched"]), (&2.into(), &1.into()));
    let layer = &json["objects"][2];
    assert_eq!(layer["outcome"]["state"], "mismatch");
    assert_eq!(layer["outcome"]["actual"], digest_of(b"wrong").as_str());
}
