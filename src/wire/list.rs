//! The lists that a registry sends: repository names and tags (R94, R95).

use bytes::Bytes;

use crate::oci::json::{self, Node};

/// Longest list answer that is read, in bytes: registries that ignore paging send all tags at once,
/// 129 bytes each at most.
pub const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// A list as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The items, in the order of the answer, not checked against any grammar.
    pub items: Vec<String>,
    /// The faults of the answer, as sentences.
    pub issues: Vec<String>,
}

/// An answer that is no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListError {
    /// It is longer than [`MAX_ANSWER`].
    TooLarge,
    /// It is no JSON object; with what it is.
    NotAList(String),
}

/// Reads `{"repositories":[…]}`. Of a broken list it returns the part that can be read.
///
/// # Errors
///
/// An answer that is no list at all.
pub fn repositories(body: Bytes) -> Result<Listed, ListError> {
    read(body, "repositories")
}

/// Reads `{"name":…,"tags":[…]}`; `null` is an empty list, as distribution and others send it.
///
/// # Errors
/// As for [`repositories`].
pub fn tags(body: Bytes) -> Result<Listed, ListError> {
    read(body, "tags")
}

fn read(body: Bytes, key: &str) -> Result<Listed, ListError> {
    if body.len() > MAX_ANSWER {
        return Err(ListError::TooLarge);
    }
    let parsed = json::parse(body);
    let issues: Vec<String> = parsed.issues.into_iter().map(|issue| issue.message).collect();
    if !matches!(parsed.value, Node::Object(_)) {
        let what = issues.into_iter().next();
        return Err(ListError::NotAList(
            what.unwrap_or_else(|| format!("is {} where a list is wanted", parsed.value.kind())),
        ));
    }
    let mut listed = Listed { items: Vec::new(), issues };
    match parsed.value.get(key) {
        Some(Node::Array(nodes)) => nodes.iter().for_each(|node| listed.push(node)),
        Some(Node::Null) => {}
        Some(other) => listed.issues.push(format!("has {} as “{key}”", other.kind())),
        None => listed.issues.push(format!("has no “{key}”")),
    }
    Ok(listed)
}

impl Listed {
    fn push(&mut self, node: &Node) {
        match node.as_str() {
            Some(text) => self.items.push(text.to_owned()),
            None => self.issues.push(format!("has {} among its items", node.kind())),
        }
    }
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
