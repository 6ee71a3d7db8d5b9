//! The layers that an engine keeps, in sets that belong together.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use crate::layers::index::LayerIndex;

/// The indexes of an engine, one for each set of layers. Clones share them.
#[derive(Clone, Default)]
pub(super) struct LayerSets(Rc<RefCell<BTreeMap<u64, LayerIndex>>>);

impl LayerSets {
    /// Does something with the index of a set; an index that is not there is made.
    pub(super) fn with<T>(&self, set: u64, act: impl FnOnce(&mut LayerIndex) -> T) -> T {
        act(self.0.borrow_mut().entry(set).or_default())
    }

    pub(super) fn forget(&self, set: u64) {
        self.0.borrow_mut().remove(&set);
    }
}
