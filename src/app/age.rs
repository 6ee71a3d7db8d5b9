//! The age of a point in time. Pure: the caller passes in the present.

use crate::oci::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A unit in which an age is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeUnit {
    /// 365 days.
    Year,
    /// 30 days.
    Month,
    /// 24 hours.
    Day,
    /// 60 minutes.
    Hour,
    /// 60 seconds.
    Minute,
}

/// The age of a point in time, in the largest unit that says enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// The time has not come yet.
    Future,
    /// Less than two minutes.
    Now,
    /// So many of a unit, at least two.
    Past(i64, AgeUnit),
}

/// Units with the age from which they are used and their length, both in seconds.
const UNITS: [(i64, i64, AgeUnit); 5] = [
    (2 * 365 * DAY, 365 * DAY, AgeUnit::Year),
    (60 * DAY, 30 * DAY, AgeUnit::Month),
    (2 * DAY, DAY, AgeUnit::Day),
    (2 * HOUR, HOUR, AgeUnit::Hour),
    (2 * MINUTE, MINUTE, AgeUnit::Minute),
];

impl Age {
    /// Returns the age of a time. `None` for the times that reproducible builds write instead of a
    /// time: they say nothing about age.
    pub fn of(created: Timestamp, now: i64) -> Option<Self> {
        if created.is_placeholder() {
            return None;
        }
        let age = now.saturating_sub(created.unix_seconds());
        // Clocks of build machines are off by minutes now and then.
        if age < -5 * MINUTE {
            return Some(Self::Future);
        }
        let unit = UNITS.iter().find(|(from, _, _)| age >= *from);
        Some(unit.map_or(Self::Now, |(_, length, unit)| Self::Past(age / length, *unit)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn ages_are_in_the_largest_unit_that_says_enough() {
        let now = 1_700_000_000;
        let check = |age: i64, expected: Option<Age>| {
            let created = Timestamp::from_unix(now - age).unwrap();
            assert_eq!(Age::of(created, now), expected);
        };
        check(0, Some(Age::Now));
        check(-60, Some(Age::Now));
        check(119, Some(Age::Now));
        check(120, Some(Age::Past(2, AgeUnit::Minute)));
        check(HOUR, Some(Age::Past(60, AgeUnit::Minute)));
        check(47 * HOUR, Some(Age::Past(47, AgeUnit::Hour)));
        check(48 * HOUR, Some(Age::Past(2, AgeUnit::Day)));
        check(59 * DAY, Some(Age::Past(59, AgeUnit::Day)));
        check(60 * DAY, Some(Age::Past(2, AgeUnit::Month)));
        check(800 * DAY, Some(Age::Past(2, AgeUnit::Year)));
        check(-DAY, Some(Age::Future));
        check(now, None);
    }
}
