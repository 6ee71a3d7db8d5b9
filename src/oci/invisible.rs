//! Characters that no eye sees: they come along when a reference is copied from a page or a chat.

/// Returns true for a character without a form of its own: of no width, a direction mark, a control, a
/// space that is not the usual one.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{a0}' // controls, no-break space
        | '\u{ad}' | '\u{34f}' | '\u{61c}' // soft hyphen, grapheme joiner, direction mark
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // fillers of Hangul
        | '\u{1680}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' // spaces, zero width, directions
        | '\u{205f}'..='\u{206f}' | '\u{2800}' | '\u{3000}' // word joiner, isolates
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' // variation, byte order mark
        | '\u{e0000}'..='\u{e0fff}' // tags, variation
    )
}
