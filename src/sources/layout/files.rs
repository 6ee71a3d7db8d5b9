//! Named files that can be read whole or by range. A layout asks no more of the place where it lies: a
//! web server, a tar archive, a folder.

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::stream::LocalBoxStream;

use crate::error::{ErrorKind, Result};

/// The bytes of a file, in parts, as they arrive.
pub type Chunks = LocalBoxStream<'static, Result<Bytes>>;

/// The path of a file below the root, its parts joined by `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath {
    text: String,
    is_lasting: bool,
}

impl FilePath {
    /// The path of a file that may hold something else tomorrow.
    pub fn changing(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_lasting: false }
    }

    /// The path of a file that is named by the digest of its content: a copy stays right.
    pub fn lasting(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_lasting: true }
    }

    /// The text of the path.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns true if the content under this path never changes.
    pub fn is_lasting(&self) -> bool {
        self.is_lasting
    }
}

/// A place that holds files under names.
///
/// An error names the request where there was one. The layout above adds the task, the repository
/// and the content.
#[async_trait(?Send)]
pub trait Files {
    /// The name of the place in errors: a host, or the name of an archive.
    fn name(&self) -> &str;

    /// Reads a whole small file, of a size that need not be known.
    ///
    /// # Errors
    /// `NotFound` if it is not there. `Unauthorized`, `Denied` and `Refused` if it may not be read.
    /// `TooLarge` if it has more than `limit` bytes. `Network`, `Timeout`, `SizeMismatch` and
    /// `BadAnswer` if it breaks off.
    async fn read(&self, path: &FilePath, limit: u64) -> Result<Bytes>;

    /// Streams a part of a file. `size` is the size of the whole file as the caller knows it.
    ///
    /// # Errors
    /// As for [`Files::read`]; at once or while streaming. `SizeMismatch` if the file is shorter.
    async fn open_range(&self, path: &FilePath, size: u64, range: Range<u64>) -> Result<Chunks>;

    /// Streams a whole file, of at most `most` bytes if that is more than `size`, which is its size as the
    /// caller knows it. The file may be of another: the digest of its bytes decides.
    ///
    /// # Errors
    /// As for [`Files::open_range`]; `SizeMismatch` or `TooLarge` if the file is longer than both.
    async fn open(&self, path: &FilePath, size: u64, most: u64) -> Result<Chunks> {
        let actual = self.size(path).await?;
        if actual > most.max(size) {
            return Err(match most > size {
                true => ErrorKind::TooLarge { limit: most },
                false => ErrorKind::SizeMismatch { digest: None, expected: size, actual },
            }
            .into());
        }
        self.open_range(path, actual, 0..actual).await
    }

    /// Returns the size of a file in bytes.
    ///
    /// # Errors
    /// As for [`Files::read`]; `HiddenHeader` if a server does not say it.
    async fn size(&self, path: &FilePath) -> Result<u64>;
}
