//! Randomness as an argument.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A source of random bytes: the operating system's in the server, a seeded one in simulations.
pub trait Random: Send {
    /// Fills the buffer.
    fn fill(&mut self, buffer: &mut [u8]);
}

impl dyn Random + '_ {
    /// A new opaque id: 96 random bits in base64url, 16 characters.
    pub fn id(&mut self) -> String {
        let mut bytes = [0; 12];
        self.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A new token: 256 random bits in base64url, 43 characters.
    pub fn token(&mut self) -> String {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A number below `n`, for choices in which a tiny bias does no harm.
    pub fn below(&mut self, n: u32) -> u32 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % u64::from(n.max(1))) as u32
    }
}
