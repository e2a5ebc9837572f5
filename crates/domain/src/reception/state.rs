//! What is known of a unit's receptions.

use serde::{Deserialize, Serialize};

use crate::{
    day::{Day, IsoWeek},
    reception::ReceptionCancelReason,
    room::make_room,
    unit::UnitState,
};

/// The receptions of a unit, and the weeks without one.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct UnitReceptions {
    /// Its receptions, days ascending.
    pub held: Vec<Reception>,
    /// The weeks for which it was cancelled, ascending, each once.
    pub cancelled: Vec<CancelledWeek>,
}

/// A reception.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reception {
    /// On which day.
    pub day: Day,
    /// Whether a substitute received in the secretary's place.
    pub substitute: bool,
    /// How many persons came.
    pub persons: u32,
    /// The record.
    pub record: u64,
}

/// A week whose reception was cancelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CancelledWeek {
    /// The week.
    pub week: IsoWeek,
    /// Why.
    pub reason: ReceptionCancelReason,
    /// The record.
    pub record: u64,
}

impl UnitReceptions {
    /// Enters a reception behind those of its day and before.
    pub(crate) fn enter(&mut self, reception: Reception) {
        let behind = self.held.partition_point(|held| held.day <= reception.day);
        make_room(&mut self.held);
        self.held.insert(behind, reception);
    }

    /// Counts a person who came to the reception of this day and record.
    pub(crate) fn receive(&mut self, day: Day, record: u64) {
        let from = self.held.partition_point(|held| held.day < day);
        if let Some(held) = self.held.iter_mut().skip(from).find(|held| held.record == record) {
            held.persons = held.persons.saturating_add(1);
        }
    }

    /// Enters a cancelled week.
    pub(crate) fn cancel(&mut self, cancelled: CancelledWeek) {
        let behind = self.cancelled.partition_point(|other| other.week < cancelled.week);
        make_room(&mut self.cancelled);
        self.cancelled.insert(behind, cancelled);
    }
}

impl UnitState {
    /// Returns its receptions, days ascending.
    pub fn receptions(&self) -> &[Reception] {
        self.receptions.as_deref().map_or(&[], |receptions| &receptions.held)
    }

    /// Returns its receptions in the days `[from, until]`, ascending.
    pub fn receptions_within(&self, from: Day, until: Day) -> &[Reception] {
        let held = self.receptions();
        let first = held.partition_point(|held| held.day < from);
        let behind = held.partition_point(|held| held.day <= until);
        held.get(first..behind).unwrap_or(&[])
    }

    /// Returns its receptions of one day.
    pub fn receptions_on(&self, day: Day) -> &[Reception] {
        self.receptions_within(day, day)
    }

    /// Returns the cancellation of a week's reception, if there is one.
    pub fn cancellation(&self, week: IsoWeek) -> Option<&CancelledWeek> {
        let cancelled = &self.receptions.as_deref()?.cancelled;
        let at = cancelled.binary_search_by_key(&week, |cancelled| cancelled.week).ok()?;
        cancelled.get(at)
    }
}
