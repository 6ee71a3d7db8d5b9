//! State of the application, without a DOM.

pub mod views;
