//! What is known of a unit.

use serde::{Deserialize, Serialize};

use crate::{
    finance::UnitFinance,
    id::UnitId,
    label::Label,
    papers::UnitPapers,
    reception::UnitReceptions,
    rules::subject,
    subject::Role,
    time::OccurredAt,
    too_early::TooEarly,
    unit::{UnitLevel, UnitViolation},
    view::View,
    violation::Violation,
};

/// What is known of a unit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UnitState {
    /// Its level.
    pub level: UnitLevel,
    /// The unit above it.
    pub parent: Option<UnitId>,
    /// Its name.
    pub name: Label,
    /// Its code in somebody else's register.
    pub code: Option<Label>,
    /// Since when it is registered, as claimed.
    pub registered: OccurredAt,
    /// The record that registered it.
    pub record: u64,
    /// How it ended, if it did.
    pub end: Option<UnitEnd>,
    /// Its finance, once something is known of it.
    pub finance: Option<Box<UnitFinance>>,
    /// What it cited and published.
    pub papers: Option<Box<UnitPapers>>,
    /// Its receptions, once there are any.
    pub receptions: Option<Box<UnitReceptions>>,
    /// The units merged into it, and those merged into them before, in the order of the records.
    pub absorbed: Vec<Absorbed>,
}

/// The end of a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UnitEnd {
    /// When, as claimed.
    pub at: OccurredAt,
    /// The unit it was merged into; `None` where it was closed.
    pub into: Option<UnitId>,
    /// The record.
    pub record: u64,
}

/// A unit that was merged into another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Absorbed {
    /// The unit.
    pub unit: UnitId,
    /// Since when it belongs to the other, as claimed.
    pub at: OccurredAt,
    /// The record.
    pub record: u64,
}

impl UnitState {
    /// Says whether `other` is this unit, whose id is `own`, or was merged into it by then.
    pub fn stands_for(&self, own: UnitId, other: UnitId, then: OccurredAt) -> bool {
        own == other
            || self.absorbed.iter().any(|merged| merged.unit == other && !then.is_certainly_before(merged.at))
    }

    /// Checks that the unit, whose id is `own`, stood at that time. The days of its registration and of its end count.
    pub(crate) fn alive(&self, own: UnitId, then: OccurredAt) -> Result<(), Violation> {
        if then.is_certainly_before(self.registered) {
            return Err(TooEarly { subject: own.stream(), was: "was registered", record: self.record }.into());
        }
        match self.end {
            Some(end) if end.at.is_certainly_before(then) => Err(match end.into {
                Some(into) => UnitViolation::Merged { unit: own, into, record: end.record }.into(),
                None => UnitViolation::Closed { unit: own, record: end.record }.into(),
            }),
            _ => Ok(()),
        }
    }
}

/// Returns the state of a unit that an event names, if the unit stood at that time.
pub(crate) fn alive_at(
    view: &impl View,
    role: Role,
    unit: UnitId,
    then: OccurredAt,
) -> Result<&UnitState, Violation> {
    let state = subject(view, role, unit)?;
    state.alive(unit, then)?;
    Ok(state)
}
