//! The tags of a repository, as a handle (R138).

use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::{Repository, TagPages};
use crate::{
    error::Result,
    oci::{Descriptor, Digest, MediaType, Tag},
    registry::{Delete, Read, Write},
};

/// The largest number of tags that are resolved at one time.
const LOOKUPS: usize = 4;

/// The tags of a repository (R138).
pub struct Tags<'a>(pub(super) &'a Repository);

impl Tags<'_> {
    /// Finds out what a tag stands for.
    ///
    /// # Errors
    /// As for [`Read::resolve`](crate::registry::Read::resolve).
    pub async fn get(&self, tag: &Tag) -> Result<Descriptor> {
        self.0.registry.resolve(&self.0.name, &tag.clone().into()).await
    }

    /// Pushes content under a tag.
    ///
    /// # Errors
    /// As for [`Write::push_manifest`].
    pub async fn tag(&self, tag: Tag, media_type: &MediaType, bytes: Bytes) -> Result<Descriptor> {
        self.0.registry.push_manifest(&self.0.name, media_type, bytes, &[tag]).await
    }

    /// Deletes a tag. Some registries delete the manifest with it, or refuse (R131).
    ///
    /// # Errors
    /// As for [`Delete::delete_manifest`].
    pub async fn untag(&self, tag: &Tag) -> Result<()> {
        self.0.registry.delete_manifest(&self.0.name, &tag.clone().into()).await
    }

    /// Lists all tags, each once, in the registry's order; `true` if there may be more. Names that break the
    /// grammar are left out: [`TagPages::unaddressable`] has them.
    ///
    /// # Errors
    /// As for [`List::tags`](crate::registry::List::tags).
    pub async fn all(&self) -> Result<(Vec<Tag>, bool)> {
        let (mut pages, mut tags) = (self.pages(), Vec::new());
        while let Some(page) = pages.next().await? {
            tags.extend(page);
        }
        Ok((tags, pages.may_be_incomplete()))
    }

    /// Lists the tags page by page (R97).
    pub fn pages(&self) -> TagPages {
        TagPages::of(self.0)
    }

    /// Finds the tags that stand for a digest, a few at a time (R102). Tags that are deleted meanwhile
    /// are left out.
    ///
    /// # Errors
    /// As for [`List::tags`](crate::registry::List::tags) and [`Read::resolve`](crate::registry::Read::resolve).
    pub async fn lookup(&self, digest: &Digest) -> Result<Vec<Tag>> {
        let (tags, _) = self.all().await?;
        let found = tags.into_iter().map(|tag| async move {
            match self.get(&tag).await {
                Ok(found) if found.digest == *digest => Ok(Some(tag)),
                Ok(_) => Ok(None),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            }
        });
        let found: Vec<Result<Option<Tag>>> = stream::iter(found).buffered(LOOKUPS).collect().await;
        found.into_iter().filter_map(Result::transpose).collect()
    }
}
