#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use bytes::Bytes;

use super::*;
use crate::{
    content::verify::digest_of,
    error::ErrorKind,
    oci::{Descriptor, MediaType},
    ops::{
        copy::plan_copy,
        ensure::ManifestName,
        export::{export, plan_export},
        pull::{plan_pull, pull},
        push::plan_push,
    },
    sources::{
        memory::MemoryRegistry,
        objects::{MemoryObjects, ObjectStore},
    },
    testing::{
        images::{Images, place},
        recorder::{Recorder, run},
    },
};

/// Images at an origin, and an empty target. Both write down what they are asked.
struct Bench {
    images: Images,
    asked: Rc<Recorder>,
    written: Rc<Recorder>,
    target: MemoryRegistry,
    from: RepositoryRef,
    to: RepositoryRef,
}

fn bench(to_host: &str) -> Bench {
    let images = Images::default();
    let target = MemoryRegistry::new("target");
    let asked = Rc::new(Recorder::new(Rc::new(images.memory.clone())));
    let written = Rc::new(Recorder::new(Rc::new(target.clone())));
    let at = |host: &str, registry: Rc<Recorder>, repository: &str| RepositoryRef {
        host: host.parse().unwrap(),
        registry,
        repository: repository.parse().unwrap(),
    };
    let from = at("source.example", asked.clone(), place().as_str());
    let to = at(to_host, written.clone(), "c/d");
    Bench { images, asked, written, target, from, to }
}

/// Two images with a shared layer, one of them also in a nested index, and a layer of other places.
fn index(images: &Images) -> Descriptor {
    let amd = images.image("linux/amd64", &["shared", &"l".repeat(70_000)]);
    let urls = vec!["https://elsewhere.example/x".to_owned()];
    let layer = MediaType::new("application/x.layer");
    let foreign = Descriptor { urls, ..images.blob(layer.clone(), "foreign") };
    let arm = images.image_of("linux/arm64", &[images.blob(layer, "shared"), foreign]);
    let nested = images.index(&[amd.clone(), arm.clone()]);
    images.index(&[nested, amd, arm])
}

impl Bench {
    fn plan(&self, root: &Descriptor) -> Result<Plan> {
        let reference = self.from.reference(None, Some(root.digest.clone()));
        let name = ManifestName { tag: Some("v1".parse().unwrap()), digest: None };
        let options = TransferOptions::default();
        run(plan_copy(&self.from, &reference, &self.to, &name, &options)).map(|(_, plan)| plan)
    }

    fn carry_out(&self, plan: &Plan) -> Result<()> {
        run(carry_out(plan, &self.from, &self.to, &TransferOptions::default()))
    }
}

fn is_writing(call: &str) -> bool {
    !["resolve", "stat_blob", "manifest", "blob"].iter().any(|read| call.starts_with(read))
}

/// The requests that a plan announces, in its order.
fn announced(plan: &Plan) -> Vec<String> {
    let blobs = plan.blobs.iter().filter_map(|step| match step.action {
        Action::Send | Action::Resume { .. } => Some(format!("push_blob c/d {}", step.blob.digest)),
        Action::Mount => Some(format!("mount_blob c/d {}", step.blob.digest)),
        Action::Keep | Action::LeaveOut => None,
    });
    let manifests = plan.manifests.iter().filter(|step| step.action == Action::Send);
    let tags = |step: &ManifestStep| {
        step.tags.iter().map(|planned| planned.tag.to_string()).collect::<Vec<_>>().join(",")
    };
    blobs.chain(manifests.map(|step| format!("push_manifest c/d {}", tags(step)))).collect()
}

#[test]
fn r130_a_plan_writes_nothing_and_carrying_it_out_does_what_it_says() {
    for host in ["target.example", "source.example"] {
        let bench = bench(host);
        let root = index(&bench.images);
        if host == "source.example" {
            // One registry: what can be mounted is there.
            for digest in bench.images.memory.digests(&place()) {
                let bytes = bench.images.memory.bytes(&digest).unwrap();
                bench.target.add_blob_as(&place(), &digest, bytes);
            }
        }
        let plan = bench.plan(&root).unwrap();
        assert_eq!(bench.written.take().iter().find(|call| is_writing(call)), None, "{host}");
        assert_eq!(bench.asked.count("blob"), 0, "no blob is read for a plan");
        assert!(bench.target.digests(&bench.to.repository).is_empty());
        let left_out = plan.blobs.iter().filter(|step| step.action == Action::LeaveOut).count();
        // Two configurations, the shared layer, the large one, and the one that is left out.
        assert_eq!((plan.blobs.len(), left_out, plan.manifests.len()), (5, 1, 4));
        assert_eq!(plan.manifests[3].manifest.digest, root.digest, "the root is last");

        bench.carry_out(&plan).unwrap();
        let mut done: Vec<_> =
            bench.written.take().into_iter().filter(|call| is_writing(call)).collect();
        let mut said = announced(&plan);
        done.sort();
        said.sort();
        assert_eq!(done, said, "{host}");

        let again = bench.plan(&root).unwrap();
        assert_eq!((again.bytes(), announced(&again)), (0, Vec::new()), "all is there");
        assert_eq!(again.manifests[0].action, Action::Keep);
    }
}

#[test]
fn r130_a_plan_knows_bytes_what_is_there_and_what_it_overwrites() {
    let bench = bench("target.example");
    let old = bench.images.image("linux/amd64", &["old"]);
    bench.carry_out(&bench.plan(&old).unwrap()).unwrap();
    let large = "l".repeat(70_000);
    bench.target.add_blob(&bench.to.repository, MediaType::OCTET_STREAM, large.clone());
    let new = bench.images.image("linux/amd64", &[&large, "new"]);
    let plan = bench.plan(&new).unwrap();
    let overwritten: Vec<_> = plan.overwritten().collect();
    assert_eq!(overwritten, [(&"v1".parse().unwrap(), &old.digest)]);
    let config = plan.blobs[0].blob.size;
    assert_eq!(plan.bytes(), config + 3 + new.size, "the large layer is there");
    let text = plan.to_string();
    let expected = format!("keep {} 70000\n", digest_of(large.as_bytes()));
    assert!(text.starts_with(&format!("{} bytes to target.example/c/d\n", plan.bytes())), "{text}");
    assert!(text.contains(&expected), "{text}");
    assert!(text.ends_with(&format!("{} v1 (now {})\n", new.size, old.digest)), "{text}");
}

#[test]
fn r130_a_manifest_that_stands_in_two_levels_goes_before_both_parents() {
    let bench = bench("target.example");
    let image = bench.images.image("linux/amd64", &["one"]);
    let inner = bench.images.index(std::slice::from_ref(&image));
    let root = bench.images.index(&[inner.clone(), image.clone()]);
    let plan = bench.plan(&root).unwrap();
    let order: Vec<_> = plan.manifests.iter().map(|step| &step.manifest.digest).collect();
    assert_eq!(order, [&image.digest, &inner.digest, &root.digest]);
    assert_eq!(plan.manifests.iter().map(|step| step.stage).collect::<Vec<_>>(), [0, 1, 2]);
    bench.carry_out(&plan).unwrap();
}

#[test]
fn r130_too_many_levels_or_objects_end_a_plan() {
    let deep = |levels: usize| {
        let bench = bench("target.example");
        let mut root = bench.images.image("linux/amd64", &["one"]);
        for _ in 0..levels {
            root = bench.images.index(&[root]);
        }
        bench.plan(&root).map(|plan| plan.manifests.len()).map_err(|error| error.kind)
    };
    assert_eq!(deep(32), Ok(33));
    assert!(matches!(deep(33), Err(ErrorKind::BadAnswer(_))));
    let bench = bench("target.example");
    let image = bench.images.image("linux/amd64", &["one"]);
    let wide = bench.images.index(&vec![image; 10_000]);
    assert!(matches!(bench.plan(&wide).unwrap_err().kind, ErrorKind::BadAnswer(_)));
    assert_eq!(bench.written.take().iter().find(|call| is_writing(call)), None);
}

#[test]
fn r017_every_error_of_a_transfer_names_registry_repository_and_reference() {
    let check = |error: crate::error::Error, words: &str| {
        assert!(error.to_string().starts_with(words), "{error}");
        assert!(error.context.repository.is_some(), "{error}");
    };
    let bench = bench("source.example");
    let to = RepositoryRef { repository: place(), ..bench.to.clone() };
    let layer = bench.images.blob(MediaType::OCTET_STREAM, "one");
    let gone = digest_of(b"gone");
    check(
        run(bench.from.stat(&gone)).unwrap_err(),
        &format!("could not find blob {}@{gone} on source.example: ", place()),
    );
    let options = TransferOptions::default();
    check(
        run(to.plan_blob(&bench.from, &layer, &options)).unwrap_err(),
        &format!("could not find blob {}@{} on source.example: ", place(), layer.digest),
    );
    let missing = Descriptor { digest: gone.clone(), ..layer };
    let index =
        bench.images.index(&[Descriptor { media_type: MediaType::OCI_MANIFEST, ..missing }]);
    let error = bench.plan(&index).unwrap_err();
    assert_eq!(error.kind, ErrorKind::BlobUnknown(Some(gone.clone())));
    check(error, &format!("could not read manifest {}@{gone} on ", place()));
    let mut deep = bench.images.image("linux/amd64", &["one"]);
    for _ in 0..33 {
        deep = bench.images.index(&[deep]);
    }
    let error = bench.plan(&deep).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::BadAnswer(_)), "{error}");
    let words = format!("could not read manifest {}@{} on source.example: ", place(), deep.digest);
    check(error, &words);
}

#[test]
fn r155_a_plan_of_a_pull_writes_nothing_and_says_what_is_taken_up() {
    let bench = bench("target.example");
    let image = bench.images.image("linux/amd64", &["0123456789", "whole"]);
    let store = MemoryObjects::default();
    let fill = async |text: &'static str, size: u64| {
        let mut writer =
            store.layer(&digest_of(&b"0123456789whole"[size as usize..])).writer().unwrap();
        writer.set_size(5).unwrap();
        writer.write(Bytes::from_static(text.as_bytes())).await.unwrap();
        writer.close().await.unwrap();
    };
    run(fill("whole", 10));
    let mut part = store.layer(&digest_of(b"0123456789")).writer().unwrap();
    part.set_size(10).unwrap();
    run(part.write(Bytes::from_static(b"0123"))).unwrap();
    drop(part);
    let reference = bench.from.reference(None, Some(image.digest.clone()));
    let options = TransferOptions::default();
    let (_, plan) = run(plan_pull(&bench.from, &reference, &store, &options)).unwrap();
    let actions: Vec<_> = plan.blobs.iter().map(|step| step.action).collect();
    assert_eq!(actions, [Action::Send, Action::Resume { held: 4 }, Action::Keep]);
    assert_eq!(plan.bytes(), plan.blobs[0].blob.size + 6 + image.size);
    assert_eq!(bench.asked.count("blob"), 0);
    let stored = ManifestRef::Digest(image.digest);
    assert_eq!(run(store.manifest(&place(), &stored)).unwrap(), None);
    run(pull(&bench.from, &reference, &store, &options)).unwrap();
    let (_, again) = run(plan_pull(&bench.from, &reference, &store, &options)).unwrap();
    assert_eq!(again.bytes(), 0, "{again}");
}

#[test]
fn r156_a_plan_of_a_push_writes_nothing() {
    let bench = bench("target.example");
    let image = bench.images.image("linux/amd64", &["one"]);
    let store = MemoryObjects::default();
    let reference = bench.from.reference(None, Some(image.digest.clone()));
    let options = TransferOptions::default();
    run(pull(&bench.from, &reference, &store, &options)).unwrap();
    let to = RepositoryRef { repository: place(), ..bench.to.clone() };
    bench.target.add_blob(&place(), MediaType::OCTET_STREAM, "one");
    let by_digest = ManifestRef::Digest(image.digest.clone());
    let tags = ["v1".parse().unwrap()];
    let (_, plan) = run(plan_push(&store, &by_digest, &to, &tags, &options)).unwrap();
    let actions: Vec<_> = plan.blobs.iter().map(|step| step.action).collect();
    assert_eq!(actions, [Action::Send, Action::Keep], "the registry has the layer");
    assert_eq!(bench.written.take().iter().find(|call| is_writing(call)), None);
    let from = InStore { store: &store, repository: &place() };
    run(carry_out(&plan, &from, &to, &options)).unwrap();
    assert_eq!(bench.written.count("push_blob"), 1);
    assert!(bench.target.digests(&place()).contains(&image.digest));
}

#[test]
fn r158_a_plan_of_an_export_names_every_file_of_the_archive() {
    let bench = bench("target.example");
    let root = index(&bench.images);
    let reference = bench.from.reference(Some("v1".parse().unwrap()), Some(root.digest));
    let options = TransferOptions::default();
    let plan = run(plan_export(&bench.from, &reference, &options)).unwrap();
    assert_eq!(bench.asked.count("blob"), 0);
    let mut archive = Vec::new();
    run(export(&bench.from, &reference, &mut archive, &options)).unwrap();
    let text = String::from_utf8_lossy(&archive);
    let blobs = plan.objects.blobs.iter();
    let sent = blobs.filter(|step| step.action == Action::Send).map(|step| &step.blob);
    let manifests = plan.objects.manifests.iter().map(|step| &step.manifest);
    let named: Vec<_> = sent.chain(manifests).collect();
    for object in &named {
        let path = format!("blobs/sha256/{}", object.digest.encoded());
        assert!(text.contains(&path), "{path}");
    }
    assert_eq!(text.matches("blobs/sha256/").count(), named.len());
}

#[test]
fn r158_a_store_can_be_exported_too() {
    let bench = bench("target.example");
    let image = bench.images.image("linux/amd64", &["one"]);
    let store = MemoryObjects::default();
    let reference = bench.from.reference(None, Some(image.digest.clone()));
    let options = TransferOptions { window: 1, ..TransferOptions::default() };
    run(pull(&bench.from, &reference, &store, &options)).unwrap();
    let place = place();
    let from = InStore { store: &store, repository: &place };
    let mut bytes = Vec::new();
    run(async {
        let archive = TarArchive::new(&mut bytes);
        let root = from.manifest(&ManifestRef::Digest(image.digest.clone())).await?.unwrap();
        let mut planner = Planner::new(&from, &archive, &options);
        planner.add(&root, &[]).await?;
        carry_out(&planner.finish(), &from, &archive, &options).await?;
        archive.end().await
    })
    .unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains(image.digest.encoded()));
}
