#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::{cell::RefCell, rc::Rc};

use super::*;
use crate::{
    caps,
    content::verify::digest_of,
    error::ErrorKind,
    oci::RepositoryName,
    ops::progress::{JobEvent, Observer, Outcome},
    registry::Read,
    testing::{
        images::{Images, place},
        recorder::{Recorder, run},
    },
};

fn walked(images: &Images, root: &Descriptor, options: &WalkOptions) -> Tree {
    let memory: &dyn Read = &images.memory;
    run(async {
        let manifest = crate::ops::read::manifest(memory, &place(), root).await.unwrap();
        walk(&InRepository::new(memory, &place()), manifest, options).await
    })
}

/// The tree as text: role and state, indented by depth.
fn outline(tree: &Tree) -> Vec<String> {
    fn add(tree: &Tree, id: NodeId, lines: &mut Vec<String>) {
        let node = tree.get(id).unwrap();
        let state = match &node.content {
            NodeContent::Opened(_) => "opened",
            NodeContent::Blob => "blob",
            NodeContent::Repeated(_) => "repeated",
            NodeContent::NotSelected => "not selected",
            NodeContent::Cut => "cut",
            NodeContent::Failed(_) => "failed",
        };
        lines.push(format!("{}{:?} {state}", "  ".repeat(node.depth), node.role));
        tree.children(id).for_each(|(child, _)| add(tree, child, lines));
    }
    let mut lines = Vec::new();
    add(tree, tree.root(), &mut lines);
    lines
}

#[test]
fn an_index_opens_down_to_its_layers() {
    let images = Images::default();
    let index = images.index(&[
        images.image("linux/amd64", &["one", "two"]),
        images.image("linux/arm64", &["one"]),
    ]);
    let tree = walked(&images, &index, &WalkOptions::default());
    let expected = [
        "Root opened",
        "  Manifest opened",
        "    Config blob",
        "    Layer blob",
        "    Layer blob",
        "  Manifest opened",
        "    Config blob",
        "    Layer blob",
    ];
    assert_eq!(outline(&tree), expected);
    assert!(!tree.is_cut());
    let layers: Vec<_> = tree.nodes().filter(|(_, node)| node.role == Role::Layer).collect();
    let platforms: Vec<_> =
        layers.iter().map(|(id, _)| tree.platform(*id).unwrap().to_string()).collect();
    assert_eq!(platforms, ["linux/amd64", "linux/amd64", "linux/arm64"]);
    assert_eq!(layers[0].1.descriptor.digest, layers[2].1.descriptor.digest, "shared");
}

#[test]
fn sizes_count_each_digest_once() {
    let images = Images::default();
    let a = images.image("linux/amd64", &["shared"]);
    let b = images.image("linux/arm64", &["shared"]);
    let index = images.index(&[a.clone(), b.clone()]);
    let tree = walked(&images, &index, &WalkOptions::default());
    let configs: u64 = tree
        .nodes()
        .filter(|(_, node)| node.role == Role::Config)
        .map(|(_, node)| node.descriptor.size)
        .sum();
    assert_eq!(tree.size(tree.root()), index.size + a.size + b.size + configs + 6);
}

#[test]
fn what_cannot_be_read_stays_in_its_place() {
    let images = Images::default();
    let good = images.image("linux/amd64", &["one"]);
    let gone = Descriptor::new(MediaType::OCI_MANIFEST, digest_of(b"gone"), 4);
    let short = Descriptor { size: good.size + 1, ..images.image("linux/arm64", &["two"]) };
    let broken = images.manifest("not json");
    let index = images.index(&[gone, good, short, broken]);
    let tree = walked(&images, &index, &WalkOptions::default());
    let expected = [
        "Root opened",
        "  Manifest failed",
        "  Manifest opened",
        "    Config blob",
        "    Layer blob",
        "  Manifest failed",
        "  Manifest opened",
    ];
    assert_eq!(outline(&tree), expected);
    let (_, last) = tree.children(tree.root()).last().unwrap();
    let NodeContent::Opened(opened) = &last.content else { panic!("{last:?}") };
    assert!(!opened.document.is_sound(), "broken, and shown as far as it can be");
    let (_, short) = tree.children(tree.root()).nth(2).unwrap();
    let NodeContent::Failed(error) = &short.content else { panic!("{short:?}") };
    assert!(matches!(error.kind, ErrorKind::WrongSize { .. }), "the digest is right");
}

#[test]
fn a_digest_is_opened_once() {
    let images = Images::default();
    let image = images.image("linux/amd64", &["one"]);
    let inner = images.index(std::slice::from_ref(&image));
    let index = images.index(&[image.clone(), image, inner.clone(), inner]);
    let recorder = Recorder::new(Rc::new(images.memory.clone()));
    let tree = run(async {
        let root = crate::ops::read::manifest(&images.memory, &place(), &index).await.unwrap();
        walk(&InRepository::new(&recorder, &place()), root, &WalkOptions::default()).await
    });
    let expected = [
        "Root opened",
        "  Manifest opened",
        "    Config blob",
        "    Layer blob",
        "  Manifest repeated",
        "  Manifest opened",
        "    Manifest repeated",
        "  Manifest repeated",
    ];
    assert_eq!(outline(&tree), expected);
    assert_eq!(recorder.count("manifest"), 2);
    assert!(!tree.is_cut(), "nothing is missing");
}

#[test]
fn the_window_bounds_requests_at_one_time() {
    let images = Images::default();
    let entries: Vec<_> =
        (0..20).map(|i| images.image("linux/amd64", &[&format!("{i}")])).collect();
    let index = images.index(&entries);
    for window in [1, 4, 7] {
        let recorder = Recorder::new(Rc::new(images.memory.clone()));
        run(async {
            let root = crate::ops::read::manifest(&images.memory, &place(), &index).await.unwrap();
            walk(
                &InRepository::new(&recorder, &place()),
                root,
                &WalkOptions { window, ..WalkOptions::default() },
            )
            .await
        });
        assert_eq!(recorder.most_at_once(), window);
        assert_eq!(recorder.count("manifest"), 20);
    }
}

#[test]
fn deep_and_wide_trees_are_cut_where_the_limits_say() {
    let images = Images::default();
    let mut deep = images.image("linux/amd64", &["one"]);
    for _ in 0..40 {
        deep = images.index(&[deep]);
    }
    let tree = walked(&images, &deep, &WalkOptions::default());
    assert!(tree.is_cut());
    assert_eq!(tree.nodes().map(|(_, node)| node.depth).max(), Some(33));
    let (_, last) = tree.nodes().last().unwrap();
    assert_eq!(last.content, NodeContent::Cut);

    let layers: Vec<_> = (0..50).map(|i| i.to_string()).collect();
    let layers: Vec<_> = layers.iter().map(String::as_str).collect();
    let wide = images.image("linux/amd64", &layers);
    let limits = ImageLimits { nodes: 20, ..ImageLimits::default() };
    let tree = walked(&images, &wide, &WalkOptions { limits, ..WalkOptions::default() });
    assert_eq!((tree.nodes().count(), tree.is_cut()), (20, true));

    let index = images.index(&[wide, images.image("linux/arm64", &layers)]);
    let limits = ImageLimits { bytes: index.size + 10, ..ImageLimits::default() };
    let tree = walked(&images, &index, &WalkOptions { limits, ..WalkOptions::default() });
    assert!(tree.is_cut());
    assert!(outline(&tree).contains(&"  Manifest cut".to_owned()));
}

#[test]
fn a_selection_opens_its_platforms_with_their_attestations() {
    let images = Images::default();
    let amd = images.image("linux/amd64", &["one"]);
    let arm = images.image("linux/arm64/v8", &["two"]);
    let of_amd = images.attestation(&amd);
    let of_arm = images.attestation(&arm);
    let nested = images.index(&[images.image("linux/arm64", &["three"])]);
    let index = images.index(&[amd, arm, of_amd, of_arm, nested]);
    let check = |platform: &str, expected: [&str; 5]| {
        let selection = Selection::Platforms(vec![platform.parse().unwrap()]);
        let tree = walked(&images, &index, &WalkOptions { selection, ..WalkOptions::default() });
        let states = outline(&tree);
        let states: Vec<_> = states.iter().filter(|line| line.starts_with("  M")).collect();
        let expected: Vec<_> = expected.iter().map(|state| format!("  Manifest {state}")).collect();
        assert_eq!(states, expected.iter().collect::<Vec<_>>(), "{platform}");
    };
    check("linux/amd64", ["opened", "not selected", "opened", "not selected", "opened"]);
    check("linux/arm64", ["not selected", "opened", "not selected", "opened", "opened"]);
    check("linux/arm64/v8", ["not selected", "opened", "not selected", "opened", "opened"]);
    check(
        "linux/s390x",
        ["not selected", "not selected", "not selected", "not selected", "opened"],
    );
}

#[test]
fn r037_embedded_manifests_save_a_request() {
    let images = Images::default();
    let image = images.image("linux/amd64", &["one"]);
    let data = images.memory.bytes(&image.digest).map(|bytes| bytes.to_vec());
    let index = images.index(&[Descriptor { data, ..image }]);
    for (use_embedded, requests) in [(true, 0), (false, 1)] {
        let recorder = Recorder::new(Rc::new(images.memory.clone()));
        let tree = run(async {
            let root = crate::ops::read::manifest(&images.memory, &place(), &index).await.unwrap();
            let place = place();
            let documents = InRepository { use_embedded, ..InRepository::new(&recorder, &place) };
            walk(&documents, root, &WalkOptions::default()).await
        });
        assert_eq!(recorder.count("manifest"), requests);
        assert_eq!(tree.nodes().count(), 4);
    }
}

#[test]
fn the_observer_hears_of_each_manifest() {
    let images = Images::default();
    let gone = Descriptor::new(MediaType::OCI_MANIFEST, digest_of(b"gone"), 4);
    let index = images.index(&[images.image("linux/amd64", &["one"]), gone.clone()]);
    let heard: Rc<RefCell<Vec<JobEvent>>> = Rc::default();
    let told = heard.clone();
    let observer = Observer::new(move |event| told.borrow_mut().push(event.clone()));
    walked(&images, &index, &WalkOptions { observer, ..WalkOptions::default() });
    let heard = heard.take();
    let started = heard.iter().filter(|event| matches!(event, JobEvent::Started { .. })).count();
    assert_eq!(started, 3);
    assert!(heard.iter().any(|event| matches!(
        event,
        JobEvent::Finished { digest, outcome: Outcome::NotVerified(_) } if *digest == gone.digest
    )));
}

#[test]
fn a_repository_of_its_own_is_asked() {
    let images = Images::default();
    let index = images.index(&[images.image("linux/amd64", &["one"])]);
    let other: RepositoryName = "other".parse().unwrap();
    let tree = run(async {
        let root = crate::ops::read::manifest(&images.memory, &place(), &index).await.unwrap();
        walk(&InRepository::new(&images.memory, &other), root, &WalkOptions::default()).await
    });
    assert_eq!(outline(&tree), ["Root opened", "  Manifest failed"]);
}

/// Indexes nested 1,000 deep, and an index of very many entries.
#[test]
fn indexes_without_an_end_stop_at_the_limits() {
    let images = Images::default();
    let mut nested = images.image("linux/amd64", &["one"]);
    for _ in 0..1_000 {
        nested = images.index(&[nested]);
    }
    let deep = walked(&images, &nested, &WalkOptions::default());
    assert!(deep.is_cut() && deep.nodes().count() < 40, "{}", deep.nodes().count());
    let image = images.image("linux/amd64", &["one"]);
    let wide = images.index(&vec![image; 100_000]);
    let wide = walked(&images, &wide, &WalkOptions::default());
    assert_eq!((wide.nodes().count(), wide.is_cut()), (10_000, true));
}

/// A build cache of BuildKit lists layers and its own configuration (docker/buildx#173).
#[test]
fn an_entry_of_an_index_is_a_blob_or_a_manifest_by_its_media_type() {
    let check = |media_type: &str, platform: Option<&str>, expected: &str| {
        let images = Images::default();
        let platform = platform.map(|platform| platform.parse().unwrap());
        let blob = images.blob(MediaType::new(media_type), "{}");
        let entry = Descriptor { platform, ..blob };
        let recorder = Recorder::new(Rc::new(images.memory.clone()));
        let index = images.index(std::slice::from_ref(&entry));
        let tree = run(async {
            let root = crate::ops::read::manifest(&images.memory, &place(), &index).await.unwrap();
            walk(&InRepository::new(&recorder, &place()), root, &WalkOptions::default()).await
        });
        assert_eq!(outline(&tree)[1..], [format!("  {expected}")], "{media_type}");
        let asked = usize::from(expected != "Blob blob");
        assert_eq!(recorder.count("manifest"), asked, "{media_type}");
    };
    for blob in [
        "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "application/vnd.buildkit.cacheconfig.v0",
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
        "application/vnd.wasm.content.layer.v1+wasm",
        "application/vnd.example.unknown.v7+json",
        "application/octet-stream",
        "application/vnd.oci.empty.v1+json",
    ] {
        check(blob, None, "Blob blob");
    }
    check("application/vnd.wasm.content.layer.v1+wasm", Some("wasip1/wasm"), "Blob blob");
    // What is not there under `/manifests/` was asked for there.
    for manifest in [
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "application/vnd.oci.artifact.manifest.v1+json",
    ] {
        check(manifest, None, "Manifest failed");
    }
    check("application/json", Some("linux/amd64"), "Manifest failed");
    for unstated in ["", " ", "; charset=utf-8"] {
        check(unstated, None, "Manifest failed");
        check(unstated, Some("linux/amd64"), "Manifest failed");
    }
}

#[test]
fn what_a_manifest_lists_as_a_layer_is_a_blob() {
    let images = Images::default();
    let inner = images.image("linux/amd64", &["one"]);
    let outer = images.image_of("linux/amd64", &[Descriptor { platform: None, ..inner }]);
    let tree = walked(&images, &outer, &WalkOptions::default());
    assert_eq!(outline(&tree), ["Root opened", "  Config blob", "  Layer blob"]);
}

#[test]
fn a_selection_of_platforms_leaves_blobs_of_an_index_out() {
    let images = Images::default();
    let index = images.index(&[
        images.image("linux/amd64", &["one"]),
        images.blob(MediaType::new("application/vnd.oci.image.layer.v1.tar"), "two"),
    ]);
    let selection = Selection::Platforms(vec!["linux/amd64".parse().unwrap()]);
    let tree = walked(&images, &index, &WalkOptions { selection, ..WalkOptions::default() });
    assert_eq!(outline(&tree).last().unwrap(), "  Blob not selected");
}

#[test]
fn cap_image_depth_leaves_deeper_manifests_unread() {
    let check = |depth: usize, is_cut: bool| {
        let images = Images::default();
        let mut nested = images.image("linux/amd64", &["one"]);
        for _ in 0..depth {
            nested = images.index(&[nested]);
        }
        let tree = walked(&images, &nested, &WalkOptions::default());
        assert_eq!(tree.is_cut(), is_cut, "{depth}");
        let image = tree.nodes().find(|(_, node)| node.depth == depth).unwrap().1;
        assert_eq!(image.content == NodeContent::Cut, is_cut, "{depth}");
    };
    check(caps::IMAGE_DEPTH, false);
    check(caps::IMAGE_DEPTH + 1, true);
}

#[test]
fn cap_image_objects_counts_each_mention() {
    let check = |objects: usize, is_cut: bool| {
        let images = Images::default();
        let image = images.image("linux/amd64", &["one"]);
        // The index itself, and the configuration and layer of the image.
        let index = images.index(&vec![image; objects - 3]);
        let tree = walked(&images, &index, &WalkOptions::default());
        assert_eq!((tree.nodes().count(), tree.is_cut()), (caps::IMAGE_OBJECTS, is_cut));
    };
    check(caps::IMAGE_OBJECTS, false);
    check(caps::IMAGE_OBJECTS + 1, true);
}

#[test]
fn cap_image_bytes_counts_all_manifests() {
    let images = Images::default();
    // Sixteen manifests of 4 MiB, but for what the index itself takes.
    let padded = |number: usize, length: usize| {
        let text = format!(r#"{{"schemaVersion":2,"layers":[],"a":{number}}}"#);
        images.manifest(&(text.clone() + &" ".repeat(length - text.len())))
    };
    let check = |more: usize, is_cut: bool| {
        let each = (caps::IMAGE_BYTES / 16) as usize;
        let mut entries: Vec<_> = (10..25).map(|number| padded(number, each)).collect();
        entries.push(padded(25, 1_000_000));
        let own = images.index(&entries).size as usize;
        entries.pop();
        entries.push(padded(25, each - own + more));
        let index = images.index(&entries);
        assert_eq!(index.size as usize, own);
        let tree = walked(&images, &index, &WalkOptions::default());
        assert_eq!(tree.is_cut(), is_cut, "{more}");
    };
    check(0, false);
    check(1, true);
}

/// The subject of each attestation is looked up, and not searched for among all entries.
#[test]
fn a_selection_of_very_many_attestations_is_linear() {
    let entry = |n: usize, of: Option<usize>| {
        let digest = |n: usize| format!("sha256:{n:064x}");
        let mut entry = Descriptor::new(MediaType::OCI_MANIFEST, digest(n).parse().unwrap(), 1);
        entry.platform = Some("linux/amd64".parse().unwrap());
        if let Some(of) = of {
            entry
                .annotations
                .push((Descriptor::REFERENCE_TYPE.to_owned(), "attestation-manifest".to_owned()));
            entry.annotations.push((Descriptor::REFERENCE_DIGEST.to_owned(), digest(of)));
        }
        entry
    };
    let many = 20_000;
    let images = (0..many).map(|n| entry(n, None));
    let manifests: Vec<_> = images.chain((0..many).map(|n| entry(many + n, Some(n)))).collect();
    let selection = Selection::Platforms(vec!["linux/amd64".parse().unwrap()]);
    let chosen = selection.of(&manifests);
    assert_eq!(chosen.iter().filter(|is_chosen| **is_chosen).count(), 2 * many);
}
