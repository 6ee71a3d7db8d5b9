//! The place of a file's content inside a layer.

use serde::{Deserialize, Serialize};

/// The place of a file's content inside a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLocation {
    /// The offset of its first byte in the uncompressed layer.
    pub offset: u64,
    /// The most bytes that are read of it.
    pub cap: u64,
}
