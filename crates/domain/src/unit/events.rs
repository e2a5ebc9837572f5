//! The events of a unit's life.

use super::{Absorbed, UnitEnd, UnitLevel, UnitState, UnitViolation, alive_at, level::UnitLevelV1};
use crate::{
    id::{StreamRef, UnitId},
    key::KeyKind,
    label::Label,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut, subject},
    source::SourceRow,
    subject::Role,
    time::OccurredAt,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// A unit entered the register.
    pub struct UnitRegistered {
        /// Its level.
        pub level: UnitLevel,
        /// The unit above it, registered before.
        pub parent: Option<UnitId>,
        /// Its name: public, as that of an office is.
        pub name: Label,
        /// Its code in somebody else's register. No two units have the same.
        pub code: Option<Label>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 256, version 2, opens UnitId;
    personal none;
}

crate::plain! {
    /// Schema version 1 of [`UnitRegistered`]: there were no branches.
    pub struct UnitRegisteredV1 {
        /// Its level.
        pub level: UnitLevelV1,
        /// The unit above it, registered before.
        pub parent: Option<UnitId>,
        /// Its name.
        pub name: Label,
        /// Its code in somebody else's register.
        pub code: Option<Label>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
}

impl From<UnitRegisteredV1> for UnitRegistered {
    fn from(first: UnitRegisteredV1) -> Self {
        let UnitRegisteredV1 { level, parent, name, code, origin } = first;
        Self { level: level.into(), parent, name, code, origin }
    }
}

crate::event! {
    /// A unit was merged into another, which stands for it from then on.
    pub struct UnitMerged {
        /// The unit that took it up.
        pub into: UnitId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 257, version 1, continues UnitId;
    personal none;
}

crate::event! {
    /// A unit was closed, and nothing stands for it.
    pub struct UnitClosed {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 258, version 1, continues UnitId;
    personal UnitClosedPersonal { reason: Reason } requires [];
}

impl Rules for UnitRegistered {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(parent) = self.parent {
            name(Role::Parent, parent.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn claims(&self, claim: &mut impl FnMut(KeyKind, &Label)) {
        if let Some(code) = &self.code {
            claim(KeyKind::UnitCode, code);
        }
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        match self.parent {
            Some(parent) => alive_at(view, Role::Parent, parent, place.occurred).map(drop),
            None => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_unit(UnitState {
            level: self.level,
            parent: self.parent,
            name: self.name.clone(),
            code: self.code.clone(),
            registered: meta.occurred,
            record: meta.index,
            end: None,
            finance: None,
            papers: None,
            receptions: None,
            absorbed: Vec::new(),
        });
        Ok(())
    }
}

impl Rules for UnitMerged {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Into, self.into.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (unit, state) = own::<Self>(view, place.stream)?;
        may_end(unit, state, place.occurred)?;
        if self.into == unit {
            return Err(UnitViolation::IntoItself { unit }.into());
        }
        if let Some(merged) = state.absorbed.iter().find(|merged| merged.unit == self.into) {
            return Err(UnitViolation::MergeCycle { unit, into: self.into, record: merged.record }.into());
        }
        let into = alive_at(view, Role::Into, self.into, place.occurred)?;
        // Whoever took that one up has its mergers' list already: a later entry would be missing there.
        match into.end {
            Some(end) => Err(UnitViolation::Ended { unit: self.into, record: end.record }.into()),
            None => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let (unit, state) = own::<Self>(store, meta.stream)?;
        subject(store, Role::Into, self.into)?;
        let (at, record) = (meta.occurred, meta.index);
        let taken: Vec<_> = state.absorbed.iter().map(|merged| merged.unit).chain([unit]).collect();
        own_mut::<Self>(store, meta.stream)?.end = Some(UnitEnd { at, into: Some(self.into), record });
        if let Some(into) = store.unit_mut(self.into) {
            into.absorbed.extend(taken.into_iter().map(|unit| Absorbed { unit, at, record }));
        }
        Ok(())
    }
}

impl Rules for UnitClosed {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (unit, state) = own::<Self>(view, place.stream)?;
        may_end(unit, state, place.occurred)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let end = UnitEnd { at: meta.occurred, into: None, record: meta.index };
        own_mut::<Self>(store, meta.stream)?.end = Some(end);
        Ok(())
    }
}

/// Checks that a unit can end then: once, not before its registration, and not before it took up another.
fn may_end(unit: UnitId, state: &UnitState, then: OccurredAt) -> Result<(), Violation> {
    if let Some(end) = state.end {
        return Err(UnitViolation::Ended { unit, record: end.record }.into());
    }
    state.alive(unit, then)?;
    match state.absorbed.iter().find(|merged| then.is_certainly_before(merged.at)) {
        Some(merged) => Err(UnitViolation::TookUpLater { unit, record: merged.record }.into()),
        None => Ok(()),
    }
}
