//! The configuration of an image, in words.

/// The label of the tab.
pub const LABEL: &str = "Config";
/// Stands where a config does not say something.
pub const NOT_STATED: &str = "not stated";
/// The exact bytes of a configuration.
pub const EXACT_JSON: &str = "The exact bytes";
/// Environment of a configuration.
pub const ENVIRONMENT: &str = "Environment";
/// Labels of a configuration.
pub const LABELS: &str = "Labels";
/// No user is set.
pub const USER_NOT_SET: &str = "not set, so root";
/// An artifact without a configuration.
pub const EMPTY_CONFIG: &str =
    "The config is empty, as it is for artifacts: there is nothing in it.";
/// A document without a configuration.
pub const NO_CONFIG: &str = "This document has no config.";
/// Schema 1 has no configuration.
pub const SCHEMA1_CONFIG: &str =
    "A Docker schema 1 manifest has no config of its own: see its history and its JSON.";
