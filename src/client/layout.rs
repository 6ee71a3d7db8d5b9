//! OCI layouts that a web server hands out as files (R168): a source without a registry.
//!
//! A layout is a folder below the base URL, and the folder's path is its repository:
//! `https://static.example/images/app` with `oci-layout`, `index.json` and `blobs/…` in it is the
//! repository `images/app`. It is read by the means of a registry's client, blobs by ranges and
//! taken up again where they break off, and verified as anywhere. Nothing can be written.

use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

use async_trait::async_trait;

use super::{
    Connection, RemoteRegistry,
    exchange::{Call, Core, Document},
    layout_index::LayoutIndex,
};
use crate::{
    error::{Error, ErrorKind, Missing, Result},
    oci::{self, Descriptor, Digest, ManifestRef, RepositoryName, Tag},
    registry::{
        BlobStream, ByteRange, List, Manifest, Page, Read, ReadOnly, Referrers, ReferrersSource,
        SharedRegistry,
    },
    transport::Stack,
    wire::{BaseUrl, Endpoint, Headers, Url, Window, referrers, upkeep},
};

/// Entries of an `index.json` that are looked into for a subject: each costs a request.
const LOOKED_INTO: usize = 64;

/// The layouts of one host. Cheap to clone.
#[derive(Clone)]
pub struct StaticLayouts {
    remote: RemoteRegistry,
    /// Repositories that were found to be layouts of a version that is known.
    known: Rc<RefCell<BTreeSet<RepositoryName>>>,
}

impl StaticLayouts {
    /// The layouts below a connection's base URL. Nothing is sent yet, and no credential ever.
    pub fn new(connection: Connection, stack: &Stack) -> Self {
        let mut core = Core::new(connection, stack, stack.authenticated(Vec::new()));
        core.url_of = file_url;
        Self { remote: RemoteRegistry { core: Rc::new(core) }, known: Rc::default() }
    }

    /// The same as what every source of images is.
    pub fn shared(&self) -> SharedRegistry {
        Rc::new(ReadOnly::new(Rc::new(self.clone())))
    }

    /// The names and roots of a layout, as they are now.
    async fn index(&self, repository: &RepositoryName) -> Result<LayoutIndex> {
        self.check_version(repository).await?;
        let call = list_call(repository);
        let document = self.remote.core.ask(&call).await?;
        LayoutIndex::read(document.bytes.clone()).ok_or_else(|| {
            let what = "index.json is not a list of manifests".to_owned();
            self.remote.core.unusable(&call, &document, ErrorKind::BadAnswer(what))
        })
    }

    /// Reads the `oci-layout` file, once.
    async fn check_version(&self, repository: &RepositoryName) -> Result<()> {
        if self.known.borrow().contains(repository) {
            return Ok(());
        }
        let call = list_call(repository);
        let mut request = self.remote.core.request(&call);
        request.url = file(&self.remote.core.connection.base, repository, "oci-layout");
        let answer = self.remote.core.expect(&call, request).await?;
        let document = self.remote.core.read(&call, answer).await?;
        let version = oci::parse_layout(document.bytes.clone()).value.version;
        if version.as_deref() != Some(oci::LAYOUT_VERSION) {
            let what = "its oci-layout file does not say that it is one".to_owned();
            return Err(self.remote.core.unusable(&call, &document, ErrorKind::BadAnswer(what)));
        }
        self.known.borrow_mut().insert(repository.clone());
        Ok(())
    }

    /// What a tag stands for.
    async fn find(&self, repository: &RepositoryName, tag: &Tag) -> Result<Descriptor> {
        let index = self.index(repository).await?;
        let fail =
            |kind: ErrorKind| self.remote.core.explain(&list_call(repository), None, kind.into());
        match index.named(tag).as_slice() {
            [found] => Ok(found.clone()),
            [] => Err(fail(ErrorKind::NotFound(Missing::Manifest))),
            several => {
                let what = format!("index.json gives the name {tag} to {} digests", several.len());
                Err(fail(ErrorKind::BadAnswer(what)))
            }
        }
    }

    /// A manifest by its digest. What the server says of its type means nothing: it is a file.
    async fn read_manifest(&self, repository: &RepositoryName, by: &Digest) -> Result<Manifest> {
        let reference = ManifestRef::Digest(by.clone());
        let endpoint = Endpoint::GetManifest { repository: repository.clone(), reference };
        let call = Call::new(format!("read the manifest {repository}@{by}"), endpoint);
        let mut request = self.remote.core.request(&call);
        request.headers = Headers::default();
        let answer = self.remote.core.expect(&call, request).await?;
        let document = self.remote.core.read(&call, answer).await?;
        let document = Document { headers: Headers::default(), ..document };
        self.remote.core.check_manifest(&call, &document, Some(by))
    }

    /// The index states the size of what it names.
    fn check_size(
        &self,
        repository: &RepositoryName,
        entry: &Descriptor,
        manifest: Manifest,
    ) -> Result<Manifest> {
        if manifest.descriptor.size == entry.size {
            return Ok(manifest);
        }
        let (expected, actual) = (entry.size, manifest.descriptor.size);
        let kind = ErrorKind::SizeMismatch { digest: Some(entry.digest.clone()), expected, actual };
        Err(self.remote.core.explain(&list_call(repository), None, kind.into()))
    }

    /// Entries of the index whose own subject is this digest.
    async fn roots_about(
        &self,
        repository: &RepositoryName,
        index: &LayoutIndex,
        subject: &Digest,
    ) -> (Vec<Descriptor>, bool) {
        let (mut found, mut is_cut) = (Vec::new(), index.entries.len() > LOOKED_INTO);
        for entry in index.entries.iter().take(LOOKED_INTO) {
            let Ok(manifest) = self.read_manifest(repository, &entry.digest).await else {
                is_cut = true;
                continue;
            };
            let media_type = Some(&manifest.descriptor.media_type);
            let document = oci::parse_document(manifest.bytes.clone(), media_type).value;
            if document.subject().is_some_and(|of| of.digest == *subject) {
                found.push(upkeep::entry(&manifest.descriptor, &document));
            }
        }
        (found, is_cut)
    }

    /// Entries of the index under the fallback tag.
    async fn under_fallback_tag(
        &self,
        repository: &RepositoryName,
        index: &LayoutIndex,
        subject: &Digest,
    ) -> Result<Vec<Descriptor>> {
        let tag = referrers::fallback_tag(subject);
        let named = tag.map(|tag| index.named(&tag)).unwrap_or_default();
        let [fallback] = named.as_slice() else { return Ok(Vec::new()) };
        let manifest = self.read_manifest(repository, &fallback.digest).await?;
        let media_type = Some(&manifest.descriptor.media_type);
        Ok(referrers::read_index(media_type, &manifest.bytes).unwrap_or_default())
    }
}

#[async_trait(?Send)]
impl Read for StaticLayouts {
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Manifest> {
        match reference {
            ManifestRef::Digest(digest) => self.read_manifest(repository, digest).await,
            ManifestRef::Tag(tag) => {
                let entry = self.find(repository, tag).await?;
                let manifest = self.read_manifest(repository, &entry.digest).await?;
                self.check_size(repository, &entry, manifest)
            }
        }
    }

    async fn resolve(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Descriptor> {
        match reference {
            ManifestRef::Tag(tag) => self.find(repository, tag).await,
            ManifestRef::Digest(digest) => {
                Ok(self.read_manifest(repository, digest).await?.descriptor)
            }
        }
    }

    async fn blob(&self, repository: &RepositoryName, blob: &Descriptor) -> Result<BlobStream> {
        self.remote.blob(repository, blob).await
    }

    async fn blob_range(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        range: ByteRange,
    ) -> Result<BlobStream> {
        self.remote.blob_range(repository, blob, range).await
    }

    async fn stat_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Descriptor>> {
        self.remote.stat_blob(repository, digest).await
    }
}

#[async_trait(?Send)]
impl List for StaticLayouts {
    /// Files have no list of folders.
    async fn repositories(&self, _: Option<&str>) -> Result<Page<RepositoryName>> {
        let endpoint = Endpoint::Catalog { window: Window::default() };
        let call = Call::new("list the layouts", endpoint);
        Err(self.remote.core.explain(&call, None, Error::new(ErrorKind::CatalogUnavailable)))
    }

    async fn tags(&self, repository: &RepositoryName, _: Option<&str>) -> Result<Page<Tag>> {
        let index = self.index(repository).await?;
        let may_be_incomplete = index.has_other_names;
        Ok(Page { items: index.tags(), next: None, may_be_incomplete })
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        let index = self.index(repository).await?;
        let tagged = self.under_fallback_tag(repository, &index, subject).await?;
        let (roots, may_be_incomplete) = self.roots_about(repository, &index, subject).await;
        let mut items = referrers::merge(vec![
            (tagged, ReferrersSource::FallbackTag),
            (roots, ReferrersSource::Api),
        ]);
        items.retain(|(item, _)| {
            artifact_type.is_none_or(|wanted| item.artifact_type.as_deref() == Some(wanted))
        });
        Ok(Referrers { items, may_be_incomplete })
    }
}

fn list_call(repository: &RepositoryName) -> Call {
    let endpoint = Endpoint::Tags { repository: repository.clone(), window: Window::default() };
    Call::new(format!("read the OCI layout {repository}"), endpoint)
}

/// The file that answers a question (image-layout.md).
fn file_url(endpoint: &Endpoint, base: &BaseUrl) -> Url {
    match endpoint {
        Endpoint::GetBlob { repository, digest }
        | Endpoint::StatBlob { repository, digest }
        | Endpoint::GetManifest { repository, reference: ManifestRef::Digest(digest) } => {
            let algorithm = digest.algorithm();
            let blob = format!("blobs/{}/{}", algorithm.name(), digest.encoded());
            file(base, repository, &blob)
        }
        Endpoint::Tags { repository, .. } => file(base, repository, "index.json"),
        other => other.url(base),
    }
}

fn file(base: &BaseUrl, repository: &RepositoryName, name: &str) -> Url {
    base.at(&format!("/{repository}/{name}"))
}
