//! JSON whose keys keep their written order, so that digests do not depend on the sorting of a library.

use std::fmt::{self, Display, Write};

/// A JSON value.
#[derive(Debug, Clone)]
pub(super) enum Json {
    Text(String),
    Number(i64),
    Bool(bool),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Makes an object of pairs.
pub(super) fn object<K: Into<String>>(pairs: impl IntoIterator<Item = (K, Json)>) -> Json {
    Json::Object(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

/// Makes an object whose values are all text, as annotations and labels are.
pub(super) fn texts(pairs: &[(&str, &str)]) -> Json {
    object(pairs.iter().map(|(key, value)| (*key, text(*value))))
}

/// Makes an array.
pub(super) fn list(items: impl IntoIterator<Item = Json>) -> Json {
    Json::List(items.into_iter().collect())
}

pub(super) fn text(value: impl Into<String>) -> Json {
    Json::Text(value.into())
}

impl Json {
    /// Adds one pair at the end of an object.
    pub(super) fn with(mut self, key: &str, value: Json) -> Self {
        if let Self::Object(pairs) = &mut self {
            pairs.push((key.to_owned(), value));
        }
        self
    }
}

impl Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(value) => quote(f, value),
            Self::Number(value) => write!(f, "{value}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::List(items) => {
                f.write_char('[')?;
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if at == 0 { "" } else { "," })?;
                }
                f.write_char(']')
            }
            Self::Object(pairs) => {
                f.write_char('{')?;
                for (at, (key, value)) in pairs.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { "," })?;
                    quote(f, key)?;
                    write!(f, ":{value}")?;
                }
                f.write_char('}')
            }
        }
    }
}

fn quote(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    f.write_char('"')?;
    for character in value.chars() {
        match character {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            control if u32::from(control) < 0x20 => write!(f, "\\u{:04x}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn order_is_kept_and_text_is_escaped() {
        let value =
            object([("b", Json::Number(1)), ("a", list([Json::Bool(true), text("\"\\\n\u{1}")]))]);
        let written = value.with("c", texts(&[("k", "v")])).to_string();
        assert_eq!(written, r#"{"b":1,"a":[true,"\"\\\n\u0001"],"c":{"k":"v"}}"#);
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(read.pointer("/a/1").unwrap(), "\"\\\n\u{1}");
    }
}
