//! What stands against an event of a stay.

use crate::id::{OfficialId, StayId, UnitId};

/// A rule about stays that an event breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StayViolation {
    /// Nobody stays in two places.
    #[error("{official} stays elsewhere then: {other}, by record {record}")]
    Overlap {
        /// The official.
        official: OfficialId,
        /// The other stay.
        other: StayId,
        /// The record that started it.
        record: u64,
    },
    /// The stay is somebody else's.
    #[error("{stay} is the stay of {official} by record {record}")]
    OtherOfficial {
        /// The stay.
        stay: StayId,
        /// Whose it is.
        official: OfficialId,
        /// The record that started it.
        record: u64,
    },
    /// The stay ended already.
    #[error("{stay} was ended by record {record}")]
    Ended {
        /// The stay.
        stay: StayId,
        /// The record that ended it.
        record: u64,
    },
    /// The stay has not ended.
    #[error("{stay}, started by record {record}, has not ended: it is certified afterwards")]
    NotEnded {
        /// The stay.
        stay: StayId,
        /// The record that started it.
        record: u64,
    },
    /// The stay is certified already.
    #[error("{stay} was certified by record {record}")]
    Certified {
        /// The stay.
        stay: StayId,
        /// The record that certified it.
        record: u64,
    },
    /// Nobody certifies their own stay.
    #[error("{stay} is the stay of {official} by record {record}: somebody else of the unit certifies it")]
    OwnStay {
        /// The stay.
        stay: StayId,
        /// The official.
        official: OfficialId,
        /// The record that started it.
        record: u64,
    },
    /// Only the unit's own officials certify.
    #[error("{official} does not belong to {unit}, where {stay} was by record {record}")]
    NotOfTheUnit {
        /// The stay.
        stay: StayId,
        /// The official.
        official: OfficialId,
        /// The unit.
        unit: UnitId,
        /// The record that started it.
        record: u64,
    },
}

impl StayViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Overlap { .. } => "stays-do-not-overlap",
            Self::OtherOfficial { .. } => "stay-of-that-official",
            Self::Ended { .. } => "stay-ended-once",
            Self::NotEnded { .. } => "stay-certified-after-its-end",
            Self::Certified { .. } => "stay-certified-once",
            Self::OwnStay { .. } => "stay-certified-by-another",
            Self::NotOfTheUnit { .. } => "stay-certified-by-the-unit",
        }
    }

    /// Returns the record that stands against the event.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::Overlap { record, .. }
            | Self::OtherOfficial { record, .. }
            | Self::Ended { record, .. }
            | Self::NotEnded { record, .. }
            | Self::Certified { record, .. }
            | Self::OwnStay { record, .. }
            | Self::NotOfTheUnit { record, .. } => Some(*record),
        }
    }
}
