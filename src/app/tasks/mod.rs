//! The tasks that a page starts, watches and cancels: each is a state that a component shows, and the
//! work that changes it. Queries read what a page shows; tasks do something that takes time.

pub mod extract_file;
pub mod read_layers;
pub mod verify;
