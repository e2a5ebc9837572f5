//! Receptions: who may hold one, who came, and which weeks were cancelled.

use docket_domain::{
    Act, Day, Event, IsoWeek, NoPersonal, Office, OfficialAppointed, OfficialRegistered,
    OfficialRegisteredPersonal, PersonReceived, PersonReceivedPersonal, PublicText, ReceptionCancelReason,
    ReceptionCancelled, ReceptionCancelledPersonal, ReceptionHeld,
    ReceptionStanding::{self, Excused, Met, Missed},
    ReceptionWeeks, RuleSet, RulesAdopted, Timestamp, UnitClosed, UnitClosedPersonal, UnitState, View,
    Violation,
};
use proptest::prelude::*;

use crate::support::{Ledger, official, official_id, text, unit_id};

const DAY: i64 = 86_400;

fn held(by: u64, substitute: bool) -> ReceptionHeld {
    ReceptionHeld { by: official_id(by), substitute, minutes: Some(120), origin: None }
}

fn person(reception: u64) -> PersonReceived {
    PersonReceived { reception, origin: None }
}

fn cancelled(week: IsoWeek) -> ReceptionCancelled {
    ReceptionCancelled { week, reason: ReceptionCancelReason::Holiday, origin: None }
}

/// The examples of EVENTS.md.
pub(crate) fn examples() -> Vec<Event> {
    vec![held(17, false).into(), person(70_000).into(), cancelled("2010-W07".parse().unwrap()).into()]
}

/// Acts of receptions, many of them illegal where they fall.
pub(crate) fn acts() -> impl Strategy<Value = Act> {
    (0_u8..10, 1_u64..5, 1_u64..5, any::<bool>(), 0_u64..300, 0_i32..5).prop_map(
        |(which, unit, by, substitute, record, week)| {
            let unit = unit_id(unit);
            match which {
                0..4 => Act::on(unit, held(by, substitute), NoPersonal),
                4..9 => Act::on(unit, person(record), PersonReceivedPersonal::default()),
                _ => Act::on(unit, cancelled(IsoWeek(week)), ReceptionCancelledPersonal::default()),
            }
        },
    )
}

fn appoint(ledger: &mut Ledger, number: u64, second: i64) {
    let body = OfficialAppointed { unit: unit_id(1), office: Office::Secretary, rank: None, origin: None };
    ledger.run(Act::on(official_id(number), body, NoPersonal), second).unwrap();
}

fn hold(ledger: &mut Ledger, by: u64, substitute: bool, second: i64) {
    ledger.run(Act::on(unit_id(1), held(by, substitute), NoPersonal), second).unwrap();
}

/// O-1 is secretary of U-1 since second 1,000, by record 6; O-2 holds no office.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_a_case();
    appoint(&mut ledger, 1, 1_000);
    ledger
}

fn state(ledger: &Ledger) -> &UnitState {
    ledger.states.unit(unit_id(1)).unwrap()
}

fn refused(ledger: &Ledger, body: ReceptionHeld, second: i64) -> Violation {
    ledger.refused(Some(unit_id(1)), body, NoPersonal, second)
}

#[test]
fn the_secretary_receives_or_a_substitute_does() {
    let mut ledger = ledger();
    let violation = refused(&ledger, held(2, false), 2_000);
    assert_eq!(
        violation.to_string(),
        "O-2 (registered by record 3) is not the secretary of U-1 at that time: record a substitute"
    );
    assert_eq!((violation.rule(), violation.against()), ("reception-by-the-secretary", Some(3)));
    let violation = refused(&ledger, held(1, true), 2_000);
    assert_eq!((violation.rule(), violation.against()), ("substitute-is-not-the-secretary", Some(6)));
    hold(&mut ledger, 2, true, 2_000);
    hold(&mut ledger, 1, false, 2_000);

    // The secretary of another unit is none here.
    let body = held(1, false);
    let violation = ledger.refused(Some(unit_id(2)), body, NoPersonal, 2_000);
    assert_eq!(violation.rule(), "reception-by-the-secretary");
}

#[test]
fn the_office_is_held_at_the_time_of_the_reception() {
    let mut ledger = ledger();
    appoint(&mut ledger, 2, 10 * DAY);
    assert_eq!(refused(&ledger, held(2, false), 9 * DAY).rule(), "reception-by-the-secretary");
    hold(&mut ledger, 2, false, 11 * DAY);
    // Recorded later, held earlier.
    hold(&mut ledger, 1, false, 5 * DAY);
    let days: Vec<_> = state(&ledger).receptions().iter().map(|held| (held.day.0, held.record)).collect();
    assert_eq!(days, [(5, 9), (11, 8)]);
}

#[test]
fn who_receives_was_registered_and_the_unit_stood() {
    let mut ledger = ledger();
    let personal = OfficialRegisteredPersonal { name: text("Wu"), contact: None };
    ledger.run(Act::open(OfficialRegistered { ..official(unit_id(1)) }, personal), 5_000).unwrap();
    let violation = refused(&ledger, held(3, true), 2_000);
    assert_eq!((violation.rule(), violation.against()), ("not-before-what-it-follows", Some(7)));

    assert_eq!(refused(&ledger, held(1, false), 10).rule(), "not-before-what-it-follows");
    let closed = UnitClosed { origin: None };
    ledger.run(Act::on(unit_id(1), closed, UnitClosedPersonal::default()), 3 * DAY).unwrap();
    let violation = refused(&ledger, held(1, false), 4 * DAY);
    assert_eq!((violation.rule(), violation.against()), ("unit-not-closed", Some(8)));
    let body = cancelled(IsoWeek(1));
    let violation = ledger.refused(Some(unit_id(1)), body, ReceptionCancelledPersonal::default(), 4 * DAY);
    assert_eq!(violation.rule(), "unit-not-closed");
}

#[test]
fn persons_are_counted_at_the_reception_they_came_to() {
    let mut ledger = ledger();
    hold(&mut ledger, 1, false, 2_000);
    hold(&mut ledger, 2, true, 2_000);
    hold(&mut ledger, 1, false, 3 * DAY);
    for (record, second) in [(7, 2_100), (8, 2_100), (8, 2_200), (9, 3 * DAY + 5)] {
        let personal = PersonReceivedPersonal { name: text("Zhou"), ..Default::default() };
        ledger.run(Act::on(unit_id(1), person(record), personal), second).unwrap();
    }
    let persons: Vec<_> = state(&ledger).receptions().iter().map(|held| held.persons).collect();
    assert_eq!(persons, [1, 2, 1]);

    let none = PersonReceivedPersonal::default;
    let violation = ledger.refused(Some(unit_id(1)), person(9), none(), 2_100);
    assert_eq!(violation.to_string(), "the reception of record 9 was held on 1970-01-04, not on 1970-01-01");
    assert_eq!((violation.rule(), violation.against()), ("received-on-the-day", Some(9)));
    let violation = ledger.refused(Some(unit_id(1)), person(6), none(), 2_100);
    assert_eq!(violation.to_string(), "record 6 is no reception of U-1");
    assert_eq!(violation.rule(), "reception-exists");
    assert_eq!(ledger.refused(Some(unit_id(2)), person(7), none(), 2_100).rule(), "reception-exists");
}

#[test]
fn a_week_is_cancelled_once_and_not_afterwards() {
    let mut ledger = ledger();
    let (none, unit) = (ReceptionCancelledPersonal::default, unit_id(1));
    let week = IsoWeek(1);
    let last = week.last_day();
    let violation = ledger.refused(Some(unit), cancelled(week), none(), i64::from(last.next().0) * DAY);
    assert_eq!(violation.to_string(), "1970-W02 was over by then: a reception is cancelled until 1970-01-11");
    assert_eq!(violation.rule(), "reception-cancelled-in-time");
    ledger.run(Act::on(unit, cancelled(week), none()), i64::from(last.0) * DAY + DAY - 1).unwrap();
    let violation = ledger.refused(Some(unit), cancelled(week), none(), 2_000);
    assert_eq!((violation.rule(), violation.against()), ("reception-cancelled-once", Some(7)));
    ledger.run(Act::on(unit, cancelled(IsoWeek(0)), none()), 2_000).unwrap();
    assert_eq!(state(&ledger).cancellation(week).map(|cancelled| cancelled.record), Some(7));
    assert_eq!(state(&ledger).cancellation(IsoWeek(0)).map(|cancelled| cancelled.record), Some(8));
    assert_eq!(state(&ledger).cancellation(IsoWeek(2)), None);
}

/// The shipped rules with another table of receptions, in force since `from`.
fn adopt(ledger: &mut Ledger, duty: &str, from: i64) {
    let text = RuleSet::shipped("cn-2005").unwrap();
    let (before, rest) = text.split_once("[reception]\n").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let text = PublicText::new(&format!("{before}[reception]\n{duty}\n\n{after}")).unwrap();
    let in_force_from = Timestamp(from * 1_000_000);
    ledger.run(Act::open(RulesAdopted { text, in_force_from }, NoPersonal), 1_000).unwrap();
}

fn rules(per_week: u8, substitute: bool, part_weeks: bool, excuses: bool) -> String {
    format!(
        "per_week = {per_week}\nsubstitute = {substitute}\npart_weeks = {part_weeks}\n\
         cancellation_excuses = {excuses}"
    )
}

/// Week, days with a reception that counts, standing and deciding record.
fn weeks(ledger: &Ledger, from: i32, until: i32) -> Vec<(i32, u16, ReceptionStanding, Option<u64>)> {
    let weeks = ReceptionWeeks::due_within(&ledger.states, Day(from), Day(until));
    let all: Vec<_> = weeks.of(state(ledger)).collect();
    let due = all.iter().filter(|week| week.standing != Excused).count();
    let met = all.iter().filter(|week| week.standing == Met).count();
    let counts = weeks.attainment(state(ledger));
    assert_eq!((counts.met, counts.due), (u64::try_from(met).unwrap(), u64::try_from(due).unwrap()));
    all.iter().map(|week| (week.week.0, week.held, week.standing, week.record)).collect()
}

// 1970-01-01 was the Thursday of week 0; week 1 begins on day 4 and ends on day 10.

#[test]
fn a_week_is_met_by_the_secretary_and_missed_without() {
    let mut ledger = ledger();
    adopt(&mut ledger, &rules(1, false, false, false), 0);
    hold(&mut ledger, 1, false, 5 * DAY);
    hold(&mut ledger, 1, false, 6 * DAY);
    hold(&mut ledger, 2, true, 12 * DAY);
    // The unit exists in a part of week 0 only; week 4 ends on day 31.
    assert_eq!(weeks(&ledger, 0, 30), [(1, 2, Met, Some(8)), (2, 0, Missed, Some(10)), (3, 0, Missed, None)]);
    // A week falls due on its Sunday.
    assert_eq!(weeks(&ledger, 10, 17), [(1, 2, Met, Some(8)), (2, 0, Missed, Some(10))]);
    assert_eq!(weeks(&ledger, 11, 17), [(2, 0, Missed, Some(10))]);
    assert_eq!(weeks(&ledger, 4, 9), []);
}

#[test]
fn substitutes_and_part_weeks_count_as_the_rules_say() {
    let mut ledger = ledger();
    adopt(&mut ledger, &rules(1, true, true, false), 0);
    hold(&mut ledger, 2, true, 12 * DAY);
    let closed = UnitClosed { origin: None };
    ledger.run(Act::on(unit_id(1), closed, UnitClosedPersonal::default()), 19 * DAY).unwrap();
    assert_eq!(
        weeks(&ledger, 0, 60),
        [(0, 0, Missed, None), (1, 0, Missed, None), (2, 1, Met, Some(8)), (3, 0, Missed, None)]
    );
    // From the week on in which other rules come into force, those decide.
    adopt(&mut ledger, &rules(1, false, false, false), 16 * DAY);
    assert_eq!(weeks(&ledger, 0, 60), [(0, 0, Missed, None), (1, 0, Missed, None), (2, 0, Missed, Some(8))]);
}

#[test]
fn several_receptions_a_week_are_held_on_different_days() {
    let mut ledger = ledger();
    adopt(&mut ledger, &rules(2, false, false, false), 0);
    for second in [5 * DAY, 5 * DAY + 60, 12 * DAY, 13 * DAY, 14 * DAY] {
        hold(&mut ledger, 1, false, second);
    }
    assert_eq!(weeks(&ledger, 4, 17), [(1, 1, Missed, Some(9)), (2, 3, Met, Some(11))]);
}

#[test]
fn a_cancellation_excuses_where_the_rules_let_it() {
    let mut ledger = ledger();
    adopt(&mut ledger, &rules(1, false, false, true), 0);
    for week in [1, 2] {
        let body = cancelled(IsoWeek(week));
        ledger.run(Act::on(unit_id(1), body, ReceptionCancelledPersonal::default()), 2_000).unwrap();
    }
    hold(&mut ledger, 1, false, 5 * DAY);
    assert_eq!(
        weeks(&ledger, 4, 24),
        [(1, 1, Met, Some(10)), (2, 0, Excused, Some(9)), (3, 0, Missed, None)]
    );
    adopt(&mut ledger, &rules(1, false, false, false), 0);
    assert_eq!(weeks(&ledger, 11, 17), [(2, 0, Missed, None)]);
}

#[test]
fn without_a_duty_no_week_is_owed() {
    let mut ledger = ledger();
    assert_eq!(weeks(&ledger, 0, 60), []);
    adopt(&mut ledger, &rules(1, false, false, false), 20 * DAY);
    assert_eq!(weeks(&ledger, 0, 27), [(3, 0, Missed, None)]);
}

#[test]
fn only_units_of_the_levels_that_the_rules_name_owe_receptions() {
    let mut ledger = ledger();
    adopt(&mut ledger, &rules(1, false, false, false), 0);
    assert_eq!(weeks(&ledger, 4, 10).len(), 1, "where they name none, villages and communities owe them");
    let other = format!("{}\nlevels = [\"town\", \"community\"]", rules(1, false, false, false));
    adopt(&mut ledger, &other, 5 * DAY);
    assert_eq!(weeks(&ledger, 4, 10), []);
    adopt(&mut ledger, &other.replace("town", "village"), 13 * DAY);
    assert_eq!(weeks(&ledger, 4, 17), [(2, 0, Missed, None)]);
}
