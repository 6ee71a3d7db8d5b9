//! Clients as a tool wants them that runs and ends: one for each registry, made once, with a cache in memory,
//! the limiter of Docker Hub, and the proxy that Docker Hub is read through (S1 `Client`).

use std::{cell::RefCell, rc::Rc};

use litemap::LiteMap;

use super::{Clients, Connection, hub_proxy};
use crate::{
    error::Result,
    oci::Host,
    registry::{Cache, CacheLimits, SharedRegistry},
    transport::Stack,
    wire::BaseUrl,
};

/// The clients of a program, each with a cache of what is at most 4 MiB large (R50, R86 to R93). What the
/// stack brings is part of each: trying again, and Docker Hub's 300 requests per minute (R41).
///
/// ```
/// use std::rc::Rc;
///
/// use porthole::{
///     client::CachedClients,
///     oci::ManifestRef,
///     testing::{Reply, Scripted, VirtualClock},
///     transport::Stack,
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Stands for a registry: `Stack::native()` asks a real one.
/// let script = Scripted::answering(VirtualClock::default().shared(), |_, _| {
///     Reply::ok(r#"{"schemaVersion":2,"manifests":[]}"#)
/// });
/// let clients = CachedClients::new(Stack::over(script.clone(), VirtualClock::default().shared()));
/// for _ in 0..2 {
///     let registry = clients.get(&"registry.example".parse()?)?;
///     registry.manifest(&"team/app".parse()?, &ManifestRef::Tag("v1".parse()?)).await?;
/// }
/// assert_eq!(script.sent().len(), 1);
/// # Ok(())
/// # }
/// ```
pub struct CachedClients {
    clients: Clients,
    limits: CacheLimits,
    made: RefCell<LiteMap<Host, Result<SharedRegistry>>>,
}

impl CachedClients {
    /// Returns an empty set. All its clients send through this stack.
    pub fn new(stack: Stack) -> Self {
        let (clients, made) = (Clients::new(stack), RefCell::default());
        Self { clients, limits: CacheLimits::default(), made }
    }

    /// Returns an empty set that reads Docker Hub through the proxy that `DOCKERHUB_PUBLIC_PROXY` or
    /// `DOCKERHUB_PUBLIC_PROXY_HOST` names (R55).
    ///
    /// # Errors
    /// As for [`hub_proxy`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn from_environment(stack: Stack) -> Result<Self> {
        let clients = Self::new(stack);
        match hub_proxy::of_environment()? {
            Some(proxy) => clients.reading_hub_through(proxy),
            None => Ok(clients),
        }
    }

    /// Reads and lists Docker Hub through a proxy, whose 404 is final; writes go to Docker Hub (R55).
    ///
    /// # Errors
    /// `InvalidInput` if Docker Hub cannot be reached.
    pub fn reading_hub_through(self, proxy: BaseUrl) -> Result<Self> {
        self.clients.configure(Connection::to(&Host::docker_hub())?.reading_through(proxy));
        Ok(self)
    }

    /// Sets the room of each cache, and the time that tags are kept.
    #[must_use]
    pub fn keeping(mut self, limits: CacheLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Returns the clients below the caches.
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// Returns the registry of a host. Asking again gives the same, with the same cache, or the same error.
    ///
    /// # Errors
    /// As for [`Clients::get`].
    pub fn get(&self, host: &Host) -> Result<SharedRegistry> {
        if let Some(made) = self.made.borrow().get(host) {
            return made.clone();
        }
        let clock = Rc::clone(self.clients.stack().clock());
        let now = Rc::new(move || clock.now());
        let cached =
            |client| -> SharedRegistry { Rc::new(Cache::new(Rc::new(client), self.limits, now)) };
        let made = self.clients.get(host, None).map(cached);
        self.made.borrow_mut().insert(host.clone(), made.clone());
        made
    }
}
