//! Writing documents that are made here, such as new indexes. Documents from a registry are never
//! written again: their bytes are kept (R32).

use std::{collections::BTreeMap, fmt};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer};

use super::{
    Annotations, Descriptor, Index, Platform,
    json::{Node, Number},
};

impl fmt::Display for Node {
    /// Prints compact JSON, with the members in their order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(Number::Unsigned(value)) => serializer.serialize_u64(*value),
            Self::Number(Number::Negative(value)) => serializer.serialize_i64(*value),
            Self::Number(Number::Float(value)) => serializer.serialize_f64(*value),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, value)))
            }
        }
    }
}

/// Makes an object of the members that are present (R28).
pub(super) fn object<const N: usize>(members: [(&str, Option<Node>); N]) -> Node {
    let there = members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Node::Object(there.collect())
}

pub(super) fn text(value: impl Into<String>) -> Node {
    Node::String(value.into())
}

/// Makes a whole number.
pub(super) fn number(value: u64) -> Node {
    Node::Number(Number::Unsigned(value))
}

/// Makes a list of descriptors.
pub(super) fn descriptors(list: &[Descriptor]) -> Node {
    Node::Array(list.iter().map(Descriptor::to_node).collect())
}

/// Makes an object of annotations, sorted by name, so that the same ones always give the same
/// bytes. If a name repeats, the last one counts. Without annotations there is no member.
pub(super) fn annotations(annotations: &Annotations) -> Option<Node> {
    let map: BTreeMap<_, _> = annotations.iter().map(|(key, value)| (key, value)).collect();
    let members = map.into_iter().map(|(key, value)| (key.clone(), text(value))).collect();
    Some(Node::Object(members)).filter(|_| !annotations.is_empty())
}

fn texts(values: &[String]) -> Option<Node> {
    let list = Node::Array(values.iter().map(text).collect());
    Some(list).filter(|_| !values.is_empty())
}

impl Descriptor {
    /// Returns the descriptor as JSON, with the members in the specification's order and without
    /// empty ones (R28).
    pub fn to_node(&self) -> Node {
        object([
            (
                "mediaType",
                Some(self.media_type.as_str()).filter(|stated| !stated.is_empty()).map(text),
            ),
            ("digest", Some(text(self.digest.as_str()))),
            ("size", Some(number(self.size))),
            ("urls", texts(&self.urls)),
            ("annotations", annotations(&self.annotations)),
            ("data", self.data.as_ref().map(|data| text(STANDARD.encode(data)))),
            ("platform", self.platform.as_ref().map(Platform::to_node)),
            ("artifactType", self.artifact_type.as_ref().map(text)),
        ])
    }
}

impl Platform {
    /// Returns the platform as JSON, without empty members.
    pub fn to_node(&self) -> Node {
        object([
            ("architecture", Some(text(&self.architecture))),
            ("os", Some(text(&self.os))),
            ("os.version", self.os_version.as_ref().map(text)),
            ("os.features", texts(&self.os_features)),
            ("features", texts(&self.features)),
            ("variant", self.variant.as_ref().map(text)),
        ])
    }
}

impl Index {
    /// Returns a new document of the same content. It must never stand in for a received one that
    /// is hashed or pushed.
    pub fn to_node(&self) -> Node {
        object([
            ("schemaVersion", Some(number(2))),
            ("mediaType", self.media_type.as_ref().map(|kind| text(kind.as_str()))),
            ("artifactType", self.artifact_type.as_ref().map(text)),
            ("manifests", Some(descriptors(&self.manifests))),
            ("subject", self.subject.as_ref().map(Descriptor::to_node)),
            ("annotations", annotations(&self.annotations)),
        ])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use bytes::Bytes;

    use super::*;
    use crate::oci::{Issues, JsonCursor, MediaType, json};

    #[test]
    fn json_prints_as_it_was_read() {
        for text in [
            r#"{"a":[1,-2,0.5,true,false,null,"x\"\\\n\u0001é"],"a":{},"b":[]}"#,
            "18446744073709551615",
            "[]",
        ] {
            let node = json::parse(Bytes::copy_from_slice(text.as_bytes())).value;
            assert_eq!(node.to_string(), text);
        }
    }

    #[test]
    fn r028_descriptors_are_written_without_absent_fields_and_read_back() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let plain = Descriptor::new(MediaType::OCI_INDEX, digest.parse().unwrap(), 3);
        let expected = format!(
            r#"{{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"{digest}","size":3}}"#
        );
        assert_eq!(plain.to_node().to_string(), expected);
        let platform = Platform {
            os: "linux".to_owned(),
            architecture: "arm64".to_owned(),
            variant: Some("v8".to_owned()),
            features: vec!["sse4".to_owned()],
            ..Platform::default()
        };
        let full = Descriptor {
            urls: vec!["https://a.example/x".to_owned()],
            annotations: vec![("k".to_owned(), "v".to_owned())],
            platform: Some(platform),
            data: Some(b"abc".to_vec()),
            artifact_type: Some("a/b".to_owned()),
            ..plain
        };
        let node = full.to_node();
        let read = Descriptor::read(&JsonCursor::root(&node), &mut Issues::default());
        assert_eq!(read, Some(full));
    }
}
