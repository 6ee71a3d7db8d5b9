//! JSON as registries send it, read into a tree that keeps the order and repeated keys.
//!
//! `serde_json` does the reading, with its recursion limit on. The tree is filled in place, so a
//! syntax error leaves the part before it. Repeated keys are reported.

use std::{cell::Cell, collections::BTreeSet};

use bytes::Bytes;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{DocumentFault, Issues, NodeKind, Parsed, Severity};
use crate::caps;

/// A value of a JSON document.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Node {
    /// `null`. It also stands in the place of a value that could not be read.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, kept apart as unsigned, negative or floating.
    Number(Number),
    /// A text.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// Members in document order. A key may repeat.
    Object(Vec<(String, Node)>),
}

/// A number. It is whole if it was written so and fits 64 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Zero or above.
    Unsigned(u64),
    /// Below zero.
    Negative(i64),
    /// A number with a fraction or an exponent, or one that is too large for 64 bits.
    Float(f64),
}

impl Node {
    /// Returns the member of this name. If the name repeats, it is the last one: Go's decoder, and
    /// so most container runtimes, read it this way.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.members().iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Returns the members of an object, and none for any other value.
    pub fn members(&self) -> &[(String, Node)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// Returns the items of a list, and none for any other value.
    pub fn items(&self) -> &[Node] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// Returns `true` for a list with nothing in it.
    pub fn is_empty_list(&self) -> bool {
        matches!(self, Self::Array(items) if items.is_empty())
    }

    /// Returns the text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value of a whole number that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(Number::Unsigned(number)) => Some(*number),
            _ => None,
        }
    }

    /// Returns the kind of the value.
    pub fn kind(&self) -> NodeKind {
        match self {
            Self::Null => NodeKind::Null,
            Self::Bool(_) => NodeKind::Bool,
            Self::Number(_) => NodeKind::Number,
            Self::String(_) => NodeKind::String,
            Self::Array(_) => NodeKind::Array,
            Self::Object(_) => NodeKind::Object,
        }
    }
}

/// Reads a document. A broken one gives the part before the break, and an issue.
pub fn parse(raw: Bytes) -> Parsed<Node> {
    let mut issues = Issues::default();
    let mut value = Node::Null;
    let body = without_bom(&raw, &mut issues);
    match std::str::from_utf8(body) {
        Ok(text) => fill(text, &mut value, &mut issues),
        Err(error) => {
            issues.error("", DocumentFault::NotUtf8 { at: error.valid_up_to() });
            fill(&String::from_utf8_lossy(body), &mut value, &mut issues);
        }
    }
    report_repeated(&value, &mut String::new(), &mut issues);
    Parsed { value, raw, issues: issues.into_vec() }
}

/// Walks the list that a member of the outermost object holds, one item at a time. It is for
/// documents that are too large for a tree. Returns the other members.
///
/// # Errors
/// A fault in the JSON, in the parser's words. The items before it were handed on.
pub fn walk_items(
    raw: &[u8],
    list: &str,
    each: &mut dyn FnMut(Node),
) -> Result<Vec<(String, Node)>, String> {
    let mut members = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(raw);
    let walk = Walk { list, each, members: &mut members };
    walk.deserialize(&mut reader).and_then(|()| reader.end()).map_err(|error| error.to_string())?;
    Ok(members)
}

/// Reads the outermost object.
struct Walk<'a> {
    list: &'a str,
    each: &'a mut dyn FnMut(Node),
    members: &'a mut Vec<(String, Node)>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == self.list {
                map.next_value_seed(Each(&mut *self.each))?;
            } else {
                let mut value = Node::Null;
                map.next_value_seed(Fill { slot: &mut value, room: &full_room() })?;
                self.members.push((key, value));
            }
        }
        Ok(())
    }
}

/// Hands on each item of a list. `null` is an empty list, as Go writes it.
struct Each<'a>(&'a mut dyn FnMut(Node));

impl<'de> DeserializeSeed<'de> for Each<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Each<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        loop {
            let mut item = Node::Null;
            if list.next_element_seed(Fill { slot: &mut item, room: &full_room() })?.is_none() {
                return Ok(());
            }
            (self.0)(item);
        }
    }
}

fn without_bom<'a>(raw: &'a [u8], issues: &mut Issues) -> &'a [u8] {
    let Some(rest) = raw.strip_prefix(b"\xef\xbb\xbf") else { return raw };
    issues.error("", DocumentFault::ByteOrderMark);
    rest
}

fn fill(text: &str, value: &mut Node, issues: &mut Issues) {
    if text.trim_start().is_empty() {
        return issues.error("", DocumentFault::Empty);
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let room = full_room();
    if let Err(error) = (Fill { slot: value, room: &room }).deserialize(&mut reader) {
        return match room.get() {
            0 => issues.error("", DocumentFault::TooManyValues),
            _ => issues.error("", what_is_wrong(text, &error)),
        };
    }
    if let Err(error) = reader.end() {
        issues.error("", DocumentFault::TrailingText(error.to_string()));
    }
}

/// Names the fault. Login pages and proxies answer HTML with status 200.
fn what_is_wrong(text: &str, error: &serde_json::Error) -> DocumentFault {
    match text.trim_start().starts_with('<') {
        true => DocumentFault::Markup,
        false => DocumentFault::NotJson(error.to_string()),
    }
}

/// The values that one document may have, and one more: none are left when there is one too many.
fn full_room() -> Cell<usize> {
    Cell::new(caps::DOCUMENT_VALUES + 1)
}

/// Fills a slot, so that an error leaves what was read before it.
struct Fill<'a> {
    slot: &'a mut Node,
    /// The number of values that still have room, with one more.
    room: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Fill<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        self.room.set(self.room.get().saturating_sub(1));
        if self.room.get() == 0 {
            return Err(D::Error::custom("full"));
        }
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fill<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        *self.slot = Node::Null;
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        *self.slot = Node::Bool(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        *self.slot = Node::Number(Number::Unsigned(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        *self.slot = Node::Number(Number::Negative(value));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        *self.slot = Node::Number(Number::Float(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        *self.slot = Node::String(value.to_owned());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        *self.slot = Node::Array(Vec::new());
        let Node::Array(items) = self.slot else { return Err(A::Error::custom("no list")) };
        loop {
            let mut item = Node::Null;
            match list.next_element_seed(Fill { slot: &mut item, room: self.room }) {
                Ok(Some(())) => items.push(item),
                Ok(None) => return Ok(()),
                Err(error) => {
                    keep_begun(items, item);
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        *self.slot = Node::Object(Vec::new());
        let Node::Object(members) = self.slot else { return Err(A::Error::custom("no object")) };
        while let Some(key) = map.next_key::<String>()? {
            let mut value = Node::Null;
            let outcome = map.next_value_seed(Fill { slot: &mut value, room: self.room });
            members.push((key, value));
            outcome?;
        }
        Ok(())
    }
}

/// Keeps an item that broke off, if some part of it was read.
fn keep_begun(items: &mut Vec<Node>, item: Node) {
    if item != Node::Null {
        items.push(item);
    }
}

/// Reports each key that an object holds twice. Readers differ in the one that they take (RFC 7493,
/// 2.3).
fn report_repeated(node: &Node, pointer: &mut String, issues: &mut Issues) {
    let mut seen = BTreeSet::new();
    for (key, value) in node.members() {
        let length = push_step(pointer, key);
        if !seen.insert(key.as_str()) {
            issues.push(Severity::Error, pointer, DocumentFault::RepeatedKey);
        }
        report_repeated(value, pointer, issues);
        pointer.truncate(length);
    }
    for (index, item) in node.items().iter().enumerate() {
        if matches!(item, Node::Array(_) | Node::Object(_)) {
            let length = push_step(pointer, &index.to_string());
            report_repeated(item, pointer, issues);
            pointer.truncate(length);
        }
    }
}

/// Adds a step to a JSON pointer, escaped as RFC 6901 says. Returns the length before.
pub(super) fn push_step(pointer: &mut String, step: &str) -> usize {
    let length = pointer.len();
    pointer.push('/');
    for c in step.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(c),
        }
    }
    length
}

#[cfg(test)]
mod tests;
