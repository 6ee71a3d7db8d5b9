//! Waiting for one another within one thread: a wait queue, and a single flight.
//!
//! Knows nothing of what is waited for. Both are safe under cancelling: a future that is dropped
//! leaves the queue, and never takes the work of the others with it.

mod notify;
mod single_flight;

pub use notify::Notify;
pub use single_flight::{Flight, SingleFlight};
