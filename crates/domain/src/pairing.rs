//! Pairing 结穷亲: officials tied to poor households, as many as their rank asks for.

mod duty;
mod violation;

use serde::{Deserialize, Serialize};

pub use duty::{PairingBearer, PairingDuties, PairingDuty, pairing_duties};
pub use violation::PairingViolation;

use crate::{
    household::on_register_at,
    id::{HouseholdId, OfficialId, StreamRef},
    mark::Mark,
    numbered::numbered,
    official::{PairingTie, in_service},
    record::RecordMeta,
    room::make_room,
    rules::{Place, Rules, opened, own, own_mut, subject, subject_mut},
    source::SourceRow,
    span::Span,
    subject::Role,
    view::{Store, View},
    violation::Violation,
};

numbered! {
    /// Why a pairing ended.
    pub enum PairingEndReason ("reason for ending a pairing") {
        /// 脱贫: the household needs it no more.
        OutOfPoverty = 1, "out-of-poverty";
        /// 迁出: the household moved away or was closed.
        HouseholdGone = 2, "household-gone";
        /// 干部调离: the official left or moved on.
        OfficialGone = 3, "official-gone";
        /// 调整: the household is paired with somebody else.
        Reassigned = 4, "reassigned";
        /// 其他
        Other = 9, "other";
    }
}

crate::event! {
    /// An official was paired with a household.
    pub struct PairingEstablished {
        /// The official.
        pub official: OfficialId,
        /// The household.
        pub household: HouseholdId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 736, version 1, opens PairingId;
    personal none;
}

crate::event! {
    /// A pairing ended.
    pub struct PairingEnded {
        /// The official whose pairing it is.
        pub official: OfficialId,
        /// Why.
        pub reason: PairingEndReason,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 737, version 1, continues PairingId;
    personal PairingEndedPersonal { reason: Reason } requires [];
}

/// What is known of a pairing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PairingState {
    /// The official.
    pub official: OfficialId,
    /// The household.
    pub household: HouseholdId,
    /// Its beginning.
    pub established: Mark,
    /// Its end and why; `None` while it lives.
    pub ended: Option<(PairingEndReason, Mark)>,
}

impl Rules for PairingEstablished {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::PairedOfficial, self.official.stream());
        name(Role::PairedHousehold, self.household.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let then = place.occurred;
        let state = in_service(view, Role::PairedOfficial, self.official, then)?;
        on_register_at(view, Role::PairedHousehold, self.household, then)?;
        let mut same = state.pairings().iter().filter(|other| other.household == self.household);
        match same.find(|other| other.span.bars_beginning(then)) {
            Some(other) => Err(doubled(self.official, other)),
            None => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let (pairing, established) = (opened::<Self>(meta.stream)?, Mark::of(meta));
        let state = subject_mut(store, Role::PairedOfficial, self.official)?;
        let tie = PairingTie { pairing, household: self.household, span: Span::begun(established) };
        let pairings = &mut state.ties.get_or_insert_default().pairings;
        make_room(pairings);
        pairings.push(tie);
        store.push_pairing(PairingState {
            official: self.official,
            household: self.household,
            established,
            ended: None,
        });
        Ok(())
    }
}

impl Rules for PairingEnded {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::PairedOfficial, self.official.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, pairing) = own::<Self>(view, place.stream)?;
        let (then, record) = (place.occurred, pairing.established.record());
        if pairing.official != self.official {
            let official = pairing.official;
            return Err(PairingViolation::OtherOfficial { pairing: id, official, record }.into());
        }
        if let Some((_, ended)) = pairing.ended {
            return Err(PairingViolation::Ended { pairing: id, record: ended.record() }.into());
        }
        pairing.established.precedes(then, id.stream(), "was established")?;
        let state = subject(view, Role::PairedOfficial, self.official)?;
        let mut same = state
            .pairings()
            .iter()
            .filter(|other| other.household == pairing.household && other.pairing != id);
        match same.find(|other| other.span.bars_ending(pairing.established.occurred(), then)) {
            Some(other) => Err(doubled(self.official, other)),
            None => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let (id, _) = own::<Self>(store, meta.stream)?;
        if let Some(ties) = subject_mut(store, Role::PairedOfficial, self.official)?.ties.as_deref_mut()
            && let Some(tie) = ties.pairings.iter_mut().find(|tie| tie.pairing == id)
        {
            tie.span.until = Some(meta.occurred);
        }
        own_mut::<Self>(store, meta.stream)?.ended = Some((self.reason, Mark::of(meta)));
        Ok(())
    }
}

fn doubled(official: OfficialId, other: &PairingTie) -> Violation {
    let PairingTie { pairing, household, span } = *other;
    PairingViolation::Doubled { official, household, pairing, record: span.record }.into()
}
