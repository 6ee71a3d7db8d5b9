//! Listing what is in memory. Referrers are computed from the `subject` of what is held.

use async_trait::async_trait;
use bytes::Bytes;

use super::MemoryRegistry;
use crate::{
    error::{Operation, Result},
    oci::{
        Annotations, Descriptor, Digest, MediaType, RepositoryName, Tag,
        document::{Document, parse_document},
    },
    registry::{List, Page, Referrers, ReferrersSource},
};

#[async_trait(?Send)]
impl List for MemoryRegistry {
    async fn repositories(&self, from: Option<&str>) -> Result<Page<RepositoryName>> {
        let state = self.state.borrow();
        Ok(page(state.repositories.keys(), from, self.page_size, RepositoryName::as_str))
    }

    async fn tags(&self, repository: &RepositoryName, from: Option<&str>) -> Result<Page<Tag>> {
        let state = self.state.borrow();
        let found = state.existing(repository);
        let found = found.map_err(|kind| self.error(kind, Operation::ListTags, repository))?;
        Ok(page(found.tags.keys(), from, self.page_size, Tag::as_str))
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        let state = self.state.borrow();
        let found = state.existing(repository);
        let found = found.map_err(|kind| {
            self.error(kind, Operation::ListReferrers(subject.clone()), repository)
        })?;
        let all = found.manifests.iter().filter_map(|(digest, media_type)| {
            let bytes = state.content.get(digest)?;
            referrer(digest, media_type, bytes, subject)
        });
        let wanted = all.filter(|found| {
            artifact_type.is_none_or(|wanted| found.artifact_type.as_deref() == Some(wanted))
        });
        let items = wanted.map(|found| (found, ReferrersSource::Api)).collect();
        Ok(Referrers { items, ..Referrers::default() })
    }
}

/// The items after `from`, which is the last one of the page before.
fn page<'a, T: Clone + 'a>(
    items: impl Iterator<Item = &'a T>,
    from: Option<&str>,
    size: usize,
    name: impl Fn(&T) -> &str,
) -> Page<T> {
    let mut rest = items.skip_while(|item| from.is_some_and(|from| name(item) <= from));
    let items: Vec<T> = rest.by_ref().take(size).cloned().collect();
    let more = rest.next().is_some();
    let next = items.last().filter(|_| more).map(|last| name(last).to_owned());
    Page::new(items, next)
}

/// The descriptor of a manifest that refers to `subject`, as the referrers API describes it.
fn referrer(
    digest: &Digest,
    media_type: &MediaType,
    bytes: &Bytes,
    subject: &Digest,
) -> Option<Descriptor> {
    let document = parse_document(bytes.clone(), Some(media_type)).value;
    let (of, artifact_type, annotations) = said_by(document)?;
    (of.digest == *subject).then(|| Descriptor {
        artifact_type,
        annotations,
        ..Descriptor::new(media_type.clone(), digest.clone(), bytes.len() as u64)
    })
}

/// Subject, artifact type and annotations of a document. The type of an image that names none is
/// its configuration's media type (distribution-spec, listing referrers).
fn said_by(document: Document) -> Option<(Descriptor, Option<String>, Annotations)> {
    match document {
        Document::Image(image) => {
            let config = image.config.map(|config| config.media_type.as_str().to_owned());
            Some((image.subject?, image.artifact_type.or(config), image.annotations))
        }
        Document::Index(index) => Some((index.subject?, index.artifact_type, index.annotations)),
        _ => None,
    }
}
