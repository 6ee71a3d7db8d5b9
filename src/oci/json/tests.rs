//! Tests of `json.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
use super::*;

fn read(text: &str) -> Parsed<Node> {
    parse(Bytes::copy_from_slice(text.as_bytes()))
}

fn faults(text: &str) -> Vec<(String, DocumentFault)> {
    read(text).issues.into_iter().map(|issue| (issue.pointer, issue.fault)).collect()
}

#[test]
fn order_and_repeated_keys_are_kept() {
    let parsed = read(r#"{"b":1,"a":-2,"b":{"c":[1.5,null,true,"x"]}}"#);
    let keys: Vec<_> = parsed.value.members().iter().map(|(k, _)| k.as_str()).collect();
    assert_eq!(keys, ["b", "a", "b"]);
    assert_eq!(parsed.value.get("a"), Some(&Node::Number(Number::Negative(-2))));
    assert_eq!(parsed.value.get("b").unwrap().get("c").unwrap().items().len(), 4);
    assert_eq!(parsed.issues.len(), 1);
    assert_eq!(parsed.issues[0].pointer, "/b");
}

#[test]
fn repeated_keys_are_found_at_every_level() {
    let found = faults(r#"{"x/y":[{"~":{"k":1,"k":2}}],"x/y":0}"#);
    let repeated = |pointer: &str| (pointer.to_owned(), DocumentFault::RepeatedKey);
    assert_eq!(found, [repeated("/x~1y/0/~0/k"), repeated("/x~1y")]);
}

#[test]
fn what_is_wrong_is_said() {
    let check = |text: &str, expected: DocumentFault| {
        assert_eq!(faults(text), [(String::new(), expected)], "{text:?}");
    };
    check("", DocumentFault::Empty);
    check(" \n", DocumentFault::Empty);
    check("<!doctype html><title>Log in</title>", DocumentFault::Markup);
    check("\u{feff}{}", DocumentFault::ByteOrderMark);
    let check = |text: &str, part: &str| match faults(text).as_slice() {
        [(_, DocumentFault::NotJson(error) | DocumentFault::TrailingText(error))] => {
            assert!(error.contains(part), "{text:?}: {error}");
        }
        other => panic!("{text:?}: {other:?}"),
    };
    check("{} {}", "trailing characters");
    check("{\"a\":1", "EOF");
    check("nope", "expected");
    check(&"[".repeat(100_000), "recursion limit");
    check(&"{\"a\":".repeat(100_000), "recursion limit");
    check("[1e999]", "out of range");
}

#[test]
fn what_stood_before_the_break_is_kept() {
    let parsed = read(r#"{"a":1,"list":[{"x":1},{"y":"#);
    assert_eq!(parsed.value.get("a"), Some(&Node::Number(Number::Unsigned(1))));
    assert_eq!(parsed.value.get("list").unwrap().items().len(), 2);
    assert!(!parsed.is_sound());
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_told() {
    let parsed = parse(Bytes::from_static(b"{\"a\":\"\xff\"}"));
    assert_eq!(parsed.value.get("a").unwrap().as_str(), Some("\u{fffd}"));
    assert_eq!(parsed.raw.len(), 9);
    assert_eq!(parsed.issues[0].fault, DocumentFault::NotUtf8 { at: 6 });
}

#[test]
fn a_long_list_is_walked_without_keeping_it() {
    let check = |text: &str, expected: &[u64], sound: bool| {
        let mut found = Vec::new();
        let mut each = |item: Node| found.push(item.as_u64().unwrap_or(99));
        let read = walk_items(text.as_bytes(), "list", &mut each);
        assert_eq!((found.as_slice(), read.is_ok()), (expected, sound), "{text}");
    };
    check(r#"{"a":{"list":[7]},"list":[1,2,"x"],"b":2}"#, &[1, 2, 99], true);
    check(r#"{"list":null}"#, &[], true);
    check(r#"{"list":[1,2"#, &[1, 2], false);
    check(r#"{"list":[1]} x"#, &[1], false);
    check("[1]", &[], false);
    check(r#"{"list":3}"#, &[], false);
    let members = walk_items(br#"{"version":1,"list":[]}"#, "list", &mut |_| ()).unwrap();
    assert_eq!(members, [("version".to_owned(), Node::Number(Number::Unsigned(1)))]);
}

#[test]
fn issues_are_bounded() {
    let text = format!("{{{}}}", vec!["\"k\":0"; 100_000].join(","));
    assert!(read(&text).issues.len() <= caps::DOCUMENT_FAULTS + 1);
}

#[test]
fn cap_document_values_ends_the_reading_and_says_so() {
    // A list of `count` items has one value more: the list.
    let check = |count: usize, expected: usize, fault: Option<DocumentFault>| {
        let parsed = read(&format!("[{}]", vec!["1"; count].join(",")));
        assert_eq!(parsed.value.items().len(), expected, "{count}");
        let faults: Vec<_> = parsed.issues.into_iter().map(|issue| issue.fault).collect();
        assert_eq!(faults, Vec::from_iter(fault), "{count}");
    };
    let most = caps::DOCUMENT_VALUES - 1;
    check(most, most, None);
    check(most + 1, most, Some(DocumentFault::TooManyValues));
    check(most + 70_000, most, Some(DocumentFault::TooManyValues));
}

#[test]
fn cap_document_values_counts_members_and_values_in_depth() {
    let nested = format!("{{\"a\":[{}]}}", vec!["{\"b\":[0]}"; caps::DOCUMENT_VALUES].join(","));
    let parsed = read(&nested);
    let items = parsed.value.get("a").unwrap().items().len();
    // Each item has three values: an object, a list and a number. Two are the object and list around.
    assert_eq!(items, (caps::DOCUMENT_VALUES - 2).div_ceil(3));
    assert_eq!(parsed.issues[0].fault, DocumentFault::TooManyValues);
}
