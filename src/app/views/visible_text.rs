//! Text from a registry that would deceive the eye: control characters, and those that turn,
//! hide or join what stands around them. They are shown by their numbers, and never removed in silence.

use std::borrow::Cow;

/// Returns true if a character is invisible or changes the look of its neighbours.
pub fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' // controls but tab and line feed
        | '\u{ad}' // soft hyphen
        | '\u{61c}' | '\u{200b}'..='\u{200f}' // zero width, direction marks
        | '\u{2028}'..='\u{202e}' // line separators, direction overrides
        | '\u{2060}'..='\u{206f}' // word joiner, isolates
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' // tags
    )
}

/// The text with each deceptive character as `⟨U+202E⟩`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_deceptive(c) {
            out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deceptive_characters_are_numbered_and_others_kept() {
        let check = |text: &str, expected: &str| assert_eq!(visible(text), expected);
        check("plain ünïcode 日本\n\ttext", "plain ünïcode 日本\n\ttext");
        check("a\u{202e}b\0c\u{200d}", "a⟨U+202E⟩b⟨U+0000⟩c⟨U+200D⟩");
        assert!(matches!(visible("same"), Cow::Borrowed(_)));
    }
}
