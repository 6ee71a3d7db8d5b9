//! The content of the registry at its start. Code builds it, with the same bytes and digests every time.

mod artifacts;
mod broken;
mod catalogue;
mod config;
mod docker;
mod images;
mod json;
mod layers;
mod lists;
mod referrers;
mod repository;
mod statements;
mod tables;

pub use catalogue::CATALOGUE;

use crate::instance::Instance;
use crate::switches::Seed;

/// Fills the store as the switches say.
pub(crate) async fn load(instance: &Instance) {
    let seed = instance.switches().seed;
    let store = &instance.store;
    if seed == Seed::Empty {
        return;
    }
    let family = images::load(store).await;
    referrers::load(store, &family).await;
    docker::load(store).await;
    artifacts::load(store).await;
    tables::load(store).await;
    broken::load(store).await;
    if seed == Seed::Full {
        lists::load(store).await;
    }
}
