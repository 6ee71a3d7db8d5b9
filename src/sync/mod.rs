//! Waiting for one another within one thread: a wait queue, a single flight, and batches.
//!
//! All are safe under cancelling: a future that is dropped leaves the queue, and the others never
//! hang.

mod batches;
mod notify;
mod single_flight;

pub use batches::Batches;
pub use notify::Notify;
pub use single_flight::{Flight, SingleFlight};
