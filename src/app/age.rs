//! The age of a point in time, in words. Pure: the caller passes in the present.

use crate::oci::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Units with the age from which they are used and their length, both in seconds.
const UNITS: [(i64, i64, &str); 5] = [
    (2 * 365 * DAY, 365 * DAY, "years"),
    (60 * DAY, 30 * DAY, "months"),
    (2 * DAY, DAY, "days"),
    (2 * HOUR, HOUR, "hours"),
    (2 * MINUTE, MINUTE, "minutes"),
];

/// `5 days ago`. `None` for the times that reproducible builds write instead of a time: they say
/// nothing about age.
pub fn words(created: Timestamp, now: i64) -> Option<String> {
    if created.is_placeholder() {
        return None;
    }
    let age = now.saturating_sub(created.unix_seconds());
    // Clocks of build machines are off by minutes now and then.
    if age < -5 * MINUTE {
        return Some("in the future".to_owned());
    }
    let unit = UNITS.iter().find(|(from, _, _)| age >= *from);
    Some(match unit {
        Some((_, length, name)) => format!("{} {name} ago", age / length),
        None => "just now".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn ages_are_in_the_largest_unit_that_says_enough() {
        let now = 1_700_000_000;
        let check = |age: i64, expected: Option<&str>| {
            let created = Timestamp::from_unix(now - age).unwrap();
            assert_eq!(words(created, now).as_deref(), expected);
        };
        check(0, Some("just now"));
        check(-60, Some("just now"));
        check(119, Some("just now"));
        check(120, Some("2 minutes ago"));
        check(HOUR, Some("60 minutes ago"));
        check(47 * HOUR, Some("47 hours ago"));
        check(48 * HOUR, Some("2 days ago"));
        check(59 * DAY, Some("59 days ago"));
        check(60 * DAY, Some("2 months ago"));
        check(800 * DAY, Some("2 years ago"));
        check(-DAY, Some("in the future"));
        check(now, None);
    }
}
