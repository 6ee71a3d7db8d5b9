//! Exporting to an archive: an OCI layout as a tar stream (R158), which `skopeo`, `podman load`,
//! `crane` and `docker load` read.

use super::{
    lookup::{self, Prefer},
    read,
    repository_ref::RepositoryRef,
    synthesize::REF_NAME,
    transfer::{Plan, Planner, Sink, TarArchive, TransferOptions, carry_out},
};
use crate::{
    error::{Error, ErrorKind, Missing, Operation, Result},
    oci::{Descriptor, Document, Index, MediaType, Reference, parse_document},
    ops::graph::Selection,
    registry::{Manifest, ManifestRef},
};

/// The plan of an export.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportPlan {
    /// The manifest or index that the reference stands for.
    pub root: Descriptor,
    /// The index of the archive.
    pub index: Index,
    /// The objects of the archive.
    pub objects: Plan,
}

/// Writes what a reference stands for as a tar archive of an OCI layout. Layers that have other
/// places to be read from (`urls`) are left out, as on copying.
///
/// # Errors
/// As for [`plan_export`] and [`carry_out`].
pub async fn export(
    from: &RepositoryRef,
    reference: &Reference,
    sink: &mut dyn Sink,
    options: &TransferOptions,
) -> Result<Descriptor> {
    let plan = plan_export(from, reference, options).await?;
    let archive = TarArchive::new(sink);
    archive.begin(&plan.index).await?;
    // The files of an archive follow one another.
    let options = TransferOptions { window: 1, ..options.clone() };
    carry_out(&plan.objects, from, &archive, &options).await?;
    archive.end().await?;
    Ok(plan.root)
}

/// Returns the plan that [`export`] carries out. If some platforms of an index are left out, the
/// archive lists the images that were chosen, and not an index that names what is not in it.
///
/// # Errors
/// Absence of a manifest; `NotFound` if no entry fits the platforms; `Unsupported` for documents
/// that cannot be part of an OCI layout.
pub async fn plan_export(
    from: &RepositoryRef,
    reference: &Reference,
    options: &TransferOptions,
) -> Result<ExportPlan> {
    let root = lookup::manifest(&*from.registry, reference, Prefer::Digest).await?.required()?;
    let listed = listed(&root, &options.selection).ok_or_else(|| {
        let asked = ManifestRef::Digest(root.descriptor.digest.clone());
        let missing = Error::new(ErrorKind::NotFound(Missing::Manifest));
        from.named(missing, Operation::ReadManifest(asked))
    })?;
    let options = TransferOptions { selection: Selection::All, ..options.clone() };
    let mut nothing = Vec::new();
    let archive = TarArchive::new(&mut nothing);
    let mut planner = Planner::new(from, &archive, &options);
    for entry in &listed {
        let manifest = match entry.digest == root.descriptor.digest {
            true => root.clone(),
            false => {
                let read = read::manifest(&*from.registry, &from.repository, entry).await;
                let asked = || ManifestRef::Digest(entry.digest.clone());
                read.map_err(|error| from.named(error, Operation::ReadManifest(asked())))?
            }
        };
        planner.add(&manifest, &[]).await?;
    }
    let name = reference.tag.as_ref().map(|tag| tag.as_str());
    let (root, index) = (root.descriptor, index_of(listed, name));
    Ok(ExportPlan { root, index, objects: planner.finish() })
}

/// The entries of the archive's index; none if no entry fits the selection.
fn listed(root: &Manifest, selection: &Selection) -> Option<Vec<Descriptor>> {
    let media_type = Some(&root.descriptor.media_type);
    let document = parse_document(root.bytes.clone(), media_type).value;
    let Document::Index(index) = &document else { return Some(vec![root.descriptor.clone()]) };
    let entries = index.manifests.iter().zip(selection.of(&index.manifests));
    let chosen: Vec<_> =
        entries.filter(|(_, is_chosen)| *is_chosen).map(|(entry, _)| entry.clone()).collect();
    if chosen.len() == index.manifests.len() {
        return Some(vec![root.descriptor.clone()]);
    }
    (!chosen.is_empty()).then_some(chosen)
}

/// `index.json`: every root under the name that was asked for.
fn index_of(roots: Vec<Descriptor>, name: Option<&str>) -> Index {
    let named = roots.into_iter().map(|mut root| {
        root.data = None;
        root.annotations.retain(|(key, _)| key != REF_NAME);
        root.annotations.extend(name.map(|name| (REF_NAME.to_owned(), name.to_owned())));
        root
    });
    let manifests = named.collect();
    Index { media_type: Some(MediaType::OCI_INDEX), manifests, ..Index::default() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::rc::Rc;

    use super::*;
    use crate::oci::Digest;
    use crate::testing::images::{Images, place};
    use crate::testing::recorder::run;

    fn at(images: &Images) -> RepositoryRef {
        let registry = Rc::new(images.memory.clone());
        RepositoryRef { host: "from.example".parse().unwrap(), registry, repository: place() }
    }

    fn written(images: &Images, root: &Descriptor, selection: Selection) -> Result<Vec<u8>> {
        let from = at(images);
        let reference = from.reference(Some("v1".parse().unwrap()), Some(root.digest.clone()));
        let options = TransferOptions { selection, ..TransferOptions::default() };
        let mut archive = Vec::new();
        run(export(&from, &reference, &mut archive, &options)).map(|_| archive)
    }

    fn text(archive: &[u8]) -> String {
        String::from_utf8_lossy(archive).into_owned()
    }

    #[test]
    fn r158_the_same_image_gives_the_same_archive() {
        let images = Images::default();
        let image = images.image("linux/amd64", &["one", "two"]);
        let archive = written(&images, &image, Selection::All).unwrap();
        assert_eq!(archive, written(&images, &image, Selection::All).unwrap());
        assert_eq!(archive.len() % 512, 0);
        let said = text(&archive);
        assert!(said.starts_with("oci-layout\0"));
        assert!(said.contains(r#""org.opencontainers.image.ref.name":"v1""#));
        assert!(said.contains(image.digest.encoded()));
    }

    #[test]
    fn r158_an_archive_never_names_what_is_not_in_it() {
        let images = Images::default();
        let amd = images.image("linux/amd64", &["one"]);
        let arm = images.image("linux/arm64", &["two"]);
        let index = images.index(&[amd.clone(), arm.clone()]);
        let only = Selection::Platforms(vec!["linux/arm64".parse().unwrap()]);
        let said = text(&written(&images, &index, only).unwrap());
        assert!(said.contains(arm.digest.encoded()) && !said.contains(amd.digest.encoded()));
        let none = Selection::Platforms(vec!["plan9/386".parse().unwrap()]);
        assert!(written(&images, &index, none).unwrap_err().is_not_found());
    }

    #[test]
    fn r017_every_error_of_an_export_names_registry_repository_and_reference() {
        let check = |images: &Images, root: &Descriptor, selection: Selection, named: &Digest| {
            let error = written(images, root, selection).unwrap_err();
            let place = place();
            assert!(error.to_string().contains(&format!(" {place}@{named} on ")), "{error}");
            assert_eq!(error.context.repository, Some(place), "{error}");
        };
        let images = Images::default();
        let amd = images.image("linux/amd64", &["one"]);
        let gone = Descriptor {
            digest: crate::content::verify::digest_of(b"gone"),
            platform: Some("linux/arm64".parse().unwrap()),
            ..amd.clone()
        };
        let index = images.index(&[amd, gone.clone()]);
        let only = |platform: &str| Selection::Platforms(vec![platform.parse().unwrap()]);
        check(&images, &index, only("plan9/386"), &index.digest);
        check(&images, &index, only("linux/arm64"), &gone.digest);
        check(&images, &index, Selection::All, &gone.digest);
        let type_of_none = MediaType::new("application/x.document");
        let other = images.memory.add_manifest(&place(), type_of_none, "{\"other\":1}", None);
        check(&images, &other, Selection::All, &other.digest);
    }

    #[test]
    fn a_build_cache_is_exported_with_its_blobs() {
        let images = Images::default();
        let cache = images.cache(&["one"]);
        let said = text(&written(&images, &cache, Selection::All).unwrap());
        for bytes in ["one", "{}"] {
            let digest = crate::content::verify::digest_of(bytes.as_bytes());
            assert!(said.contains(&format!("blobs/sha256/{}", digest.encoded())), "{bytes}");
        }
    }

    #[test]
    fn r158_wrong_bytes_end_the_export() {
        let images = Images::default();
        let image = images.image("linux/amd64", &["one"]);
        let bytes = images.memory.bytes(&image.digest).unwrap();
        let document = parse_document(bytes, Some(&image.media_type)).value;
        let layer = document.references().last().map(|layer| (*layer).clone()).unwrap();
        images.memory.add_blob_as(&place(), &layer.digest, "not that one".into());
        let error = written(&images, &image, Selection::All).unwrap_err();
        let is_found =
            matches!(error.kind, ErrorKind::DigestMismatch { .. } | ErrorKind::SizeMismatch { .. });
        assert!(is_found, "{error}");
    }
}
