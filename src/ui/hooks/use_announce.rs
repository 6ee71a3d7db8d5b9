//! Messages to people who use a screen reader: the shell's live region.

use yew::prelude::*;

use super::use_shell_context;

/// A callback that puts a sentence into the live region of the shell.
#[hook]
pub fn use_announce() -> Callback<AttrValue> {
    use_shell_context().map(|context| context.announce).unwrap_or_default()
}
