//! The files in a tar archive, read where they lie: the archive is never in memory as a whole.

use std::{ops::Range, rc::Rc};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::{
    archive_index::ArchiveIndex,
    files::{Chunks, FilePath, Files},
    source::{Arrangement, Layout},
};
use crate::{
    error::{ErrorKind, Operation, Result},
    oci::RepositoryName,
    registry::BlobSource,
};

/// The largest part of a file that is held in memory at a time, in bytes.
const CHUNK: u64 = 256 * 1024;

/// An OCI layout in a tar archive, or the archive that `docker save` writes.
pub type Archive = Layout<TarFiles>;

impl Archive {
    /// Opens an archive by one pass over its headers. Errors call it `name`. Images that the archive
    /// gives no repository belong to `repository`.
    ///
    /// # Errors
    /// As for [`TarFiles::open`].
    pub async fn open(
        name: &str,
        bytes: Rc<dyn BlobSource>,
        repository: RepositoryName,
    ) -> Result<Self> {
        let files = TarFiles::open(name, bytes).await?;
        Ok(Self::of(files, Arrangement::One(repository)))
    }
}

/// The files of a tar archive.
pub struct TarFiles {
    name: String,
    bytes: Rc<dyn BlobSource>,
    index: ArchiveIndex,
}

impl TarFiles {
    /// Opens an archive by one pass over its headers.
    ///
    /// # Errors
    /// `Layout` if the archive is no tar, is compressed as a whole, or has more entries than any
    /// image needs. The errors of reading.
    pub async fn open(name: &str, bytes: Rc<dyn BlobSource>) -> Result<Self> {
        let index = ArchiveIndex::read(&*bytes).await.map_err(|mut error| {
            error.context.operation = Some(Operation::OpenArchive);
            name.clone_into(&mut error.context.registry);
            error
        })?;
        Ok(Self { name: name.to_owned(), bytes, index })
    }
}

#[async_trait(?Send)]
impl Files for TarFiles {
    fn name(&self) -> &str {
        &self.name
    }

    async fn read(&self, path: &FilePath, limit: u64) -> Result<Bytes> {
        let place = self.index.find(path.as_str())?;
        if place.end - place.start > limit {
            return Err(ErrorKind::TooLarge { limit }.into());
        }
        slice(&*self.bytes, &place).await
    }

    async fn open_range(&self, path: &FilePath, size: u64, range: Range<u64>) -> Result<Chunks> {
        let place = self.index.find(path.as_str())?;
        chunks(Rc::clone(&self.bytes), &place, size, &range)
    }

    async fn size(&self, path: &FilePath) -> Result<u64> {
        let place = self.index.find(path.as_str())?;
        Ok(place.end - place.start)
    }
}

/// Streams a range of the file at `place`, a file of which the caller expects this size.
///
/// # Errors
/// `SizeMismatch` if the file is shorter than the range, or is not of that size and wanted whole.
pub(super) fn chunks(
    bytes: Rc<dyn BlobSource>,
    place: &Range<u64>,
    size: u64,
    range: &Range<u64>,
) -> Result<Chunks> {
    let actual = place.end - place.start;
    let is_whole = *range == (0..size);
    if range.end > actual || is_whole && size != actual {
        return Err(ErrorKind::SizeMismatch { digest: None, expected: size, actual }.into());
    }
    let wanted = place.start + range.start..place.start + range.end;
    Ok(stream::unfold((bytes, wanted), next_chunk).boxed_local())
}

type ReadPosition = (Rc<dyn BlobSource>, Range<u64>);

/// The next chunk of a range, with what is left of it; nothing after an error.
async fn next_chunk((bytes, left): ReadPosition) -> Option<(Result<Bytes>, ReadPosition)> {
    let end = left.end.min(left.start.saturating_add(CHUNK));
    if left.is_empty() {
        return None;
    }
    let chunk = slice(&*bytes, &(left.start..end)).await;
    let rest = if chunk.is_ok() { end..left.end } else { 0..0 };
    Some((chunk, (bytes, rest)))
}

/// Reads a slice of which every byte must be there.
pub(super) async fn slice(bytes: &dyn BlobSource, range: &Range<u64>) -> Result<Bytes> {
    let expected = range.end - range.start;
    let slice = bytes.slice(range.start, expected).await?;
    match slice.len() as u64 {
        actual if actual != expected => {
            Err(ErrorKind::SizeMismatch { digest: None, expected, actual }.into())
        }
        _ => Ok(slice),
    }
}
