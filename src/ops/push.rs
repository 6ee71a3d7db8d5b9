//! Pushing from an object store (R156, R157): layers that the registry lacks, and the manifest last.

use super::{
    repository_ref::RepositoryRef,
    transfer::{InStore, Plan, Planner, TransferOptions, carry_out},
};
use crate::{
    error::{ErrorKind, Missing, Result},
    oci::{Descriptor, Tag},
    registry::ManifestRef,
};

/// Pushes a manifest of a store, with all it points at, under its digest and these tags. The
/// repository that it goes to may have another name than the one it was pulled as (R156).
///
/// # Errors
/// As for [`plan_push`] and [`carry_out`].
pub async fn push(
    from: &InStore<'_>,
    reference: &ManifestRef,
    to: &RepositoryRef,
    tags: &[Tag],
    options: &TransferOptions,
) -> Result<Descriptor> {
    let (root, plan) = plan_push(from, reference, to, tags, options).await?;
    carry_out(&plan, from, to, options).await?;
    Ok(root)
}

/// Returns the root of the image and the plan that [`push`] carries out. Writes nothing.
///
/// # Errors
/// `NotFound` if the store lacks the manifest or part of a layer; `InvalidInput` if it lacks
/// entries of an index, as after pulling some platforms only; failures of the registry.
pub async fn plan_push(
    from: &InStore<'_>,
    reference: &ManifestRef,
    to: &RepositoryRef,
    tags: &[Tag],
    options: &TransferOptions,
) -> Result<(Descriptor, Plan)> {
    let root = from.manifest(reference).await?.ok_or(ErrorKind::NotFound(Missing::Manifest))?;
    // The registry is asked for every layer (R156).
    let options = TransferOptions { ask_above: 0, foreign: true, ..options.clone() };
    let mut planner = Planner::new(from, to, &options);
    planner.add(&root, tags).await?;
    Ok((root.descriptor, planner.finish()))
}
