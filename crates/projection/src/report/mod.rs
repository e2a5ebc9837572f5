//! Reports: figures that anybody can recompute from the log. Each is a pure function of the states and a scope.

mod aid;
mod assessment;
mod campaigns;
mod cases;
mod diary;
mod figure;
mod finance;
mod lens;
mod making;
mod names;
mod of_cases;
mod of_households;
mod overview;
mod pairing;
mod pass;
mod receptions;
mod rectification;
mod satisfaction;
mod sheet;
mod stays;
mod sum;
mod taken;
mod tally;
pub(crate) mod term;
mod timeliness;
mod visits;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use docket_domain::StreamKind;

pub use figure::{Basis, Doubt, Evidence, Figure, UnitOfCount, Value};
pub use lens::{unit_of_official, units_below};
pub use names::{FigureName, ReportName};
pub use sheet::{Check, Citation, Filter, Report, Row, RulesInForce, Scope};
pub(crate) use sum::{SUMMED, Sum, Summing, Sums};
pub use term::{Language, Term};

use self::making::Making;
use crate::states::States;

/// Makes several reports at once, each on one of as many threads as there are. They come in the order of the names.
///
/// What several of them take from another, or count of the same, is counted once.
pub fn make_reports(names: &[ReportName], states: &States, scope: &Scope, threads: usize) -> Vec<Report> {
    make_with_sums(names, states, scope, threads, &Sums::default())
}

/// As [`make_reports`], in a scope that is [`Scope::all`], with sums over all states of some kinds: these need not be loaded.
pub(crate) fn make_with_sums(
    names: &[ReportName],
    states: &States,
    scope: &Scope,
    threads: usize,
    sums: &Sums,
) -> Vec<Report> {
    let making = Making::of(names, states, scope, threads);
    making.take_sums(sums);
    // What takes longest comes first, and takes all threads.
    if making.wants(StreamKind::HOUSEHOLD) {
        let _ = making.households();
    }
    if making.wants(StreamKind::CASE) {
        let _ = making.cases();
    }
    let next = AtomicUsize::new(0);
    let make = || {
        while let Some(name) = making.wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            let _ = making.report(*name);
        }
    };
    let helpers = threads.min(making.wanted.len()).saturating_sub(1);
    thread::scope(|scope| {
        // One that panics has all of it panic when the scope ends.
        (0..helpers).for_each(|_| drop(scope.spawn(make)));
        make();
    });
    names.iter().map(|name| making.report(*name).clone()).collect()
}

impl ReportName {
    /// Makes the report from all states. A filter that it does not [take](Self::filters) narrows nothing.
    pub fn make(self, states: &States, scope: &Scope) -> Report {
        Making::of(&[self], states, scope, 1).report(self).clone()
    }

    /// Makes the report from what is counted for all that are made.
    fn count(self, making: &Making<'_>) -> Report {
        let lens = &making.lens;
        match self {
            Self::Overview => overview::report(making),
            Self::Receptions => receptions::report(lens),
            Self::Visits => visits::report(making),
            Self::Diary => diary::report(making),
            Self::Cases => cases::report(making),
            Self::Timeliness => timeliness::report(making),
            Self::Satisfaction => satisfaction::report(making),
            Self::Campaigns => campaigns::report(making),
            Self::Pairing => pairing::report(lens),
            Self::Aid => aid::report(making),
            Self::Stays => stays::report(lens),
            Self::Rectification => rectification::report(lens),
            Self::Finance => finance::report(lens),
            Self::Assessment => assessment::report(making),
        }
    }

    /// Returns the reports that it takes figures from.
    const fn taken_from(self) -> &'static [Self] {
        match self {
            Self::Overview => overview::TAKEN_FROM,
            Self::Assessment => assessment::TAKEN_FROM,
            Self::Diary => &[Self::Receptions],
            _ => &[],
        }
    }

    /// Returns the kinds of which it, or a report that it takes figures from, counts every state alone, apart from all
    /// others: those whose [sums](sum) do as well.
    pub(crate) fn summed(self) -> impl Iterator<Item = StreamKind> {
        let of = |name: &Self| match name {
            Self::Overview | Self::Cases | Self::Timeliness | Self::Satisfaction | Self::Campaigns => {
                Some(StreamKind::CASE)
            }
            Self::Visits | Self::Diary | Self::Aid => Some(StreamKind::HOUSEHOLD),
            _ => None,
        };
        self.taken_from().iter().filter_map(of).chain(of(&self))
    }

    /// Returns the kinds whose states it looks at in a scope that is [`Scope::all`], beside those whose sums it is given and
    /// what [sums](sum) depend on.
    pub(crate) fn kinds_beside_sums(self) -> impl Iterator<Item = StreamKind> {
        let kinds = match self {
            // Whose each is shows in rows only.
            Self::Cases | Self::Timeliness | Self::Satisfaction | Self::Visits => &[],
            name => name.kinds(),
        };
        kinds.iter().copied().filter(|kind| !SUMMED.contains(kind))
    }

    /// Returns what it can be narrowed to.
    pub const fn filters(self) -> &'static [Filter] {
        match self {
            Self::Cases | Self::Timeliness | Self::Satisfaction => {
                &[Filter::Unit, Filter::Official, Filter::State]
            }
            Self::Pairing | Self::Aid => &[Filter::Unit, Filter::Official, Filter::Household],
            Self::Stays | Self::Rectification | Self::Diary | Self::Campaigns => {
                &[Filter::Unit, Filter::Official]
            }
            Self::Visits => &[Filter::Unit, Filter::Household],
            Self::Overview | Self::Receptions | Self::Finance => &[Filter::Unit],
            Self::Assessment => &[Filter::Unit, Filter::Official],
        }
    }

    /// Returns the kinds whose states it looks at, beside the rule sets. Whoever loads less makes another report.
    pub(crate) const fn kinds(self) -> &'static [StreamKind] {
        use StreamKind as Kind;
        match self {
            Self::Overview => StreamKind::ALL,
            Self::Receptions | Self::Finance => &[Kind::UNIT, Kind::OFFICIAL],
            Self::Visits => &[Kind::UNIT, Kind::HOUSEHOLD],
            Self::Diary => &[Kind::UNIT, Kind::OFFICIAL, Kind::HOUSEHOLD, Kind::DOSSIER],
            Self::Cases | Self::Timeliness | Self::Satisfaction => &[Kind::UNIT, Kind::OFFICIAL, Kind::CASE],
            Self::Campaigns => &[Kind::UNIT, Kind::OFFICIAL, Kind::CASE, Kind::CAMPAIGN],
            Self::Pairing => &[Kind::UNIT, Kind::OFFICIAL, Kind::PAIRING],
            Self::Aid => &[Kind::UNIT, Kind::OFFICIAL, Kind::HOUSEHOLD, Kind::AID, Kind::PROJECT],
            Self::Stays => &[Kind::UNIT, Kind::OFFICIAL, Kind::STAY],
            Self::Rectification => &[
                Kind::UNIT,
                Kind::OFFICIAL,
                Kind::GIFT,
                Kind::VEHICLE,
                Kind::DECLARATION,
                Kind::VIOLATION,
                Kind::INSPECTION,
            ],
            Self::Assessment => {
                &[Kind::UNIT, Kind::OFFICIAL, Kind::HOUSEHOLD, Kind::CASE, Kind::PAIRING, Kind::STAY]
            }
        }
    }

    /// Says whether what it counts is known by official.
    pub const fn is_by_official(self) -> bool {
        matches!(
            self,
            Self::Receptions
                | Self::Cases
                | Self::Timeliness
                | Self::Satisfaction
                | Self::Pairing
                | Self::Stays
                | Self::Assessment
        )
    }
}
