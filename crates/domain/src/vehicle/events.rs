//! The events of a vehicle over standard.

use super::{Disposal, DisposalKind, VehicleState, VehicleViolation};
use crate::{
    day::Day,
    id::{OfficialId, StreamRef, UnitId, VehicleId},
    key::KeyKind,
    label::Label,
    mark::Mark,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// A vehicle over standard was found.
    pub struct VehicleFoundOverStandard {
        /// The unit that has it.
        pub unit: UnitId,
        /// Its number in the vehicle register: no other vehicle has it.
        pub code: Label,
        /// Whether the unit found it by checking itself.
        pub self_checked: bool,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 832, version 1, opens VehicleId;
    personal none;
}

crate::event! {
    /// A vehicle over standard was disposed of. It has one live disposal: a transition that expires makes room for another.
    pub struct VehicleDisposed {
        /// How.
        pub kind: DisposalKind,
        /// Who approved it. A transition needs somebody.
        pub approver: Option<OfficialId>,
        /// The last day of a transition, and of nothing else.
        pub until: Option<Day>,
        /// The unit it was given to, where it was reassigned.
        pub to: Option<UnitId>,
        /// What it brought, in fen, where it was auctioned.
        pub proceeds_fen: Option<u64>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 833, version 1, continues VehicleId;
    personal none;
}

crate::event! {
    /// The transition of a vehicle expired: it has no live disposal until another one is recorded.
    pub struct TransitionExpired {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 834, version 1, continues VehicleId;
    personal none;
}

impl Rules for VehicleFoundOverStandard {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::ConcernedUnit, self.unit.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn claims(&self, claim: &mut impl FnMut(KeyKind, &Label)) {
        claim(KeyKind::VehicleCode, &self.code);
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        alive_at(view, Role::ConcernedUnit, self.unit, place.occurred).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_vehicle(VehicleState {
            unit: self.unit,
            code: self.code.clone(),
            self_checked: self.self_checked,
            found: Mark::of(meta),
            disposal: None,
            expired: 0,
            last_expiry: None,
        });
        Ok(())
    }
}

impl VehicleDisposed {
    /// Checks that the fields are those of the kind of disposal.
    fn fits(&self, vehicle: VehicleId) -> Result<(), VehicleViolation> {
        let kind = self.kind;
        let (transitional, auctioned) = (kind == DisposalKind::Transitional, kind == DisposalKind::Auctioned);
        let rules = [
            ("an approver", self.approver.is_some(), transitional, true),
            ("a last day", self.until.is_some(), transitional, transitional),
            ("a unit it goes to", self.to.is_some(), false, kind == DisposalKind::Reassigned),
            ("proceeds", self.proceeds_fen.is_some(), auctioned, auctioned),
        ];
        for (what, is_there, needed, allowed) in rules {
            if needed && !is_there {
                return Err(VehicleViolation::Lacks { vehicle, kind, what });
            }
            if is_there && !allowed {
                return Err(VehicleViolation::Foreign { vehicle, kind, what });
            }
        }
        Ok(())
    }
}

impl Rules for VehicleDisposed {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(approver) = self.approver {
            name(Role::Approver, approver.stream());
        }
        if let Some(to) = self.to {
            name(Role::NewHolder, to.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (vehicle, state) = own::<Self>(view, place.stream)?;
        state.found.precedes(place.occurred, place.stream, "was found")?;
        if let Some(expiry) = state.last_expiry {
            expiry.precedes(place.occurred, place.stream, "ended its transition")?;
        }
        if let Some(Disposal { kind, disposed, .. }) = state.disposal {
            return Err(VehicleViolation::Disposed { vehicle, kind, record: disposed.record() }.into());
        }
        self.fits(vehicle)?;
        let day = view.zone().day_of(place.occurred.at);
        match (self.until, self.to) {
            (Some(until), _) if until < day => {
                Err(VehicleViolation::EndsBeforeItBegins { vehicle, day, until }.into())
            }
            (_, Some(unit)) if unit == state.unit => {
                Err(VehicleViolation::SameUnit { vehicle, unit, record: state.found.record() }.into())
            }
            (_, Some(unit)) => alive_at(view, Role::NewHolder, unit, place.occurred).map(drop),
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.disposal = Some(Disposal {
            kind: self.kind,
            disposed: Mark::of(meta),
            approver: self.approver,
            until: self.until,
            to: self.to,
            proceeds_fen: self.proceeds_fen,
        });
        Ok(())
    }
}

impl Rules for TransitionExpired {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (vehicle, state) = own::<Self>(view, place.stream)?;
        let last = state.disposal.map(|disposal| disposal.disposed).or(state.last_expiry);
        let record = last.unwrap_or(state.found).record();
        let Some(until) = state.disposal.and_then(|disposal| disposal.until) else {
            return Err(VehicleViolation::NoTransition { vehicle, record }.into());
        };
        let day = view.zone().day_of(place.occurred.at);
        if day <= until {
            return Err(VehicleViolation::NotExpired { vehicle, until, day, record }.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let state = own_mut::<Self>(store, meta.stream)?;
        state.disposal = None;
        state.expired = state.expired.saturating_add(1);
        state.last_expiry = Some(Mark::of(meta));
        Ok(())
    }
}
