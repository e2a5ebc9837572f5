//! The events of receptions.

use super::{CancelledWeek, Reception, ReceptionViolation};
use crate::{
    day::IsoWeek,
    id::{OfficialId, StreamRef},
    numbered::numbered,
    official::Office,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut, subject},
    source::SourceRow,
    subject::Role,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// A unit received people.
    pub struct ReceptionHeld {
        /// Who received them: the unit's secretary, or a substitute.
        pub by: OfficialId,
        /// Whether it was a substitute. Whether that counts, the rules in force say.
        pub substitute: bool,
        /// How many minutes it lasted; nothing where nobody noted it.
        pub minutes: Option<u16>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 512, version 1, continues UnitId;
    personal none;
}

crate::event! {
    /// A person came to a reception. One for each: so person-times 人次 are counted.
    pub struct PersonReceived {
        /// The record of the reception, of the same unit and day.
        pub reception: u64,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 513, version 1, continues UnitId;
    personal PersonReceivedPersonal { name: Name, contact: Contact, text: Text } requires [];
}

crate::event! {
    /// A unit's reception of a week was cancelled, at the latest in that week.
    pub struct ReceptionCancelled {
        /// The week.
        pub week: IsoWeek,
        /// Why.
        pub reason: ReceptionCancelReason,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 514, version 1, continues UnitId;
    personal ReceptionCancelledPersonal { reason: Reason } requires [];
}

numbered! {
    /// Why a week's reception was cancelled.
    pub enum ReceptionCancelReason ("reason for cancelling a reception") {
        /// 节假日
        Holiday = 1, "holiday";
        /// 抢险救灾
        Emergency = 2, "emergency";
        /// 书记患病
        Illness = 3, "illness";
        /// 书记空缺
        Vacancy = 4, "vacancy";
        /// 其他
        Other = 5, "other";
    }
}

impl Rules for ReceptionHeld {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::ReceivedBy, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (unit, state) = own::<Self>(view, place.stream)?;
        state.alive(unit, place.occurred)?;
        let official = self.by;
        let by = subject(view, Role::ReceivedBy, official)?;
        by.known(official, place.occurred)?;
        match (by.holds(unit, Office::Secretary, place.occurred), self.substitute) {
            (None, false) => {
                Err(ReceptionViolation::NotTheSecretary { official, unit, record: by.record }.into())
            }
            (Some(record), true) => {
                Err(ReceptionViolation::SecretaryAsSubstitute { official, unit, record }.into())
            }
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let day = store.zone().day_of(meta.occurred.at);
        let receptions = &mut own_mut::<Self>(store, meta.stream)?.receptions;
        receptions.get_or_insert_default().enter(Reception {
            day,
            substitute: self.substitute,
            persons: 0,
            record: meta.index,
        });
        Ok(())
    }
}

impl Rules for PersonReceived {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (unit, state) = own::<Self>(view, place.stream)?;
        let day = view.zone().day_of(place.occurred.at);
        if state.receptions_on(day).iter().any(|held| held.record == self.reception) {
            return Ok(());
        }
        let record = self.reception;
        Err(match state.receptions().iter().find(|held| held.record == record) {
            Some(held) => ReceptionViolation::OtherDay { record, held: held.day, day }.into(),
            None => ReceptionViolation::NoSuchReception { unit, record }.into(),
        })
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let day = store.zone().day_of(meta.occurred.at);
        if let Some(receptions) = &mut own_mut::<Self>(store, meta.stream)?.receptions {
            receptions.receive(day, self.reception);
        }
        Ok(())
    }
}

impl Rules for ReceptionCancelled {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (unit, state) = own::<Self>(view, place.stream)?;
        state.alive(unit, place.occurred)?;
        let week = self.week;
        if let Some(cancelled) = state.cancellation(week) {
            return Err(ReceptionViolation::CancelledAlready { unit, week, record: cancelled.record }.into());
        }
        if view.zone().day_of(place.occurred.at) > week.last_day() {
            return Err(ReceptionViolation::WeekOver { week }.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let cancelled = CancelledWeek { week: self.week, reason: self.reason, record: meta.index };
        own_mut::<Self>(store, meta.stream)?.receptions.get_or_insert_default().cancel(cancelled);
        Ok(())
    }
}
