//! The state that the layers of one instance share.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use crate::faults::Plan;
use crate::hostile::Gallery;
use crate::log::Log;
use crate::random::Random;
use crate::store::Store;
use crate::switches::Switches;
use crate::tokens::Tokens;

/// One running registry. The layers hold it by `Arc`.
pub(crate) struct Instance {
    switches: RwLock<Arc<Switches>>,
    pub(crate) log: Log,
    pub(crate) store: Store,
    pub(crate) tokens: Tokens,
    pub(crate) plan: Plan,
    pub(crate) random: Random,
    pub(crate) gallery: Gallery,
    /// The address at which the registry listens.
    pub(crate) address: SocketAddr,
    /// The address at which the companion listens.
    pub(crate) companion: SocketAddr,
}

impl Instance {
    pub(crate) fn new(switches: Switches, address: SocketAddr, companion: SocketAddr) -> Self {
        Self {
            gallery: Gallery::default(),
            random: Random::new(switches.random_seed),
            plan: Plan::new(switches.faults.clone()),
            switches: RwLock::new(Arc::new(switches)),
            log: Log::default(),
            store: Store::default(),
            tokens: Tokens::default(),
            address,
            companion,
        }
    }

    /// Returns the present switches.
    pub(crate) fn switches(&self) -> Arc<Switches> {
        Arc::clone(&self.switches.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes switches while the instance runs. The counts of the fault rules start again at 0.
    pub(crate) fn turn(&self, change: impl FnOnce(&mut Switches)) {
        let mut guard = self.switches.write().unwrap_or_else(PoisonError::into_inner);
        let mut switches = Switches::clone(&guard);
        change(&mut switches);
        self.plan.replace(switches.faults.clone());
        *guard = Arc::new(switches);
    }
}
