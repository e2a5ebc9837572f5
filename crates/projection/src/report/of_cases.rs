//! What reports count of cases.

use std::ops::Range;

use docket_domain::{CaseState, RunningClock, clocks};

use super::{
    campaigns::{self, Campaigns},
    cases::{self, Cases},
    lens::Lens,
    names::ReportName,
    overview::{self, Overview},
    pass::Counts,
    satisfaction::{self, Surveys},
    sum::Sum,
    tally::Tallies,
    timeliness::{self, Timeliness},
};
use crate::states::States;

/// What is counted of cases; nothing of what no report wants to know.
pub(super) struct OfCases<'a> {
    wants: Wants,
    pub(super) overview: Tallies<'a, Overview>,
    pub(super) cases: Tallies<'a, Cases>,
    pub(super) timeliness: Tallies<'a, Timeliness>,
    pub(super) surveys: Tallies<'a, Surveys>,
    pub(super) campaigns: Tallies<'a, Campaigns>,
}

/// What reports want to know of cases.
#[derive(Clone, Copy)]
struct Wants {
    overview: bool,
    cases: bool,
    timeliness: bool,
    surveys: bool,
    campaigns: bool,
}

impl<'a> OfCases<'a> {
    /// Returns the clocks of a case, as far as it takes them to count it.
    pub(super) fn clocks(&self, lens: &Lens<'a>, case: &CaseState) -> Vec<RunningClock<'a>> {
        let wants = self.wants.cases || self.wants.timeliness;
        if wants && cases::is_asked(lens, case) && lens.takes(case.responsible()) {
            clocks(case, lens.states, lens.last_moment())
        } else {
            Vec::new()
        }
    }

    /// Counts a case, with its clocks.
    pub(super) fn add(&mut self, lens: &Lens<'a>, case: &CaseState, clocks: &[RunningClock<'a>]) {
        if self.wants.overview {
            overview::count_case(&mut self.overview, lens, case);
        }
        if self.wants.campaigns {
            campaigns::count_case(&mut self.campaigns, lens, case);
        }
        if !cases::is_asked(lens, case) {
            return;
        }
        if self.wants.surveys {
            satisfaction::count_case(&mut self.surveys, lens, case);
        }
        if !lens.takes(case.responsible()) {
            return;
        }
        if self.wants.cases {
            cases::count_case(&mut self.cases, lens, case, clocks);
        }
        if self.wants.timeliness {
            timeliness::count_case(&mut self.timeliness, lens, case, clocks);
        }
    }

    /// Returns what was counted, to be kept.
    pub(super) fn sum(&self) -> Sum {
        let parts = vec![
            self.overview.part(),
            self.cases.part(),
            self.timeliness.part(),
            self.surveys.part(),
            self.campaigns.part(),
        ];
        Sum { parts, ..Sum::default() }
    }

    /// Takes over what was kept.
    pub(super) fn of_sum(lens: &Lens<'a>, sum: &Sum) -> Self {
        let mut counts = Self::new(lens, &[]);
        if let [overview, cases, timeliness, surveys, campaigns] = sum.parts.as_slice() {
            counts.overview.add_part(overview);
            counts.cases.add_part(cases);
            counts.timeliness.add_part(timeliness);
            counts.surveys.add_part(surveys);
            counts.campaigns.add_part(campaigns);
        }
        counts
    }
}

impl<'a> Counts<'a> for OfCases<'a> {
    fn new(lens: &Lens<'a>, wanted: &[ReportName]) -> Self {
        let wants = |name| wanted.contains(&name);
        Self {
            wants: Wants {
                overview: wants(ReportName::Overview),
                cases: wants(ReportName::Cases),
                timeliness: wants(ReportName::Timeliness),
                surveys: wants(ReportName::Satisfaction),
                campaigns: wants(ReportName::Campaigns),
            },
            overview: Tallies::new(lens),
            cases: Tallies::new(lens),
            timeliness: Tallies::new(lens),
            surveys: Tallies::new(lens),
            campaigns: Tallies::new(lens),
        }
    }

    fn pages(states: &States) -> usize {
        states.case_pages()
    }

    fn add_pages(&mut self, lens: &Lens<'a>, pages: Range<usize>) {
        for (_, case) in lens.states.cases_in(pages) {
            let clocks = self.clocks(lens, &case);
            self.add(lens, &case, &clocks);
        }
    }

    fn merge(&mut self, _: &Lens<'a>, other: Self) {
        self.overview.merge(&other.overview);
        self.cases.merge(&other.cases);
        self.timeliness.merge(&other.timeliness);
        self.surveys.merge(&other.surveys);
        self.campaigns.merge(&other.campaigns);
    }
}
