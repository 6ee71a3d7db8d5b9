//! Platforms: what an index entry or a configuration says an image runs on.

use std::fmt;

use super::{Issues, Place, Severity};

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

const KNOWN: [&str; 5] = ["os", "architecture", "variant", "os.version", "os.features"];

impl Platform {
    /// Reads the platform of an index entry or a configuration.
    pub(super) fn read(place: &Place<'_>, issues: &mut Issues) -> Self {
        place.check_case(&KNOWN, issues);
        for key in ["os", "architecture"] {
            if place.member(key).is_none() {
                place.report(Severity::Error, format!("has no {key}"), issues);
            }
        }
        Self {
            os: place.text_of("os", issues).unwrap_or_default(),
            architecture: place.text_of("architecture", issues).unwrap_or_default(),
            variant: place.text_of("variant", issues).filter(|variant| !variant.is_empty()),
            os_version: place.text_of("os.version", issues).filter(|version| !version.is_empty()),
            os_features: place.texts_of("os.features", issues),
        }
    }
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
