//! The names that a layout gives to its images, and the images that they stand for.

use std::collections::BTreeSet;

use crate::oci::{Reference, RepositoryName, Tag};

/// A name of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ImageName {
    /// The repository; `None` if the name is a tag alone.
    pub(super) repository: Option<RepositoryName>,
    pub(super) tag: Tag,
}

impl ImageName {
    /// Reads the name of an entry of `index.json`: most tools write the tag alone, containerd and
    /// Docker the whole reference.
    pub(super) fn of_entry(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(tag) => Some(Self { repository: None, tag }),
            Err(_) => Self::of_reference(text, None),
        }
    }

    /// Reads a whole reference. `default` stands in for a tag that is left out. The host is left
    /// out: in an archive it is not where the image comes from now.
    pub(super) fn of_reference(text: &str, default: Option<Tag>) -> Option<Self> {
        let reference: Reference = text.parse().ok()?;
        let tag = reference.tag.or(default)?;
        Some(Self { repository: Some(reference.repository), tag })
    }
}

/// Names, each with the position of its image in a list.
#[derive(Debug, Default)]
pub(super) struct ImageNames {
    names: Vec<(ImageName, usize)>,
    /// Becomes true if there are names that are no tags: those cannot be asked for.
    pub(super) has_others: bool,
}

impl ImageNames {
    /// Gives an image a name, or notes that its name cannot be used.
    pub(super) fn add(&mut self, name: Option<ImageName>, at: usize) {
        match name {
            Some(name) => self.names.push((name, at)),
            None => self.has_others = true,
        }
    }

    /// Names the only image `latest` if it has no name: skopeo too takes it without asking.
    pub(super) fn name_the_only_one(&mut self, images: usize) {
        if images == 1 && self.names.is_empty() {
            self.names.push((ImageName { repository: None, tag: Tag::latest() }, 0));
        }
    }

    /// The positions of the images that have a name.
    pub(super) fn named_images(&self) -> BTreeSet<usize> {
        self.names.iter().map(|(_, at)| *at).collect()
    }

    /// The names of the image at this position.
    pub(super) fn of(&self, at: usize) -> impl Iterator<Item = &ImageName> {
        self.names.iter().filter(move |(_, image)| *image == at).map(|(name, _)| name)
    }

    /// The repositories of the names, each once, in the order of their first mention; `None` for
    /// names that are tags alone.
    pub(super) fn repositories(&self) -> Vec<Option<RepositoryName>> {
        distinct(self.names.iter().map(|(name, _)| &name.repository))
    }

    /// The tags of the repositories that `covers` picks, each once, in the order of their first
    /// mention.
    pub(super) fn tags(&self, covers: &dyn Fn(Option<&RepositoryName>) -> bool) -> Vec<Tag> {
        let covered = self.names.iter().filter(|(name, _)| covers(name.repository.as_ref()));
        distinct(covered.map(|(name, _)| &name.tag))
    }

    /// The positions of the images that a tag stands for, each once.
    pub(super) fn images(
        &self,
        tag: &Tag,
        covers: &dyn Fn(Option<&RepositoryName>) -> bool,
    ) -> Vec<usize> {
        let of_tag = |name: &ImageName| name.tag == *tag && covers(name.repository.as_ref());
        distinct(self.names.iter().filter(|(name, _)| of_tag(name)).map(|(_, at)| at))
    }
}

/// Each item once, at its first place.
pub(super) fn distinct<'a, T: Clone + Ord + 'a>(items: impl Iterator<Item = &'a T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    items.filter(|item| seen.insert(*item)).cloned().collect()
}
