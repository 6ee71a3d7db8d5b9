//! Reading one object into memory, by its descriptor (R36, R37, R85).

use bytes::Bytes;

use crate::{
    content::verify::verify,
    error::{AnswerFault, Error, ErrorKind, Operation, Result},
    oci::{Descriptor, RepositoryName},
    registry::{Manifest, ManifestRef, Read, Verification, collect, collect_by_digest},
};

/// Returns the content that a descriptor carries itself, if its size and digest are right (R37).
pub fn embedded(descriptor: &Descriptor) -> Option<Bytes> {
    let data = descriptor.data.as_ref()?;
    let verdict = verify(data, &descriptor.digest, Some(descriptor.size));
    verdict.is_verified().then(|| Bytes::copy_from_slice(data))
}

/// Reads a verified blob into memory: from the descriptor if it carries the content, else from the
/// source (R85).
///
/// # Errors
/// `TooLarge`, before anything is read, if the descriptor states more than `limit` bytes; as for
/// [`Read::blob`].
pub async fn blob(
    source: &dyn Read,
    repository: &RepositoryName,
    descriptor: &Descriptor,
    limit: u64,
) -> Result<Bytes> {
    let read = async {
        if descriptor.size > limit {
            return Err(ErrorKind::TooLarge { limit }.into());
        }
        match embedded(descriptor) {
            Some(bytes) => Ok(bytes),
            None => collect(source.blob(repository, descriptor).await?, limit).await,
        }
    };
    read.await.map_err(|error| about_blob(source, repository, descriptor, error))
}

/// Names the source and the blob in an error, unless the source did.
fn about_blob(
    source: &dyn Read,
    repository: &RepositoryName,
    blob: &Descriptor,
    error: Error,
) -> Error {
    let operation = Operation::ReadBlob(blob.digest.clone());
    error.during(operation, repository).on(source.source_name())
}

fn about_manifest(
    source: &dyn Read,
    repository: &RepositoryName,
    manifest: &Descriptor,
    error: Error,
) -> Error {
    let operation = Operation::ReadManifest(manifest.digest.clone().into());
    error.during(operation, repository).on(source.source_name())
}

/// Reads a blob into memory as [`blob`] does, whatever size its descriptor states: the digest decides.
///
/// # Errors
/// `TooLarge` if more than `limit` bytes come; as for [`Read::blob_by_digest`].
pub async fn blob_of_any_size(
    source: &dyn Read,
    repository: &RepositoryName,
    descriptor: &Descriptor,
    limit: u64,
) -> Result<Bytes> {
    match blob(source, repository, descriptor, limit).await {
        // The usual way goes first: a cache keeps what comes by it.
        Err(error) if is_about_size(&error.kind) => {
            let read = async {
                let stream = source.blob_by_digest(repository, descriptor, limit).await?;
                collect_by_digest(stream, limit).await
            };
            read.await.map_err(|error| about_blob(source, repository, descriptor, error))
        }
        outcome => outcome,
    }
}

fn is_about_size(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        // A blob may be a page itself.
        ErrorKind::SizeMismatch { .. }
            | ErrorKind::WrongSize { .. }
            | ErrorKind::TooLarge { .. }
            | ErrorKind::BadAnswer(AnswerFault::HtmlPage)
    )
}

/// Reads the manifest that a descriptor points at: from the descriptor if it carries the content,
/// else from the source. The size counts as well as the digest.
///
/// # Errors
/// `WrongSize`; as for [`Read::manifest`].
pub async fn manifest(
    source: &dyn Read,
    repository: &RepositoryName,
    descriptor: &Descriptor,
) -> Result<Manifest> {
    match embedded_manifest(descriptor) {
        Some(manifest) => Ok(manifest),
        None => fetched_manifest(source, repository, descriptor).await,
    }
}

/// Returns the manifest that a descriptor carries itself, if its size and digest are right (R37).
pub fn embedded_manifest(descriptor: &Descriptor) -> Option<Manifest> {
    let bytes = embedded(descriptor)?;
    let descriptor = Descriptor { data: None, ..descriptor.clone() };
    let content_type = Some(descriptor.media_type.clone());
    Some(Manifest { descriptor, bytes, content_type, verification: Verification::Verified })
}

/// Reads a manifest as [`manifest`] does, but always from the source.
///
/// # Errors
/// As for [`manifest`].
pub async fn fetched_manifest(
    source: &dyn Read,
    repository: &RepositoryName,
    descriptor: &Descriptor,
) -> Result<Manifest> {
    let manifest = manifest_of_any_size(source, repository, descriptor).await?;
    let (stated, actual) = (descriptor.size, manifest.bytes.len() as u64);
    if stated != actual {
        let digest = Some(descriptor.digest.clone());
        let kind = match manifest.verification {
            Verification::Verified => ErrorKind::WrongSize { digest, stated, actual },
            _ => ErrorKind::SizeMismatch { digest, expected: stated, actual },
        };
        return Err(about_manifest(source, repository, descriptor, kind.into()));
    }
    Ok(manifest)
}

/// Reads a manifest from the source, whatever size its descriptor states: the source has hashed the
/// bytes, and the digest decides.
///
/// # Errors
/// As for [`Read::manifest`].
pub async fn manifest_of_any_size(
    source: &dyn Read,
    repository: &RepositoryName,
    descriptor: &Descriptor,
) -> Result<Manifest> {
    let read = source.manifest(repository, &ManifestRef::Digest(descriptor.digest.clone())).await;
    read.map_err(|error| about_manifest(source, repository, descriptor, error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::rc::Rc;

    use super::*;
    use crate::{
        oci::MediaType,
        sources::memory::MemoryRegistry,
        testing::recorder::{Recorder, run},
    };

    fn place() -> RepositoryName {
        "a/b".parse().unwrap()
    }

    fn bench() -> (Recorder, Descriptor, Descriptor) {
        let memory = MemoryRegistry::new("memory");
        let blob = memory.add_blob(&place(), MediaType::OCTET_STREAM, "content");
        let manifest = memory.add_manifest(&place(), MediaType::OCI_MANIFEST, "{}", None);
        (Recorder::new(Rc::new(memory)), blob, manifest)
    }

    #[test]
    fn r037_embedded_data_saves_the_request_only_where_it_is_right() {
        let check = |data: Option<&[u8]>, requests: usize| {
            let (recorder, found, _) = bench();
            let descriptor = Descriptor { data: data.map(<[u8]>::to_vec), ..found };
            assert_eq!(run(blob(&recorder, &place(), &descriptor, 100)).unwrap(), "content");
            assert_eq!(recorder.count("blob"), requests, "{data:?}");
        };
        check(None, 1);
        check(Some(b"content"), 0);
        check(Some(b"contenT"), 1);
        check(Some(b"conten"), 1);
        check(Some(b""), 1);
    }

    #[test]
    fn r085_the_limit_holds_before_anything_is_read() {
        let (recorder, found, _) = bench();
        let error = run(blob(&recorder, &place(), &found, 6)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::TooLarge { limit: 6 });
        assert_eq!(recorder.count("blob"), 0);
        assert!(run(blob(&recorder, &place(), &found, 7)).is_ok());
    }

    #[test]
    fn r036_a_manifest_of_another_size_than_its_descriptor_is_an_error() {
        let (recorder, _, found) = bench();
        assert!(run(manifest(&recorder, &place(), &found)).is_ok());
        let larger = Descriptor { size: 3, ..found };
        let error = run(manifest(&recorder, &place(), &larger)).unwrap_err();
        assert!(matches!(error.kind, ErrorKind::WrongSize { stated: 3, actual: 2, .. }));
    }
}
