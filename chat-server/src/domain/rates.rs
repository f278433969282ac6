//! How much is too much: a burst, then so many a second, per user
//! or whatever else it is counted by.
//!
//! Ours and not a library's, since it is asked inside the writer's decision with the batch's own
//! time, where a repeat must cost nothing (the generic cell rate algorithm is one number a user).

use std::collections::HashMap;
use std::hash::Hash;

use chat_proto::id::UserId;
use chat_proto::place::Millis;

/// When each user's allowance is whole again.
#[derive(Debug)]
pub struct Rates<K = UserId> {
    interval_us: u64,
    tolerance_us: u64,
    /// The theoretical arrival time of the next write, in microseconds.
    next: HashMap<K, u64>,
}

/// Above this many users those whose allowance is whole are forgotten.
const PRUNE: usize = 10_000;

impl<K: Hash + Eq + Clone> Rates<K> {
    /// So many at once, then so many a second.
    #[must_use]
    pub fn new(burst: u32, per_second: u32) -> Self {
        Self::every_us(burst, 1_000_000 / u64::from(per_second.max(1)))
    }

    /// So many at once, then one in so many milliseconds.
    #[must_use]
    pub fn every_ms(burst: u32, interval: u64) -> Self {
        Self::every_us(burst, interval * 1_000)
    }

    fn every_us(burst: u32, interval_us: u64) -> Self {
        Self { interval_us, tolerance_us: interval_us * u64::from(burst.max(1) - 1), next: HashMap::new() }
    }

    /// Takes one.
    ///
    /// # Errors
    /// How many milliseconds to wait for the next one.
    pub fn take(&mut self, user: &K, now: Millis) -> Result<(), u64> {
        let now = now * 1_000;
        let next = self.next.get(user).copied().unwrap_or(0).max(now);
        let ahead = next - now;
        if ahead > self.tolerance_us {
            return Err((ahead - self.tolerance_us).div_ceil(1_000));
        }
        if self.next.len() > PRUNE {
            self.next.retain(|_, next| *next > now);
        }
        self.next.insert(user.clone(), next + self.interval_us);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_a_steady_rate() {
        let user = UserId::parse("u").unwrap();
        let mut rates = Rates::new(3, 10);
        for _ in 0..3 {
            assert_eq!(rates.take(&user, 1_000), Ok(()));
        }
        assert_eq!(rates.take(&user, 1_000), Err(100));
        assert_eq!(rates.take(&user, 1_100), Ok(()));
        assert_eq!(rates.take(&user, 1_150), Err(50));
        assert_eq!(rates.take(&UserId::parse("v").unwrap(), 1_150), Ok(()));
    }
}
