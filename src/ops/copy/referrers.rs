//! Taking along what refers to an image: signatures, SBOMs, attestations.

use std::collections::{BTreeSet, VecDeque};

use super::copy_manifest;
use crate::{
    error::{ErrorKind, Result},
    oci::{Descriptor, Digest, ManifestRef, parse_document},
    ops::ensure::{Options, Place, Sources, Target},
    registry::ReferrersSource,
    wire::referrers::{CosignKind, cosign_tag},
};

/// The most referrers that are copied: lists without an end have been seen.
const MOST: usize = 1_000;

/// Copies what refers to a manifest that was copied, to its children, and to those referrers in
/// turn. The target finds them by its API, or by the fallback tag that pushing keeps (R127);
/// cosign's get their tags. How many there were.
///
/// # Errors
/// As for [`super::copy`]; `BadAnswer` where the source cannot list all of them: a copy that lacks
/// a signature must not pass for whole.
pub async fn copy_referrers(
    from: &Place,
    root: &Descriptor,
    to: &Place,
    options: &Options,
) -> Result<usize> {
    let mut subjects: VecDeque<Digest> = subjects(from, root).await?.into();
    let mut seen: BTreeSet<Digest> = subjects.iter().cloned().collect();
    let mut copied = 0;
    while let Some(subject) = subjects.pop_front() {
        let found = from.registry.referrers(&from.repository, &subject, None).await?;
        if found.may_be_incomplete || copied + found.items.len() > MOST {
            let what = format!("not everything that refers to {subject} can be listed");
            return Err(ErrorKind::BadAnswer(what).into());
        }
        for (referrer, source) in found.items {
            let target =
                Target { tag: tag_of(from, &subject, &referrer, source).await?, digest: None };
            if seen.insert(referrer.digest.clone()) {
                subjects.push_back(referrer.digest.clone());
            }
            one(from, &referrer, to, &target, options).await?;
            copied += 1;
        }
    }
    Ok(copied)
}

async fn one(
    from: &Place,
    referrer: &Descriptor,
    to: &Place,
    target: &Target,
    options: &Options,
) -> Result<()> {
    let reference = from.reference(None, Some(referrer.digest.clone()));
    let sources = Sources::default();
    copy_manifest(from, &reference, to, target, &sources, options).await.map(|_| ())
}

/// The manifest itself and, of an index, its entries.
async fn subjects(from: &Place, root: &Descriptor) -> Result<Vec<Digest>> {
    let reference = ManifestRef::Digest(root.digest.clone());
    let manifest = from.registry.manifest(&from.repository, &reference).await?;
    let document = parse_document(manifest.bytes, Some(&root.media_type)).value;
    let parts = document.references().into_iter();
    let manifests =
        parts.filter(|part| part.media_type.is_manifest() || part.media_type.is_index());
    Ok(std::iter::once(root.digest.clone()).chain(manifests.map(|m| m.digest.clone())).collect())
}

/// The tag under which cosign looks for a referrer, where the source has it there.
async fn tag_of(
    from: &Place,
    subject: &Digest,
    referrer: &Descriptor,
    source: ReferrersSource,
) -> Result<Option<crate::oci::Tag>> {
    if source != ReferrersSource::CosignTag {
        return Ok(None);
    }
    for tag in CosignKind::ALL.into_iter().filter_map(|kind| cosign_tag(subject, kind)) {
        let reference = ManifestRef::Tag(tag.clone());
        match from.registry.resolve(&from.repository, &reference).await {
            Ok(found) if found.digest == referrer.digest => return Ok(Some(tag)),
            Err(error) if !error.is_not_found() => return Err(error),
            _ => {}
        }
    }
    Ok(None)
}
