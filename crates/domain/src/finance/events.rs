//! The events of a unit's finance. They stand in the unit's stream.

use super::{Aspect, Attested, FinanceQuarter, FinanceViolation, Quarter};
use crate::{
    body::EventBody,
    id::{OfficialId, StreamRef, UnitId},
    label::Label,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    time::OccurredAt,
    unit::UnitState,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// Somebody attested whether an aspect of the finance rules was kept in a quarter.
    pub struct ControlAttested {
        /// The aspect.
        pub aspect: Aspect,
        /// The year.
        pub year: u16,
        /// The quarter, 1 to 4.
        pub quarter: u8,
        /// Whether the rules were kept.
        pub fulfilled: bool,
        /// Who attests it.
        pub by: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 928, version 1, continues UnitId;
    personal ControlAttestedPersonal { text: Text } requires [];
}

crate::event! {
    /// An expense was approved. What for, in words, is a personal field.
    pub struct ExpenseApproved {
        /// How much, in fen; never 0.
        pub amount_fen: u64,
        /// Who applied for it.
        pub applicant: OfficialId,
        /// Who approved it; somebody else.
        pub approver: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 929, version 1, continues UnitId;
    personal ExpenseApprovedPersonal { text: Text } requires [];
}

crate::event! {
    /// A public notice about the unit's finance was posted.
    pub struct PublicNoticePosted {
        /// The year it is about.
        pub year: u16,
        /// The quarter it is about, 1 to 4.
        pub quarter: u8,
        /// What it is about: a term.
        pub topic: Label,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 930, version 1, continues UnitId;
    personal none;
}

crate::event! {
    /// Somebody was held liable for breaking the finance rules.
    pub struct LiabilityPursued {
        /// Who.
        pub official: OfficialId,
        /// Which aspect was broken.
        pub ground: Aspect,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 931, version 1, continues UnitId;
    personal LiabilityPursuedPersonal { text: Text } requires [];
}

/// Returns the unit of the stream, if it stood at that time.
fn standing<'v, B: EventBody<Id = UnitId>>(
    view: &'v impl View,
    place: &Place<'_>,
) -> Result<(UnitId, &'v UnitState), Violation> {
    let (unit, state) = own::<B>(view, place.stream)?;
    state.alive(unit, place.occurred)?;
    Ok((unit, state))
}

/// Returns the quarter that something is about, if it has begun.
fn begun(
    year: u16,
    quarter: u8,
    view: &impl View,
    occurred: OccurredAt,
) -> Result<Quarter, FinanceViolation> {
    let quarter = Quarter::new(year, quarter).ok_or(FinanceViolation::NoSuchQuarter { year, quarter })?;
    let day = view.zone().day_of(occurred.at);
    if day < quarter.first_day() {
        return Err(FinanceViolation::NotBegun { quarter, day });
    }
    Ok(quarter)
}

/// Returns the quarter in which something happened.
fn quarter_of(view: &impl View, occurred: OccurredAt) -> Result<Quarter, FinanceViolation> {
    let day = view.zone().day_of(occurred.at);
    Quarter::of(day).ok_or(FinanceViolation::OutsideYears { day })
}

/// Changes what is known of the unit's finance in a quarter.
fn change<B: EventBody<Id = UnitId>>(
    store: &mut impl Store,
    meta: &RecordMeta,
    quarter: Quarter,
    change: impl FnOnce(&mut FinanceQuarter),
) -> Result<(), Violation> {
    own_mut::<B>(store, meta.stream)?.finance.get_or_insert_default().change(quarter, change);
    Ok(())
}

impl Rules for ControlAttested {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::AttestedBy, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (unit, state) = standing::<Self>(view, place)?;
        let quarter = begun(self.year, self.quarter, view, place.occurred)?;
        let known = state.finance.as_ref().and_then(|finance| finance.quarter(quarter));
        match known.and_then(|row| row.attested(self.aspect)) {
            Some(before) if before.fulfilled || !self.fulfilled => {
                Err(FinanceViolation::Attested { unit, aspect: self.aspect, quarter, record: before.record }
                    .into())
            }
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let quarter = begun(self.year, self.quarter, store, meta.occurred)?;
        let attested = Attested { fulfilled: self.fulfilled, record: meta.index };
        change::<Self>(store, meta, quarter, |row| row.attest(self.aspect, attested))
    }
}

impl ExpenseApproved {
    /// Returns what the unit spent in the quarter with this.
    fn sum(&self, unit: UnitId, state: &UnitState, quarter: Quarter) -> Result<u64, FinanceViolation> {
        let known = state.finance.as_ref().and_then(|finance| finance.quarter(quarter));
        let before = known.map_or(0, |row| row.expenses_fen);
        before.checked_add(self.amount_fen).ok_or(FinanceViolation::TooMuch { unit, quarter })
    }
}

impl Rules for ExpenseApproved {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Applicant, self.applicant.stream());
        name(Role::Approver, self.approver.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (unit, state) = standing::<Self>(view, place)?;
        if self.amount_fen == 0 {
            return Err(FinanceViolation::NoAmount.into());
        }
        if self.applicant == self.approver {
            return Err(FinanceViolation::OwnApproval { official: self.approver }.into());
        }
        self.sum(unit, state, quarter_of(view, place.occurred)?)?;
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let quarter = quarter_of(store, meta.occurred)?;
        let (unit, state) = own::<Self>(store, meta.stream)?;
        let sum = self.sum(unit, state, quarter)?;
        change::<Self>(store, meta, quarter, |row| {
            row.expenses = row.expenses.saturating_add(1);
            row.expenses_fen = sum;
        })
    }
}

impl Rules for PublicNoticePosted {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        standing::<Self>(view, place)?;
        begun(self.year, self.quarter, view, place.occurred)?;
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let quarter = begun(self.year, self.quarter, store, meta.occurred)?;
        change::<Self>(store, meta, quarter, |row| {
            row.notices = row.notices.saturating_add(1);
            row.last_notice = Some(meta.index);
        })
    }
}

impl Rules for LiabilityPursued {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Concerned, self.official.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        standing::<Self>(view, place)?;
        quarter_of(view, place.occurred)?;
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let quarter = quarter_of(store, meta.occurred)?;
        change::<Self>(store, meta, quarter, |row| row.liabilities = row.liabilities.saturating_add(1))
    }
}
