//! The compression function of SHA-256 (FIPS 180-4, 6.2.2) for WebAssembly with SIMD: of one message,
//! and of four at once.
//!
//! A crate of its own because what is fast here is unrolled, and all around it is built for size: the
//! level of optimisation is chosen by crate (`Cargo.toml`). Natively `sha2` hashes one message, by the
//! processor's own instructions where it has them. Padding is the caller's.

mod four;
mod lanes;
mod rounds;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod single;

pub use lanes::compress_four;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use single::compress;

/// The running hash of a message.
pub type State = [u32; 8];

/// A block of a message.
pub type Block = [u8; 64];

/// The initial value of a hash (FIPS 180-4, 5.3.3).
pub const START: State = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Takes in blocks of a message.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub fn compress(state: &mut State, blocks: &[Block]) {
    sha2::block_api::compress256(state, blocks);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn blocks(seed: u32, count: u32) -> Vec<Block> {
        let byte = |n: u32| (n.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8;
        let bytes: Vec<u8> = (0..64 * count).map(byte).collect();
        bytes.as_chunks::<64>().0.to_vec()
    }

    fn expected(blocks: &[Block]) -> State {
        let mut state = START;
        sha2::block_api::compress256(&mut state, blocks);
        state
    }

    #[test]
    fn one_message_and_four_are_hashed_as_sha2_does() {
        let messages = [blocks(1, 5), blocks(2, 5), blocks(3, 5), blocks(4, 5)];
        let mut states = [START; 4];
        compress_four(&mut states, [&messages[0], &messages[1], &messages[2], &messages[3]]);
        for (message, state) in messages.iter().zip(states) {
            let mut alone = START;
            compress(&mut alone, message);
            assert_eq!([alone, state], [expected(message); 2]);
        }
    }
}
