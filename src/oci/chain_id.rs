//! Chain IDs: one digest for a stack of layers (image-spec config.md, layer chainID).

use sha2::{Digest as _, Sha256};

use super::Digest;

/// Returns, for each layer, the chain ID of the stack up to it. The diff IDs stand lowest first.
pub fn chain_ids(diff_ids: &[Digest]) -> Vec<Digest> {
    let mut chain: Vec<Digest> = Vec::with_capacity(diff_ids.len());
    for diff_id in diff_ids {
        let next = match chain.last() {
            None => diff_id.clone(),
            Some(below) => stacked(below.as_str(), diff_id.as_str()),
        };
        chain.push(next);
    }
    chain
}

/// Returns the chain ID of a layer on a stack.
pub fn stacked(below: &str, diff_id: &str) -> Digest {
    Digest::from_sha256(Sha256::digest(format!("{below} {diff_id}")).into())
}
