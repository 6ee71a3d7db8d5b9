//! Error documents: the reasons that a registry or token server gives for a failure (R15 to R17).

use std::fmt;

use bytes::Bytes;

use crate::{
    caps,
    oci::{
        Digest,
        json::{self, Node},
    },
};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// An error code (distribution-spec, “Error Codes”). Unknown codes are kept as they came.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])* $name,)*
            /// Any other code, as it came.
            Other(String),
        }

        impl Code {
            /// Returns the code as written.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Other(text) => text,
                }
            }

            /// Reads a code. Case does not matter, because GitLab and others write lower case.
            pub fn parse(text: &str) -> Self {
                $(if text.eq_ignore_ascii_case($text) {
                    return Self::$name;
                })*
                Self::Other(text.to_owned())
            }
        }
    };
}

codes! {
    /// The blob is not known.
    BlobUnknown = "BLOB_UNKNOWN",
    /// The upload cannot go on, for it is in another state.
    BlobUploadInvalid = "BLOB_UPLOAD_INVALID",
    /// The upload session is not known.
    BlobUploadUnknown = "BLOB_UPLOAD_UNKNOWN",
    /// The digest does not fit the content.
    DigestInvalid = "DIGEST_INVALID",
    /// A manifest names an unknown blob.
    ManifestBlobUnknown = "MANIFEST_BLOB_UNKNOWN",
    /// The registry does not take the manifest: its form, its type or what it points at.
    ManifestInvalid = "MANIFEST_INVALID",
    /// The manifest is not known.
    ManifestUnknown = "MANIFEST_UNKNOWN",
    /// The repository's name is invalid.
    NameInvalid = "NAME_INVALID",
    /// The repository is not known.
    NameUnknown = "NAME_UNKNOWN",
    /// The size does not fit the content.
    SizeInvalid = "SIZE_INVALID",
    /// Credentials are needed.
    Unauthorized = "UNAUTHORIZED",
    /// Access is denied.
    Denied = "DENIED",
    /// The operation is not supported.
    Unsupported = "UNSUPPORTED",
    /// The client asks more often than the registry allows.
    TooManyRequests = "TOOMANYREQUESTS",
    /// The range is invalid (distribution).
    RangeInvalid = "RANGE_INVALID",
    /// The tag does not fit (distribution).
    TagInvalid = "TAG_INVALID",
    /// The manifest's signature does not verify (distribution).
    ManifestUnverified = "MANIFEST_UNVERIFIED",
    /// The page size is invalid (distribution).
    PaginationNumberInvalid = "PAGINATION_NUMBER_INVALID",
    /// The service is not available (distribution).
    Unavailable = "UNAVAILABLE",
}

/// One entry of an error document. A missing part is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code, one of the specification or another text.
    pub code: Code,
    /// The message, in the registry's own words.
    pub message: String,
    /// The detail: a text as it is, anything else as compact JSON.
    pub detail: String,
    /// A digest that the detail names.
    digest: Option<Digest>,
}

impl Entry {
    /// Returns the digest that the detail names, as distribution does for missing blobs.
    pub fn digest(&self) -> Option<Digest> {
        self.digest.clone()
    }
}

/// A failed answer: its status, and the part of its body that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorDocument {
    /// The HTTP status.
    pub status: u16,
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// The body as text, if it fits into [`caps::ERROR_KEPT`]. Control characters are left out.
    pub body: Option<String>,
}

impl ErrorDocument {
    /// Reads the body of an answer that is no success. The `Content-Type` does not matter.
    pub fn read(status: u16, body: &[u8]) -> Self {
        let entries = if body.len() <= caps::ERROR_BYTES { read_entries(body) } else { Vec::new() };
        Self { status, entries, body: readable(body) }
    }

    /// Returns true if the document has this code.
    pub fn has(&self, code: &Code) -> bool {
        self.entries.iter().any(|entry| entry.code == *code)
    }
}

/// Returns the body as text, without control characters (R16). `None` if it is empty or too long.
fn readable(body: &[u8]) -> Option<String> {
    if body.is_empty() || body.len() > caps::ERROR_KEPT {
        return None;
    }
    let text = String::from_utf8_lossy(body);
    let text: String = text
        .chars()
        .map(|c| if c == '\n' || c == '\t' { ' ' } else { c })
        .filter(|c| !c.is_control())
        .collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Reads `{"errors":[…]}`. Token servers send one object with `code`, `message`, `details`, or with
/// `error` and `error_description` (RFC 6749 section 5.2).
fn read_entries(body: &[u8]) -> Vec<Entry> {
    let parsed = json::parse(Bytes::copy_from_slice(body));
    let list = parsed.value.get("errors").map(Node::items).unwrap_or_default();
    let entries: Vec<Entry> =
        list.iter().filter_map(read_entry).take(caps::ERROR_ENTRIES).collect();
    if entries.is_empty() { read_entry(&parsed.value).into_iter().collect() } else { entries }
}

fn read_entry(node: &Node) -> Option<Entry> {
    // Some servers list bare texts.
    if let Some(message) = node.as_str() {
        let message = capped(message.to_owned(), caps::ERROR_TEXT);
        let (code, detail) = (Code::Other(String::new()), String::new());
        return Some(Entry { code, message, detail, digest: None });
    }
    let text = |names: &[&str]| {
        names.iter().find_map(|name| node.get(name)).map(plain).unwrap_or_default()
    };
    let code = text(&["code", "error"]);
    let message = text(&["message", "error_description"]);
    // GitLab and token servers write `details`, and frameworks send nothing but `detail`.
    let detail = ["detail", "details"].iter().find_map(|name| node.get(name));
    let detail = detail.filter(|node| **node != Node::Null);
    let (mut message, mut words) = (message, detail.map(plain).unwrap_or_default());
    if message.is_empty() && code.is_empty() {
        message = std::mem::take(&mut words);
    }
    if code.is_empty() && message.is_empty() {
        return None;
    }
    let digest = detail.and_then(named_digest);
    let code = Code::parse(&capped(code, caps::ERROR_TEXT));
    let (message, detail) = (capped(message, caps::ERROR_TEXT), capped(words, caps::ERROR_KEPT));
    Some(Entry { code, message, detail, digest })
}

/// Returns the beginning of a text: a message or detail may be a whole document.
fn capped(mut text: String, most: usize) -> String {
    let end = text.floor_char_boundary(most);
    if end < text.len() {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// Returns a text as it is, and any other value as JSON.
fn plain(node: &Node) -> String {
    node.as_str().map_or_else(|| node.to_string(), str::to_owned)
}

/// Returns the digest in a detail: the text itself, or its `digest` or `Digest` member.
fn named_digest(detail: &Node) -> Option<Digest> {
    let text = detail.as_str().or_else(|| {
        ["digest", "Digest"].iter().find_map(|name| detail.get(name)).and_then(Node::as_str)
    })?;
    text.parse().ok()
}

impl fmt::Display for ErrorDocument {
    /// Prints `HTTP 404 CODE: message; CODE: message`, or the status in words and the quoted body
    /// (R17).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries.iter().map(|entry| (entry.code.as_str(), &*entry.message));
        write_answer(f, self.status, entries, self.body.as_deref())
    }
}

/// Writes a failed answer in one line: its status, and the code and message of each entry, or the status in
/// words and the quoted body (R17).
pub(crate) fn write_answer<'a>(
    f: &mut fmt::Formatter<'_>,
    status: u16,
    entries: impl Iterator<Item = (&'a str, &'a str)>,
    body: Option<&str>,
) -> fmt::Result {
    write!(f, "HTTP {status}")?;
    let mut separator = " ";
    for (code, message) in entries {
        f.write_str(separator)?;
        separator = "; ";
        match (code, message) {
            ("", message) => f.write_str(message)?,
            (code, "") => f.write_str(code)?,
            (code, message) => write!(f, "{code}: {message}")?,
        }
    }
    if separator == "; " {
        return Ok(());
    }
    let reason = reason(status);
    if !reason.is_empty() {
        write!(f, " {reason}")?;
    }
    body.map_or(Ok(()), |body| write!(f, ": {body:?}"))
}

/// The reason phrases of RFC 9110, section 15, and RFC 6585.
const REASONS: [(u16, &str); 24] = [
    (304, "Not Modified"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (408, "Request Timeout"),
    (409, "Conflict"),
    (411, "Length Required"),
    (412, "Precondition Failed"),
    (413, "Content Too Large"),
    (414, "URI Too Long"),
    (415, "Unsupported Media Type"),
    (416, "Range Not Satisfiable"),
    (425, "Too Early"),
    (429, "Too Many Requests"),
    (431, "Request Header Fields Too Large"),
    (500, "Internal Server Error"),
    (501, "Not Implemented"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Gateway Timeout"),
    (511, "Network Authentication Required"),
];

/// Returns the reason phrase of a status, empty for one that has none here. HTTP/2 sends none.
pub fn reason(status: u16) -> &'static str {
    REASONS.iter().find(|(known, _)| *known == status).map_or("", |(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn r015_variants_of_error_bodies_are_read() {
        let check = |body: &str, expected: &str| {
            assert_eq!(ErrorDocument::read(400, body.as_bytes()).to_string(), expected, "{body}");
        };
        check(
            r#"{"errors":[{"code":"NAME_INVALID","message":"bad name","detail":{"n":1}}]}"#,
            "HTTP 400 NAME_INVALID: bad name",
        );
        check(r#"{"errors":[{"code":"A"},{"code":"B","message":"b"}]}"#, "HTTP 400 A; B: b");
        check(r#"{"errors":[{"message":"only words"}]}"#, "HTTP 400 only words");
        check(r#"{"errors":["words"]}"#, "HTTP 400 words");
        check(
            r#"{"details":"incorrect username or password"}"#,
            "HTTP 400 incorrect username or password",
        );
        check(r#"{"code":"unauthorized","message":"m"}"#, "HTTP 400 UNAUTHORIZED: m");
        check(r#"{"error":"invalid_grant","error_description":"d"}"#, "HTTP 400 invalid_grant: d");
        check(r#"{"errors":[{"code":123}]}"#, "HTTP 400 123");
        check(r#"{"errors":[]}"#, r#"HTTP 400 Bad Request: "{\"errors\":[]}""#);
        check(r#"{"errors":"no list"}"#, r#"HTTP 400 Bad Request: "{\"errors\":\"no list\"}""#);
        check("plain words\n", r#"HTTP 400 Bad Request: "plain words""#);
        check("", "HTTP 400 Bad Request");
        check("\u{1}\u{2}", "HTTP 400 Bad Request");
    }

    #[test]
    fn r016_long_bodies_are_not_kept() {
        let document = ErrorDocument::read(503, "x".repeat(caps::ERROR_KEPT + 1).as_bytes());
        assert_eq!(document.to_string(), "HTTP 503 Service Unavailable");
        let document = ErrorDocument::read(503, "x".repeat(caps::ERROR_KEPT).as_bytes());
        assert_eq!(document.body.map(|body| body.len()), Some(caps::ERROR_KEPT));
        let many = format!(r#"{{"errors":[{}]}}"#, vec![r#"{"code":"A"}"#; 100].join(","));
        assert_eq!(ErrorDocument::read(400, many.as_bytes()).entries.len(), caps::ERROR_ENTRIES);
    }

    #[test]
    fn r015_unknown_codes_and_details_are_kept() {
        let body = br#"{"errors":[{"code":"ODD_THING","detail":[1,{"a":"b"}]},{"code":"X","detail":"t"}]}"#;
        let document = ErrorDocument::read(418, body);
        assert_eq!(document.entries[0].code, Code::Other("ODD_THING".to_owned()));
        assert_eq!(document.entries[0].detail, r#"[1,{"a":"b"}]"#);
        assert_eq!(document.entries[1].detail, "t");
        assert_eq!(document.to_string(), "HTTP 418 ODD_THING; X");
    }

    #[test]
    fn r015_a_detail_is_kept_beside_the_message_under_either_name_and_capped() {
        let check = |body: &str, message: &str, detail: &str| {
            let document = ErrorDocument::read(400, body.as_bytes());
            let entry = &document.entries[0];
            assert_eq!(
                (entry.message.as_str(), entry.detail.as_str()),
                (message, detail),
                "{body}"
            );
        };
        check(r#"{"errors":[{"code":"A","message":"m","detail":{"n":1}}]}"#, "m", r#"{"n":1}"#);
        check(r#"{"errors":[{"code":"A","message":"m","details":"why"}]}"#, "m", "why");
        check(r#"{"code":"a","message":"m","details":["x"]}"#, "m", r#"["x"]"#);
        check(r#"{"errors":[{"code":"A","detail":"only"}]}"#, "", "only");
        check(r#"{"detail":"Not found."}"#, "Not found.", "");
        check(r#"{"errors":[{"message":"m","detail":null}]}"#, "m", "");
        let long = format!(r#"{{"code":"A","detail":"{}"}}"#, "ü".repeat(4000));
        let detail = &ErrorDocument::read(400, long.as_bytes()).entries[0].detail;
        assert!(detail.len() <= caps::ERROR_KEPT + 3 && detail.ends_with('…'));
    }

    /// The entries of a body that was padded to a length.
    fn padded(body: &str, length: usize) -> ErrorDocument {
        ErrorDocument::read(400, [body, &" ".repeat(length - body.len())].concat().as_bytes())
    }

    #[test]
    fn cap_error_bytes_leaves_a_longer_body_unread() {
        let body = r#"{"errors":[{"code":"DENIED"}]}"#;
        assert_eq!(padded(body, caps::ERROR_BYTES).entries.len(), 1);
        let longer = padded(body, caps::ERROR_BYTES + 1);
        assert_eq!(
            (longer.entries.len(), longer.to_string().as_str()),
            (0, "HTTP 400 Bad Request")
        );
    }

    #[test]
    fn cap_error_kept_leaves_out_a_longer_body_and_cuts_a_longer_detail() {
        let kept = |length: usize| ErrorDocument::read(503, &vec![b'x'; length]).body;
        assert_eq!(kept(caps::ERROR_KEPT).map(|body| body.len()), Some(caps::ERROR_KEPT));
        assert_eq!(kept(caps::ERROR_KEPT + 1), None);
        let detail = |length: usize| {
            let body = format!(r#"{{"code":"A","detail":"{}"}}"#, "x".repeat(length));
            ErrorDocument::read(400, body.as_bytes()).entries[0].detail.clone()
        };
        let most = "x".repeat(caps::ERROR_KEPT);
        assert_eq!(detail(caps::ERROR_KEPT), most);
        assert_eq!(detail(caps::ERROR_KEPT + 1), most + "…");
    }

    #[test]
    fn cap_error_entries_keeps_the_first() {
        let entries = |count: usize| {
            let list = vec![r#"{"code":"A"}"#; count].join(",");
            ErrorDocument::read(400, format!(r#"{{"errors":[{list}]}}"#).as_bytes()).entries.len()
        };
        assert_eq!(entries(caps::ERROR_ENTRIES), caps::ERROR_ENTRIES);
        assert_eq!(entries(caps::ERROR_ENTRIES + 1), caps::ERROR_ENTRIES);
    }

    #[test]
    fn cap_error_text_cuts_codes_and_messages() {
        let check = |length: usize, end: &str| {
            let text = "x".repeat(length);
            let body = format!(r#"{{"errors":["{text}",{{"code":"{text}","message":"{text}"}}]}}"#);
            let entries = ErrorDocument::read(400, body.as_bytes()).entries;
            let expected = "x".repeat(caps::ERROR_TEXT) + end;
            assert_eq!(entries[0].message, expected);
            assert_eq!((entries[1].code.as_str(), &entries[1].message), (&*expected, &expected));
        };
        check(caps::ERROR_TEXT, "");
        check(caps::ERROR_TEXT + 1, "…");
    }
}
