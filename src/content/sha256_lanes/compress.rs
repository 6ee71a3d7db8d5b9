//! The compression function of SHA-256 (FIPS 180-4, 6.2.2) on four messages at once, one in each
//! lane.

use super::four::Four;

/// The running hash of a message.
pub(super) type State = [u32; 8];

/// A block of a message.
pub(super) type Block = [u8; 64];

/// FIPS 180-4, 5.3.3.
pub(super) const START: State = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// FIPS 180-4, 4.2.2.
#[rustfmt::skip]
const ROUNDS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// Takes in the same number of blocks of four messages.
pub(super) fn four(states: &mut [State; 4], blocks: [&[Block]; 4]) {
    let [one, two, three, other] = blocks;
    let mut lanes = transposed(states);
    for (((a, b), c), d) in one.iter().zip(two).zip(three).zip(other) {
        round(&mut lanes, [a, b, c, d]);
    }
    for (word, lane) in lanes.iter().enumerate() {
        for (state, value) in states.iter_mut().zip(lane.words()) {
            if let Some(place) = state.get_mut(word) {
                *place = value;
            }
        }
    }
}

fn transposed([a, b, c, d]: &[State; 4]) -> [Four; 8] {
    let mut lanes = [Four::all(0); 8];
    for ((((lane, a), b), c), d) in lanes.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *lane = Four::new([*a, *b, *c, *d]);
    }
    lanes
}

#[inline(always)]
fn round(state: &mut [Four; 8], blocks: [&Block; 4]) {
    let mut schedule = words(blocks);
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (sixteen, constants) in ROUNDS.chunks_exact(16).enumerate() {
        if sixteen > 0 {
            extend(&mut schedule);
        }
        for (word, constant) in schedule.iter().zip(constants) {
            let choice = g.xor(e.and(f.xor(g)));
            let sum = e.rotate(6).xor(e.rotate(11)).xor(e.rotate(25));
            let first = h.plus(sum).plus(choice).plus(Four::all(*constant)).plus(*word);
            let majority = a.and(b).xor(c.and(a.xor(b)));
            let second = a.rotate(2).xor(a.rotate(13)).xor(a.rotate(22)).plus(majority);
            (h, g, f, e, d, c, b) = (g, f, e, d.plus(first), c, b, a);
            a = first.plus(second);
        }
    }
    for (old, new) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *old = old.plus(new);
    }
}

/// The first sixteen words of the schedule: those of the blocks, big-endian.
#[inline(always)]
fn words([a, b, c, d]: [&Block; 4]) -> [Four; 16] {
    let mut schedule = [Four::all(0); 16];
    let (a, b, c, d) =
        (a.as_chunks::<4>().0, b.as_chunks::<4>().0, c.as_chunks::<4>().0, d.as_chunks::<4>().0);
    for ((((place, a), b), c), d) in schedule.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *place = Four::new([a, b, c, d].map(|word| u32::from_be_bytes(*word)));
    }
    schedule
}

/// The next sixteen words from the last.
#[inline(always)]
fn extend(w: &mut [Four; 16]) {
    let small = |x: Four, r: u32, s: u32, t: u32| x.rotate(r).xor(x.rotate(s)).xor(x.shift(t));
    for at in 0..16 {
        // Sixteen is a power of two: the mask keeps each place inside, and the compiler sees it.
        #[allow(clippy::indexing_slicing)]
        let next = w[at]
            .plus(small(w[(at + 1) & 15], 7, 18, 3))
            .plus(w[(at + 9) & 15])
            .plus(small(w[(at + 14) & 15], 17, 19, 10));
        #[allow(clippy::indexing_slicing)]
        {
            w[at] = next;
        }
    }
}
