//! One client per registry, made once (R50), so that its memory and its tokens are shared.

use std::{cell::RefCell, rc::Rc};

use litemap::LiteMap;

use super::{Connection, RemoteRegistry};
use crate::{
    error::Result,
    oci::Host,
    registry::{Cache, CacheLimits},
    transport::Stack,
    wire::Scheme,
};

/// A host, and the scheme if one was given.
type ClientKey = (Host, Option<Scheme>);

/// The clients of a page or a program.
pub struct Clients {
    stack: Stack,
    configured: RefCell<LiteMap<Host, Connection>>,
    made: RefCell<LiteMap<ClientKey, Result<RemoteRegistry>>>,
    cached: RefCell<LiteMap<ClientKey, Rc<CachedRegistry>>>,
}

/// A client with a cache in front of it (R86 to R93).
pub type CachedRegistry = Cache<RemoteRegistry>;

impl Clients {
    /// Returns an empty set. All its clients send through this stack.
    pub fn new(stack: Stack) -> Self {
        Self {
            stack,
            configured: RefCell::default(),
            made: RefCell::default(),
            cached: RefCell::default(),
        }
    }

    /// Returns the stack that all clients send through.
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// Returns the client for a host: by its configuration, else by the rule (R13). A scheme that is
    /// given wins. Asking again gives the same client, or the same error.
    ///
    /// # Errors
    /// `InvalidInput` if the host cannot be reached.
    pub fn get(&self, host: &Host, scheme: Option<Scheme>) -> Result<RemoteRegistry> {
        let key = (host.clone(), scheme);
        if let Some(made) = self.made.borrow().get(&key) {
            return made.clone();
        }
        let client = self.connection(host, scheme).map(|c| RemoteRegistry::new(c, &self.stack));
        self.made.borrow_mut().insert(key, client.clone());
        client
    }

    /// Returns the client for a host with a cache in front, which keeps objects of up to 4 MiB: one client, one
    /// cache, one limiter and one set of tokens for each registry (R50, R87).
    ///
    /// # Errors
    /// As for [`Clients::get`].
    pub fn cached(&self, host: &Host, scheme: Option<Scheme>) -> Result<Rc<CachedRegistry>> {
        let key = (host.clone(), scheme);
        if let Some(cached) = self.cached.borrow().get(&key) {
            return Ok(Rc::clone(cached));
        }
        let (client, clock) = (self.get(host, scheme)?, Rc::clone(self.stack.clock()));
        let clock = Rc::new(move || clock.now());
        let cached = Rc::new(Cache::new(Rc::new(client), CacheLimits::default(), clock));
        self.cached.borrow_mut().insert(key, Rc::clone(&cached));
        Ok(cached)
    }

    fn connection(&self, host: &Host, scheme: Option<Scheme>) -> Result<Connection> {
        match (scheme, self.configured.borrow().get(host)) {
            (Some(scheme), _) => Connection::with_scheme(host, scheme),
            (None, Some(connection)) => Ok(connection.clone()),
            (None, None) => Connection::to(host),
        }
    }

    /// Sets the connection of a host, such as one through a proxy (R14, R55). Forgets its client.
    pub fn configure(&self, connection: Connection) {
        self.forget(&connection.host);
        self.configured.borrow_mut().insert(connection.host.clone(), connection);
    }

    /// Forgets the clients of a host, and its configuration.
    pub fn forget(&self, host: &Host) {
        self.configured.borrow_mut().remove(host);
        self.made.borrow_mut().retain(|(known, _), _| known != host);
        self.cached.borrow_mut().retain(|(known, _), _| known != host);
    }

    /// Counts the clients that were made, or could not be.
    #[cfg(test)]
    pub(super) fn known(&self) -> usize {
        self.made.borrow().len()
    }
}
