//! What is decided about an official who handed in a gift: lenient, where it was handed in and receipted in time.

use serde::{Deserialize, Serialize};

use crate::{
    day::Day,
    gift::GiftState,
    id::{GiftId, OfficialId, StreamRef},
    mark::Mark,
    numbered::numbered,
    record::RecordMeta,
    rule_set::Cutoffs,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    view::{Store, View},
    violation::Violation,
    zone::Zone,
};

numbered! {
    /// How an official who handed in a gift is dealt with.
    pub enum Leniency ("leniency") {
        /// 从宽
        Lenient = 1, "lenient";
        /// 从严
        Strict = 2, "strict";
    }
}

crate::event! {
    /// It was decided how an official who handed in a gift is dealt with.
    pub struct LeniencyDecided {
        /// How.
        pub decision: Leniency,
        /// The record that the decision rests on: of the handing in, or of the receipt.
        pub cites: u64,
        /// Who decided; not the official who handed it in.
        pub by: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 802, version 1, continues GiftId;
    personal none;
}

/// A decision about a gift.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LeniencyDecision {
    /// How the official is dealt with.
    pub decision: Leniency,
    /// The record that it rests on.
    pub cites: u64,
    /// Who decided.
    pub by: OfficialId,
    /// When.
    pub decided: Mark,
}

/// What stands against a decision about a gift.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeniencyViolation {
    /// It was decided before.
    #[error("{gift} was decided by record {record}")]
    Decided {
        /// The gift.
        gift: GiftId,
        /// The record.
        record: u64,
    },
    /// The official who handed it in decides.
    #[error("{gift}: {official} handed it in by record {record}, somebody else has to decide")]
    OwnDecision {
        /// The gift.
        gift: GiftId,
        /// The official.
        official: OfficialId,
        /// The record of the handing in.
        record: u64,
    },
    /// The record cited is another one.
    #[error("{gift}: record {cites} is neither its handing in (record {record}) nor its receipt")]
    CitesAnother {
        /// The gift.
        gift: GiftId,
        /// The record cited.
        cites: u64,
        /// The record of the handing in.
        record: u64,
    },
    /// No cut-off day says what is in time.
    #[error("{gift}: the rules in force have no cut-off day for gifts (allowed: strict)")]
    NoCutoff {
        /// The gift.
        gift: GiftId,
    },
    /// It has no receipt.
    #[error("{gift}, handed in by record {record}, has no receipt (allowed: strict)")]
    NoReceipt {
        /// The gift.
        gift: GiftId,
        /// The record of the handing in.
        record: u64,
    },
    /// It came too late.
    #[error("{gift} was {was} on {day} by record {record}, too late for {cutoff} (allowed: strict)")]
    Late {
        /// The gift.
        gift: GiftId,
        /// What came too late: handed in, or receipted.
        was: &'static str,
        /// The day.
        day: Day,
        /// The cut-off day.
        cutoff: Day,
        /// The record that says so.
        record: u64,
    },
}

impl LeniencyViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Decided { .. } => "gift-decided-once",
            Self::OwnDecision { .. } => "gift-decided-by-another",
            Self::CitesAnother { .. } => "decision-cites-the-dated-event",
            Self::NoCutoff { .. } | Self::NoReceipt { .. } | Self::Late { .. } => "lenient-only-in-time",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::NoCutoff { .. } => None,
            Self::Decided { record, .. }
            | Self::OwnDecision { record, .. }
            | Self::CitesAnother { record, .. }
            | Self::NoReceipt { record, .. }
            | Self::Late { record, .. } => Some(*record),
        }
    }
}

impl GiftState {
    /// Checks that it was handed in and receipted in time for leniency.
    ///
    /// # Errors
    /// When there is no cut-off day, no receipt, or either came too late: the error names the record.
    pub fn in_time(&self, gift: GiftId, cutoffs: &Cutoffs, zone: &Zone) -> Result<(), LeniencyViolation> {
        let cutoff = cutoffs.gifts.ok_or(LeniencyViolation::NoCutoff { gift })?;
        let check = |mark: Mark, was| {
            let day = zone.day_of(mark.occurred().at);
            if cutoffs.is_in_time(day, cutoff) {
                return Ok(());
            }
            Err(LeniencyViolation::Late { gift, was, day, cutoff, record: mark.record() })
        };
        check(self.handed_in, "handed in")?;
        let record = self.handed_in.record();
        let receipt = self.receipt.as_ref().ok_or(LeniencyViolation::NoReceipt { gift, record })?;
        check(receipt.receipted, "receipted")
    }
}

impl Rules for LeniencyDecided {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::DecidedBy, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (gift, state) = own::<Self>(view, place.stream)?;
        let (cites, record) = (self.cites, state.handed_in.record());
        if let Some(decision) = state.decision {
            return Err(LeniencyViolation::Decided { gift, record: decision.decided.record() }.into());
        }
        if self.by == state.official {
            return Err(LeniencyViolation::OwnDecision { gift, official: self.by, record }.into());
        }
        let receipt = state.receipt.as_ref().map(|receipt| receipt.receipted);
        let Some(cited) =
            [Some(state.handed_in), receipt].into_iter().flatten().find(|one| one.record() == cites)
        else {
            return Err(LeniencyViolation::CitesAnother { gift, cites, record }.into());
        };
        cited.precedes(place.occurred, place.stream, "saw what is cited")?;
        if self.decision == Leniency::Lenient {
            let rules = view.rules_at(place.occurred.at).ok_or(LeniencyViolation::NoCutoff { gift })?;
            state.in_time(gift, &rules.rules.cutoffs, view.zone())?;
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.decision = Some(LeniencyDecision {
            decision: self.decision,
            cites: self.cites,
            by: self.by,
            decided: Mark::of(meta),
        });
        Ok(())
    }
}
