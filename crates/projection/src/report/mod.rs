//! Reports: figures that anybody can recompute from the log. Each is a pure function of the states and a scope.

mod cases;
mod figure;
mod names;
mod sheet;
pub(crate) mod term;

pub use figure::{Basis, Evidence, Figure, UnitOfCount, Value};
pub use names::{FigureName, ReportName};
pub use sheet::{Check, Report, Row, Scope};
pub use term::{Language, Term};

use crate::states::States;

impl ReportName {
    /// Makes the report from all states.
    pub fn make(self, states: &States, scope: Scope) -> Report {
        match self {
            Self::Cases => cases::report(states, scope),
        }
    }
}
