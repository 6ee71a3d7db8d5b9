//! The faults between a client and a registry: 32 faults of networks, servers and proxies, which the fault
//! tests try with every operation, and some faults of content.

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
