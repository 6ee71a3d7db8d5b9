//! Copying between places (R122, R129, R130).

mod referrers;

use bytes::Bytes;
use futures_util::TryStreamExt;

use super::{
    ensure::{Options, Place, Sources, Target, ensure_manifest, is_there},
    lookup::{self, Prefer},
    progress::{Observer, Outcome},
    read,
};
use crate::{
    error::{ErrorKind, Result},
    oci::{Descriptor, Reference},
    registry::{BlobStream, BlobUpload},
};

pub use referrers::copy_referrers;

/// Blobs up to this many bytes are read into memory and sent in one piece.
const WHOLE: u64 = 4 * 1024 * 1024;

/// Copies a blob: by mounting it where both places are of one registry, else by reading and sending
/// it. A registry that would rather have it sent (202) gets it sent (R122).
///
/// # Errors
/// `NotFound` where the source lacks it, `DigestMismatch` where its bytes are wrong, and what
/// sending gives.
pub async fn copy_blob(
    from: &Place,
    to: &Place,
    blob: &Descriptor,
    options: &Options,
) -> Result<Outcome> {
    if from.host == to.host {
        if from.repository == to.repository {
            return require(to, blob).await;
        }
        if mounted(from, to, blob).await? {
            return Ok(Outcome::Mounted);
        }
    }
    if is_there(to, blob, options).await? {
        return Ok(Outcome::AlreadyThere);
    }
    if blob.size <= WHOLE {
        let bytes = read::blob(&*from.registry, &from.repository, blob, WHOLE).await?;
        to.registry.push_blob(&to.repository, blob, &bytes).await?;
        options.observer.progress(&blob.digest, blob.size);
    } else {
        let stream = from.registry.blob(&from.repository, blob).await?;
        stream_blob(stream, to, blob, &options.observer).await?;
    }
    Ok(Outcome::Transferred)
}

/// A blob that is to be copied onto itself must be there.
async fn require(to: &Place, blob: &Descriptor) -> Result<Outcome> {
    match to.registry.stat_blob(&to.repository, &blob.digest).await? {
        Some(_) => Ok(Outcome::AlreadyThere),
        None => Err(ErrorKind::BlobUnknown(Some(blob.digest.clone())).into()),
    }
}

/// Tries to mount. A refusal is no failure: a token for the target may not cover the source.
async fn mounted(from: &Place, to: &Place, blob: &Descriptor) -> Result<bool> {
    match to.registry.mount_blob(&to.repository, &from.repository, &blob.digest).await {
        Err(error) => match error.kind {
            ErrorKind::Denied | ErrorKind::NotFound(_) | ErrorKind::Unsupported(_) => Ok(false),
            _ => Err(error),
        },
        mounted => mounted,
    }
}

/// Sends a stream in chunks. The closing request comes only after the bytes were verified.
pub(super) async fn stream_blob(
    stream: BlobStream,
    to: &Place,
    blob: &Descriptor,
    observer: &Observer,
) -> Result<()> {
    let mut upload = to.registry.start_upload(&to.repository, 0).await?;
    let sent = send(stream, &mut *upload, blob, observer).await;
    match sent {
        Ok(()) => upload.commit(&blob.digest).await.map(|_| ()),
        Err(error) => {
            upload.cancel().await;
            Err(error)
        }
    }
}

async fn send(
    mut stream: BlobStream,
    upload: &mut dyn BlobUpload,
    blob: &Descriptor,
    observer: &Observer,
) -> Result<()> {
    let mut done = 0;
    while let Some(chunk) = stream.chunks.try_next().await? {
        done += chunk.len() as u64;
        upload.write(chunk).await?;
        observer.progress(&blob.digest, done);
    }
    Ok(())
}

/// Copies a manifest with all it points at (R129). Children that are not where the manifest is may
/// be named in `sources`.
///
/// # Errors
/// Absence of the source, and as for [`ensure_manifest`].
pub async fn copy_manifest(
    from: &Place,
    reference: &Reference,
    to: &Place,
    target: &Target,
    sources: &Sources,
    options: &Options,
) -> Result<Descriptor> {
    let found = lookup::manifest(&*from.registry, reference, Prefer::Digest).await?.required()?;
    let fallback = sources.fallback.clone().or_else(|| Some(from.clone()));
    let sources = Sources { by_digest: sources.by_digest.clone(), fallback };
    let media_type = &found.descriptor.media_type;
    let bytes: Bytes = found.bytes;
    ensure_manifest(to, target, media_type, bytes, &sources, options).await
}

/// Copies an image or index as a user means it: children before parents, whatever the target checks
/// (R130).
///
/// # Errors
/// As for [`copy_manifest`].
pub async fn copy(
    from: &Place,
    reference: &Reference,
    to: &Place,
    target: &Target,
    options: &Options,
) -> Result<Descriptor> {
    let options = Options { manifest_first: false, ..options.clone() };
    let copied = copy_manifest(from, reference, to, target, &Sources::default(), &options).await?;
    if options.referrers {
        copy_referrers(from, &copied, to, &options).await?;
    }
    Ok(copied)
}

#[cfg(test)]
mod tests;
