//! The context that the shell hands down. One value, because each type that Yew hands down costs the
//! page a copy of its machinery.

use std::rc::Rc;

use yew::prelude::*;

use crate::{app::Settings, ui::explorer::SharedExplorer};

/// The settings and a way to change them.
#[derive(Clone, PartialEq)]
pub struct SettingsHandle {
    /// The settings as they are now.
    pub value: Rc<Settings>,
    /// Changes the settings and keeps them.
    pub change: Callback<Settings>,
}

/// The context of every piece of the page.
#[derive(Clone, PartialEq)]
pub(crate) struct ShellContext {
    /// The code that draws the pages of registries.
    pub(crate) explorer: SharedExplorer,
    /// The settings and a way to change them.
    pub(crate) settings: SettingsHandle,
    /// Puts a sentence into the live region.
    pub(crate) announce: Callback<AttrValue>,
}

/// Returns the context; nothing outside of a shell.
#[hook]
pub(super) fn use_shell_context() -> Option<ShellContext> {
    use_context::<ShellContext>()
}
