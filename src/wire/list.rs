//! The lists that a registry sends: repository names and tags (R94, R95).

use bytes::Bytes;

use crate::{
    caps,
    oci::{
        DocumentFault, Issue, Issues, JsonCursor, NodeKind,
        json::{self, Node},
    },
};

/// A list as the registry sent it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The items, in the order of the answer. They are not checked against a grammar.
    pub items: Vec<String>,
    /// The faults of the answer.
    pub issues: Vec<Issue>,
}

/// The reason why an answer is no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListError {
    /// It is longer than [`caps::LIST_BYTES`].
    TooLarge,
    /// It is no JSON object, for this reason.
    NotAList(DocumentFault),
}

/// Reads `{"repositories":[…]}`. A broken list gives the part that can be read.
///
/// # Errors
///
/// An answer that is no list at all.
pub fn repositories(body: Bytes) -> Result<Listed, ListError> {
    read(body, "repositories")
}

/// Reads `{"name":…,"tags":[…]}`. `null` is an empty list, as distribution and others send it.
///
/// # Errors
/// As for [`repositories`].
pub fn tags(body: Bytes) -> Result<Listed, ListError> {
    read(body, "tags")
}

fn read(body: Bytes, key: &'static str) -> Result<Listed, ListError> {
    if body.len() > caps::LIST_BYTES {
        return Err(ListError::TooLarge);
    }
    let parsed = json::parse(body);
    let found = parsed.value.kind();
    if found != NodeKind::Object {
        let wrong_kind = DocumentFault::WrongKind { found, expected: NodeKind::Object };
        let first = parsed.issues.into_iter().next().map(|issue| issue.fault);
        return Err(ListError::NotAList(first.unwrap_or(wrong_kind)));
    }
    let mut issues = Issues::default();
    issues.extend(parsed.issues);
    let cursor = JsonCursor::root(&parsed.value);
    // A list that is `null` is there, and empty.
    if parsed.value.get(key) != Some(&Node::Null) {
        cursor.require(&[key], &mut issues);
    }
    let items = cursor.texts_of(key, &mut issues);
    Ok(Listed { items, issues: issues.into_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, items: &[&str], issues: usize) {
        let listed = tags(Bytes::copy_from_slice(body.as_bytes()));
        let listed = listed.map(|listed| (listed.items, listed.issues.len()));
        let items = items.iter().map(|item| (*item).to_owned()).collect();
        assert_eq!(listed, Ok((items, issues)), "{body}");
    }

    #[test]
    fn r095_null_is_an_empty_list() {
        check(r#"{"name":"a","tags":null}"#, &[], 0);
        check(r#"{"name":"a","tags":[]}"#, &[], 0);
        check(r#"{"name":"a","tags":["x","y"]}"#, &["x", "y"], 0);
    }

    #[test]
    fn r095_broken_lists_give_what_can_be_read() {
        check(r#"{"tags":["x",1,null,"y"]}"#, &["x", "y"], 2);
        check(r#"{"tags":["x","y"#, &["x"], 1);
        check(r#"{"tags":"x"}"#, &[], 1);
        check("{}", &[], 1);
        for body in ["", "[]", "<html>", "null", "\"x\""] {
            let listed = tags(Bytes::from_static(body.as_bytes()));
            assert!(matches!(listed, Err(ListError::NotAList(_))), "{body}");
        }
    }
}
