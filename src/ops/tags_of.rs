//! Finding the tags that stand for a digest (R102). The protocol has no such question: each tag is
//! resolved.

use futures_util::{StreamExt, stream};

use super::all_pages::all_pages;
use crate::{
    error::{Error, Operation, Result},
    oci::{Digest, RepositoryName, Tag},
    registry::{ManifestRef, Page, Source},
};

/// The result of a reverse lookup.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TagsOf {
    /// The tags that stand for the digest, in the order in which the source lists them.
    pub tags: Vec<Tag>,
    /// Tags that could not be resolved, with the error. A tag that vanished meanwhile is not among
    /// them.
    pub unknown: Vec<(Tag, Error)>,
    /// Names in the list that break the grammar of tags. No address leads to them, so it is not known what
    /// they stand for.
    pub unaddressable: Vec<String>,
    /// True if the list of tags may be incomplete.
    pub may_be_incomplete: bool,
}

/// Finds the tags of a repository that stand for a digest, `window` requests at one time.
///
/// # Errors
/// As for [`crate::registry::List::tags`]. A tag that cannot be resolved is a value.
pub async fn tags_of(
    source: &dyn Source,
    repository: &RepositoryName,
    digest: &Digest,
    window: usize,
) -> Result<TagsOf> {
    let read = async |from: Option<String>| source.tags(repository, from.as_deref()).await;
    let all = all_pages(read).await;
    let all = all
        .map_err(|error| error.during(Operation::ListTags, repository).on(source.source_name()))?;
    let Page { items, may_be_incomplete, unaddressable, .. } = all;
    let resolving = stream::iter(items).map(|tag| async move {
        let reference = ManifestRef::Tag(tag.clone());
        (tag, source.resolve(repository, &reference).await)
    });
    let mut resolving = std::pin::pin!(resolving.buffered(window.max(1)));
    let mut found = TagsOf { may_be_incomplete, unaddressable, ..TagsOf::default() };
    while let Some((tag, result)) = resolving.next().await {
        match result {
            Ok(descriptor) if descriptor.digest == *digest => found.tags.push(tag),
            Ok(_) => {}
            Err(error) if error.is_not_found() => {}
            Err(error) => found.unknown.push((tag, error)),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use std::rc::Rc;

    use futures_util::FutureExt;

    use super::*;
    use crate::{
        error::ErrorKind,
        testing::{
            images::{Images, place},
            recorder::{Recorder, run},
        },
    };

    fn bench() -> (Recorder, Digest) {
        let images = Images::default();
        let (old, new) = (images.image("linux/amd64", &["1"]), images.image("linux/amd64", &["2"]));
        for (name, image) in [("1.0", &old), ("1.1", &new), ("latest", &new), ("stable", &old)] {
            images.memory.add_tag(&place(), &name.parse().unwrap(), &image.digest);
        }
        let memory = images.memory.with_page_size(3);
        (Recorder::new(Rc::new(memory)), new.digest)
    }

    #[test]
    fn r102_tags_of_a_digest_are_found_by_resolving_each() {
        let (recorder, digest) = bench();
        let found = run(tags_of(&recorder, &place(), &digest, 2)).unwrap();
        let names: Vec<_> = found.tags.iter().map(Tag::as_str).collect();
        assert_eq!(names, ["1.1", "latest"]);
        assert_eq!(recorder.most_at_once(), 2);
        assert_eq!(recorder.count("resolve"), 4);
    }

    #[test]
    fn r102_a_tag_that_cannot_be_resolved_is_named() {
        let (recorder, digest) = bench();
        recorder.fail_next("resolve a/b latest", ErrorKind::Unavailable);
        let found = run(tags_of(&recorder, &place(), &digest, 2)).unwrap();
        assert_eq!(found.tags.len(), 1);
        assert_eq!(found.unknown[0].0.as_str(), "latest");
    }

    #[test]
    fn r102_dropping_it_stops_it() {
        let (recorder, digest) = bench();
        let place = place();
        {
            let mut job = std::pin::pin!(tags_of(&recorder, &place, &digest, 1));
            // Three turns: two pages of tags, and the first tag.
            (0..3).for_each(|_| assert!(job.as_mut().now_or_never().is_none()));
        }
        assert_eq!(recorder.count("resolve"), 1);
    }
}
