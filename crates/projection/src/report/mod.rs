//! Reports: figures that anybody can recompute from the log.

mod cases;
mod figure;

pub use cases::{CaseRow, CasesReport, cases_report};
pub use figure::{Figure, Scope};
