//! Finance, inspections, what is cited and published, corrections: their rules, from outside.

use docket_domain::{
    Act, Aspect, Attestation, Command, ControlAttested, ControlAttestedPersonal, CorrectionId,
    CorrectionRecorded, CorrectionRecordedPersonal, Event, ExpenseApproved, ExpenseApprovedPersonal,
    FindingAnswered, FindingAnsweredPersonal, FindingClosed, FindingIssued, FindingIssuedPersonal,
    FindingStanding, InspectionId, InspectionOpened, LiabilityPursued, LiabilityPursuedPersonal,
    MAX_PUBLISHED_FIGURES, MAX_TERM_DAYS, NoPersonal, PublicNoticePosted, PublishedFigure, Quarter,
    ReportPublished, StatisticCited, StreamKind, StreamRef, UnitClosed, UnitClosedPersonal, UnitFinance,
    View, Violation, ViolationFound, ViolationFoundPersonal, ViolationKind, attestation_matrix, decide,
};
use proptest::prelude::*;

use crate::{
    rectification::{adopt, day, noon},
    support::{Ledger, at, both, case_id, label, official_id, text, unit_id},
};

const REASON: u16 = 10;

fn inspection_id(number: u64) -> InspectionId {
    InspectionId::new(number).unwrap()
}

/// The examples of EVENTS.md.
pub(crate) fn examples() -> Vec<Event> {
    vec![
        ControlAttested {
            aspect: Aspect::PublicNotice,
            year: 2010,
            quarter: 2,
            fulfilled: true,
            by: official_id(17),
            origin: None,
        }
        .into(),
        ExpenseApproved {
            amount_fen: 120_000,
            applicant: official_id(300),
            approver: official_id(17),
            origin: None,
        }
        .into(),
        PublicNoticePosted { year: 2010, quarter: 2, topic: label("village accounts"), origin: None }.into(),
        LiabilityPursued { official: official_id(300), ground: Aspect::Cash, origin: None }.into(),
        opened(12, 3).into(),
        issued(1, Some(15)).into(),
        answered(1, 300).into(),
        closed(1, 17).into(),
        StatisticCited {
            name: label("growth of farmers' income"),
            numerator: 1_783,
            denominator: 10_000,
            counted_in: label("share"),
            period: label("2010"),
            source: label("statistics bureau"),
            origin: None,
        }
        .into(),
        ReportPublished {
            name: label("overview"),
            from: Some(day("2010-01-01")),
            until: Some(day("2010-12-31")),
            as_of_size: 70_000,
            unit: Some(unit_id(12)),
            official: None,
            household: None,
            state: None,
            digest: std::array::from_fn(|place| u8::try_from(place).unwrap()),
            figures: vec![PublishedFigure { name: label("units"), numerator: 10_913, denominator: 1 }],
            origin: None,
        }
        .into(),
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

fn attested(aspect: Aspect, year: u16, quarter: u8, fulfilled: bool) -> ControlAttested {
    ControlAttested { aspect, year, quarter, fulfilled, by: official_id(1), origin: None }
}

fn spent(amount_fen: u64, approver: u64) -> ExpenseApproved {
    ExpenseApproved { amount_fen, applicant: official_id(1), approver: official_id(approver), origin: None }
}

fn posted(year: u16, quarter: u8) -> PublicNoticePosted {
    PublicNoticePosted { year, quarter, topic: label("accounts"), origin: None }
}

fn pursued() -> LiabilityPursued {
    LiabilityPursued { official: official_id(1), ground: Aspect::Audit, origin: None }
}

fn attest(body: ControlAttested) -> Act {
    Act::on(unit_id(1), body, ControlAttestedPersonal::default())
}

fn spend(body: ExpenseApproved) -> Act {
    Act::on(unit_id(1), body, ExpenseApprovedPersonal { text: text("tea") })
}

fn post(body: PublicNoticePosted) -> Act {
    Act::on(unit_id(1), body, NoPersonal)
}

fn pursue() -> Act {
    Act::on(unit_id(1), pursued(), LiabilityPursuedPersonal::default())
}

fn statistic(denominator: u64) -> StatisticCited {
    StatisticCited {
        name: label("income"),
        numerator: -5,
        denominator,
        counted_in: label("yuan"),
        period: label("1969"),
        source: label("bureau"),
        origin: None,
    }
}

fn cite(body: StatisticCited) -> Act {
    Act::on(unit_id(1), body, NoPersonal)
}

fn report(as_of_size: u64, figures: usize) -> ReportPublished {
    let figure = PublishedFigure { name: label("units"), numerator: 2, denominator: 1 };
    ReportPublished {
        name: label("overview"),
        from: None,
        until: None,
        as_of_size,
        unit: None,
        official: None,
        household: None,
        state: None,
        digest: [7; 32],
        figures: vec![figure; figures],
        origin: None,
    }
}

fn publish(body: ReportPublished) -> Act {
    Act::on(unit_id(1), body, NoPersonal)
}

fn u1() -> StreamRef {
    unit_id(1).stream()
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
        (0_usize..7, 0_u8..6, any::<bool>()).prop_map(|(aspect, quarter, fulfilled)| attest(attested(
            Aspect::ALL[aspect],
            1970,
            quarter,
            fulfilled
        ))),
        (0_u64..9, official.clone()).prop_map(|(amount, approver)| spend(spent(amount, approver))),
        (0_u8..6).prop_map(|quarter| post(posted(1970, quarter))),
        Just(pursue()),
        (0_u64..2).prop_map(|denominator| cite(statistic(denominator))),
        (0_u64..2, 0_usize..3).prop_map(|(size, figures)| publish(report(size, figures))),
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
    assert_eq!((finding.answer.unwrap().by, finding.closed.unwrap().record()), (official_id(1), 9));
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

#[test]
fn the_term_for_a_finding_is_its_own_or_that_of_the_rules() {
    let mut ledger = Ledger::with_a_case();
    ledger.run(open(1, 2), noon("2010-03-01")).unwrap();
    ledger.run(issue(1, None), noon("2010-03-01")).unwrap();
    ledger.run(issue(2, Some(4)), noon("2010-03-01")).unwrap();
    adopt(&mut ledger, |text| {
        let changed = text.replace("[terms.finding-answer]\ndays = 30", "[terms.finding-answer]\ndays = 3");
        assert_ne!(changed, text);
        changed
    });
    let due = |ledger: &Ledger, number, with_rules: bool| {
        let states = &ledger.states;
        let finding = *states.inspection(inspection_id(1)).unwrap().finding(number).unwrap();
        let rules = states.rules_at(finding.issued.occurred().at).map(|found| &found.rules);
        finding.due(rules.filter(|_| with_rules), states.zone())
    };
    assert_eq!(due(&ledger, 1, true), Some(day("2010-03-04")));
    assert_eq!(due(&ledger, 1, false), None);
    assert_eq!(due(&ledger, 2, true), Some(day("2010-03-05")));
    assert_eq!(due(&ledger, 2, false), Some(day("2010-03-05")));

    let standing = |ledger: &Ledger, today| {
        let states = &ledger.states;
        let finding = *states.inspection(inspection_id(1)).unwrap().finding(1).unwrap();
        let rules = &states.rules_at(finding.issued.occurred().at).unwrap().rules;
        finding.standing(Some(rules), states.zone(), day(today))
    };
    assert_eq!(standing(&ledger, "2010-03-04"), FindingStanding::Open);
    assert_eq!(standing(&ledger, "2010-03-05"), FindingStanding::Overdue);
    let mut late = ledger.clone();
    ledger.run(answer(1, 1), noon("2010-03-04")).unwrap();
    late.run(answer(1, 1), noon("2010-03-05")).unwrap();
    assert_eq!(standing(&ledger, "2011-01-01"), FindingStanding::InTerm);
    assert_eq!(standing(&late, "2011-01-01"), FindingStanding::Late);
}

fn finance(ledger: &Ledger) -> &UnitFinance {
    ledger.states.unit(unit_id(1)).unwrap().finance.as_ref().unwrap()
}

#[test]
fn an_aspect_is_attested_once_a_quarter_unless_it_was_not_fulfilled() {
    let mut ledger = Ledger::with_a_case();
    for (year, quarter) in [(2010, 0), (2010, 5), (0, 1), (10_000, 1)] {
        let body = attested(Aspect::Cash, year, quarter, true);
        let violation = both(&ledger, attest(body.clone()), noon("2010-05-01"), u1(), body, &[]);
        assert_eq!(violation.rule(), "quarter-exists");
    }
    let early = attested(Aspect::Cash, 2010, 3, true);
    let violation = both(&ledger, attest(early.clone()), noon("2010-06-30"), u1(), early.clone(), &[]);
    assert_eq!(violation.to_string(), "2010-Q3 has not begun on 2010-06-30");
    ledger.run(attest(early), noon("2010-07-01")).unwrap();

    let (no, yes) = (attested(Aspect::Cash, 2010, 2, false), attested(Aspect::Cash, 2010, 2, true));
    ledger.run(attest(no.clone()), noon("2010-07-01")).unwrap();
    let violation = both(&ledger, attest(no.clone()), noon("2010-07-02"), u1(), no.clone(), &[]);
    assert_eq!(violation.to_string(), "U-1: cash in 2010-Q2 was attested by record 7");
    assert_eq!((violation.rule(), violation.against()), ("control-attested-once", Some(7)));
    ledger.run(attest(yes.clone()), noon("2010-08-01")).unwrap();
    for body in [yes, no] {
        let violation = both(&ledger, attest(body.clone()), noon("2010-08-02"), u1(), body, &[]);
        assert_eq!(violation.against(), Some(8));
    }
    ledger.run(attest(attested(Aspect::Audit, 2010, 2, true)), noon("2010-08-01")).unwrap();
    let quarters: Vec<_> = finance(&ledger).quarters().iter().map(|row| row.quarter.to_string()).collect();
    assert_eq!(quarters, ["2010-Q2", "2010-Q3"]);
}

#[test]
fn the_matrix_shows_seven_aspects_for_each_quarter_of_the_units_life() {
    let mut ledger = Ledger::with_a_case();
    ledger.run(attest(attested(Aspect::Cash, 1970, 2, true)), noon("1970-07-01")).unwrap();
    ledger.run(attest(attested(Aspect::Accountability, 1970, 2, false)), noon("1970-07-01")).unwrap();
    let states = &ledger.states;
    let quarter = |text: &str| text.parse::<Quarter>().unwrap();
    let rows: Vec<_> = attestation_matrix(
        states.unit(unit_id(1)).unwrap(),
        quarter("1969-Q3"),
        quarter("1970-Q2"),
        states.zone(),
    )
    .collect();
    let quarters: Vec<_> = rows.iter().map(|row| row.quarter.to_string()).collect();
    assert_eq!(quarters, ["1970-Q1", "1970-Q2"]);
    assert!(rows[0].cells.iter().all(|cell| cell.1 == Attestation::Missing && cell.2.is_none()));
    let aspects: Vec<_> = rows[1].cells.iter().map(|cell| cell.0).collect();
    assert_eq!(aspects, Aspect::ALL);
    for (aspect, standing, record) in rows[1].cells {
        let expected = match aspect {
            Aspect::Cash => (Attestation::Fulfilled, Some(6)),
            Aspect::Accountability => (Attestation::NotFulfilled, Some(7)),
            _ => (Attestation::Missing, None),
        };
        assert_eq!((standing, record), expected, "{aspect}");
    }
}

#[test]
fn a_closed_unit_attests_nothing_and_owes_no_quarter_that_it_did_not_see_the_end_of() {
    for (closed, last_quarter) in [("1970-09-29", "1970-Q2"), ("1970-09-30", "1970-Q3")] {
        let mut ledger = Ledger::with_a_case();
        let act = Act::on(unit_id(1), UnitClosed { origin: None }, UnitClosedPersonal::default());
        ledger.run(act, noon(closed)).unwrap();
        let late = attested(Aspect::Cash, 1970, 1, true);
        let violation = both(&ledger, attest(late.clone()), noon("1970-10-01"), u1(), late, &[]);
        assert_eq!(violation.against(), Some(6));
        let states = &ledger.states;
        let (from, until) = ("1970-Q1".parse().unwrap(), "1971-Q1".parse().unwrap());
        let rows = attestation_matrix(states.unit(unit_id(1)).unwrap(), from, until, states.zone());
        assert_eq!(rows.last().unwrap().quarter.to_string(), last_quarter);
    }
}

#[test]
fn an_expense_is_approved_by_another_and_sums_up() {
    let mut ledger = Ledger::with_a_case();
    let may = noon("2010-05-01");
    let violation = both(&ledger, spend(spent(0, 2)), may, u1(), spent(0, 2), &[9]);
    assert_eq!(violation.rule(), "expense-amount");
    let violation = both(&ledger, spend(spent(5, 1)), may, u1(), spent(5, 1), &[9]);
    assert_eq!(violation.to_string(), "O-1 applies for the expense, somebody else has to approve it");
    ledger.run(spend(spent(u64::MAX - 1, 2)), may).unwrap();
    let violation = both(&ledger, spend(spent(2, 2)), may, u1(), spent(2, 2), &[9]);
    assert_eq!(violation.rule(), "expense-amount");
    ledger.run(spend(spent(1, 2)), may).unwrap();
    ledger.run(spend(spent(2, 2)), noon("2010-07-01")).unwrap();
    let sums: Vec<_> =
        finance(&ledger).quarters().iter().map(|row| (row.expenses, row.expenses_fen)).collect();
    assert_eq!(sums, [(2, u64::MAX), (1, 2)]);
}

#[test]
fn notices_and_liabilities_are_counted_by_quarter() {
    let mut ledger = Ledger::with_a_case();
    let may = noon("2010-05-01");
    for (body, rule) in [(posted(2010, 9), "quarter-exists"), (posted(2010, 3), "quarter-begun")] {
        assert_eq!(both(&ledger, post(body.clone()), may, u1(), body, &[]).rule(), rule);
    }
    ledger.run(post(posted(2010, 1)), may).unwrap();
    ledger.run(post(posted(2010, 1)), may).unwrap();
    ledger.run(pursue(), may).unwrap();
    let row = |text: &str| finance(&ledger).quarter(text.parse().unwrap()).unwrap();
    assert_eq!(
        (row("2010-Q1").notices, row("2010-Q1").last_notice, row("2010-Q1").liabilities),
        (2, Some(7), 0)
    );
    assert_eq!((row("2010-Q2").notices, row("2010-Q2").liabilities), (0, 1));
}

#[test]
fn nothing_happens_at_a_unit_before_it_was_registered() {
    let ledger = Ledger::with_a_case();
    let vehicle = docket_domain::VehicleFoundOverStandard {
        unit: unit_id(1),
        code: label("A-1"),
        self_checked: false,
        origin: None,
    };
    let found = ViolationFound { unit: unit_id(1), official: None, kind: ViolationKind::Other, origin: None };
    let next = |kind| StreamRef { kind, id: 1 };
    let attestation = attested(Aspect::Cash, 1970, 1, true);
    let cases: [(Act, StreamRef, Event, &[u16]); 10] = [
        (attest(attestation.clone()), u1(), attestation.into(), &[]),
        (spend(spent(1, 2)), u1(), spent(1, 2).into(), &[9]),
        (post(posted(1970, 1)), u1(), posted(1970, 1).into(), &[]),
        (pursue(), u1(), pursued().into(), &[]),
        (cite(statistic(1)), u1(), statistic(1).into(), &[]),
        (publish(report(1, 1)), u1(), report(1, 1).into(), &[]),
        (open(1, 2), next(StreamKind::INSPECTION), opened(1, 2).into(), &[]),
        (open(2, 1), next(StreamKind::INSPECTION), opened(2, 1).into(), &[]),
        (
            Act::open(found.clone(), ViolationFoundPersonal::default()),
            next(StreamKind::VIOLATION),
            found.into(),
            &[],
        ),
        (Act::open(vehicle.clone(), NoPersonal), next(StreamKind::VEHICLE), vehicle.into(), &[]),
    ];
    for (act, stream, event, personal) in cases {
        let name = event.name();
        let violation = both(&ledger, act, 999, stream, event, personal);
        assert!(violation.to_string().contains(" was registered later than that, by record "), "{name}");
    }
}

#[test]
fn a_figure_is_never_a_share_of_nothing() {
    let mut ledger = Ledger::with_a_case();
    let violation = both(&ledger, cite(statistic(0)), 2_000, u1(), statistic(0), &[]);
    assert_eq!(violation.to_string(), "the figure income is a share of nothing (its denominator is 0)");
    ledger.run(cite(statistic(1)), 2_000).unwrap();
    ledger.run(cite(statistic(1)), 2_001).unwrap();
    let papers = ledger.states.unit(unit_id(1)).unwrap().papers.as_ref().unwrap();
    let records: Vec<_> = papers.statistics.iter().map(|cited| cited.cited.record()).collect();
    assert_eq!(records, [6, 7]);
}

#[test]
fn a_published_report_says_what_it_was_made_from() {
    let mut ledger = Ledger::with_a_case();
    let mut share_of_nothing = report(1, 1);
    share_of_nothing.figures[0].denominator = 0;
    let backwards =
        ReportPublished { from: Some(day("2010-01-02")), until: Some(day("2010-01-01")), ..report(1, 0) };
    for (body, rule) in [
        (report(0, 1), "report-made-from-records"),
        (report(1, MAX_PUBLISHED_FIGURES + 1), "published-figures"),
        (share_of_nothing, "figure-has-a-denominator"),
        (backwards, "period-has-days"),
    ] {
        let violation = both(&ledger, publish(body.clone()), 2_000, u1(), body, &[]);
        assert_eq!((violation.rule(), violation.against()), (rule, None));
    }
    ledger.run(publish(report(6, MAX_PUBLISHED_FIGURES)), 2_000).unwrap();
    let papers = ledger.states.unit(unit_id(1)).unwrap().papers.as_ref().unwrap();
    assert_eq!((papers.reports[0].as_of_size, papers.reports[0].published.record()), (6, 6));
}
