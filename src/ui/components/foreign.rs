//! Text that comes from a registry, shown as text.

use yew::prelude::*;

use crate::{app::views::visible_text::visible, caps, ui::text};

/// A text from a registry: characters that would deceive the eye are shown by their numbers. Of a very long
/// one the beginning is shown, and the length of the rest.
pub fn foreign(text: &str) -> Html {
    let (shown, left) = beginning(text);
    html! {
        <>
            <bdi>{ visible(shown).into_owned() }</bdi>
            if left > 0 { <small class="hint">{ text::bytes_left_out(left) }</small> }
        </>
    }
}

/// The same for an attribute, where no element can stand.
pub fn foreign_title(text: &str) -> AttrValue {
    let (shown, left) = beginning(text);
    let rest = if left > 0 { text::bytes_left_out(left) } else { String::new() };
    [&*visible(shown), &rest].concat().into()
}

/// The part of a text that is shown, and the bytes of the rest.
fn beginning(text: &str) -> (&str, usize) {
    let end = text.floor_char_boundary(caps::TEXT_SHOWN);
    (text.get(..end).unwrap_or_default(), text.len().saturating_sub(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cap_text_shown_cuts_on_the_screen_and_says_so() {
        let check = |length: usize, left: usize| {
            let text = "x".repeat(length);
            assert_eq!(beginning(&text).1, left);
            let title = foreign_title(&text);
            assert_eq!(title.chars().filter(|c| *c == 'x').count(), length - left);
            assert_eq!(title.len() > length - left, left > 0);
        };
        check(caps::TEXT_SHOWN, 0);
        check(caps::TEXT_SHOWN + 1, 1);
        check(4_000_000, 4_000_000 - caps::TEXT_SHOWN);
        // A character of several bytes is not cut in its middle.
        assert_eq!(beginning(&"é".repeat(caps::TEXT_SHOWN)).0.len() % 2, 0);
    }
}
