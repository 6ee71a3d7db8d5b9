//! An object store in memory (R158).

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};

use super::{
    Layer, LayerWriter, ObjectStore, Progress, Result, StoreError, StoredManifest, error::accept,
};
use crate::{
    content::verify::{Verifier, verify},
    oci::{Digest, RepositoryName},
    registry::{BlobSource, ManifestRef},
    sync::Notify,
};

/// Manifests and layers in memory.
#[derive(Default)]
pub struct MemoryObjects {
    manifests: RefCell<BTreeMap<(RepositoryName, ManifestRef), StoredManifest>>,
    layers: RefCell<BTreeMap<Digest, Rc<MemoryLayer>>>,
}

#[async_trait(?Send)]
impl ObjectStore for MemoryObjects {
    fn name(&self) -> &str {
        "memory"
    }

    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Option<StoredManifest>> {
        let key = (repository.clone(), reference.clone());
        Ok(self.manifests.borrow().get(&key).cloned())
    }

    async fn write_manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
        manifest: &StoredManifest,
    ) -> Result<()> {
        if let ManifestRef::Digest(digest) = reference {
            accept(verify(&manifest.bytes, digest, None))?;
        }
        let key = (repository.clone(), reference.clone());
        self.manifests.borrow_mut().insert(key, manifest.clone());
        Ok(())
    }

    fn layer(&self, digest: &Digest) -> Rc<dyn Layer> {
        let mut layers = self.layers.borrow_mut();
        Rc::new(layers.entry(digest.clone()).or_insert_with(|| MemoryLayer::new(digest)).clone())
    }
}

struct MemoryLayer {
    digest: Digest,
    state: RefCell<LayerState>,
    unlocked: Notify,
}

#[derive(Default)]
struct LayerState {
    size: Option<u64>,
    part: BytesMut,
    complete: Option<Bytes>,
    locked: bool,
}

impl MemoryLayer {
    fn new(digest: &Digest) -> Rc<Self> {
        let (state, unlocked) = (RefCell::default(), Notify::new());
        Rc::new(Self { digest: digest.clone(), state, unlocked })
    }

    fn not_written(&self) -> StoreError {
        StoreError::NotWritten(self.digest.clone())
    }
}

impl LayerState {
    fn current_size(&self) -> u64 {
        self.complete.as_ref().map_or(self.part.len(), Bytes::len) as u64
    }
}

#[async_trait(?Send)]
impl Layer for Rc<MemoryLayer> {
    fn progress(&self) -> Progress {
        let state = self.state.borrow();
        Progress {
            current_size: state.current_size(),
            size: state.size,
            complete: state.complete.is_some(),
            locked: state.locked,
        }
    }

    async fn reader(&self) -> Result<Rc<dyn BlobSource>> {
        let state = self.state.borrow();
        match &state.complete {
            Some(bytes) => Ok(Rc::new(bytes.clone())),
            None if state.locked => Err(StoreError::BeingWritten(self.digest.clone())),
            None => Err(self.not_written()),
        }
    }

    fn writer(&self) -> Result<Box<dyn LayerWriter>> {
        let mut state = self.state.borrow_mut();
        if state.complete.is_some() {
            return Err(StoreError::AlreadyExists);
        }
        if state.locked {
            return Err(StoreError::Locked);
        }
        state.locked = true;
        Ok(Box::new(Writer { layer: self.clone() }))
    }

    async fn wait(&self) -> Result<()> {
        let ended = || {
            let state = self.state.borrow();
            match state.complete {
                Some(_) => Some(Ok(())),
                None if state.locked => None,
                None => Some(Err(self.not_written())),
            }
        };
        self.unlocked.until(ended).await
    }
}

/// Holds the layer's lock as long as it lives.
struct Writer {
    layer: Rc<MemoryLayer>,
}

#[async_trait(?Send)]
impl LayerWriter for Writer {
    fn set_size(&mut self, now: u64) -> Result<()> {
        let mut state = self.layer.state.borrow_mut();
        match state.size {
            Some(before) if before != now => Err(StoreError::SizeChanged { before, now }),
            _ => {
                state.size = Some(now);
                Ok(())
            }
        }
    }

    fn current_size(&self) -> u64 {
        self.layer.state.borrow().current_size()
    }

    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        let mut state = self.layer.state.borrow_mut();
        let size = state.size.ok_or(StoreError::SizeNotSet)?;
        if state.current_size().saturating_add(bytes.len() as u64) > size {
            return Err(StoreError::SizeExceeded { size });
        }
        state.part.extend_from_slice(&bytes);
        Ok(())
    }

    async fn close(self: Box<Self>) -> Result<bool> {
        let mut state = self.layer.state.borrow_mut();
        if state.size != Some(state.current_size()) {
            return Ok(false);
        }
        let bytes = std::mem::take(&mut state.part).freeze();
        let mut verifier = Verifier::new(&self.layer.digest, state.size);
        // A byte too many was refused when it was written.
        let _ = verifier.update(&bytes);
        if let Err(error) = accept(verifier.finish()) {
            state.size = None;
            return Err(error);
        }
        state.complete = Some(bytes);
        Ok(true)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.layer.state.borrow_mut().locked = false;
        self.layer.unlocked.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use futures_util::{FutureExt, future::join};

    use super::*;
    use crate::{content::verify::digest_of, oci::MediaType, testing::recorder::run};

    fn place() -> RepositoryName {
        "a/b".parse().unwrap()
    }

    fn layer(text: &str) -> (MemoryObjects, Rc<dyn Layer>) {
        let store = MemoryObjects::default();
        let layer = store.layer(&digest_of(text.as_bytes()));
        (store, layer)
    }

    #[test]
    fn r152_manifests_are_kept_by_tag_and_by_digest() {
        let store = MemoryObjects::default();
        let bytes = Bytes::from_static(b"{}");
        let manifest = StoredManifest { media_type: MediaType::OCI_MANIFEST, bytes };
        let by_digest = ManifestRef::Digest(digest_of(b"{}"));
        let by_tag = ManifestRef::Tag("v1".parse().unwrap());
        run(async {
            for reference in [by_digest, by_tag] {
                assert_eq!(store.manifest(&place(), &reference).await, Ok(None));
                store.write_manifest(&place(), &reference, &manifest).await.unwrap();
                let read = store.manifest(&place(), &reference).await.unwrap();
                assert_eq!(read.as_ref(), Some(&manifest));
            }
            let wrong = ManifestRef::Digest(digest_of(b"other"));
            let written = store.write_manifest(&place(), &wrong, &manifest).await;
            assert!(matches!(written, Err(StoreError::Mismatch { .. })));
        });
    }

    #[test]
    fn r153_one_writer_at_a_time_and_none_for_what_is_complete() {
        let (store, layer) = layer("layer");
        run(async {
            assert!(matches!(layer.reader().await, Err(StoreError::NotWritten(_))));
            let mut writer = layer.writer().unwrap();
            let again = store.layer(&digest_of(b"layer"));
            assert_eq!(again.writer().err(), Some(StoreError::Locked), "another handle, one layer");
            assert!(matches!(again.reader().await, Err(StoreError::BeingWritten(_))));
            writer.set_size(5).unwrap();
            writer.write(Bytes::from_static(b"layer")).await.unwrap();
            assert_eq!(writer.close().await, Ok(true));
            assert_eq!(layer.writer().err(), Some(StoreError::AlreadyExists));
            let source = again.reader().await.unwrap();
            assert_eq!(source.slice(0, 9).await.unwrap(), "layer");
        });
    }

    #[test]
    fn r153_waiting_ends_when_the_layer_is_readable() {
        let (_store, layer) = layer("layer");
        let mut writer = layer.writer().unwrap();
        assert!(layer.wait().now_or_never().is_none());
        let writing = async {
            crate::testing::recorder::turn().await;
            writer.set_size(5).unwrap();
            writer.write(Bytes::from_static(b"layer")).await.unwrap();
            writer.close().await
        };
        assert_eq!(run(join(layer.wait(), writing)), (Ok(()), Ok(true)));
    }

    #[test]
    fn r153_waiting_ends_when_the_writer_gives_up() {
        let (_store, layer) = layer("layer");
        let writer = layer.writer().unwrap();
        let giving_up = async {
            crate::testing::recorder::turn().await;
            drop(writer);
        };
        let (waited, ()) = run(join(layer.wait(), giving_up));
        assert!(matches!(waited, Err(StoreError::NotWritten(_))));
    }

    #[test]
    fn r154_the_size_comes_before_the_bytes() {
        let (_store, layer) = layer("layer");
        run(async {
            let mut writer = layer.writer().unwrap();
            let early = writer.write(Bytes::from_static(b"l")).await;
            assert_eq!(early, Err(StoreError::SizeNotSet));
            writer.set_size(5).unwrap();
            assert_eq!(writer.set_size(6), Err(StoreError::SizeChanged { before: 5, now: 6 }));
            let long = writer.write(Bytes::from_static(b"layers")).await;
            assert_eq!(long, Err(StoreError::SizeExceeded { size: 5 }));
        });
    }

    #[test]
    fn r154_sizes_can_be_watched_and_a_part_can_be_taken_up() {
        let (_store, layer) = layer("layer");
        run(async {
            let mut writer = layer.writer().unwrap();
            writer.set_size(5).unwrap();
            writer.write(Bytes::from_static(b"la")).await.unwrap();
            let watched = layer.progress();
            let size = Some(5);
            let expected = Progress { current_size: 2, size, complete: false, locked: true };
            assert_eq!(watched, expected);
            assert_eq!(writer.close().await, Ok(false), "in part");
            assert!(!layer.progress().locked);
            let mut writer = layer.writer().unwrap();
            assert_eq!(writer.current_size(), 2);
            writer.write(Bytes::from_static(b"yer")).await.unwrap();
            assert_eq!(writer.close().await, Ok(true));
            let expected = Progress { current_size: 5, size, complete: true, locked: false };
            assert_eq!(layer.progress(), expected);
        });
    }

    #[test]
    fn wrong_bytes_are_thrown_away() {
        let (_store, layer) = layer("layer");
        run(async {
            let mut writer = layer.writer().unwrap();
            writer.set_size(5).unwrap();
            writer.write(Bytes::from_static(b"LAYER")).await.unwrap();
            assert!(matches!(writer.close().await, Err(StoreError::Mismatch { .. })));
            assert_eq!(layer.progress(), Progress::default());
        });
    }
}
