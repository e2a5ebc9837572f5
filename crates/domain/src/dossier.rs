//! Dossiers 民情档案: a file that a unit keeps on a range of its households.

use serde::{Deserialize, Serialize};

use crate::{
    day::Day,
    household::on_register_at,
    id::{DossierId, HouseholdId, StreamRef, UnitId},
    mark::Mark,
    record::RecordMeta,
    room::make_room,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// A unit opened a dossier on a range of households of the register.
    pub struct DossierOpened {
        /// The unit that keeps it.
        pub unit: UnitId,
        /// The first household of the range, which belongs to the unit.
        pub first: HouseholdId,
        /// The last one, which belongs to it too and may be the first.
        pub last: HouseholdId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 608, version 1, opens DossierId;
    personal DossierOpenedPersonal { text: Text } requires [];
}

crate::event! {
    /// A dossier was brought up to date.
    pub struct DossierUpdated {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 609, version 1, continues DossierId;
    personal DossierUpdatedPersonal { text: Text } requires [];
}

crate::event! {
    /// A dossier was closed.
    pub struct DossierClosed {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 610, version 1, continues DossierId;
    personal DossierClosedPersonal { reason: Reason } requires [];
}

/// What is known of a dossier.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DossierState {
    /// The unit that keeps it.
    pub unit: UnitId,
    /// The first household of its range.
    pub first: HouseholdId,
    /// The last one.
    pub last: HouseholdId,
    /// When it was opened.
    pub opened: Mark,
    /// When something happened to it last: its opening or an update.
    pub latest: Mark,
    /// When it was closed.
    pub closed: Option<Mark>,
    /// Its updates, in the order of their days.
    pub updates: Vec<DossierUpdate>,
}

/// An update of a dossier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DossierUpdate {
    /// The day, in the ledger's time zone.
    pub day: Day,
    /// The record.
    pub record: u64,
}

impl DossierState {
    /// Says whether it is on a household.
    pub fn covers(&self, household: HouseholdId) -> bool {
        (self.first..=self.last).contains(&household)
    }

    fn permits(&self, own: DossierId, place: &Place<'_>) -> Result<(), Violation> {
        if let Some(closed) = self.closed {
            return Err(DossierViolation::Closed { dossier: own, record: closed.record() }.into());
        }
        Ok(self.opened.precedes(place.occurred, place.stream, "was opened")?)
    }
}

/// What stands against an event about a dossier.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DossierViolation {
    /// The range of households is empty.
    #[error("no household stands from {first} to {last}: name the one with the lower number first")]
    EmptyRange {
        /// The first household named.
        first: HouseholdId,
        /// The last one.
        last: HouseholdId,
    },
    /// It is closed.
    #[error("{dossier} was closed by record {record}")]
    Closed {
        /// The dossier.
        dossier: DossierId,
        /// The record of the closing.
        record: u64,
    },
}

impl DossierViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::EmptyRange { .. } => "dossier-has-households",
            Self::Closed { .. } => "dossier-open",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::EmptyRange { .. } => None,
            Self::Closed { record, .. } => Some(*record),
        }
    }
}

impl Rules for DossierOpened {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Keeper, self.unit.stream());
        name(Role::FirstHousehold, self.first.stream());
        name(Role::LastHousehold, self.last.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (first, last) = (self.first, self.last);
        if last < first {
            return Err(DossierViolation::EmptyRange { first, last }.into());
        }
        let then = place.occurred;
        let keeper = (self.unit, alive_at(view, Role::Keeper, self.unit, then)?);
        on_register_at(view, Role::FirstHousehold, first, then)?.at_home(first, keeper, then)?;
        on_register_at(view, Role::LastHousehold, last, then)?.at_home(last, keeper, then)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let opened = Mark::of(meta);
        store.push_dossier(DossierState {
            unit: self.unit,
            first: self.first,
            last: self.last,
            opened,
            latest: opened,
            closed: None,
            updates: Vec::new(),
        });
        Ok(())
    }
}

impl Rules for DossierUpdated {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (dossier, state) = own::<Self>(view, place.stream)?;
        state.permits(dossier, place)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let day = store.zone().day_of(meta.occurred.at);
        let state = own_mut::<Self>(store, meta.stream)?;
        let behind = state.updates.partition_point(|other| other.day <= day);
        make_room(&mut state.updates);
        state.updates.insert(behind, DossierUpdate { day, record: meta.index });
        if state.latest.occurred().at < meta.occurred.at {
            state.latest = Mark::of(meta);
        }
        Ok(())
    }
}

impl Rules for DossierClosed {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (dossier, state) = own::<Self>(view, place.stream)?;
        state.permits(dossier, place)?;
        Ok(state.latest.precedes(place.occurred, place.stream, "was updated")?)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.closed = Some(Mark::of(meta));
        Ok(())
    }
}
