//! The commands that show the same, in words.

/// The label of the tab.
pub const LABEL: &str = "Commands";
/// The setting that Docker needs first.
pub const DAEMON_JSON: &str = "Docker needs this in its daemon.json first: ";

/// Copies a command.
pub fn copy_command(tool: &str) -> String {
    format!("Copy the {tool} command")
}
