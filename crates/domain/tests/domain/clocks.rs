//! The clocks of a case: when each falls due, and what became of it.

use docket_domain::{
    Act, CaseClosed, CaseClosedPersonal, CaseRegistered, CaseRegisteredPersonal, Clock, CloseReason, Day,
    NoPersonal, ReviewOutcome, Standing, Tally, Timestamp, View as _, clocks, clocks_stay_until, overdue,
    upcoming,
};

use crate::{
    cases::{
        Office, accept, assign, decide_review, deliver, extend, recheck, resume, review, supervise, suspend,
    },
    support::{case, case_id, closed, source},
};
use docket_domain::Notice;

fn day(date: &str) -> Day {
    date.parse().unwrap()
}

/// Clock, due day and standing, in one line each.
fn listed(office: &Office, as_of: &str) -> Vec<String> {
    let moment = office.0.states.zone().start_of(day(as_of));
    clocks(office.case(), &office.0.states, moment)
        .iter()
        .map(|clock| {
            let record = clock.standing.record().map(|record| format!(" by {record}")).unwrap_or_default();
            let over = if clock.days_over > 0 { format!(" {} over", clock.days_over) } else { String::new() };
            format!("{} {} {}{record}{over}", clock.clock, clock.due, clock.standing.name())
        })
        .collect()
}

#[test]
fn all_clocks_of_a_case_are_listed_not_only_the_next() {
    let mut office = Office::under("cn-2005");
    assert_eq!(listed(&office, "2010-01-05"), ["assign 2010-01-19 running"]);
    assert_eq!(listed(&office, "2010-01-25"), ["assign 2010-01-19 overdue 6 over"]);
    office.ok("2010-01-21", assign(3));
    office.ok("2010-02-01", accept(Notice::Given));
    office.ok("2010-02-02", supervise());
    office.ok("2010-04-06", deliver(2));
    assert_eq!(
        listed(&office, "2010-04-10"),
        [
            "assign 2010-01-19 late by 9 2 over",
            "tell-petitioner 2010-02-05 met by 10",
            // The 60th day is 2010-04-02, a Friday before Qingming, and worked.
            "handle 2010-04-02 late by 12 4 over",
            "review-window 2010-05-06 running",
            "supervision-answer 2010-03-04 overdue 37 over",
        ]
    );
    office.ok("2010-04-20", review());
    office.ok("2010-05-04", decide_review(2, 3, ReviewOutcome::Upheld));
    office.ok("2010-05-05", recheck());
    let now = listed(&office, "2010-05-05");
    assert_eq!(
        now[3..],
        [
            "review-window 2010-05-06 met by 13",
            "review-decide 2010-05-20 met by 14",
            "recheck-window 2010-06-03 met by 15",
            "recheck-decide 2010-06-04 running",
            "supervision-answer 2010-03-04 missed by 14 61 over",
        ]
    );
}

#[test]
fn a_window_that_nobody_used_has_lapsed_and_is_not_missed() {
    let office = Office::replied("cn-2005");
    assert_eq!(listed(&office, "2010-06-01")[3], "review-window 2010-03-03 lapsed");
    let moment = office.0.states.zone().start_of(day("2010-06-01"));
    assert_eq!(overdue(office.case(), &office.0.states, moment), None);
}

#[test]
fn a_term_over_the_chinese_new_year_of_2010_ends_on_a_make_up_saturday() {
    let mut office = Office::under("cn-2005");
    // The 15th day after 2010-02-02 lies in the Spring Festival; the first day worked after it is a Saturday.
    office.ok("2010-02-02", assign(3));
    assert_eq!(listed(&office, "2010-02-20")[1], "tell-petitioner 2010-02-20 running");
    let moment = office.0.states.zone().start_of(day("2010-02-22"));
    let found = clocks(office.case(), &office.0.states, moment);
    let days: Vec<_> = found[1].counted.unwrap().days().collect();
    assert_eq!((days[15].day, days[15].tally), (day("2010-02-17"), Tally::Counted(15)));
    assert_eq!(days.last().unwrap().tally, Tally::MovedTo);
    assert_eq!((found[1].standing, found[1].days_over, found[1].not_covered()), (Standing::Overdue, 2, None));

    // Five working days count the make-up Saturday and Sunday.
    let mut office = Office::under("cn-2022");
    office.open("2022-01-26");
    let command = docket_domain::Command {
        actor: Some(docket_domain::OfficialId::new(3).unwrap()),
        occurred: docket_domain::OccurredAt {
            at: office.0.states.zone().start_of(day("2022-01-27")),
            precision: docket_domain::Precision::Day,
        },
        act: assign(3),
    };
    office.0.command(command).unwrap();
    // 28, make-up 29 and 30; the festival until 6 February; 7, 8.
    assert!(listed(&office, "2022-02-01").contains(&"object 2022-02-08 running".to_owned()));
}

#[test]
fn a_term_ends_with_a_civil_day_over_a_change_of_clocks() {
    let zone = docket_domain::Zone::named("Europe/London").unwrap();
    let states = docket_domain::Memory::new(std::sync::Arc::new(zone.clone()));
    let mut office = Office(crate::support::Ledger { states, ..crate::support::Ledger::default() });
    office.adopt("uk-complaints", "2009-01-01");
    // Raised on the Friday before the clocks go forward, late in the evening.
    let raised = Timestamp(zone.start_of(day("2010-03-27")).0 - 60_000_000);
    let occurred = docket_domain::OccurredAt { at: raised, precision: docket_domain::Precision::Minute };
    let act = Act::open(case(), CaseRegisteredPersonal::default());
    office.0.command(docket_domain::Command { actor: None, occurred, act }).unwrap();
    // Monday to Thursday, Good Friday and Easter Monday off, Tuesday.
    let standing = |as_of| clocks(office.case(), &office.0.states, as_of)[0].standing;
    let ends = zone.start_of(day("2010-04-07"));
    assert_eq!(clocks(office.case(), &office.0.states, raised)[0].due, day("2010-04-06"));
    assert_eq!(standing(Timestamp(ends.0 - 1)), Standing::Running);
    assert_eq!(standing(ends), Standing::Overdue);
    assert_eq!((ends.0 - raised.0) / 3_600_000_000, 11 * 24 - 1);
}

#[test]
fn a_term_runs_on_by_the_rules_it_started_under() {
    let mut office = Office::under("cn-2005");
    office.ok("2010-01-05", assign(3));
    office.ok("2010-01-06", accept(Notice::Given));
    office.adopt("uk-complaints", "2010-02-01");
    let moment = office.0.states.zone().start_of(day("2010-02-05"));
    let found = clocks(office.case(), &office.0.states, moment);
    let handle = found.iter().find(|clock| clock.clock == Clock::Handle).unwrap();
    assert_eq!((handle.due, handle.rules.rules.name.as_str()), (day("2010-03-08"), "cn-2005"));
    // So does the extension: the head grants it, 30 days at most.
    assert_eq!(office.refused("2010-02-05", extend(30, 3)).rule(), "extension-approver");
    office.ok("2010-02-05", extend(30, 2));
    assert_eq!(listed(&office, "2010-02-06")[2], "handle 2010-04-06 running");
    // What starts later runs by the later rules.
    office.open("2010-02-02");
    let later = office.0.states.case(case_id(2)).unwrap();
    let found = clocks(later, &office.0.states, moment);
    assert_eq!((found[0].clock, found[0].due), (Clock::Acknowledge, day("2010-02-09")));
}

#[test]
fn a_suspension_moves_the_due_day_by_the_days_it_lasted_where_its_ground_stops_the_clock() {
    let mut office = Office::accepted("cn-2005");
    office.ok("2010-01-20", suspend("force-majeure"));
    // While it lasts, the due day moves along.
    assert_eq!(listed(&office, "2010-01-22")[2], "handle 2010-03-09 running");
    office.ok("2010-01-30", resume());
    assert_eq!(listed(&office, "2010-02-05")[2], "handle 2010-03-17 running");
    // A hearing stops only the re-check.
    office.ok("2010-02-05", suspend("hearing"));
    office.ok("2010-02-15", resume());
    assert_eq!(listed(&office, "2010-02-16")[2], "handle 2010-03-17 running");
    let moment = office.0.states.zone().start_of(day("2010-02-16"));
    let handle = clocks(office.case(), &office.0.states, moment).remove(2);
    assert_eq!((handle.still_days, handle.extended_days), (10, 0));
    assert!(handle.fell_due(day("2010-03-01"), day("2010-04-01")));
    assert!(!handle.fell_due(day("2010-03-18"), day("2010-04-01")));
}

#[test]
fn a_run_that_ended_stays_in_the_statistics() {
    let mut office = Office::replied("cn-2005");
    office.ok("2010-02-10", review());
    office.ok("2010-03-01", decide_review(2, 3, ReviewOutcome::SetAside));
    let moment = office.0.states.zone().start_of(day("2010-03-02"));
    let handled: Vec<_> = clocks(office.case(), &office.0.states, moment)
        .into_iter()
        .filter(|clock| clock.clock == Clock::Handle)
        .map(|clock| (clock.run, clock.due.to_string(), clock.standing))
        .collect();
    assert_eq!(
        handled,
        [(1, "2010-03-08".to_owned(), Standing::Met(11)), (2, "2010-04-30".to_owned(), Standing::Running)]
    );
}

#[test]
fn a_stated_moment_is_the_term_where_the_rules_say_so() {
    let mut office = Office(crate::support::Ledger::default());
    office.adopt("sla", "2009-01-01");
    let zone = office.0.states.zone().clone();
    let due = Timestamp(zone.start_of(day("2011-03-04")).0 + 3_600_000_000);
    let body = CaseRegistered { stated_due: Some(due), ..case() };
    office.ok("2011-03-01", Act::open(source(), NoPersonal));
    office.ok("2011-03-01", Act::open(body, CaseRegisteredPersonal::default()));
    let at = |moment| clocks(office.case(), &office.0.states, moment)[0].clone();
    assert_eq!((at(due).due_at, at(due).standing), (Some(due), Standing::Running));
    assert_eq!(at(Timestamp(due.0 + 1)).standing, Standing::Overdue);
    // A closing without a reply meets it, to the moment.
    let body = CaseClosed { origin: Some(crate::support::row(1)), ..closed(CloseReason::AsStatedBySource) };
    office.ok("2011-03-04", Act::on(case_id(1), body, CaseClosedPersonal::default()));
    assert_eq!(listed(&office, "2011-04-01"), ["handle 2011-03-04 met by 3"]);
}

#[test]
fn a_day_beyond_the_published_calendar_is_provisional() {
    let mut office = Office::under("cn-2005");
    office.ok("2012-12-20", assign(3));
    let moment = office.0.states.zone().start_of(day("2012-12-21"));
    let found = clocks(office.case(), &office.0.states, moment);
    assert_eq!(found[1].not_covered(), Some(day("2013-01-04")));
}

/// Where each clock of a case stands, and whether its due day is over at the end of that moment.
fn stand(office: &Office, moment: Timestamp) -> Vec<(Clock, Day, Standing, bool)> {
    let states = &office.0.states;
    let today = states.zone().day_of(Timestamp(moment.0 + 1));
    clocks(office.case(), states, moment)
        .iter()
        .map(|clock| (clock.clock, clock.due, clock.standing, clock.due < today))
        .collect()
}

#[test]
fn clocks_stand_still_until_the_moment_that_is_foretold() {
    let mut stated = Office(crate::support::Ledger::default());
    stated.adopt("sla", "2009-01-01");
    let due = Timestamp(stated.0.states.zone().start_of(day("2010-03-04")).0 + 3_600_000_000);
    let body = CaseRegistered { stated_due: Some(due), ..case() };
    stated.ok("2010-01-01", Act::open(source(), NoPersonal));
    stated.ok("2010-01-01", Act::open(body, CaseRegisteredPersonal::default()));
    let mut suspended = Office::accepted("cn-2005");
    suspended.ok("2010-01-20", suspend("force-majeure"));
    let mut extended = Office::accepted("cn-2005");
    extended.ok("2010-02-20", extend(30, 2));
    let mut supervised = Office::replied("cn-2005");
    supervised.ok("2010-02-10", review());
    for (office, changes) in [
        (Office::under("cn-2005"), 2),
        (stated, 2),
        (Office::accepted("cn-2005"), 2),
        (suspended, 100),
        (extended, 4),
        (Office::replied("cn-2005"), 2),
        (supervised, 4),
    ] {
        let states = &office.0.states;
        let mut moment = Timestamp(states.zone().start_of(day("2010-01-05")).0 + 7);
        let mut met = 0;
        while met < 200 {
            let found = clocks(office.case(), states, moment);
            let until = clocks_stay_until(office.case(), &found, states, moment)
                .into_iter()
                .chain(upcoming(office.case(), moment))
                .min();
            let now = stand(&office, moment);
            let Some(until) = until else {
                let later = states.zone().start_of(day("2040-01-01"));
                assert_eq!(stand(&office, later), now, "nothing happens any more");
                break;
            };
            assert!(until > moment, "{until:?}");
            for between in [until.0 - 1, moment.0 + (until.0 - moment.0) / 2] {
                assert_eq!(stand(&office, Timestamp(between)), now, "until {until:?}");
            }
            met += u32::from(stand(&office, until) != now);
            moment = until;
        }
        assert!(met >= changes, "only {met} changes were met");
    }
}
