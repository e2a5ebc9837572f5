//! The duty to attest: seven aspects, each quarter.

use std::iter;

use super::{Aspect, Quarter};
use crate::{numbered::numbered, unit::UnitState, zone::Zone};

numbered! {
    /// How it stands with the attestation of an aspect. Not stored.
    pub enum Attestation ("attestation") {
        /// 已落实: attested, the rules were kept.
        Fulfilled = 1, "fulfilled";
        /// 未落实: attested, the rules were not kept.
        NotFulfilled = 2, "not-fulfilled";
        /// 未报: not attested.
        Missing = 3, "missing";
    }
}

/// A quarter of the matrix: how it stands with each of the seven aspects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AttestationRow {
    /// The quarter.
    pub quarter: Quarter,
    /// For each aspect, in the order of [`Aspect::ALL`], how it stands and the record that says so.
    pub cells: [(Aspect, Attestation, Option<u64>); 7],
}

/// Returns the quarters, both included, for which a unit owes attestations, and how it stands with them.
///
/// A unit owes them for each quarter on whose last day it stood.
pub fn attestation_matrix(
    unit: &UnitState,
    from: Quarter,
    until: Quarter,
    zone: &Zone,
) -> impl Iterator<Item = AttestationRow> {
    let first = zone.day_of(unit.registered.at);
    let end = unit.end.map(|end| zone.day_of(end.at.at));
    let quarters = iter::successors(Some(from), |quarter| quarter.next());
    quarters
        .take_while(move |quarter| *quarter <= until)
        .filter(move |quarter| {
            let last = quarter.last_day();
            first <= last && end.is_none_or(|end| last <= end)
        })
        .map(|quarter| row(unit, quarter))
}

fn row(unit: &UnitState, quarter: Quarter) -> AttestationRow {
    let known = unit.finance.as_ref().and_then(|finance| finance.quarter(quarter));
    let aspects = [
        Aspect::TwoLines,
        Aspect::TreasuryPayment,
        Aspect::Cash,
        Aspect::ExpenseReview,
        Aspect::Audit,
        Aspect::PublicNotice,
        Aspect::Accountability,
    ];
    let cells = aspects.map(|aspect| match known.and_then(|row| row.attested(aspect)) {
        None => (aspect, Attestation::Missing, None),
        Some(found) if found.fulfilled => (aspect, Attestation::Fulfilled, Some(found.record)),
        Some(found) => (aspect, Attestation::NotFulfilled, Some(found.record)),
    });
    AttestationRow { quarter, cells }
}
