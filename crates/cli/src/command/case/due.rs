//! `docket case due`.

use docket_domain::{CaseId, DayKind, RunningClock, Tally, Timestamp, View as _, clocks};
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Output,
    session::{Place, SystemClock},
    times,
};

/// Show the clocks of a case, and when each falls due
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The case: C-1024 or 1024
    #[arg(value_name = "CASE")]
    case: CaseId,
    /// List the days as they were counted
    #[arg(long)]
    explain: bool,
    /// As the clocks stood then, by what had happened until then [default: now]
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
}

#[derive(Serialize)]
struct DueJson {
    case: String,
    clocks: Vec<ClockJson>,
}

#[derive(Serialize)]
struct ClockJson {
    clock: &'static str,
    run: u16,
    started: String,
    start_record: u64,
    due: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    standing: &'static str,
    record: Option<u64>,
    days_over: u32,
    extended_days: u32,
    still_days: u32,
    rules: String,
    law: Option<String>,
    provisional_from: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    days: Vec<DayJson>,
}

#[derive(Serialize)]
struct DayJson {
    day: String,
    kind: String,
    counted: String,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let zone = place.zone()?;
    let as_of = match &args.as_of {
        // The day's last moment: what falls due on that day is not over then.
        Some(text) => Timestamp(times::end_of(times::parse(text, &zone)?, &zone) - 1),
        None => Timestamp(SystemClock::time()),
    };
    let mut desk = place.desk(output)?;
    let states = desk.states_of(&[args.case.stream()])?;
    let Some(case) = states.case(args.case) else {
        return Err(Failure::usage(format!("there is no case {}", args.case))
            .hint("`docket case list` lists the cases"));
    };
    let clocks: Vec<_> = clocks(case, states, as_of).iter().map(|clock| json(clock, args.explain)).collect();
    if output.json {
        return output.object(&DueJson { case: args.case.to_string(), clocks });
    }
    if clocks.is_empty() {
        return output.line(format_args!(
            "{}: no clock runs: no rule set with terms was in force when it came in",
            args.case
        ));
    }
    for clock in &clocks {
        tell(clock, output)?;
    }
    Ok(())
}

fn json(clock: &RunningClock<'_>, explain: bool) -> ClockJson {
    let days = clock.counted.as_ref().filter(|_| explain).map(|counted| counted.days().map(day).collect());
    ClockJson {
        clock: clock.clock.name(),
        run: clock.run,
        started: clock.start_day.to_string(),
        start_record: clock.start.record(),
        due: clock.due.to_string(),
        due_at: clock.due_at.map(|at| times::rfc3339(at.0)),
        standing: clock.standing.name(),
        record: clock.standing.record(),
        days_over: clock.days_over,
        extended_days: clock.extended_days,
        still_days: clock.still_days,
        rules: clock.rules.rules.name.to_string(),
        law: clock.term.and_then(|term| term.law.as_ref()).map(ToString::to_string),
        provisional_from: clock.not_covered().map(|day| day.to_string()),
        days: days.unwrap_or_default(),
    }
}

fn day(day: docket_domain::CountedDay<'_>) -> DayJson {
    let kind = match day.kind {
        DayKind::Working => "working day".to_owned(),
        DayKind::Weekend => "weekend".to_owned(),
        DayKind::Holiday(holiday) => format!("holiday: {}", holiday.name),
        DayKind::MakeUp => "make-up working day".to_owned(),
    };
    let counted = match day.tally {
        Tally::Start => "start".to_owned(),
        Tally::Counted(number) => number.to_string(),
        Tally::NotCounted => "-".to_owned(),
        Tally::MovedOn => "moves on".to_owned(),
        Tally::MovedTo => "due".to_owned(),
    };
    DayJson { day: day.day.to_string(), kind, counted }
}

fn tell(clock: &ClockJson, output: &mut Output) -> Result<(), Failure> {
    let record = clock.record.map(|record| format!(" by record {record}")).unwrap_or_default();
    let over = if clock.days_over > 0 { format!(", {} days over", clock.days_over) } else { String::new() };
    let run = if clock.run > 1 { format!(" (run {})", clock.run) } else { String::new() };
    output.line(format_args!(
        "{:<18} due {}  {}{record}{over}{run}; from {} (record {}), rules {}",
        clock.clock, clock.due, clock.standing, clock.started, clock.start_record, clock.rules
    ))?;
    if clock.extended_days > 0 || clock.still_days > 0 {
        output.line(format_args!(
            "    extended by {} days, stood still for {}",
            clock.extended_days, clock.still_days
        ))?;
    }
    if let Some(day) = &clock.provisional_from {
        output.line(format_args!(
            "    provisional: the calendar does not say which days from {day} on are holidays"
        ))?;
    }
    for day in &clock.days {
        output.line(format_args!("    {}  {:<8} {}", day.day, day.counted, day.kind))?;
    }
    Ok(())
}
