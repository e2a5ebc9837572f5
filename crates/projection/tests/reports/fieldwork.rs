//! Receptions, visits, diaries and dossiers: figures one can count by hand.

use docket_domain::{
    Act, AttemptReason, Day, DiaryEntryWritten, DiaryEntryWrittenPersonal, DossierClosed,
    DossierClosedPersonal, DossierId, DossierOpened, DossierOpenedPersonal, DossierUpdated,
    DossierUpdatedPersonal, HouseholdMoved, HouseholdMovedPersonal, NoPersonal, Office, OfficialAppointed,
    PersonReceived, PersonReceivedPersonal, PublicText, ReceptionCancelReason, ReceptionCancelled,
    ReceptionCancelledPersonal, ReceptionHeld, RuleSet, RulesAdopted, Timestamp, VisitAttempted,
    VisitAttemptedPersonal, VisitMade, VisitMadePersonal,
};
use docket_projection::{Check, FigureName, Report, ReportName, Row, Scope, Value};

use crate::{
    answers::{household, ledger, make, town, value},
    office::{Ledger, official_id, unit_id},
    support::household_id,
};

/// January of 2010 in the ledger's zone, and all of the year.
const JANUARY: Option<(i64, i64)> = Some((1_262_275_200_000_000, 1_264_953_600_000_000));

pub(crate) fn adopted() -> Act {
    let text = PublicText::new(RuleSet::shipped("cn-2005").unwrap()).unwrap();
    Act::open(RulesAdopted { text, in_force_from: Timestamp(0) }, NoPersonal)
}

/// The town under the rules of the time, with a secretary of the village U-2.
fn town_at_work() -> Vec<(i64, Act)> {
    let body = OfficialAppointed { unit: unit_id(2), office: Office::Secretary, rank: None, origin: None };
    let secretary = Act::on(official_id(1), body, NoPersonal);
    [(0, adopted())].into_iter().chain(town()).chain([(0, secretary)]).collect()
}

/// The record of the so-many-th act.
fn record_of(act: usize) -> u64 {
    Ledger::new().reader().size() + u64::try_from(act).unwrap()
}

fn ratio(numerator: u64, denominator: u64) -> Value {
    Value::Ratio { numerator, denominator }
}

fn of_row(report: &Report, unit: u64) -> &Row {
    report.rows.iter().find(|row| row.unit == Some(unit_id(unit))).unwrap()
}

fn in_row(row: &Row, name: FigureName) -> Value {
    row.figures.iter().find(|figure| figure.name == name).unwrap().value
}

fn held(by: u64, substitute: bool) -> Act {
    let body = ReceptionHeld { by: official_id(by), substitute, minutes: None, origin: None };
    Act::on(unit_id(2), body, NoPersonal)
}

#[test]
fn receptions_are_owed_by_villages_and_communities_each_week() {
    let mut acts = town_at_work();
    let reception = record_of(acts.len());
    let person = || {
        let body = PersonReceived { reception, origin: None };
        Act::on(unit_id(2), body, PersonReceivedPersonal::default())
    };
    let week = "2010-01-18".parse::<Day>().unwrap().iso_week();
    let cancelled = ReceptionCancelled { week, reason: ReceptionCancelReason::Emergency, origin: None };
    let cancelled = Act::on(unit_id(2), cancelled, ReceptionCancelledPersonal::default());
    acts.extend([(4, held(1, false)), (4, person()), (4, person()), (10, cancelled), (11, held(2, true))]);
    let ledger = ledger(acts);
    let of = |unit: Option<u64>| {
        let unit = unit.map(unit_id);
        make(&ledger, ReportName::Receptions, |scope| Scope { period: JANUARY, unit, by_unit: true, ..scope })
    };
    let report = of(None);
    // Four Sundays in January; the town owes nothing.
    for (name, expected) in [
        (FigureName::Receptions, 2),
        (FigureName::ReceptionsBySubstitute, 1),
        (FigureName::PersonsReceived, 2),
        (FigureName::ReceptionWeeks, 12),
        (FigureName::ReceptionWeeksMet, 1),
        (FigureName::ReceptionWeeksMissed, 11),
        (FigureName::ReceptionWeeksExcused, 0),
        // The rules do not let a substitute receive, and a cancellation does not excuse.
        (FigureName::ReceptionWeeksBySubstitute, 1),
        (FigureName::ReceptionsCancelled, 1),
    ] {
        assert_eq!(value(&report, name), Value::Count(expected), "{name:?}");
    }
    assert_eq!(value(&report, FigureName::ReceptionAttainment), ratio(1, 12));
    assert_eq!(in_row(of_row(&report, 2), FigureName::ReceptionAttainment), ratio(1, 4));
    assert_eq!(value(&of(Some(1)), FigureName::ReceptionAttainment), ratio(1, 8));
    assert_eq!(report.rules.len(), 1);
    assert!(report.checks.len() == 2 && report.checks.iter().all(Check::holds));
    // A week is due when it is over: until the year's last day, 51.
    let whole = make(&ledger, ReportName::Receptions, |scope| scope);
    assert_eq!(value(&whole, FigureName::ReceptionAttainment), ratio(1, 153));
}

fn visit(household: u64) -> Act {
    let body = VisitMade {
        unit: unit_id(2),
        by: official_id(1),
        companions: Vec::new(),
        minutes: None,
        origin: None,
    };
    Act::on(household_id(household), body, VisitMadePersonal::default())
}

fn attempt(household: u64) -> Act {
    let (unit, by) = (unit_id(2), official_id(1));
    let body = VisitAttempted { unit, by, reason: AttemptReason::NobodyHome, origin: None };
    Act::on(household_id(household), body, VisitAttemptedPersonal::default())
}

/// Four households of U-2: two since the year's first day, one since April, one since the end of October.
fn visited() -> Ledger {
    let mut acts = town_at_work();
    let move_to = HouseholdMoved { from: Some(unit_id(2)), to: Some(unit_id(4)), origin: None };
    acts.extend([
        (0, household(unit_id(2), 3)),
        (0, household(unit_id(2), 3)),
        (10, visit(1)),
        (20, visit(2)),
        (50, visit(1)),
        (100, household(unit_id(2), 3)),
        (120, attempt(3)),
        (200, Act::on(household_id(2), move_to, HouseholdMovedPersonal::default())),
        (300, household(unit_id(2), 3)),
        (310, visit(4)),
    ]);
    ledger(acts)
}

#[test]
fn coverage_and_attainment_are_two_figures() {
    let ledger = visited();
    let report = make(&ledger, ReportName::Visits, |scope| Scope { by_unit: true, ..scope });
    for (name, expected) in [
        (FigureName::Visits, 4),
        (FigureName::VisitAttempts, 1),
        (FigureName::Households, 4),
        (FigureName::HouseholdYears, 4),
        (FigureName::HouseholdYearsMet, 1),
        // One was visited once, and one of which a part of the year was left never.
        (FigureName::HouseholdYearsMissed, 2),
        // Who came in the last weeks is owed nothing.
        (FigureName::HouseholdYearsNotOwed, 1),
    ] {
        assert_eq!(value(&report, name), Value::Count(expected), "{name:?}");
    }
    assert_eq!(value(&report, FigureName::VisitCoverage), ratio(3, 4));
    assert_eq!(value(&report, FigureName::VisitYearCoverage), ratio(3, 4));
    assert_eq!(value(&report, FigureName::VisitAttainment), ratio(1, 3));
    assert!(report.checks.len() == 1 && report.checks[0].holds());
    // A visit counts for the unit that the household belonged to, and a year for the one it ended in.
    let there = of_row(&report, 4);
    assert_eq!(in_row(there, FigureName::Visits), Value::Count(0));
    assert_eq!(in_row(there, FigureName::VisitCoverage), ratio(1, 1));
    assert_eq!(in_row(there, FigureName::VisitAttainment), ratio(0, 1));
    assert_eq!(in_row(of_row(&report, 2), FigureName::Visits), Value::Count(4));
}

#[test]
fn a_year_is_judged_when_it_is_over() {
    let ledger = visited();
    let until = |to: i64| {
        let period = Some((1_262_275_200_000_000, to));
        make(&ledger, ReportName::Visits, |scope| Scope { period, ..scope })
    };
    let year = 1_293_811_200_000_000;
    assert_eq!(value(&until(year), FigureName::HouseholdYears), Value::Count(4));
    let early = until(year - 1);
    assert_eq!(value(&early, FigureName::HouseholdYears), Value::Count(0));
    assert_eq!(value(&early, FigureName::VisitCoverage), ratio(3, 4));
    // In January two of the two then on the register were visited, of four today.
    let january = make(&ledger, ReportName::Visits, |scope| Scope { period: JANUARY, ..scope });
    assert_eq!(value(&january, FigureName::VisitCoverage), ratio(2, 2));
    assert_eq!(value(&january, FigureName::Visits), Value::Count(2));
    let one = make(&ledger, ReportName::Visits, |scope| Scope { household: Some(household_id(1)), ..scope });
    assert_eq!(value(&one, FigureName::VisitAttainment), ratio(1, 1));
    assert_eq!(value(&one, FigureName::Visits), Value::Count(2));
}

#[test]
fn what_is_missed_is_known_by_its_records() {
    let ledger = visited();
    let explained = Some(FigureName::VisitAttainment);
    let report = make(&ledger, ReportName::Visits, |scope| Scope { explained, ..scope });
    let evidence = report.figure(FigureName::VisitAttainment).unwrap().evidence.clone().unwrap();
    let first = town_at_work().len();
    // The second visit to H-1; the only one to H-2, and the registration of H-3.
    assert_eq!(evidence.counted, [record_of(first + 4)]);
    assert_eq!(evidence.missed, [record_of(first + 3), record_of(first + 5)]);
}

#[test]
fn diaries_count_pages_and_dossiers_volumes() {
    let mut acts = town_at_work();
    let write = |pages| {
        let body = DiaryEntryWritten { about: None, household: None, unit: None, pages, origin: None };
        Act::on(official_id(1), body, DiaryEntryWrittenPersonal::default())
    };
    let open = || {
        let (first, last) = (household_id(1), household_id(2));
        let body = DossierOpened { unit: unit_id(2), first, last, origin: None };
        Act::open(body, DossierOpenedPersonal::default())
    };
    let dossier = DossierId::new(1).unwrap();
    let update = Act::on(dossier, DossierUpdated { origin: None }, DossierUpdatedPersonal::default());
    let close = Act::on(dossier, DossierClosed { origin: None }, DossierClosedPersonal::default());
    acts.extend([
        (0, household(unit_id(2), 3)),
        (0, household(unit_id(2), 3)),
        (10, visit(1)),
        (10, write(3)),
        (11, write(1)),
        (12, open()),
        (13, open()),
        (20, update),
        (40, close),
        (50, write(7)),
    ]);
    let ledger = ledger(acts);
    let of = |period| make(&ledger, ReportName::Diary, |scope| Scope { period, by_unit: true, ..scope });
    let (january, year) = (of(JANUARY), of(None));
    for (name, in_january, in_year) in [
        (FigureName::DiaryEntries, 2, 3),
        (FigureName::DiaryPages, 4, 11),
        (FigureName::DiaryWriters, 1, 1),
        (FigureName::Dossiers, 2, 2),
        (FigureName::DossiersKept, 2, 1),
        (FigureName::DossiersClosed, 0, 1),
        (FigureName::DossierUpdates, 1, 1),
        (FigureName::Visits, 1, 1),
    ] {
        assert_eq!(value(&january, name), Value::Count(in_january), "{name:?} in January");
        assert_eq!(value(&year, name), Value::Count(in_year), "{name:?}");
    }
    assert_eq!(in_row(of_row(&january, 2), FigureName::DiaryPages), Value::Count(4));
    assert!(january.figures.iter().all(|figure| figure.doubt.is_none()));
}
