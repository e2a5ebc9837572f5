//! The report on cases: how many, how far, and how they stand to the due date their source stated.

use docket_domain::{CaseState, CaseStatus, Clock, RunningClock, Standing, Timeliness};

use super::{
    lens::Lens,
    making::Making,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
    timeliness::{decided, is_due},
};

tally! {
    struct Cases {
        registered: figure Registered, Cases, Registered;
        closed: figure Closed, Cases, Registered;
        open: figure Open, Cases, Registered;
        declined: figure CasesDeclined, Cases, Registered;
        withdrawn: figure CasesWithdrawn, Cases, Registered;
        merged: figure CasesMerged, Cases, Registered;
        void: figure CasesVoid, Cases, Registered;
        replied: figure Replied, Cases, Registered;
        reopened: figure Reopened, Cases, Registered;
        repeat_rate: ratio RepeatRate, Cases, Registered;
        response_rate: ratio ResponseRate, Cases, FellDue;
        accepted: figure CasesAccepted, Cases, Accepted;
        closure_rate: ratio ClosureRate, Cases, Accepted;
        closed_in_period: figure ClosedInPeriod, Cases, Closed;
        closed_in_term: ratio ClosedInTermRate, Cases, Closed;
        with_due: figure WithStatedDue, Cases, Registered;
        closed_by: figure ClosedByStatedDue, Cases, Registered;
        closed_after: figure ClosedAfterStatedDue, Cases, Registered;
        open_with_due: figure OpenWithStatedDue, Cases, Registered;
        ended_with_due: figure EndedWithStatedDue, Cases, Registered;
        without_due: figure WithoutStatedDue, Cases, Registered;
        by_due_rate: ratio ByStatedDueRate, Cases, Registered;
    }
}

const SUMS: &[(FigureName, &[FigureName])] = &[
    (
        FigureName::Registered,
        &[
            FigureName::Closed,
            FigureName::Open,
            FigureName::CasesDeclined,
            FigureName::CasesWithdrawn,
            FigureName::CasesMerged,
            FigureName::CasesVoid,
        ],
    ),
    (
        FigureName::Registered,
        &[
            FigureName::ClosedByStatedDue,
            FigureName::ClosedAfterStatedDue,
            FigureName::OpenWithStatedDue,
            FigureName::EndedWithStatedDue,
            FigureName::WithoutStatedDue,
        ],
    ),
];

/// Makes the report.
pub(super) fn report(making: &Making<'_>) -> Report {
    making.cases().cases.report(ReportName::Cases, SUMS)
}

/// Counts a case, whose clocks these are.
pub(super) fn count_case(
    tallies: &mut Tallies<'_, Cases>,
    lens: &Lens<'_>,
    case: &CaseState,
    clocks: &[RunningClock<'_>],
) {
    let contact = contact(lens, clocks);
    let closed = case.closed().map(|closure| closure.mark).filter(|mark| lens.has(mark.at()));
    let handled = clocks.iter().rfind(|clock| clock.clock == Clock::Handle && clock.run == case.runs);
    let handled = handled.filter(|_| closed.is_some());
    contact.into_iter().chain(handled).for_each(|clock| tallies.ruled_by(clock.rules));
    tallies.of_both(case.responsible(), case.handler, |counts| {
        if lens.has(case.registered().at) {
            counts.add(case);
        }
        counts.add_acceptance(lens, case);
        if let Some(contact) = contact {
            counts.response_rate.ask(contact.is_met(), decided(contact));
        }
        if let Some(closed) = closed {
            counts.closed_in_period.add(closed.record());
        }
        if let Some(handled) = handled {
            counts.closed_in_term.ask(handled.is_met(), decided(handled));
        }
    });
}

/// Returns the clock of the first contact, if it fell due in the period: that of saying that the case has arrived, or where
/// the rules have none, that of telling the petitioner whether it is accepted.
fn contact<'a, 'v>(lens: &Lens<'_>, clocks: &'a [RunningClock<'v>]) -> Option<&'a RunningClock<'v>> {
    let find = |clock| clocks.iter().find(|running| running.clock == clock);
    let contact = find(Clock::Acknowledge).or_else(|| find(Clock::TellPetitioner))?;
    Some(contact).filter(|contact| is_due(lens, contact) && contact.standing != Standing::Running)
}

/// Says whether a case is of the official and of the state that were asked for.
pub(super) fn is_asked(lens: &Lens<'_>, case: &CaseState) -> bool {
    lens.takes_official(case.handler) && lens.scope.status.is_none_or(|status| case.status == status)
}

impl Cases {
    /// Counts a case by where it stands.
    fn add(&mut self, case: &CaseState) {
        let registered = case.registered_record();
        self.registered.add(registered);
        let (by_status, record) = match case.status {
            CaseStatus::Closed | CaseStatus::Final => {
                (&mut self.closed, case.closed().map_or(case.status_record, |closure| closure.mark.record()))
            }
            CaseStatus::Declined => (&mut self.declined, case.status_record),
            CaseStatus::Withdrawn => (&mut self.withdrawn, case.status_record),
            CaseStatus::Merged => (&mut self.merged, case.status_record),
            CaseStatus::Void => (&mut self.void, case.status_record),
            _ => (&mut self.open, case.last_record),
        };
        by_status.add(record);
        if case.runs > 1 {
            self.reopened.add(registered);
        }
        self.repeat_rate.ask(case.is_raised_again(), registered);
        if let Some(reply) = &case.reply {
            self.replied.add(reply.mark.record());
        }
        self.add_stated_due(case);
    }

    /// Counts a case by how it stands to the due date its source stated.
    fn add_stated_due(&mut self, case: &CaseState) {
        if case.stated_due().is_some() {
            self.with_due.add(case.registered_record());
        }
        let timeliness = case.stated_timeliness();
        if timeliness != Timeliness::NoneStated {
            self.by_due_rate.ask(timeliness == Timeliness::ClosedByIt, case.last_record);
        }
        let by_due = match timeliness {
            Timeliness::ClosedByIt => &mut self.closed_by,
            Timeliness::ClosedAfterIt => &mut self.closed_after,
            Timeliness::Open => &mut self.open_with_due,
            Timeliness::Ended => &mut self.ended_with_due,
            Timeliness::NoneStated => &mut self.without_due,
        };
        by_due.add(case.last_record);
    }

    /// Counts a case that was accepted in the period, whenever it was registered.
    fn add_acceptance(&mut self, lens: &Lens<'_>, case: &CaseState) {
        if let Some(accepted) = case.first_accepted().filter(|accepted| lens.has(accepted.at())) {
            self.accepted.add(accepted.record());
            let closed = case.closed().map(|closure| closure.mark.record());
            self.closure_rate.ask(closed.is_some(), closed.unwrap_or(case.last_record));
        }
    }
}
