//! The report on cases: how many, how far, and how they stand to the due date their source stated.

use std::collections::BTreeMap;

use docket_domain::{CaseState, Timeliness, UnitId, View as _};

use super::{
    figure::{Basis, Counter, Figure, UnitOfCount},
    names::{FigureName, ReportName},
    sheet::{Check, Report, Row, Scope},
};
use crate::states::States;

/// Makes the report from all states.
pub(super) fn report(states: &States, scope: Scope) -> Report {
    let mut total = Counts::new(scope.explains);
    // Cases of no unit come last: `None` is turned into the largest key.
    let mut units: BTreeMap<(bool, Option<UnitId>), Counts> = BTreeMap::new();
    for (_, case) in states.cases() {
        if !scope.has(case.registered.at) {
            continue;
        }
        total.add(case);
        if scope.by_unit {
            let unit = case.responsible();
            let counts = units.entry((unit.is_none(), unit));
            counts.or_insert_with(|| Counts::new(scope.explains)).add(case);
        }
    }
    let rows = units.into_iter().map(|((_, unit), counts)| Row {
        code: unit.map(|unit| unit.to_string()),
        name: unit.and_then(|unit| states.unit(unit)).map(|unit| unit.name.to_string()),
        figures: counts.figures(),
    });
    let checks = vec![Check {
        whole: FigureName::Registered,
        parts: vec![FigureName::Closed, FigureName::Open],
        expected: total.registered.count(),
        found: total.closed.count() + total.open.count(),
    }];
    Report { name: ReportName::Cases, figures: total.figures(), rows: rows.collect(), checks, scope }
}

struct Counts {
    registered: Counter,
    closed: Counter,
    open: Counter,
    reopened: Counter,
    replied: Counter,
    with_due: Counter,
    closed_by: Counter,
    closed_after: Counter,
    open_with_due: Counter,
    without_due: Counter,
    by_due_rate: Counter,
}

impl Counts {
    fn new(explains: bool) -> Self {
        let counter = || Counter::new(explains);
        Self {
            registered: counter(),
            closed: counter(),
            open: counter(),
            reopened: counter(),
            replied: counter(),
            with_due: counter(),
            closed_by: counter(),
            closed_after: counter(),
            open_with_due: counter(),
            without_due: counter(),
            by_due_rate: counter(),
        }
    }

    fn add(&mut self, case: &CaseState) {
        self.registered.add(case.registered_record);
        match &case.closure {
            Some(closure) => self.closed.add(closure.mark.record()),
            None => self.open.add(case.last_record),
        }
        if case.runs > 1 {
            self.reopened.add(case.registered_record);
        }
        if let Some(reply) = &case.reply {
            self.replied.add(reply.mark.record());
        }
        if case.stated_due.is_some() {
            self.with_due.add(case.registered_record);
        }
        let timeliness = case.stated_timeliness();
        if timeliness != Timeliness::NoneStated {
            self.by_due_rate.ask(timeliness == Timeliness::ClosedByIt, case.last_record);
        }
        let by_due = match timeliness {
            Timeliness::ClosedByIt => &mut self.closed_by,
            Timeliness::ClosedAfterIt => &mut self.closed_after,
            Timeliness::Open => &mut self.open_with_due,
            Timeliness::NoneStated => &mut self.without_due,
        };
        by_due.add(case.last_record);
    }

    fn figures(self) -> Vec<Figure> {
        let cases = |counter: Counter, name| counter.figure(name, UnitOfCount::Cases, Basis::Registered);
        vec![
            cases(self.registered, FigureName::Registered),
            cases(self.closed, FigureName::Closed),
            cases(self.open, FigureName::Open),
            cases(self.replied, FigureName::Replied),
            cases(self.reopened, FigureName::Reopened),
            cases(self.with_due, FigureName::WithStatedDue),
            cases(self.closed_by, FigureName::ClosedByStatedDue),
            cases(self.closed_after, FigureName::ClosedAfterStatedDue),
            cases(self.open_with_due, FigureName::OpenWithStatedDue),
            cases(self.without_due, FigureName::WithoutStatedDue),
            self.by_due_rate.ratio(FigureName::ByStatedDueRate, UnitOfCount::Cases, Basis::Registered),
        ]
    }
}
