//! For tests: a source that writes down its calls, keeps each answer back for one turn, so that
//! concurrent calls overlap, and fails on demand.

#![allow(clippy::panic)]

use std::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    pin::pin,
    task::{Context, Poll, Waker},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::error::{Error, ErrorKind, Result};
use crate::oci::{Descriptor, Digest, MediaType, RepositoryName, Tag};
use crate::registry::{
    BlobSource, BlobStream, BlobUpload, ByteRange, Delete, List, Manifest, ManifestRef, Page, Read,
    Referrers, SharedRegistry, Write,
};

/// Polls a future to its end. Nothing in these tests waits for anything outside.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10_000_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("a future waits for something that never comes");
}

/// Comes back once, so that others are polled in between.
pub(crate) async fn turn() {
    let mut waited = false;
    poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Calls as lines: the method, the repository, and what it was about.
pub(crate) struct Recorder {
    inner: SharedRegistry,
    lines: RefCell<Vec<String>>,
    failures: RefCell<Vec<(String, ErrorKind)>>,
    running: Cell<usize>,
    most: Cell<usize>,
}

impl Recorder {
    pub(crate) fn new(inner: SharedRegistry) -> Self {
        Self {
            inner,
            lines: RefCell::default(),
            failures: RefCell::default(),
            running: Cell::new(0),
            most: Cell::new(0),
        }
    }

    /// Takes the calls since this was last asked.
    pub(crate) fn take(&self) -> Vec<String> {
        self.lines.take()
    }

    /// Counts the calls since this was last asked that begin like this.
    pub(crate) fn count(&self, beginning: &str) -> usize {
        self.lines.take().iter().filter(|line| line.starts_with(beginning)).count()
    }

    /// Makes the next call whose line begins like this fail.
    pub(crate) fn fail_next(&self, beginning: &str, kind: ErrorKind) {
        self.failures.borrow_mut().push((beginning.to_owned(), kind));
    }

    /// Returns the largest number of calls under way at one time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most.get()
    }

    fn planned_failure(&self, line: &str) -> Option<ErrorKind> {
        let mut failures = self.failures.borrow_mut();
        let index = failures.iter().position(|(beginning, _)| line.starts_with(beginning))?;
        Some(failures.remove(index).1)
    }

    async fn begin(&self, line: String) -> Result<()> {
        let failure = self.planned_failure(&line);
        self.lines.borrow_mut().push(line);
        self.running.set(self.running.get() + 1);
        self.most.set(self.most.get().max(self.running.get()));
        turn().await;
        self.running.set(self.running.get() - 1);
        failure.map_or(Ok(()), |kind| Err(Error::new(kind)))
    }
}

fn name(reference: &ManifestRef) -> String {
    match reference {
        ManifestRef::Tag(tag) => tag.to_string(),
        ManifestRef::Digest(digest) => digest.to_string(),
    }
}

#[async_trait(?Send)]
impl Read for Recorder {
    fn source_name(&self) -> &str {
        self.inner.source_name()
    }

    async fn manifest(&self, place: &RepositoryName, reference: &ManifestRef) -> Result<Manifest> {
        self.begin(format!("manifest {place} {}", name(reference))).await?;
        self.inner.manifest(place, reference).await
    }

    async fn resolve(&self, place: &RepositoryName, reference: &ManifestRef) -> Result<Descriptor> {
        self.begin(format!("resolve {place} {}", name(reference))).await?;
        self.inner.resolve(place, reference).await
    }

    async fn blob(&self, place: &RepositoryName, blob: &Descriptor) -> Result<BlobStream> {
        self.begin(format!("blob {place} {}", blob.digest)).await?;
        let BlobStream { size, encoding, chunks } = self.inner.blob(place, blob).await?;
        let slow = stream::once(async {
            turn().await;
            stream::empty()
        });
        Ok(BlobStream { size, encoding, chunks: slow.flatten().chain(chunks).boxed_local() })
    }

    async fn blob_range(
        &self,
        place: &RepositoryName,
        blob: &Descriptor,
        range: ByteRange,
    ) -> Result<BlobStream> {
        self.begin(format!("blob_range {place} {} from {}", blob.digest, range.start)).await?;
        self.inner.blob_range(place, blob, range).await
    }

    async fn stat_blob(
        &self,
        place: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Descriptor>> {
        self.begin(format!("stat_blob {place} {digest}")).await?;
        self.inner.stat_blob(place, digest).await
    }
}

#[async_trait(?Send)]
impl List for Recorder {
    async fn repositories(&self, from: Option<&str>) -> Result<Page<RepositoryName>> {
        self.begin("repositories".to_owned()).await?;
        self.inner.repositories(from).await
    }

    async fn tags(&self, place: &RepositoryName, from: Option<&str>) -> Result<Page<Tag>> {
        self.begin(format!("tags {place}")).await?;
        self.inner.tags(place, from).await
    }

    async fn referrers(
        &self,
        place: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        self.begin(format!("referrers {place} {subject}")).await?;
        self.inner.referrers(place, subject, artifact_type).await
    }
}

#[async_trait(?Send)]
impl Write for Recorder {
    async fn push_blob(
        &self,
        place: &RepositoryName,
        descriptor: &Descriptor,
        source: &dyn BlobSource,
    ) -> Result<Descriptor> {
        self.begin(format!("push_blob {place} {}", descriptor.digest)).await?;
        self.inner.push_blob(place, descriptor, source).await
    }

    async fn start_upload(
        &self,
        place: &RepositoryName,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        self.begin(format!("start_upload {place}")).await?;
        self.inner.start_upload(place, chunk_size).await
    }

    async fn resume_upload(
        &self,
        place: &RepositoryName,
        location: &str,
        offset: Option<u64>,
        chunk_size: u64,
    ) -> Result<Box<dyn BlobUpload>> {
        self.begin(format!("resume_upload {place}")).await?;
        self.inner.resume_upload(place, location, offset, chunk_size).await
    }

    async fn mount_blob(
        &self,
        place: &RepositoryName,
        from: &RepositoryName,
        digest: &Digest,
    ) -> Result<bool> {
        self.begin(format!("mount_blob {place} {digest}")).await?;
        self.inner.mount_blob(place, from, digest).await
    }

    async fn push_manifest(
        &self,
        place: &RepositoryName,
        media_type: &MediaType,
        bytes: Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        let tags_text = tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(",");
        self.begin(format!("push_manifest {place} {tags_text}")).await?;
        self.inner.push_manifest(place, media_type, bytes, tags).await
    }

    async fn push_manifest_as(
        &self,
        place: &RepositoryName,
        manifest: &Descriptor,
        bytes: Bytes,
        tags: &[Tag],
    ) -> Result<Descriptor> {
        let tags_text = tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(",");
        self.begin(format!("push_manifest {place} {tags_text}")).await?;
        self.inner.push_manifest_as(place, manifest, bytes, tags).await
    }
}

#[async_trait(?Send)]
impl Delete for Recorder {
    async fn delete_manifest(&self, place: &RepositoryName, reference: &ManifestRef) -> Result<()> {
        self.begin(format!("delete_manifest {place} {}", name(reference))).await?;
        self.inner.delete_manifest(place, reference).await
    }

    async fn delete_blob(&self, place: &RepositoryName, digest: &Digest) -> Result<()> {
        self.begin(format!("delete_blob {place} {digest}")).await?;
        self.inner.delete_blob(place, digest).await
    }
}
