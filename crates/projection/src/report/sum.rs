//! Sums: what all reports on everything count of some states together. Each holds until one of these changes, or a moment
//! comes at which one counts differently though nothing is recorded: so it can be kept.

use std::borrow::Borrow;

use docket_domain::{
    CaseState, Day, HouseholdId, HouseholdState, StreamKind, Timestamp, clocks_stay_until, upcoming,
};
use serde::{Deserialize, Serialize};

use super::{
    lens::Lens, names::ReportName, of_cases::OfCases, of_households::OfHouseholds, pass::Counts, sheet::Scope,
};
use crate::states::States;

/// What one report counts: numerators and denominators of its figures, in their order, and the records that adopted the rule
/// sets which decided something.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) numbers: Vec<(u64, u64)>,
    pub(super) rules: Vec<u64>,
}

/// What all reports on everything count of some states of a kind.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sum {
    pub(super) parts: Vec<Part>,
    /// The first moment from which the years of visits count; `None` where there are no households.
    pub(super) begun: Option<Timestamp>,
    /// Until when it holds; `None` where time alone changes nothing.
    pub(super) until: Option<Timestamp>,
}

impl Sum {
    /// Says whether it still holds at a moment, which is not before the one it was made for.
    pub(crate) fn holds_at(&self, moment: Timestamp) -> bool {
        self.until.is_none_or(|until| moment < until)
    }

    /// Says whether it is a sum of the same things as another.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let lengths = |sum: &Self| sum.parts.iter().map(|part| part.numbers.len()).collect::<Vec<_>>();
        lengths(self) == lengths(other)
    }

    /// Adds one of other states.
    pub(crate) fn add(&mut self, other: &Self) {
        for (part, other) in self.parts.iter_mut().zip(&other.parts) {
            for ((numerator, denominator), more) in part.numbers.iter_mut().zip(&other.numbers) {
                *numerator = numerator.saturating_add(more.0);
                *denominator = denominator.saturating_add(more.1);
            }
            for rules in &other.rules {
                if let Err(place) = part.rules.binary_search(rules) {
                    part.rules.insert(place, *rules);
                }
            }
        }
        self.begun = self.begun.into_iter().chain(other.begun).min();
        self.until = self.until.into_iter().chain(other.until).min();
    }
}

/// Of what kinds there are so many that their sums are kept.
pub(crate) const SUMMED: [StreamKind; 2] = [StreamKind::HOUSEHOLD, StreamKind::CASE];

/// The sums over all states of the kinds that reports need.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    pub(super) households: Option<Sum>,
    pub(super) cases: Option<Sum>,
}

impl Sums {
    /// Notes the sum over all states of a kind.
    pub(crate) fn note(&mut self, kind: StreamKind, sum: Sum) {
        match kind {
            StreamKind::HOUSEHOLD => self.households = Some(sum),
            _ => self.cases = Some(sum),
        }
    }
}

/// Makes sums, with rule sets and campaigns at hand.
pub(crate) struct Summing<'a> {
    lens: Lens<'a>,
}

impl<'a> Summing<'a> {
    /// Begins for a scope that is [`Scope::all`].
    pub(crate) fn new(states: &'a States, scope: &'a Scope) -> Self {
        Self { lens: Lens::new(states, scope) }
    }

    /// Returns the moment for which sums are made.
    pub(crate) fn moment(&self) -> Timestamp {
        self.lens.last_moment()
    }

    /// Returns the sum of no states of a kind.
    pub(crate) fn nothing(&self, kind: StreamKind) -> Sum {
        match kind {
            StreamKind::HOUSEHOLD => self.households(std::iter::empty::<(_, HouseholdState)>()),
            _ => self.cases(std::iter::empty::<CaseState>()),
        }
    }

    /// Sums some households.
    pub(crate) fn households(
        &self,
        households: impl Iterator<Item = (HouseholdId, impl Borrow<HouseholdState>)>,
    ) -> Sum {
        let mut counts = OfHouseholds::new(&self.lens, ReportName::ALL);
        let mut until = None;
        for (id, household) in households {
            let household = household.borrow();
            counts.add(&self.lens, id, household);
            until = until.into_iter().chain(upcoming(household, self.moment())).min();
        }
        Sum { until, ..counts.sum() }
    }

    /// Sums some cases.
    pub(crate) fn cases(&self, cases: impl Iterator<Item = impl Borrow<CaseState>>) -> Sum {
        let lens = &self.lens;
        let mut counts = OfCases::new(lens, ReportName::ALL);
        let mut until = None;
        for case in cases {
            let case = case.borrow();
            let clocks = counts.clocks(lens, case);
            counts.add(lens, case, &clocks);
            let changes =
                [clocks_stay_until(case, &clocks, lens.states, self.moment()), upcoming(case, self.moment())];
            until = until.into_iter().chain(changes.into_iter().flatten()).min();
        }
        Sum { until, ..counts.sum() }
    }

    /// Returns a hash of everything else that sums of a kind depend on: rule sets, campaigns, years that are over.
    pub(crate) fn context(&self, kind: StreamKind) -> [u8; 32] {
        let lens = &self.lens;
        let mut hasher = blake3::Hasher::new_derive_key("docket 2026 index context of sums v1");
        let mut note = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        for (_, rules) in lens.states.rule_sets() {
            note(&encode(&rules));
        }
        if kind == StreamKind::HOUSEHOLD {
            let (_, last) = lens.days_over();
            let is_over = Day::from_date(last.year(), 12, 31) == Some(last);
            note(&(last.year() - i32::from(!is_over)).to_le_bytes());
        } else {
            for (id, campaign) in lens.states.campaigns() {
                let closed = campaign.closed.filter(|closed| lens.knows(*closed));
                note(&encode(&(id, closed)));
            }
        }
        *hasher.finalize().as_bytes()
    }
}

fn encode(state: &impl Serialize) -> Vec<u8> {
    bincode::serde::encode_to_vec(state, bincode::config::standard()).expect("states are plain data")
}
