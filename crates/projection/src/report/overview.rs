//! The overview: every figure of the field's account (DOMAIN.md section 1) in one place.
//!
//! What another report counts is taken from there, so that a figure never comes to two values.

use docket_domain::{BacklogOutcome, CaseState, UnitId, UnitLevel, UnitState};

use super::{
    diary,
    lens::Lens,
    making::Making,
    names::{FigureName, ReportName},
    sheet::{Citation, Report},
    tally::{Tallies, tally},
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

/// The reports that figures are taken from.
pub(super) const TAKEN_FROM: &[ReportName] = &[
    ReportName::Visits,
    ReportName::Receptions,
    ReportName::Satisfaction,
    ReportName::Campaigns,
    ReportName::Stays,
    ReportName::Pairing,
    ReportName::Aid,
    ReportName::Rectification,
];

/// Where figures are taken from.
enum Source {
    Report(ReportName),
    /// What the report on diaries itself counts.
    Diaries,
}

/// What is taken from where, in the order in which it is shown.
const TAKEN: &[(Source, &[FigureName])] = &[
    (
        Source::Report(ReportName::Receptions),
        &[FigureName::Receptions, FigureName::PersonsReceived, FigureName::ReceptionAttainment],
    ),
    (
        Source::Report(ReportName::Visits),
        &[FigureName::Households, FigureName::Visits, FigureName::VisitCoverage, FigureName::VisitAttainment],
    ),
    (Source::Diaries, &[FigureName::DiaryPages, FigureName::Dossiers]),
    (
        Source::Report(ReportName::Satisfaction),
        &[FigureName::Surveys, FigureName::AnswerRate, FigureName::SatisfactionRate, FigureName::SolvedRate],
    ),
    (
        Source::Report(ReportName::Campaigns),
        &[
            FigureName::BacklogListed,
            FigureName::BacklogResolved,
            FigureName::BacklogTerminated,
            FigureName::BacklogCarriedOver,
        ],
    ),
    (Source::Report(ReportName::Stays), &[FigureName::Stays]),
    (Source::Report(ReportName::Pairing), &[FigureName::PairingsLive, FigureName::PairingAttainment]),
    (
        Source::Report(ReportName::Aid),
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
        Source::Report(ReportName::Rectification),
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
pub(super) fn report(making: &Making<'_>) -> Report {
    let mut report = own(making);
    for (from, names) in TAKEN {
        let other = match from {
            Source::Report(name) => making.report(*name).clone(),
            Source::Diaries => diary::own(&making.lens),
        };
        report.take(other, names);
    }
    diary::doubt(&mut report);
    report
}

/// Counts what no other report does.
fn own(making: &Making<'_>) -> Report {
    let lens = &making.lens;
    let mut tallies = Tallies::<Overview>::new(lens);
    let mut citations = Vec::new();
    for (id, unit) in lens.states.units() {
        if lens.stands(unit.registered, unit.end.map(|end| end.at)) {
            tallies.of(Some(id), |counts| counts.add_unit(&unit));
        }
        if lens.takes(Some(id)) {
            citations.extend(cited(lens, id, &unit));
        }
    }
    for (id, official) in lens.states.officials() {
        let left = official.changes.last().filter(|change| change.unit.is_none()).map(|change| change.at);
        if lens.stands(official.registered, left) {
            tallies.of(lens.unit_of(id, lens.end()), |counts| counts.officials.add(official.record));
        }
    }
    tallies.merge(&making.cases().overview);
    Report { citations, ..tallies.report(ReportName::Overview, SUMS) }
}

/// Counts a case by what became of it.
pub(super) fn count_case(tallies: &mut Tallies<'_, Overview>, lens: &Lens<'_>, case: &CaseState) {
    if lens.has(case.registered().at) {
        tallies.of(case.responsible(), |counts| counts.add_case(case));
    }
}

fn cited(lens: &Lens<'_>, unit: UnitId, state: &UnitState) -> impl Iterator<Item = Citation> {
    let statistics = state.papers.iter().flat_map(|papers| &papers.statistics);
    statistics.filter(|cited| lens.has(cited.cited.occurred().at)).map(move |cited| Citation {
        unit,
        name: cited.name.to_string(),
        numerator: cited.numerator,
        denominator: cited.denominator,
        counted_in: cited.counted_in.to_string(),
        period: cited.period.to_string(),
        source: cited.source.to_string(),
        record: cited.cited.record(),
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
        self.collected.add(case.registered_record());
        self.resolved_rate.ask(outcome == BacklogOutcome::Resolved, case.status_record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_made_before() {
        let reports = TAKEN.iter().filter_map(|(from, _)| match from {
            Source::Report(name) => Some(name),
            Source::Diaries => None,
        });
        assert!(reports.clone().all(|name| TAKEN_FROM.contains(name)));
        assert_eq!(reports.count(), TAKEN_FROM.len());
    }
}
