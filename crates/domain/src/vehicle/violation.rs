//! What stands against an event about a vehicle.

use super::DisposalKind;
use crate::{
    day::Day,
    id::{UnitId, VehicleId},
};

/// What stands against an event about a vehicle.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VehicleViolation {
    /// A disposal is live.
    #[error("{vehicle} is {kind} by record {record}: a vehicle has one live disposal")]
    Disposed {
        /// The vehicle.
        vehicle: VehicleId,
        /// The live disposal.
        kind: DisposalKind,
        /// Its record.
        record: u64,
    },
    /// A disposal lacks what its kind needs.
    #[error("{vehicle}: a disposal that is {kind} needs {what}")]
    Lacks {
        /// The vehicle.
        vehicle: VehicleId,
        /// The kind of disposal.
        kind: DisposalKind,
        /// What it lacks.
        what: &'static str,
    },
    /// A disposal has what its kind does not have.
    #[error("{vehicle}: a disposal that is {kind} does not have {what}")]
    Foreign {
        /// The vehicle.
        vehicle: VehicleId,
        /// The kind of disposal.
        kind: DisposalKind,
        /// What it has.
        what: &'static str,
    },
    /// A transition ends before it begins.
    #[error("{vehicle}: a transition from {day} cannot last until {until}")]
    EndsBeforeItBegins {
        /// The vehicle.
        vehicle: VehicleId,
        /// The first day.
        day: Day,
        /// The last day.
        until: Day,
    },
    /// It is given to the unit that has it.
    #[error("{vehicle} is {unit}'s by record {record} and cannot be reassigned to it")]
    SameUnit {
        /// The vehicle.
        vehicle: VehicleId,
        /// The unit.
        unit: UnitId,
        /// The record that found it there.
        record: u64,
    },
    /// There is no live transition that could expire.
    #[error("{vehicle} has no live transition since record {record}")]
    NoTransition {
        /// The vehicle.
        vehicle: VehicleId,
        /// The record of its live disposal, of its last expiry, or of its finding.
        record: u64,
    },
    /// The transition lasts longer.
    #[error("{vehicle}: the transition lasts until {until} by record {record} and has not expired on {day}")]
    NotExpired {
        /// The vehicle.
        vehicle: VehicleId,
        /// Its last day.
        until: Day,
        /// The day on which it should have expired.
        day: Day,
        /// The record of the disposal.
        record: u64,
    },
}

impl VehicleViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Disposed { .. } => "one-live-disposal",
            Self::Lacks { .. } | Self::Foreign { .. } => "disposal-fits-its-kind",
            Self::EndsBeforeItBegins { .. } => "transition-has-days",
            Self::SameUnit { .. } => "reassigned-to-another-unit",
            Self::NoTransition { .. } => "transition-live",
            Self::NotExpired { .. } => "transition-expired",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::Lacks { .. } | Self::Foreign { .. } | Self::EndsBeforeItBegins { .. } => None,
            Self::Disposed { record, .. }
            | Self::SameUnit { record, .. }
            | Self::NoTransition { record, .. }
            | Self::NotExpired { record, .. } => Some(*record),
        }
    }
}
