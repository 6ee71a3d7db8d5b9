//! The part of an address behind `?`: `name=value` pairs, percent-encoded. Pure.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::AddressFault;

/// Names with their decoded values, in the order of the address.
pub(super) type Parts = Vec<(String, String)>;

/// Left readable in a value. Everything else is encoded, `&`, `#`, `%`, `+` and blanks included:
/// an address is pasted into chats and shells that change those.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b':')
    .remove(b'@')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b',');

/// Undoes percent-encoding.
///
/// # Errors
/// The bytes are not UTF-8.
pub(super) fn decode(text: &str) -> Result<String, AddressFault> {
    percent_decode_str(text)
        .decode_utf8()
        .map(|text| text.into_owned())
        .map_err(|_| AddressFault::NotUtf8)
}

/// Reads `a=b&c=d`.
///
/// # Errors
/// A part repeats, has no value or is not UTF-8.
pub(super) fn parse(query: &str) -> Result<Parts, AddressFault> {
    let mut parts = Parts::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let no_value = || AddressFault::NoValue(pair.to_owned());
        let (name, value) = pair.split_once('=').ok_or_else(no_value)?;
        if parts.iter().any(|(known, _)| known == name) {
            return Err(AddressFault::Repeated(name.to_owned()));
        }
        parts.push((name.to_owned(), decode(value)?));
    }
    Ok(parts)
}

/// Writes `?a=b&c=d`, leaving out what has no value; nothing where nothing has one.
pub(super) fn write<const N: usize>(
    f: &mut fmt::Formatter<'_>,
    values: [(&str, Option<String>); N],
) -> fmt::Result {
    let mut separator = '?';
    for (name, value) in values {
        if let Some(value) = value {
            write!(f, "{separator}{name}={}", utf8_percent_encode(&value, VALUE))?;
            separator = '&';
        }
    }
    Ok(())
}
