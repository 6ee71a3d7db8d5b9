//! An image or index of a repository, read as one object: its document, its children and its bytes, all
//! through the client that read it (R79).

use super::{Repository, SeekableBlob};
use crate::{
    error::{ErrorKind, InputFault, Operation, Result},
    oci::{Descriptor, Digest, Document, ManifestRef, Tag, parse_document},
    registry::{BlobStream, Manifest},
};

/// An image or index that was read from a repository.
#[derive(Clone)]
pub struct RemoteObject {
    repository: Repository,
    manifest: Manifest,
    document: Document,
}

impl Repository {
    /// Reads an image or index (R79). With a tag and a digest it is asked for by the tag, so that caches on
    /// the way learn it, and verified by the digest. With a tag alone the registry is trusted.
    ///
    /// ```
    /// use porthole::{
    ///     client::Clients,
    ///     testing::{Reply, Scripted, VirtualClock},
    ///     transport::Stack,
    /// };
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // Stands for a registry: `Stack::native()` asks a real one.
    /// let script = Scripted::answering(VirtualClock::default().shared(), |request, _| {
    ///     match request.url.path().ends_with("/manifests/v1") {
    ///         true => Reply::ok(
    ///             r#"{"schemaVersion":2,"manifests":[{"size":31,
    ///             "mediaType":"application/vnd.oci.image.manifest.v1+json","digest":
    ///             "sha256:96fab6c4a1e0c3c58f86b6d8a40b8bd5c4b1d4d2a8f8f6b6c4c3a9a3b5d7c9e1"}]}"#,
    ///         ),
    ///         false => Reply::status(404),
    ///     }
    /// });
    /// let stack = Stack::over(script, VirtualClock::default().shared());
    /// let registry = Clients::new(stack).get(&"registry.example".parse()?, None)?;
    /// let repository = registry.repository("team/app".parse()?);
    /// let index = repository.read(Some(&"v1".parse()?), None).await?;
    /// assert!(index.is_index());
    /// for child in index.children() {
    ///     let image = index.child(child).await; // another such object, with config and layers
    ///     assert!(image.err().is_some_and(|error| error.is_not_found()));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `InvalidInput` without both; otherwise as for [`Read::manifest`](crate::registry::Read::manifest).
    pub async fn read(&self, tag: Option<&Tag>, digest: Option<&Digest>) -> Result<RemoteObject> {
        let manifest = match (tag, digest) {
            (Some(tag), Some(digest)) => self.manifests().get_tag_verified(tag, digest).await?,
            (Some(tag), None) => self.manifests().get(&ManifestRef::Tag(tag.clone())).await?,
            (None, Some(digest)) => self.manifests().get(&digest.clone().into()).await?,
            (None, None) => {
                let operation = Operation::ReadManifest(Tag::latest().into());
                let kind = ErrorKind::InvalidInput(InputFault::NoTagOrDigest);
                return Err(self.fail(operation, kind));
            }
        };
        Ok(RemoteObject::new(self, manifest))
    }
}

impl RemoteObject {
    fn new(repository: &Repository, manifest: Manifest) -> Self {
        let media_type = Some(&manifest.descriptor.media_type);
        let document = parse_document(manifest.bytes.clone(), media_type).value;
        Self { repository: repository.clone(), manifest, document }
    }

    /// Returns the manifest as received: its descriptor, its bytes, and how far they were checked.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the content of the manifest.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Tells whether it is an index or a Docker manifest list.
    pub fn is_index(&self) -> bool {
        matches!(self.document, Document::Index(_))
    }

    /// Returns the entries of an index, in order; none of an image.
    pub fn children(&self) -> &[Descriptor] {
        match &self.document {
            Document::Index(index) => &index.manifests,
            _ => &[],
        }
    }

    /// Reads one entry of an index, verified by its digest and its size.
    ///
    /// # Errors
    /// As for [`Manifests::fetch`](super::Manifests::fetch).
    pub async fn child(&self, entry: &Descriptor) -> Result<Self> {
        Ok(Self::new(&self.repository, self.repository.manifests().fetch(entry).await?))
    }

    /// Returns the configuration of an image.
    pub fn config(&self) -> Option<&Descriptor> {
        match &self.document {
            Document::Image(image) => image.config.as_ref(),
            _ => None,
        }
    }

    /// Returns the layers of an image, base first. Schema 1 names its layers without sizes: see
    /// [`RemoteObject::document`].
    pub fn layers(&self) -> &[Descriptor] {
        match &self.document {
            Document::Image(image) => &image.layers,
            _ => &[],
        }
    }

    /// Streams a blob, verified.
    ///
    /// # Errors
    /// As for [`Read::blob`](crate::registry::Read::blob).
    pub async fn blob(&self, blob: &Descriptor) -> Result<BlobStream> {
        self.repository.blobs().fetch(blob).await
    }

    /// Opens a blob that can be read from any byte on.
    pub fn open(&self, blob: &Descriptor) -> SeekableBlob {
        self.repository.blobs().open(blob.clone())
    }
}
