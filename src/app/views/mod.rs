//! What the views of a reference show, as plain values made from documents: no DOM, no I/O.

pub mod dockerfile;
pub mod hostile;
pub mod json;
