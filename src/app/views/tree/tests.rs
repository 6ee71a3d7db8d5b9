#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use bytes::Bytes;

use super::*;
use crate::{
    app::views::object::Answer,
    caps,
    error::ErrorKind,
    oci::{MediaType, parse_document},
    registry::{ReferrersSource, Verification},
};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A digest of this number; documents here are found by made-up digests, so that they can form
/// cycles, which true digests cannot.
fn digest(n: usize) -> Digest {
    format!("sha256:{n:064x}").parse().unwrap()
}

fn object(n: usize, text: &str) -> Rc<Object> {
    let document = parse_document(Bytes::from(text.to_owned()), None);
    let media_type = document.value.media_type().cloned().unwrap_or(MediaType::OCTET_STREAM);
    let descriptor = Descriptor::new(media_type, digest(n), text.len() as u64);
    Rc::new(Object { descriptor, verification: Verification::Verified, document })
}

fn entry(n: usize, media_type: &str, size: u64, more: &str) -> String {
    format!(r#"{{"mediaType":"{media_type}","digest":"{}","size":{size}{more}}}"#, digest(n))
}

fn index(entries: &[String]) -> String {
    format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{}]}}"#, entries.join(","))
}

fn manifest(config: usize, layers: &[(usize, u64)]) -> String {
    let layers: Vec<_> = layers.iter().map(|(n, size)| entry(*n, "x/y", *size, "")).collect();
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{},"layers":[{}]}}"#,
        entry(config, "application/vnd.oci.image.config.v1+json", 7, ""),
        layers.join(",")
    )
}

fn platform(text: &str) -> String {
    let (os, architecture) = text.split_once('/').unwrap();
    format!(r#","platform":{{"os":"{os}","architecture":"{architecture}"}}"#)
}

fn attestation(of: usize) -> String {
    format!(
        r#","platform":{{"os":"unknown","architecture":"unknown"}},"annotations":{{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"{}"}}"#,
        digest(of)
    )
}

fn objects(all: &[(usize, String)]) -> Objects {
    let mut objects = Objects::default();
    all.iter().for_each(|(n, text)| objects.insert(object(*n, text)));
    objects
}

/// Role and digest number of every node, indented by depth.
fn outline(node: &TreeNode) -> String {
    fn add(node: &TreeNode, depth: usize, out: &mut String) {
        let role = match &node.role {
            Role::Platform(platform) => platform.to_string(),
            Role::StrayAttestation(_) => "stray".to_owned(),
            role => format!("{role:?}").to_lowercase(),
        };
        let number = node.descriptor.digest.encoded().trim_start_matches('0');
        let cut = node.cut.map_or(String::new(), |cut| format!(" {cut:?}"));
        out.push_str(&format!("{}{role} {number}{cut}\n", "  ".repeat(depth)));
        node.children.iter().for_each(|child| add(child, depth + 1, out));
        if let Referring::Ready { nodes, .. } = &node.referring {
            nodes.iter().for_each(|child| add(child, depth + 1, out));
        }
    }
    let mut out = String::new();
    add(node, 0, &mut out);
    out
}

fn image_index() -> Rc<Object> {
    object(
        1,
        &index(&[
            entry(2, MANIFEST, 300, &platform("linux/amd64")),
            entry(3, MANIFEST, 300, &platform("linux/arm64")),
            entry(4, MANIFEST, 300, &attestation(2)),
            entry(5, MANIFEST, 300, &attestation(99)),
        ]),
    )
}

#[test]
fn attestations_stand_below_what_they_are_about() {
    let objects =
        objects(&[(2, manifest(20, &[(30, 100), (31, 50)])), (3, manifest(21, &[(30, 100)]))]);
    let tree = build(&image_index(), &objects, None, Follow::Root);
    assert_eq!(
        outline(&tree.root),
        "root 1\n  linux/amd64 2\n    config 14\n    layer(1) 1e\n    layer(2) 1f\n    attestation 4\n  \
         linux/arm64 3\n    config 15\n    layer(1) 1e\n  stray 5\n"
    );
}

#[test]
fn a_document_counts_the_bytes_that_came() {
    let text = manifest(20, &[(30, 100)]);
    let came = text.len() as u64;
    let all = objects(&[(2, text)]);
    for stated in [0, came - 1, came, came + 1, 1_000_000_000_000] {
        let root = object(1, &index(&[entry(2, MANIFEST, stated, &platform("linux/amd64"))]));
        let node = build(&root, &all, None, Follow::Root).root;
        assert_eq!(node.total.bytes(), came + 107, "{stated}");
        let wrong = (stated != came).then_some((stated, came));
        assert_eq!((node.children[0].wrong_size(), node.children[0].size), (wrong, Some(came)));
        assert_eq!(node.wrong_size(), None, "nothing points at the root");
        let unread = build(&root, &Objects::default(), None, Follow::Root).root;
        assert_eq!((unread.total.bytes(), unread.children[0].wrong_size()), (stated, None));
    }
}

#[test]
fn shared_blobs_count_once_in_the_total() {
    let objects =
        objects(&[(2, manifest(20, &[(30, 100), (31, 50)])), (3, manifest(21, &[(30, 100)]))]);
    let total = build(&image_index(), &objects, None, Follow::Root).root.total;
    // Two manifests as they came, a stray attestation of 300, two configurations of 7, layers of 100
    // and 50.
    let came = manifest(20, &[(30, 100), (31, 50)]).len() + manifest(21, &[(30, 100)]).len();
    let expected = came as u64 + 300 + 14 + 150;
    assert_eq!((total.bytes(), total.shared(), total.is_partial), (expected, 100, false));
}

#[test]
fn what_is_missing_is_wanted_and_the_size_is_partial() {
    let tree = build(&image_index(), &Objects::default(), None, Follow::Root);
    assert!(tree.root.total.is_partial);
    let wanted: Vec<_> = tree
        .wanted
        .iter()
        .map(|want| match want {
            Want::Manifest(descriptor) => descriptor.digest.clone(),
            Want::Referrers(digest) => digest.clone(),
        })
        .collect();
    assert_eq!(wanted, [digest(2), digest(3), digest(1)], "no attestation is read unasked");
}

#[test]
fn a_platform_leaves_the_others_out() {
    let tree = build(&image_index(), &Objects::default(), Some("linux/arm64"), Follow::Root);
    assert_eq!(outline(&tree.root), "root 1\n  linux/arm64 3\n  stray 5\n");
    assert_eq!(tree.left_out, 1);
}

/// Docker's own index of a build cache, and types that are unknown (docker/buildx#173).
#[test]
fn blobs_of_an_index_are_listed_and_not_asked_for() {
    let cache = index(&[
        entry(2, "application/vnd.oci.image.layer.v1.tar+gzip", 100, ""),
        entry(3, "application/vnd.buildkit.cacheconfig.v0", 20, ""),
        entry(4, "application/vnd.example.unknown", 3, ""),
    ]);
    let tree = build(&object(1, &cache), &Objects::default(), None, Follow::All);
    assert_eq!(outline(&tree.root), "root 1\n  blob 2\n  blob 3\n  blob 4\n");
    assert_eq!(tree.wanted, [Want::Referrers(digest(1))]);
    assert_eq!((tree.root.total.bytes(), tree.root.total.is_partial), (123, false));
}

#[test]
fn a_digest_chooses_one_of_two_entries_for_a_platform() {
    let twins = object(
        1,
        &index(&[
            entry(2, MANIFEST, 300, &platform("linux/amd64")),
            entry(3, MANIFEST, 300, &platform("linux/amd64")),
        ]),
    );
    let check = |wanted: &str, expected: &str| {
        let tree = build(&twins, &Objects::default(), Some(wanted), Follow::Root);
        assert_eq!(outline(&tree.root), format!("root 1\n  linux/amd64 {expected}\n"));
        assert_eq!(tree.left_out, 1);
    };
    check(digest(3).as_str(), "3");
    check(digest(2).as_str(), "2");
    check("linux/amd64", "2");
}

#[test]
fn a_cycle_of_indexes_ends() {
    let to = |n| index(&[entry(n, INDEX, 9, "")]);
    let objects = objects(&[(2, to(1))]);
    let tree = build(&object(1, &to(2)), &objects, None, Follow::Root);
    assert_eq!(outline(&tree.root), "root 1\n  entry 2\n    entry 1 Cycle\n");
}

#[test]
fn a_cycle_of_referrers_ends() {
    let (a, b) = (manifest(20, &[]), manifest(21, &[]));
    let mut objects = objects(&[(2, b)]);
    for (subject, by) in [(1, 2), (2, 1)] {
        let item = Descriptor::new(MediaType::OCI_MANIFEST, digest(by), 9);
        let items = vec![(item, ReferrersSource::Api)];
        let found = Referrers { items, ..Referrers::default() };
        objects.answer(Answer::Referrers(digest(subject), Ok(found)));
    }
    let tree = build(&object(1, &a), &objects, None, Follow::All);
    assert_eq!(
        outline(&tree.root),
        "root 1\n  config 14\n  referrer(api) 2\n    config 15\n    referrer(api) 1 Cycle\n"
    );
}

#[test]
fn cap_image_depth_leaves_deeper_manifests_closed() {
    let check = |depth: usize, is_cut: bool| {
        let deep: Vec<_> = (2..=depth).map(|n| (n, index(&[entry(n + 1, INDEX, 9, "")]))).collect();
        let mut objects = objects(&deep);
        objects.insert(object(depth + 1, &index(&[])));
        let root = object(1, &index(&[entry(2, INDEX, 9, "")]));
        let outline = outline(&build(&root, &objects, None, Follow::Root).root);
        assert_eq!(outline.lines().count(), depth + 1);
        assert_eq!(outline.trim_end().ends_with("Depth"), is_cut, "{depth}");
    };
    check(caps::IMAGE_DEPTH, false);
    check(caps::IMAGE_DEPTH + 1, true);
    let endless: Vec<_> = (2..60).map(|n| (n, index(&[entry(n + 1, INDEX, 9, "")]))).collect();
    let root = object(1, &index(&[entry(2, INDEX, 9, "")]));
    let tree = build(&root, &objects(&endless), None, Follow::Root);
    assert_eq!(outline(&tree.root).lines().count(), caps::IMAGE_DEPTH + 2);
}

#[test]
fn depth_and_number_of_nodes_are_bounded() {
    // Ten entries that each hold ten entries, six levels deep: a million nodes.
    let wide = |n: usize| {
        let entries: Vec<_> = (0..10).map(|at| entry(n + 1 + at * 100, INDEX, 9, "")).collect();
        index(&entries)
    };
    let all: Vec<_> =
        (2..8).flat_map(|level| (0..10).map(move |at| (level + at * 100, wide(level)))).collect();
    let tree = build(&object(1, &wide(1)), &objects(&all), None, Follow::Root);
    let nodes = outline(&tree.root).lines().count();
    assert_eq!((nodes, tree.root.cut), (caps::IMAGE_OBJECTS, Some(Cut::Nodes)));
}

#[test]
fn cap_image_objects_holds_for_entries_attestations_and_referrers() {
    let check = |entries: &[String], referrers: usize, is_cut: bool| {
        let mut objects = Objects::default();
        let item = |n: usize| {
            (Descriptor::new(MediaType::OCI_MANIFEST, digest(n), 9), ReferrersSource::Api)
        };
        let items = (0..referrers).map(|n| item(100_000 + n)).collect();
        objects
            .answer(Answer::Referrers(digest(1), Ok(Referrers { items, ..Referrers::default() })));
        let tree = build(&object(1, &index(entries)), &objects, None, Follow::Root);
        assert_eq!(outline(&tree.root).lines().count(), caps::IMAGE_OBJECTS);
        let Referring::Ready { may_be_incomplete, .. } = &tree.root.referring else { panic!() };
        assert_eq!((tree.root.cut.is_some() || *may_be_incomplete), is_cut);
    };
    // The root is one of them.
    let most = caps::IMAGE_OBJECTS - 1;
    let images = |count: usize| (2..count + 2).map(|n| entry(n, MANIFEST, 9, "")).collect();
    let about = |of: usize, count: usize| {
        let mut all: Vec<_> =
            (0..count).map(|n| entry(50_000 + n, MANIFEST, 9, &attestation(of))).collect();
        all.push(entry(2, MANIFEST, 9, ""));
        all
    };
    let check_all = |count: usize, is_cut: bool| {
        let images: Vec<_> = images(count);
        check(&images, 0, is_cut);
        check(&about(2, count - 1), 0, is_cut);
        check(&about(3, count - 1), 0, is_cut);
        check(&[], count, is_cut);
    };
    check_all(most, false);
    check_all(most + 1, true);
}

/// Each digest is counted, sorted and found in steps that do not grow with all the others.
#[test]
fn indexes_of_very_many_images_and_attestations_are_built_in_one_go() {
    let images = 4_000;
    let read: Vec<_> = (0..images).map(|n| (2 + n, manifest(100_000 + n, &[]))).collect();
    let objects = objects(&read);
    let entries = (0..images).map(|n| entry(2 + n, MANIFEST, 9, &platform(&format!("linux/a{n}"))));
    let about = (0..15_000).map(|n| entry(50_000 + n, MANIFEST, 9, &attestation(2 + n % images)));
    let root = object(1, &index(&entries.chain(about).collect::<Vec<_>>()));
    let tree = build(&root, &objects, None, Follow::Root);
    // The number of nodes is the cap; each image that fits has its configuration and attestations.
    assert_eq!(outline(&tree.root).lines().count(), caps::IMAGE_OBJECTS);
    assert_eq!(tree.root.total.count(), 2 * tree.root.children.len());
}

#[test]
fn a_failed_child_stays_in_its_place() {
    let mut objects = Objects::default();
    let error = ErrorKind::Unavailable.into();
    objects.answer(Answer::Manifest(digest(2), Err(error)));
    let tree = build(&image_index(), &objects, None, Follow::Root);
    assert!(
        matches!(&tree.root.children[0].reading, Reading::Failed(error) if error.is_retryable())
    );
    assert!(tree.root.total.is_partial);
}

#[test]
fn referrers_take_their_type_from_the_manifest() {
    let mut objects = objects(&[(
        2,
        manifest(20, &[]).replace("\"config\"", "\"artifactType\":\"a/b\",\"config\""),
    )]);
    let item = Descriptor::new(MediaType::OCI_MANIFEST, digest(2), 9);
    let found = Referrers {
        items: vec![(item, ReferrersSource::FallbackTag)],
        may_be_incomplete: true,
        ..Referrers::default()
    };
    objects.answer(Answer::Referrers(digest(1), Ok(found)));
    let tree = build(&object(1, &manifest(20, &[])), &objects, None, Follow::Root);
    let Referring::Ready { nodes, may_be_incomplete: true, .. } = &tree.root.referring else {
        panic!("{:?}", tree.root.referring)
    };
    assert_eq!(nodes[0].artifact_type.as_deref(), Some("a/b"));
}

#[test]
fn referrers_cost_no_request_until_they_are_opened() {
    let image = entry(2, MANIFEST, 9, "");
    let mut objects = objects(&[(2, manifest(20, &[]))]);
    for subject in [1, 2] {
        let item = Descriptor::new(MediaType::OCI_MANIFEST, digest(subject + 50), 9);
        let items = vec![(item, ReferrersSource::FallbackTag)];
        let found = Referrers { items, ..Referrers::default() };
        objects.answer(Answer::Referrers(digest(subject), Ok(found)));
    }
    let root = object(1, &index(&[image]));
    assert_eq!(build(&root, &objects, None, Follow::All).wanted, []);
    objects.answer(Answer::Manifest(
        digest(51),
        Ok(Box::new(Object::clone(&object(51, &manifest(30, &[]))))),
    ));
    assert_eq!(build(&root, &objects, None, Follow::All).wanted, [], "nor those of an open one");
}

#[test]
fn broken_and_unknown_documents_show_what_they_have() {
    let text = format!(r#"{{"mediaType":"x/y","layers":[{}]}}"#, entry(9, "a/b", 5, ""));
    let tree = build(&object(1, &text), &Objects::default(), None, Follow::Root);
    assert_eq!(outline(&tree.root), "root 1\n  layer(1) 9\n");
    for text in ["", "<html>", "[]", "null", r#"{"schemaVersion":2"#] {
        let tree = build(&object(1, text), &Objects::default(), None, Follow::Root);
        let Reading::Ready(object) = &tree.root.reading else { panic!("{text}") };
        assert!(tree.root.children.is_empty() && !object.issues().is_empty(), "{text}");
    }
}
