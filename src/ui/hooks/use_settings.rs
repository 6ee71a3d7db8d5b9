//! Settings, shared by the whole page and kept on each change.

use std::rc::Rc;

use yew::prelude::*;

use super::{SettingsHandle, use_shell_context};
use crate::app::{Settings, settings::SharedSettingsStore};

/// The settings of the page; outside of a shell the defaults, which cannot be changed.
#[hook]
pub fn use_settings() -> SettingsHandle {
    use_shell_context().map_or_else(
        || SettingsHandle { value: Rc::default(), change: Callback::noop() },
        |context| context.settings,
    )
}

/// Holds the settings for the shell.
#[hook]
pub(crate) fn use_kept_settings(store: SharedSettingsStore) -> SettingsHandle {
    let settings = use_state_eq(|| Rc::new(Settings::load(&*store)));
    let change = use_callback((), {
        let settings = settings.setter();
        move |new: Settings, ()| {
            // If storage is switched off, they last as long as the tab.
            new.save(&*store);
            settings.set(Rc::new(new));
        }
    });
    SettingsHandle { value: (*settings).clone(), change }
}
