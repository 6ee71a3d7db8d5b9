//! What the page gets from outside: connections and the time. Tests hand in their own.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::{Connection, Connections, RegistryAddress};

/// What the page gets from outside.
#[derive(Clone)]
pub struct Environment {
    /// The registries.
    pub connections: Rc<Connections>,
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
    use_context::<Environment>()
}

/// The connection to a registry.
#[hook]
pub fn use_connection(address: &RegistryAddress) -> Option<Connection> {
    let environment = use_environment();
    use_memo((address.clone(), environment), |(address, environment)| {
        environment.as_ref().map(|environment| environment.connections.to(address))
    })
    .as_ref()
    .clone()
}
