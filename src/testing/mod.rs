//! Doubles for tests: a transport that answers from a script, and a clock that does not wait. They are
//! built with the feature `testing`, and are no part of the library otherwise. The recorder and the images
//! are for the tests of this crate alone.

#[cfg(test)]
pub(crate) mod images;
#[cfg(test)]
pub(crate) mod recorder;
mod scripted;
mod virtual_clock;

pub use scripted::{Reply, Scripted, Sent};
pub use virtual_clock::VirtualClock;
