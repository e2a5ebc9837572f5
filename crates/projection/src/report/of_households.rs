//! What reports count of households: ten million of them, gone through once.

use std::ops::Range;

use docket_domain::{HouseholdId, HouseholdState, RulesId, StreamKind, Timestamp, View as _, VisitYear};

use super::{
    aid::{self, Aid},
    lens::Lens,
    names::ReportName,
    pass::Counts,
    sum::Sum,
    tally::Tallies,
    visits::{self, Visits},
};
use crate::states::States;

/// What is counted of households; nothing of what no report wants to know.
pub(super) struct OfHouseholds<'a> {
    wants: Wants,
    pub(super) visits: Tallies<'a, Visits>,
    /// The visits alone: rows only where there are any.
    pub(super) made: Tallies<'a, Visits>,
    pub(super) aid: Tallies<'a, Aid>,
    years: Years<'a>,
}

/// What reports want to know of households.
#[derive(Clone, Copy)]
struct Wants {
    visits: bool,
    made: bool,
    aid: bool,
}

/// The years that ended in the period and for which rules ask for visits, since the first of the households counted was
/// registered: those before are nobody's.
struct Years<'a> {
    /// When that was.
    begun: Option<Timestamp>,
    years: Vec<VisitYear<'a>>,
}

impl<'a> Years<'a> {
    /// Makes sure that those of a household are there.
    #[inline]
    fn reach(&mut self, lens: &Lens<'a>, registered: Timestamp) {
        if self.begun.is_none_or(|begun| registered < begun) {
            self.begun = Some(registered);
            self.years = years(lens, registered);
        }
    }
}

/// Returns the years since a moment that ended in the period, and for which rules ask for visits.
fn years<'a>(lens: &Lens<'a>, since: Timestamp) -> Vec<VisitYear<'a>> {
    let (from, until) = lens.days_over();
    let rules = (1..=lens.states.count(StreamKind::RULES)).filter_map(RulesId::new);
    let rules = rules.filter_map(|id| lens.states.rules(id)).map(|rules| rules.in_force_from).min();
    let Some(rules) = rules else { return Vec::new() };
    let begun = lens.zone().day_of(rules.max(since)).max(from);
    let years = (begun.year()..=until.year()).filter_map(|year| VisitYear::of(lens.states, year));
    let is_owed = |year: &VisitYear<'_>| year.duty().is_some() && lens.fell_due(year.days().last());
    years.filter(is_owed).collect()
}

impl<'a> OfHouseholds<'a> {
    /// Returns what is counted of visits, with the rules that decided it.
    pub(super) fn visits(&self) -> Tallies<'a, Visits> {
        let mut tallies = self.visits.clone();
        self.years.years.iter().filter_map(VisitYear::rules).for_each(|rules| tallies.ruled_by(rules));
        tallies
    }

    /// Returns what was counted, to be kept.
    pub(super) fn sum(&self) -> Sum {
        let parts = vec![self.visits.part(), self.made.part(), self.aid.part()];
        Sum { parts, begun: self.years.begun, ..Sum::default() }
    }

    /// Takes over what was kept.
    pub(super) fn of_sum(lens: &Lens<'a>, sum: &Sum) -> Self {
        let mut counts = Self::new(lens, &[]);
        if let [visits, made, aid] = sum.parts.as_slice() {
            counts.visits.add_part(visits);
            counts.made.add_part(made);
            counts.aid.add_part(aid);
        }
        sum.begun.into_iter().for_each(|begun| counts.years.reach(lens, begun));
        counts
    }

    /// Counts a household.
    pub(super) fn add(&mut self, lens: &Lens<'a>, id: HouseholdId, household: &HouseholdState) {
        self.years.reach(lens, household.registered().at);
        if !lens.takes_household(id) {
            return;
        }
        if self.wants.visits {
            visits::count_household(&mut self.visits, lens, household, &self.years.years);
        }
        if self.wants.made {
            visits::count_made(&mut self.made, lens, household);
        }
        if self.wants.aid {
            aid::count_household(&mut self.aid, lens, household);
        }
    }
}

impl<'a> Counts<'a> for OfHouseholds<'a> {
    fn new(lens: &Lens<'a>, wanted: &[ReportName]) -> Self {
        let wants = |name| wanted.contains(&name);
        Self {
            wants: Wants {
                visits: wants(ReportName::Visits),
                made: wants(ReportName::Diary),
                aid: wants(ReportName::Aid),
            },
            visits: Tallies::new(lens),
            made: Tallies::new(lens),
            aid: Tallies::new(lens),
            years: Years { begun: None, years: Vec::new() },
        }
    }

    fn pages(states: &States) -> usize {
        states.household_pages()
    }

    fn add_pages(&mut self, lens: &Lens<'a>, pages: Range<usize>) {
        for (id, household) in lens.states.households_in(pages) {
            self.add(lens, id, &household);
        }
    }

    fn merge(&mut self, lens: &Lens<'a>, other: Self) {
        self.visits.merge(&other.visits);
        self.made.merge(&other.made);
        self.aid.merge(&other.aid);
        other.years.begun.into_iter().for_each(|begun| self.years.reach(lens, begun));
    }
}
