//! Giving an image further tags in its repository. The manifest is there, so that no blob moves.

use super::{
    lookup::{self, Prefer},
    repository_ref::RepositoryRef,
    transfer::{Plan, Planner, TransferOptions, carry_out},
};
use crate::{
    error::Result,
    oci::{Descriptor, Reference, Tag},
};

/// Adds tags to what a reference stands for.
///
/// # Errors
/// As for [`plan_tags`] and [`carry_out`].
pub async fn add_tags(
    place: &RepositoryRef,
    reference: &Reference,
    tags: &[Tag],
    options: &TransferOptions,
) -> Result<Descriptor> {
    let (root, plan) = plan_tags(place, reference, tags, options).await?;
    carry_out(&plan, place, place, options).await?;
    Ok(root)
}

/// Returns the root and the plan that [`add_tags`] carries out. Writes nothing.
///
/// # Errors
/// Absence of the manifest; failures of the registry.
pub async fn plan_tags(
    place: &RepositoryRef,
    reference: &Reference,
    tags: &[Tag],
    options: &TransferOptions,
) -> Result<(Descriptor, Plan)> {
    let found = lookup::manifest(&*place.registry, reference, Prefer::Digest).await?.required()?;
    let mut planner = Planner::new(place, place, options);
    planner.add(&found, tags).await?;
    Ok((found.descriptor, planner.finish()))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::{
        oci::RepositoryName,
        registry::{ManifestRef, Read},
        testing::{
            images::{Images, place},
            recorder::run,
        },
    };

    #[test]
    fn a_further_tag_moves_no_blob() {
        let images = Images::default();
        let root = images.image("linux/amd64", &["layer"]);
        let place = RepositoryRef {
            host: "memory.example".parse().unwrap(),
            registry: Rc::new(images.memory.clone()),
            repository: place(),
        };
        let tag: Tag = "further".parse().unwrap();
        let options = TransferOptions::default();
        let reference = place.reference(None, Some(root.digest.clone()));
        let (_, plan) = run(plan_tags(&place, &reference, &[tag.clone()], &options)).unwrap();
        println!("{plan}");
        run(add_tags(&place, &reference, &[tag.clone()], &options)).unwrap();
        let repository: RepositoryName = place.repository.clone();
        let found = run(images.memory.resolve(&repository, &ManifestRef::Tag(tag))).unwrap();
        assert_eq!(found.digest, root.digest);
    }
}
