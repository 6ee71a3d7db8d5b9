//! An object store in a folder: an OCI layout that can be written, and that other tools read.
//!
//! Blobs lie in `blobs/`, unfinished ones in `ingest/`. A blob gets its name only after its bytes were
//! counted, hashed and written to the disk, and `index.json` is replaced whole, so a crash leaves a
//! layout that can be read and parts that can be taken up.
//!
//! Two programs may write at one time: locks of the operating system (advisory ones) keep them apart. A
//! tool that takes no such locks, such as `skopeo`, must not write `index.json` meanwhile.

mod layer;
mod layer_writer;
mod layout_index;
mod place;

use std::{cell::RefCell, collections::BTreeMap, path::PathBuf, rc::Rc};

use async_trait::async_trait;
use bytes::Bytes;

use self::{
    layer::FolderLayer,
    layer_writer::LayerShare,
    layout_index::{EntryName, IndexFile},
    place::FolderPlace,
};
use super::{Layer, ObjectStore, Result, StoreError, StoredManifest, error::accept};
use crate::{
    content::verify::{digest_of, verify},
    oci::{self, Descriptor, Digest, MediaType, RepositoryName, json},
    registry::ManifestRef,
    transport::SharedClock,
};

/// The largest file that is read as a manifest, in bytes.
const MANIFEST_FILE_MAX: u64 = 64 << 20;

/// Manifests and layers in a folder that is an OCI layout (R152 to R154, R158). Each read and write waits
/// for the disk on the caller's thread.
///
/// An entry of `index.json` has its tag in `org.opencontainers.image.ref.name`, as other tools read it, and
/// its repository with the tag in `io.containerd.image.name`. Entries that others wrote without a
/// repository belong to any. The children of an index are not listed beside it.
///
/// ```
/// use std::rc::Rc;
///
/// use porthole::{
///     oci::{ManifestRef, MediaType},
///     sources::objects::{FolderObjects, ObjectStore, StoredManifest},
///     testing::VirtualClock, // `stack.clock()` where there is a `Stack`
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = std::env::temp_dir().join(format!("layout-{}", std::process::id()));
/// let store = FolderObjects::open(&folder, VirtualClock::default().shared())?;
/// let (media_type, bytes) = (MediaType::OCI_INDEX, r#"{"schemaVersion":2,"manifests":[]}"#.into());
/// let (repository, v1) = ("team/app".parse()?, ManifestRef::Tag("v1".parse()?));
/// store.write_manifest(&repository, &v1, &StoredManifest { media_type, bytes }).await?;
///
/// let again = FolderObjects::open(&folder, VirtualClock::default().shared())?;
/// assert!(again.manifest(&repository, &v1).await?.is_some());
/// std::fs::remove_dir_all(folder)?;
/// # Ok(())
/// # }
/// ```
pub struct FolderObjects {
    place: Rc<FolderPlace>,
    clock: SharedClock,
    layers: RefCell<BTreeMap<Digest, Rc<LayerShare>>>,
}

impl FolderObjects {
    /// Opens the layout in a folder, and makes it where there is none. The clock times the questions after a
    /// layer that another program writes.
    ///
    /// # Errors
    /// `Failed` if it cannot be made, `UnknownVersion` if it is a layout of another version.
    pub fn open(folder: impl Into<PathBuf>, clock: SharedClock) -> Result<Self> {
        let place = Rc::new(FolderPlace::open(folder.into())?);
        Ok(Self { place, clock, layers: RefCell::default() })
    }

    /// Reads the bytes of a digest, verified; `None` if they are not there, or too many for a manifest.
    fn bytes(&self, digest: &Digest) -> Result<Option<Bytes>> {
        let bytes = self.place.read(&self.place.blob(digest), MANIFEST_FILE_MAX)?;
        if let Some(bytes) = &bytes {
            accept(verify(bytes, digest, None))?;
        }
        Ok(bytes)
    }

    fn by_digest(&self, digest: &Digest) -> Result<Option<StoredManifest>> {
        let Some(bytes) = self.bytes(digest)? else { return Ok(None) };
        let listed = IndexFile::read(&self.place)?.media_type(digest);
        let media_type =
            listed.or_else(|| oci::guess_media_type(&json::parse(bytes.clone()).value));
        Ok(media_type.map(|media_type| StoredManifest { media_type, bytes }))
    }

    fn by_name(&self, name: &EntryName) -> Result<Option<StoredManifest>> {
        let Some((media_type, digest)) = IndexFile::read(&self.place)?.find(name) else {
            return Ok(None);
        };
        let bytes = self.bytes(&digest)?.ok_or(StoreError::NotWritten(digest))?;
        Ok(Some(StoredManifest { media_type, bytes }))
    }
}

#[async_trait(?Send)]
impl ObjectStore for FolderObjects {
    fn name(&self) -> &str {
        self.place.name()
    }

    /// By digest in every repository: a layout has one place for all of them.
    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Option<StoredManifest>> {
        match reference {
            ManifestRef::Digest(digest) => self.by_digest(digest),
            ManifestRef::Tag(tag) => self.by_name(&EntryName::new(repository, tag)),
        }
    }

    async fn write_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        manifest: &StoredManifest,
    ) -> Result<()> {
        let StoredManifest { media_type, bytes } = manifest;
        let (digest, name) = match reference {
            ManifestRef::Digest(digest) => (digest.clone(), None),
            ManifestRef::Tag(tag) => (digest_of(bytes), Some(EntryName::new(repository, tag))),
        };
        accept(verify(bytes, &digest, None))?;
        self.place.write(&self.place.blob(&digest), bytes)?;
        let entry = Descriptor::new(media_type.clone(), digest, bytes.len() as u64);
        let children = children(bytes, media_type);
        IndexFile::change(&self.place, |index| index.put(name.as_ref(), &entry, &children))
    }

    fn layer(&self, digest: &Digest) -> Rc<dyn Layer> {
        let mut layers = self.layers.borrow_mut();
        let share = Rc::clone(layers.entry(digest.clone()).or_default());
        let (place, clock) = (Rc::clone(&self.place), Rc::clone(&self.clock));
        Rc::new(FolderLayer { place, clock, digest: digest.clone(), share })
    }
}

/// Returns the digests of all that a manifest points at.
fn children(bytes: &Bytes, media_type: &MediaType) -> Vec<Digest> {
    let document = oci::parse_document(bytes.clone(), Some(media_type)).value;
    document.references().into_iter().map(|child| child.digest.clone()).collect()
}

#[cfg(test)]
mod tests;
