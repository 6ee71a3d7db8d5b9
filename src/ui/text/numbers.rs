//! Numbers in words: sizes in the unit that people use, and digits in groups.

const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];

/// `12.3 MB`: decimal units, three digits at most before the unit changes.
pub fn human_bytes(bytes: u64) -> String {
    if bytes < 1000 {
        return exact_bytes(bytes);
    }
    // Tenths of a unit, in integers: a float formatter costs the page some kilobytes.
    let mut one = 1000_u64;
    let mut name = "kB";
    for next in UNITS.iter().skip(1) {
        if round_div(bytes, one / 10) < 10_000 {
            break;
        }
        one *= 1000;
        name = next;
    }
    let tenths = round_div(bytes, one / 10);
    if tenths < 1000 {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    } else {
        format!("{} {name}", round_div(bytes, one))
    }
}

fn round_div(value: u64, by: u64) -> u64 {
    value / by + u64::from(value % by >= by.div_ceil(2))
}

/// Writes a size in full, as `12,345,678 bytes`.
pub fn exact_bytes(bytes: u64) -> String {
    grouped(bytes) + if bytes == 1 { " byte" } else { " bytes" }
}

/// Counts something: `1 layer`, `2 layers`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    [grouped(count as u64).as_str(), " ", if count == 1 { one } else { many }].concat()
}

/// Writes a number with its digits in groups of three, as `12,345,678`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn sizes_are_in_the_unit_that_people_use() {
        let check = |bytes, expected: &str| assert_eq!(human_bytes(bytes), expected);
        check(0, "0 bytes");
        check(1, "1 byte");
        check(999, "999 bytes");
        check(1000, "1.0 kB");
        check(1049, "1.0 kB");
        check(1050, "1.1 kB");
        check(99_949, "99.9 kB");
        check(123_456, "123 kB");
        check(999_499, "999 kB");
        check(999_950, "1.0 MB");
        check(1_073_741_824, "1.1 GB");
        check(u64::MAX, "18.4 EB");
    }

    #[test]
    fn exact_sizes_are_grouped() {
        let check = |bytes, expected: &str| assert_eq!(exact_bytes(bytes), expected);
        check(999, "999 bytes");
        check(1000, "1,000 bytes");
        check(1_234_567, "1,234,567 bytes");
    }
}
