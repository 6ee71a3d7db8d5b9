//! Paragraphs of `Name: value` lines, as mail, Debian and Python have them (RFC 822, deb822).

use crate::caps;

/// The fields of one paragraph, by name and first line of their value.
pub(super) struct Paragraph<'a> {
    /// The line on which it begins, counted from 1.
    pub(super) line: usize,
    fields: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Paragraph<'a> {
    /// Returns the first line of a field's value. The case of the name does not matter, and the
    /// first of two fields of one name counts.
    pub(super) fn get(&self, name: &str) -> Option<&'a [u8]> {
        let found = self.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| *value).filter(|value| !value.is_empty())
    }

    /// The same as text; empty if there is none.
    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).map(super::text).unwrap_or_default()
    }
}

/// Splits text into paragraphs, which empty lines part.
pub(super) fn paragraphs(bytes: &[u8]) -> impl Iterator<Item = Paragraph<'_>> {
    let mut lines = bytes.split(|&byte| byte == b'\n').enumerate();
    std::iter::from_fn(move || {
        let mut paragraph: Option<Paragraph<'_>> = None;
        for (number, line) in lines.by_ref() {
            let blank = line.trim_ascii().is_empty();
            if blank && paragraph.is_some() {
                break;
            }
            if blank {
                continue;
            }
            let paragraph =
                paragraph.get_or_insert_with(|| Paragraph { line: number + 1, fields: Vec::new() });
            paragraph.take(line);
        }
        paragraph
    })
}

impl<'a> Paragraph<'a> {
    /// Lines that begin with a space go on with the value before: nothing here needs them.
    fn take(&mut self, line: &'a [u8]) {
        if line.first().is_none_or(u8::is_ascii_whitespace)
            || self.fields.len() >= caps::PACKAGE_FIELDS
        {
            return;
        }
        let mut parts = line.splitn(2, |&byte| byte == b':');
        if let (Some(name), Some(value)) = (parts.next(), parts.next()) {
            self.fields.push((name, value.trim_ascii()));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn cap_package_fields_leaves_the_later_ones_out() {
        let has_last = |count: usize| {
            let text = "A: 1\n".repeat(count - 1) + "Last: 2\n";
            paragraphs(text.as_bytes()).next().unwrap().get("last").is_some()
        };
        assert!(has_last(caps::PACKAGE_FIELDS));
        assert!(!has_last(caps::PACKAGE_FIELDS + 1));
    }
}
