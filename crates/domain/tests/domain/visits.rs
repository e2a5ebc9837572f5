//! Visits: who may call on a household, when, and how often.

use docket_domain::{
    Act, AttemptReason, Day, Event, HouseholdAbsent, HouseholdAbsentPersonal, HouseholdCloseReason,
    HouseholdClosed, HouseholdClosedPersonal, HouseholdMoved, HouseholdMovedPersonal,
    HouseholdRegisteredPersonal, HouseholdState, HouseholdVisits, NoPersonal, Office, OfficialAppointed,
    PublicText, RuleSet, RulesAdopted, Timestamp, UnitMerged, View, Violation, VisitAttempted,
    VisitAttemptedPersonal, VisitCount, VisitMade, VisitMadePersonal, VisitYear,
};
use proptest::prelude::*;

use crate::support::{Ledger, household, household_id, official_id, text, unit, unit_id};

const DAY: i64 = 86_400;

fn made(unit: u64, by: u64) -> VisitMade {
    VisitMade {
        unit: unit_id(unit),
        by: official_id(by),
        companions: Vec::new(),
        minutes: Some(45),
        origin: None,
    }
}

fn with(companions: &[u64]) -> VisitMade {
    VisitMade { companions: companions.iter().copied().map(official_id).collect(), ..made(1, 1) }
}

fn attempted(unit: u64, by: u64) -> VisitAttempted {
    VisitAttempted {
        unit: unit_id(unit),
        by: official_id(by),
        reason: AttemptReason::NobodyHome,
        origin: None,
    }
}

/// The examples of EVENTS.md.
pub(crate) fn examples() -> Vec<Event> {
    let visit = VisitMade { companions: vec![official_id(300)], ..made(12, 17) };
    vec![visit.into(), attempted(12, 17).into()]
}

/// Acts of visits, many of them illegal where they fall.
pub(crate) fn acts() -> impl Strategy<Value = Act> {
    let id = || 1_u64..5;
    (0_u8..4, id(), id(), id(), prop::option::of(id())).prop_map(|(which, own, unit, by, other)| {
        let own = household_id(own);
        if which == 0 {
            return Act::on(own, attempted(unit, by), VisitAttemptedPersonal { text: text("nobody") });
        }
        let visit = VisitMade { companions: other.map(official_id).into_iter().collect(), ..made(unit, by) };
        Act::on(own, visit, VisitMadePersonal::default())
    })
}

fn appoint(ledger: &mut Ledger, official: u64, unit: u64, office: Office) {
    let body = OfficialAppointed { unit: unit_id(unit), office, rank: None, origin: None };
    ledger.run(Act::on(official_id(official), body, NoPersonal), 1_000).unwrap();
}

/// H-1 belongs to U-1 since second 1,000, by record 6; O-1 is of the team of U-1, O-2 on its staff.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_a_case();
    let home = household(unit_id(1));
    ledger.run(Act::open(home, HouseholdRegisteredPersonal::default()), 1_000).unwrap();
    appoint(&mut ledger, 1, 1, Office::TeamMember);
    appoint(&mut ledger, 2, 1, Office::Staff);
    ledger
}

fn visit(ledger: &mut Ledger, body: VisitMade, second: i64) {
    let personal = VisitMadePersonal { text: text("the roof leaks") };
    ledger.run(Act::on(household_id(1), body, personal), second).unwrap();
}

fn refused(ledger: &Ledger, body: VisitMade, second: i64) -> Violation {
    ledger.refused(Some(household_id(1)), body, VisitMadePersonal::default(), second)
}

fn refused_attempt(ledger: &Ledger, body: VisitAttempted, second: i64) -> Violation {
    ledger.refused(Some(household_id(1)), body, VisitAttemptedPersonal::default(), second)
}

fn state(ledger: &Ledger) -> &HouseholdState {
    ledger.states.household(household_id(1)).unwrap()
}

fn days(ledger: &Ledger) -> Vec<(i32, u64)> {
    state(ledger).visits.newest_first().map(|visit| (visit.day.0, visit.record)).collect()
}

fn move_away(ledger: &mut Ledger, to: Option<u64>, second: i64) {
    let body = HouseholdMoved { from: Some(unit_id(1)), to: to.map(unit_id), origin: None };
    ledger.run(Act::on(household_id(1), body, HouseholdMovedPersonal::default()), second).unwrap();
}

fn adopt(ledger: &mut Ledger, text: &str) {
    let text = PublicText::new(text).unwrap();
    ledger.run(Act::open(RulesAdopted { text, in_force_from: Timestamp(0) }, NoPersonal), 1_000).unwrap();
}

#[test]
fn a_second_visit_on_one_day_is_refused() {
    let mut ledger = ledger();
    visit(&mut ledger, made(1, 1), 2 * DAY);
    // In the ledger's zone.
    let violation = refused(&ledger, made(1, 1), 2 * DAY + 3_600);
    assert_eq!(violation.to_string(), "H-1 was visited on 1970-01-03 already, by record 9");
    assert_eq!((violation.rule(), violation.against()), ("one-visit-a-day", Some(9)));
    visit(&mut ledger, made(1, 1), 5 * DAY);
    // Recorded later, made earlier: found all the same.
    visit(&mut ledger, made(1, 1), 3 * DAY);
    assert_eq!(days(&ledger), [(5, 10), (3, 11), (2, 9)]);
    for (second, record) in [(2 * DAY, 9), (3 * DAY, 11), (5 * DAY, 10)] {
        assert_eq!(refused(&ledger, made(1, 1), second + 60).against(), Some(record));
    }
}

#[test]
fn rules_may_allow_a_second_visit_on_one_day() {
    let mut ledger = ledger();
    let text = RuleSet::shipped("cn-2005").unwrap();
    adopt(&mut ledger, text);
    visit(&mut ledger, made(1, 1), 2 * DAY);
    assert_eq!(refused(&ledger, made(1, 1), 2 * DAY).rule(), "one-visit-a-day");
    adopt(&mut ledger, &text.replace("different_days = true", "different_days = false"));
    visit(&mut ledger, made(1, 1), 2 * DAY);
    assert_eq!(days(&ledger), [(2, 12), (2, 10)]);
}

#[test]
fn the_team_visits_unless_the_rules_let_anybody() {
    let mut ledger = ledger();
    let violation = refused(&ledger, made(1, 2), 2_000);
    assert_eq!(
        violation.to_string(),
        "O-2 (registered by record 3) does not belong to the team of U-1 at that time"
    );
    assert_eq!((violation.rule(), violation.against()), ("visit-by-the-team", Some(3)));
    assert_eq!(refused_attempt(&ledger, attempted(1, 2), 2_000).rule(), "visit-by-the-team");
    let text = RuleSet::shipped("cn-2005").unwrap();
    adopt(&mut ledger, text);
    assert_eq!(refused(&ledger, made(1, 2), 2_000).rule(), "visit-by-the-team");
    adopt(&mut ledger, &text.replace("any_official = false", "any_official = true"));
    visit(&mut ledger, made(1, 2), 2_000);
}

#[test]
fn the_unit_is_that_of_the_household_at_the_time() {
    let mut ledger = ledger();
    appoint(&mut ledger, 2, 2, Office::Secretary);
    let violation = refused(&ledger, made(2, 2), 2_000);
    assert_eq!((violation.rule(), violation.against()), ("household-of-the-unit", Some(6)));
    move_away(&mut ledger, Some(2), 10 * DAY);
    visit(&mut ledger, made(2, 2), 11 * DAY);
    let violation = refused(&ledger, made(1, 1), 12 * DAY);
    assert_eq!((violation.rule(), violation.against()), ("household-of-the-unit", Some(10)));
    assert_eq!(refused_attempt(&ledger, attempted(1, 1), 12 * DAY), violation);
    // What happened before the move stands where it happened.
    visit(&mut ledger, made(1, 1), 9 * DAY);
    assert_eq!(refused(&ledger, made(2, 2), 8 * DAY).against(), Some(6));
}

#[test]
fn who_took_a_unit_up_visits_its_households() {
    let mut ledger = ledger();
    ledger.run(Act::open(unit(None), NoPersonal), 1_000).unwrap();
    let merged = UnitMerged { into: unit_id(3), origin: None };
    ledger.run(Act::on(unit_id(1), merged, NoPersonal), 10 * DAY).unwrap();
    visit(&mut ledger, made(3, 1), 12 * DAY);
    assert_eq!(refused(&ledger, made(1, 1), 13 * DAY).rule(), "unit-not-merged");
    assert_eq!(refused(&ledger, made(3, 1), 9 * DAY).rule(), "household-of-the-unit");
}

#[test]
fn nobody_visits_whom_the_register_does_not_hold() {
    let mut ledger = ledger();
    assert_eq!(refused(&ledger, made(1, 1), 10).rule(), "not-before-what-it-follows");
    move_away(&mut ledger, None, 10 * DAY);
    let violation = refused(&ledger, made(1, 1), 12 * DAY);
    assert_eq!((violation.rule(), violation.against()), ("household-not-moved-away", Some(9)));
    let back = HouseholdMoved { from: None, to: Some(unit_id(1)), origin: None };
    ledger.run(Act::on(household_id(1), back, HouseholdMovedPersonal::default()), 20 * DAY).unwrap();
    visit(&mut ledger, made(1, 1), 21 * DAY);
    let closed = HouseholdClosed { reason: HouseholdCloseReason::Extinct, origin: None };
    ledger.run(Act::on(household_id(1), closed, HouseholdClosedPersonal::default()), 30 * DAY).unwrap();
    let violation = refused(&ledger, made(1, 1), 32 * DAY);
    assert_eq!((violation.rule(), violation.against()), ("household-not-closed", Some(12)));
    assert_eq!(refused_attempt(&ledger, attempted(1, 1), 32 * DAY), violation);
}

#[test]
fn companions_are_few_and_others() {
    let mut ledger = ledger();
    let violation = refused(&ledger, with(&[2; 9]), 2_000);
    assert_eq!(violation.to_string(), "9 companions (at most 8)");
    assert_eq!(violation.rule(), "visit-companions");
    for twice in [&[1][..], &[2, 2]] {
        let violation = refused(&ledger, with(twice), 2_000);
        assert_eq!((violation.rule(), violation.against()), ("visit-companions-differ", None));
    }
    assert_eq!(refused(&ledger, with(&[9]), 2_000).rule(), "subject-exists");
    visit(&mut ledger, with(&[2]), 2_000);
}

#[test]
fn an_attempt_is_counted_and_is_no_visit() {
    let mut ledger = ledger();
    for second in [2_000, 3_000] {
        let act = Act::on(household_id(1), attempted(1, 1), VisitAttemptedPersonal::default());
        ledger.run(act, second).unwrap();
    }
    let attempts: Vec<_> =
        state(&ledger).attempts().unwrap().newest_first().map(|call| call.record).collect();
    assert_eq!(attempts, [10, 9]);
    assert_eq!(state(&ledger).visits.last(), None);
    visit(&mut ledger, made(1, 1), 2_500);
}

#[test]
fn a_household_and_its_five_visits_take_little_room() {
    assert!(size_of::<HouseholdState>() <= 72);
}

/// The shipped rules, in which `changes` are made.
fn adopt_with(ledger: &mut Ledger, changes: &[(&str, &str)]) {
    let text = changes.iter().fold(RuleSet::shipped("cn-2005").unwrap().to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    adopt(ledger, &text);
}

fn year(ledger: &Ledger, year: i32) -> HouseholdVisits {
    let asked = VisitYear::of(&ledger.states, year).unwrap();
    let found = asked.visits(state(ledger));
    assert_eq!(found.count, asked.count(state(ledger)));
    found
}

fn count(ledger: &Ledger, number: i32) -> (u16, u16, u16) {
    let VisitCount { days, due, made } = year(ledger, number).count;
    (days, due, made)
}

/// The second at which a day of 1971 begins, counted from 0.
fn in_1971(day: i64) -> i64 {
    (365 + day) * DAY
}

#[test]
fn a_year_counts_its_own_visits() {
    let mut ledger = ledger();
    adopt_with(&mut ledger, &[]);
    for second in [364 * DAY, in_1971(0), in_1971(364), in_1971(365)] {
        visit(&mut ledger, made(1, 1), second);
    }
    assert_eq!([1970, 1971, 1972].map(|year| count(&ledger, year)), [(365, 2, 1), (365, 2, 2), (366, 2, 1)]);
    let found = year(&ledger, 1971);
    let visits: Vec<_> = found.visits.iter().map(|visit| (visit.day.0, visit.record)).collect();
    assert_eq!(visits, [(365, 11), (729, 12)]);
    assert!(found.count.is_met() && !year(&ledger, 1970).count.is_met());
    assert!(year(&ledger, 1970).count.is_covered());
    // Before it was registered, nothing was owed.
    assert_eq!(count(&ledger, 1969), (0, 0, 0));
    assert!(!year(&ledger, 1969).count.is_on_register());
    assert!(VisitYear::of(&ledger.states, i32::MAX).is_none());
}

#[test]
fn what_is_owed_is_prorated_by_the_days_on_the_register() {
    let mut ledger = ledger();
    adopt_with(&mut ledger, &[("per_year = 2", "per_year = 4")]);
    // On both days of a move the household is on the register, and no day counts twice.
    move_away(&mut ledger, Some(2), in_1971(50));
    let away = HouseholdMoved { from: Some(unit_id(2)), to: None, origin: None };
    ledger.run(Act::on(household_id(1), away, HouseholdMovedPersonal::default()), in_1971(99)).unwrap();
    assert_eq!(count(&ledger, 1971), (100, 1, 0));
    let back = HouseholdMoved { from: None, to: Some(unit_id(1)), origin: None };
    ledger.run(Act::on(household_id(1), back, HouseholdMovedPersonal::default()), in_1971(200)).unwrap();
    let closed = HouseholdClosed { reason: HouseholdCloseReason::Extinct, origin: None };
    ledger.run(Act::on(household_id(1), closed, HouseholdClosedPersonal::default()), in_1971(284)).unwrap();
    assert_eq!(count(&ledger, 1971), (185, 2, 0));
    assert_eq!(count(&ledger, 1972), (0, 0, 0));
}

#[test]
fn absences_are_taken_off_where_the_rules_say_so() {
    let mut ledger = ledger();
    adopt_with(&mut ledger, &[("per_year = 2", "per_year = 4")]);
    for (from, until) in [(300, Some(464)), (700, None)] {
        let body = HouseholdAbsent { from: Day(from), until: until.map(Day), origin: None };
        ledger.run(Act::on(household_id(1), body, HouseholdAbsentPersonal::default()), 2_000).unwrap();
    }
    assert_eq!(count(&ledger, 1971), (365, 4, 0));
    adopt_with(
        &mut ledger,
        &[("per_year = 2", "per_year = 4"), ("absence_excuses = false", "absence_excuses = true")],
    );
    // 100 days of the first absence and 30 of the second lie in 1971: 235 are left.
    assert_eq!(count(&ledger, 1971), (365, 2, 0));
    assert_eq!(count(&ledger, 1970), (365, 3, 0));
    assert_eq!(count(&ledger, 1972), (366, 0, 0));
}

#[test]
fn two_visits_on_one_day_are_one_where_days_must_differ() {
    let mut ledger = ledger();
    adopt_with(&mut ledger, &[("different_days = true", "different_days = false")]);
    visit(&mut ledger, made(1, 1), 2 * DAY);
    visit(&mut ledger, made(1, 1), 2 * DAY + 60);
    assert_eq!(count(&ledger, 1970), (365, 2, 2));
    adopt_with(&mut ledger, &[]);
    assert_eq!(count(&ledger, 1970), (365, 2, 1));
}

#[test]
fn without_a_duty_visits_are_counted_and_none_is_owed() {
    let mut ledger = ledger();
    visit(&mut ledger, made(1, 1), 2 * DAY);
    assert_eq!(count(&ledger, 1970), (365, 0, 1));
    assert!(year(&ledger, 1970).count.is_met());
}
