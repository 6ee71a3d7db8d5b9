//! Pushing from an object store (R156, R157): layers that the registry lacks, and the manifest last.

use super::{
    repository_ref::RepositoryRef,
    transfer::{InStore, Plan, Planner, TransferOptions, carry_out},
};
use crate::{
    error::{Error, ErrorKind, Missing, Operation, Result},
    oci::{Descriptor, RepositoryName, Tag},
    registry::ManifestRef,
    sources::objects::ObjectStore,
};

/// Pushes a manifest of a store, with all it points at, under its digest and these tags.
///
/// # Errors
/// As for [`plan_push`] and [`carry_out`].
pub async fn push(
    store: &dyn ObjectStore,
    reference: &ManifestRef,
    to: &RepositoryRef,
    tags: &[Tag],
    options: &TransferOptions,
) -> Result<Descriptor> {
    push_as(store, &to.repository, reference, to, tags, options).await
}

/// Pushes what was pulled as one repository to another: `from` is its name in the store.
///
/// # Errors
/// As for [`push`].
pub async fn push_as(
    store: &dyn ObjectStore,
    from: &RepositoryName,
    reference: &ManifestRef,
    to: &RepositoryRef,
    tags: &[Tag],
    options: &TransferOptions,
) -> Result<Descriptor> {
    let from = InStore { store, repository: from };
    let (root, plan) = planned(&from, reference, to, tags, options).await?;
    carry_out(&plan, &from, to, options).await?;
    Ok(root)
}

/// Returns the root of the image and the plan that [`push`] carries out. Writes nothing.
///
/// # Errors
/// `NotFound` if the store lacks the manifest or part of a layer; `InvalidInput` if it lacks
/// entries of an index, as after pulling some platforms only; failures of the registry.
pub async fn plan_push(
    store: &dyn ObjectStore,
    reference: &ManifestRef,
    to: &RepositoryRef,
    tags: &[Tag],
    options: &TransferOptions,
) -> Result<(Descriptor, Plan)> {
    planned(&InStore { store, repository: &to.repository }, reference, to, tags, options).await
}

async fn planned(
    from: &InStore<'_>,
    reference: &ManifestRef,
    to: &RepositoryRef,
    tags: &[Tag],
    options: &TransferOptions,
) -> Result<(Descriptor, Plan)> {
    let root = from.manifest(reference).await?.ok_or_else(|| {
        let kind = ErrorKind::NotFound(Missing::manifest(reference));
        let operation = Operation::ReadManifest(reference.clone());
        Error::new(kind).during(operation, from.repository).on(from.store.name())
    })?;
    // The registry is asked for every layer (R156).
    let options = TransferOptions { ask_above: 0, foreign: true, ..options.clone() };
    let mut planner = Planner::new(from, to, &options);
    planner.add(&root, tags).await?;
    Ok((root.descriptor, planner.finish()))
}
