//! One message: the schedule four words at a time, the rounds one by one.

use core::arch::wasm32::{
    i8x16_shuffle, u32x4, u32x4_add, u32x4_extract_lane, u32x4_shl, u32x4_shr, u32x4_shuffle,
    u32x4_splat, u64x2, u64x2_shr, v128, v128_or, v128_xor,
};

use super::{
    Block, State,
    rounds::{CONSTANTS, Variables},
};

/// Takes in blocks of a message.
pub fn compress(state: &mut State, blocks: &[Block]) {
    for block in blocks {
        take(state, block);
    }
}

#[inline(always)]
fn take(state: &mut State, block: &Block) {
    let mut words = load(block);
    let mut variables = Variables::new(*state);
    let (quarters, last) = CONSTANTS.split_at(12);
    for [first, second, third, fourth] in quarters.as_chunks::<4>().0 {
        // In the time of four rounds, which wait for each other, the next four words are made.
        for constants in [first, second, third, fourth] {
            let next = next_four(words);
            variables = four_rounds(variables, words[0], constants);
            words = [words[1], words[2], words[3], next];
        }
    }
    for (ready, constants) in words.into_iter().zip(last) {
        variables = four_rounds(variables, ready, constants);
    }
    variables.add_to(state);
}

/// The words of a block, big-endian.
#[inline(always)]
fn load(block: &Block) -> [v128; 4] {
    let mut words = [u32x4_splat(0); 4];
    for (four, bytes) in words.iter_mut().zip(block.as_chunks::<16>().0) {
        let bytes = u128::from_le_bytes(*bytes);
        let bytes = u64x2(bytes as u64, (bytes >> 64) as u64);
        *four = i8x16_shuffle::<3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12>(bytes, bytes);
    }
    words
}

#[inline(always)]
fn four_rounds(variables: Variables<u32>, words: v128, [a, b, c, d]: &[u32; 4]) -> Variables<u32> {
    let words = u32x4_add(words, u32x4(*a, *b, *c, *d));
    variables
        .round(u32x4_extract_lane::<0>(words))
        .round(u32x4_extract_lane::<1>(words))
        .round(u32x4_extract_lane::<2>(words))
        .round(u32x4_extract_lane::<3>(words))
}

/// Four words of the schedule from the sixteen before (6.2.2, step 1). The last two need the first two.
#[inline(always)]
fn next_four([w0, w4, w8, w12]: [v128; 4]) -> v128 {
    let none = u32x4_splat(0);
    let early = small_sigma_0(u32x4_shuffle::<1, 2, 3, 4>(w0, w4));
    let sum = u32x4_add(u32x4_add(w0, early), u32x4_shuffle::<1, 2, 3, 4>(w8, w12));
    let late = small_sigma_1(u32x4_shuffle::<2, 2, 3, 3>(w12, w12));
    let half = u32x4_add(sum, u32x4_shuffle::<0, 2, 4, 4>(late, none));
    let late = small_sigma_1(u32x4_shuffle::<0, 0, 1, 1>(half, half));
    u32x4_add(half, u32x4_shuffle::<4, 4, 0, 2>(late, none))
}

/// σ0 (4.6).
#[inline(always)]
fn small_sigma_0(x: v128) -> v128 {
    let rotate = |bits| v128_or(u32x4_shr(x, bits), u32x4_shl(x, 32 - bits));
    v128_xor(v128_xor(rotate(7), rotate(18)), u32x4_shr(x, 3))
}

/// σ1 (4.7) of words that stand there twice: shifting both together rotates one of them.
#[inline(always)]
fn small_sigma_1(x: v128) -> v128 {
    v128_xor(v128_xor(u64x2_shr(x, 17), u64x2_shr(x, 19)), u32x4_shr(x, 10))
}
