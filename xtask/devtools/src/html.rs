//! The tags of an HTML file and their attributes: enough to check what the build wrote. Not a
//! parser of all HTML; it reads files that our own build made.

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StartTag {
    /// Its name in lower case.
    pub name: String,
    /// Its attributes in order, names in lower case, values without their quotes.
    pub attributes: Vec<(String, String)>,
    /// The text between this tag and the next.
    pub text: String,
}

impl StartTag {
    /// The value of an attribute.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// All start tags in order. Comments are skipped.
pub(crate) fn start_tags(html: &str) -> Vec<StartTag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        add_text(&mut tags, before);
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let (inside, after) = split_tag(after);
        if inside.starts_with(|c: char| c.is_ascii_alphabetic()) {
            tags.push(start_tag(inside));
        }
        rest = after;
    }
    add_text(&mut tags, rest);
    tags
}

fn add_text(tags: &mut [StartTag], text: &str) {
    if let Some(last) = tags.last_mut() {
        last.text.push_str(text);
    }
}

/// Splits at the `>` that ends the tag: the first one outside quotes.
fn split_tag(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return (text.get(..at).unwrap_or(""), text.get(at + 1..).unwrap_or("")),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    (text, "")
}

fn start_tag(inside: &str) -> StartTag {
    let inside = inside.trim_end_matches('/');
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    while let Some((attribute, after)) = attribute(rest) {
        attributes.push(attribute);
        rest = after;
    }
    StartTag { name: name.to_ascii_lowercase(), attributes, text: String::new() }
}

/// The first attribute of the text, and what follows it.
fn attribute(text: &str) -> Option<((String, String), &str)> {
    let text = text.trim_start();
    let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    if name.is_empty() {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let Some(value) = rest.trim_start().strip_prefix('=') else {
        return Some(((name, String::new()), rest));
    };
    let value = value.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (value, rest) = match quote {
        Some(quote) => value.get(1..).unwrap_or("").split_once(quote).unwrap_or((value, "")),
        None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
    };
    Some(((name, unescape(value)), rest))
}

fn unescape(value: &str) -> String {
    let plain = value.replace("&#39;", "'").replace("&quot;", "\"").replace("&#34;", "\"");
    plain.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn attributes_are_read_in_every_form() {
        let tags = start_tags(r#"<!doctype html><META a=1 b='two > 2' c="3&#39;" d><p>text</p>"#);
        assert_eq!(tags.len(), 2);
        let meta = &tags[0];
        assert_eq!(meta.name, "meta");
        assert_eq!(meta.get("a"), Some("1"));
        assert_eq!(meta.get("b"), Some("two > 2"));
        assert_eq!(meta.get("c"), Some("3'"));
        assert_eq!(meta.get("d"), Some(""));
        assert_eq!(tags[1].text, "text");
    }

    #[test]
    fn comments_and_broken_ends_do_no_harm() {
        assert!(start_tags("<!-- <script>x</script> -->").is_empty());
        assert_eq!(start_tags("<a href='x").len(), 1);
        assert!(start_tags("< 3").is_empty());
    }
}
