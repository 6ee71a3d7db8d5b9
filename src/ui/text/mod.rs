//! Sentences that a person reads, in one place: sentence case, plain words, no full stop on labels.

pub mod accounts;
pub mod addresses;
pub mod age;
pub mod archives;
pub mod commands;
pub mod compare;
pub mod config;
pub mod doctor;
mod engine;
pub mod error;
pub mod file_faults;
pub mod file_types;
pub mod files;
pub mod history;
pub mod home;
pub mod issues;
pub mod json;
pub mod layer_faults;
pub mod layers;
mod layouts;
pub mod list;
pub mod media_types;
pub mod numbers;
pub mod operations;
pub mod ops;
pub mod packages;
pub mod picture;
pub mod references;
pub mod referrers;
pub mod registry;
pub mod report;
pub mod repository;
pub mod settings;
pub mod sizes;
pub mod toc;
pub mod tree;
pub mod urls;
pub mod verification;
pub mod verify;
pub mod views;

use crate::app::{Route, View, view::views};

/// The product.
pub const NAME: &str = "Porthole";
/// The product in one sentence, under its name.
pub const TAGLINE: &str = "Look into any container registry, and know which bytes were checked.";

/// The label of the reference box.
pub const REFERENCE: &str = "Image reference";
/// An example inside the reference box.
pub const REFERENCE_EXAMPLE: &str = "ghcr.io/org/app:1.0";
/// The button of the reference box.
pub const OPEN: &str = "Open";
/// The link to the settings.
pub const SETTINGS: &str = "Settings";
/// The button that lists the keys.
pub const KEYS: &str = "Keys";
/// The button that closes a dialog.
pub const CLOSE: &str = "Close";
/// The first thing the tab key reaches.
pub const SKIP: &str = "Skip to content";
/// Asks again after a failure.
pub const RETRY: &str = "Try again";

/// Stands behind the beginning of a text that is not shown whole.
pub fn bytes_left_out(left: usize) -> String {
    ["… (", &numbers::grouped(left as u64), " bytes more)"].concat()
}

/// Something is on its way.
pub const LOADING: &str = "Loading";
/// Said where a part of the application itself did not arrive.
pub const NOT_LOADED: &str = "A part of Porthole could not be loaded. Check the network. Reload the \
                              page if Porthole was just updated.";
/// Said after copying.
pub const COPIED: &str = "Copied";
/// Said where the browser does not let us copy.
pub const COPY_FAILED: &str = "The browser did not allow copying. Select the text instead.";

macro_rules! label_views {
    ($($(#[$doc:meta])* $view:ident = $name:ident ($depth:ident, $listing:ident);)*) => {
        /// Returns the label of a view's tab.
        pub fn view_label(view: View) -> &'static str {
            match view {
                $(View::$view => $name::LABEL,)*
            }
        }
    };
}
views!(label_views);

/// The heading for an address that means nothing.
pub const NOT_FOUND: &str = "There is nothing at this address";
/// The advice about it.
pub const NOT_FOUND_ADVICE: &str =
    "Type a reference above, such as alpine:3.20 or ghcr.io/org/app@sha256:….";

/// Makes a sentence of a reason: a capital first, a full stop last. A first word that is a name, such as
/// a URL or an algorithm, stays as it is.
pub fn sentence(reason: &str) -> String {
    let first = reason.split(' ').next().unwrap_or_default();
    let is_word = first.chars().all(char::is_alphabetic);
    let mut text = [reason, "."].concat();
    if let Some(first) = text.get_mut(..1).filter(|_| is_word) {
        first.make_ascii_uppercase();
    }
    text
}

/// Returns the first 200 characters of a text from elsewhere, for the middle of a sentence.
pub fn short(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => [text.get(..end).unwrap_or_default(), "…"].concat(),
        None => text.to_owned(),
    }
}

/// The title of the browser's tab.
pub fn title(route: &Route) -> String {
    match (route, address(route)) {
        (Route::Home, name) => name,
        (Route::Reference(place), name) if place.view != View::Tree => {
            [&name, " · ", view_label(place.view), " · ", NAME].concat()
        }
        (_, name) => [&name, " · ", NAME].concat(),
    }
}

/// The name of the thing at an address.
pub fn address(route: &Route) -> String {
    match route {
        Route::Home => NAME.to_owned(),
        Route::Settings => SETTINGS.to_owned(),
        Route::NotFound { .. } => NOT_FOUND.to_owned(),
        Route::Doctor(registry) => ["Connection to ", &registry.to_string()].concat(),
        Route::Registry(registry) => registry.to_string(),
        Route::Repository { repository, .. } => repository.to_string(),
        Route::Reference(place) => place.reference.to_string(),
    }
}

/// Names the links at the end of the header.
pub const PAGE: &str = "Page";
/// Names the links to what holds the thing shown.
pub const TRAIL: &str = "Where this is";
/// Names the tabs of a reference.
pub const VIEWS: &str = "Views";
/// The button that copies a reference.
pub const COPY_REFERENCE: &str = "Copy the reference";
/// The button that copies a digest.
pub const COPY_DIGEST: &str = "Copy the digest";
/// A mistake of ours that ended the application.
pub const PANIC: &str = "Porthole hit an internal error and stopped. Reload the page. Details:";
/// The page's keys and what they do.
pub const KEY_LIST: [(&str, &str); 5] = [
    ("/", "Go to the reference box"),
    ("?", "Show this list"),
    ("Enter", "Open what has the focus"),
    ("Space", "Open and close a branch of a tree"),
    ("Esc", "Close this list"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_with_a_capital_unless_with_a_name() {
        let check = |reason: &str, expected: &str| assert_eq!(sentence(reason), expected);
        check("the registry failed", "The registry failed.");
        check("http://a.b wants more", "http://a.b wants more.");
        check("sha384 cannot be computed here", "sha384 cannot be computed here.");
        check("a/b is a sparse file", "a/b is a sparse file.");
        check("“a” is no name", "“a” is no name.");
        check("", ".");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(short("ä"), "ä");
        assert_eq!(short(&"ä".repeat(201)), "ä".repeat(200) + "…");
    }
}
