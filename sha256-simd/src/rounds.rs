//! The sixty-four rounds, of words and of four words side by side.

/// FIPS 180-4, 4.2.2, four rounds to a line.
#[rustfmt::skip]
pub(crate) const CONSTANTS: [[u32; 4]; 16] = [
    [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5],
    [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
    [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3],
    [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
    [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc],
    [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
    [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7],
    [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
    [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13],
    [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
    [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3],
    [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
    [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5],
    [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
    [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208],
    [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
];

/// A word, or several side by side.
pub(crate) trait Word: Copy {
    fn plus(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    /// Σ0 (4.4).
    fn sum_of_a(self) -> Self;
    /// Σ1 (4.5).
    fn sum_of_e(self) -> Self;
}

impl Word for u32 {
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }

    // Rotated one inside the other: x86 rotates in place, and each sum needs one copy instead of three.
    #[inline(always)]
    fn sum_of_a(self) -> Self {
        ((self.rotate_right(9) ^ self).rotate_right(11) ^ self).rotate_right(2)
    }

    #[inline(always)]
    fn sum_of_e(self) -> Self {
        ((self.rotate_right(14) ^ self).rotate_right(5) ^ self).rotate_right(6)
    }
}

/// The eight variables of a round, and `b` xor `c`, which is the `a` xor `b` of the round before.
#[derive(Clone, Copy)]
pub(crate) struct Variables<W>([W; 8], W);

impl<W: Word> Variables<W> {
    #[inline(always)]
    pub(crate) fn new(state: [W; 8]) -> Self {
        let [_, b, c, ..] = state;
        Self(state, b.xor(c))
    }

    /// One round; `word` is that of the schedule and the constant, added.
    #[inline(always)]
    #[must_use]
    pub(crate) fn round(self, word: W) -> Self {
        let Self([a, b, c, d, e, f, g, h], b_or_c) = self;
        let choice = g.xor(e.and(f.xor(g)));
        let first = h.plus(word).plus(choice).plus(e.sum_of_e());
        let a_or_b = a.xor(b);
        let majority = b.xor(a_or_b.and(b_or_c));
        let next = majority.plus(a.sum_of_a()).plus(first);
        Self([next, a, b, c, d.plus(first), e, f, g], a_or_b)
    }

    /// Adds what came out to the state.
    #[inline(always)]
    pub(crate) fn add_to(self, state: &mut [W; 8]) {
        for (old, new) in state.iter_mut().zip(self.0) {
            *old = old.plus(new);
        }
    }
}
