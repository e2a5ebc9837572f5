//! What stands against a household's part in an event.

use crate::id::{HouseholdId, UnitId};

/// A rule about households that an event breaks.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HouseholdViolation {
    /// A household has 1 to 32 members.
    #[error("a household of {members} members (1 to {})", super::HouseholdState::MAX_MEMBERS)]
    Members {
        /// How many it was to have.
        members: u8,
    },
    /// It happened after the household was closed.
    #[error("{household} was closed before that, by record {record}")]
    Closed {
        /// The household.
        household: HouseholdId,
        /// The record that closed it.
        record: u64,
    },
    /// A household ends once: it was closed already, on whatever day.
    #[error("{household} was closed already, by record {record}")]
    ClosedAlready {
        /// The household.
        household: HouseholdId,
        /// The record that closed it.
        record: u64,
    },
    /// The household had moved away from every unit of the ledger.
    #[error("{household} had moved away by then, by record {record}")]
    MovedAway {
        /// The household.
        household: HouseholdId,
        /// The record of the move.
        record: u64,
    },
    /// The household belonged to another unit.
    #[error("{household} does not belong to {unit} at that time, but to {home} by record {record}")]
    OtherUnit {
        /// The household.
        household: HouseholdId,
        /// The unit named.
        unit: UnitId,
        /// The unit it belonged to.
        home: UnitId,
        /// The record that says so.
        record: u64,
    },
    /// A move to where the household is.
    #[error("{household} is there already, by record {record}")]
    SameHome {
        /// The household.
        household: HouseholdId,
        /// The record that says so.
        record: u64,
    },
    /// A move from outside of a household that is inside.
    #[error("{household} does not come from outside, but belongs to {home} by record {record}")]
    NotOutside {
        /// The household.
        household: HouseholdId,
        /// The unit it belongs to.
        home: UnitId,
        /// The record that says so.
        record: u64,
    },
    /// Moves are recorded in the order in which they happened.
    #[error("{household} moved later than that, by record {record}")]
    MovedLater {
        /// The household.
        household: HouseholdId,
        /// The record of the later move.
        record: u64,
    },
    /// An absence that ends before it begins.
    #[error("an absence cannot end before its first day")]
    BackBeforeAway,
    /// An absence that shares days with another.
    #[error(
        "{household} is away on some of these days by record {record}: name its first day to say until when"
    )]
    AwayAlready {
        /// The household.
        household: HouseholdId,
        /// The record of the other absence.
        record: u64,
    },
}

impl HouseholdViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Members { .. } => "household-members",
            Self::Closed { .. } => "household-not-closed",
            Self::ClosedAlready { .. } => "household-closed-once",
            Self::MovedAway { .. } => "household-not-moved-away",
            Self::OtherUnit { .. } => "household-of-the-unit",
            Self::SameHome { .. } => "household-move-elsewhere",
            Self::NotOutside { .. } => "household-comes-from-outside",
            Self::MovedLater { .. } => "household-moves-in-order",
            Self::BackBeforeAway => "absence-ends-after-its-beginning",
            Self::AwayAlready { .. } => "absences-share-no-day",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::Closed { record, .. }
            | Self::ClosedAlready { record, .. }
            | Self::MovedAway { record, .. }
            | Self::OtherUnit { record, .. }
            | Self::SameHome { record, .. }
            | Self::NotOutside { record, .. }
            | Self::MovedLater { record, .. }
            | Self::AwayAlready { record, .. } => Some(*record),
            Self::Members { .. } | Self::BackBeforeAway => None,
        }
    }
}
