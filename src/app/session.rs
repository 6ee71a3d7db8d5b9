//! Connections of this tab: one client per registry, made when first needed and kept, with all
//! that it learns (tokens, abilities, what it has read).

use std::{cell::RefCell, collections::BTreeMap, fmt, rc::Rc};

#[cfg(target_arch = "wasm32")]
use super::Accounts;
use super::RegistryAddress;
use crate::{
    client::Clients,
    registry::{self, Cache, Limits, Result, SharedSource},
    transport::Stack,
};

/// Makes a client for a registry. Tests hand in one that answers from memory.
pub type Connector = Rc<dyn Fn(&RegistryAddress) -> Result<SharedSource>>;

/// Clients that send through this stack, each behind a cache of its own.
pub fn remote(stack: Stack) -> Connector {
    let clock = Rc::clone(stack.clock());
    let now: registry::Clock = Rc::new(move || clock.now());
    let clients = Clients::new(stack);
    Rc::new(move |address| {
        let client = clients.get(&address.host, Some(address.scheme))?;
        Ok(Rc::new(Cache::new(Rc::new(client), Limits::default(), Rc::clone(&now))) as SharedSource)
    })
}

/// The connections of a page, over fetch, and the accounts that they use.
#[cfg(target_arch = "wasm32")]
pub fn in_a_browser() -> (Rc<Connections>, Accounts) {
    let stack = Stack::browser();
    let accounts = Accounts::of(&stack);
    (Rc::new(Connections::new(remote(stack))), accounts)
}

/// A registry and where it is. Cheap to clone; equal only to itself, so that it serves as a prop.
#[derive(Clone)]
pub struct Connection {
    /// Where it is.
    pub address: RegistryAddress,
    /// What answers.
    pub registry: SharedSource,
}

impl PartialEq for Connection {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address && Rc::ptr_eq(&self.registry, &other.registry)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({})", self.address)
    }
}

/// The connections of this tab.
pub struct Connections {
    connect: Connector,
    open: RefCell<BTreeMap<RegistryAddress, Connection>>,
}

impl Connections {
    /// No connection yet; `connect` makes them.
    pub fn new(connect: Connector) -> Self {
        Self { connect, open: RefCell::default() }
    }

    /// The connection to a registry; the same one for as long as the tab lives (R50).
    ///
    /// # Errors
    /// `InvalidInput` where the host is none that a browser can reach.
    pub fn to(&self, address: &RegistryAddress) -> Result<Connection> {
        if let Some(known) = self.open.borrow().get(address) {
            return Ok(known.clone());
        }
        let registry = (self.connect)(address)?;
        let connection = Connection { address: address.clone(), registry };
        self.open.borrow_mut().insert(address.clone(), connection.clone());
        Ok(connection)
    }

    /// Forgets what was read from a registry, as after signing out: the next one to look may be
    /// somebody else.
    pub fn forget(&self, host: &str) {
        self.open.borrow_mut().retain(|address, _| address.host.as_str() != host);
    }
}
