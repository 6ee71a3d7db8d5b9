//! The `oci-layout` file that marks a folder or archive as an OCI layout (image-layout.md).

use bytes::Bytes;

use super::{DocumentFault, Issues, JsonCursor, Parsed, Severity, json};

/// The only version.
pub const LAYOUT_VERSION: &str = "1.0.0";

/// The content of an `oci-layout` file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageLayout {
    /// `imageLayoutVersion`.
    pub version: Option<String>,
}

/// Reads an `oci-layout` file.
pub fn parse_layout(raw: Bytes) -> Parsed<ImageLayout> {
    let Parsed { value, raw, issues: found } = json::parse(raw);
    let mut issues = Issues::default();
    issues.extend(found);
    let cursor = JsonCursor::root(&value);
    cursor.is_object(&mut issues);
    cursor.check_case(&["imageLayoutVersion"], &mut issues);
    let version = cursor.text_of("imageLayoutVersion", &mut issues);
    if version.as_deref() != Some(LAYOUT_VERSION) {
        cursor.report(Severity::Error, DocumentFault::LayoutVersion, &mut issues);
    }
    Parsed { value: ImageLayout { version }, raw, issues: issues.into_vec() }
}
