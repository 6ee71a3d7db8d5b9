//! Errors of sources that are no registry, and of jobs on a registry that keeps other names than it is given.

use async_trait::async_trait;

use super::*;
use crate::{
    error::ErrorKind,
    registry::{BlobStream, Delete, Manifest, Page, Read, Write},
    sources::{layout::Folder, memory::MemoryRegistry},
    testing::recorder::run,
};

/// Runs one operation on a source that is no registry.
fn check_source(
    faults: &mut Vec<String>,
    registry: &str,
    (what, named): (&str, Named),
    task: impl Future<Output = Result<()>>,
) {
    match run(task) {
        Err(error) => faults.extend(unnamed(&error, registry, named, what)),
        // What is not there has no size, is not mounted, and can be pushed.
        Ok(()) if matches!(what, "stat" | "mount_blob" | "push_blob" | "push_manifest") => {}
        // Memory takes whatever type a manifest has.
        Ok(()) if what == "push_manifest of another type" => {}
        Ok(()) => faults.push(format!("{what}: no error")),
    }
}

#[test]
fn r016_every_error_of_a_source_names_it_and_the_reference() {
    let mut faults = Vec::new();
    let memory = || MemoryRegistry::new("memory.example");
    let folder = Folder::new("images", "/no/such/folder", place());
    let read_only = ReadOnly::new(Rc::new(folder.clone()));
    for case in READING {
        check_source(&mut faults, "memory.example", case, reading(case.0, &memory()));
        check_source(&mut faults, "images", case, reading(case.0, &folder));
        check_source(&mut faults, "images", case, reading(case.0, &read_only));
    }
    for case in WRITING {
        check_source(&mut faults, "images", case, writing(case.0, &read_only));
        check_source(&mut faults, "memory.example", case, writing(case.0, &memory()));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn r016_every_error_of_an_object_store_names_it_and_the_reference() {
    let (store, options) = (MemoryObjects::default(), TransferOptions::default());
    let bench = Bench::new(Reply::status(404));
    let (to, by_tag) = (bench.place(), ManifestRef::from(tag()));
    let push = || bench.clock.run(push::push(&store, &by_tag, &to, &[tag()], &options)).unwrap();
    let missing = push().unwrap_err();
    assert_eq!(unnamed(&missing, "memory", Named::Tag, "a manifest"), None);
    let config = blob().to_node();
    let image = format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{config}]}}"#);
    let stored = StoredManifest { media_type: MediaType::OCI_MANIFEST, bytes: image.into() };
    run(store.write_manifest(&place(), &by_tag, &stored)).unwrap();
    let missing = push().unwrap_err();
    assert_eq!(unnamed(&missing, "memory", Named::Blob, "a layer"), None);
}

/// A registry that keeps what is pushed under a digest of its own choice.
struct Renaming(MemoryRegistry);

#[async_trait(?Send)]
impl Read for Renaming {
    async fn manifest(&self, place: &RepositoryName, named: &ManifestRef) -> Result<Manifest> {
        self.0.manifest(place, named).await
    }

    async fn blob(&self, place: &RepositoryName, blob: &Descriptor) -> Result<BlobStream> {
        self.0.blob(place, blob).await
    }
}

impl List for Renaming {}

impl Delete for Renaming {}

#[async_trait(?Send)]
impl Write for Renaming {
    async fn push_manifest_as(
        &self,
        _: &RepositoryName,
        _: &Descriptor,
        _: Bytes,
        _: &[Tag],
    ) -> Result<Descriptor> {
        Ok(blob())
    }
}

#[test]
fn r125_what_is_kept_under_another_digest_is_no_success() {
    let registry = Rc::new(Renaming(MemoryRegistry::new("memory")));
    let to =
        RepositoryRef { host: "registry.example".parse().unwrap(), registry, repository: place() };
    let name = ensure::ManifestName { tag: Some(tag()), digest: None };
    let (sources, options) = (ensure::Sources::default(), TransferOptions::default());
    let kind = MediaType::OCI_INDEX;
    let pushed = ensure::ensure_manifest(&to, &name, &kind, INDEX.into(), &sources, &options);
    let error = run(pushed).unwrap_err();
    let (expected, actual) = (digest_of(INDEX.as_bytes()), blob().digest);
    assert_eq!(error.kind, ErrorKind::DigestMismatch { expected, actual });
    assert_eq!(unnamed(&error, "registry.example", Named::Index, "a manifest"), None);
}

/// A list with a name that is no tag.
struct OddNames(MemoryRegistry);

#[async_trait(?Send)]
impl Read for OddNames {
    async fn manifest(&self, place: &RepositoryName, named: &ManifestRef) -> Result<Manifest> {
        self.0.manifest(place, named).await
    }

    async fn blob(&self, place: &RepositoryName, blob: &Descriptor) -> Result<BlobStream> {
        self.0.blob(place, blob).await
    }
}

#[async_trait(?Send)]
impl List for OddNames {
    async fn tags(&self, place: &RepositoryName, from: Option<&str>) -> Result<Page<Tag>> {
        let page = self.0.tags(place, from).await?;
        Ok(Page { unaddressable: vec!["has+plus".to_owned()], ..page })
    }
}

#[test]
fn r102_names_outside_the_grammar_stand_beside_the_tags_of_a_digest() {
    let memory = MemoryRegistry::new("memory");
    let index = memory.add_manifest(&place(), MediaType::OCI_INDEX, INDEX, Some(&tag()));
    let found = run(tags_of::tags_of(&OddNames(memory), &place(), &index.digest, 1)).unwrap();
    assert_eq!((found.tags, found.unaddressable), (vec![tag()], vec!["has+plus".to_owned()]));
}
