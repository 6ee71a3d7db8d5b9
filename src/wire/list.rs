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

impl Listed {
    /// Returns true if the list has more items than are read.
    pub fn is_cut(&self) -> bool {
        self.issues.iter().any(|issue| issue.fault == DocumentFault::TooManyValues)
    }
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
    let mut issues = Issues::at_most(caps::LIST_FAULTS);
    issues.extend(parsed.issues);
    let cursor = JsonCursor::root(&parsed.value);
    // A list that is `null` is there, and empty.
    if parsed.value.get(key) != Some(&Node::Null) {
        cursor.require(&[key], &mut issues);
    }
    let items = cursor.texts_of(key, &mut issues);
    let items = items.into_iter().map(short_name).collect();
    Ok(Listed { items, issues: issues.into_vec() })
}

/// Cuts a name that is longer than any that has an address.
pub(super) fn short_name(mut name: String) -> String {
    let end = name.floor_char_boundary(caps::NAME_BYTES);
    if end < name.len() {
        name.truncate(end);
        name.push('…');
    }
    name
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

    fn listed(items: usize, item: &str) -> Listed {
        let item = format!("{item:?}");
        let body = format!("{{\"tags\":[{}]}}", vec![item.as_str(); items].join(","));
        tags(Bytes::from(body)).unwrap_or_default()
    }

    #[test]
    fn cap_document_values_cuts_a_list_and_says_so() {
        // The object and its list are values too.
        let most = caps::DOCUMENT_VALUES - 2;
        let check = |count: usize, is_cut: bool| {
            let listed = listed(count, "a");
            assert_eq!((listed.items.len(), listed.is_cut()), (count.min(most), is_cut));
        };
        check(most, false);
        check(most + 1, true);
    }

    #[test]
    fn cap_list_faults_keeps_a_few_and_counts_the_rest() {
        let check = |count: usize, faults: usize| {
            let body = format!("{{\"tags\":[{}]}}", vec!["1"; count].join(","));
            let listed = tags(Bytes::from(body)).unwrap_or_default();
            assert_eq!((listed.items.len(), listed.issues.len()), (0, faults));
        };
        check(caps::LIST_FAULTS, caps::LIST_FAULTS);
        check(caps::LIST_FAULTS + 1, caps::LIST_FAULTS + 1);
        check(90_000, caps::LIST_FAULTS + 1);
    }

    #[test]
    fn cap_name_bytes_cuts_a_name_that_has_no_address() {
        let check = |length: usize, kept: usize| {
            let listed = listed(1, &"x".repeat(length));
            assert_eq!(listed.items.iter().map(String::len).sum::<usize>(), kept, "{length}");
        };
        check(caps::NAME_BYTES, caps::NAME_BYTES);
        check(caps::NAME_BYTES + 1, caps::NAME_BYTES + "…".len());
    }

    #[test]
    fn cap_list_bytes_refuses_a_longer_answer() {
        let body = |length: usize| {
            let text = r#"{"tags":["a"]}"#;
            Bytes::from([text, &" ".repeat(length - text.len())].concat())
        };
        assert!(tags(body(caps::LIST_BYTES)).is_ok());
        assert_eq!(tags(body(caps::LIST_BYTES + 1)), Err(ListError::TooLarge));
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
