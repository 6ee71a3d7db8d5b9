//! Pulling into an object store (R155, R157). The manifest is written last: a store never names what
//! it does not have.

use super::{
    lookup::{self, Prefer},
    repository_ref::RepositoryRef,
    transfer::{InStore, Plan, Planner, TransferOptions, carry_out},
};
use crate::{
    error::Result,
    oci::{Descriptor, Reference},
    sources::objects::ObjectStore,
};

/// Pulls what a reference stands for. It is stored under its digest and, if the reference has
/// one, its tag. The first error ends it; what was written stays, for the next time.
///
/// # Errors
/// As for [`plan_pull`] and [`carry_out`].
pub async fn pull(
    from: &RepositoryRef,
    reference: &Reference,
    store: &dyn ObjectStore,
    options: &TransferOptions,
) -> Result<Descriptor> {
    let (root, plan) = plan_pull(from, reference, store, options).await?;
    let to = InStore { store, repository: &from.repository };
    carry_out(&plan, from, &to, options).await?;
    Ok(root)
}

/// Returns the root of the image and the plan that [`pull`] carries out. Writes nothing.
///
/// # Errors
/// Absence of a manifest; `BadAnswer` for a manifest without layers, and for what is no image;
/// failures of the store.
pub async fn plan_pull(
    from: &RepositoryRef,
    reference: &Reference,
    store: &dyn ObjectStore,
    options: &TransferOptions,
) -> Result<(Descriptor, Plan)> {
    let root = lookup::manifest(&*from.registry, reference, Prefer::Digest).await?.required()?;
    let to = InStore { store, repository: &from.repository };
    let options = TransferOptions { foreign: true, ..options.clone() };
    let mut planner = Planner::new(from, &to, &options);
    planner.add(&root, reference.tag.as_slice()).await?;
    Ok((root.descriptor, planner.finish()))
}

#[cfg(test)]
mod tests;
