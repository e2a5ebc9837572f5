//! What stands against a visit.

use crate::{
    day::Day,
    id::{HouseholdId, OfficialId, UnitId},
};

/// A rule about visits that an event breaks.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VisitViolation {
    /// Who called is not of the unit's team.
    #[error("{official} (registered by record {record}) does not belong to the team of {unit} at that time")]
    NotOfTheTeam {
        /// The official.
        official: OfficialId,
        /// The unit.
        unit: UnitId,
        /// The record that registered the official.
        record: u64,
    },
    /// The household was visited on that day already.
    #[error("{household} was visited on {day} already, by record {record}")]
    TwiceADay {
        /// The household.
        household: HouseholdId,
        /// The day.
        day: Day,
        /// The record of the other visit.
        record: u64,
    },
    /// More companions than a visit can have.
    #[error("{count} companions (at most {})", super::VisitMade::MAX_COMPANIONS)]
    TooManyCompanions {
        /// How many there were to be.
        count: usize,
    },
    /// An official took part in a visit twice over.
    #[error("{official} is named twice: a companion is another official, and each is named once")]
    NamedTwice {
        /// The official.
        official: OfficialId,
    },
}

impl VisitViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NotOfTheTeam { .. } => "visit-by-the-team",
            Self::TwiceADay { .. } => "one-visit-a-day",
            Self::TooManyCompanions { .. } => "visit-companions",
            Self::NamedTwice { .. } => "visit-companions-differ",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::NotOfTheTeam { record, .. } | Self::TwiceADay { record, .. } => Some(*record),
            Self::TooManyCompanions { .. } | Self::NamedTwice { .. } => None,
        }
    }
}
