//! The exact bytes of a document, in words.

/// Names the lines of a document.
pub const LINES: &str = "Lines of the document";
/// Names a document that is drawn whole.
pub const DOCUMENT: &str = "The document";
/// The label of the tab.
pub const LABEL: &str = "JSON";
/// The copy button of a document.
pub const COPY_EXACT: &str = "Copy the exact bytes";
/// The save link of a document.
pub const SAVE_EXACT: &str = "Save the exact bytes";
/// Shows a document as it was written.
pub const RAW: &str = "Raw";
/// A document is not JSON; where and why stands behind it.
pub const NOT_JSON: &str = "This is not JSON, so it is shown as text:";
/// Bytes that are not UTF-8.
pub const INVALID_UTF8: &str =
    "Some bytes are not UTF-8 and are shown as \u{fffd}; copying and saving keep them.";
/// Characters that deceive.
pub const DECEPTIVE: &str =
    "Characters that hide or turn text around are shown by their numbers, such as ⟨U+202E⟩.";
/// Names that stand twice.
pub const DUPLICATES: &str = "Names that stand twice in one object, so that readers may disagree: ";
/// One such name.
pub const DUPLICATE: &str = "This name stands in the same object before";
