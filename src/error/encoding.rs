//! Encodings that the transport puts on bytes.

use serde::{Deserialize, Serialize};

/// An encoding that the transport put on the bytes of a blob (`Content-Encoding`). A blob is sent as it
/// is: bytes with such an encoding, or those that came out of it, need not be those of its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TransportEncoding {
    /// The browser undid it, so that the bytes of the answer itself were never seen here.
    Undone,
    /// The bytes still have it.
    Kept,
}
