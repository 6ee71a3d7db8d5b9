//! Ages in words.

use crate::app::age::{Age, AgeUnit};

/// Returns an age: `5 days ago`.
pub fn age(age: Age) -> String {
    let (count, unit) = match age {
        Age::Future => return "in the future".to_owned(),
        Age::Now => return "just now".to_owned(),
        Age::Past(count, unit) => (count, unit),
    };
    let unit = match unit {
        AgeUnit::Year => " years ago",
        AgeUnit::Month => " months ago",
        AgeUnit::Day => " days ago",
        AgeUnit::Hour => " hours ago",
        AgeUnit::Minute => " minutes ago",
    };
    [&count.to_string(), unit].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_number_of_units() {
        let check = |of: Age, expected: &str| assert_eq!(age(of), expected);
        check(Age::Future, "in the future");
        check(Age::Now, "just now");
        check(Age::Past(2, AgeUnit::Minute), "2 minutes ago");
        check(Age::Past(47, AgeUnit::Hour), "47 hours ago");
        check(Age::Past(59, AgeUnit::Day), "59 days ago");
        check(Age::Past(2, AgeUnit::Month), "2 months ago");
        check(Age::Past(3, AgeUnit::Year), "3 years ago");
    }
}
