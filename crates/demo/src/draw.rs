//! Chance that is the same every time: a hash of the seed and of what is drawn for.

/// The increment of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of SplitMix64.
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// What is drawn for: each has draws of its own, so that one more draw in one place changes nothing in another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum For {
    Size = 1,
    Team,
    Visits,
    Week,
    VisitDay,
    Day,
    Reception,
    Visit,
    Case,
    CaseNote,
    Session,
    Person,
    Household,
    Official,
    Item,
    Jitter,
    Duty,
}

/// A sequence of draws.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    /// Begins the draws for one thing, which two numbers name.
    pub(crate) const fn new(seed: u64, what: For, first: u64, second: u64) -> Self {
        let start = mix(seed ^ (what as u64).wrapping_mul(STEP));
        Self(mix(mix(start ^ first).wrapping_add(STEP) ^ second))
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// Draws a number below `end`; 0 where `end` is 0. `end` lies below 2^32.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        // The high half times `end` is less than 2^32 off an even distribution, which nobody will see.
        ((self.bits() >> 32) * end) >> 32
    }

    /// Draws a number from `first` to `last`.
    pub(crate) fn within(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last.saturating_sub(first) + 1)
    }

    /// Says yes so many times in a thousand.
    pub(crate) fn per_mille(&mut self, share: u64) -> bool {
        self.below(1_000) < share
    }

    /// Draws one of several.
    pub(crate) fn pick<'t, T: ?Sized>(&mut self, from: &'t [&'t T]) -> Option<&'t T> {
        let place = usize::try_from(self.below(from.len() as u64)).ok()?;
        from.get(place).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_for_one_thing_do_not_depend_on_those_for_another() {
        let mut first = Draw::new(7, For::Visit, 1, 2);
        let mut other = Draw::new(7, For::Visit, 1, 3);
        let mut again = Draw::new(7, For::Visit, 1, 2);
        other.below(10);
        let drawn: Vec<_> = (0..8).map(|_| first.below(1_000_000)).collect();
        assert_eq!(drawn, (0..8).map(|_| again.below(1_000_000)).collect::<Vec<_>>());
        assert_ne!(drawn, (0..8).map(|_| other.below(1_000_000)).collect::<Vec<_>>());
    }

    #[test]
    fn draws_cover_their_range_evenly_enough() {
        let mut counts = [0_u32; 10];
        let mut draw = Draw::new(1, For::Day, 0, 0);
        for _ in 0..10_000 {
            counts[usize::try_from(draw.below(10)).unwrap()] += 1;
        }
        assert!(counts.iter().all(|count| (900..1_100).contains(count)), "{counts:?}");
        assert_eq!(draw.below(0), 0);
    }
}
