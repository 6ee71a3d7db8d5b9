//! Porthole's own commands.
fn main() {}
