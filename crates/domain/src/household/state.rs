//! What is known of a household.

use serde::{Deserialize, Serialize};

use crate::{
    aid::ResolvedDifficulty,
    day::Day,
    few::Few,
    household::{HouseholdCloseReason, HouseholdViolation},
    id::{HouseholdId, UnitId},
    mark::Mark,
    rules::subject,
    subject::Role,
    time::OccurredAt,
    too_early::TooEarly,
    unit::UnitState,
    view::View,
    violation::Violation,
    visit::{Visit, VisitDays},
};

/// What is known of a household. Ten million of them are kept: what most do not have lies behind one pointer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HouseholdState {
    /// Since when it is registered, and the record that says so.
    registration: Mark,
    /// What became of it since; `None` for most.
    history: Option<Box<HouseholdHistory>>,
    /// When it was visited.
    pub visits: VisitDays,
    /// The unit it belongs to; `None` once it moved away from every unit of the ledger.
    pub unit: Option<UnitId>,
    /// How many members it has, 1 to [`MAX_MEMBERS`](Self::MAX_MEMBERS).
    pub members: u8,
}

/// What became of a household after its registration.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct HouseholdHistory {
    /// Its moves, in the order in which they happened.
    pub(super) moves: Few<Move>,
    /// When it was away, ascending, no day twice.
    pub(super) absences: Few<Absence>,
    /// How it was closed, if it was.
    pub(super) end: Option<Box<HouseholdEnd>>,
    /// Its difficulties that were resolved, in the order of their records.
    pub(super) difficulties: Few<ResolvedDifficulty>,
    /// The calls in vain.
    pub(super) attempts: Option<Box<VisitDays>>,
    /// Which of its members aid reached whose receipt is confirmed: bit n, from the lowest, for member n + 1.
    pub(super) benefited: u32,
}

/// Days on which a household was away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Absence {
    /// The first of them.
    pub from: Day,
    /// The last of them; `None` where nobody knows.
    pub until: Option<Day>,
    /// The record that says so.
    pub record: u64,
}

impl Absence {
    /// Says whether one of these days lies in `[from, until]`, which has no end without `until`.
    pub fn overlaps(&self, from: Day, until: Option<Day>) -> bool {
        self.until.is_none_or(|last| from <= last) && until.is_none_or(|last| self.from <= last)
    }
}

/// A move of a household.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Move {
    /// When, as claimed.
    pub at: OccurredAt,
    /// The unit it belonged to; `None` where it came from outside.
    pub from: Option<UnitId>,
    /// The unit it belongs to from then on; `None` where it moved away.
    pub to: Option<UnitId>,
    /// The record.
    pub record: u64,
}

/// The end of a household.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HouseholdEnd {
    /// When, as claimed.
    pub at: OccurredAt,
    /// Why.
    pub reason: HouseholdCloseReason,
    /// The record.
    pub record: u64,
}

/// A time through which a household belonged to one unit, or to none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Home {
    /// The unit; `None` while it was away.
    pub unit: Option<UnitId>,
    /// Since when, as claimed.
    pub since: OccurredAt,
    /// Until when, as claimed; `None` where it still does.
    pub until: Option<OccurredAt>,
    /// The record that says since when.
    pub record: u64,
}

impl HouseholdState {
    /// The most members a household can have: as many as the set of those whom aid reached can hold.
    pub const MAX_MEMBERS: u8 = 32;

    pub(super) fn new(unit: UnitId, members: u8, registration: Mark) -> Self {
        Self { registration, history: None, visits: VisitDays::default(), unit: Some(unit), members }
    }

    /// Returns since when it is registered, as claimed.
    pub fn registered(&self) -> OccurredAt {
        self.registration.occurred()
    }

    /// Returns the record that registered it.
    pub fn record(&self) -> u64 {
        self.registration.record()
    }

    pub(super) fn history_mut(&mut self) -> &mut HouseholdHistory {
        self.history.get_or_insert_default()
    }

    /// Enters a call in vain.
    pub(crate) fn call_in_vain(&mut self, call: Visit) {
        self.history_mut().attempts.get_or_insert_default().enter(call);
    }

    /// Enters a difficulty that was resolved.
    pub(crate) fn resolve(&mut self, resolved: ResolvedDifficulty) {
        self.history_mut().difficulties.push(resolved);
    }

    /// Notes members whom aid reached: bit n, from the lowest, for member n + 1.
    pub(crate) fn benefit(&mut self, members: u32) {
        self.history_mut().benefited |= members;
    }

    /// Returns the calls in vain. None of them is a visit.
    pub fn attempts(&self) -> Option<&VisitDays> {
        self.history.as_deref()?.attempts.as_deref()
    }

    /// Returns its moves, in the order in which they happened.
    pub fn moves(&self) -> &[Move] {
        self.history.as_deref().map_or(&[], |history| &history.moves)
    }

    /// Returns when it was away, ascending.
    pub fn absences(&self) -> &[Absence] {
        self.history.as_deref().map_or(&[], |history| &history.absences)
    }

    /// Returns how it was closed, if it was.
    pub fn end(&self) -> Option<&HouseholdEnd> {
        self.history.as_deref()?.end.as_deref()
    }

    /// Returns its difficulties that were resolved, in the order of their records.
    pub fn difficulties(&self) -> &[ResolvedDifficulty] {
        self.history.as_deref().map_or(&[], |history| &history.difficulties)
    }

    /// Returns how many of its members aid reached: distinct persons.
    pub fn beneficiaries(&self) -> u32 {
        self.history.as_deref().map_or(0, |history| history.benefited.count_ones())
    }

    /// Iterates over the units it belonged to, in the order of time.
    pub fn homes(&self) -> impl Iterator<Item = Home> {
        let moves = self.moves();
        let first = (moves.first().map_or(self.unit, |first| first.from), self.registered(), self.record());
        let since =
            std::iter::once(first).chain(moves.iter().map(|moved| (moved.to, moved.at, moved.record)));
        let until = moves.iter().map(|moved| Some(moved.at)).chain([None]);
        since.zip(until).map(|((unit, since, record), until)| Home { unit, since, until, record })
    }

    /// Checks that the household, whose id is `own`, belonged to a unit at that time, or to one that this unit stands for.
    pub(crate) fn at_home(
        &self,
        own: HouseholdId,
        (unit, state): (UnitId, &UnitState),
        then: OccurredAt,
    ) -> Result<(), Violation> {
        let mut last = None;
        for home in self.homes() {
            let began = !then.is_certainly_before(home.since);
            let ended = home.until.is_some_and(|until| until.is_certainly_before(then));
            if began && !ended {
                if home.unit.is_some_and(|home| state.stands_for(unit, home, then)) {
                    return Ok(());
                }
                last = Some(home);
            }
        }
        let record = last.map_or(self.record(), |home| home.record);
        Err(match last.and_then(|home| home.unit) {
            Some(home) => HouseholdViolation::OtherUnit { household: own, unit, home, record }.into(),
            None => HouseholdViolation::MovedAway { household: own, record }.into(),
        })
    }

    /// Checks that the household, whose id is `own`, was on the register at that time.
    pub(crate) fn on_register(&self, own: HouseholdId, then: OccurredAt) -> Result<(), Violation> {
        if then.is_certainly_before(self.registered()) {
            return Err(
                TooEarly { subject: own.stream(), was: "was registered", record: self.record() }.into()
            );
        }
        match self.end() {
            Some(end) if end.at.is_certainly_before(then) => {
                Err(HouseholdViolation::Closed { household: own, record: end.record }.into())
            }
            _ => Ok(()),
        }
    }
}

/// Returns the state of a household that was on the register at a time.
pub(crate) fn on_register_at(
    view: &impl View,
    role: Role,
    household: HouseholdId,
    then: OccurredAt,
) -> Result<&HouseholdState, Violation> {
    let state = subject(view, role, household)?;
    state.on_register(household, then)?;
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_million_households_are_small() {
        assert_eq!(size_of::<HouseholdState>(), 72);
        assert!(size_of::<HouseholdHistory>() <= 48);
    }
}
