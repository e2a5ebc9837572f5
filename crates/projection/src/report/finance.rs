//! The report on the seven aspects of the finance rules: unit-quarters attested, and what happened in them.

use docket_domain::{
    Aspect, Attestation, AttestationRow, Quarter, UnitId, UnitLevel, UnitState, attestation_matrix,
};

use super::{
    figure::Counter,
    lens::Lens,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
};

tally! {
    struct Finance {
        due: figure AttestationsDue, UnitQuarters, FellDue;
        fulfilled: figure AttestationsFulfilled, UnitQuarters, FellDue;
        not_fulfilled: figure AttestationsNotFulfilled, UnitQuarters, FellDue;
        missing: figure AttestationsMissing, UnitQuarters, FellDue;
        two_lines: ratio TwoLines, UnitQuarters, FellDue;
        treasury_payment: ratio TreasuryPayment, UnitQuarters, FellDue;
        cash: ratio CashControl, UnitQuarters, FellDue;
        expense_review: ratio ExpenseReview, UnitQuarters, FellDue;
        audit: ratio Audit, UnitQuarters, FellDue;
        public_notice: ratio PublicNotice, UnitQuarters, FellDue;
        accountability: ratio Accountability, UnitQuarters, FellDue;
        notices: figure NoticesPosted, Records, Occurred;
        expenses: figure ExpensesApproved, Records, Occurred;
        expenses_fen: figure ExpensesFen, Fen, Occurred;
        liabilities: figure LiabilitiesPursued, Records, Occurred;
    }
}

/// Makes the report.
pub(super) fn report(lens: &Lens<'_>) -> Report {
    let mut tallies = Tallies::<Finance>::new(lens);
    for (id, unit) in lens.states.units().filter(|(id, _)| lens.takes(Some(*id))) {
        quarters(lens, &mut tallies, id, &unit);
    }
    let parts = &[
        FigureName::AttestationsFulfilled,
        FigureName::AttestationsNotFulfilled,
        FigureName::AttestationsMissing,
    ];
    tallies.report(ReportName::Finance, &[(FigureName::AttestationsDue, parts)])
}

/// Counts the quarters of a unit that ended in the period. A branch has no treasury of its own.
fn quarters(lens: &Lens<'_>, tallies: &mut Tallies<'_, Finance>, id: UnitId, unit: &UnitState) {
    let begun = lens.zone().day_of(unit.registered.at);
    let range = (Quarter::of(lens.first_day(begun).max(begun)), Quarter::of(lens.last_day()));
    let (Some(from), Some(until)) = range else { return };
    let owed = |row: &AttestationRow| lens.fell_due(row.quarter.last_day());
    if unit.level != UnitLevel::Branch {
        for row in attestation_matrix(unit, from, until, lens.zone()).filter(owed) {
            tallies.of(Some(id), |counts| counts.add_row(&row, unit.record));
        }
    }
    for known in unit.finance.iter().flat_map(|finance| finance.quarters()) {
        if (from..=until).contains(&known.quarter) {
            let record = known.last_notice.unwrap_or(unit.record);
            tallies.of(Some(id), |counts| {
                counts.notices.add_some(u64::from(known.notices), record);
                counts.expenses.add_some(u64::from(known.expenses), unit.record);
                counts.expenses_fen.add_some(known.expenses_fen, unit.record);
                counts.liabilities.add_some(u64::from(known.liabilities), unit.record);
            });
        }
    }
}

impl Finance {
    /// Counts a quarter. What was not attested is known by the record that registered the unit.
    fn add_row(&mut self, row: &AttestationRow, unit: u64) {
        for (aspect, attestation, record) in row.cells {
            let record = record.unwrap_or(unit);
            self.due.add(record);
            let by_answer = match attestation {
                Attestation::Fulfilled => &mut self.fulfilled,
                Attestation::NotFulfilled => &mut self.not_fulfilled,
                Attestation::Missing => &mut self.missing,
            };
            by_answer.add(record);
            self.aspect(aspect).ask(attestation == Attestation::Fulfilled, record);
        }
    }

    fn aspect(&mut self, aspect: Aspect) -> &mut Counter {
        match aspect {
            Aspect::TwoLines => &mut self.two_lines,
            Aspect::TreasuryPayment => &mut self.treasury_payment,
            Aspect::Cash => &mut self.cash,
            Aspect::ExpenseReview => &mut self.expense_review,
            Aspect::Audit => &mut self.audit,
            Aspect::PublicNotice => &mut self.public_notice,
            Aspect::Accountability => &mut self.accountability,
        }
    }
}
