//! Copying between repositories (R122, R129, R130).

mod referrers;

use super::{
    ensure::{ManifestName, Sources, bind, ensure_manifest},
    lookup::{self, Prefer},
    progress::{Outcome, Role},
    repository_ref::RepositoryRef,
    transfer::{Action, BlobStep, Plan, Planner, Target, TransferOptions, carry_out},
};
use crate::{
    error::Result,
    oci::{Descriptor, Reference},
};

/// Copies a blob: by mounting it where both repositories are of one registry, else by reading and
/// sending it. A registry that answers a mount by opening an upload (202) is sent the blob.
///
/// # Errors
/// `NotFound` if the source lacks it, `DigestMismatch` if its bytes are wrong, and failures of
/// sending.
pub async fn copy_blob(
    from: &RepositoryRef,
    to: &RepositoryRef,
    blob: &Descriptor,
    options: &TransferOptions,
) -> Result<Outcome> {
    let action = to.plan_blob(from, blob, options).await?;
    let step = BlobStep { blob: blob.clone(), role: Role::Layer, action };
    match action {
        Action::Keep => Ok(Outcome::AlreadyThere),
        _ => to.put_blob(from, &step, options).await,
    }
}

/// Copies a manifest with all it points at (R129). Children that are elsewhere than the manifest may
/// be named in `sources`.
///
/// # Errors
/// Absence of the source, and as for [`ensure_manifest`].
pub async fn copy_manifest(
    from: &RepositoryRef,
    reference: &Reference,
    to: &RepositoryRef,
    name: &ManifestName,
    sources: &Sources,
    options: &TransferOptions,
) -> Result<Descriptor> {
    let found = lookup::manifest(&*from.registry, reference, Prefer::Digest).await?.required()?;
    let fallback = sources.fallback.clone().or_else(|| Some(from.clone()));
    let sources = Sources { by_digest: sources.by_digest.clone(), fallback };
    let media_type = &found.descriptor.media_type;
    ensure_manifest(to, name, media_type, found.bytes, &sources, options).await
}

/// Copies an image or index as a user means it: children before parents, also to a target that checks
/// nothing (R130). With [`TransferOptions::referrers`] its referrers are copied too.
///
/// # Errors
/// As for [`plan_copy`] and [`carry_out`].
pub async fn copy(
    from: &RepositoryRef,
    reference: &Reference,
    to: &RepositoryRef,
    name: &ManifestName,
    options: &TransferOptions,
) -> Result<Descriptor> {
    let (root, plan) = plan_copy(from, reference, to, name, options).await?;
    carry_out(&plan, from, to, options).await?;
    Ok(root)
}

/// Returns the root of the image and the plan that [`copy`] carries out. Writes nothing.
///
/// # Errors
/// Absence of the source or of a part of it; `DigestMismatch` if its bytes do not have the digest
/// of the name; `BadAnswer` if the source cannot list all that refers to it.
pub async fn plan_copy(
    from: &RepositoryRef,
    reference: &Reference,
    to: &RepositoryRef,
    name: &ManifestName,
    options: &TransferOptions,
) -> Result<(Descriptor, Plan)> {
    let found = lookup::manifest(&*from.registry, reference, Prefer::Digest).await?.required()?;
    let root = bind(to, name, &found.descriptor.media_type, found.bytes)?;
    let mut planner = Planner::new(from, to, options);
    planner.add(&root, name.tag.as_slice()).await?;
    if options.referrers {
        referrers::add(&mut planner, from, &root).await?;
    }
    Ok((root.descriptor, planner.finish()))
}

#[cfg(test)]
mod tests;
