//! Long JSON text, written by counting.

use std::fmt::Write;

/// Returns the items of a JSON list or object, with commas between them.
pub(super) fn many(count: usize, item: impl Fn(&mut String, usize)) -> String {
    let mut text = String::new();
    for number in 0..count {
        if number > 0 {
            text.push(',');
        }
        item(&mut text, number);
    }
    text
}

/// Writes a number as a key of five letters and digits.
pub(super) fn key(text: &mut String, number: usize) {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut rest = number;
    let mut digits = [b'0'; 5];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS.get(rest % DIGITS.len()).copied().unwrap_or(b'0');
        rest /= DIGITS.len();
    }
    digits.iter().for_each(|digit| text.push(char::from(*digit)));
}

/// Writes the made-up digest of a number.
pub(super) fn digest(text: &mut String, number: usize) {
    // Writing to a string cannot fail.
    let _ = write!(text, "sha256:{number:064x}");
}
