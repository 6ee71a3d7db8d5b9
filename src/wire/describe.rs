//! The media type that the headers of an answer state (R29, R38).

use super::headers::{Headers, name};
use crate::{caps, oci::MediaType};

/// Returns `Content-Type` without parameters (R29). Generic types count as missing (R38), and so do
/// those longer than [`caps::MEDIA_TYPE`].
pub fn content_type(headers: &Headers) -> Option<MediaType> {
    let text = headers.get(name::CONTENT_TYPE)?.split(';').next()?.trim();
    if text.len() > caps::MEDIA_TYPE {
        return None;
    }
    let (kind, subtype) = text.split_once('/')?;
    let generic =
        ["application/octet-stream", "application/json", "text/plain", "binary/octet-stream"];
    let legal =
        |part: &str| !part.is_empty() && part.chars().all(crate::wire::field_cursor::is_token);
    let says_something = !generic.iter().any(|known| text.eq_ignore_ascii_case(known));
    (legal(kind) && legal(subtype) && says_something).then(|| MediaType::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r029_r038_parameters_are_dropped_and_generic_types_say_nothing() {
        let check = |text: &str, expected: Option<MediaType>| {
            assert_eq!(
                content_type(&Headers::new().with("Content-Type", text)),
                expected,
                "{text}"
            );
        };
        check("application/vnd.oci.image.index.v1+json; charset=utf-8", Some(MediaType::OCI_INDEX));
        check("application/vnd.oci.image.index.v1+json", Some(MediaType::OCI_INDEX));
        check("application/json; charset=utf-8", None);
        check("Application/Octet-Stream", None);
        check("rubbish", None);
        check("a b/c", None);
        assert_eq!(content_type(&Headers::new()), None);
    }
}
