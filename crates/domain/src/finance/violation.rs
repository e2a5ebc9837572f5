//! What stands against an event about finance.

use super::{Aspect, Quarter};
use crate::{
    day::Day,
    id::{OfficialId, UnitId},
};

/// What stands against an event about finance.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FinanceViolation {
    /// There is no such quarter.
    #[error("there is no quarter {quarter} of the year {year} (expected 1 to 4 of 1 to 9999)")]
    NoSuchQuarter {
        /// The year.
        year: u16,
        /// The quarter.
        quarter: u8,
    },
    /// The quarter begins later.
    #[error("{quarter} has not begun on {day}")]
    NotBegun {
        /// The quarter.
        quarter: Quarter,
        /// The day.
        day: Day,
    },
    /// The aspect was attested before. Only what was not fulfilled can be attested again, once it is.
    #[error("{unit}: {aspect} in {quarter} was attested by record {record}")]
    Attested {
        /// The unit.
        unit: UnitId,
        /// The aspect.
        aspect: Aspect,
        /// The quarter.
        quarter: Quarter,
        /// The record.
        record: u64,
    },
    /// Nothing is spent.
    #[error("an expense is 1 fen or more")]
    NoAmount,
    /// What a unit spends in a quarter is more than can be counted.
    #[error("{unit}: the expenses of {quarter} come to more than can be counted")]
    TooMuch {
        /// The unit.
        unit: UnitId,
        /// The quarter.
        quarter: Quarter,
    },
    /// Who applies also approves.
    #[error("{official} applies for the expense, somebody else has to approve it")]
    OwnApproval {
        /// The official.
        official: OfficialId,
    },
    /// The day lies in no quarter.
    #[error("{day} lies outside the years 1 to 9999")]
    OutsideYears {
        /// The day.
        day: Day,
    },
}

impl FinanceViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NoSuchQuarter { .. } | Self::OutsideYears { .. } => "quarter-exists",
            Self::NotBegun { .. } => "quarter-begun",
            Self::Attested { .. } => "control-attested-once",
            Self::NoAmount | Self::TooMuch { .. } => "expense-amount",
            Self::OwnApproval { .. } => "expense-approved-by-another",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::Attested { record, .. } => Some(*record),
            _ => None,
        }
    }
}
