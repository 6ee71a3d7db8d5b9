//! Connections of this tab: one client per registry, made when first needed and kept, with all
//! that it learns (tokens, abilities, what it has read).

pub mod absent_apis;
pub mod accounts;
pub mod doctor;
pub mod remote_reader;

use std::{cell::RefCell, fmt, rc::Rc};

use litemap::LiteMap;

#[cfg(target_arch = "wasm32")]
use super::{Accounts, browser_storage::BrowserStorage};
use super::{RegistryAddress, settings::SharedSettingsStore};
use crate::app::session::{
    doctor::{Doctor, Examination},
    remote_reader::RemoteReader,
};
#[cfg(not(target_arch = "wasm32"))]
use crate::ops::blob_reader::LocalReader;
#[cfg(target_arch = "wasm32")]
use crate::transport::{BrowserClock, Fetch, OwnPolicy, SharedClock, violations};
use crate::{
    client::{Clients, RemoteRegistry},
    engine::Engine,
    error::{ErrorKind, Limitation, Result},
    oci::RepositoryName,
    ops::{
        blob_reader::SharedBlobReader,
        graph::WalkOptions,
        verify::{Report, verify_by},
    },
    registry::{self, Cache, CacheLimits, Manifest, SharedSource},
    transport::Stack,
};

/// Connects to a registry. Tests hand in one that answers from memory.
pub type Connector = Rc<dyn Fn(&RegistryAddress) -> Result<Connection>>;

/// Clients that send through this stack, each behind a cache of its own. The engine reads their blobs, and
/// `store` keeps for the tab what they learn.
pub fn remote(stack: Stack, engine: Rc<Engine>, store: SharedSettingsStore) -> Connector {
    connector(stack, store, move |client| Rc::new(RemoteReader::new(client, Rc::clone(&engine))))
}

/// The same without an engine: blobs are read in this thread. A page has no code for that.
#[cfg(not(target_arch = "wasm32"))]
pub fn remote_in_thread(stack: Stack, store: SharedSettingsStore) -> Connector {
    connector(stack, store, |client| {
        let source: SharedSource = Rc::new(client);
        Rc::new(LocalReader::new(source))
    })
}

fn connector(
    stack: Stack,
    store: SharedSettingsStore,
    reader: impl Fn(RemoteRegistry) -> SharedBlobReader + 'static,
) -> Connector {
    let clock = Rc::clone(stack.clock());
    let now: registry::Clock = Rc::new(move || clock.now());
    // Broken remote data is shown, and said to be broken.
    let clients = Clients::new(stack.as_viewer());
    Rc::new(move |address| {
        let client = clients.get(&address.host, Some(address.scheme))?;
        absent_apis::remember(&client, address, &store);
        let source: SharedSource = Rc::new(client.clone());
        let registry = Rc::new(Cache::new(source, CacheLimits::default(), Rc::clone(&now)));
        Ok(Connection { address: address.clone(), registry, blobs: reader(client) })
    })
}

/// The connections of a page at this address, over fetch, and the accounts that they use.
#[cfg(target_arch = "wasm32")]
pub fn in_a_browser(page: &str) -> (Rc<Connections>, Accounts) {
    let engine = crate::engine::in_a_browser();
    let clock: SharedClock = Rc::new(BrowserClock);
    let network = OwnPolicy::new(Rc::new(Fetch), Rc::clone(&clock), violations());
    let stack = Stack::over(Rc::new(network), clock);
    let accounts = Accounts::of(&stack);
    let doctor = crate::app::session::doctor::doctor(stack.clone(), page);
    (
        Rc::new(
            Connections::new(remote(stack, engine, Rc::new(BrowserStorage::Tab)))
                .with_doctor(doctor),
        ),
        accounts,
    )
}

/// A registry with its address. Cheap to clone; equal only to itself, so that it serves as a prop.
#[derive(Clone)]
pub struct Connection {
    /// The address of the registry.
    pub address: RegistryAddress,
    /// The source that answers.
    pub registry: SharedSource,
    /// The reader of its blobs, which keeps what is in its layers.
    pub blobs: SharedBlobReader,
}

impl Connection {
    /// A source of images in this program. A page has no code that reads its blobs.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn local(address: RegistryAddress, registry: SharedSource) -> Self {
        let blobs = Rc::new(LocalReader::new(Rc::clone(&registry)));
        Self { address, registry, blobs }
    }

    /// Verifies everything under a manifest.
    pub(super) async fn verify(
        &self,
        repository: &RepositoryName,
        root: Manifest,
        options: &WalkOptions,
    ) -> Report {
        verify_by(&*self.registry, &*self.blobs, repository, root, options).await
    }
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
    doctor: Option<Doctor>,
    open: RefCell<LiteMap<RegistryAddress, Connection>>,
}

impl Connections {
    /// No connection yet; `connect` makes them.
    pub fn new(connect: Connector) -> Self {
        Self { connect, doctor: None, open: RefCell::default() }
    }

    /// Adds the doctor, which finds out why a registry cannot be read.
    #[must_use]
    pub fn with_doctor(self, doctor: Doctor) -> Self {
        Self { doctor: Some(doctor), ..self }
    }

    /// Finds out why a registry cannot be read, if it cannot.
    pub fn examine(&self, address: &RegistryAddress) -> Examination {
        match &self.doctor {
            Some(doctor) => doctor(address),
            None => Box::pin(async { Err(ErrorKind::Unsupported(Limitation::NoDoctor).into()) }),
        }
    }

    /// The connection to a registry; the same one for as long as the tab lives (R50).
    ///
    /// # Errors
    /// `InvalidInput` if the host is none that a browser can reach.
    pub fn to(&self, address: &RegistryAddress) -> Result<Connection> {
        if let Some(known) = self.open.borrow().get(address) {
            return Ok(known.clone());
        }
        let connection = (self.connect)(address)?;
        self.open.borrow_mut().insert(address.clone(), connection.clone());
        Ok(connection)
    }

    /// Forgets what was read from a registry, as after signing out: the next reader may be another
    /// person. The registry goes by the key of its credentials.
    pub fn forget(&self, credential_key: &str) {
        self.open.borrow_mut().retain(|address, _| address.credential_key() != credential_key);
    }
}
