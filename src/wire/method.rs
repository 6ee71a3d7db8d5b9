//! Request methods of the distribution protocol.

use std::fmt;

/// A request method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Reads the headers only.
    Head,
    /// Opens an upload, mounts a blob, asks for a token.
    Post,
    /// Closes an upload, pushes a manifest.
    Put,
    /// Sends a chunk.
    Patch,
    /// Deletes.
    Delete,
}

impl Method {
    /// Returns the name as it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Returns true if the method changes nothing on the server.
    pub fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }

    /// Returns true if a page may send the method to another origin without a preflight (Fetch).
    pub fn is_cors_safelisted(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Post)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
