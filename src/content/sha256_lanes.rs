//! SHA-256 of several messages at once, four to a SIMD register, if that is faster than one after
//! the other.
//!
//! Messages come and go at any time, in parts of any length. Bytes wait for a moment, until three
//! messages have some. A message whose share of memory is full goes on alone, so no message ever
//! waits for the others. The state of a hash after whole blocks can be kept as a [`Midstate`], and
//! hashing can go on from it.

use std::{cell::RefCell, rc::Rc};

use sha256_simd::{Block, START, State, compress, compress_four};

/// Bytes of a message that are worth being hashed together with those of others.
const FULL: usize = 256 * 1024;

/// Bytes of one message that are kept at most for the others to catch up.
const SHARE: usize = 512 * 1024;

/// Fewer messages than this are hashed one after the other: half of the lanes would be empty.
const ENOUGH: usize = 3;

/// Messages that are hashed together. Clones are the same batch.
#[derive(Clone, Default)]
pub struct HashBatch(Rc<RefCell<Messages>>);

#[derive(Default)]
struct Messages {
    list: Vec<Option<Message>>,
    /// `true` if the message that grew last waits for the others.
    ahead: bool,
}

/// A message on its way.
struct Message {
    state: State,
    /// Whole and broken blocks that were not hashed yet.
    pending: Vec<u8>,
    length: u64,
}

/// The state of a hash after whole blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Midstate {
    /// Bytes that were hashed.
    pub at: u64,
    state: State,
}

impl Midstate {
    /// The state in front of every message.
    pub const START: Self = Self { at: 0, state: START };
}

/// A SHA-256 that is computed together with others.
pub(super) trait RunningHash {
    /// Takes in the next bytes.
    fn update(&mut self, bytes: &[u8]);

    /// Returns the state of the hash after whole blocks.
    fn midstate(&self) -> Option<Midstate>;

    /// The hash of all bytes taken in.
    fn finish(self: Box<Self>) -> [u8; 32];
}

/// One message of a batch. Dropping it leaves the batch.
pub struct Lane {
    batch: HashBatch,
    place: usize,
}

impl HashBatch {
    /// A new message.
    pub fn join(&self) -> Lane {
        self.join_at(&Midstate::START)
    }

    /// The rest of a message whose beginning was hashed before.
    pub fn join_at(&self, midstate: &Midstate) -> Lane {
        let mut messages = self.0.borrow_mut();
        let message =
            Some(Message { state: midstate.state, pending: Vec::new(), length: midstate.at });
        let free = messages.list.iter().position(Option::is_none);
        let place = match free.and_then(|place| Some((place, messages.list.get_mut(place)?))) {
            Some((place, slot)) => {
                *slot = message;
                place
            }
            None => {
                messages.list.push(message);
                messages.list.len() - 1
            }
        };
        drop(messages);
        Lane { batch: self.clone(), place }
    }

    /// Returns `true` if the message that grew last waits for the others. Then their bytes are
    /// wanted next.
    pub fn is_ahead(&self) -> bool {
        self.0.borrow().ahead
    }
}

impl Lane {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let mut messages = self.batch.0.borrow_mut();
        let count = messages.list.iter().flatten().count();
        messages.ahead = false;
        let Some(message) = messages.message(self.place) else { return };
        message.length = message.length.wrapping_add(bytes.len() as u64);
        if count < ENOUGH {
            return message.alone(bytes);
        }
        message.pending.extend_from_slice(bytes);
        if message.pending.len() < FULL {
            return;
        }
        if message.pending.len() >= SHARE || messages.full() >= count.min(4) {
            messages.advance();
        }
        let Some(message) = messages.message(self.place) else { return };
        // The bytes still wait if the other messages had none.
        if message.pending.len() >= SHARE {
            message.alone(&[]);
        }
        messages.ahead = message.pending.len() >= FULL;
    }

    /// Returns the state of the hash. Bytes that wait for others, or for the rest of their block,
    /// are not in it.
    pub fn midstate(&self) -> Option<Midstate> {
        let mut messages = self.batch.0.borrow_mut();
        let message = messages.message(self.place)?;
        let at = message.length.wrapping_sub(message.pending.len() as u64);
        Some(Midstate { at, state: message.state })
    }

    /// The hash of all bytes taken in.
    pub fn finish(self) -> [u8; 32] {
        let mut messages = self.batch.0.borrow_mut();
        let message = messages.list.get_mut(self.place).and_then(Option::take);
        drop(messages);
        message.map(Message::finish).unwrap_or_default()
    }
}

impl RunningHash for Lane {
    fn update(&mut self, bytes: &[u8]) {
        Self::update(self, bytes);
    }

    fn midstate(&self) -> Option<Midstate> {
        Self::midstate(self)
    }

    fn finish(self: Box<Self>) -> [u8; 32] {
        Self::finish(*self)
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some(slot) = self.batch.0.borrow_mut().list.get_mut(self.place) {
            *slot = None;
        }
    }
}

impl Messages {
    fn full(&self) -> usize {
        self.list.iter().flatten().filter(|message| message.pending.len() >= FULL).count()
    }

    fn message(&mut self, place: usize) -> Option<&mut Message> {
        self.list.get_mut(place)?.as_mut()
    }

    /// Hashes what up to four messages have in common in length, those with most first, while there
    /// are enough of them.
    fn advance(&mut self) {
        loop {
            let mut ready: Vec<&mut Message> =
                self.list.iter_mut().flatten().filter(|message| message.blocks() > 0).collect();
            if ready.len() < ENOUGH {
                return;
            }
            ready.sort_by_key(|message| std::cmp::Reverse(message.blocks()));
            ready.truncate(4);
            hash_lanes(&mut ready);
        }
    }
}

/// Hashes as many blocks as all have. An empty lane repeats the first message, and is forgotten.
fn hash_lanes(messages: &mut [&mut Message]) {
    let Some(count) = messages.iter().map(|message| message.blocks()).min() else { return };
    let mut states = [START; 4];
    let mut blocks: [&[Block]; 4] = [&[]; 4];
    for (at, (state, block)) in states.iter_mut().zip(&mut blocks).enumerate() {
        let Some(message) = messages.get(at).or(messages.first()) else { return };
        *state = message.state;
        *block = message.pending.as_chunks::<64>().0.get(..count).unwrap_or_default();
    }
    compress_four(&mut states, blocks);
    for (message, state) in messages.iter_mut().zip(states) {
        message.state = state;
        message.pending.drain(..count * 64);
    }
}

impl Message {
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
            let mut lane = HashBatch::default().join();
            lane.update(&message);
            assert_eq!(lane.finish()[..], Sha256::digest(&message)[..], "{length}");
        }
    }

    #[test]
    fn messages_that_come_and_go_in_slices_are_right() {
        let mut dice = Dice(7);
        for count in [1, 2, 3, 4, 5, 9] {
            let batch = HashBatch::default();
            let messages: Vec<Vec<u8>> = (0..count)
                .map(|n| {
                    let length = [0, 63, 64, 700_001, 1_500_000, 2_000_003][(n + count) % 6];
                    bytes(length + dice.roll(100), &mut dice)
                })
                .collect();
            let mut lanes: Vec<Option<Lane>> =
                messages.iter().map(|_| Some(batch.join())).collect();
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
            let batch = HashBatch::default();
            let message = bytes(2_000_003, &mut dice);
            let mut others: Vec<Lane> = (0..company).map(|_| batch.join()).collect();
            let mut lane = batch.join();
            let mut midstates = vec![lane.midstate().unwrap()];
            for part in message.chunks(70_001) {
                lane.update(part);
                others.iter_mut().for_each(|other| other.update(part));
                midstates.push(lane.midstate().unwrap());
            }
            for (at, midstate) in midstates.iter().enumerate() {
                assert_eq!(midstate.at % 64, 0);
                let rest = &message[midstate.at as usize..];
                let mut lane = batch.join_at(midstate);
                lane.update(rest);
                assert_eq!(lane.finish()[..], Sha256::digest(&message)[..], "midstate {at}");
                let Some(next) = midstates.get(at + 1) else { break };
                let mut lane = HashBatch::default().join_at(midstate);
                lane.update(&message[midstate.at as usize..next.at as usize]);
                assert!(lane.midstate() == Some(*next), "midstate {at}");
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
        let batch = HashBatch::default();
        let (mut one, _two, _three) = (batch.join(), batch.join(), batch.join());
        for _ in 0..100 {
            one.update(&[1; 100_000]);
            let messages = batch.0.borrow();
            assert!(messages.list[0].as_ref().unwrap().pending.len() < SHARE + 100_000);
        }
        assert_eq!(one.finish()[..], Sha256::digest(vec![1; 10_000_000])[..]);
    }

    #[test]
    fn one_that_leaves_makes_room() {
        let batch = HashBatch::default();
        drop(batch.join());
        let _lane = batch.join();
        assert_eq!(batch.0.borrow().list.len(), 1);
    }
}
