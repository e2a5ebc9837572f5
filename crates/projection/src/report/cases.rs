//! The report on cases: how many, how far, and how they stand to the due date their source stated.

use std::collections::BTreeMap;

use docket_domain::{CaseState, Timeliness, UnitId, View as _};
use serde::Serialize;

use crate::states::States;

use super::figure::{Figure, Scope};

/// The report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CasesReport {
    /// What it is about.
    pub scope: Scope,
    /// Over all units.
    pub figures: Vec<Figure>,
    /// By the unit responsible, in order of id; cases of no unit last. Present when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_unit: Option<Vec<CaseRow>>,
}

/// The figures of one unit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CaseRow {
    /// The unit's code, `U-12`.
    pub unit: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// Makes the report from all states.
pub fn cases_report(states: &States, scope: Scope, by_unit: bool) -> CasesReport {
    let mut total = Counts::default();
    // Cases of no unit come last: `None` is turned into the largest key.
    let mut units: BTreeMap<(bool, Option<UnitId>), Counts> = BTreeMap::new();
    for (_, case) in states.cases() {
        let registered = case.registered.at.0;
        if scope.period.is_some_and(|(from, to)| registered < from || registered >= to) {
            continue;
        }
        total.add(case);
        if by_unit {
            let unit = case.responsible();
            units.entry((unit.is_none(), unit)).or_default().add(case);
        }
    }
    let rows = units.into_iter().map(|((_, unit), counts)| CaseRow {
        unit: unit.map(|unit| unit.to_string()),
        name: unit.and_then(|unit| states.unit(unit)).map(|unit| unit.name.to_string()),
        figures: counts.figures(),
    });
    CasesReport { figures: total.figures(), by_unit: by_unit.then(|| rows.collect()), scope }
}

#[derive(Default)]
struct Counts {
    registered: u64,
    closed: u64,
    reopened: u64,
    replied: u64,
    with_due: u64,
    closed_by: u64,
    closed_after: u64,
    open_with_due: u64,
    without_due: u64,
}

impl Counts {
    fn add(&mut self, case: &CaseState) {
        self.registered += 1;
        self.closed += u64::from(case.closure.is_some());
        self.reopened += u64::from(case.runs > 1);
        self.replied += u64::from(case.reply.is_some());
        let by_due = match case.stated_timeliness() {
            Timeliness::ClosedByIt => &mut self.closed_by,
            Timeliness::ClosedAfterIt => &mut self.closed_after,
            Timeliness::Open => &mut self.open_with_due,
            Timeliness::NoneStated => &mut self.without_due,
        };
        *by_due += 1;
        self.with_due += u64::from(case.stated_due.is_some());
    }

    fn figures(&self) -> Vec<Figure> {
        let cases = |name, label, value| Figure { name, label, unit_of_count: "cases", value };
        vec![
            cases("registered", "registered", self.registered),
            cases("closed", "closed", self.closed),
            cases("open", "open", self.registered - self.closed),
            cases("replied", "with a reply in the current run", self.replied),
            cases("reopened", "reopened at least once", self.reopened),
            cases("with_stated_due", "with a due date stated by the source", self.with_due),
            cases("closed_by_stated_due", "closed by it", self.closed_by),
            cases("closed_after_stated_due", "closed after it", self.closed_after),
            cases("open_with_stated_due", "still open with one", self.open_with_due),
            cases("without_stated_due", "without one", self.without_due),
        ]
    }
}
