//! The environment of the pages that need a registry: connections, accounts and the time. Tests hand in
//! their own.

use std::rc::Rc;

use super::{Accounts, Connections};

/// The environment of the pages that need a registry.
#[derive(Clone)]
pub struct Environment {
    /// The registries.
    pub connections: Rc<Connections>,
    /// The credentials that the person typed.
    pub accounts: Accounts,
    /// Returns the seconds since 1970, for ages.
    pub now: fn() -> i64,
}

impl PartialEq for Environment {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.connections, &other.connections)
    }
}
