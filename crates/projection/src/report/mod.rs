//! Reports: figures that anybody can recompute from the log. Each is a pure function of the states and a scope.

mod aid;
mod assessment;
mod campaigns;
mod cases;
mod diary;
mod figure;
mod finance;
mod lens;
mod names;
mod overview;
mod pairing;
mod receptions;
mod rectification;
mod satisfaction;
mod sheet;
mod stays;
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
pub use term::{Language, Term};

use self::lens::Lens;
use crate::states::States;

/// Makes several reports at once, each on one of as many threads as there are. They come in the order of the names.
///
/// What several of them take from another is counted once.
pub fn make_reports(names: &[ReportName], states: &States, scope: &Scope, threads: usize) -> Vec<Report> {
    let lens = Lens::new(states, scope);
    // Those that others take from come first, so that no thread waits for one while there is another to make.
    let mut wanted: Vec<ReportName> = Vec::new();
    for name in names.iter().flat_map(|name| name.taken_from()).chain(names) {
        if !wanted.contains(name) {
            wanted.push(*name);
        }
    }
    let next = AtomicUsize::new(0);
    let make = || {
        while let Some(name) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            let _ = lens.report(*name);
        }
    };
    let helpers = threads.min(wanted.len()).saturating_sub(1);
    thread::scope(|scope| {
        // One that panics has all of it panic when the scope ends.
        (0..helpers).for_each(|_| drop(scope.spawn(make)));
        make();
    });
    names.iter().map(|name| lens.report(*name).clone()).collect()
}

impl ReportName {
    /// Makes the report from all states. A filter that it does not [take](Self::filters) narrows nothing.
    pub fn make(self, states: &States, scope: &Scope) -> Report {
        Lens::new(states, scope).report(self).clone()
    }

    /// Counts what the report is about, as a lens looks at it.
    fn count(self, lens: &Lens<'_>) -> Report {
        match self {
            Self::Overview => overview::report(lens),
            Self::Receptions => receptions::report(lens),
            Self::Visits => visits::report(lens),
            Self::Diary => diary::report(lens),
            Self::Cases => cases::report(lens),
            Self::Timeliness => timeliness::report(lens),
            Self::Satisfaction => satisfaction::report(lens),
            Self::Campaigns => campaigns::report(lens),
            Self::Pairing => pairing::report(lens),
            Self::Aid => aid::report(lens),
            Self::Stays => stays::report(lens),
            Self::Rectification => rectification::report(lens),
            Self::Finance => finance::report(lens),
            Self::Assessment => assessment::report(lens),
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
