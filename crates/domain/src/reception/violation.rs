//! What stands against a reception.

use crate::{
    day::{Day, IsoWeek},
    id::{OfficialId, UnitId},
};

/// A rule about receptions that an event breaks.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceptionViolation {
    /// Who received is not the unit's secretary.
    #[error(
        "{official} (registered by record {record}) is not the secretary of {unit} at that time: record a \
         substitute"
    )]
    NotTheSecretary {
        /// The official.
        official: OfficialId,
        /// The unit.
        unit: UnitId,
        /// The record that registered the official.
        record: u64,
    },
    /// The secretary was recorded as a substitute.
    #[error("{official} is the secretary of {unit} at that time, by record {record}, and no substitute")]
    SecretaryAsSubstitute {
        /// The official.
        official: OfficialId,
        /// The unit.
        unit: UnitId,
        /// The record of the appointment.
        record: u64,
    },
    /// The record is not one of a reception of the unit.
    #[error("record {record} is no reception of {unit}")]
    NoSuchReception {
        /// The unit.
        unit: UnitId,
        /// The record named.
        record: u64,
    },
    /// The person came on another day than that of the reception.
    #[error("the reception of record {record} was held on {held}, not on {day}")]
    OtherDay {
        /// The record of the reception.
        record: u64,
        /// Its day.
        held: Day,
        /// The day the person came.
        day: Day,
    },
    /// A week's reception is cancelled once.
    #[error("the reception of {unit} in {week} was cancelled already, by record {record}")]
    CancelledAlready {
        /// The unit.
        unit: UnitId,
        /// The week.
        week: IsoWeek,
        /// The record of the cancellation.
        record: u64,
    },
    /// The week was over when its reception was cancelled.
    #[error("{week} was over by then: a reception is cancelled until {}", week.last_day())]
    WeekOver {
        /// The week.
        week: IsoWeek,
    },
}

impl ReceptionViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NotTheSecretary { .. } => "reception-by-the-secretary",
            Self::SecretaryAsSubstitute { .. } => "substitute-is-not-the-secretary",
            Self::NoSuchReception { .. } => "reception-exists",
            Self::OtherDay { .. } => "received-on-the-day",
            Self::CancelledAlready { .. } => "reception-cancelled-once",
            Self::WeekOver { .. } => "reception-cancelled-in-time",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::NotTheSecretary { record, .. }
            | Self::SecretaryAsSubstitute { record, .. }
            | Self::OtherDay { record, .. }
            | Self::CancelledAlready { record, .. } => Some(*record),
            Self::NoSuchReception { .. } | Self::WeekOver { .. } => None,
        }
    }
}
