//! Saying something to people who use a screen reader: the shell's live region.

use yew::prelude::*;

/// Puts a sentence into the live region of the shell.
#[derive(Clone, PartialEq)]
pub struct Announcer(pub Callback<AttrValue>);

/// A callback that says a sentence.
#[hook]
pub fn use_announce() -> Callback<AttrValue> {
    use_context::<Announcer>().map(|announcer| announcer.0).unwrap_or_default()
}
