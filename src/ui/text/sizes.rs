//! Sizes that descriptors state, in words.

use super::numbers::grouped;

/// A size that is not the one of the bytes with the digest: no capital and no full stop.
pub fn wrong(stated: u64, actual: u64) -> String {
    let said = match stated {
        0 => "no size, or 0 bytes".to_owned(),
        1 => "1 byte".to_owned(),
        _ => [&grouped(stated), " bytes"].concat(),
    };
    let came = match actual {
        1 => "1 byte has".to_owned(),
        _ => [&grouped(actual), " bytes have"].concat(),
    };
    format!(
        "the digest is right and the size is wrong: what points here says {said}, and {came} this digest"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_size_is_told_as_the_authors() {
        let check = |stated, actual, words: &str| {
            let text = wrong(stated, actual);
            assert!(text.ends_with(words), "{text}");
        };
        check(150, 149, "what points here says 150 bytes, and 149 bytes have this digest");
        check(0, 1, "what points here says no size, or 0 bytes, and 1 byte has this digest");
        check(1, 2_000, "what points here says 1 byte, and 2,000 bytes have this digest");
    }
}
