//! Ids and jitter from a seed, so that the core stays pure.

use chat_proto::id::ClientId;
use chat_proto::place::Millis;

/// A small generator (SplitMix64). Nothing secret is made with it.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator that begins there.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to below `high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.number() % (high - low).max(1)
    }

    /// A UUIDv7.
    pub fn client_id(&mut self, now: Millis) -> ClientId {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.number().to_le_bytes());
        bytes[8..].copy_from_slice(&self.number().to_le_bytes()[..2]);
        let uuid = uuid::Builder::from_unix_timestamp_millis(now, &bytes).into_uuid();
        ClientId::parse(uuid.to_string()).unwrap_or_else(|_| unreachable!("a UUID is visible ASCII"))
    }
}
