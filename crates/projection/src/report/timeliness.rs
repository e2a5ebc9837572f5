//! The report on timeliness: what fell due by each clock, was met, was missed, and what runs.

use docket_domain::{CaseState, Clock, RunningClock, Standing};

use super::{
    figure::Counter,
    lens::Lens,
    making::Making,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
};

tally! {
    struct Timeliness {
        fell_due: figure ClocksFellDue, Clocks, FellDue;
        met: figure ClocksMet, Clocks, FellDue;
        late: figure ClocksMetLate, Clocks, FellDue;
        missed: figure ClocksMissed, Clocks, FellDue;
        running: figure ClocksRunning, Clocks, AsOf;
        overdue: figure ClocksOverdue, Clocks, AsOf;
        acknowledge: ratio AcknowledgedInTerm, Clocks, FellDue;
        assign: ratio AssignedInTerm, Clocks, FellDue;
        tell: ratio AcceptanceInTime, Clocks, FellDue;
        handle: ratio InTermRate, Clocks, FellDue;
        review: ratio ReviewedInTerm, Clocks, FellDue;
        recheck: ratio RecheckedInTerm, Clocks, FellDue;
        supervision: ratio SupervisionAnsweredInTerm, Clocks, FellDue;
        acknowledge_running: figure AcknowledgeRunning, Clocks, AsOf;
        assign_running: figure AssignRunning, Clocks, AsOf;
        tell_running: figure TellRunning, Clocks, AsOf;
        handle_running: figure HandleRunning, Clocks, AsOf;
        review_running: figure ReviewRunning, Clocks, AsOf;
        recheck_running: figure RecheckRunning, Clocks, AsOf;
        supervision_running: figure SupervisionRunning, Clocks, AsOf;
    }
}

const SUMS: &[(FigureName, &[FigureName])] = &[
    (
        FigureName::ClocksFellDue,
        &[FigureName::ClocksMet, FigureName::ClocksMetLate, FigureName::ClocksMissed],
    ),
    (
        FigureName::ClocksRunning,
        &[
            FigureName::AcknowledgeRunning,
            FigureName::AssignRunning,
            FigureName::TellRunning,
            FigureName::HandleRunning,
            FigureName::ReviewRunning,
            FigureName::RecheckRunning,
            FigureName::SupervisionRunning,
        ],
    ),
];

/// Makes the report.
pub(super) fn report(making: &Making<'_>) -> Report {
    making.cases().timeliness.report(ReportName::Timeliness, SUMS)
}

/// Counts a case, whose clocks these are: those that are somebody's duty and that run at the last moment, are overdue then,
/// or fell due in the period.
pub(super) fn count_case(
    tallies: &mut Tallies<'_, Timeliness>,
    lens: &Lens<'_>,
    case: &CaseState,
    clocks: &[RunningClock<'_>],
) {
    let counts_now = |clock: &&RunningClock<'_>| {
        !clock.is_right()
            && (is_due(lens, clock) || matches!(clock.standing, Standing::Running | Standing::Overdue))
    };
    let duties = || clocks.iter().filter(counts_now);
    duties().for_each(|clock| tallies.ruled_by(clock.rules));
    tallies.of_both(case.responsible(), case.handler, |counts| {
        duties().for_each(|clock| counts.add(lens, clock));
    });
}

/// Says whether what a clock asks for fell due in the period.
pub(super) fn is_due(lens: &Lens<'_>, clock: &RunningClock<'_>) -> bool {
    lens.fell_due(clock.due) && !matches!(clock.standing, Standing::Stopped(_))
}

/// Returns the record that decided what became of a clock, or else the one that started it.
pub(super) fn decided(clock: &RunningClock<'_>) -> u64 {
    clock.standing.record().unwrap_or_else(|| clock.start.record())
}

impl Timeliness {
    fn add(&mut self, lens: &Lens<'_>, clock: &RunningClock<'_>) {
        let record = decided(clock);
        let Some((in_term, running)) = self.of(clock.clock) else { return };
        let is_running = clock.standing == Standing::Running;
        if is_running {
            running.add(record);
        }
        let is_due = is_due(lens, clock) && !is_running;
        if is_due {
            in_term.ask(clock.is_met(), record);
            self.fell_due.add(record);
            match clock.standing {
                Standing::Met(_) => self.met.add(record),
                Standing::Late(_) => self.late.add(record),
                _ => self.missed.add(record),
            }
        }
        match clock.standing {
            Standing::Running => self.running.add(record),
            Standing::Overdue => self.overdue.add(record),
            _ => {}
        }
    }

    /// Returns the counters of a clock: done in term, and running.
    fn of(&mut self, clock: Clock) -> Option<(&mut Counter, &mut Counter)> {
        Some(match clock {
            Clock::Acknowledge => (&mut self.acknowledge, &mut self.acknowledge_running),
            Clock::Assign => (&mut self.assign, &mut self.assign_running),
            Clock::TellPetitioner => (&mut self.tell, &mut self.tell_running),
            Clock::Handle => (&mut self.handle, &mut self.handle_running),
            Clock::ReviewDecide => (&mut self.review, &mut self.review_running),
            Clock::RecheckDecide => (&mut self.recheck, &mut self.recheck_running),
            Clock::SupervisionAnswer => (&mut self.supervision, &mut self.supervision_running),
            // Rights, and what is no case's.
            Clock::Object | Clock::ReviewWindow | Clock::RecheckWindow | Clock::FindingAnswer => return None,
        })
    }
}
