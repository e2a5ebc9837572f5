//! The overview: every figure of the field's account (DOMAIN.md section 1) in one place.
//!
//! What another report counts is taken from there, so that a figure never comes to two values.

use docket_domain::{BacklogOutcome, CaseState, UnitId, UnitLevel, UnitState};

use super::{
    MakeReport, aid, campaigns, diary,
    lens::Lens,
    names::{FigureName, ReportName},
    pairing, receptions, rectification, satisfaction,
    sheet::{Citation, Report},
    stays,
    tally::{Tallies, tally},
    visits,
};

tally! {
    struct Overview {
        units: figure Units, Units, AsOf;
        villages: figure Villages, Units, AsOf;
        communities: figure Communities, Units, AsOf;
        officials: figure Officials, Officials, AsOf;
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
    (
        receptions::report,
        &[FigureName::Receptions, FigureName::PersonsReceived, FigureName::ReceptionAttainment],
    ),
    (
        visits::report,
        &[FigureName::Households, FigureName::Visits, FigureName::VisitCoverage, FigureName::VisitAttainment],
    ),
    (diary::own, &[FigureName::DiaryPages, FigureName::Dossiers]),
    (
        satisfaction::report,
        &[FigureName::Surveys, FigureName::AnswerRate, FigureName::SatisfactionRate, FigureName::SolvedRate],
    ),
    (
        campaigns::report,
        &[
            FigureName::BacklogListed,
            FigureName::BacklogResolved,
            FigureName::BacklogTerminated,
            FigureName::BacklogCarriedOver,
        ],
    ),
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
        report.take(make(lens), names);
    }
    diary::doubt(&mut report);
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
    for (_, case) in lens.states.cases().filter(|(_, case)| lens.has(case.registered.at)) {
        tallies.of(case.responsible(), |counts| counts.add_case(case));
    }
    Report { citations, ..tallies.report(ReportName::Overview, SUMS) }
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
