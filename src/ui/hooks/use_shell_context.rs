//! What the shell hands down to every part. One value, because each type that Yew hands down costs
//! the page a copy of its machinery.

use yew::prelude::*;

use super::SettingsHandle;
use crate::ui::explorer::SharedExplorer;

/// What is around a part.
#[derive(Clone, PartialEq)]
pub(crate) struct ShellContext {
    /// What draws the pages of registries.
    pub(crate) explorer: SharedExplorer,
    /// The settings and a way to change them.
    pub(crate) settings: SettingsHandle,
    /// Puts a sentence into the live region.
    pub(crate) announce: Callback<AttrValue>,
}

/// What the shell handed down; nothing outside of a shell.
#[hook]
pub(super) fn use_shell_context() -> Option<ShellContext> {
    use_context::<ShellContext>()
}
