//! Stays 三进三同: officials eat, live and work in a village for a while.

mod duty;
mod violation;

use serde::{Deserialize, Serialize};

pub use duty::{StayStanding, stay_standing};
pub use violation::StayViolation;

use crate::{
    id::{OfficialId, StreamRef, UnitId},
    mark::Mark,
    official::{StayTie, in_service},
    record::RecordMeta,
    room::make_room,
    rules::{Place, Rules, opened, own, own_mut, subject, subject_mut},
    source::SourceRow,
    span::Span,
    subject::Role,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// An official began to stay in a unit.
    pub struct StayStarted {
        /// The official.
        pub official: OfficialId,
        /// The unit where they stay.
        pub unit: UnitId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 704, version 1, opens StayId;
    personal none;
}

crate::event! {
    /// A stay ended.
    pub struct StayEnded {
        /// The official whose stay it is.
        pub official: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 705, version 1, continues StayId;
    personal none;
}

crate::event! {
    /// Somebody of the unit certified a stay that had ended.
    pub struct StayCertified {
        /// The official of the unit; not the one who stayed.
        pub by: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 706, version 1, continues StayId;
    personal none;
}

/// What is known of a stay.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StayState {
    /// The official.
    pub official: OfficialId,
    /// The unit where they stay.
    pub unit: UnitId,
    /// Its beginning.
    pub started: Mark,
    /// Its end; `None` while it lasts.
    pub ended: Option<Mark>,
    /// Who certified it, and when.
    pub certified: Option<(OfficialId, Mark)>,
}

impl Rules for StayStarted {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Staying, self.official.stream());
        name(Role::Host, self.unit.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let then = place.occurred;
        alive_at(view, Role::Host, self.unit, then)?;
        let state = in_service(view, Role::Staying, self.official, then)?;
        match state.stays().iter().find(|other| other.span.bars_beginning(then)) {
            Some(other) => Err(overlap(self.official, other)),
            None => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let (stay, started) = (opened::<Self>(meta.stream)?, Mark::of(meta));
        let state = subject_mut(store, Role::Staying, self.official)?;
        let stays = &mut state.ties.get_or_insert_default().stays;
        make_room(stays);
        stays.push(StayTie { stay, span: Span::begun(started) });
        store.push_stay(StayState {
            official: self.official,
            unit: self.unit,
            started,
            ended: None,
            certified: None,
        });
        Ok(())
    }
}

impl Rules for StayEnded {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Staying, self.official.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, stay) = own::<Self>(view, place.stream)?;
        let (then, record) = (place.occurred, stay.started.record());
        if stay.official != self.official {
            return Err(StayViolation::OtherOfficial { stay: id, official: stay.official, record }.into());
        }
        if let Some(ended) = stay.ended {
            return Err(StayViolation::Ended { stay: id, record: ended.record() }.into());
        }
        stay.started.precedes(then, id.stream(), "was started")?;
        let state = subject(view, Role::Staying, self.official)?;
        let others = || state.stays().iter().filter(|other| other.stay != id);
        match others().find(|other| other.span.bars_ending(stay.started.occurred(), then)) {
            Some(other) => Err(overlap(self.official, other)),
            None => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let (id, _) = own::<Self>(store, meta.stream)?;
        if let Some(ties) = subject_mut(store, Role::Staying, self.official)?.ties.as_deref_mut()
            && let Some(tie) = ties.stays.iter_mut().find(|tie| tie.stay == id)
        {
            tie.span.until = Some(meta.occurred);
        }
        own_mut::<Self>(store, meta.stream)?.ended = Some(Mark::of(meta));
        Ok(())
    }
}

impl Rules for StayCertified {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Certifier, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, stay) = own::<Self>(view, place.stream)?;
        let record = stay.started.record();
        if let Some((_, certified)) = stay.certified {
            return Err(StayViolation::Certified { stay: id, record: certified.record() }.into());
        }
        let Some(ended) = stay.ended else {
            return Err(StayViolation::NotEnded { stay: id, record }.into());
        };
        if stay.official == self.by {
            return Err(StayViolation::OwnStay { stay: id, official: self.by, record }.into());
        }
        ended.precedes(place.occurred, id.stream(), "was ended")?;
        let certifier = in_service(view, Role::Certifier, self.by, place.occurred)?;
        if !certifier.belongs_to(stay.unit, place.occurred) {
            let (official, unit) = (self.by, stay.unit);
            return Err(StayViolation::NotOfTheUnit { stay: id, official, unit, record }.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.certified = Some((self.by, Mark::of(meta)));
        Ok(())
    }
}

fn overlap(official: OfficialId, other: &StayTie) -> Violation {
    StayViolation::Overlap { official, other: other.stay, record: other.span.record }.into()
}
