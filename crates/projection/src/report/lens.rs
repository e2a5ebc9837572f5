//! What of the states a report looks at.

use std::{collections::BTreeSet, sync::Arc};

use docket_domain::{
    Day, HouseholdId, HouseholdState, Mark, OccurredAt, OfficialId, Precision, Timestamp, UnitId, View as _,
    Zone,
};

use super::sheet::Scope;
use crate::states::States;

/// The states, as one scope looks at them.
#[derive(Clone)]
pub(super) struct Lens<'a> {
    pub(super) states: &'a States,
    pub(super) scope: &'a Scope,
    /// The units that were asked for; `None` for all.
    units: Option<Arc<BTreeSet<UnitId>>>,
}

impl<'a> Lens<'a> {
    pub(super) fn new(states: &'a States, scope: &'a Scope) -> Self {
        let units = scope.unit.map(|unit| Arc::new(units_below(states, unit)));
        Self { states, scope, units }
    }

    /// Says whether a moment counts.
    #[inline]
    pub(super) fn has(&self, at: Timestamp) -> bool {
        self.scope.has(at)
    }

    /// Says whether something of this unit counts. What is of no unit counts where no unit was asked for.
    #[inline]
    pub(super) fn takes(&self, unit: Option<UnitId>) -> bool {
        self.units.as_ref().is_none_or(|units| unit.is_some_and(|unit| units.contains(&unit)))
    }

    /// Says whether something of this official counts.
    #[inline]
    pub(super) fn takes_official(&self, official: Option<OfficialId>) -> bool {
        self.scope.official.is_none_or(|asked| official == Some(asked))
    }

    /// Says whether something of this household counts.
    #[inline]
    pub(super) fn takes_household(&self, household: HouseholdId) -> bool {
        self.scope.household.is_none_or(|asked| household == asked)
    }

    pub(super) fn zone(&self) -> &'a Zone {
        self.states.zone()
    }

    /// Returns the last moment that the report is about.
    pub(super) fn last_moment(&self) -> Timestamp {
        let end = self.scope.period.map_or(i64::MAX, |(_, to)| to.saturating_sub(1));
        Timestamp(end.min(self.scope.known_until.0))
    }

    /// Returns the last moment, as exactly as moments are known.
    pub(super) fn end(&self) -> OccurredAt {
        OccurredAt { at: self.last_moment(), precision: Precision::Microsecond }
    }

    /// Returns the day that the last moment lies on.
    pub(super) fn last_day(&self) -> Day {
        self.zone().day_of(self.last_moment())
    }

    /// Returns the first day of the period, or else `begun`.
    pub(super) fn first_day(&self, begun: Day) -> Day {
        self.scope.period.map_or(begun, |(from, _)| self.zone().day_of(Timestamp(from)))
    }

    /// Returns the days of the period, `[first, last]`: those on which its first and last moments lie, and all between.
    pub(super) fn days(&self) -> (Day, Day) {
        match self.scope.period {
            None => (Day(i32::MIN), Day(i32::MAX)),
            // An empty period has no day.
            Some((from, to)) if to <= from => (Day(0), Day(-1)),
            Some((from, to)) => {
                (self.zone().day_of(Timestamp(from)), self.zone().day_of(Timestamp(to.saturating_sub(1))))
            }
        }
    }

    /// Returns the days `[first, last]` that were over by the last moment, of those of the period.
    pub(super) fn days_over(&self) -> (Day, Day) {
        let behind = self.zone().day_of(Timestamp(self.last_moment().0.saturating_add(1)));
        (self.first_day(Day(i32::MIN)), behind.plus(-1))
    }

    /// Returns the beginning of a day, as exactly as days are known.
    pub(super) fn morning(&self, day: Day) -> OccurredAt {
        OccurredAt { at: self.zone().start_of(day), precision: Precision::Day }
    }

    /// Says whether something had happened by the last moment.
    #[inline]
    pub(super) fn knows(&self, mark: Mark) -> bool {
        mark.occurred().at <= self.last_moment()
    }

    /// Says whether what was due on a day fell due in the period: whether the day was over by its end.
    pub(super) fn fell_due(&self, due: Day) -> bool {
        let (first, last) = self.days_over();
        (first..=last).contains(&due)
    }

    /// Returns the unit to which an official belonged at a time: that of the last appointment until then, or else of the
    /// registration. Who left belongs to the unit they left.
    pub(super) fn unit_of(&self, official: OfficialId, then: OccurredAt) -> Option<UnitId> {
        unit_of_official(self.states, official, then)
    }

    /// Returns the unit on whose register a household is at the last moment.
    #[inline]
    pub(super) fn home_of(&self, household: &HouseholdState) -> Option<UnitId> {
        if self.stands(household.registered(), household.end().map(|end| end.at)) {
            self.unit_of_household(household, self.end())
        } else {
            None
        }
    }

    /// Returns the unit to which a household belonged at a time, or at first, if it was registered later.
    #[inline]
    pub(super) fn unit_of_household(&self, household: &HouseholdState, then: OccurredAt) -> Option<UnitId> {
        let Some(first) = household.moves().first() else { return household.unit };
        let until_then = household.moves().iter().rev().find(|moved| moved.at.at <= then.at);
        until_then.map_or(first.from, |moved| moved.to)
    }

    /// Says whether something that lasts from one time to another is there at the last moment.
    #[inline]
    pub(super) fn stands(&self, from: OccurredAt, until: Option<OccurredAt>) -> bool {
        let last = self.last_moment();
        from.at <= last && until.is_none_or(|until| last < until.at)
    }
}

/// Returns the unit to which an official belonged at a time: that of the last appointment until then, or else of the
/// registration. Who left belongs to the unit they left. `None` where the official is not loaded.
pub fn unit_of_official(states: &States, official: OfficialId, then: OccurredAt) -> Option<UnitId> {
    Some(states.official(official)?.unit_at(then))
}

/// Returns a unit, those merged into it, and all that stand below any of these. All units must be loaded.
pub fn units_below(states: &States, unit: UnitId) -> BTreeSet<UnitId> {
    let mut found: BTreeSet<_> = BTreeSet::from([unit]);
    // A parent is registered before its children; but a unit can be merged into a later one, so this goes on until nothing
    // is added.
    loop {
        let before = found.len();
        for (id, state) in states.units() {
            let above = [state.parent, state.end.and_then(|end| end.into)];
            if above.into_iter().flatten().any(|unit| found.contains(&unit)) {
                found.insert(id);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}
