//! Platforms: what an index entry or a configuration says an image runs on.

use std::fmt;

/// A platform as written in an index entry or a configuration; nothing is normalised.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    /// Operating system, as Go's `GOOS`.
    pub os: String,
    /// Processor architecture, as Go's `GOARCH`.
    pub architecture: String,
    /// Variant of the architecture, such as `v8`.
    pub variant: Option<String>,
    /// Version of the operating system, used by Windows images.
    pub os_version: Option<String>,
    /// Features the operating system must have, such as `win32k`.
    pub os_features: Vec<String>,
}

impl fmt::Display for Platform {
    /// `os/architecture[/variant]`, with the version in brackets where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if let Some(variant) = &self.variant {
            write!(f, "/{variant}")?;
        }
        if let Some(version) = &self.os_version {
            write!(f, " ({version})")?;
        }
        Ok(())
    }
}
