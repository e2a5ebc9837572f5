//! Diaries, dossiers and the asking of petitioners: what is refused, and what is known afterwards.

use docket_domain::{
    Act, CaseClosedPersonal, CaseReopenedPersonal, CloseReason, DayRange, DiaryEntryWritten,
    DiaryEntryWrittenPersonal, DiaryTally, DossierClosed, DossierClosedPersonal, DossierId, DossierOpened,
    DossierOpenedPersonal, DossierUpdated, DossierUpdatedPersonal, Event, HouseholdCloseReason,
    HouseholdClosed, HouseholdClosedPersonal, HouseholdRegisteredPersonal, NoPersonal, Office,
    OfficialAppointed, OfficialLeft, ReplyDeliveredPersonal, Satisfaction, SatisfactionAnswered,
    SatisfactionAnsweredPersonal, SatisfactionSurveyed, UnitClosed, UnitClosedPersonal, View, Violation,
};
use proptest::prelude::*;

use crate::support::{
    Ledger, assigned, case_id, closed, day, household, household_id, official_id, reopened, reply, text,
    unit_id,
};

fn entry(pages: u16) -> DiaryEntryWritten {
    DiaryEntryWritten { about: None, household: None, unit: None, pages, origin: None }
}

fn dossier_id(number: u64) -> DossierId {
    DossierId::new(number).unwrap()
}

fn opened(unit: u64, first: u64, last: u64) -> DossierOpened {
    let (first, last) = (household_id(first), household_id(last));
    DossierOpened { unit: unit_id(unit), first, last, origin: None }
}

fn asked(by: u64) -> SatisfactionSurveyed {
    SatisfactionSurveyed { by: official_id(by), origin: None }
}

fn answered(answer: Satisfaction, solved: Option<bool>) -> SatisfactionAnswered {
    SatisfactionAnswered { answer, solved, origin: None }
}

const UPDATED: DossierUpdated = DossierUpdated { origin: None };
const ENDED: DossierClosed = DossierClosed { origin: None };

fn write(official: u64, body: DiaryEntryWritten) -> Act {
    Act::on(official_id(official), body, DiaryEntryWrittenPersonal { text: text("they have no water") })
}

fn open(body: DossierOpened) -> Act {
    Act::open(body, DossierOpenedPersonal::default())
}

fn update() -> Act {
    Act::on(dossier_id(1), UPDATED, DossierUpdatedPersonal::default())
}

fn ask(by: u64) -> Act {
    Act::on(case_id(1), asked(by), NoPersonal)
}

fn satisfied() -> SatisfactionAnswered {
    answered(Satisfaction::Satisfied, Some(true))
}

fn say(body: SatisfactionAnswered) -> Act {
    Act::on(case_id(1), body, SatisfactionAnsweredPersonal::default())
}

/// The examples of EVENTS.md.
pub(crate) fn examples() -> Vec<Event> {
    vec![
        DiaryEntryWritten {
            about: Some(70_000),
            household: Some(household_id(113)),
            unit: Some(unit_id(12)),
            pages: 2,
            origin: None,
        }
        .into(),
        opened(12, 113, 152).into(),
        UPDATED.into(),
        ENDED.into(),
        asked(17).into(),
        answered(Satisfaction::FairlySatisfied, Some(true)).into(),
    ]
}

/// Diaries, dossiers and surveys, many of them illegal where they fall.
pub(crate) fn acts() -> impl Strategy<Value = Act> {
    let id = || 1_u64..5;
    (0_u8..10, id(), id(), prop::option::of(id())).prop_map(|(which, own, number, other)| match which {
        0 | 1 => {
            let (household, unit) = (other.map(household_id), other.map(unit_id));
            let pages = u16::try_from(number).unwrap() - 1;
            write(own, DiaryEntryWritten { about: other, household, unit, ..entry(pages) })
        }
        2 | 3 => open(opened(number, own, other.unwrap_or(own))),
        4 => Act::on(dossier_id(own), UPDATED, DossierUpdatedPersonal { text: text("a child was born") }),
        5 => Act::on(dossier_id(own), ENDED, DossierClosedPersonal::default()),
        6 | 7 => Act::on(case_id(own), asked(number), NoPersonal),
        _ => {
            let body = answered(Satisfaction::Dissatisfied, other.map(|number| number > 1));
            Act::on(case_id(own), body, SatisfactionAnsweredPersonal { text: text("it leaks again") })
        }
    })
}

fn shown(violation: &Violation) -> (&'static str, Option<u64>) {
    (violation.rule(), violation.against())
}

/// Two units, two officials, C-1 by record 5, H-1 and H-2 of U-1 by records 6 and 7, all at second 1,000.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_a_case();
    for _ in 0..2 {
        let act = Act::open(household(unit_id(1)), HouseholdRegisteredPersonal::default());
        ledger.run(act, 1_000).unwrap();
    }
    ledger
}

fn close_h2(ledger: &mut Ledger) {
    let body = HouseholdClosed { reason: HouseholdCloseReason::Extinct, origin: None };
    ledger.run(Act::on(household_id(2), body, HouseholdClosedPersonal::default()), 2_000).unwrap();
}

fn close_u2(ledger: &mut Ledger) {
    let act = Act::on(unit_id(2), UnitClosed { origin: None }, UnitClosedPersonal::default());
    ledger.run(act, 2_000).unwrap();
}

/// C-1 given to O-1 of U-2 by record 8 and replied to by record 9, at second 2,000.
fn replied() -> Ledger {
    let mut ledger = ledger();
    let mut to_chen = assigned(2);
    to_chen.handler = Some(official_id(1));
    ledger.run(Act::on(case_id(1), to_chen, NoPersonal), 2_000).unwrap();
    ledger.run(Act::on(case_id(1), reply(), ReplyDeliveredPersonal::default()), 2_000).unwrap();
    ledger
}

#[test]
fn an_entry_has_pages_and_is_about_what_was_there() {
    let mut ledger = ledger();
    close_h2(&mut ledger);
    close_u2(&mut ledger);
    let refused = |body: DiaryEntryWritten, second| {
        shown(&ledger.refused(Some(official_id(1)), body, DiaryEntryWrittenPersonal::default(), second))
    };
    assert_eq!(refused(entry(0), 3_000), ("diary-entry-has-pages", None));
    assert_eq!(refused(entry(1), 900), ("not-before-what-it-follows", Some(2)));
    let about_h2 = DiaryEntryWritten { household: Some(household_id(2)), ..entry(1) };
    assert_eq!(refused(about_h2, 3_000), ("household-not-closed", Some(8)));
    let about_u2 = DiaryEntryWritten { unit: Some(unit_id(2)), ..entry(1) };
    assert_eq!(refused(about_u2, 3_000), ("unit-not-closed", Some(9)));
    let about_nobody = DiaryEntryWritten { household: Some(household_id(3)), ..entry(1) };
    assert_eq!(refused(about_nobody, 3_000), ("subject-exists", None));
}

#[test]
fn who_left_the_service_writes_no_diary() {
    let mut ledger = ledger();
    let act = Act::on(official_id(1), OfficialLeft { unit: None, origin: None }, NoPersonal);
    ledger.run(act, 2_000).unwrap();
    let personal = DiaryEntryWrittenPersonal::default();
    let violation = ledger.refused(Some(official_id(1)), entry(1), personal, 2_001);
    assert_eq!(shown(&violation), ("official-leaves-once", Some(8)));
    ledger.run(write(1, entry(1)), 1_999).unwrap();
}

#[test]
fn a_diary_knows_the_pages_of_any_period() {
    let mut ledger = ledger();
    let seconds = |days: i64| days * 86_400 + 3_600;
    for (days, pages) in [(3, 4), (1, 1), (2, 2), (2, u16::MAX)] {
        ledger.run(write(1, entry(pages)), seconds(days)).unwrap();
    }
    let state = ledger.states.official(official_id(1)).unwrap();
    let period = |first, last| state.diary_in(DayRange::new(day(first), day(last)).unwrap());
    assert_eq!(period("1970-01-01", "1970-01-01"), DiaryTally::default());
    assert_eq!(period("1970-01-01", "1970-01-02"), DiaryTally { entries: 1, pages: 1 });
    assert_eq!(period("1970-01-03", "1970-01-03"), DiaryTally { entries: 2, pages: 65_537 });
    assert_eq!(period("1970-01-01", "2000-01-01"), DiaryTally { entries: 4, pages: 65_542 });
    assert!(ledger.states.official(official_id(2)).unwrap().diary_entries().is_empty());
}

#[test]
fn a_dossier_is_on_households_of_the_register() {
    let mut ledger = ledger();
    let refused = |ledger: &Ledger, body: DossierOpened, second| {
        shown(&ledger.refused(None, body, DossierOpenedPersonal::default(), second))
    };
    assert_eq!(refused(&ledger, opened(1, 2, 1), 3_000), ("dossier-has-households", None));
    assert_eq!(refused(&ledger, opened(1, 1, 3), 3_000), ("subject-exists", None));
    assert_eq!(refused(&ledger, opened(1, 1, 2), 900), ("not-before-what-it-follows", Some(0)));
    assert_eq!(refused(&ledger, opened(2, 1, 2), 3_000), ("household-of-the-unit", Some(6)));
    close_h2(&mut ledger);
    close_u2(&mut ledger);
    assert_eq!(refused(&ledger, opened(1, 1, 2), 3_000), ("household-not-closed", Some(8)));
    assert_eq!(refused(&ledger, opened(1, 2, 2), 3_000), ("household-not-closed", Some(8)));
    assert_eq!(refused(&ledger, opened(2, 1, 1), 3_000), ("unit-not-closed", Some(9)));
    ledger.run(open(opened(1, 1, 2)), 1_500).unwrap();
    let state = ledger.states.dossier(dossier_id(1)).unwrap();
    let covered: Vec<_> = (1..4).filter(|number| state.covers(household_id(*number))).collect();
    assert_eq!(covered, [1, 2]);
}

#[test]
fn nothing_happens_to_a_dossier_outside_of_its_time() {
    let mut ledger = ledger();
    ledger.run(open(opened(1, 1, 2)), 1_500).unwrap();
    let own = Some(dossier_id(1));
    let early = ledger.refused(own, UPDATED, DossierUpdatedPersonal::default(), 1_400);
    assert_eq!(early.to_string(), "D-1 was opened later than that, by record 8");
    ledger.run(update(), 200_000).unwrap();
    ledger.run(update(), 1_600).unwrap();
    let early = ledger.refused(own, ENDED, DossierClosedPersonal::default(), 199_999);
    assert_eq!(shown(&early), ("not-before-what-it-follows", Some(9)));
    ledger.run(Act::on(dossier_id(1), ENDED, DossierClosedPersonal::default()), 200_000).unwrap();
    let again = ledger.refused(own, ENDED, DossierClosedPersonal::default(), 200_001);
    assert_eq!(again.to_string(), "D-1 was closed by record 11");
    let late = ledger.refused(own, UPDATED, DossierUpdatedPersonal::default(), 1_700);
    assert_eq!(shown(&late), ("dossier-open", Some(11)));
    let state = ledger.states.dossier(dossier_id(1)).unwrap();
    let updates: Vec<_> = state.updates.iter().map(|one| (one.day.to_string(), one.record)).collect();
    assert_eq!(updates, [("1970-01-01".to_owned(), 10), ("1970-01-03".to_owned(), 9)]);
}

#[test]
fn nobody_is_asked_before_the_reply_or_the_closing() {
    let mut ledger = ledger();
    let early = ledger.refused(Some(case_id(1)), asked(2), NoPersonal, 3_000);
    assert_eq!(shown(&early), ("survey-after-reply-or-closing", Some(5)));
    let personal = CaseClosedPersonal { reason: text("unsigned") };
    ledger.run(Act::on(case_id(1), closed(CloseReason::Anonymous), personal), 2_000).unwrap();
    let early = ledger.refused(Some(case_id(1)), asked(2), NoPersonal, 1_999);
    assert_eq!(shown(&early), ("not-before-what-it-follows", Some(8)));
    ledger.run(ask(2), 2_000).unwrap();
}

#[test]
fn who_handles_a_case_does_not_ask_about_it() {
    let mut ledger = replied();
    let handler = ledger.refused(Some(case_id(1)), asked(1), NoPersonal, 3_000);
    assert_eq!(shown(&handler), ("survey-not-by-handler", Some(8)));
    for (office, second) in [(Office::Staff, 2_500), (Office::TeamMember, 2_600), (Office::Secretary, 2_700)]
    {
        let body = OfficialAppointed { unit: unit_id(2), office, rank: None, origin: None };
        ledger.run(Act::on(official_id(2), body, NoPersonal), second).unwrap();
    }
    for (second, record) in [(2_650, 11), (3_000, 12)] {
        let team = ledger.refused(Some(case_id(1)), asked(2), NoPersonal, second);
        assert_eq!(shown(&team), ("survey-not-by-team", Some(record)));
    }
    // Staff of the unit may ask, though a report may remark it.
    ledger.run(ask(2), 2_550).unwrap();
}

#[test]
fn a_survey_is_answered_once_until_the_next_reply() {
    let mut ledger = replied();
    let own = Some(case_id(1));
    let unasked = ledger.refused(own, satisfied(), SatisfactionAnsweredPersonal::default(), 3_000);
    assert_eq!(shown(&unasked), ("answer-follows-survey", Some(5)));
    ledger.run(ask(2), 3_000).unwrap();
    let early = ledger.refused(own, satisfied(), SatisfactionAnsweredPersonal::default(), 2_999);
    assert_eq!(shown(&early), ("not-before-what-it-follows", Some(10)));
    // Nobody answered the first time.
    ledger.run(ask(2), 3_100).unwrap();
    ledger.run(say(answered(Satisfaction::Dissatisfied, Some(false))), 3_200).unwrap();
    let twice = ledger.refused(own, satisfied(), SatisfactionAnsweredPersonal::default(), 3_300);
    assert_eq!(shown(&twice), ("survey-answered-once", Some(12)));
    let act = Act::on(case_id(1), closed(CloseReason::Replied), CaseClosedPersonal::default());
    ledger.run(act, 3_300).unwrap();
    let twice = ledger.refused(own, asked(2), NoPersonal, 3_300);
    assert_eq!(shown(&twice), ("survey-answered-once", Some(12)));

    let case = ledger.states.case(case_id(1)).unwrap();
    let asked_by: Vec<_> = case.surveys().map(|survey| survey.asked.record()).collect();
    // The one that nobody answered counts too, each in its own period.
    assert_eq!(asked_by, [10, 11]);
    let survey = *case.last_survey().unwrap();
    assert_eq!(survey.unit, Some(unit_id(2)));
    let answer = survey.answer.unwrap();
    assert_eq!((survey.by, survey.asked.record(), answer.answered.record()), (official_id(2), 11, 12));
    assert_eq!((answer.satisfaction, answer.solved), (Satisfaction::Dissatisfied, Some(false)));

    ledger.run(Act::on(case_id(1), reopened(), CaseReopenedPersonal::default()), 3_400).unwrap();
    let nothing_yet = ledger.refused(own, asked(2), NoPersonal, 3_500);
    assert_eq!(shown(&nothing_yet), ("survey-after-reply-or-closing", Some(14)));
    ledger.run(Act::on(case_id(1), reply(), ReplyDeliveredPersonal::default()), 3_500).unwrap();
    ledger.run(ask(2), 3_600).unwrap();
    assert_eq!(ledger.states.case(case_id(1)).unwrap().records, 10);
}
