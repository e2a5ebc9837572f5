//! What stands against a unit's part in an event.

use crate::id::UnitId;

/// A rule about units that an event breaks.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnitViolation {
    /// It happened after the unit was closed.
    #[error("{unit} was closed before that, by record {record}")]
    Closed {
        /// The unit.
        unit: UnitId,
        /// The record that closed it.
        record: u64,
    },
    /// It happened after the unit was merged into another.
    #[error("{unit} was merged into {into} before that, by record {record}: name {into} instead")]
    Merged {
        /// The unit.
        unit: UnitId,
        /// The unit that took it up.
        into: UnitId,
        /// The record that merged it.
        record: u64,
    },
    /// A unit ends once: it was closed or merged already, on whatever day.
    #[error("{unit} has ended already, by record {record}")]
    Ended {
        /// The unit.
        unit: UnitId,
        /// The record that ended it.
        record: u64,
    },
    /// A unit cannot be merged into itself.
    #[error("{unit} cannot be merged into itself")]
    IntoItself {
        /// The unit.
        unit: UnitId,
    },
    /// A unit cannot be merged into one that was merged into it.
    #[error("{unit} cannot be merged into {into}, which was merged into it by record {record}")]
    MergeCycle {
        /// The unit.
        unit: UnitId,
        /// The unit it was to be merged into.
        into: UnitId,
        /// The record that merged that one.
        record: u64,
    },
    /// A unit cannot have ended before another one was merged into it.
    #[error("{unit} took up another unit later than that, by record {record}")]
    TookUpLater {
        /// The unit.
        unit: UnitId,
        /// The record that merged the other one into it.
        record: u64,
    },
}

impl UnitViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "unit-not-closed",
            Self::Merged { .. } => "unit-not-merged",
            Self::Ended { .. } => "unit-ends-once",
            Self::IntoItself { .. } => "unit-merge-into-itself",
            Self::MergeCycle { .. } => "unit-merge-cycle",
            Self::TookUpLater { .. } => "unit-ends-after-mergers",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::Closed { record, .. }
            | Self::Merged { record, .. }
            | Self::Ended { record, .. }
            | Self::MergeCycle { record, .. }
            | Self::TookUpLater { record, .. } => Some(*record),
            Self::IntoItself { .. } => None,
        }
    }
}
