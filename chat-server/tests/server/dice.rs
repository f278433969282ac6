//! Repeatable randomness for tests (SplitMix64).

use chat_server::domain::random::Random;

pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    /// The index of one of so many things.
    pub fn pick(&mut self, many: usize) -> usize {
        self.below(many as u64) as usize
    }
}

impl Random for Dice {
    fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = self.below(256) as u8;
        }
    }
}
