//! Gifts handed in: money in red envelopes 红包, and what stands in for it.

use serde::{Deserialize, Serialize};

use crate::{
    id::{GiftId, OfficialId, StreamRef},
    key::KeyKind,
    label::Label,
    leniency::LeniencyDecision,
    mark::Mark,
    numbered::numbered,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    view::{Store, View},
    violation::Violation,
};

numbered! {
    /// What was handed in.
    pub enum GiftKind ("kind of gift") {
        /// 现金
        Cash = 1, "cash";
        /// 有价证券和支付凭证
        Securities = 2, "securities";
        /// 礼品
        Goods = 3, "goods";
        /// 其他
        Other = 9, "other";
    }
}

crate::event! {
    /// An official handed in a gift. Who gave it, and why, are personal fields.
    pub struct GiftHandedIn {
        /// The official who hands it in.
        pub official: OfficialId,
        /// What it is.
        pub kind: GiftKind,
        /// What it is worth, in fen; never 0.
        pub amount_fen: u64,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 800, version 1, opens GiftId;
    personal GiftHandedInPersonal { name: Name, text: Text } requires [];
}

crate::event! {
    /// A gift handed in was receipted.
    pub struct GiftReceipted {
        /// The receipt's number: no other receipt has it.
        pub number: Label,
        /// Who receipted it; not the official who handed it in.
        pub by: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 801, version 1, continues GiftId;
    personal none;
}

/// What is known of a gift.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GiftState {
    /// The official who handed it in.
    pub official: OfficialId,
    /// What it is.
    pub kind: GiftKind,
    /// What it is worth, in fen.
    pub amount_fen: u64,
    /// When it was handed in.
    pub handed_in: Mark,
    /// Its receipt.
    pub receipt: Option<GiftReceipt>,
    /// What was decided about the official.
    pub decision: Option<LeniencyDecision>,
}

/// The receipt for a gift handed in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GiftReceipt {
    /// Its number.
    pub number: Label,
    /// Who receipted.
    pub by: OfficialId,
    /// When.
    pub receipted: Mark,
}

/// What stands against an event about a gift.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GiftViolation {
    /// It is worth nothing.
    #[error("a gift handed in is worth 1 fen or more")]
    NoAmount,
    /// It has a receipt.
    #[error("{gift} has its receipt by record {record}")]
    Receipted {
        /// The gift.
        gift: GiftId,
        /// The record of the receipt.
        record: u64,
    },
    /// The official who handed it in receipts it.
    #[error("{gift}: {official} handed it in by record {record}, somebody else has to receipt it")]
    OwnReceipt {
        /// The gift.
        gift: GiftId,
        /// The official.
        official: OfficialId,
        /// The record of the handing in.
        record: u64,
    },
}

impl GiftViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NoAmount => "gift-has-a-worth",
            Self::Receipted { .. } => "gift-receipted-once",
            Self::OwnReceipt { .. } => "gift-receipted-by-another",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::NoAmount => None,
            Self::Receipted { record, .. } | Self::OwnReceipt { record, .. } => Some(*record),
        }
    }
}

impl Rules for GiftHandedIn {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Concerned, self.official.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, _view: &impl View, _place: &Place<'_>) -> Result<(), Violation> {
        if self.amount_fen == 0 {
            return Err(GiftViolation::NoAmount.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_gift(GiftState {
            official: self.official,
            kind: self.kind,
            amount_fen: self.amount_fen,
            handed_in: Mark::of(meta),
            receipt: None,
            decision: None,
        });
        Ok(())
    }
}

impl Rules for GiftReceipted {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::ReceiptedBy, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn claims(&self, claim: &mut impl FnMut(KeyKind, &Label)) {
        claim(KeyKind::GiftReceipt, &self.number);
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (gift, state) = own::<Self>(view, place.stream)?;
        state.handed_in.precedes(place.occurred, place.stream, "was handed in")?;
        if let Some(receipt) = &state.receipt {
            return Err(GiftViolation::Receipted { gift, record: receipt.receipted.record() }.into());
        }
        if self.by == state.official {
            let record = state.handed_in.record();
            return Err(GiftViolation::OwnReceipt { gift, official: self.by, record }.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.receipt =
            Some(GiftReceipt { number: self.number.clone(), by: self.by, receipted: Mark::of(meta) });
        Ok(())
    }
}
