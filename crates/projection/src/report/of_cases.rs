//! What reports count of cases.

use std::ops::Range;

use docket_domain::{CaseState, clocks};

use super::{
    campaigns::{self, Campaigns},
    cases::{self, Cases},
    lens::Lens,
    names::ReportName,
    overview::{self, Overview},
    pass::Counts,
    satisfaction::{self, Surveys},
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
    fn add(&mut self, lens: &Lens<'a>, case: &CaseState) {
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
        if (self.wants.cases || self.wants.timeliness) && lens.takes(case.responsible()) {
            let clocks = clocks(case, lens.states, lens.last_moment());
            if self.wants.cases {
                cases::count_case(&mut self.cases, lens, case, &clocks);
            }
            if self.wants.timeliness {
                timeliness::count_case(&mut self.timeliness, lens, case, &clocks);
            }
        }
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
            self.add(lens, &case);
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
