//! The interface between the page that starts and the one that explores registries. The shell knows the
//! explorer only by it, so that its code can be loaded later (`lazy_parts.rs`).

use std::rc::Rc;

use yew::Html;

use crate::app::{Environment, Route, settings::SharedSettingsStore};

/// The inputs of the shell. Tests hand in their own.
#[derive(Clone)]
pub struct ShellInputs {
    /// The code that draws the pages of registries.
    pub explorer: SharedExplorer,
    /// The store of the settings.
    pub settings: SharedSettingsStore,
}

impl PartialEq for ShellInputs {
    fn eq(&self, other: &Self) -> bool {
        self.explorer == other.explorer
    }
}

/// Draws the pages that need a registry or an account.
pub trait Explorer {
    /// The page of an address.
    fn page(&self, route: &Route) -> Html;

    /// Returns the environment of its pages; `None` before its code is loaded.
    fn environment(&self) -> Option<Environment>;
}

/// Equal only to itself.
#[derive(Clone)]
pub struct SharedExplorer(Rc<dyn Explorer>);

impl SharedExplorer {
    /// Shares an explorer.
    pub fn new(explorer: impl Explorer + 'static) -> Self {
        Self(Rc::new(explorer))
    }
}

impl std::ops::Deref for SharedExplorer {
    type Target = dyn Explorer;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl PartialEq for SharedExplorer {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
