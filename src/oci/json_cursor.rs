//! Lenient reading of a [`Node`]. A cursor knows its position, so a fault can be reported with its
//! JSON pointer. A part that cannot be read is reported and left out, and reading goes on.

use super::{
    Digest, DocumentFault, Issues, NodeKind, Severity,
    json::{Node, Number, push_step},
};
use crate::caps;

/// A node with its path from the root.
#[derive(Clone, Copy, Debug)]
pub struct JsonCursor<'a> {
    node: &'a Node,
    step: PathStep<'a>,
    parent: Option<&'a JsonCursor<'a>>,
}

#[derive(Clone, Copy, Debug)]
enum PathStep<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> JsonCursor<'a> {
    /// Starts at the root of a document.
    pub fn root(node: &'a Node) -> Self {
        Self { node, step: PathStep::Root, parent: None }
    }

    /// Returns the node at this position.
    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// Returns the JSON pointer (RFC 6901) to this place.
    pub fn pointer(&self) -> String {
        let mut pointer = self.parent.map(JsonCursor::pointer).unwrap_or_default();
        match self.step {
            PathStep::Root => {}
            PathStep::Key(key) => _ = push_step(&mut pointer, key),
            PathStep::Index(index) => _ = push_step(&mut pointer, &index.to_string()),
        }
        pointer
    }

    /// Adds an issue about this place.
    pub fn report(&self, severity: Severity, fault: DocumentFault, issues: &mut Issues) {
        issues.push(severity, &self.pointer(), fault);
    }

    /// Returns the member of this name, or `None` if it is missing or `null`.
    pub fn member<'b>(&'b self, key: &'b str) -> Option<JsonCursor<'b>> {
        let node = self.node.get(key).filter(|node| **node != Node::Null)?;
        Some(JsonCursor { node, step: PathStep::Key(key), parent: Some(self) })
    }

    /// Returns all members, in document order.
    pub fn members(&self) -> impl Iterator<Item = JsonCursor<'_>> {
        let members = self.node.members().iter();
        members.map(|(key, node)| JsonCursor { node, step: PathStep::Key(key), parent: Some(self) })
    }

    /// Returns the items of a list. Reports any other kind.
    pub fn items(&self, issues: &mut Issues) -> impl Iterator<Item = JsonCursor<'_>> {
        if !matches!(self.node, Node::Array(_)) {
            self.report_kind(NodeKind::Array, issues);
        }
        let items = self.node.items().iter().enumerate();
        items.map(|(index, node)| JsonCursor {
            node,
            step: PathStep::Index(index),
            parent: Some(self),
        })
    }

    /// Returns true if the node is an object. Reports any other kind.
    pub fn is_object(&self, issues: &mut Issues) -> bool {
        let object = matches!(self.node, Node::Object(_));
        if !object {
            self.report_kind(NodeKind::Object, issues);
        }
        object
    }

    /// Returns the text at this place. Reports any other kind.
    pub fn text(&self, issues: &mut Issues) -> Option<&'a str> {
        let text = self.node.as_str();
        if text.is_none() {
            self.report_kind(NodeKind::String, issues);
        }
        text
    }

    /// Returns the digest at this place. Reports any other text or kind.
    pub(super) fn digest(&self, issues: &mut Issues) -> Option<Digest> {
        let parsed = self.text(issues)?.parse();
        let report = |error| self.report(Severity::Error, DocumentFault::Digest(error), issues);
        parsed.map_err(report).ok()
    }

    /// Returns the member of this name as text. A missing one is `None`, without an issue.
    pub fn text_of(&self, key: &str, issues: &mut Issues) -> Option<String> {
        self.member(key)?.text(issues).map(str::to_owned)
    }

    /// Returns the member of this name as text of at most so many bytes. A longer one is cut and reported.
    pub fn short_text_of(&self, key: &str, most: usize, issues: &mut Issues) -> Option<String> {
        let member = self.member(key)?;
        let text = member.text(issues)?;
        let end = text.floor_char_boundary(most);
        if end < text.len() {
            member.report(Severity::Error, DocumentFault::TooLong(most), issues);
        }
        Some(text.get(..end).unwrap_or_default().to_owned())
    }

    /// Returns the member of this name as a media type or artifact type, cut at [`caps::MEDIA_TYPE`].
    pub fn type_of(&self, key: &str, issues: &mut Issues) -> Option<String> {
        self.short_text_of(key, caps::MEDIA_TYPE, issues)
    }

    /// Returns the member of this name as a list of texts. Items of another kind are left out.
    pub fn texts_of(&self, key: &str, issues: &mut Issues) -> Vec<String> {
        let Some(list) = self.member(key) else { return Vec::new() };
        let items: Vec<_> = list.items(issues).collect();
        items.iter().filter_map(|item| item.text(issues).map(str::to_owned)).collect()
    }

    /// Returns the member of this name as a map of texts, in document order. Values of another kind
    /// are left out, and so are those with a name longer than [`caps::ANNOTATION_NAME`].
    pub fn map_of(&self, key: &str, issues: &mut Issues) -> Vec<(String, String)> {
        let Some(map) = self.member(key) else { return Vec::new() };
        if !map.is_object(issues) {
            return Vec::new();
        }
        let entry = |cursor: JsonCursor<'_>| {
            let (name, value) = (cursor.key()?, cursor.text(issues)?);
            if name.len() > caps::ANNOTATION_NAME {
                let fault = DocumentFault::TooLong(caps::ANNOTATION_NAME);
                cursor.report(Severity::Error, fault, issues);
                return None;
            }
            Some((name.to_owned(), value.to_owned()))
        };
        map.members().filter_map(entry).collect()
    }

    /// Returns the keys of the member of this name. Go writes a set as an object with empty values.
    pub fn keys_of(&self, key: &str, issues: &mut Issues) -> Vec<String> {
        let Some(map) = self.member(key) else { return Vec::new() };
        if !map.is_object(issues) {
            return Vec::new();
        }
        map.node.members().iter().map(|(key, _)| key.clone()).collect()
    }

    /// Returns the member of this name as a whole number from 0 to 2^63 − 1, the range of sizes in
    /// the image specification (R28). A missing one is `None`, without an issue.
    pub fn size_of(&self, key: &str, issues: &mut Issues) -> Option<u64> {
        let cursor = self.member(key)?;
        match *cursor.node {
            Node::Number(Number::Unsigned(number)) if i64::try_from(number).is_ok() => {
                return Some(number);
            }
            Node::Number(Number::Negative(number)) => {
                cursor.report(Severity::Error, DocumentFault::BelowZero(number), issues);
            }
            Node::Number(_) => {
                cursor.report(Severity::Error, DocumentFault::NotWhole { bits: 63 }, issues);
            }
            _ => cursor.report_kind(NodeKind::Number, issues),
        }
        None
    }

    /// Returns the member of this name as a whole number of either sign.
    pub fn integer_of(&self, key: &str, issues: &mut Issues) -> Option<i64> {
        let cursor = self.member(key)?;
        let number = match *cursor.node {
            Node::Number(Number::Unsigned(number)) => i64::try_from(number).ok(),
            Node::Number(Number::Negative(number)) => Some(number),
            _ => None,
        };
        if number.is_none() {
            cursor.report(Severity::Error, DocumentFault::NotWhole { bits: 64 }, issues);
        }
        number
    }

    /// Returns the member of this name as a boolean. A missing one is `None`, without an issue.
    pub fn flag_of(&self, key: &str, issues: &mut Issues) -> Option<bool> {
        let cursor = self.member(key)?;
        match cursor.node {
            Node::Bool(flag) => Some(*flag),
            _ => {
                cursor.report_kind(NodeKind::Bool, issues);
                None
            }
        }
    }

    /// Returns the last step if it is the name of a member.
    pub fn key(&self) -> Option<&'a str> {
        match self.step {
            PathStep::Key(key) => Some(key),
            _ => None,
        }
    }

    /// Reports each of these members that is missing or `null`.
    pub fn require(&self, keys: &[&'static str], issues: &mut Issues) {
        for key in keys.iter().filter(|key| self.member(key).is_none()) {
            self.report(Severity::Error, DocumentFault::Missing(key), issues);
        }
    }

    /// Reports members whose names differ from a known one only in case. Go's decoder takes them
    /// for the known one, and others do not. So two readers see two documents.
    pub fn check_case(&self, known: &[&'static str], issues: &mut Issues) {
        for (key, _) in self.node.members() {
            let twin = known.iter().find(|name| name.eq_ignore_ascii_case(key) && *name != key);
            if let Some(name) = twin {
                let mut pointer = self.pointer();
                push_step(&mut pointer, key);
                issues.push(Severity::Warning, &pointer, DocumentFault::CaseTwin(name));
            }
        }
    }

    fn report_kind(&self, expected: NodeKind, issues: &mut Issues) {
        let fault = DocumentFault::WrongKind { found: self.node.kind(), expected };
        self.report(Severity::Error, fault, issues);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::oci::json;

    fn wrong(found: NodeKind, expected: NodeKind) -> DocumentFault {
        DocumentFault::WrongKind { found, expected }
    }

    fn with<T>(
        text: &'static str,
        read: impl FnOnce(JsonCursor<'_>, &mut Issues) -> T,
    ) -> (T, Vec<(String, DocumentFault)>) {
        let parsed = json::parse(text.into());
        assert!(parsed.issues.is_empty(), "{text}");
        let mut issues = Issues::default();
        let value = read(JsonCursor::root(&parsed.value), &mut issues);
        let issues = issues.into_vec().into_iter().map(|issue| (issue.pointer, issue.fault));
        (value, issues.collect())
    }

    #[test]
    fn sizes_are_whole_and_not_negative() {
        let check = |text, expected, fault: Option<DocumentFault>| {
            let (size, issues) = with(text, |cursor, issues| cursor.size_of("size", issues));
            assert_eq!(size, expected, "{text}");
            let fault = fault.map(|fault| ("/size".to_owned(), fault));
            assert_eq!(issues, Vec::from_iter(fault), "{text}");
        };
        let not_whole = Some(DocumentFault::NotWhole { bits: 63 });
        let text = wrong(NodeKind::String, NodeKind::Number);
        check(r#"{"size":0}"#, Some(0), None);
        check(r#"{"size":9223372036854775807}"#, Some(i64::MAX as u64), None);
        check(r#"{"size":9223372036854775808}"#, None, not_whole.clone());
        check(r#"{"size":99999999999999999999}"#, None, not_whole.clone());
        check(r#"{"size":1e3}"#, None, not_whole);
        check(r#"{"size":-1}"#, None, Some(DocumentFault::BelowZero(-1)));
        check(r#"{"size":"1"}"#, None, Some(text));
        check(r#"{"size":null}"#, None, None);
        check("[]", None, None);
    }

    #[test]
    fn bad_items_do_not_lose_the_others() {
        let (texts, issues) =
            with(r#"{"a":["x",1,"y",null]}"#, |p, issues| p.texts_of("a", issues));
        assert_eq!(texts, ["x", "y"]);
        let number = ("/a/1".to_owned(), wrong(NodeKind::Number, NodeKind::String));
        let null = ("/a/3".to_owned(), wrong(NodeKind::Null, NodeKind::String));
        assert_eq!(issues, [number, null]);
        let (map, issues) =
            with(r#"{"a":{"z":"1","b/c":[],"a":"2"}}"#, |p, issues| p.map_of("a", issues));
        assert_eq!(map, [("z".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())]);
        let list = ("/a/b~1c".to_owned(), wrong(NodeKind::Array, NodeKind::String));
        assert_eq!(issues, [list]);
    }

    fn told(text: String, read: impl FnOnce(JsonCursor<'_>, &mut Issues)) -> Vec<DocumentFault> {
        let parsed = json::parse(text.into());
        let mut issues = Issues::default();
        read(JsonCursor::root(&parsed.value), &mut issues);
        issues.into_vec().into_iter().map(|issue| issue.fault).collect()
    }

    #[test]
    fn cap_media_type_cuts_and_tells() {
        let check = |length: usize, kept: usize, is_told: bool| {
            let text = format!(
                r#"{{"mediaType":"{}"}}"#,
                "é".repeat(length / 2) + &"x".repeat(length % 2)
            );
            let faults = told(text, |cursor, issues| {
                assert_eq!(cursor.type_of("mediaType", issues).unwrap().len(), kept, "{length}");
            });
            let expected = is_told.then_some(DocumentFault::TooLong(caps::MEDIA_TYPE));
            assert_eq!(faults, Vec::from_iter(expected), "{length}");
        };
        check(caps::MEDIA_TYPE, caps::MEDIA_TYPE, false);
        // A character of two bytes is not cut in its middle.
        check(caps::MEDIA_TYPE + 1, caps::MEDIA_TYPE - 1, true);
        check(4_000_000, caps::MEDIA_TYPE - 1, true);
    }

    #[test]
    fn cap_annotation_name_leaves_the_entry_out_and_tells() {
        let check = |length: usize, kept: usize, is_told: bool| {
            let text = format!(r#"{{"a":{{"{}":"1","x":"2"}}}}"#, "n".repeat(length));
            let faults = told(text, |cursor, issues| {
                assert_eq!(cursor.map_of("a", issues).len(), kept, "{length}");
            });
            let expected = is_told.then_some(DocumentFault::TooLong(caps::ANNOTATION_NAME));
            assert_eq!(faults, Vec::from_iter(expected), "{length}");
        };
        check(caps::ANNOTATION_NAME, 2, false);
        check(caps::ANNOTATION_NAME + 1, 1, true);
    }

    #[test]
    fn twins_but_for_case_are_told() {
        let known = ["mediaType", "size"];
        let (_, issues) =
            with(r#"{"MediaType":"a","size":1,"other":2}"#, |p, i| p.check_case(&known, i));
        assert_eq!(issues, [("/MediaType".to_owned(), DocumentFault::CaseTwin("mediaType"))]);
    }
}
