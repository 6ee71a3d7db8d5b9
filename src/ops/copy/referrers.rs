//! Collector along what refers to an image: signatures, SBOMs, attestations.

use std::collections::{BTreeSet, VecDeque};

use crate::{
    error::{AnswerFault, ErrorKind, Operation, Result},
    oci::{Descriptor, Digest, ManifestRef, Tag, parse_document},
    ops::{
        graph::{Documents, Role, children},
        repository_ref::RepositoryRef,
        transfer::Planner,
    },
    registry::{Manifest, ReferrersSource},
    wire::referrers::{CosignKind, cosign_tag},
};

/// The largest number of referrers that are copied with an image.
const MOST: usize = 1_000;

/// Adds to a plan what refers to a manifest, to its children, and to those referrers in turn. The
/// target finds them by its API, or by the fallback tag that pushing keeps (R127); those of cosign
/// get their tags.
///
/// # Errors
/// As for [`Planner::add`]; `BadAnswer` if the source cannot list all of them: a copy that lacks
/// a signature must not pass for whole.
pub(super) async fn add(
    planner: &mut Planner<'_>,
    from: &RepositoryRef,
    root: &Manifest,
) -> Result<()> {
    let mut subjects: VecDeque<Digest> = subjects(root).into();
    let mut seen: BTreeSet<Digest> = subjects.iter().cloned().collect();
    let mut added = 0;
    while let Some(subject) = subjects.pop_front() {
        let found = from.registry.referrers(&from.repository, &subject, None).await?;
        added += found.items.len();
        if found.may_be_incomplete || added > MOST {
            let kind = ErrorKind::BadAnswer(AnswerFault::ReferrersIncomplete(subject.clone()));
            return Err(from.named(kind.into(), Operation::ListReferrers(subject)));
        }
        for (referrer, source) in found.items {
            let tag = tag_of(from, &subject, &referrer, source).await?;
            planner.add(&from.document(&referrer).await?, tag.as_slice()).await?;
            if seen.insert(referrer.digest.clone()) {
                subjects.push_back(referrer.digest);
            }
        }
    }
    Ok(())
}

/// The manifest itself and, of an index, its entries.
fn subjects(root: &Manifest) -> Vec<Digest> {
    let media_type = Some(&root.descriptor.media_type);
    let document = parse_document(root.bytes.clone(), media_type).value;
    let entries = children(&document).into_iter().filter(|child| child.role == Role::Manifest);
    let entries = entries.map(|entry| entry.descriptor.digest.clone());
    std::iter::once(root.descriptor.digest.clone()).chain(entries).collect()
}

/// The tag under which cosign looks for a referrer, if the source has it there.
async fn tag_of(
    from: &RepositoryRef,
    subject: &Digest,
    referrer: &Descriptor,
    source: ReferrersSource,
) -> Result<Option<Tag>> {
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
