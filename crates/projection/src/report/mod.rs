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

pub use figure::{Basis, Doubt, Evidence, Figure, UnitOfCount, Value};
pub use lens::{unit_of_official, units_below};
pub use names::{FigureName, ReportName};
pub use sheet::{Check, Citation, Filter, Report, Row, RulesInForce, Scope};
pub use term::{Language, Term};

use self::lens::Lens;
use crate::states::States;

/// Makes a report from the states as a scope looks at them.
type MakeReport = fn(&Lens<'_>) -> Report;

impl ReportName {
    /// Makes the report from all states. A filter that it does not [take](Self::filters) narrows nothing.
    pub fn make(self, states: &States, scope: &Scope) -> Report {
        let lens = Lens::new(states, scope);
        match self {
            Self::Overview => overview::report(&lens),
            Self::Receptions => receptions::report(&lens),
            Self::Visits => visits::report(&lens),
            Self::Diary => diary::report(&lens),
            Self::Cases => cases::report(&lens),
            Self::Timeliness => timeliness::report(&lens),
            Self::Satisfaction => satisfaction::report(&lens),
            Self::Campaigns => campaigns::report(&lens),
            Self::Pairing => pairing::report(&lens),
            Self::Aid => aid::report(&lens),
            Self::Stays => stays::report(&lens),
            Self::Rectification => rectification::report(&lens),
            Self::Finance => finance::report(&lens),
            Self::Assessment => assessment::report(&lens),
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
