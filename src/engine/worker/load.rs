//! The point at which the published engine is split: the code that keeps layers is loaded here.

use std::rc::Rc;

use super::{index_store::IndexStore, layer_store::LayerStore};
use crate::error::{EngineFault, ErrorKind, Result};

/// Loads the code that keeps layers, and makes a store that is empty.
pub(super) async fn load_layer_store() -> Result<Rc<dyn LayerStore>> {
    load().await.map_err(|why| ErrorKind::Engine(EngineFault::NotLoaded(why)).into())
}

#[cfg(all(porthole_parts, feature = "engine"))]
async fn load() -> std::result::Result<Rc<dyn LayerStore>, String> {
    files().await.map_err(|error| error.to_string())
}

/// The one function through which an engine reaches the code that keeps layers.
#[cfg(all(porthole_parts, feature = "engine"))]
#[wasm_split_helpers::wasm_split(files, fallible)]
fn files() -> std::result::Result<Rc<dyn LayerStore>, wasm_split_helpers::SplitLoaderError> {
    Ok(Rc::new(IndexStore::default()))
}

#[cfg(not(all(porthole_parts, feature = "engine")))]
#[allow(clippy::unused_async, reason = "an engine of two parts waits here for the second one")]
async fn load() -> std::result::Result<Rc<dyn LayerStore>, String> {
    Ok(Rc::new(IndexStore::default()))
}
