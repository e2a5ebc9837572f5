//! The report on cases: how many, how far, and how they stand to the due date their source stated.

use docket_domain::{CaseState, Timeliness};

use super::{
    lens::Lens,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
};

tally! {
    struct Cases {
        registered: figure Registered, Cases, Registered;
        closed: figure Closed, Cases, Registered;
        open: figure Open, Cases, Registered;
        replied: figure Replied, Cases, Registered;
        reopened: figure Reopened, Cases, Registered;
        with_due: figure WithStatedDue, Cases, Registered;
        closed_by: figure ClosedByStatedDue, Cases, Registered;
        closed_after: figure ClosedAfterStatedDue, Cases, Registered;
        open_with_due: figure OpenWithStatedDue, Cases, Registered;
        without_due: figure WithoutStatedDue, Cases, Registered;
        by_due_rate: ratio ByStatedDueRate, Cases, Registered;
    }
}

/// Makes the report.
pub(super) fn report(lens: &Lens<'_>) -> Report {
    let mut tallies = Tallies::<Cases>::new(lens);
    for (_, case) in lens.states.cases().filter(|(_, case)| takes(lens, case)) {
        tallies.of(case.responsible(), |cases| cases.add(case));
    }
    let by_stated_due: &[_] = &[
        FigureName::ClosedByStatedDue,
        FigureName::ClosedAfterStatedDue,
        FigureName::OpenWithStatedDue,
        FigureName::WithoutStatedDue,
    ];
    let sums = [
        (FigureName::Registered, &[FigureName::Closed, FigureName::Open][..]),
        (FigureName::Registered, by_stated_due),
    ];
    tallies.report(ReportName::Cases, &sums)
}

/// Says whether a case counts: registered in the period, and as was asked for.
pub(super) fn takes(lens: &Lens<'_>, case: &CaseState) -> bool {
    lens.has(case.registered.at) && is_asked(lens, case)
}

/// Says whether a case is of the official and of the state that were asked for.
pub(super) fn is_asked(lens: &Lens<'_>, case: &CaseState) -> bool {
    lens.takes_official(case.handler) && lens.scope.status.is_none_or(|status| case.status == status)
}

impl Cases {
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
}
