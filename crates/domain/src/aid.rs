//! Aid 帮扶: what is given to a household counts once another party confirms that it was received.

mod difficulty;
mod project;
mod violation;

use serde::{Deserialize, Serialize};

pub use difficulty::{DifficultyKind, DifficultyResolved, DifficultyResolvedPersonal, ResolvedDifficulty};
pub use project::{ProjectStarted, ProjectState, ProjectVerified, Verification};
pub use violation::AidViolation;

use crate::{
    household::on_register_at,
    id::{HouseholdId, OfficialId, StreamRef, UnitId},
    key::KeyKind,
    label::Label,
    mark::Mark,
    numbered::numbered,
    official::in_service,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut, subject_mut},
    source::SourceRow,
    subject::Role,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
};

numbered! {
    /// What aid consists of.
    pub enum AidKind ("kind of aid") {
        /// 现金
        Cash = 1, "cash";
        /// 物资
        Goods = 2, "goods";
        /// 医疗
        Medical = 3, "medical";
        /// 助学
        Tuition = 4, "tuition";
        /// 住房
        Housing = 5, "housing";
        /// 劳力
        Labour = 6, "labour";
        /// 其他
        Other = 9, "other";
    }
}

crate::event! {
    /// Aid was handed to a household.
    pub struct AidDelivered {
        /// The household.
        pub household: HouseholdId,
        /// The unit that gives.
        pub unit: UnitId,
        /// The official who handed it over.
        pub by: OfficialId,
        /// What it is.
        pub kind: AidKind,
        /// What it is worth, in fen.
        pub amount_fen: u64,
        /// The number of its voucher. No two have the same.
        pub voucher: Label,
        /// Which of the household's members it is for: bit n, from the lowest, for member n + 1.
        pub members: u32,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 768, version 1, opens AidId;
    personal AidDeliveredPersonal { text: Text } requires [];
}

crate::event! {
    /// Another party than the deliverer confirmed that aid was received.
    pub struct AidReceiptConfirmed {
        /// The household that received it.
        pub household: HouseholdId,
        /// The official who confirms; nothing where the household itself does.
        pub by: Option<OfficialId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 769, version 1, continues AidId;
    personal none;
}

/// What is known of a delivery of aid.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AidState {
    /// The household.
    pub household: HouseholdId,
    /// The unit that gave.
    pub unit: UnitId,
    /// The official who handed it over.
    pub by: OfficialId,
    /// What it is.
    pub kind: AidKind,
    /// What it is worth, in fen.
    pub amount_fen: u64,
    /// Which of the household's members it is for.
    pub members: u32,
    /// The delivery.
    pub delivered: Mark,
    /// The confirmation, and by which official unless the household itself confirmed; `None`: it does not count yet.
    pub confirmed: Option<(Option<OfficialId>, Mark)>,
    /// The record that says which difficulty it resolved.
    pub resolved: Option<u64>,
}

impl Rules for AidDelivered {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Aided, self.household.stream());
        name(Role::Giver, self.unit.stream());
        name(Role::Deliverer, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn claims(&self, claim: &mut impl FnMut(KeyKind, &Label)) {
        claim(KeyKind::Voucher, &self.voucher);
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let then = place.occurred;
        let household = on_register_at(view, Role::Aided, self.household, then)?;
        alive_at(view, Role::Giver, self.unit, then)?;
        in_service(view, Role::Deliverer, self.by, then)?;
        let members = household.members;
        // The mask ends where the household does.
        if self.members == 0 || self.members.checked_shr(u32::from(members)).unwrap_or(0) != 0 {
            let (household, record) = (self.household, household.record());
            return Err(AidViolation::Members { household, members, record }.into());
        }
        if self.kind == AidKind::Cash && self.amount_fen == 0 {
            return Err(AidViolation::NoAmount.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_aid(AidState {
            household: self.household,
            unit: self.unit,
            by: self.by,
            kind: self.kind,
            amount_fen: self.amount_fen,
            members: self.members,
            delivered: Mark::of(meta),
            confirmed: None,
            resolved: None,
        });
        Ok(())
    }
}

impl Rules for AidReceiptConfirmed {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Aided, self.household.stream());
        if let Some(by) = self.by {
            name(Role::ReceiptConfirmer, by.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, aid) = own::<Self>(view, place.stream)?;
        let record = aid.delivered.record();
        if let Some((_, confirmed)) = aid.confirmed {
            return Err(AidViolation::Confirmed { aid: id, record: confirmed.record() }.into());
        }
        if aid.household != self.household {
            return Err(AidViolation::OtherHousehold { aid: id, household: aid.household, record }.into());
        }
        // Who delivered neither confirms nor records that somebody else did.
        if [self.by, place.actor].contains(&Some(aid.by)) {
            return Err(AidViolation::ConfirmedByDeliverer { aid: id, official: aid.by, record }.into());
        }
        aid.delivered.precedes(place.occurred, id.stream(), "was delivered")?;
        if let Some(by) = self.by {
            in_service(view, Role::ReceiptConfirmer, by, place.occurred)?;
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let aid = own_mut::<Self>(store, meta.stream)?;
        let members = aid.members;
        aid.confirmed = Some((self.by, Mark::of(meta)));
        subject_mut(store, Role::Aided, self.household)?.benefit(members);
        Ok(())
    }
}
