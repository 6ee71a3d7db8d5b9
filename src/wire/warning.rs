//! `Warning` fields: notices of a registry. They are shown quietly, and nothing acts on them
//! (R163).

use litemap::LiteMap;

use super::headers::{Headers, name};
use crate::{caps, wire::field_cursor::FieldCursor};

/// Returns the texts of the warnings of an answer. Fields of another form than `299 - "text"` are
/// ignored, and so are texts beyond [`caps::WARNING_BYTES`].
pub fn read(headers: &Headers) -> Vec<String> {
    let mut left = caps::WARNING_BYTES;
    let mut texts = Vec::new();
    for field in headers.all(name::WARNING) {
        for text in read_field(field) {
            if text.len() > left || texts.len() == caps::WARNINGS {
                return texts;
            }
            left -= text.len();
            texts.push(text);
        }
    }
    texts
}

/// Reads the warnings of one field. Fetch joins several with commas. Text that does not fit ends
/// the reading.
fn read_field(field: &str) -> Vec<String> {
    let mut cursor = FieldCursor::new(field);
    let mut texts = Vec::new();
    loop {
        cursor.take_while(|c| matches!(c, ' ' | '\t' | ','));
        match read_one(&mut cursor) {
            Some(text) => texts.push(text),
            None => return texts,
        }
    }
}

fn read_one(cursor: &mut FieldCursor<'_>) -> Option<String> {
    if cursor.token() != "299" || !cursor.skip_blanks() {
        return None;
    }
    if cursor.token() != "-" || !cursor.skip_blanks() {
        return None;
    }
    let text = cursor.quoted()?;
    cursor.skip_blanks();
    // A date after the text is another form (RFC 7234 section 5.5).
    matches!(cursor.peek(), None | Some(',')).then_some(text)
}

/// The different warnings of one registry, each with the URL at which it first came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    seen: LiteMap<String, String>,
}

impl Warnings {
    /// Adds the warnings of an answer to a request for `url`, which the caller has redacted.
    /// Returns true if one of them is new.
    pub fn add(&mut self, headers: &Headers, url: &str) -> bool {
        let before = self.seen.len();
        for text in read(headers) {
            if self.seen.len() < caps::WARNINGS {
                self.seen.entry(text).or_insert_with(|| url.to_owned());
            }
        }
        self.seen.len() > before
    }

    /// Returns the text and the first URL of each warning, sorted by text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.seen.iter().map(|(text, url)| (text.as_str(), url.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r163_only_the_specified_form_is_read() {
        let check = |field: &str, expected: &[&str]| {
            assert_eq!(read(&Headers::new().with("Warning", field)), expected, "{field}");
        };
        check(r#"299 - "going away""#, &["going away"]);
        check(r#"299 - "a \"quoted\" word""#, &[r#"a "quoted" word"#]);
        check(r#"299 - "one", 299 - "two, with comma""#, &["one", "two, with comma"]);
        check(r#"299 - "dated" "Sun, 06 Nov 1994 08:49:47 GMT""#, &[]);
        check(r#"110 - "stale""#, &[]);
        check(r#"299 host "named""#, &[]);
        check(r#"299 - "open"#, &[]);
        check("", &[]);
    }

    #[test]
    fn r163_warnings_are_collected_once_with_their_first_url() {
        let headers = Headers::new().with("Warning", r#"299 - "going away""#);
        let mut warnings = Warnings::default();
        assert!(warnings.add(&headers, "https://r.example/v2/a"));
        assert!(!warnings.add(&headers, "https://r.example/v2/b"));
        let all: Vec<_> = warnings.iter().collect();
        assert_eq!(all, [("going away", "https://r.example/v2/a")]);
    }

    fn warnings(texts: impl Iterator<Item = String>) -> Headers {
        let mut headers = Headers::new();
        texts.for_each(|text| headers.append("Warning", format!("299 - \"{text}\"")));
        headers
    }

    #[test]
    fn cap_warning_bytes_counts_all_fields_of_an_answer() {
        let check = |lengths: &[usize], expected: usize| {
            let texts = lengths.iter().map(|length| "x".repeat(*length));
            assert_eq!(read(&warnings(texts)).len(), expected, "{lengths:?}");
        };
        check(&[caps::WARNING_BYTES], 1);
        check(&[caps::WARNING_BYTES + 1], 0);
        check(&[1, caps::WARNING_BYTES - 1], 2);
        check(&[1, caps::WARNING_BYTES], 1);
    }

    #[test]
    fn cap_warnings_keeps_the_first_of_a_registry_and_of_an_answer() {
        let mut all = Warnings::default();
        for number in 0..caps::WARNINGS {
            assert!(all.add(&warnings([number.to_string()].into_iter()), "u"), "{number}");
        }
        assert!(!all.add(&warnings(["one more".to_owned()].into_iter()), "u"));
        assert_eq!(all.iter().count(), caps::WARNINGS);
        for count in [caps::WARNINGS, caps::WARNINGS + 1] {
            let texts = (0..count).map(|_| String::new());
            assert_eq!(read(&warnings(texts)).len(), caps::WARNINGS);
        }
    }
}
