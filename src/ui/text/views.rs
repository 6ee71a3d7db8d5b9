//! Sentences that several views of a reference share.

use super::short;
use crate::{app::views::platform_choice::Difference, oci::Severity};

/// Stands for the whole document in place of a pointer into it.
pub const THE_DOCUMENT: &str = "the document";

/// The weight of an issue, in a word.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Copies one value of many.
pub fn copy_value(name: &str) -> String {
    format!("Copy the value of {name}")
}

/// Label of the links that choose a platform.
pub const PLATFORMS: &str = "Platform";
/// The link to all platforms.
pub const ALL_PLATFORMS: &str = "all";
/// Said where a view shows one image and several are there.
pub const CHOOSE_PLATFORM: &str =
    "This is an index: several images under one name. Choose the one to look at.";
/// Said of an index without an image.
pub const NO_IMAGES: &str = "This index has no images in it.";
/// Said where a view needs an image and the document is none.
pub const NOT_AN_IMAGE: &str = "This document is not an image manifest.";
/// The heading of what is wrong with a document.
pub const ISSUES: &str = "What is wrong with this document";
/// The heading above annotations, in each view that shows some.
pub const ANNOTATIONS: &str = "Annotations";
/// The size is nowhere stated.
pub const SIZE_UNKNOWN: &str = "size not stated";
/// A fact that tells one image from others for the same platform.
pub fn difference(difference: &Difference) -> String {
    match difference {
        Difference::Features(features) => format!("features {}", short(&features.join(", "))),
        Difference::ProcessorFeatures(features) => {
            format!("processor features {}", short(&features.join(", ")))
        }
        Difference::Zstd => "zstd".to_owned(),
        Difference::ArtifactType(kind) => short(kind),
        Difference::Annotation(name, value) => short(&format!("{name}={value}")),
        Difference::Digest(digest) => digest.short().to_owned(),
    }
}
/// A platform that the index does not have.
pub fn no_such_platform(name: &str) -> String {
    format!("This index has no image for “{name}”. Choose one that it has.")
}
