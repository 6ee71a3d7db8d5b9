//! SHA-256 of several messages at once, four to a SIMD register, where that is faster than one after
//! the other.
//!
//! Messages come and go as they like, in parts of any length. What comes is kept for a moment, until
//! three have something; a message whose share of memory is full goes on alone, so nothing ever waits
//! for the others. Where the hash of a message stood after some whole blocks can be kept, as a [`Mark`],
//! and gone on from.

use std::{cell::RefCell, rc::Rc};

use sha256_simd::{Block, START, State, compress, compress_four};

/// Bytes of a message that are worth being hashed together with those of others.
const FULL: usize = 256 * 1024;

/// Bytes of one message that are kept at most for the others to catch up.
const SHARE: usize = 512 * 1024;

/// Fewer messages than this are hashed one after the other: half of the lanes would be empty.
const ENOUGH: usize = 3;

/// Messages that are hashed together. Clones are the same gang.
#[derive(Clone, Default)]
pub struct Gang(Rc<RefCell<Members>>);

#[derive(Default)]
struct Members {
    list: Vec<Option<Member>>,
    /// Whether the message that took in something last waits for the others.
    ahead: bool,
}

/// A message on its way.
struct Member {
    state: State,
    /// Whole and broken blocks that were not hashed yet.
    pending: Vec<u8>,
    length: u64,
}

/// Where the hash of a message stands: after these whole blocks, and no others, it is this.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Bytes that were hashed.
    pub at: u64,
    state: State,
}

impl Mark {
    /// In front of every message.
    pub const START: Self = Self { at: 0, state: START };
}

/// A SHA-256 that is computed together with others.
pub(super) trait RunningHash {
    /// Takes in the next bytes.
    fn update(&mut self, bytes: &[u8]);

    /// Where the hash stands, after whole blocks.
    fn mark(&self) -> Option<Mark>;

    /// The hash of all bytes taken in.
    fn finish(self: Box<Self>) -> [u8; 32];
}

/// One message of a gang. Dropping it leaves the gang.
pub struct Lane {
    gang: Gang,
    place: usize,
}

impl Gang {
    /// A new message.
    pub fn join(&self) -> Lane {
        self.join_at(&Mark::START)
    }

    /// The rest of a message whose beginning was hashed before.
    pub fn join_at(&self, mark: &Mark) -> Lane {
        let mut members = self.0.borrow_mut();
        let member = Some(Member { state: mark.state, pending: Vec::new(), length: mark.at });
        let free = members.list.iter().position(Option::is_none);
        let place = match free.and_then(|place| Some((place, members.list.get_mut(place)?))) {
            Some((place, slot)) => {
                *slot = member;
                place
            }
            None => {
                members.list.push(member);
                members.list.len() - 1
            }
        };
        drop(members);
        Lane { gang: self.clone(), place }
    }

    /// Whether the message that took in something last waits for the others: bytes of theirs are
    /// wanted next.
    pub fn is_ahead(&self) -> bool {
        self.0.borrow().ahead
    }
}

impl Lane {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let mut members = self.gang.0.borrow_mut();
        let count = members.list.iter().flatten().count();
        members.ahead = false;
        let Some(member) = members.member(self.place) else { return };
        member.length = member.length.wrapping_add(bytes.len() as u64);
        if count < ENOUGH {
            return member.alone(bytes);
        }
        member.pending.extend_from_slice(bytes);
        if member.pending.len() < FULL {
            return;
        }
        if member.pending.len() >= SHARE || members.full() >= count.min(4) {
            members.advance();
        }
        let Some(member) = members.member(self.place) else { return };
        // Still there where the others had nothing.
        if member.pending.len() >= SHARE {
            member.alone(&[]);
        }
        members.ahead = member.pending.len() >= FULL;
    }

    /// Where the hash stands. Bytes that wait for others, or for the rest of their block, are not in it.
    pub fn mark(&self) -> Option<Mark> {
        let mut members = self.gang.0.borrow_mut();
        let member = members.member(self.place)?;
        let at = member.length.wrapping_sub(member.pending.len() as u64);
        Some(Mark { at, state: member.state })
    }

    /// The hash of all bytes taken in.
    pub fn finish(self) -> [u8; 32] {
        let mut members = self.gang.0.borrow_mut();
        let member = members.list.get_mut(self.place).and_then(Option::take);
        drop(members);
        member.map(Member::finish).unwrap_or_default()
    }
}

impl RunningHash for Lane {
    fn update(&mut self, bytes: &[u8]) {
        Self::update(self, bytes);
    }

    fn mark(&self) -> Option<Mark> {
        Self::mark(self)
    }

    fn finish(self: Box<Self>) -> [u8; 32] {
        Self::finish(*self)
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some(slot) = self.gang.0.borrow_mut().list.get_mut(self.place) {
            *slot = None;
        }
    }
}

impl Members {
    fn full(&self) -> usize {
        self.list.iter().flatten().filter(|member| member.pending.len() >= FULL).count()
    }

    fn member(&mut self, place: usize) -> Option<&mut Member> {
        self.list.get_mut(place)?.as_mut()
    }

    /// Hashes what up to four messages have in common in length, those with most first, while there
    /// are enough of them.
    fn advance(&mut self) {
        loop {
            let mut ready: Vec<&mut Member> =
                self.list.iter_mut().flatten().filter(|member| member.blocks() > 0).collect();
            if ready.len() < ENOUGH {
                return;
            }
            ready.sort_by_key(|member| std::cmp::Reverse(member.blocks()));
            ready.truncate(4);
            together(&mut ready);
        }
    }
}

/// Hashes as many blocks as all have. An empty lane repeats the first message, and is forgotten.
fn together(members: &mut [&mut Member]) {
    let Some(count) = members.iter().map(|member| member.blocks()).min() else { return };
    let mut states = [START; 4];
    let mut blocks: [&[Block]; 4] = [&[]; 4];
    for (at, (state, block)) in states.iter_mut().zip(&mut blocks).enumerate() {
        let Some(member) = members.get(at).or(members.first()) else { return };
        *state = member.state;
        *block = member.pending.as_chunks::<64>().0.get(..count).unwrap_or_default();
    }
    compress_four(&mut states, blocks);
    for (member, state) in members.iter_mut().zip(states) {
        member.state = state;
        member.pending.drain(..count * 64);
    }
}

impl Member {
    fn blocks(&self) -> usize {
        self.pending.len() / 64
    }

    /// Hashes everything that makes whole blocks, this message only.
    fn alone(&mut self, mut bytes: &[u8]) {
        if !self.pending.is_empty() {
            let missing = (64 - self.pending.len() % 64) % 64;
            let (head, rest) = bytes.split_at(missing.min(bytes.len()));
            self.pending.extend_from_slice(head);
            bytes = rest;
            let whole = self.pending.as_chunks::<64>().0;
            compress(&mut self.state, whole);
            self.pending.drain(..whole.len() * 64);
        }
        let (whole, rest) = bytes.as_chunks::<64>();
        compress(&mut self.state, whole);
        self.pending.extend_from_slice(rest);
    }

    fn finish(mut self) -> [u8; 32] {
        self.alone(&[]);
        let bits = self.length.wrapping_mul(8);
        let zeroes = (119 - self.pending.len()) % 64;
        let mut end = vec![0x80];
        end.resize(zeroes + 1, 0);
        end.extend_from_slice(&bits.to_be_bytes());
        self.alone(&end);
        let mut hash = [0; 32];
        for (place, word) in hash.as_chunks_mut::<4>().0.iter_mut().zip(self.state) {
            *place = word.to_be_bytes();
        }
        hash
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// Numbers that look like chance and are not.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, below: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % below as u64) as usize
        }
    }

    fn bytes(length: usize, dice: &mut Dice) -> Vec<u8> {
        (0..length).map(|_| dice.roll(256) as u8).collect()
    }

    #[test]
    fn every_length_around_the_padding_is_right() {
        for length in (0..200).chain([1000, 4095, 4096, 4097]) {
            let message = bytes(length, &mut Dice(length as u64 + 1));
            let mut lane = Gang::default().join();
            lane.update(&message);
            assert_eq!(lane.finish()[..], Sha256::digest(&message)[..], "{length}");
        }
    }

    #[test]
    fn messages_that_come_and_go_in_slices_are_right() {
        let mut dice = Dice(7);
        for count in [1, 2, 3, 4, 5, 9] {
            let gang = Gang::default();
            let messages: Vec<Vec<u8>> = (0..count)
                .map(|n| {
                    let length = [0, 63, 64, 700_001, 1_500_000, 2_000_003][(n + count) % 6];
                    bytes(length + dice.roll(100), &mut dice)
                })
                .collect();
            let mut lanes: Vec<Option<Lane>> = messages.iter().map(|_| Some(gang.join())).collect();
            let mut done = vec![0; count];
            while lanes.iter().any(Option::is_some) {
                let at = dice.roll(count);
                let Some(lane) = &mut lanes[at] else { continue };
                if done[at] == messages[at].len() {
                    let hash = lanes[at].take().unwrap().finish();
                    assert_eq!(hash[..], Sha256::digest(&messages[at])[..], "{at} of {count}");
                    continue;
                }
                let length = (1 + dice.roll(200_000)).min(messages[at].len() - done[at]);
                lane.update(&messages[at][done[at]..done[at] + length]);
                done[at] += length;
            }
        }
    }

    #[test]
    fn a_message_goes_on_from_any_mark() {
        let mut dice = Dice(11);
        for company in [0, 3] {
            let gang = Gang::default();
            let message = bytes(2_000_003, &mut dice);
            let mut others: Vec<Lane> = (0..company).map(|_| gang.join()).collect();
            let mut lane = gang.join();
            let mut marks = vec![lane.mark().unwrap()];
            for part in message.chunks(70_001) {
                lane.update(part);
                others.iter_mut().for_each(|other| other.update(part));
                marks.push(lane.mark().unwrap());
            }
            for (at, mark) in marks.iter().enumerate() {
                assert_eq!(mark.at % 64, 0);
                let rest = &message[mark.at as usize..];
                let mut lane = gang.join_at(mark);
                lane.update(rest);
                assert_eq!(lane.finish()[..], Sha256::digest(&message)[..], "mark {at}");
                let Some(next) = marks.get(at + 1) else { break };
                let mut lane = Gang::default().join_at(mark);
                lane.update(&message[mark.at as usize..next.at as usize]);
                assert!(lane.mark() == Some(*next), "mark {at}");
            }
        }
    }

    #[test]
    fn four_lanes_give_what_one_gives() {
        let mut dice = Dice(3);
        let blocks: Vec<Block> =
            (0..28).map(|_| bytes(64, &mut dice).try_into().unwrap()).collect();
        let mut states = [START; 4];
        let each: Vec<&[Block]> = blocks.chunks(7).collect();
        compress_four(&mut states, [each[0], each[1], each[2], each[3]]);
        for (state, blocks) in states.iter().zip(each) {
            let mut expected = START;
            compress(&mut expected, blocks);
            assert_eq!(*state, expected);
        }
    }

    #[test]
    fn what_is_kept_of_a_message_is_bounded() {
        let gang = Gang::default();
        let (mut one, _two, _three) = (gang.join(), gang.join(), gang.join());
        for _ in 0..100 {
            one.update(&[1; 100_000]);
            let members = gang.0.borrow();
            assert!(members.list[0].as_ref().unwrap().pending.len() < SHARE + 100_000);
        }
        assert_eq!(one.finish()[..], Sha256::digest(vec![1; 10_000_000])[..]);
    }

    #[test]
    fn one_that_leaves_makes_room() {
        let gang = Gang::default();
        drop(gang.join());
        let _lane = gang.join();
        assert_eq!(gang.0.borrow().list.len(), 1);
    }
}
