//! The overview: every figure of the field's account (DOMAIN.md section 1) in one place.
//!
//! What another report counts is taken from there, so that a figure never comes to two values.

use std::collections::BTreeMap;

use docket_domain::{BacklogOutcome, CaseState, UnitId, UnitLevel, UnitState};

use super::{
    MakeReport, aid,
    figure::{Evidence, Figure, Value},
    lens::Lens,
    names::{FigureName, ReportName},
    pairing, rectification,
    sheet::{Check, Citation, Report, Row},
    stays,
    tally::{Tallies, tally},
};

tally! {
    struct Overview {
        units: figure Units, Units, AsOf;
        villages: figure Villages, Units, AsOf;
        communities: figure Communities, Units, AsOf;
        officials: figure Officials, Officials, AsOf;
        households: figure Households, Households, AsOf;
        collected: figure IssuesCollected, Cases, Registered;
        resolved: figure IssuesResolved, Cases, Registered;
        terminated: figure IssuesTerminated, Cases, Registered;
        pending: figure IssuesPending, Cases, Registered;
        resolved_rate: ratio IssuesResolvedRate, Cases, Registered;
    }
}

const SUMS: &[(FigureName, &[FigureName])] = &[
    (FigureName::Units, &[FigureName::Villages, FigureName::Communities]),
    (
        FigureName::IssuesCollected,
        &[FigureName::IssuesResolved, FigureName::IssuesTerminated, FigureName::IssuesPending],
    ),
];

/// What is taken from the other reports.
const TAKEN: &[(MakeReport, &[FigureName])] = &[
    (stays::report, &[FigureName::Stays]),
    (pairing::report, &[FigureName::PairingsLive, FigureName::PairingAttainment]),
    (
        aid::report,
        &[
            FigureName::ProjectsVerified,
            FigureName::AidConfirmedFen,
            FigureName::ProjectsSpentFen,
            FigureName::AidMoneyFen,
            FigureName::Difficulties,
            FigureName::Beneficiaries,
        ],
    ),
    (
        rectification::report,
        &[
            FigureName::GiftsFen,
            FigureName::Vehicles,
            FigureName::VehiclesTransitional,
            FigureName::VehiclesReassigned,
            FigureName::VehiclesAuctioned,
            FigureName::VehiclesOpen,
            FigureName::Declarations,
            FigureName::DeclarationsWithInterest,
            FigureName::ViolationsCorrected,
        ],
    ),
];

/// Makes the report.
pub(super) fn report(lens: &Lens<'_>) -> Report {
    let mut report = own(lens);
    for (make, names) in TAKEN {
        take(&mut report, make(lens), names);
    }
    report
}

/// Counts what no other report does.
fn own(lens: &Lens<'_>) -> Report {
    let mut tallies = Tallies::<Overview>::new(lens);
    let mut citations = Vec::new();
    for (id, unit) in lens.states.units() {
        if lens.stands(unit.registered, unit.end.map(|end| end.at)) {
            tallies.of(Some(id), |counts| counts.add_unit(unit));
        }
        if lens.takes(Some(id)) {
            citations.extend(cited(lens, id, unit));
        }
    }
    for (id, official) in lens.states.officials() {
        let left = official.changes.last().filter(|change| change.unit.is_none()).map(|change| change.at);
        if lens.stands(official.registered, left) {
            tallies.of(lens.unit_of(id, lens.end()), |counts| counts.officials.add(official.record));
        }
    }
    for (_, household) in lens.states.households() {
        if let Some(home) = lens.home_of(household) {
            tallies.of(Some(home), |counts| counts.households.add(household.record));
        }
    }
    for (_, case) in lens.states.cases().filter(|(_, case)| lens.has(case.registered.at)) {
        tallies.of(case.responsible(), |counts| counts.add_case(case));
    }
    Report { citations, ..tallies.report(ReportName::Overview, SUMS) }
}

/// Adds figures of another report, with the rules that decided there and the sums they stand in.
fn take(report: &mut Report, mut other: Report, names: &[FigureName]) {
    let is_taken = |figure: &Figure| names.contains(&figure.name);
    other.figures.retain(is_taken);
    let nothing: Vec<_> = other.figures.iter().map(nothing_of).collect();
    let key = |row: &Row| (row.unit.is_none(), row.unit);
    let mut others: BTreeMap<_, _> = other.rows.into_iter().map(|row| (key(&row), row)).collect();
    let mut columns: BTreeMap<_, Row> = report.rows.drain(..).map(|row| (key(&row), row)).collect();
    // A unit of which only one of both says something has nothing of the other.
    let empty: Vec<_> = report.figures.iter().map(nothing_of).collect();
    for (key, row) in &others {
        let blank = || Row { unit: row.unit, name: row.name.clone(), figures: empty.clone() };
        columns.entry(*key).or_insert_with(blank);
    }
    for (key, row) in &mut columns {
        match others.remove(key) {
            Some(other) => row.figures.extend(other.figures.into_iter().filter(is_taken)),
            None => row.figures.extend(nothing.iter().cloned()),
        }
    }
    report.rows = columns.into_values().collect();
    report.figures.append(&mut other.figures);
    let is_here = |check: &Check| check.parts.iter().chain([&check.whole]).all(|name| names.contains(name));
    report.checks.extend(other.checks.into_iter().filter(is_here));
    report.rules.extend(other.rules);
    report.rules.sort_unstable();
    report.rules.dedup();
}

/// Returns the figure of nothing.
fn nothing_of(figure: &Figure) -> Figure {
    let value = match figure.value {
        Value::Count(_) => Value::Count(0),
        Value::Ratio { .. } => Value::Ratio { numerator: 0, denominator: 0 },
    };
    Figure { value, doubt: None, evidence: figure.evidence.as_ref().map(|_| Evidence::default()), ..*figure }
}

fn cited(lens: &Lens<'_>, unit: UnitId, state: &UnitState) -> impl Iterator<Item = Citation> {
    let statistics = state.papers.iter().flat_map(|papers| &papers.statistics);
    statistics.filter(|cited| lens.has(cited.cited.occurred.at)).map(move |cited| Citation {
        unit,
        name: cited.name.to_string(),
        numerator: cited.numerator,
        denominator: cited.denominator,
        counted_in: cited.counted_in.to_string(),
        period: cited.period.to_string(),
        source: cited.source.to_string(),
        record: cited.cited.record,
    })
}

impl Overview {
    /// Counts a village or a community: the units under the systems.
    fn add_unit(&mut self, unit: &UnitState) {
        let by_level = match unit.level {
            UnitLevel::Village => &mut self.villages,
            UnitLevel::Community => &mut self.communities,
            _ => return,
        };
        by_level.add(unit.record);
        self.units.add(unit.record);
    }

    fn add_case(&mut self, case: &CaseState) {
        let outcome = BacklogOutcome::of(case.status);
        let by_outcome = match outcome {
            BacklogOutcome::Resolved => &mut self.resolved,
            BacklogOutcome::Terminated => &mut self.terminated,
            BacklogOutcome::CarriedOver => &mut self.pending,
        };
        by_outcome.add(case.status_record);
        self.collected.add(case.registered_record);
        self.resolved_rate.ask(outcome == BacklogOutcome::Resolved, case.status_record);
    }
}
