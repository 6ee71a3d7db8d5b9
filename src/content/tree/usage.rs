//! How much of what layers bring a container sees.

/// Bytes that layers bring and that no container sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

    /// Visible bytes of all bytes, in thousandths; 1,000 where there are none.
    pub fn efficiency(self) -> u32 {
        let share = u128::from(self.visible) * 1_000;
        share.checked_div(u128::from(self.total)).map_or(1_000, |share| share as u32)
    }
}
