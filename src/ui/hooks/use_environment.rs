//! What the pages of registries get from outside: connections and the time. Tests hand in their own.

use std::rc::Rc;

use yew::prelude::*;

use super::use_surroundings;
use crate::app::{Accounts, Connections};

/// What the pages of registries get from outside.
#[derive(Clone)]
pub struct Environment {
    /// The registries.
    pub connections: Rc<Connections>,
    /// Who the person is.
    pub accounts: Accounts,
    /// Seconds since 1970, for ages.
    pub now: fn() -> i64,
}

impl PartialEq for Environment {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.connections, &other.connections)
    }
}

/// The environment, where the shell has put one.
#[hook]
pub fn use_environment() -> Option<Environment> {
    use_surroundings().and_then(|surroundings| surroundings.explorer.environment())
}
