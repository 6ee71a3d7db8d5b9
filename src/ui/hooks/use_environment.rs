//! The environment of the pages that need a registry, from the shell.

use yew::prelude::*;

use super::use_shell_context;
use crate::app::Environment;

/// Returns the environment if there is a shell and the explorer's code is loaded.
#[hook]
pub fn use_environment() -> Option<Environment> {
    use_shell_context().and_then(|context| context.explorer.environment())
}
