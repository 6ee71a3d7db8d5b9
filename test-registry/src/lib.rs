//! A registry for tests and demos, with a switch for every fault.
