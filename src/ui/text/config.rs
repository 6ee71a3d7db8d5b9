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
/// The value of a user that the configuration does not set (image-spec: the platform's default).
pub const USER_NOT_SET: &str = "not set, so root";
/// An artifact without a configuration.
pub const EMPTY_CONFIG: &str =
    "The config is empty, as it is for artifacts: there is nothing in it.";
/// A document without a configuration.
pub const NO_CONFIG: &str = "This document has no config.";
/// Schema 1 has no configuration.
pub const SCHEMA1_CONFIG: &str =
    "A Docker schema 1 manifest has no config of its own: see its history and its JSON.";

/// Names of the facts of a configuration.
pub mod fact {
    /// The platform that it is built for.
    pub const PLATFORM: &str = "Platform";
    /// The time of the build.
    pub const CREATED: &str = "Created";
    /// The row of `author`.
    pub const AUTHOR: &str = "Author";
    /// The user that the process runs as.
    pub const USER: &str = "User";
    /// The row of `config.Entrypoint`.
    pub const ENTRYPOINT: &str = "Entrypoint";
    /// The command, or the arguments of the entrypoint.
    pub const COMMAND: &str = "Command";
    /// The row of `config.WorkingDir`.
    pub const WORKING_DIR: &str = "Working directory";
    /// The ports that it listens to.
    pub const PORTS: &str = "Ports";
    /// The paths of its volumes.
    pub const VOLUMES: &str = "Volumes";
    /// The signal that stops it.
    pub const STOP_SIGNAL: &str = "Stop signal";
    /// The shell of shell-form commands.
    pub const SHELL: &str = "Shell";
    /// The instructions for images built from it.
    pub const ON_BUILD: &str = "On build";
    /// The command that tells whether it works.
    pub const HEALTH_CHECK: &str = "Health check";
}

/// Names of the settings of a health check, each before a duration.
pub mod health {
    /// The time between two checks.
    pub const INTERVAL: &str = "every";
    /// The longest time for one check.
    pub const TIMEOUT: &str = "at most";
    /// The time that a start may take.
    pub const START_PERIOD: &str = "after a start of";
    /// The time between two checks during a start.
    pub const START_INTERVAL: &str = "meanwhile every";
}

/// The failures after which a container counts as unhealthy.
pub fn retries(count: i64) -> String {
    format!("{count} failures in a row make it unhealthy")
}

/// Copies the value of one fact.
pub fn copy(fact: &str) -> String {
    format!("Copy: {fact}")
}

/// Copies all values of a section.
pub fn copy_all(section: &str) -> String {
    format!("Copy all: {section}")
}
