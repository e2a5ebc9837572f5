//! Inspections and corrections: their rules, from outside.

use docket_domain::{
    Act, Command, CorrectionId, CorrectionRecorded, CorrectionRecordedPersonal, Event, FindingAnswered,
    FindingAnsweredPersonal, FindingClosed, FindingIssued, FindingIssuedPersonal, InspectionId,
    InspectionOpened, MAX_TERM_DAYS, NoPersonal, StreamKind, View, Violation, decide,
};
use proptest::prelude::*;

use crate::support::{Ledger, at, both, case_id, official_id, text, unit_id};

const REASON: u16 = 10;

fn inspection_id(number: u64) -> InspectionId {
    InspectionId::new(number).unwrap()
}

/// The examples of EVENTS.md.
pub(crate) fn examples() -> Vec<Event> {
    vec![
        opened(12, 3).into(),
        issued(1, Some(15)).into(),
        answered(1, 300).into(),
        closed(1, 17).into(),
        CorrectionRecorded {
            record: 70_000,
            stream_kind: 4,
            stream_id: 1024,
            approver: official_id(17),
            origin: None,
        }
        .into(),
    ]
}

fn opened(unit: u64, by_unit: u64) -> InspectionOpened {
    InspectionOpened { unit: unit_id(unit), by_unit: unit_id(by_unit), origin: None }
}

fn issued(number: u16, term_days: Option<u32>) -> FindingIssued {
    FindingIssued { number, term_days, origin: None }
}

fn answered(number: u16, by: u64) -> FindingAnswered {
    FindingAnswered { number, by: official_id(by), origin: None }
}

fn closed(number: u16, by: u64) -> FindingClosed {
    FindingClosed { number, by: official_id(by), origin: None }
}

fn open(unit: u64, by_unit: u64) -> Act {
    Act::open(opened(unit, by_unit), NoPersonal)
}

fn issue(number: u16, term_days: Option<u32>) -> Act {
    issue_in(1, number, term_days)
}

fn issue_in(id: u64, number: u16, term_days: Option<u32>) -> Act {
    let personal = FindingIssuedPersonal { text: text("no receipts") };
    Act::on(inspection_id(id), issued(number, term_days), personal)
}

fn answer(number: u16, by: u64) -> Act {
    answer_in(1, number, by)
}

fn answer_in(id: u64, number: u16, by: u64) -> Act {
    let personal = FindingAnsweredPersonal { text: text("found them") };
    Act::on(inspection_id(id), answered(number, by), personal)
}

fn close(number: u16, by: u64) -> Act {
    close_in(1, number, by)
}

fn close_in(id: u64, number: u16, by: u64) -> Act {
    Act::on(inspection_id(id), closed(number, by), NoPersonal)
}

fn correction(approver: u64) -> CorrectionRecorded {
    CorrectionRecorded {
        record: 5,
        stream_kind: StreamKind::CASE.0,
        stream_id: 1,
        approver: official_id(approver),
        origin: None,
    }
}

fn correct(body: CorrectionRecorded) -> Act {
    Act::open(body, CorrectionRecordedPersonal { reason: text("another household") })
}

/// Commands about all of this, many of them illegal where they fall.
pub(crate) fn acts() -> impl Strategy<Value = Act> {
    let (id, number, official) = (1_u64..6, 0_u16..3, 1_u64..4);
    prop_oneof![
        (1_u64..4, 1_u64..4).prop_map(|(unit, by_unit)| open(unit, by_unit)),
        (id.clone(), number.clone(), prop::option::of(0_u32..20))
            .prop_map(|(id, number, days)| issue_in(id, number, days)),
        (id.clone(), number.clone(), official.clone()).prop_map(|(id, number, by)| answer_in(id, number, by)),
        (id, number, official.clone()).prop_map(|(id, number, by)| close_in(id, number, by)),
        (official, 0_u16..6).prop_map(|(approver, stream_kind)| correct(CorrectionRecorded {
            stream_kind,
            ..correction(approver)
        })),
    ]
}

fn inspected() -> Ledger {
    let mut ledger = Ledger::with_a_case();
    ledger.run(open(1, 2), 2_000).unwrap();
    ledger
}

#[test]
fn a_unit_does_not_inspect_itself() {
    let ledger = Ledger::with_a_case();
    let violation = both(&ledger, open(1, 1), 2_000, inspection_id(1).stream(), opened(1, 1), &[]);
    assert_eq!(violation.to_string(), "U-1 cannot inspect itself");
    assert_eq!((violation.rule(), violation.against()), ("inspected-by-another-unit", None));
}

#[test]
fn findings_are_numbered_without_gaps_and_have_a_term_that_is_one() {
    let mut ledger = inspected();
    let stream = inspection_id(1).stream();
    for number in [0, 2] {
        let violation = both(&ledger, issue(number, None), 2_001, stream, issued(number, None), &[9]);
        assert_eq!((violation.rule(), violation.against()), ("findings-without-gaps", Some(6)));
    }
    for days in [0, MAX_TERM_DAYS + 1] {
        let violation = both(&ledger, issue(1, Some(days)), 2_001, stream, issued(1, Some(days)), &[9]);
        assert_eq!(violation.rule(), "finding-term");
    }
    let violation = both(&ledger, issue(1, None), 1_999, stream, issued(1, None), &[9]);
    assert_eq!(violation.to_string(), "I-1 was opened later than that, by record 6");
    ledger.run(issue(1, None), 2_001).unwrap();
    ledger.run(issue(2, Some(MAX_TERM_DAYS)), 2_001).unwrap();
    let violation = both(&ledger, issue(2, None), 2_002, stream, issued(2, None), &[9]);
    assert_eq!(violation.to_string(), "I-1 has 2 findings: the next is not 2 (last by record 8)");
}

#[test]
fn a_finding_is_answered_once_and_then_closed_by_another() {
    let mut ledger = inspected();
    let stream = inspection_id(1).stream();
    for (act, event) in [(answer(1, 1), Event::from(answered(1, 1))), (close(0, 1), closed(0, 1).into())] {
        let personal: &[u16] = if act.event().personal_fields().is_empty() { &[] } else { &[9] };
        let violation = both(&ledger, act, 2_001, stream, event, personal);
        assert_eq!((violation.rule(), violation.against()), ("finding-exists", Some(6)));
    }
    ledger.run(issue(1, None), 2_001).unwrap();
    let violation = both(&ledger, close(1, 2), 2_002, stream, closed(1, 2), &[]);
    assert_eq!(
        violation.to_string(),
        "I-1: finding 1, issued by record 7, has to be answered before it is closed"
    );
    let violation = both(&ledger, answer(1, 1), 2_000, stream, answered(1, 1), &[9]);
    assert_eq!(violation.to_string(), "I-1 issued the finding later than that, by record 7");
    ledger.run(answer(1, 1), 2_003).unwrap();
    let violation = both(&ledger, answer(1, 2), 2_004, stream, answered(1, 2), &[9]);
    assert_eq!((violation.rule(), violation.against()), ("finding-answered-once", Some(8)));
    let violation = both(&ledger, close(1, 1), 2_004, stream, closed(1, 1), &[]);
    assert_eq!((violation.rule(), violation.against()), ("finding-closed-by-another", Some(8)));
    let violation = both(&ledger, close(1, 2), 2_002, stream, closed(1, 2), &[]);
    assert_eq!(violation.rule(), "not-before-what-it-follows");
    ledger.run(close(1, 2), 2_004).unwrap();
    let violation = both(&ledger, close(1, 2), 2_005, stream, closed(1, 2), &[]);
    assert_eq!(violation.to_string(), "I-1: finding 1 was closed by record 9");
    let finding = ledger.states.inspection(inspection_id(1)).unwrap().finding(1).unwrap();
    assert_eq!((finding.answer.unwrap().by, finding.closed.unwrap().record), (official_id(1), 9));
}

/// Demands that a correction by `actor` is refused, and found when it is forged.
fn refused(ledger: &Ledger, actor: Option<u64>, body: &CorrectionRecorded) -> Violation {
    let actor = actor.map(official_id);
    let command = Command { actor, occurred: at(2_000), act: correct(body.clone()) };
    let refusal = decide(&ledger.states, command).unwrap_err();
    let stream = CorrectionId::new(1).unwrap().stream();
    let mut forged = ledger.forged(stream, 2_000, body.clone(), &[REASON]);
    forged.meta.actor = actor;
    assert_eq!(forged.apply(&mut ledger.states.clone()).unwrap_err().violation, refusal.0);
    refusal.0
}

#[test]
fn a_correction_has_a_maker_and_another_who_approves() {
    let mut ledger = Ledger::with_a_case();
    assert_eq!(refused(&ledger, None, &correction(1)).rule(), "correction-names-its-maker");
    let violation = refused(&ledger, Some(1), &correction(1));
    assert_eq!(violation.rule(), "correction-approved-by-another");
    assert_eq!(
        violation.to_string(),
        "the correction of record 5 is made by O-1 and has to be approved by somebody else"
    );
    let elsewhere = CorrectionRecorded { stream_id: 2, ..correction(1) };
    assert_eq!(refused(&ledger, Some(2), &elsewhere).to_string(), "there is no C-2 (named as corrected)");
    for stream_kind in [0, 40_000] {
        let nowhere = CorrectionRecorded { stream_kind, ..correction(1) };
        assert_eq!(refused(&ledger, Some(2), &nowhere).rule(), "subject-exists");
    }
    let wordless = Act::open(correction(1), CorrectionRecordedPersonal::default());
    let command = Command { actor: Some(official_id(2)), occurred: at(2_000), act: wordless };
    assert_eq!(decide(&ledger.states, command).unwrap_err().0.rule(), "personal-field-required");

    let command = Command { actor: Some(official_id(2)), occurred: at(2_000), act: correct(correction(1)) };
    ledger.command(command).unwrap();
    let state = ledger.states.correction(CorrectionId::new(1).unwrap()).unwrap();
    assert_eq!((state.stream(), state.record), (case_id(1).stream(), 5));
    assert_eq!((state.by, state.approver), (official_id(2), official_id(1)));
}
