//! Bytes in rows of sixteen, as numbers and as letters.

use std::fmt::Write;

/// Bytes in a row.
const HEX_ROW: usize = 16;

/// Returns the number of rows of the byte view.
pub fn hex_rows(bytes: &[u8]) -> usize {
    bytes.len().div_ceil(HEX_ROW)
}

/// A row of bytes, as numbers and as letters.
pub fn hex_row(bytes: &[u8], number: usize) -> String {
    let start = number.saturating_mul(HEX_ROW);
    let row = bytes.get(start..).unwrap_or_default();
    let row = row.get(..HEX_ROW).unwrap_or(row);
    let mut text = format!("{start:08x} ");
    for at in 0..HEX_ROW {
        if at == HEX_ROW / 2 {
            text.push(' ');
        }
        match row.get(at) {
            Some(byte) => drop(write!(text, " {byte:02x}")),
            None => text.push_str("   "),
        }
    }
    text.push_str("  ");
    text.extend(row.iter().map(|&byte| match byte {
        b' '..=b'~' => char::from(byte),
        _ => '·',
    }));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_in_rows_of_sixteen() {
        let bytes: Vec<u8> = (0x38..0x4b).collect();
        assert_eq!(hex_rows(&bytes), 2);
        let first = "00000000  38 39 3a 3b 3c 3d 3e 3f  40 41 42 43 44 45 46 47  89:;<=>?@ABCDEFG";
        assert_eq!(hex_row(&bytes, 0), first);
        let second = "00000010  48 49 4a                                          HIJ";
        assert_eq!(hex_row(&bytes, 1), second);
        assert_eq!(
            hex_row(b"\0\x7f", 0).trim_end().chars().rev().take(2).collect::<String>(),
            "··"
        );
    }
}
