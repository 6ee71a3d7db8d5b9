//! Errors of every operation that asks a registry or another source: each names the registry, the repository
//! and the reference.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod sources;

use std::rc::Rc;

use bytes::Bytes;

use super::{
    copy, ensure, export, lookup, not_in_protocol, object, pull, push, read,
    repository_ref::RepositoryRef, synthesize, tags_of, transfer::TransferOptions,
};
use crate::{
    client::{Clients, RemoteRegistry, Repository},
    content::verify::digest_of,
    error::{Error, Result},
    oci::{Decoders, Descriptor, ManifestRef, MediaType, RepositoryName, Tag},
    registry::{ByteRange, List, ReadOnly, Registry, SharedSource, Source, collect},
    sources::objects::{MemoryObjects, ObjectStore, StoredManifest},
    testing::{Reply, Scripted, VirtualClock},
    transport::Stack,
};

const INDEX: &str = r#"{"schemaVersion":2,"manifests":[]}"#;

fn place() -> RepositoryName {
    "a/b".parse().unwrap()
}

fn tag() -> Tag {
    "v1".parse().unwrap()
}

fn blob() -> Descriptor {
    Descriptor::new(MediaType::OCTET_STREAM, digest_of(b"blob"), 4)
}

/// A registry that answers everything in the same way.
struct Bench {
    clock: VirtualClock,
    registry: RemoteRegistry,
}

impl Bench {
    fn new(reply: Reply) -> Self {
        let clock = VirtualClock::default();
        let script = Scripted::answering(clock.shared(), move |_, _| reply.clone());
        let clients = Clients::new(Stack::over(script, clock.shared()));
        let registry = clients.get(&"registry.example".parse().unwrap(), None).unwrap();
        Self { clock, registry }
    }

    fn handle(&self) -> Repository {
        self.registry.repository(place())
    }

    fn place(&self) -> RepositoryRef {
        let (host, registry) = ("registry.example".parse().unwrap(), self.registry.shared());
        RepositoryRef { host, registry, repository: place() }
    }

    /// Runs one operation, and adds to the faults if its error does not say where it happened.
    fn check(
        &self,
        faults: &mut Vec<String>,
        (what, named): (&str, Named),
        task: impl Future<Output = Result<()>>,
    ) {
        match self.clock.run(task).unwrap() {
            Err(error) => faults.extend(unnamed(&error, "registry.example", named, what)),
            // What answered nothing is told beside an empty list.
            Ok(()) if what == "referrers" => {}
            Ok(()) => faults.push(format!("{what}: no error")),
        }
    }
}

/// Returns the fault of an error whose words do not name registry, repository and reference.
fn unnamed(error: &Error, registry: &str, named: Named, what: &str) -> Option<String> {
    let (words, context) = (error.to_string(), &error.context);
    let is_named = words.contains(&format!(" on {registry}: "))
        && words.contains(&format!("a/b{}", named.text()))
        && context.registry == registry
        && context.repository == Some(place());
    (!is_named).then(|| format!("{what}: {words}"))
}

async fn reading(what: &str, source: &dyn Source) -> Result<()> {
    let (place, blob, by_tag) = (place(), blob(), ManifestRef::Tag(tag()));
    let named = Descriptor::new(MediaType::OCI_INDEX, digest_of(INDEX.as_bytes()), 9);
    let (start, length) = (9, None);
    match what {
        "manifest" => source.manifest(&place, &by_tag).await.map(drop),
        "resolve" => source.resolve(&place, &by_tag).await.map(drop),
        "blob" => collect(source.blob(&place, &blob).await?, 9).await.map(drop),
        "blob by digest" => {
            collect(source.blob_by_digest(&place, &blob, 9).await?, 9).await.map(drop)
        }
        "range" => source.blob_range(&place, &blob, ByteRange { start, length }).await.map(drop),
        "stat" => source.stat_blob(&place, &blob.digest).await.map(drop),
        "tags" => source.tags(&place, None).await.map(drop),
        "referrers" => source.referrers(&place, &blob.digest, None).await.map(drop),
        "read::blob" => read::blob(source, &place, &blob, 9).await.map(drop),
        "read::blob with a limit" => read::blob(source, &place, &blob, 3).await.map(drop),
        "read::blob_of_any_size" => {
            read::blob_of_any_size(source, &place, &blob, 3).await.map(drop)
        }
        "read::manifest" => read::manifest(source, &place, &named).await.map(drop),
        "read::manifest_of_any_size" => {
            read::manifest_of_any_size(source, &place, &blob).await.map(drop)
        }
        "tags_of" => tags_of::tags_of(source, &place, &blob.digest, 1).await.map(drop),
        other => panic!("{other}"),
    }
}

const READING: [(&str, Named); 14] = [
    ("manifest", Named::Tag),
    ("resolve", Named::Tag),
    ("blob", Named::Blob),
    ("blob by digest", Named::Blob),
    ("range", Named::Blob),
    ("stat", Named::Blob),
    ("tags", Named::Nothing),
    ("referrers", Named::Blob),
    ("read::blob", Named::Blob),
    ("read::blob with a limit", Named::Blob),
    ("read::blob_of_any_size", Named::Blob),
    ("read::manifest", Named::Index),
    ("read::manifest_of_any_size", Named::Blob),
    ("tags_of", Named::Nothing),
];

/// The reference in the words of an error.
#[derive(Clone, Copy)]
enum Named {
    Nothing,
    Tag,
    Blob,
    Index,
}

impl Named {
    fn text(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Tag => ":v1".to_owned(),
            Self::Blob => format!("@{}", digest_of(b"blob")),
            Self::Index => format!("@{}", digest_of(INDEX.as_bytes())),
        }
    }
}

async fn writing(what: &str, registry: &dyn Registry) -> Result<()> {
    let (place, blob) = (place(), blob());
    let (right, wrong) = (Bytes::from_static(b"blob"), Bytes::from_static(b"bloB"));
    let (index, kind) = (Bytes::from_static(INDEX.as_bytes()), MediaType::OCI_INDEX);
    match what {
        "push_blob" => registry.push_blob(&place, &blob, &right).await.map(drop),
        "push_blob of other bytes" => registry.push_blob(&place, &blob, &wrong).await.map(drop),
        "push_blob of more bytes" => registry.push_blob(&place, &blob, &index).await.map(drop),
        "start_upload" => {
            let mut upload = registry.start_upload(&place, 0).await?;
            upload.write(wrong).await?;
            upload.commit(&blob.digest).await.map(drop)
        }
        "resume_upload" => registry.resume_upload(&place, "gone", None, 0).await.map(drop),
        "resume_upload without a place" => {
            registry.resume_upload(&place, "", None, 0).await.map(drop)
        }
        "push_manifest" => registry.push_manifest(&place, &kind, index, &[tag()]).await.map(drop),
        "push_manifest of another type" => {
            let typed = format!(r#"{{"mediaType":"{}"}}"#, MediaType::OCI_MANIFEST.as_str());
            registry.push_manifest(&place, &kind, typed.into(), &[]).await.map(drop)
        }
        "push_manifest_as" => registry.push_manifest_as(&place, &blob, wrong, &[]).await.map(drop),
        "mount_blob" => registry.mount_blob(&place, &place, &blob.digest).await.map(drop),
        "delete_manifest" => registry.delete_manifest(&place, &tag().into()).await,
        "delete_blob" => registry.delete_blob(&place, &blob.digest).await,
        other => panic!("{other}"),
    }
}

const WRITING: [(&str, Named); 12] = [
    ("push_blob", Named::Blob),
    ("push_blob of other bytes", Named::Blob),
    ("push_blob of more bytes", Named::Blob),
    ("start_upload", Named::Nothing),
    ("resume_upload", Named::Nothing),
    ("resume_upload without a place", Named::Nothing),
    ("push_manifest", Named::Tag),
    ("push_manifest of another type", Named::Nothing),
    ("push_manifest_as", Named::Blob),
    ("mount_blob", Named::Blob),
    ("delete_manifest", Named::Tag),
    ("delete_blob", Named::Blob),
];

async fn by_handle(what: &str, handle: &Repository) -> Result<()> {
    let (blob, by_tag, bytes) = (blob(), tag().into(), Bytes::from_static(b"blob"));
    let (blobs, manifests, tags) = (handle.blobs(), handle.manifests(), handle.tags());
    let kind = MediaType::OCI_INDEX;
    match what {
        "blobs stat" => blobs.stat(&blob.digest).await.map(drop),
        "blobs exists" => blobs.exists(&blob.digest).await.map(drop),
        "blobs fetch_digest" => blobs.fetch_digest(&blob.digest).await.map(drop),
        "blobs fetch" => collect(blobs.fetch(&blob).await?, 9).await.map(drop),
        "blobs get" => blobs.get(&blob, 9).await.map(drop),
        "blobs get with a limit" => blobs.get(&blob, 1).await.map(drop),
        "blobs open" => blobs.open(blob).read().await.map(drop),
        "blobs seek" => blobs.open(blob).seek(9),
        "blobs push" => blobs.push(&blob, &bytes).await.map(drop),
        "blobs start" => blobs.start(0).await.map(drop),
        "blobs mount" => blobs.start_or_mount(&place(), &blob, 0).await.map(drop),
        "blobs resume" => blobs.resume("id", None, 0).await.map(drop),
        "blobs delete" => blobs.delete(&blob.digest).await,
        "manifests stat" => manifests.stat(&by_tag).await.map(drop),
        "manifests fetch" => manifests.fetch(&blob).await.map(drop),
        "manifests get_as" => manifests.get_as(&by_tag, &[kind]).await.map(drop),
        "manifests verified" => manifests.get_tag_verified(&tag(), &blob.digest).await.map(drop),
        "manifests unless" => manifests.get_unless(&by_tag, &blob.digest).await.map(drop),
        "manifests push" => manifests.push(&kind, INDEX.into()).await.map(drop),
        "manifests delete" => manifests.delete(&blob.digest).await,
        "tags get" => tags.get(&tag()).await.map(drop),
        "tags tag" => tags.tag(tag(), &kind, INDEX.into()).await.map(drop),
        "tags untag" => tags.untag(&tag()).await,
        "tags all" => tags.all().await.map(drop),
        "tags lookup" => tags.lookup(&blob.digest).await.map(drop),
        other => panic!("{other}"),
    }
}

const BY_HANDLE: [(&str, Named); 25] = [
    ("blobs stat", Named::Blob),
    ("blobs exists", Named::Blob),
    ("blobs fetch_digest", Named::Blob),
    ("blobs fetch", Named::Blob),
    ("blobs get", Named::Blob),
    ("blobs get with a limit", Named::Blob),
    ("blobs open", Named::Blob),
    ("blobs seek", Named::Blob),
    ("blobs push", Named::Blob),
    ("blobs start", Named::Nothing),
    ("blobs mount", Named::Blob),
    ("blobs resume", Named::Nothing),
    ("blobs delete", Named::Blob),
    ("manifests stat", Named::Tag),
    ("manifests fetch", Named::Blob),
    ("manifests get_as", Named::Tag),
    ("manifests verified", Named::Tag),
    ("manifests unless", Named::Tag),
    ("manifests push", Named::Index),
    ("manifests delete", Named::Blob),
    ("tags get", Named::Tag),
    ("tags tag", Named::Tag),
    ("tags untag", Named::Tag),
    ("tags all", Named::Nothing),
    ("tags lookup", Named::Nothing),
];

async fn job(what: &str, at: &RepositoryRef) -> Result<()> {
    let (blob, options) = (blob(), TransferOptions::default());
    let reference = at.reference(Some(tag()), None);
    let source: SharedSource = Rc::new(ReadOnly::new(Rc::clone(&at.registry)));
    let by_digest = at.reference(None, Some(blob.digest.clone()));
    let name = ensure::ManifestName { tag: Some(tag()), digest: None };
    let kind = MediaType::OCI_INDEX;
    let sources = ensure::Sources::default();
    let content = Bytes::from_static(b"blob");
    let mut sink = Vec::new();
    let other = RepositoryRef { host: "other.example".parse().unwrap(), ..at.clone() };
    match what {
        "look up a manifest" => {
            let prefer = lookup::Prefer::Digest;
            lookup::manifest(&*source, &reference, prefer).await?.required().map(drop)
        }
        "look up a descriptor" => {
            let prefer = lookup::Prefer::Digest;
            lookup::descriptor(&*source, &reference, prefer).await?.required().map(drop)
        }
        "look up a blob" => lookup::blob(&*source, &by_digest).await?.required().map(drop),
        "look up a blob by its tag" => lookup::blob(&*source, &reference).await.map(drop),
        "object" => object::read(&source, &reference, &Decoders::standard()).await.map(drop),
        "object without a name" => {
            let nothing = at.reference(None, None);
            object::read(&source, &nothing, &Decoders::standard()).await.map(drop)
        }
        "synthesize" => {
            synthesize::synthesize_index(&*source, &reference).await?.required().map(drop)
        }
        "copy" => copy::copy(at, &reference, &other, &name, &options).await.map(drop),
        "copy_blob" => copy::copy_blob(at, &other, &blob, &options).await.map(drop),
        "pull" => pull::pull(at, &reference, &MemoryObjects::default(), &options).await.map(drop),
        "export" => export::export(at, &reference, &mut sink, &options).await.map(drop),
        "ensure_blob" => ensure::ensure_blob(at, &blob, &content, &options).await.map(drop),
        "put_bytes" => ensure::put_bytes(at, kind, content).await.map(drop),
        "ensure_manifest" => {
            let bytes = INDEX.into();
            ensure::ensure_manifest(at, &name, &kind, bytes, &sources, &options).await.map(drop)
        }
        "push" => push_from_store(at, &options).await,
        "manifests" => not_in_protocol::manifests(at).map(drop),
        other => panic!("{other}"),
    }
}

async fn push_from_store(to: &RepositoryRef, options: &TransferOptions) -> Result<()> {
    let store = MemoryObjects::default();
    let stored = StoredManifest { media_type: MediaType::OCI_INDEX, bytes: INDEX.into() };
    let named = ManifestRef::Digest(digest_of(INDEX.as_bytes()));
    store.write_manifest(&place(), &named, &stored).await?;
    push::push(&store, &named, to, &[tag()], options).await.map(drop)
}

const JOBS: [(&str, Named); 16] = [
    ("look up a manifest", Named::Tag),
    ("look up a descriptor", Named::Tag),
    ("look up a blob", Named::Blob),
    ("look up a blob by its tag", Named::Tag),
    ("object", Named::Tag),
    ("object without a name", Named::Nothing),
    ("synthesize", Named::Tag),
    ("copy", Named::Tag),
    ("copy_blob", Named::Blob),
    ("pull", Named::Tag),
    ("export", Named::Tag),
    ("ensure_blob", Named::Blob),
    ("put_bytes", Named::Blob),
    ("ensure_manifest", Named::Tag),
    ("push", Named::Tag),
    ("manifests", Named::Nothing),
];

/// A registry that fails, one that is not reached, one whose answers are pages, and one that knows nothing.
fn failures() -> [Reply; 4] {
    let page = Reply::ok("<!doctype html><title>Sign in</title>");
    [
        Reply::status(500),
        Reply::network_failure(),
        page.header("Content-Type", "text/html"),
        Reply::status(418),
    ]
}

#[test]
fn r016_every_error_names_registry_repository_and_reference() {
    let mut faults = Vec::new();
    for reply in failures() {
        let bench = Bench::new(reply);
        let registry = bench.registry.shared();
        for case in READING {
            bench.check(&mut faults, case, reading(case.0, &bench.registry));
        }
        for case in WRITING {
            bench.check(&mut faults, case, writing(case.0, &*registry));
        }
        for case in BY_HANDLE {
            bench.check(&mut faults, case, by_handle(case.0, &bench.handle()));
        }
        for case in JOBS {
            bench.check(&mut faults, case, job(case.0, &bench.place()));
        }
        let ping = bench.clock.run(bench.registry.ping()).unwrap().unwrap_err();
        let catalog = bench.clock.run(bench.registry.repositories(None)).unwrap().unwrap_err();
        for error in [ping, catalog] {
            assert!(error.to_string().contains(" on registry.example: "), "{error}");
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
