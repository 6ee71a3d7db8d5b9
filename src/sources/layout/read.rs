//! Reading manifests and blobs of a layout, verified as everywhere.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::{
    files::{Chunks, Files},
    index::LayoutIndex,
    made::Held,
    saved::SavedImages,
    source::{Arrangement, Contents, Layout, Task},
};
use crate::{
    content::{
        sniff::is_html_page,
        verify::{Verdict, Verifier, verify},
    },
    error::{AnswerFault, Error, ErrorKind, LayoutFault, Missing, Operation, Result},
    oci::{
        Descriptor, Digest, ManifestRef, MediaType, RepositoryName, Tag, guess_media_type,
        json::{self, Node},
    },
    registry::{BlobStream, ByteRange, Manifest, Read, Unverified, Verification},
};

#[async_trait(?Send)]
impl<F: Files + 'static> Read for Layout<F> {
    fn source_name(&self) -> &str {
        self.files.name()
    }

    async fn manifest(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Manifest> {
        let tag = match reference {
            ManifestRef::Digest(digest) => return self.read_manifest(repository, digest).await,
            ManifestRef::Tag(tag) => tag,
        };
        let (entry, is_made) = self.find(repository, tag).await?;
        let manifest = self.read_manifest(repository, &entry.digest).await?;
        let mut manifest = self.check_size(repository, &entry, manifest)?;
        if is_made {
            manifest.verification = Verification::NotVerified(Unverified::Made);
        }
        Ok(manifest)
    }

    async fn resolve(
        &self,
        repository: &RepositoryName,
        reference: &ManifestRef,
    ) -> Result<Descriptor> {
        match reference {
            ManifestRef::Tag(tag) => Ok(self.find(repository, tag).await?.0),
            ManifestRef::Digest(digest) => {
                Ok(self.read_manifest(repository, digest).await?.descriptor)
            }
        }
    }

    async fn blob(&self, repository: &RepositoryName, blob: &Descriptor) -> Result<BlobStream> {
        self.blob_by_digest(repository, blob, blob.size).await
    }

    async fn blob_by_digest(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        most: u64,
    ) -> Result<BlobStream> {
        if let Some(data) = blob.embedded()
            && verify(data, &blob.digest, Some(blob.size)).is_verified()
        {
            return Ok(BlobStream::of_bytes(Bytes::copy_from_slice(data)));
        }
        let open = async |held| match held {
            Held::Bytes(bytes) => Ok(BlobStream::of_bytes(bytes).chunks),
            Held::File(path) => self.files.open(&path, blob.size, most).await,
        };
        let chunks = self.found(repository, &blob.digest, open).await;
        let chunks = chunks.map_err(|error| self.explain(&Task::blob(repository, blob), error))?;
        let verifier = Verifier::new(&blob.digest, Some(blob.size)).reading_up_to(most);
        // A file of an archive is no answer of a server.
        let begins_as_page = (self.arrangement != Arrangement::Folders).then_some(false);
        let reading = LayoutReading { chunks, verifier, begins_as_page };
        let chunks = stream::unfold(Some(reading), next_verified).boxed_local();
        let chunks = self.explained(repository, blob, chunks);
        Ok(BlobStream { size: Some(blob.size), encoding: None, chunks })
    }

    async fn blob_range(
        &self,
        repository: &RepositoryName,
        blob: &Descriptor,
        range: ByteRange,
    ) -> Result<BlobStream> {
        let explain = |error| self.explain(&Task::blob(repository, blob), error);
        let length = range.length.unwrap_or(u64::MAX);
        let (start, end) = (range.start, range.start.saturating_add(length).min(blob.size));
        if start > end {
            let kind = ErrorKind::invalid_range(Some(blob.size));
            return Err(explain(kind.into()));
        }
        if start == end {
            return Ok(BlobStream::of_bytes(Bytes::new()));
        }
        let open = async |held| match held {
            Held::Bytes(bytes) => Ok(BlobStream::of_bytes(part(&bytes, start, end)).chunks),
            Held::File(path) => self.files.open_range(&path, blob.size, start..end).await,
        };
        let chunks = self.found(repository, &blob.digest, open).await.map_err(explain)?;
        let chunks = self.explained(repository, blob, chunks);
        Ok(BlobStream { size: Some(end - start), encoding: None, chunks })
    }

    async fn stat_blob(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Option<Descriptor>> {
        let size = async |held| match held {
            Held::Bytes(bytes) => Ok(bytes.len() as u64),
            Held::File(path) => self.files.size(&path).await,
        };
        match self.found(repository, digest, size).await {
            Ok(size) => Ok(Some(Descriptor::new(MediaType::OCTET_STREAM, digest.clone(), size))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(self.explain(&Task::stat(repository, digest), error)),
        }
    }
}

impl<F: Files + 'static> Layout<F> {
    /// Finds the image that a tag stands for. The flag is true if its manifest was made here.
    async fn find(&self, repository: &RepositoryName, tag: &Tag) -> Result<(Descriptor, bool)> {
        let fail = |error| self.explain(&Task::tag(repository, tag), error);
        let (found, is_made) =
            match self.contents_for(repository, Operation::ReadManifest(tag.clone().into())).await?
            {
                Contents::Oci(index) => (self.entries_of(repository, &index, tag), false),
                Contents::Saved(saved) => {
                    (self.made_of(repository, &saved, tag).await.map_err(fail)?, true)
                }
            };
        match found.as_slice() {
            [found] => Ok((found.clone(), is_made)),
            [] => Err(fail(ErrorKind::NotFound(Missing::Tag(tag.clone())).into())),
            several => {
                let (tag, digests) = (tag.to_string(), several.len() as u64);
                let fault = LayoutFault::AmbiguousTag { tag, digests };
                Err(fail(ErrorKind::Layout(fault).into()))
            }
        }
    }

    fn entries_of(
        &self,
        repository: &RepositoryName,
        index: &LayoutIndex,
        tag: &Tag,
    ) -> Vec<Descriptor> {
        index.named(tag, &|named| self.covers(repository, named))
    }

    async fn made_of(
        &self,
        repository: &RepositoryName,
        saved: &SavedImages,
        tag: &Tag,
    ) -> Result<Vec<Descriptor>> {
        let folder = self.folder(repository);
        let mut found = Vec::new();
        for at in saved.names.images(tag, &|named| self.covers(repository, named)) {
            let Some(image) = saved.images.get(at) else { continue };
            let manifest = self.make(&folder, image).await?;
            if !found.contains(&manifest) {
                found.push(manifest);
            }
        }
        Ok(found)
    }

    /// Reads a manifest by its digest. Its type is found in its bytes: it is a file.
    pub(super) async fn read_manifest(
        &self,
        repository: &RepositoryName,
        digest: &Digest,
    ) -> Result<Manifest> {
        let fail = |error| self.explain(&Task::manifest(repository, digest), error);
        let bytes = self.manifest_bytes(repository, digest).await.map_err(fail)?;
        let verification = check(&bytes, digest).map_err(|kind| fail(kind.into()))?;
        let node = json::parse(bytes.clone()).value;
        let stated = node.get("mediaType").and_then(Node::as_str).map(MediaType::new);
        let media_type = stated.or_else(|| guess_media_type(&node));
        let media_type = media_type.unwrap_or(MediaType::OCTET_STREAM);
        let descriptor = Descriptor::new(media_type, digest.clone(), bytes.len() as u64);
        Ok(Manifest { descriptor, bytes, content_type: None, verification })
    }

    /// The index states the size of the manifest that it names. The digest decides, and
    /// [`Layout::remarks`] tells the size; without a digest that can be computed here, the size counts.
    fn check_size(
        &self,
        repository: &RepositoryName,
        entry: &Descriptor,
        manifest: Manifest,
    ) -> Result<Manifest> {
        let (expected, actual) = (entry.size, manifest.descriptor.size);
        if actual == expected || manifest.verification == Verification::Verified {
            return Ok(manifest);
        }
        let digest = Some(entry.digest.clone());
        let kind = ErrorKind::SizeMismatch { digest, expected, actual };
        Err(self.explain(&Task::manifest(repository, &entry.digest), kind.into()))
    }

    /// Completes the error with which a stream may end.
    fn explained(&self, repository: &RepositoryName, blob: &Descriptor, chunks: Chunks) -> Chunks {
        let (layout, repository, blob) = (self.clone(), repository.clone(), blob.clone());
        let explain = move |error| layout.explain(&Task::blob(&repository, &blob), error);
        chunks.map(move |chunk| chunk.map_err(&explain)).boxed_local()
    }
}

/// Returns the verification of a manifest's bytes, or the error that they cause.
fn check(bytes: &Bytes, digest: &Digest) -> std::result::Result<Verification, ErrorKind> {
    let verdict = verify(bytes, digest, None);
    if let Verdict::Unsupported(digest) = verdict {
        return Ok(Verification::NotVerified(Unverified::Algorithm(digest)));
    }
    verdict.require_verified().map(|()| Verification::Verified).map_err(|kind| kind.about(digest))
}

/// A whole blob that is counted and hashed; its stream ends with an error if it is not the right one.
struct LayoutReading {
    chunks: Chunks,
    verifier: Verifier,
    /// Set if it begins as a web page does; `None` before its first byte.
    begins_as_page: Option<bool>,
}

async fn next_verified(
    reading: Option<LayoutReading>,
) -> Option<(Result<Bytes>, Option<LayoutReading>)> {
    let mut reading = reading?;
    let last = match reading.chunks.next().await {
        Some(Ok(chunk)) => {
            reading.begins_as_page.get_or_insert_with(|| is_html_page(&chunk));
            match reading.verifier.update(&chunk) {
                Ok(()) => return Some((Ok(chunk), Some(reading))),
                Err(_) => reading.judge(),
            }
        }
        Some(Err(error)) => Some(error),
        None => reading.judge(),
    };
    last.map(|error| (Err(error), None))
}

impl LayoutReading {
    /// Judges the bytes behind the last one. Web servers send a page in the place of a missing file.
    fn judge(self) -> Option<Error> {
        let digest = self.verifier.expected().clone();
        let verdict = self.verifier.finish();
        if verdict.is_mismatch() && self.begins_as_page == Some(true) {
            return Some(ErrorKind::BadAnswer(AnswerFault::HtmlPage).into());
        }
        Some(Error::new(verdict.reject_mismatch().err()?.about(&digest)))
    }
}

/// The bytes from `start` to `end`, or those of them that are there.
fn part(bytes: &Bytes, start: u64, end: u64) -> Bytes {
    let at = |position| usize::try_from(position).unwrap_or(usize::MAX).min(bytes.len());
    bytes.slice(at(start)..at(end))
}
