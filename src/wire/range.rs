//! Byte ranges: of requests, of answers, and of the stored part of an upload (R82, R83, R113,
//! R116).

use super::headers::{Headers, name};

/// The content of a `Content-Range` field of a partial answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentRange {
    /// The first byte. `None` in an answer 416.
    pub start: Option<u64>,
    /// The last byte, which belongs to the range. `None` in an answer 416.
    pub end: Option<u64>,
    /// The size of the whole. `None` if the server does not know it.
    pub total: Option<u64>,
}

/// Returns the value of `Range` for `length` bytes from `start` on, or for all that follow. `None`
/// for an empty range, and for one beyond 64 bits. A page may send these forms without a preflight.
pub fn request(start: u64, length: Option<u64>) -> Option<String> {
    match length {
        None => Some(format!("bytes={start}-")),
        Some(length) => {
            let end = start.checked_add(length.checked_sub(1)?)?;
            Some(format!("bytes={start}-{end}"))
        }
    }
}

/// Returns the value of `Content-Range` for a chunk of an upload. It has no unit, and its last byte
/// belongs to the chunk (R113; distribution-spec "Pushing a blob in chunks").
pub fn chunk(start: u64, length: u64) -> Option<String> {
    let end = start.checked_add(length.checked_sub(1)?)?;
    Some(format!("{start}-{end}"))
}

/// Reads `Content-Range: bytes 0-9/100`, `bytes 0-9/*` or `bytes */100`.
pub fn parse_content_range(text: &str) -> Option<ContentRange> {
    let (unit, rest) = text.trim().split_once(' ')?;
    let (range, total) = rest.trim().split_once('/')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let total = match total.trim() {
        "*" => None,
        digits => Some(number(digits)?),
    };
    let (start, end) = match range.trim() {
        "*" => (None, None),
        range => {
            let (start, end) = parse_pair(range)?;
            (Some(start), Some(end))
        }
    };
    let fits = end.is_none_or(|end| total.is_none_or(|total| end < total));
    fits.then_some(ContentRange { start, end, total })
}

/// Returns the size of the whole that `Content-Range` names, if it can be read.
pub fn total(headers: &Headers) -> Option<u64> {
    headers.get(name::CONTENT_RANGE).and_then(parse_content_range)?.total
}

/// Returns the number of bytes that an upload session has stored, from `Range: 0-N`. `None` if the
/// field is missing, malformed or hidden, or does not start at 0. The upload then cannot be
/// resumed.
///
/// `0-0` means nothing stored, because distribution reports a fresh session this way. It may also
/// mean one byte. A 416 on the next chunk decides (R116).
pub fn parse_stored(text: &str) -> Option<u64> {
    let text = text.trim();
    let text = text.strip_prefix("bytes=").or(text.strip_prefix("bytes ")).unwrap_or(text);
    match parse_pair(text)? {
        (0, 0) => Some(0),
        (0, end) => end.checked_add(1),
        _ => None,
    }
}

/// Reads `M-N`, where N is not below M.
fn parse_pair(text: &str) -> Option<(u64, u64)> {
    let (start, end) = text.split_once('-')?;
    let (start, end) = (number(start.trim())?, number(end.trim())?);
    (start <= end).then_some((start, end))
}

/// Reads digits alone. Rust's own parser would also take a sign.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// The part of a blob in an answer to a request with a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The requested bytes.
    AsAsked,
    /// The whole content. The bytes before the requested ones must be dropped (R83).
    Whole {
        /// The number of bytes before the requested ones.
        skip: u64,
    },
    /// Other bytes than the requested ones. They are not used.
    WrongStart,
    /// No bytes: the range is refused. The server may name the size of the whole.
    Refused(Option<u64>),
    /// Another answer, which has nothing to do with ranges.
    Other,
}

/// Judges an answer to a request for the bytes from `start` on. `size` is the size of the whole, if
/// it is known. A hidden `Content-Range` is accepted if the length of the answer fits. The digest
/// decides in the end (R83).
pub fn judge(start: u64, size: Option<u64>, status: u16, headers: &Headers) -> Part {
    let range = headers.get(name::CONTENT_RANGE).and_then(parse_content_range);
    match status {
        200 => Part::Whole { skip: start },
        206 => match range {
            Some(range) if range.start != Some(start) => Part::WrongStart,
            Some(range) if range.total.is_some() && size.is_some() && range.total != size => {
                Part::WrongStart
            }
            Some(_) => Part::AsAsked,
            None if headers.contains(name::CONTENT_RANGE) => Part::WrongStart,
            None => judge_by_length(start, size, headers),
        },
        416 => Part::Refused(range.and_then(|range| range.total)),
        _ => Part::Other,
    }
}

/// Judges by the length: an answer cannot have more bytes than there are after the start.
fn judge_by_length(start: u64, size: Option<u64>, headers: &Headers) -> Part {
    let length = headers.get(name::CONTENT_LENGTH).and_then(|text| number(text.trim()));
    match (size, length) {
        (Some(size), Some(length)) if length > size.saturating_sub(start) => Part::WrongStart,
        _ => Part::AsAsked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r082_requests_are_ranges_with_a_start() {
        assert_eq!(request(5, None).as_deref(), Some("bytes=5-"));
        assert_eq!(request(5, Some(2)).as_deref(), Some("bytes=5-6"));
        assert_eq!(request(5, Some(0)), None);
        assert_eq!(request(u64::MAX, Some(2)), None);
        assert_eq!(chunk(0, 10).as_deref(), Some("0-9"));
        assert_eq!(chunk(0, 0), None);
    }

    #[test]
    fn d16_ranges_have_their_unit_and_chunks_have_none() {
        assert!(request(0, None).is_some_and(|text| text.starts_with("bytes=")));
        assert!(chunk(0, 1).is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit())));
    }

    #[test]
    fn r083_content_ranges() {
        let check = |text: &str, expected: Option<(Option<u64>, Option<u64>, Option<u64>)>| {
            let range =
                parse_content_range(text).map(|range| (range.start, range.end, range.total));
            assert_eq!(range, expected, "{text}");
        };
        check("bytes 0-9/100", Some((Some(0), Some(9), Some(100))));
        check("Bytes 5-9/*", Some((Some(5), Some(9), None)));
        check("bytes */100", Some((None, None, Some(100))));
        check("bytes 9-5/100", None);
        check("bytes 0-100/100", None);
        check("bytes 0-9", None);
        check("0-9/100", None);
        check("bytes +0-9/100", None);
        check("bytes 0-99999999999999999999/100", None);
        check("items 0-9/100", None);
        check("", None);
    }

    #[test]
    fn r116_upload_ranges_start_at_zero() {
        let check = |text: &str, expected| assert_eq!(parse_stored(text), expected, "{text}");
        check("0-0", Some(0));
        check("0-1", Some(2));
        check("0-1023", Some(1024));
        check("bytes=0-1023", Some(1024));
        check("1-5", None);
        check("0-18446744073709551615", None);
        check("0", None);
        check("-", None);
        check("0--1", None);
        check("", None);
    }

    #[test]
    fn r083_answers_to_ranged_requests() {
        let check = |start, size, status, fields: &[(&str, &str)], expected| {
            let headers: Headers = fields.iter().copied().collect();
            assert_eq!(judge(start, size, status, &headers), expected, "{status} {fields:?}");
        };
        let range = |text| [("Content-Range", text)];
        check(5, Some(100), 206, &range("bytes 5-99/100"), Part::AsAsked);
        check(5, Some(100), 206, &range("bytes 0-99/100"), Part::WrongStart);
        check(5, Some(100), 206, &range("bytes 5-99/200"), Part::WrongStart);
        check(5, Some(100), 206, &range("rubbish"), Part::WrongStart);
        check(5, Some(100), 206, &[], Part::AsAsked);
        check(5, Some(100), 206, &[("content-length", "95")], Part::AsAsked);
        check(5, Some(100), 206, &[("content-length", "100")], Part::WrongStart);
        check(5, Some(100), 200, &[], Part::Whole { skip: 5 });
        check(500, Some(100), 416, &range("bytes */100"), Part::Refused(Some(100)));
        check(500, None, 416, &[], Part::Refused(None));
        check(5, None, 404, &[], Part::Other);
    }
}
