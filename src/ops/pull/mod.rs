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
};

/// Pulls what a reference stands for into a repository of a store, which may have another name than
/// the one it comes from. It is stored under its digest and, if the reference has one, its tag. The
/// first error ends it; what was written stays, for the next time.
///
/// ```
/// use std::rc::Rc;
///
/// use porthole::{
///     oci::{ManifestRef, MediaType, Reference},
///     ops::{
///         pull::pull,
///         push::push,
///         repository_ref::RepositoryRef,
///         transfer::{InStore, TransferOptions},
///     },
///     sources::{memory::MemoryRegistry, objects::MemoryObjects},
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
/// // Stands for two registries: those of `Clients` have the same interface.
/// let registry = MemoryRegistry::new("example");
/// let repository = |name: &str| -> std::result::Result<_, Box<dyn std::error::Error>> {
///     let (host, repository) = ("registry.example".parse()?, name.parse()?);
///     Ok(RepositoryRef { host, registry: Rc::new(registry.clone()), repository })
/// };
/// let (a, b) = (repository("team/a")?, repository("team/b")?);
/// let config = registry.add_blob(&a.repository, MediaType::OCI_CONFIG, "{}");
/// let layer = registry.add_blob(&a.repository, MediaType::new("application/x.layer"), "one");
/// let manifest = format!(
///     r#"{{"schemaVersion":2,"config":{{"mediaType":"{}","digest":"{}","size":2}},
///     "layers":[{{"mediaType":"{}","digest":"{}","size":3}}]}}"#,
///     config.media_type, config.digest, layer.media_type, layer.digest,
/// );
/// let v1 = "v1".parse()?;
/// registry.add_manifest(&a.repository, MediaType::OCI_MANIFEST, manifest, Some(&v1));
///
/// let (store, options) = (MemoryObjects::default(), TransferOptions::default());
/// let kept = InStore { store: &store, repository: &a.repository };
/// let image = pull(&a, &a.reference(Some(v1.clone()), None), &kept, &options).await?;
/// let pushed = push(&kept, &ManifestRef::Tag(v1.clone()), &b, &[v1], &options).await?;
/// assert_eq!(pushed.digest, image.digest);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As for [`plan_pull`] and [`carry_out`].
pub async fn pull(
    from: &RepositoryRef,
    reference: &Reference,
    to: &InStore<'_>,
    options: &TransferOptions,
) -> Result<Descriptor> {
    let (root, plan) = plan_pull(from, reference, to, options).await?;
    carry_out(&plan, from, to, options).await?;
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
    to: &InStore<'_>,
    options: &TransferOptions,
) -> Result<(Descriptor, Plan)> {
    let root = lookup::manifest(&*from.registry, reference, Prefer::Digest).await?.required()?;
    let options = TransferOptions { foreign: true, ..options.clone() };
    let mut planner = Planner::new(from, to, &options);
    planner.add(&root, reference.tag.as_slice()).await?;
    Ok((root.descriptor, planner.finish()))
}

#[cfg(test)]
mod tests;
