//! The events of a household's time on the register.

use super::{Absence, HouseholdEnd, HouseholdState, HouseholdViolation, Move};
use crate::{
    day::Day,
    id::{HouseholdId, StreamRef, UnitId},
    key::KeyKind,
    label::Label,
    mark::Mark,
    numbered::numbered,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    time::OccurredAt,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// A household entered the register. Who and where it is are personal fields.
    pub struct HouseholdRegistered {
        /// The unit it belongs to.
        pub unit: UnitId,
        /// Its number in the household register. No two households have the same.
        pub code: Option<Label>,
        /// How many members it has, 1 to 32.
        pub members: u8,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 352, version 1, opens HouseholdId;
    personal HouseholdRegisteredPersonal { name: Name, contact: Contact, address: Address } requires [];
}

crate::event! {
    /// A household moved from one unit to another, away from all of them, or back.
    pub struct HouseholdMoved {
        /// The unit it belonged to, or one that stands for that; nothing where it comes back from outside.
        pub from: Option<UnitId>,
        /// The unit it belongs to from then on; nothing where it moved away.
        pub to: Option<UnitId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 353, version 1, continues HouseholdId;
    personal HouseholdMovedPersonal { address: Address } requires [];
}

crate::event! {
    /// A household was found to be away, as far as is known until a day. Said again with the same first day, it says
    /// better until when.
    pub struct HouseholdAbsent {
        /// The first day away.
        pub from: Day,
        /// The last day away; nothing where nobody knows.
        pub until: Option<Day>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 354, version 1, continues HouseholdId;
    personal HouseholdAbsentPersonal { reason: Reason } requires [];
}

crate::event! {
    /// A household left the register for good.
    pub struct HouseholdClosed {
        /// Why.
        pub reason: HouseholdCloseReason,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 355, version 1, continues HouseholdId;
    personal HouseholdClosedPersonal { reason: Reason } requires [];
}

numbered! {
    /// Why a household left the register.
    pub enum HouseholdCloseReason ("reason for closing a household") {
        /// 并户: its members joined another household.
        Joined = 1, "joined";
        /// 销户: nobody is left of it.
        Extinct = 2, "extinct";
        /// 重复登记: it stood on the register twice.
        Duplicate = 3, "duplicate";
        /// 其他
        Other = 4, "other";
    }
}

impl Rules for HouseholdRegistered {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Home, self.unit.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn claims(&self, claim: &mut impl FnMut(KeyKind, &Label)) {
        if let Some(code) = &self.code {
            claim(KeyKind::HouseholdCode, code);
        }
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        if !(1..=HouseholdState::MAX_MEMBERS).contains(&self.members) {
            return Err(HouseholdViolation::Members { members: self.members }.into());
        }
        alive_at(view, Role::Home, self.unit, place.occurred).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_household(HouseholdState::new(self.unit, self.members, Mark::of(meta)));
        Ok(())
    }
}

impl Rules for HouseholdMoved {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        for (role, unit) in [(Role::MovedFrom, self.from), (Role::MovedTo, self.to)] {
            if let Some(unit) = unit {
                name(role, unit.stream());
            }
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let then = place.occurred;
        let (household, state) = own::<Self>(view, place.stream)?;
        still_there(household, state, then)?;
        let last = state.moves().last();
        let record = last.map_or(state.record(), |moved| moved.record);
        if last.is_some_and(|moved| then.is_certainly_before(moved.at)) {
            return Err(HouseholdViolation::MovedLater { household, record }.into());
        }
        match (self.from, state.unit) {
            (None, Some(home)) => {
                return Err(HouseholdViolation::NotOutside { household, home, record }.into());
            }
            (Some(_), None) => return Err(HouseholdViolation::MovedAway { household, record }.into()),
            (Some(unit), Some(home)) => {
                if !alive_at(view, Role::MovedFrom, unit, then)?.stands_for(unit, home, then) {
                    return Err(HouseholdViolation::OtherUnit { household, unit, home, record }.into());
                }
            }
            (None, None) => {}
        }
        if self.to == state.unit {
            return Err(HouseholdViolation::SameHome { household, record }.into());
        }
        match self.to {
            Some(to) => alive_at(view, Role::MovedTo, to, then).map(drop),
            None => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let state = own_mut::<Self>(store, meta.stream)?;
        let moved = Move { at: meta.occurred, from: state.unit, to: self.to, record: meta.index };
        state.history_mut().moves.push(moved);
        state.unit = self.to;
        Ok(())
    }
}

impl Rules for HouseholdAbsent {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (household, state) = own::<Self>(view, place.stream)?;
        state.on_register(household, place.occurred)?;
        if self.until.is_some_and(|until| until < self.from) {
            return Err(HouseholdViolation::BackBeforeAway.into());
        }
        let others = state.absences().iter().filter(|other| other.from != self.from);
        match others.into_iter().find(|other| other.overlaps(self.from, self.until)) {
            Some(other) => Err(HouseholdViolation::AwayAlready { household, record: other.record }.into()),
            None => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let absences = &mut own_mut::<Self>(store, meta.stream)?.history_mut().absences;
        let absence = Absence { from: self.from, until: self.until, record: meta.index };
        let behind = absences.partition_point(|other| other.from < self.from);
        match absences.get_mut(behind).filter(|other| other.from == self.from) {
            Some(other) => *other = absence,
            None => absences.insert(behind, absence),
        }
        Ok(())
    }
}

impl Rules for HouseholdClosed {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (household, state) = own::<Self>(view, place.stream)?;
        still_there(household, state, place.occurred)?;
        match state.moves().last() {
            Some(moved) if place.occurred.is_certainly_before(moved.at) => {
                Err(HouseholdViolation::MovedLater { household, record: moved.record }.into())
            }
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let end = HouseholdEnd { at: meta.occurred, reason: self.reason, record: meta.index };
        own_mut::<Self>(store, meta.stream)?.history_mut().end = Some(Box::new(end));
        Ok(())
    }
}

/// Checks that a household was registered by then and has not been closed on any day.
fn still_there(household: HouseholdId, state: &HouseholdState, then: OccurredAt) -> Result<(), Violation> {
    if let Some(end) = state.end() {
        return Err(HouseholdViolation::ClosedAlready { household, record: end.record }.into());
    }
    state.on_register(household, then)
}
