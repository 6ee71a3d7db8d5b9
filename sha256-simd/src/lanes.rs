//! Four messages at once, one in each lane.

use super::{
    Block, State,
    four::Four,
    rounds::{CONSTANTS, Variables, Word},
};

/// Sixteen times, with the place as a number that the compiler sees.
macro_rules! sixteen {
    ($do:ident) => {
        $do!(0);
        $do!(1);
        $do!(2);
        $do!(3);
        $do!(4);
        $do!(5);
        $do!(6);
        $do!(7);
        $do!(8);
        $do!(9);
        $do!(10);
        $do!(11);
        $do!(12);
        $do!(13);
        $do!(14);
        $do!(15);
    };
}

/// Takes in the same number of blocks of four messages; of more blocks of one, the rest is ignored.
pub fn compress_four(states: &mut [State; 4], blocks: [&[Block]; 4]) {
    let [one, two, three, other] = blocks;
    let mut lanes = side_by_side(states);
    for (((a, b), c), d) in one.iter().zip(two).zip(three).zip(other) {
        block(&mut lanes, [a, b, c, d]);
    }
    for (word, lane) in lanes.iter().enumerate() {
        for (state, value) in states.iter_mut().zip(lane.words()) {
            if let Some(place) = state.get_mut(word) {
                *place = value;
            }
        }
    }
}

fn side_by_side([a, b, c, d]: &[State; 4]) -> [Four; 8] {
    let mut lanes = [Four::all(0); 8];
    for ((((lane, a), b), c), d) in lanes.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *lane = Four::new([*a, *b, *c, *d]);
    }
    lanes
}

#[inline(always)]
fn block(state: &mut [Four; 8], blocks: [&Block; 4]) {
    let mut w = words(blocks);
    let mut variables = Variables::new(*state);
    for (sixteen, constants) in CONSTANTS.as_flattened().as_chunks::<16>().0.iter().enumerate() {
        if sixteen > 0 {
            // The next sixteen words of the schedule take the place of the last.
            macro_rules! extend {
                ($at:literal) => {
                    let (early, late) = (w[($at + 1) & 15], w[($at + 14) & 15]);
                    let grown = w[$at].plus(small(early, 7, 18, 3)).plus(w[($at + 9) & 15]);
                    w[$at] = grown.plus(small(late, 17, 19, 10));
                };
            }
            sixteen!(extend);
        }
        macro_rules! round {
            ($at:literal) => {
                variables = variables.round(w[$at].plus(Four::all(constants[$at])));
            };
        }
        sixteen!(round);
    }
    variables.add_to(state);
}

/// The first sixteen words of the schedule: those of the blocks, big-endian.
#[inline(always)]
fn words([a, b, c, d]: [&Block; 4]) -> [Four; 16] {
    let mut words = [Four::all(0); 16];
    let (a, b, c, d) =
        (a.as_chunks::<4>().0, b.as_chunks::<4>().0, c.as_chunks::<4>().0, d.as_chunks::<4>().0);
    for ((((place, a), b), c), d) in words.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *place = Four::new([a, b, c, d].map(|word| u32::from_be_bytes(*word)));
    }
    words
}

/// σ0 and σ1 (4.6 and 4.7).
#[inline(always)]
fn small(x: Four, r: u32, s: u32, t: u32) -> Four {
    x.rotate(r).xor(x.rotate(s)).xor(x.shift(t))
}
