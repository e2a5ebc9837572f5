//! The making of reports: what several of them take from another, or count of the same, is counted once.

use std::sync::OnceLock;

use docket_domain::StreamKind;

use super::{
    lens::Lens,
    names::ReportName,
    of_cases::OfCases,
    of_households::OfHouseholds,
    pass,
    sheet::{Report, Scope},
    sum::Sums,
};
use crate::states::States;

/// Reports as one scope looks at the states, each made once.
pub(super) struct Making<'a> {
    pub(super) lens: Lens<'a>,
    /// Those that are asked for, and those that they take from.
    pub(super) wanted: Vec<ReportName>,
    pub(super) threads: usize,
    made: [OnceLock<Report>; ReportName::ALL.len()],
    cases: OnceLock<OfCases<'a>>,
    households: OnceLock<OfHouseholds<'a>>,
}

impl<'a> Making<'a> {
    /// Begins to make these reports, with all of `threads` where there is much to count.
    pub(super) fn of(names: &[ReportName], states: &'a States, scope: &'a Scope, threads: usize) -> Self {
        // Those that others take from come first, so that no thread waits for one while there is another to make.
        let mut wanted: Vec<ReportName> = Vec::new();
        for name in names.iter().flat_map(|name| name.taken_from()).chain(names) {
            if !wanted.contains(name) {
                wanted.push(*name);
            }
        }
        Self {
            lens: Lens::new(states, scope),
            wanted,
            threads,
            made: [const { OnceLock::new() }; _],
            cases: OnceLock::new(),
            households: OnceLock::new(),
        }
    }

    /// Says whether one of the reports counts every state of a kind alone.
    pub(super) fn wants(&self, kind: StreamKind) -> bool {
        self.wanted.iter().any(|name| name.summed().any(|summed| summed == kind))
    }

    /// Takes these sums for what is counted of their kinds. The scope must be [`Scope::all`].
    pub(super) fn take_sums(&self, sums: &Sums) {
        if let Some(sum) = &sums.households {
            let _ = self.households.set(OfHouseholds::of_sum(&self.lens, sum));
        }
        if let Some(sum) = &sums.cases {
            let _ = self.cases.set(OfCases::of_sum(&self.lens, sum));
        }
    }

    /// Returns one of the reports. Whoever asks again, or meanwhile, gets the same one.
    pub(super) fn report(&self, name: ReportName) -> &Report {
        let place = ReportName::ALL.iter().position(|other| *other == name);
        let made = place.and_then(|place| self.made.get(place)).expect("all of them have a place");
        made.get_or_init(|| name.count(self))
    }

    /// Returns what the reports count of cases.
    pub(super) fn cases(&self) -> &OfCases<'a> {
        self.cases.get_or_init(|| pass::count(&self.lens, &self.wanted, self.threads))
    }

    /// Returns what the reports count of households.
    pub(super) fn households(&self) -> &OfHouseholds<'a> {
        self.households.get_or_init(|| pass::count(&self.lens, &self.wanted, self.threads))
    }
}
