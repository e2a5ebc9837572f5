//! How much is measured.

/// Sizes and numbers of rounds.
pub(crate) struct Scale {
    /// Rounds of everything that takes a fraction of a second.
    pub(crate) rounds: usize,
    /// Single appends a round, for each thread.
    pub(crate) singles: usize,
    /// Batches of 1,000 a round.
    pub(crate) batches: usize,
    /// Records of the large ledger.
    pub(crate) records: u64,
    /// Rounds over the large ledger.
    pub(crate) large_rounds: usize,
    /// Cases of the ledger that is replayed, of five events each.
    pub(crate) cases: u64,
}

impl Scale {
    /// What the results are of.
    pub(crate) const FULL: Self =
        Self { rounds: 21, singles: 200, batches: 20, records: 1_000_000, large_rounds: 9, cases: 200_000 };
    /// Shows that it runs.
    pub(crate) const TINY: Self =
        Self { rounds: 2, singles: 2, batches: 2, records: 3_000, large_rounds: 2, cases: 40 };
}
