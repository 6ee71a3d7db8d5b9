//! Hooks: the behaviour that components share.

mod use_announce;
mod use_environment;
mod use_key;
mod use_pages;
mod use_query;
mod use_route;
mod use_settings;
mod use_shell_context;
mod use_sliced;
mod use_task;
mod use_window_event;

pub use use_announce::use_announce;
pub use use_environment::use_environment;
pub use use_key::{Key, use_key};
pub use use_pages::{Amount, Pages, names, use_pages};
pub use use_query::{Query, use_query};
pub use use_route::use_route;
pub(crate) use use_settings::use_kept_settings;
pub use use_settings::use_settings;
pub use use_shell_context::SettingsHandle;
pub(crate) use use_shell_context::ShellContext;
use use_shell_context::use_shell_context;
pub(crate) use use_sliced::use_sliced;
pub(crate) use use_task::{Task, use_task};
pub use use_window_event::use_window_event;
