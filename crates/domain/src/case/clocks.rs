//! The clocks of a case: from what started each, by the rules in force then, to the day it falls due and what became of it.
//!
//! Nothing of this is stored. A missed deadline is derived, and so is what a change of the rules in mid-term leaves as it was.

use crate::{
    adoption::RulesState,
    case::{
        rare::{Appeal, CaseRare, RunRare, earlier},
        reason::ReviewOutcome,
        state::{CaseClosure, CaseReply, CaseState},
        status::CaseStatus,
    },
    counting::{Counted, Counting},
    day::Day,
    mark::Mark,
    rule_set::{Clock, HandleTerm, Term, TermStart},
    time::Timestamp,
    view::View,
};

/// A clock of a case, running or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunningClock<'v> {
    /// What it is for.
    pub clock: Clock,
    /// In which run of the case, from 1.
    pub run: u16,
    /// What started it.
    pub start: Mark,
    /// The day of that, in the ledger's zone.
    pub start_day: Day,
    /// The day it falls due, with its extensions and the time it stood still.
    pub due: Day,
    /// The moment it falls due, where the source states one: then no days are counted.
    pub due_at: Option<Timestamp>,
    /// What became of it.
    pub standing: Standing,
    /// How many days it was over its due day when it ended, or is now; 0 when it was met.
    pub days_over: u32,
    /// By how many days it was extended.
    pub extended_days: u32,
    /// Through how many days it stood still.
    pub still_days: u32,
    /// The rules it runs by: those in force when it started, whatever came later.
    pub rules: &'v RulesState,
    /// Its term; `None` where the source states the due moment.
    pub term: Option<&'v Term>,
    /// The term as counted, day by day.
    pub counted: Option<Counted<'v>>,
}

/// What became of a clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Standing {
    /// It runs, and its last day is not over.
    Running,
    /// What it asks for was done in time, by this record.
    Met(u64),
    /// What it asks for was done too late, by this record.
    Late(u64),
    /// It is over its due day, and what it asks for is not done.
    Overdue,
    /// It was over its due day when this record ended it.
    Missed(u64),
    /// This record ended it in time: nothing is asked for any more.
    Stopped(u64),
    /// A term of somebody's right, not of a duty, that nobody made use of.
    Lapsed,
}

impl Standing {
    /// Returns the word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Met(_) => "met",
            Self::Late(_) => "late",
            Self::Overdue => "overdue",
            Self::Missed(_) => "missed",
            Self::Stopped(_) => "stopped",
            Self::Lapsed => "lapsed",
        }
    }

    /// Returns the record that decided it, if one did.
    pub const fn record(self) -> Option<u64> {
        match self {
            Self::Met(record) | Self::Late(record) | Self::Missed(record) | Self::Stopped(record) => {
                Some(record)
            }
            Self::Running | Self::Overdue | Self::Lapsed => None,
        }
    }
}

impl RunningClock<'_> {
    /// Returns a day that the due day depends on and whose holidays nobody has published: then it is provisional.
    pub fn not_covered(&self) -> Option<Day> {
        self.counted.as_ref().and_then(Counted::not_covered)
    }

    /// Says whether it is the petitioner's, or an objecting unit's, own term: a right, which can lapse and not be missed.
    pub const fn is_right(&self) -> bool {
        is_right(self.clock)
    }

    /// Says whether what it asks for was due, in a period of days that ends before `until`, and not stopped before.
    pub fn fell_due(&self, from: Day, until: Day) -> bool {
        from <= self.due && self.due < until && !matches!(self.standing, Standing::Stopped(_))
    }

    /// Says whether what it asks for was done in time.
    pub const fn is_met(&self) -> bool {
        matches!(self.standing, Standing::Met(_))
    }
}

/// Returns every clock that was started in a case until a moment, in the order of the runs and of what starts a clock.
///
/// The state is of now: what happened later than `as_of`, as claimed, is left aside.
pub fn clocks<'v, V: View>(case: &CaseState, view: &'v V, as_of: Timestamp) -> Vec<RunningClock<'v>> {
    let mut clocks = Vec::new();
    for run in runs(case) {
        for (kind, start) in run.starts(case) {
            if start.at() <= as_of {
                start_all(&mut clocks, case, &run, kind, start, view, as_of);
            }
        }
    }
    clocks
}

/// Returns the clock of a case that is over its due day longest at a moment, if one is.
pub fn overdue<'v, V: View>(case: &CaseState, view: &'v V, as_of: Timestamp) -> Option<RunningClock<'v>> {
    let over = clocks(case, view, as_of).into_iter().filter(|clock| clock.standing == Standing::Overdue);
    over.max_by_key(|clock| clock.days_over)
}

/// Returns the moment until which clocks, as they stand in a case at `as_of`, stay so while nothing is recorded: at that
/// moment one may stand otherwise, or its due day is over. `None` where time alone changes nothing any more.
///
/// What the case names as later than `as_of` is left aside: see [`upcoming`](crate::upcoming).
pub fn clocks_stay_until<V: View>(
    case: &CaseState,
    clocks: &[RunningClock<'_>],
    view: &V,
    as_of: Timestamp,
) -> Option<Timestamp> {
    let zone = view.zone();
    let next = Timestamp(as_of.0.saturating_add(1));
    let begins = |day: Day| zone.start_of(day);
    // A day is over at its last moment: what comes behind that lies on another.
    let is_over = |day: Day| Timestamp(begins(day.plus(1)).0.saturating_sub(1));
    let today = zone.day_of(next);
    let due = clocks.iter().map(|clock| clock.due).filter(|due| *due >= today).map(is_over);
    let running = clocks.iter().filter(|clock| clock.standing == Standing::Running);
    let stops = running.map(|clock| {
        clock.due_at.map_or_else(|| begins(clock.due.plus(1)), |due| Timestamp(due.0.saturating_add(1)))
    });
    // While a case stands still, the days it is given move on.
    let past = case.rare().map_or(&[][..], |rare| &rare.past).iter().map(|run| &run.rare);
    let stands_still = past
        .chain(case.run_rare())
        .any(|rare| rare.suspensions.iter().any(|suspension| suspension.until.is_none()));
    let moves = stands_still.then(|| is_over(zone.day_of(as_of)));
    // Where clocks are set back at midnight a day comes again: then nothing is known beyond the next moment.
    Some(due.chain(stops).chain(moves).min()?.max(next))
}

/// Returns the clock of the current run that an act depends on, with its due day as it stands.
pub(super) fn current<'v, V: View>(
    case: &CaseState,
    view: &'v V,
    clock: Clock,
    as_of: Timestamp,
) -> Option<RunningClock<'v>> {
    clocks(case, view, as_of.max(case.registered().at))
        .into_iter()
        .rev()
        .find(|found| found.clock == clock && found.run == case.runs)
}

const fn is_right(clock: Clock) -> bool {
    matches!(clock, Clock::Object | Clock::ReviewWindow | Clock::RecheckWindow)
}

/// A run of a case, past or current.
struct Run<'a> {
    number: u16,
    assigned: Option<Mark>,
    accepted: Option<Mark>,
    reply: Option<&'a CaseReply>,
    closure: Option<&'a CaseClosure>,
    rare: Option<&'a RunRare>,
    /// What ended it, beside its closing: the next run, or the end of the case.
    ended: Option<Mark>,
}

fn runs(case: &CaseState) -> Vec<Run<'_>> {
    let past = case.rare().map_or(&[][..], |rare| &rare.past);
    let current = Run {
        number: case.runs,
        assigned: case.assigned,
        accepted: case.accepted,
        reply: case.reply.as_ref(),
        closure: case.closure.as_ref(),
        rare: case.run_rare(),
        ended: case.rare().and_then(|rare| rare.ended),
    };
    let mut runs = Vec::with_capacity(past.len() + 1);
    for (number, run) in (1..).zip(past) {
        let next = past.get(usize::from(number)).map_or(case.accepted, |next| next.accepted);
        runs.push(Run {
            number,
            assigned: run.assigned,
            accepted: run.accepted,
            reply: run.reply.as_ref(),
            closure: run.closure.as_ref(),
            rare: Some(&run.rare),
            ended: next,
        });
    }
    runs.push(current);
    runs
}

impl<'a> Run<'a> {
    /// Lists what starts clocks, each with its mark. A supervision starts a clock each.
    fn starts(&self, case: &CaseState) -> Vec<(TermStart, Mark)> {
        let is_first = self.number == 1;
        let (review, recheck) = (self.review(), self.recheck());
        let earliest = case.rare().map(CaseRare::earliest).unwrap_or_default();
        let since =
            |own: Option<Mark>, before| own.filter(|_| is_first).and_then(|own| earlier(Some(own), before));
        let accepted = if is_first { since(self.accepted, earliest.accepted) } else { self.accepted };
        let mut starts: Vec<_> = [
            (TermStart::Registered, case.starts().registered.filter(|_| is_first)),
            (TermStart::Assigned, since(self.assigned, earliest.assigned)),
            (TermStart::Accepted, accepted),
            (TermStart::ReplyDelivered, self.reply.map(|reply| reply.mark)),
            (TermStart::ReviewRequested, review.map(|review| review.requested)),
            (TermStart::ReviewDecided, review.and_then(|review| review.decision).map(|made| made.decided)),
            (TermStart::RecheckRequested, recheck.map(|recheck| recheck.requested)),
        ]
        .into_iter()
        .filter_map(|(kind, mark)| Some((kind, mark?)))
        .collect();
        if self.number == case.runs {
            let orders = case.rare().map_or(&[][..], |rare| &rare.supervisions);
            starts.extend(orders.iter().map(|order| (TermStart::SupervisionOrdered, order.ordered)));
        }
        starts
    }

    fn review(&self) -> Option<&'a Appeal> {
        self.rare?.review.as_deref()
    }

    fn recheck(&self) -> Option<&'a Appeal> {
        self.rare?.recheck.as_deref()
    }

    /// Returns what met a clock, and what ended it without meeting it.
    fn end(
        &self,
        case: &CaseState,
        clock: Clock,
        start: Mark,
        is_stated: bool,
    ) -> (Option<Mark>, Option<Mark>) {
        let reply = self.reply.map(|reply| reply.mark);
        let closed = self.closure.map(|closure| closure.mark);
        let told = earlier(self.accepted.filter(|_| self.number == 1), reply);
        let over = earlier(closed, self.ended);
        let declined = self.ended.filter(|_| case.status == CaseStatus::Declined);
        match clock {
            Clock::Acknowledge | Clock::TellPetitioner => (earlier(told, declined), over),
            Clock::Assign => (case.rare().and_then(CaseRare::first_assigned).or(self.assigned), over),
            Clock::Object => (case.rare().and_then(CaseRare::objected), earlier(told, over)),
            Clock::Handle if is_stated => (earlier(reply, closed), self.ended),
            Clock::Handle => (reply, over),
            Clock::ReviewWindow => (self.review().map(|review| review.requested), self.ended),
            Clock::ReviewDecide => {
                (self.review().and_then(|r| r.decision).map(|made| made.decided), self.ended)
            }
            Clock::RecheckWindow => (self.recheck().map(|recheck| recheck.requested), self.ended),
            Clock::RecheckDecide => {
                (self.recheck().and_then(|r| r.decision).map(|made| made.decided), self.ended)
            }
            Clock::SupervisionAnswer => {
                let orders = case.rare().map_or(&[][..], |rare| &rare.supervisions);
                let order = orders.iter().find(|order| order.ordered == start);
                (order.and_then(|order| order.answered), over)
            }
            Clock::FindingAnswer => (None, None),
        }
    }
}

fn start_all<'v, V: View>(
    clocks: &mut Vec<RunningClock<'v>>,
    case: &CaseState,
    run: &Run<'_>,
    kind: TermStart,
    start: Mark,
    view: &'v V,
    as_of: Timestamp,
) {
    let Some(rules) = view.rules_at(start.at()) else { return };
    for clock in Clock::ALL.iter().copied() {
        // Once started, a clock is not started again by rules that came later and let something else start it.
        let again = clocks.iter().any(|other| other.clock == clock && other.run == run.number);
        if again && clock != Clock::SupervisionAnswer {
            continue;
        }
        // A decision that sets the reply aside leaves no decision to be re-checked.
        if clock == Clock::RecheckWindow
            && run
                .review()
                .and_then(|r| r.decision)
                .is_some_and(|made| made.outcome == ReviewOutcome::SetAside)
        {
            continue;
        }
        let term = match clock {
            Clock::Handle => rules.rules.handle_term(case.category.as_ref(), case.stated_due().is_some()),
            _ => rules.rules.term(clock).map(HandleTerm::Days),
        };
        let counted = match term {
            Some(HandleTerm::Days(term)) if term.starts == kind => {
                Some(count(rules, term, clock, run, start, view, as_of))
            }
            Some(HandleTerm::Stated) if kind == TermStart::Registered => {
                case.stated_due().map(|due| stated(rules, clock, run, start, due, view))
            }
            _ => None,
        };
        if let Some(mut found) = counted {
            let (met, ended) = run.end(case, clock, start, found.due_at.is_some());
            stand(&mut found, met, ended, view, as_of);
            clocks.push(found);
        }
    }
}

fn stated<'v, V: View>(
    rules: &'v RulesState,
    clock: Clock,
    run: &Run<'_>,
    start: Mark,
    due: Timestamp,
    view: &V,
) -> RunningClock<'v> {
    RunningClock {
        clock,
        run: run.number,
        start,
        start_day: view.zone().day_of(start.at()),
        due: view.zone().day_of(due),
        due_at: Some(due),
        standing: Standing::Running,
        days_over: 0,
        extended_days: 0,
        still_days: 0,
        rules,
        term: None,
        counted: None,
    }
}

fn count<'v, V: View>(
    rules: &'v RulesState,
    term: &'v Term,
    clock: Clock,
    run: &Run<'_>,
    start: Mark,
    view: &V,
    as_of: Timestamp,
) -> RunningClock<'v> {
    let start_day = view.zone().day_of(start.at());
    let rare = run.rare;
    let extended_days = rare.map_or(&[][..], |rare| &rare.extensions).iter();
    let extended_days = extended_days
        .filter(|extension| extension.clock == clock && extension.granted.at() <= as_of)
        .fold(0_u32, |days, extension| days.saturating_add(extension.days));
    let mut counted = rules.rules.count(start_day, term, extended_days);
    let mut still_days = 0_u32;
    for suspension in rare.map_or(&[][..], |rare| &rare.suspensions) {
        let from = view.zone().day_of(suspension.from.at());
        let stops = view
            .rules_at(suspension.from.at())
            .and_then(|rules| rules.rules.ground(&suspension.ground))
            .is_some_and(|ground| ground.stops(clock));
        // What was over its due day already cannot be saved by standing still.
        if !stops || suspension.from.at() > as_of || from > counted.due() || from < start_day {
            continue;
        }
        let until = suspension.until.map_or(as_of, Mark::at).min(as_of);
        still_days = still_days.saturating_add(still(rules, term, from, view.zone().day_of(until)));
        counted = rules.rules.count(start_day, term, extended_days.saturating_add(still_days));
    }
    RunningClock {
        clock,
        run: run.number,
        start,
        start_day,
        due: counted.due(),
        due_at: None,
        standing: Standing::Running,
        days_over: 0,
        extended_days,
        still_days,
        rules,
        term: Some(term),
        counted: Some(counted),
    }
}

/// Counts the days that a term stood still, as it counts its own: not the first, but the last, on which it went on.
fn still(rules: &RulesState, term: &Term, from: Day, until: Day) -> u32 {
    if until <= from {
        return 0;
    }
    match term.count {
        Counting::Calendar => days_between(from, until),
        Counting::Working => {
            // No term is so long that more would count.
            let last = until.0.min(from.0.saturating_add(MAX_STILL_DAYS));
            let days = (from.0.saturating_add(1)..=last).map(Day);
            u32::try_from(days.filter(|day| rules.rules.calendar.is_working(*day)).count())
                .unwrap_or(u32::MAX)
        }
    }
}

/// The longest time that is looked at for working days.
const MAX_STILL_DAYS: i32 = 36_600;

fn days_between(from: Day, until: Day) -> u32 {
    u32::try_from(i64::from(until.0) - i64::from(from.0)).unwrap_or(0)
}

/// Says what became of a clock.
fn stand<V: View>(
    found: &mut RunningClock<'_>,
    met: Option<Mark>,
    ended: Option<Mark>,
    view: &V,
    as_of: Timestamp,
) {
    let until_then = |mark: &Mark| mark.at() <= as_of;
    let (met, ended) = (met.filter(until_then), ended.filter(until_then));
    let in_time = |moment: Timestamp| match found.due_at {
        Some(due) => moment <= due,
        None => view.zone().day_of(moment) <= found.due,
    };
    let over = |moment: Timestamp| days_between(found.due, view.zone().day_of(moment));
    let is_right = is_right(found.clock);
    let (standing, days_over) = match (met, ended) {
        (Some(met), _) if in_time(met.at()) => (Standing::Met(met.record()), 0),
        (_, Some(ended)) if in_time(ended.at()) => (Standing::Stopped(ended.record()), 0),
        (Some(met), _) if !is_right => (Standing::Late(met.record()), over(met.at())),
        (None, None) if in_time(as_of) => (Standing::Running, 0),
        _ if is_right => (Standing::Lapsed, 0),
        (None, Some(ended)) => (Standing::Missed(ended.record()), over(ended.at())),
        _ => (Standing::Overdue, over(as_of)),
    };
    (found.standing, found.days_over) = (standing, days_over);
}
