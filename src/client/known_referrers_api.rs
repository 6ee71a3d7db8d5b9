//! Knowledge of a registry's referrers API. It is learnt by one question (R107).

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use crate::{registry::ReferrersApi, sync::Notify};

/// Keeps what an answer of the API said, beyond the life of the client. `Listed` asks for nothing to be kept.
pub type KeepReferrersApi = Rc<dyn Fn(&ReferrersApi)>;

/// The knowledge, and the wait for the question that brings it.
#[derive(Default)]
pub(super) struct KnownReferrersApi {
    known: RefCell<Option<Known>>,
    is_asked: Cell<bool>,
    changed: Notify,
    keep: RefCell<Option<KeepReferrersApi>>,
}

/// The content of one answer of the API.
struct Known {
    api: ReferrersApi,
    /// The count of credential changes when it was said.
    changes: u64,
}

impl KnownReferrersApi {
    /// Tells whether there is an API that lists.
    pub(super) fn is_present(&self) -> bool {
        self.known.borrow().as_ref().is_some_and(|known| known.api == ReferrersApi::Listed)
    }

    /// Keeps what an answer said, for as long as the client lives.
    pub(super) fn learn(&self, api: ReferrersApi, changes: u64) {
        if let Some(keep) = &*self.keep.borrow() {
            keep(&api);
        }
        self.known.replace(Some(Known { api, changes }));
    }

    /// Takes over what was kept, and hands on what is learnt from now on.
    pub(super) fn recall(&self, kept: Option<ReferrersApi>, keep: KeepReferrersApi) {
        self.known.replace(kept.map(|api| Known { api, changes: 0 }));
        self.keep.replace(Some(keep));
    }

    /// Forgets what is known, so that the next search asks.
    pub(super) fn forget(&self) {
        self.known.replace(None);
    }

    /// Returns what is known, else the turn to ask. If another question is on its way, its end is
    /// waited for. A refusal holds until a credential changes.
    pub(super) async fn get(&self, changes: u64) -> Result<ReferrersApi, Turn<'_>> {
        self.changed
            .until(|| match &*self.known.borrow() {
                Some(known) if known.holds(changes) => Some(Ok(known.api.clone())),
                _ if self.is_asked.replace(true) => None,
                _ => Some(Err(Turn(self))),
            })
            .await
    }
}

impl Known {
    fn holds(&self, changes: u64) -> bool {
        !matches!(self.api, ReferrersApi::Refused(_)) || self.changes == changes
    }
}

/// The turn to ask. Its end lets the next question look at what is known.
pub(super) struct Turn<'a>(&'a KnownReferrersApi);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.is_asked.set(false);
        self.0.changed.notify_all();
    }
}
