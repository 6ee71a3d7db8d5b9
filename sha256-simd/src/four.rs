//! Four 32-bit words side by side: one SIMD register where there are any.

use super::rounds::Word;

impl Word for Four {
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.added(other)
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self.xored(other)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self.anded(other)
    }

    #[inline(always)]
    fn sum_of_a(self) -> Self {
        self.rotate(2).xor(self.rotate(13)).xor(self.rotate(22))
    }

    #[inline(always)]
    fn sum_of_e(self) -> Self {
        self.rotate(6).xor(self.rotate(11)).xor(self.rotate(25))
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use core::arch::wasm32::{
    u32x4, u32x4_add, u32x4_extract_lane, u32x4_shl, u32x4_shr, u32x4_splat, v128, v128_and,
    v128_or, v128_xor,
};

/// Four words.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[derive(Clone, Copy)]
pub(crate) struct Four(v128);

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
impl Four {
    #[inline(always)]
    pub(crate) fn new([a, b, c, d]: [u32; 4]) -> Self {
        Self(u32x4(a, b, c, d))
    }

    #[inline(always)]
    pub(crate) fn all(word: u32) -> Self {
        Self(u32x4_splat(word))
    }

    #[inline(always)]
    pub(crate) fn words(self) -> [u32; 4] {
        [
            u32x4_extract_lane::<0>(self.0),
            u32x4_extract_lane::<1>(self.0),
            u32x4_extract_lane::<2>(self.0),
            u32x4_extract_lane::<3>(self.0),
        ]
    }

    #[inline(always)]
    fn added(self, other: Self) -> Self {
        Self(u32x4_add(self.0, other.0))
    }

    #[inline(always)]
    fn xored(self, other: Self) -> Self {
        Self(v128_xor(self.0, other.0))
    }

    #[inline(always)]
    fn anded(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn shift(self, bits: u32) -> Self {
        Self(u32x4_shr(self.0, bits))
    }

    #[inline(always)]
    pub(crate) fn rotate(self, bits: u32) -> Self {
        Self(v128_or(u32x4_shr(self.0, bits), u32x4_shl(self.0, 32 - bits)))
    }
}

/// Four words, as plain numbers that a compiler can put side by side.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[derive(Clone, Copy)]
pub(crate) struct Four([u32; 4]);

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
impl Four {
    #[inline(always)]
    pub(crate) fn new(words: [u32; 4]) -> Self {
        Self(words)
    }

    #[inline(always)]
    pub(crate) fn all(word: u32) -> Self {
        Self([word; 4])
    }

    #[inline(always)]
    pub(crate) fn words(self) -> [u32; 4] {
        self.0
    }

    #[inline(always)]
    fn with(self, other: Self, join: impl Fn(u32, u32) -> u32) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([join(a, e), join(b, f), join(c, g), join(d, h)])
    }

    #[inline(always)]
    fn added(self, other: Self) -> Self {
        self.with(other, u32::wrapping_add)
    }

    #[inline(always)]
    fn xored(self, other: Self) -> Self {
        self.with(other, |a, b| a ^ b)
    }

    #[inline(always)]
    fn anded(self, other: Self) -> Self {
        self.with(other, |a, b| a & b)
    }

    #[inline(always)]
    pub(crate) fn shift(self, bits: u32) -> Self {
        Self(self.0.map(|word| word >> bits))
    }

    #[inline(always)]
    pub(crate) fn rotate(self, bits: u32) -> Self {
        Self(self.0.map(|word| word.rotate_right(bits)))
    }
}
