//! Getting the content of one file out of its layer, if the layer was listed without it.

use std::rc::Rc;

use crate::{
    error::{Error, Result},
    layers::file_location::FileLocation,
    oci::{Descriptor, RepositoryName},
    ops::blob_reader::BlobReader,
};

/// The state of getting a file.
#[derive(Clone, Default)]
pub struct FileExtraction {
    /// The bytes of the layer that were read; `None` if nothing runs.
    pub done: Option<u64>,
    /// The reason of the last failure.
    pub error: Option<Rc<Error>>,
    /// Grows with each end, so that the content is asked for again.
    pub generation: u32,
}

impl FileExtraction {
    /// Begins, and forgets the last failure.
    pub fn begin(&mut self) {
        (self.done, self.error) = (Some(0), None);
    }

    /// Notes how many bytes were read.
    pub fn progress(&mut self, done: u64) {
        self.done = Some(done);
    }

    /// Takes the end.
    pub fn finish(&mut self, result: Result<()>) {
        self.done = None;
        self.error = result.err().map(Rc::new);
        self.generation += 1;
    }

    /// Stops without an end.
    pub fn cancel(&mut self) {
        (self.done, self.error) = (None, None);
    }
}

/// Reads as much of a layer as holds the file at `offset`, and keeps up to `limit` bytes of its content.
///
/// # Errors
/// As for [`BlobReader::open`].
pub async fn extract_file(
    blobs: &dyn BlobReader,
    repository: &RepositoryName,
    layer: &Descriptor,
    (offset, limit): (u64, u64),
    progress: &mut dyn FnMut(u64),
) -> Result<()> {
    let file = FileLocation { offset, cap: limit };
    blobs.open(repository, layer, Some(file), progress).await
}
