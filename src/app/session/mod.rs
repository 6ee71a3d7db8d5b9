//! Connections of this tab: one client per registry, made when first needed and kept, with all
//! that it learns (tokens, abilities, what it has read).

pub mod accounts;
pub mod doctor;
pub mod inspector;
pub mod layers;

use std::{cell::RefCell, fmt, rc::Rc};

use litemap::LiteMap;

#[cfg(target_arch = "wasm32")]
use super::Accounts;
use super::{Inspector, RegistryAddress};
use crate::app::session::{
    doctor::{Doctor, Examination},
    layers::SharedOpener,
};
#[cfg(target_arch = "wasm32")]
use crate::transport::{BrowserClock, Fetch};
use crate::{
    client::Clients,
    engine::Engine,
    error::{ErrorKind, Result},
    oci::RepositoryName,
    ops::{
        graph::WalkOptions,
        verify::{Report, verify_by},
    },
    registry::{self, Cache, CacheLimits, Manifest, SharedSource},
    transport::Stack,
};

/// Connects to a registry. Tests hand in one that answers from memory.
pub type Connector = Rc<dyn Fn(&RegistryAddress) -> Result<Connection>>;

/// Clients that send through this stack, each behind a cache of its own. With an engine the stack must
/// end in its door.
pub fn remote(stack: Stack, engine: Option<Rc<Engine>>) -> Connector {
    let clock = Rc::clone(stack.clock());
    let now: registry::Clock = Rc::new(move || clock.now());
    let clients = Clients::new(stack);
    Rc::new(move |address| {
        let client = clients.get(&address.host, Some(address.scheme))?;
        let source: SharedSource = Rc::new(client.clone());
        let inspector = engine.clone().map(|engine| Inspector::new(client, engine));
        let layers = match &inspector {
            Some(inspector) => layers::in_engine(inspector.clone()),
            None => layers::here(&source),
        };
        let registry = Rc::new(Cache::new(source, CacheLimits::default(), Rc::clone(&now)));
        Ok(Connection { address: address.clone(), registry, inspector, layers })
    })
}

/// The connections of a page at this address, over fetch, and the accounts that they use.
#[cfg(target_arch = "wasm32")]
pub fn in_a_browser(page: &str) -> (Rc<Connections>, Accounts) {
    let engine = crate::engine::in_a_browser();
    let door = crate::engine::Door::new(Rc::new(Fetch), Rc::clone(&engine));
    let stack = Stack::over(Rc::new(door), Rc::new(BrowserClock));
    let accounts = Accounts::of(&stack);
    let doctor = crate::app::session::doctor::doctor(stack.clone(), page);
    (Rc::new(Connections::new(remote(stack, Some(engine))).with_doctor(doctor)), accounts)
}

/// A registry and where it is. Cheap to clone; equal only to itself, so that it serves as a prop.
#[derive(Clone)]
pub struct Connection {
    /// Where it is.
    pub address: RegistryAddress,
    /// What answers.
    pub registry: SharedSource,
    /// Who reads its layers. Every registry in a browser has one.
    pub inspector: Option<Inspector>,
    /// Who opens its layers, and keeps what is in them.
    pub layers: SharedOpener,
}

impl Connection {
    /// A source of images in this program.
    pub fn local(address: RegistryAddress, registry: SharedSource) -> Self {
        let layers = layers::here(&registry);
        Self { address, registry, inspector: None, layers }
    }

    /// Verifies everything under a manifest.
    pub(super) async fn verify(
        &self,
        repository: &RepositoryName,
        root: Manifest,
        options: &WalkOptions,
    ) -> Result<Report> {
        let source = &*self.registry;
        match &self.inspector {
            Some(inspector) => Ok(verify_by(source, inspector, repository, root, options).await),
            None => here(source, repository, root, options).await,
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
async fn here(
    source: &dyn registry::Source,
    repository: &RepositoryName,
    root: Manifest,
    options: &WalkOptions,
) -> Result<Report> {
    Ok(crate::ops::verify::verify(source, repository, root, options).await)
}

/// The page has no code that looks into layers: that is loaded with the engine.
#[cfg(target_arch = "wasm32")]
async fn here(
    _: &dyn registry::Source,
    _: &RepositoryName,
    _: Manifest,
    _: &WalkOptions,
) -> Result<Report> {
    Err(ErrorKind::Unsupported("there is no engine here".to_owned()).into())
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

    /// The same with somebody to ask why a registry cannot be read.
    #[must_use]
    pub fn with_doctor(self, doctor: Doctor) -> Self {
        Self { doctor: Some(doctor), ..self }
    }

    /// Finds out why a registry cannot be read, if it cannot.
    pub fn examine(&self, address: &RegistryAddress) -> Examination {
        match &self.doctor {
            Some(doctor) => doctor(address),
            None => {
                let why = ErrorKind::Unsupported("nobody is here to examine it".to_owned());
                Box::pin(async { Err(why.into()) })
            }
        }
    }

    /// The connection to a registry; the same one for as long as the tab lives (R50).
    ///
    /// # Errors
    /// `InvalidInput` where the host is none that a browser can reach.
    pub fn to(&self, address: &RegistryAddress) -> Result<Connection> {
        if let Some(known) = self.open.borrow().get(address) {
            return Ok(known.clone());
        }
        let connection = (self.connect)(address)?;
        self.open.borrow_mut().insert(address.clone(), connection.clone());
        Ok(connection)
    }

    /// Forgets what was read from a registry, as after signing out: the next one to look may be
    /// somebody else.
    pub fn forget(&self, host: &str) {
        self.open.borrow_mut().retain(|address, _| address.host.as_str() != host);
    }
}
