//! The settings as components get them.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::Settings;

/// The settings and a way to change them.
#[derive(Clone, PartialEq)]
pub struct SettingsHandle {
    /// The settings as they are now.
    pub value: Rc<Settings>,
    /// Changes the settings and keeps them.
    pub change: Callback<Settings>,
}
