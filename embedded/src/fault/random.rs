//! Numbers that look random, and are the same for the same seed.

use std::time::Duration;

/// A generator (SplitMix64): small, and good enough to choose what goes wrong.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `limit`; 0 if that is 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next().checked_rem(limit).unwrap_or(0)
    }

    pub(super) fn index(&mut self, length: usize) -> usize {
        let limit = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(limit)).unwrap_or(0)
    }

    /// True so often, of 1.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        // Millionths are fine enough, and any number compares with them.
        const UNIT: u32 = 1_000_000;
        let drawn = u32::try_from(self.below(UNIT.into())).unwrap_or(UNIT);
        f64::from(drawn) < probability * f64::from(UNIT)
    }

    pub(super) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let span = most.saturating_sub(least).as_micros();
        let span = u64::try_from(span).unwrap_or(u64::MAX - 1);
        least + Duration::from_micros(self.below(span + 1))
    }

    /// Any order of `items` but the one that they have.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        // Sattolo's algorithm: each item moves.
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same() {
        let draw = |seed| -> Vec<u64> {
            let mut random = Random::new(seed);
            (0..100).map(|_| random.below(1000)).collect()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!(draw(7).iter().all(|n| *n < 1000));
    }

    #[test]
    fn chances_and_durations_stay_in_their_bounds() {
        let mut random = Random::new(1);
        for (probability, least, most) in [(0.0, 0, 0), (0.3, 2_700, 3_300), (1.0, 10_000, 10_000)]
        {
            let met = (0..10_000).filter(|_| random.chance(probability)).count();
            assert!((least..=most).contains(&met), "{probability}: {met}");
        }
        let (least, most) = (Duration::from_millis(2), Duration::from_millis(5));
        for _ in 0..1000 {
            let drawn = random.between(least, most);
            assert!(drawn >= least && drawn <= most, "{drawn:?}");
        }
        assert_eq!(random.between(most, least), most);
    }

    #[test]
    fn a_shuffle_moves_everything() {
        let mut random = Random::new(1);
        for length in 2..20 {
            let mut items: Vec<usize> = (0..length).collect();
            random.shuffle(&mut items);
            assert!(
                items.iter().enumerate().all(|(at, item)| at != *item),
                "{items:?}"
            );
            items.sort_unstable();
            assert!(items.into_iter().eq(0..length));
        }
    }
}
