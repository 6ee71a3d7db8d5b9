//! A list that grows without moving what is in it: a vector that doubles holds, for a moment, three
//! times what it needs, and memory of wasm never shrinks.

use super::node::FileNode;

/// Nodes of a block.
const BLOCK: usize = 4_096;

/// Nodes by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Nodes {
    /// All but the last are full.
    blocks: Vec<Vec<FileNode>>,
}

impl Nodes {
    pub(super) fn len(&self) -> usize {
        let last = self.blocks.last().map_or(0, Vec::len);
        self.blocks.len().saturating_sub(1) * BLOCK + last
    }

    pub(super) fn get(&self, at: usize) -> Option<&FileNode> {
        self.blocks.get(at / BLOCK)?.get(at % BLOCK)
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut FileNode> {
        self.blocks.get_mut(at / BLOCK)?.get_mut(at % BLOCK)
    }

    pub(super) fn push(&mut self, node: FileNode) {
        match self.blocks.last_mut() {
            Some(block) if block.len() < BLOCK => block.push(node),
            // The first one grows from nothing: most trees are small.
            None => self.blocks.push(vec![node]),
            Some(_) => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(node);
                self.blocks.push(block);
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &FileNode> {
        self.blocks.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use std::rc::Rc;

    use super::*;
    use crate::layers::tree::{ROOT, node::directory};

    #[test]
    fn nodes_are_found_by_their_numbers_in_every_block() {
        let mut nodes = Nodes::default();
        for number in 0..2 * BLOCK + 1 {
            assert_eq!(nodes.len(), number);
            assert!(nodes.get(number).is_none());
            nodes.push(directory(Rc::from(number.to_string().as_bytes()), ROOT, 0));
        }
        for at in [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK] {
            assert_eq!(nodes.get(at).unwrap().name(), at.to_string().as_bytes());
        }
        assert_eq!(nodes.iter().count(), nodes.len());
    }
}
