//! The first page.

/// Heading of the registries visited.
pub const REGISTRIES: &str = "Registries you have been to";
/// Said where there are none.
pub const NO_REGISTRIES: &str = "None yet. Type a reference or a registry's host above.";
/// Heading of the examples.
pub const EXAMPLES: &str = "What can be typed";
/// One example of each kind.
pub const EXAMPLE_REFERENCES: [&str; 5] = [
    "localhost:5000",
    "localhost:5000/library/alpine",
    "registry.example/team/app:1.0",
    "registry.example/team/app@sha256:…",
    "http://registry.example:5000/app:1.0",
];
/// The meaning of an address.
pub const EXAMPLES_NOTE: &str =
    "The reference is the address: every page can be bookmarked, sent, and opened in a new tab.";
/// Heading of the explanation.
pub const WHAT: &str = "What this is";
/// The explanation.
pub const ABOUT: [&str; 3] = [
    "Porthole reads registries straight from this page: no server in between, no account. What it \
     shows from a digest was counted and hashed here first, and it says so: verified, mismatch, or \
     not verified and why.",
    "A browser only lets a page read a registry that allows it: by CORS headers \
     (Access-Control-Allow-Origin), or by being served from the same host as this page. Docker Hub \
     and GitHub's registry do neither.",
    "Nothing is sent to anyone but the registry you name. Passwords are kept in memory only, and \
     are gone with the tab.",
];
