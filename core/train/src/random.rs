//! Chance and curves that come out the same on every machine: no library whose next version draws otherwise, and nothing
//! but adding, multiplying and dividing.

/// Numbers that look random (SplitMix64).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// The same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A whole number below `end`, which is above 0 and below 2^32.
    pub fn below(&mut self, end: usize) -> usize {
        (((self.draw() >> 32) * end as u64) >> 32) as usize
    }

    /// A number from 0 up to 1.
    pub fn unit(&mut self) -> f32 {
        (self.draw() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// One of `choices`; there is at least one.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// e to the power of `x`, to about three digits for the small and negative numbers that shares are made of.
pub fn exp(x: f32) -> f32 {
    let mut power = 1.0 + f64::from(x.clamp(-60.0, 60.0)) / 4096.0;
    for _ in 0..12 {
        power *= power;
    }
    power as f32
}

/// The share of yes at `log_odds`.
pub fn share(log_odds: f32) -> f32 {
    1.0 / (1.0 + exp(-log_odds))
}
