//! The person's choices and the registries they visited. The browser keeps them if the person wants
//! this and it is possible. They never hold a credential.

use std::rc::Rc;

use crate::{caps, oci::Host};

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark text on light ground, against the system's wish too.
    Light,
    /// Light text on dark ground, against the system's wish too.
    Dark,
}

impl Theme {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name in storage and in `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }
}

/// A store whose settings outlast the tab. `before-paint.js` reads the theme there before the page
/// is drawn.
pub trait SettingsStore {
    /// The text under a name, if there is one and storage is not switched off.
    fn get(&self, name: &str) -> Option<String>;

    /// Keeps a text under a name, or removes it. Returns true if that worked.
    fn set(&self, name: &str, value: Option<&str>) -> bool;
}

/// A store as it is handed around.
pub type SharedSettingsStore = Rc<dyn SettingsStore>;

/// No store: settings last as long as the tab.
pub struct NoStore;

impl SettingsStore for NoStore {
    fn get(&self, _name: &str) -> Option<String> {
        None
    }

    fn set(&self, _name: &str, _value: Option<&str>) -> bool {
        false
    }
}

const THEME: &str = "porthole.theme";
const REMEMBER: &str = "porthole.remember";
const REGISTRIES: &str = "porthole.registries";
const PLAIN_HTTP: &str = "porthole.plain-http";

/// The person's choices, and the registries they visited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// True if visited registries are remembered.
    pub remember: bool,
    /// Addresses of registries visited, the latest first, as they print.
    pub registries: Vec<String>,
    /// Hosts that are asked over plain http when a reference is typed without a scheme.
    pub plain_http: Vec<Host>,
}

impl Default for Settings {
    fn default() -> Self {
        let (registries, plain_http) = (Vec::new(), Vec::new());
        Self { theme: Theme::System, remember: true, registries, plain_http }
    }
}

impl Settings {
    /// Reads the settings that were kept. A setting that cannot be read has its default.
    pub fn load(store: &dyn SettingsStore) -> Self {
        let lines = |name| store.get(name).unwrap_or_default();
        Self {
            theme: store.get(THEME).map(|name| Theme::from_name(&name)).unwrap_or_default(),
            remember: store.get(REMEMBER).as_deref() != Some("no"),
            registries: lines(REGISTRIES)
                .lines()
                .take(caps::REGISTRIES_KEPT)
                .map(str::to_owned)
                .collect(),
            plain_http: lines(PLAIN_HTTP).lines().filter_map(|host| host.parse().ok()).collect(),
        }
    }

    /// Keeps the settings, or as much as the person wants kept. Returns true if that worked.
    pub fn save(&self, store: &dyn SettingsStore) -> bool {
        let registries = self.remember.then(|| self.registries.join("\n"));
        let hosts: Vec<&str> = self.plain_http.iter().map(Host::as_str).collect();
        let theme = (self.theme != Theme::System).then_some(self.theme.name());
        let done = [
            store.set(THEME, theme),
            store.set(REMEMBER, (!self.remember).then_some("no")),
            store.set(REGISTRIES, registries.as_deref().filter(|text| !text.is_empty())),
            store.set(PLAIN_HTTP, Some(hosts.join("\n").as_str()).filter(|text| !text.is_empty())),
        ];
        done.iter().all(|done| *done)
    }

    /// Puts a registry at the head of those visited.
    pub fn visit(&mut self, registry: &str) {
        self.registries.retain(|known| known != registry);
        self.registries.insert(0, registry.to_owned());
        self.registries.truncate(caps::REGISTRIES_KEPT);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use std::{cell::RefCell, collections::BTreeMap};

    use super::*;

    #[derive(Default)]
    struct Memory(RefCell<BTreeMap<String, String>>);

    impl SettingsStore for Memory {
        fn get(&self, name: &str) -> Option<String> {
            self.0.borrow().get(name).cloned()
        }

        fn set(&self, name: &str, value: Option<&str>) -> bool {
            let mut map = self.0.borrow_mut();
            match value {
                Some(value) => drop(map.insert(name.to_owned(), value.to_owned())),
                None => drop(map.remove(name)),
            }
            true
        }
    }

    #[test]
    fn what_was_chosen_comes_back() {
        let store = Memory::default();
        let mut settings = Settings::load(&store);
        assert_eq!(settings, Settings::default());
        settings.theme = Theme::Dark;
        settings.plain_http.push("reg:5000".parse().unwrap());
        settings.visit("ghcr.io");
        settings.visit("http://reg:5000");
        settings.visit("ghcr.io");
        assert!(settings.save(&store));
        assert_eq!(Settings::load(&store), settings);
        assert_eq!(settings.registries, ["ghcr.io", "http://reg:5000"]);
    }

    #[test]
    fn cap_registries_kept_forgets_the_oldest() {
        let mut settings = Settings::default();
        for number in 0..=caps::REGISTRIES_KEPT {
            settings.visit(&format!("r{number}.example"));
            assert_eq!(settings.registries.len(), caps::REGISTRIES_KEPT.min(number + 1));
        }
        assert!(!settings.registries.contains(&"r0.example".to_owned()));
    }

    #[test]
    fn nothing_visited_is_kept_where_that_is_not_wanted() {
        let store = Memory::default();
        let mut settings = Settings { remember: false, ..Settings::default() };
        settings.visit("ghcr.io");
        settings.save(&store);
        assert!(store.get(REGISTRIES).is_none());
        assert!(!Settings::load(&store).remember);
    }

    #[test]
    fn broken_storage_is_no_settings() {
        let store = Memory::default();
        store.set(THEME, Some("purple"));
        store.set(PLAIN_HTTP, Some("not a host\nok.example"));
        let settings = Settings::load(&store);
        assert_eq!(settings.theme, Theme::System);
        assert_eq!(settings.plain_http, ["ok.example".parse().unwrap()]);
        assert!(!settings.save(&NoStore));
    }
}
