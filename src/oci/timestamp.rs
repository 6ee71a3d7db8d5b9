//! Points in time. The specifications write them by RFC 3339. Here they are seconds since 1970.

use std::{fmt, str::FromStr};

use super::{DocumentFault, Issues, JsonCursor, Severity};

/// A point in time to the nanosecond. It prints in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

/// A text that is no point in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimestampError(String);

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}” is not a date and time (RFC 3339)", self.0)
    }
}

impl std::error::Error for TimestampError {}

/// A day of the proleptic Gregorian calendar, years 0 to 9999.
#[derive(Clone, Copy)]
struct Day {
    year: i64,
    month: i64,
    day: i64,
}

const DAY_SECONDS: i64 = 86_400;

impl Timestamp {
    /// The first second that RFC 3339 can write: 0000-01-01T00:00:00Z.
    const MIN: i64 = -62_167_219_200;
    /// The last second that RFC 3339 can write: 9999-12-31T23:59:59Z.
    const MAX: i64 = 253_402_300_799;

    /// Makes a time of seconds since 1970-01-01T00:00:00Z. `None` outside the years 0 to 9999.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        (Self::MIN..=Self::MAX).contains(&seconds).then_some(Self { seconds, nanos: 0 })
    }

    /// Reads a member of a document. Reports a text that is no point in time.
    pub(super) fn read(cursor: &JsonCursor<'_>, key: &str, issues: &mut Issues) -> Option<Self> {
        let cursor = cursor.member(key)?;
        let parsed = cursor.text(issues)?.parse::<Self>();
        let report = |TimestampError(text)| {
            cursor.report(Severity::Error, DocumentFault::NotATime(text), issues);
        };
        parsed.map_err(report).ok()
    }

    /// Returns the whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// Returns the nanoseconds after that second.
    pub fn subsec_nanos(self) -> u32 {
        self.nanos
    }

    /// Returns true for Go's zero time and the starts of 1970 and 1980. Reproducible builds write
    /// these in place of a time, so they say nothing about age.
    pub fn is_placeholder(self) -> bool {
        const GO_ZERO: i64 = -62_135_596_800;
        const DOS_ZERO: i64 = 315_532_800;
        self.nanos == 0 && matches!(self.seconds, GO_ZERO | 0 | 1 | DOS_ZERO)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        parse(text).ok_or_else(|| TimestampError(text.chars().take(64).collect()))
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (hour, rest) = number(rest.strip_prefix(['T', 't', ' '])?, 2)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (nanos, rest) = fraction(rest)?;
    let date = Day { year, month, day };
    // A leap second counts as the last second of its minute, because Unix time has no leap seconds.
    let in_range = date.is_valid() && hour < 24 && minute < 60 && second <= 60;
    let of_day = hour * 3600 + minute * 60 + second.min(59);
    let seconds = date.number() * DAY_SECONDS + of_day - offset(rest)?;
    let fits = in_range && (Timestamp::MIN..=Timestamp::MAX).contains(&seconds);
    fits.then_some(Timestamp { seconds, nanos })
}

/// Reads exactly this many digits. Returns the number and the rest.
fn number(text: &str, digits: usize) -> Option<(i64, &str)> {
    let (head, rest) = text.split_at_checked(digits)?;
    let all_digits = head.bytes().all(|b| b.is_ascii_digit());
    Some((head.parse().ok().filter(|_| all_digits)?, rest))
}

/// Reads the nanoseconds after a point, if there is one. Digits past the ninth are dropped.
fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())?;
    let nanos = digits.bytes().chain(std::iter::repeat(b'0')).take(9);
    Some((nanos.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')), rest))
}

/// Reads the offset, in seconds east of UTC.
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-')?),
    };
    let (hours, rest) = number(rest, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

impl Day {
    fn is_valid(self) -> bool {
        (1..=12).contains(&self.month) && (1..=self.length_of_month()).contains(&self.day)
    }

    fn length_of_month(self) -> i64 {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// Returns the days since 1970-01-01. Years count from March, so that the leap day comes last.
    fn number(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    fn from_number(days: i64) -> Self {
        let days = days + 719_468;
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march_month + 2) / 5 + 1;
        let month = (march_month + 2) % 12 + 1;
        let year = days.div_euclid(146_097) * 400 + year + i64::from(month <= 2);
        Self { year, month, day }
    }
}

impl fmt::Display for Timestamp {
    /// Prints RFC 3339 in UTC, with as many digits of the fraction as are needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Day { year, month, day } = Day::from_number(self.seconds.div_euclid(DAY_SECONDS));
        let of_day = self.seconds.rem_euclid(DAY_SECONDS);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if self.nanos > 0 {
            let digits = format!("{:09}", self.nanos);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn times_are_read() {
        let check = |text: &str, seconds, nanos| {
            let time: Timestamp = text.parse().unwrap();
            assert_eq!((time.unix_seconds(), time.subsec_nanos()), (seconds, nanos), "{text}");
        };
        check("1970-01-01T00:00:00Z", 0, 0);
        check("2015-10-31T22:22:56.015925234Z", 1_446_330_176, 15_925_234);
        check("2000-02-29T23:59:59Z", 951_868_799, 0);
        check("1969-12-31T23:59:59.5Z", -1, 500_000_000);
        check("2024-01-01T02:30:00+02:30", 1_704_067_200, 0);
        check("2023-12-31T19:00:00-05:00", 1_704_067_200, 0);
        check("2016-12-31T23:59:60Z", 1_483_228_799, 0);
        check("0001-01-01T00:00:00Z", -62_135_596_800, 0);
        check("2020-01-01t00:00:00.1234567899z", 1_577_836_800, 123_456_789);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "2024",
            "2024-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+2:00",
            "2024-01-01T00:00:00Z ",
            "-024-01-01T00:00:00Z",
            "２024-01-01T00:00:00Z",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "2024-01-00T00:00:00Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn printing_and_parsing_are_inverse() {
        let step = 86_400 * 13 + 12_345;
        let mut seconds = Timestamp::MIN;
        while seconds <= Timestamp::MAX {
            let time = Timestamp::from_unix(seconds).unwrap();
            assert_eq!(time.to_string().parse(), Ok(time));
            seconds += step;
        }
        let text = "2015-10-31T22:22:56.0159Z";
        assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        assert_eq!(Timestamp::from_unix(Timestamp::MAX + 1), None);
    }
}
