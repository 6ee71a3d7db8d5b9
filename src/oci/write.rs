//! Writing documents of our own: indexes that did not exist before. Documents that came from
//! elsewhere are never written again, their bytes are kept (R32).

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    Annotations, Descriptor, Platform,
    json::{Node, Number},
};

impl fmt::Display for Node {
    /// Compact JSON, members in their order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(Number::Unsigned(value)) => write!(f, "{value}"),
            Self::Number(Number::Negative(value)) => write!(f, "{value}"),
            Self::Number(Number::Float(value)) => write!(f, "{value:?}"),
            Self::String(text) => write_text(f, text),
            Self::Array(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { "," })?;
                    item.fmt(f)?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (index, (key, value)) in members.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { "," })?;
                    write_text(f, key)?;
                    f.write_str(":")?;
                    value.fmt(f)?;
                }
                f.write_str("}")
            }
        }
    }
}

/// A JSON string; only what must be escaped is.
fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            c if u32::from(c) < 0x20 => write!(f, "\\u{:04x}", u32::from(c))?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

fn text(value: impl Into<String>) -> Node {
    Node::String(value.into())
}

fn texts(values: &[String]) -> Node {
    Node::Array(values.iter().map(text).collect())
}

fn annotations(annotations: &Annotations) -> Node {
    Node::Object(annotations.iter().map(|(key, value)| (key.clone(), text(value))).collect())
}

impl Descriptor {
    /// The descriptor as JSON, members in the specification's order, empty ones left out (R28).
    pub fn to_node(&self) -> Node {
        let mut members = vec![
            ("mediaType".to_owned(), text(self.media_type.as_str())),
            ("digest".to_owned(), text(self.digest.as_str())),
            ("size".to_owned(), Node::Number(Number::Unsigned(self.size))),
        ];
        let mut add = |key: &str, value: Option<Node>| {
            members.extend(value.map(|value| (key.to_owned(), value)));
        };
        add("urls", Some(texts(&self.urls)).filter(|_| !self.urls.is_empty()));
        let annotated = !self.annotations.is_empty();
        add("annotations", annotated.then(|| annotations(&self.annotations)));
        add("data", self.data.as_ref().map(|data| text(STANDARD.encode(data))));
        add("platform", self.platform.as_ref().map(Platform::to_node));
        add("artifactType", self.artifact_type.as_ref().map(text));
        Node::Object(members)
    }
}

impl Platform {
    /// The platform as JSON, empty members left out.
    pub fn to_node(&self) -> Node {
        let mut members = vec![
            ("architecture".to_owned(), text(&self.architecture)),
            ("os".to_owned(), text(&self.os)),
        ];
        let mut add = |key: &str, value: Option<Node>| {
            members.extend(value.map(|value| (key.to_owned(), value)));
        };
        add("os.version", self.os_version.as_ref().map(text));
        add("os.features", Some(texts(&self.os_features)).filter(|_| !self.os_features.is_empty()));
        add("variant", self.variant.as_ref().map(text));
        Node::Object(members)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use bytes::Bytes;

    use super::*;
    use crate::oci::{Issues, MediaType, Place, json};

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
        let read = Descriptor::read(&Place::root(&node), &mut Issues::default());
        assert_eq!(read, Some(full));
    }
}
