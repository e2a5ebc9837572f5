//! What stands against an event of a pairing.

use crate::id::{HouseholdId, OfficialId, PairingId};

/// A rule about pairings that an event breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PairingViolation {
    /// The pair is there already.
    #[error(
        "{official} is paired with {household} then, by record {record}: {pairing} would have to end first"
    )]
    Doubled {
        /// The official.
        official: OfficialId,
        /// The household.
        household: HouseholdId,
        /// The pairing there is.
        pairing: PairingId,
        /// The record that established it.
        record: u64,
    },
    /// The pairing is somebody else's.
    #[error("{pairing} is a pairing of {official} by record {record}")]
    OtherOfficial {
        /// The pairing.
        pairing: PairingId,
        /// Whose it is.
        official: OfficialId,
        /// The record that established it.
        record: u64,
    },
    /// The pairing ended already.
    #[error("{pairing} was ended by record {record}")]
    Ended {
        /// The pairing.
        pairing: PairingId,
        /// The record that ended it.
        record: u64,
    },
}

impl PairingViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Doubled { .. } => "one-live-pairing-of-a-pair",
            Self::OtherOfficial { .. } => "pairing-of-that-official",
            Self::Ended { .. } => "pairing-ended-once",
        }
    }

    /// Returns the record that stands against the event.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::Doubled { record, .. }
            | Self::OtherOfficial { record, .. }
            | Self::Ended { record, .. } => Some(*record),
        }
    }
}
