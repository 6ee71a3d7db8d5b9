//! A layout as a source of images: where its files are, and what they list.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{
    files::{FilePath, Files},
    index::LayoutIndex,
    made::Made,
    names::ImageNames,
    saved::SavedImages,
};
use crate::{
    caps,
    error::{Error, ErrorKind, LayoutFault, Missing, Operation, Result},
    oci::{self, Descriptor, Digest, DocumentFault, RepositoryName, Tag},
    registry::{ReadOnly, SharedRegistry},
};

/// The largest `index.json`, `manifest.json` or `oci-layout` that is read, in bytes.
const LIST_LIMIT: u64 = caps::LIST_BYTES as u64;

/// The relation between repositories and files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// Each folder with an `oci-layout` in it is a repository, named by its path.
    Folders,
    /// All files are one layout. Its repositories are those that its names mention; what is named
    /// by a tag alone, or not at all, belongs to this one.
    One(RepositoryName),
}

/// OCI layouts, or images that `docker save` wrote. Cheap to clone. Nothing can be written.
pub struct Layout<F> {
    pub(super) files: Rc<F>,
    pub(super) arrangement: Arrangement,
    pub(super) learnt: Rc<Learnt>,
}

impl<F> Clone for Layout<F> {
    fn clone(&self) -> Self {
        let Self { files, arrangement, learnt } = self;
        let (files, learnt) = (Rc::clone(files), Rc::clone(learnt));
        Self { files, arrangement: arrangement.clone(), learnt }
    }
}

/// Facts about the files that are not asked for twice.
#[derive(Default)]
pub(super) struct Learnt {
    /// Folders whose `oci-layout` names a version that is known.
    known: RefCell<BTreeSet<String>>,
    /// Folders with an `index.json` and no `oci-layout`.
    pub(super) unmarked: RefCell<BTreeSet<String>>,
    /// Folders in which an OCI layout has no `manifest.json` beside it.
    unsaved: RefCell<BTreeSet<String>>,
    /// Manifests made here, by folder.
    pub(super) made: RefCell<BTreeMap<String, Made>>,
}

/// The images of one layout.
pub(super) enum Contents {
    /// Those of its `index.json`.
    Oci(LayoutIndex),
    /// Those of its `manifest.json`.
    Saved(SavedImages),
}

impl Contents {
    /// The names of the images.
    pub(super) fn names(&self) -> &ImageNames {
        match self {
            Self::Oci(index) => &index.names,
            Self::Saved(saved) => &saved.names,
        }
    }

    /// The number of images.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Oci(index) => index.entries.len(),
            Self::Saved(saved) => saved.images.len(),
        }
    }
}

/// A task, as errors describe it.
pub(super) struct Task<'a> {
    pub(super) operation: Operation,
    pub(super) repository: &'a RepositoryName,
    /// The object that a missing file means.
    pub(super) missing: Missing,
    /// The content that the task is about.
    pub(super) subject: Option<&'a Descriptor>,
}

impl<'a> Task<'a> {
    pub(super) fn contents(repository: &'a RepositoryName) -> Self {
        let operation = Operation::ReadLayout;
        Self { operation, repository, missing: Missing::Repository, subject: None }
    }

    pub(super) fn tag(repository: &'a RepositoryName, tag: &Tag) -> Self {
        let operation = Operation::ReadManifest(tag.clone().into());
        Self { operation, repository, missing: Missing::Tag(tag.clone()), subject: None }
    }

    pub(super) fn manifest(repository: &'a RepositoryName, digest: &Digest) -> Self {
        let operation = Operation::ReadManifest(digest.clone().into());
        Self { operation, repository, missing: Missing::Revision(digest.clone()), subject: None }
    }

    pub(super) fn blob(repository: &'a RepositoryName, blob: &'a Descriptor) -> Self {
        let operation = Operation::ReadBlob(blob.digest.clone());
        Self { operation, repository, missing: Missing::Blob, subject: Some(blob) }
    }

    pub(super) fn stat(repository: &'a RepositoryName, digest: &Digest) -> Self {
        let operation = Operation::FindBlob(digest.clone());
        Self { operation, repository, missing: Missing::Blob, subject: None }
    }
}

impl<F: Files> Layout<F> {
    /// The layouts in these files. Nothing is read yet.
    pub fn of(files: F, arrangement: Arrangement) -> Self {
        Self { files: Rc::new(files), arrangement, learnt: Rc::default() }
    }

    /// The same as a source of images among others.
    pub fn shared(&self) -> SharedRegistry
    where
        F: 'static,
    {
        Rc::new(ReadOnly::new(Rc::new(self.clone())))
    }

    /// The path of a repository's folder, with a slash at its end if it has a name.
    pub(super) fn folder(&self, repository: &RepositoryName) -> String {
        match self.arrangement {
            Arrangement::Folders => format!("{repository}/"),
            Arrangement::One(_) => String::new(),
        }
    }

    /// Returns true if a name belongs to a repository. `None` is a tag alone.
    pub(super) fn covers(
        &self,
        repository: &RepositoryName,
        named: Option<&RepositoryName>,
    ) -> bool {
        match &self.arrangement {
            Arrangement::Folders => true,
            Arrangement::One(default) => named.unwrap_or(default) == repository,
        }
    }

    /// Reads the names and images of a layout, as they are now.
    pub(super) async fn contents(&self, repository: &RepositoryName) -> Result<Contents> {
        self.contents_for(repository, Operation::ReadLayout).await
    }

    /// Reads the names and images of a layout for an operation, which an error names.
    pub(super) async fn contents_for(
        &self,
        repository: &RepositoryName,
        operation: Operation,
    ) -> Result<Contents> {
        let found = self.read_contents(&self.folder(repository)).await;
        let task = Task { operation, ..Task::contents(repository) };
        found.map_err(|error| self.explain(&task, error))
    }

    pub(super) async fn read_contents(&self, folder: &str) -> Result<Contents> {
        match self.read_oci(folder).await {
            Ok(index) => Ok(index),
            Err(error) if error.is_not_found() => match self.read_saved(folder).await {
                Ok(saved) => Ok(Contents::Saved(saved)),
                Err(saved) if saved.is_not_found() => Err(self.is_no_layout(error)),
                Err(saved) => Err(saved),
            },
            Err(error) => Err(error),
        }
    }

    /// On a web server, such a repository is not there. An archive is there, and it is something else.
    fn is_no_layout(&self, error: Error) -> Error {
        match self.arrangement {
            Arrangement::Folders => error,
            Arrangement::One(_) => ErrorKind::Layout(LayoutFault::NoLayout).into(),
        }
    }

    async fn read_oci(&self, folder: &str) -> Result<Contents> {
        let Some(unmarked) = self.check_version(folder).await? else {
            return self.read_index(folder).await;
        };
        match self.read_index(folder).await {
            Ok(contents) => {
                self.learnt.unmarked.borrow_mut().insert(folder.to_owned());
                Ok(contents)
            }
            // Without its marker, another file of that name says nothing about layouts.
            Err(error) if matches!(error.kind, ErrorKind::Layout(LayoutFault::NotAnIndex)) => {
                Err(unmarked)
            }
            Err(error) => Err(error),
        }
    }

    /// Reads the `oci-layout` file, once. Returns the reason if there is none: some writers and
    /// uploads leave it out.
    async fn check_version(&self, folder: &str) -> Result<Option<Error>> {
        if self.learnt.known.borrow().contains(folder) {
            return Ok(None);
        }
        let path = FilePath::changing(format!("{folder}oci-layout"));
        let raw = match self.files.read(&path, LIST_LIMIT).await {
            Ok(raw) => raw,
            Err(error) if self.means_absent(&error) => return Ok(Some(error)),
            Err(error) => return Err(error),
        };
        let marker = oci::parse_layout(raw);
        if marker.value.version.as_deref() != Some(oci::LAYOUT_VERSION) {
            // Some web servers send a page in the place of a missing file.
            let is_page = marker.issues.iter().any(|issue| issue.fault == DocumentFault::Markup);
            return match is_page && self.arrangement == Arrangement::Folders {
                true => Ok(Some(ErrorKind::NotFound(Missing::Unknown).into())),
                false => Err(ErrorKind::Layout(LayoutFault::UnknownVersion).into()),
            };
        }
        self.learnt.known.borrow_mut().insert(folder.to_owned());
        self.learnt.unmarked.borrow_mut().remove(folder);
        Ok(None)
    }

    /// Reads `index.json`. Names that it lacks are taken from a `manifest.json` beside it; if it
    /// lists nothing, so are the images.
    async fn read_index(&self, folder: &str) -> Result<Contents> {
        let path = FilePath::changing(format!("{folder}index.json"));
        let raw = self.files.read(&path, LIST_LIMIT).await?;
        let Some(mut index) = LayoutIndex::read(raw) else {
            return Err(ErrorKind::Layout(LayoutFault::NotAnIndex).into());
        };
        let lacks_names = index.entries.is_empty() || !index.unnamed().is_empty();
        if lacks_names && let Some(saved) = self.saved_beside(folder, &mut index).await {
            if index.entries.is_empty() {
                return Ok(Contents::Saved(saved));
            }
            self.complete_names(folder, &mut index, &saved).await;
        }
        index.names.name_the_only_one(index.entries.len());
        Ok(Contents::Oci(index))
    }

    /// Reads the `manifest.json` beside an `index.json`, if there is one.
    async fn saved_beside(&self, folder: &str, index: &mut LayoutIndex) -> Option<SavedImages> {
        if self.learnt.unsaved.borrow().contains(folder) {
            return None;
        }
        match self.read_saved(folder).await {
            Ok(saved) => return Some(saved),
            Err(error) if self.means_absent(&error) => {
                self.learnt.unsaved.borrow_mut().insert(folder.to_owned());
            }
            Err(_) => index.names.has_others = true,
        }
        None
    }

    /// Returns `true` if an error means that a file is missing. Some web servers answer that such a
    /// file is forbidden, and some send a page.
    fn means_absent(&self, error: &Error) -> bool {
        let may_be = error.is_denied()
            || matches!(error.kind, ErrorKind::BadAnswer(_) | ErrorKind::Layout(_));
        error.is_not_found() || may_be && self.arrangement == Arrangement::Folders
    }

    async fn read_saved(&self, folder: &str) -> Result<SavedImages> {
        let path = FilePath::changing(format!("{folder}manifest.json"));
        let raw = self.files.read(&path, LIST_LIMIT).await?;
        let no_list = || ErrorKind::Layout(LayoutFault::NotAListOfImages).into();
        SavedImages::read(raw).ok_or_else(no_list)
    }

    /// Completes an error with the task. Facts that it states already are kept.
    pub(super) fn explain(&self, task: &Task<'_>, mut error: Error) -> Error {
        match &mut error.kind {
            ErrorKind::NotFound(missing @ Missing::Unknown) => *missing = task.missing.clone(),
            ErrorKind::SizeMismatch { digest: digest @ None, .. } => {
                *digest = task.subject.map(|subject| subject.digest.clone());
            }
            _ => {}
        }
        let context = &mut error.context;
        if context.operation.is_none() {
            context.operation = Some(task.operation.clone());
        }
        if context.registry.is_empty() {
            self.files.name().clone_into(&mut context.registry);
        }
        context.repository.get_or_insert_with(|| task.repository.clone());
        if context.subject.is_none() {
            context.subject = task.subject.cloned().map(Box::new);
        }
        error
    }
}
