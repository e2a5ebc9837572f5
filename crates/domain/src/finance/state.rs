//! What is known of a unit's finance.

use serde::{Deserialize, Serialize};

use super::{Aspect, Quarter};

/// What is known of a unit's finance: a row for each quarter of which something is known.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct UnitFinance {
    /// Ascending.
    quarters: Vec<FinanceQuarter>,
}

/// What is known of a unit's finance in a quarter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FinanceQuarter {
    /// The quarter.
    pub quarter: Quarter,
    attested: [Option<Attested>; 7],
    /// How many public notices were posted about it.
    pub notices: u32,
    /// The record of the last of them.
    pub last_notice: Option<u64>,
    /// How many expenses were approved in it.
    pub expenses: u32,
    /// What they come to, in fen.
    pub expenses_fen: u64,
    /// How often somebody was held liable in it.
    pub liabilities: u32,
}

/// What was attested of an aspect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attested {
    /// Whether the rules were kept.
    pub fulfilled: bool,
    /// The record.
    pub record: u64,
}

impl UnitFinance {
    /// Returns all that is known, quarters ascending.
    pub fn quarters(&self) -> &[FinanceQuarter] {
        &self.quarters
    }

    /// Returns what is known of a quarter.
    pub fn quarter(&self, quarter: Quarter) -> Option<&FinanceQuarter> {
        let place = self.quarters.binary_search_by_key(&quarter, |row| row.quarter).ok()?;
        self.quarters.get(place)
    }

    /// Changes what is known of a quarter.
    pub(super) fn change(&mut self, quarter: Quarter, change: impl FnOnce(&mut FinanceQuarter)) {
        let place = self.quarters.binary_search_by_key(&quarter, |row| row.quarter);
        let place = place.unwrap_or_else(|place| {
            self.quarters.insert(place, FinanceQuarter::empty(quarter));
            place
        });
        if let Some(row) = self.quarters.get_mut(place) {
            change(row);
        }
    }
}

impl FinanceQuarter {
    const fn empty(quarter: Quarter) -> Self {
        Self {
            quarter,
            attested: [None; 7],
            notices: 0,
            last_notice: None,
            expenses: 0,
            expenses_fen: 0,
            liabilities: 0,
        }
    }

    /// Returns what was attested of an aspect.
    pub fn attested(&self, aspect: Aspect) -> Option<Attested> {
        self.attested.get(aspect.place()?).copied().flatten()
    }

    pub(super) fn attest(&mut self, aspect: Aspect, attested: Attested) {
        if let Some(cell) = aspect.place().and_then(|place| self.attested.get_mut(place)) {
            *cell = Some(attested);
        }
    }
}
