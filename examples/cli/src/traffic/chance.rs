//! Seeded chance: the same seed gives the same day, on every machine and in every version.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

/// A stream of choices. Each part of the generator has its own, so a change in one moves nothing in another.
#[derive(Debug)]
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// The choices of `part` on the day `seed`.
    pub(crate) fn new(seed: u64, part: &str) -> Self {
        let part = part
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(ChaCha8Rng::seed_from_u64(seed ^ part))
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn number(&mut self, low: u32, high: u32) -> u32 {
        self.0.random_range(low..=high)
    }

    /// Yes in so many of a hundred cases.
    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.number(1, 100) <= percent
    }

    /// One of several; there must be at least one.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = self.number(0, u32::try_from(of.len()).unwrap_or(u32::MAX).saturating_sub(1));
        &of[at as usize]
    }

    /// One of several by weight.
    pub(crate) fn weighted<T: Copy>(&mut self, of: &[(T, u32)]) -> T {
        let total = of.iter().map(|(_, weight)| weight).sum::<u32>();
        let mut left = self.number(1, total);
        for (value, weight) in of {
            if left <= *weight {
                return *value;
            }
            left -= weight;
        }
        of[0].0
    }
}
