//! Listing the repositories, tags and referrers of a layout.

use async_trait::async_trait;

use super::{
    blobs::LOOKED_INTO,
    files::Files,
    index::LayoutIndex,
    names::distinct,
    source::{Arrangement, Contents, Layout, Task},
};
use crate::{
    caps,
    error::{Error, ErrorKind, Missing, Operation, Result},
    oci::{self, Descriptor, Digest, RepositoryName, Tag},
    registry::{List, Page, Referrers, ReferrersSource},
    wire::{fallback_index, referrers},
};

#[async_trait(?Send)]
impl<F: Files + 'static> List for Layout<F> {
    /// Lists the repositories of an archive. A web server has no list of its folders.
    async fn repositories(&self, _: Option<&str>) -> Result<Page<RepositoryName>> {
        let Arrangement::One(default) = &self.arrangement else {
            let mut error = Error::new(ErrorKind::CatalogUnavailable);
            error.context.operation = Some(Operation::ListLayouts);
            self.files.name().clone_into(&mut error.context.registry);
            return Err(error);
        };
        let contents = self.contents(default).await?;
        let names = contents.names();
        let all_named = names.named_images().len() == contents.len();
        let unnamed = (!all_named).then_some(None);
        let named = names.repositories().into_iter().chain(unnamed);
        let named: Vec<_> = named.map(|name| name.unwrap_or_else(|| default.clone())).collect();
        let items = distinct(named.iter());
        Ok(Page { may_be_incomplete: names.has_others, ..Page::new(items, None) })
    }

    async fn tags(&self, repository: &RepositoryName, _: Option<&str>) -> Result<Page<Tag>> {
        let contents = self.contents(repository).await?;
        let names = contents.names();
        let items = names.tags(&|named| self.covers(repository, named));
        match &self.arrangement {
            Arrangement::One(default) if items.is_empty() && repository != default => {
                let missing = ErrorKind::NotFound(Missing::Repository);
                Err(self.explain(&Task::contents(repository), missing.into()))
            }
            _ => Ok(Page { may_be_incomplete: names.has_others, ..Page::new(items, None) }),
        }
    }

    async fn referrers(
        &self,
        repository: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers> {
        // What `docker save` writes has no subjects.
        let operation = Operation::ListReferrers(subject.clone());
        let Contents::Oci(index) = self.contents_for(repository, operation).await? else {
            return Ok(Referrers::default());
        };
        let tagged = self.under_fallback_tag(repository, &index, subject).await?;
        let (roots, may_be_incomplete) = self.roots_about(repository, &index, subject).await;
        let mut items = referrers::merge(vec![
            (tagged, ReferrersSource::FallbackTag),
            (roots, ReferrersSource::Api),
        ]);
        let may_be_incomplete = may_be_incomplete || items.len() > caps::REFERRERS;
        items.truncate(caps::REFERRERS);
        items.retain(|(item, _)| {
            artifact_type.is_none_or(|wanted| item.artifact_type.as_deref() == Some(wanted))
        });
        Ok(Referrers { items, may_be_incomplete, ..Referrers::default() })
    }
}

impl<F: Files + 'static> Layout<F> {
    /// Entries of the index whose own subject is this digest. The flag is true if some could not be
    /// looked into.
    async fn roots_about(
        &self,
        repository: &RepositoryName,
        index: &LayoutIndex,
        subject: &Digest,
    ) -> (Vec<Descriptor>, bool) {
        let (mut found, mut is_cut) = (Vec::new(), index.entries.len() > LOOKED_INTO);
        for entry in index.entries.iter().take(LOOKED_INTO) {
            let Ok(manifest) = self.read_manifest(repository, &entry.digest).await else {
                is_cut = true;
                continue;
            };
            let media_type = Some(&manifest.descriptor.media_type);
            let document = oci::parse_document(manifest.bytes.clone(), media_type).value;
            if document.subject().is_some_and(|of| of.digest == *subject) {
                found.push(fallback_index::entry(&manifest.descriptor, &document));
            }
        }
        (found, is_cut)
    }

    /// Entries of the index under the fallback tag. The tag names a digest, so it means the same in
    /// every repository.
    async fn under_fallback_tag(
        &self,
        repository: &RepositoryName,
        index: &LayoutIndex,
        subject: &Digest,
    ) -> Result<Vec<Descriptor>> {
        let tag = referrers::fallback_tag(subject);
        let named = tag.map(|tag| index.named(&tag, &|_| true)).unwrap_or_default();
        let [fallback] = named.as_slice() else { return Ok(Vec::new()) };
        let manifest = self.read_manifest(repository, &fallback.digest).await?;
        let media_type = Some(&manifest.descriptor.media_type);
        Ok(referrers::read_index(media_type, &manifest.bytes).unwrap_or_default())
    }
}
