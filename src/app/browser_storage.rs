//! The storages of the browser, and reading and writing in them. The only file of `app` that knows the browser.

use super::settings::SettingsStore;

/// A storage of the browser; behaves as if empty if it is switched off.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BrowserStorage {
    /// Local storage, which outlasts the tab.
    Lasting,
    /// Session storage, which outlasts a reload and ends with the tab.
    Tab,
}

impl BrowserStorage {
    fn open(self) -> Option<web_sys::Storage> {
        let window = web_sys::window()?;
        match self {
            Self::Lasting => window.local_storage().ok()?,
            Self::Tab => window.session_storage().ok()?,
        }
    }
}

impl SettingsStore for BrowserStorage {
    fn get(&self, name: &str) -> Option<String> {
        self.open()?.get_item(name).ok()?
    }

    fn set(&self, name: &str, value: Option<&str>) -> bool {
        let Some(storage) = self.open() else { return false };
        let done = match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        };
        done.is_ok()
    }
}
