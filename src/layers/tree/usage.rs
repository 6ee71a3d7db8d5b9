//! Counts the bytes that layers bring, and those of them that a container sees.

use serde::{Deserialize, Serialize};

use super::FileTree;
use crate::content::tar::EntryKind;

/// Bytes that layers bring and that no container sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Bytes of files in all layers.
    pub total: u64,
    /// Of these, bytes that a container sees.
    pub visible: u64,
}

impl Usage {
    /// Bytes that were overwritten or removed by a later layer.
    pub fn wasted(self) -> u64 {
        self.total.saturating_sub(self.visible)
    }

    /// Visible bytes of all bytes, in thousandths; 1,000 if there are none.
    pub fn efficiency(self) -> u32 {
        let share = u128::from(self.visible) * 1_000;
        share.checked_div(u128::from(self.total)).map_or(1_000, |share| share as u32)
    }
}

impl FileTree {
    /// Bytes in all layers against bytes that a container sees.
    pub fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        for node in self.nodes.iter() {
            let brought = node.changes().iter().map(|change| change.size);
            usage.total = brought.fold(usage.total, u64::saturating_add);
            if node.visible && node.kind == EntryKind::File {
                usage.visible = usage.visible.saturating_add(node.size);
            }
        }
        usage
    }
}
