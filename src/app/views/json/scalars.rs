//! Strings and numbers of JSON (RFC 8259).

use std::borrow::Cow;

use super::fault::{Expected, Fault};

/// The text of a string token: without quotes, escapes resolved.
pub(super) fn string_value(token: &str) -> Cow<'_, str> {
    let inner = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(token);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    serde_json::from_str(token).map_or(Cow::Borrowed(inner), Cow::Owned)
}

/// The byte after the closing quote of the string that starts here.
pub(super) fn string_end(text: &str, start: usize) -> Result<usize, Fault> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(start + 1) {
        match byte {
            0..=0x1f => return Err(Fault { at, expected: Expected::NoControl }),
            _ if escaped => {
                if !b"\"\\/bfnrtu".contains(&byte) {
                    return Err(Fault { at, expected: Expected::Escape });
                }
                escaped = false;
            }
            b'\\' => escaped = true,
            b'"' => return Ok(at + 1),
            _ => {}
        }
    }
    Err(Fault { at: text.len(), expected: Expected::EndOfString })
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
pub(super) fn is_number(word: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole.len() == 1 || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}
