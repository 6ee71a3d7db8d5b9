//! The exact bytes of a document, in words.

use crate::app::views::json::{Expected, NotJson};

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
/// Bytes that are not UTF-8.
pub const INVALID_UTF8: &str =
    "Some bytes are not UTF-8 and are shown as \u{fffd}; copying and saving keep them.";
/// Characters that deceive.
pub const DECEPTIVE: &str =
    "Characters that hide or turn text around are shown by their numbers, such as ⟨U+202E⟩.";
/// Warns that readers of JSON differ about such a document.
pub const DUPLICATES: &str = "Names that stand twice in one object, so that readers may disagree: ";
/// One such name.
pub const DUPLICATE: &str = "This name stands in the same object before";

/// A document that is not JSON, and the fault.
pub fn not_json(fault: &NotJson) -> String {
    match fault {
        NotJson::Empty => "This is not JSON: there is nothing in it.".to_owned(),
        NotJson::At { line, column, expected } => format!(
            "This is not JSON, so it is shown as text: line {line}, column {column}: expected {}.",
            self::expected(*expected)
        ),
    }
}

fn expected(expected: Expected) -> &'static str {
    match expected {
        Expected::Value => "a value",
        Expected::ValueOrClose => "a value or “]”",
        Expected::KeyOrClose => "a name or “}”",
        Expected::Key => "a name",
        Expected::Colon => "“:”",
        Expected::CommaOrClose => "“,” or the end of the object or array",
        Expected::End => "the end of the text",
        Expected::EndOfString => "the end of the string",
        Expected::NoControl => "no bare control character",
        Expected::Escape => "an escape that exists",
        Expected::FewerValues => "fewer values: this many are not laid out",
    }
}

/// The end of a text of which so many bytes are left out.
pub fn cut(mut text: String, left_out: usize) -> String {
    if left_out > 0 {
        text.push_str(&["… ", &left_out.to_string(), " more bytes"].concat());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_has_its_place_and_a_cut_its_size() {
        let fault = NotJson::At { line: 2, column: 7, expected: Expected::Value };
        let text = "This is not JSON, so it is shown as text: line 2, column 7: expected a value.";
        assert_eq!(not_json(&fault), text);
        assert_eq!(not_json(&NotJson::Empty), "This is not JSON: there is nothing in it.");
        assert_eq!(cut(String::new(), 4003), "… 4003 more bytes");
        assert_eq!(cut("a".to_owned(), 0), "a");
    }
}
