//! Numbers that look random and are the same on every machine.
//!
//! Always: a number depends only on the seed, its stream and its place in it, so draws may be made in
//! any order and on any number of threads.
//! Never: asks the machine; a seed is text that a meeting agreed on.

use sha2::{Digest as _, Sha256};

/// SplitMix64 (Steele, Lea, Flood 2014), entered at any place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stream(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Stream {
    /// The first eight bytes of SHA-256(`seed|name`), most significant first.
    pub(super) fn new(seed: &str, name: &str) -> Stream {
        let digest = Sha256::digest(format!("{seed}|{name}").as_bytes());
        let first = digest.iter().take(8);
        Stream(first.fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Another stream, for the number `index` of something.
    pub(super) fn at(self, index: u64) -> Stream {
        Stream(self.bits(index))
    }

    /// The number at `place`: evenly in [0, 1), a multiple of 2^-53.
    pub(super) fn unit(self, place: u64) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.bits(place) >> 11) as f64 * STEP
    }

    /// The number at `place` as it is.
    pub(super) fn bits(self, place: u64) -> u64 {
        let mut z = self
            .0
            .wrapping_add(place.wrapping_add(1).wrapping_mul(GOLDEN));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}
