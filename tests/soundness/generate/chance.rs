//! Deterministic pseudorandom numbers from a seed.

/// Marsaglia's 64-bit xorshift.
pub(super) struct Chance(u64);

impl Chance {
    /// The `at`th stream of the seed.
    pub(super) fn new(seed: u64, at: usize) -> Self {
        let mixed = seed
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add(at as u64 + 1)
            .wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mut chance = Self(mixed | 1);
        // Adjacent streams start similarly.
        for _ in 0..8 {
            chance.next();
        }
        chance
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        let limit = limit as u64;
        usize::try_from(self.next() % limit).expect("the limit is a usize")
    }

    /// At least `least`, and less than `limit`.
    pub(super) fn between(&mut self, least: usize, limit: usize) -> usize {
        least + self.below(limit - least)
    }

    /// Returns `true` with the given percentage.
    pub(super) fn percent(&mut self, of_hundred: usize) -> bool {
        self.below(100) < of_hundred
    }

    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
