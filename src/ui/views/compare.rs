//! Comparing comes with its engine; until then its address shows the tree.

pub(super) use super::tree::draw;
