//! The settings.

use crate::app::Theme;

/// Heading.
pub const THEME: &str = "Colours";
/// Heading.
pub const MEMORY: &str = "Memory";
/// The note about the memory of the browser.
pub const MEMORY_NOTE: &str = "These settings and the registries you visit are kept in this browser, never passwords. Where \
     the browser's storage is switched off they are gone with the tab. Until the tab is closed it also keeps \
     which registries have no referrers API.";
/// A choice.
pub const REMEMBER: &str = "Remember the registries I visit";
/// A button.
pub const FORGET: &str = "Forget them now";
/// Heading.
pub const PLAIN_HTTP: &str = "Registries over plain http";
/// The purpose of the list of plain-http registries.
pub const PLAIN_HTTP_NOTE: &str = "Registries on this machine and at private addresses are read over http, all others over \
     https. Name a host here to read it over http when you type it without a scheme. Nothing is \
     encrypted then.";
/// Label of a field.
pub const HOST: &str = "Host";
/// A button.
pub const ADD: &str = "Add";
/// A button.
pub const REMOVE: &str = "Remove";
/// Said where what was typed is no host.
pub const NO_HOST: &str = "That is not a host.";

/// The name of a theme.
pub fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "As the system",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    }
}
