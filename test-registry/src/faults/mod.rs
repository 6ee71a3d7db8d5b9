//! What can go wrong between a client and a registry: 32 faults of networks, servers and things in between
//! (`reference/security-reliability.md` 4.3), and some of content.

mod apply;
mod body;
mod fault;
mod gauntlet;
mod plan;
mod rule;

pub use fault::Fault;
pub use rule::Rule;

pub(crate) use apply::layer;
pub(crate) use plan::Plan;
