//! Settings in the browser's local storage. The only file of `app` that knows the browser.

use super::settings::SettingsStore;

/// Local storage; behaves as if empty if it is switched off.
pub struct BrowserStorage;

impl SettingsStore for BrowserStorage {
    fn get(&self, name: &str) -> Option<String> {
        storage()?.get_item(name).ok()?
    }

    fn set(&self, name: &str, value: Option<&str>) -> bool {
        let Some(storage) = storage() else { return false };
        let done = match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        };
        done.is_ok()
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}
