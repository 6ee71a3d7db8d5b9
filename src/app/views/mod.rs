//! The content of the views of a reference, as plain values made from documents. No DOM.

pub mod commands;
pub mod config;
pub mod files;
pub mod hex;
pub mod history;
pub mod image;
pub mod json;
pub mod layers;
pub mod object;
pub mod platform_choice;
pub mod sizes;
pub mod tree;
pub mod verify;
pub mod visible_text;
