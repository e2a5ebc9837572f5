//! Cases, surveys and backlog campaigns: figures one can count by hand.

use docket_domain::{
    Act, BacklogListed, CampaignClosed, CampaignId, CampaignOpened, CaseAccepted, CaseAcceptedPersonal,
    CaseAssignedToLeader, CaseDeclined, CaseDeclinedPersonal, CaseMerged, CaseReopenedPersonal, CaseVoided,
    CaseVoidedPersonal, CaseWithdrawn, CaseWithdrawnPersonal, DeclineGround, NoPersonal, Notice,
    ReplyDelivered, ReplyDeliveredPersonal, Satisfaction, SatisfactionAnswered, SatisfactionAnsweredPersonal,
    SatisfactionSurveyed,
};
use docket_projection::{Check, FigureName, Report, ReportName, Scope, Value};

use crate::{
    answers::{ledger, make, town, value},
    fieldwork::adopted,
    office::{assign, case_from, close, official, official_id, text, unit_id},
    support::{case_id, label, reopened, reply},
};

const DAY: i64 = 86_400_000_000;
/// The beginning of 2010 in the ledger's zone.
const BEGIN: i64 = 1_262_275_200_000_000;

fn ratio(numerator: u64, denominator: u64) -> Value {
    Value::Ratio { numerator, denominator }
}

fn assert_counts(report: &Report, expected: &[(FigureName, u64)]) {
    for (name, count) in expected {
        assert_eq!(value(report, *name), Value::Count(*count), "{name:?}");
    }
    assert!(!report.checks.is_empty() && report.checks.iter().all(Check::holds));
}

fn raise(due: Option<i64>) -> Act {
    case_from(Some(unit_id(2)), due, None)
}

fn answer(case: u64) -> Act {
    let body = ReplyDelivered { approver: Some(official_id(2)), ..reply() };
    Act::on(case_id(case), body, ReplyDeliveredPersonal::default())
}

fn accept(case: u64) -> Act {
    let body = CaseAccepted { notice: Notice::Given, origin: None };
    Act::on(case_id(case), body, CaseAcceptedPersonal::default())
}

fn reopen(case: u64) -> Act {
    Act::on(case_id(case), reopened(), CaseReopenedPersonal::default())
}

fn withdraw(case: u64) -> Act {
    Act::on(case_id(case), CaseWithdrawn { origin: None }, CaseWithdrawnPersonal::default())
}

#[test]
fn cases_are_divided_by_where_they_stand() {
    let merge = Act::on(case_id(3), CaseMerged { into: case_id(4), origin: None }, NoPersonal);
    let void = Act::on(
        case_id(5),
        CaseVoided { approver: None, origin: None },
        CaseVoidedPersonal { reason: text("entered twice") },
    );
    let decline = Act::on(
        case_id(6),
        CaseDeclined { ground: DeclineGround::OtherProcedure, refer_to: label("court"), origin: None },
        CaseDeclinedPersonal { reason: text("a civil suit") },
    );
    let raised = (0..6).map(|number| (1, raise((number == 1).then_some(1_270_000_000))));
    let acts = [
        (1, assign(1, 2, None)),
        (1, assign(4, 2, None)),
        (5, accept(1)),
        // The fifteenth day after the assignment is a Sunday, and the term ends on the Monday before.
        (18, accept(4)),
        (20, answer(1)),
        (21, close(1)),
        (21, withdraw(2)),
        (21, merge),
        (21, void),
        (21, decline),
        // Taken up again and closed again: one case, closed once.
        (30, reopen(1)),
        (35, answer(1)),
        (36, close(1)),
    ];
    let ledger = ledger([(0, adopted())].into_iter().chain(town()).chain(raised).chain(acts).collect());
    let report = make(&ledger, ReportName::Cases, |scope| scope);
    assert_counts(
        &report,
        &[
            (FigureName::Registered, 6),
            (FigureName::Closed, 1),
            (FigureName::Open, 1),
            (FigureName::CasesDeclined, 1),
            (FigureName::CasesWithdrawn, 1),
            (FigureName::CasesMerged, 1),
            (FigureName::CasesVoid, 1),
            (FigureName::CasesAccepted, 2),
            (FigureName::ClosedInPeriod, 1),
            (FigureName::WithStatedDue, 1),
            (FigureName::OpenWithStatedDue, 0),
            (FigureName::EndedWithStatedDue, 1),
            (FigureName::WithoutStatedDue, 5),
        ],
    );
    assert_eq!(value(&report, FigureName::ResponseRate), ratio(1, 2));
    assert_eq!(value(&report, FigureName::ClosureRate), ratio(1, 2));
    assert_eq!(value(&report, FigureName::RepeatRate), ratio(1, 6));
    // Closed in the period is another question than registered in it.
    let february = Some((BEGIN + 31 * DAY, BEGIN + 59 * DAY));
    let later = make(&ledger, ReportName::Cases, |scope| Scope { period: february, ..scope });
    assert_counts(&later, &[(FigureName::Registered, 0), (FigureName::ClosedInPeriod, 1)]);
    assert_eq!(value(&later, FigureName::ResponseRate), ratio(0, 0));
    assert_eq!(value(&later, FigureName::ClosureRate), ratio(0, 0));
}

#[test]
fn each_survey_counts_in_its_own_period() {
    let ask = |by| {
        let body = SatisfactionSurveyed { by: official_id(by), origin: None };
        Act::on(case_id(1), body, NoPersonal)
    };
    let say = |answer, solved| {
        let body = SatisfactionAnswered { answer, solved, origin: None };
        Act::on(case_id(1), body, SatisfactionAnsweredPersonal::default())
    };
    let acts = [
        (0, official(2)),
        (1, raise(None)),
        (1, assign(1, 2, Some(1))),
        (2, answer(1)),
        (3, ask(2)),
        (40, ask(2)),
        (41, say(Satisfaction::Dissatisfied, Some(false))),
        (42, close(1)),
        (43, reopen(1)),
        (50, answer(1)),
        // Of the unit itself, though not of its team.
        (60, ask(3)),
        (61, say(Satisfaction::Satisfied, None)),
    ];
    let ledger = ledger(town().into_iter().chain(acts).collect());
    let of = |period| make(&ledger, ReportName::Satisfaction, |scope| Scope { period, ..scope });
    let report = of(None);
    assert_counts(
        &report,
        &[
            (FigureName::Surveys, 3),
            (FigureName::SurveysAnswered, 2),
            (FigureName::SurveysUnanswered, 1),
            (FigureName::AnswersSatisfied, 1),
            (FigureName::AnswersDissatisfied, 1),
            (FigureName::AnswersUnsolved, 1),
            (FigureName::AnswersWithoutSolved, 1),
        ],
    );
    assert_eq!(value(&report, FigureName::AnswerRate), ratio(2, 3));
    assert_eq!(value(&report, FigureName::SatisfactionRate), ratio(1, 2));
    assert_eq!(value(&report, FigureName::FairSatisfactionRate), ratio(1, 2));
    assert_eq!(value(&report, FigureName::SolvedRate), ratio(0, 2));
    assert_eq!(value(&report, FigureName::SurveysByOthers), ratio(2, 3));
    let january = of(Some((BEGIN, BEGIN + 31 * DAY)));
    assert_eq!(value(&january, FigureName::AnswerRate), ratio(0, 1));
    // Asked in the period, and answered after its end.
    let day_40 = of(Some((BEGIN + 40 * DAY, BEGIN + 41 * DAY)));
    assert_eq!(value(&day_40, FigureName::AnswerRate), ratio(0, 1));
    let february = of(Some((BEGIN + 31 * DAY, BEGIN + 59 * DAY)));
    assert_eq!(value(&february, FigureName::AnswerRate), ratio(1, 1));
}

#[test]
fn a_listed_case_is_resolved_terminated_or_carried_over() {
    let campaign = |number| CampaignId::new(number).unwrap();
    let open = || {
        let body = CampaignOpened { unit: unit_id(1), name: label("backlog"), origin: None };
        Act::open(body, NoPersonal)
    };
    let list = |number, case, before: Option<u64>| {
        let body = BacklogListed { case: case_id(case), before: before.map(campaign), origin: None };
        Act::on(campaign(number), body, NoPersonal)
    };
    let leader =
        CaseAssignedToLeader { campaign: campaign(1), leader: official_id(2), replaces: None, origin: None };
    let acts = [
        (1, raise(None)),
        (1, raise(None)),
        (1, assign(1, 2, None)),
        (10, open()),
        (11, list(1, 1, None)),
        (11, list(1, 2, None)),
        (12, Act::on(case_id(2), leader, NoPersonal)),
        (30, answer(1)),
        (60, Act::on(campaign(1), CampaignClosed { origin: None }, NoPersonal)),
        (70, open()),
        (71, list(2, 2, Some(1))),
        (80, withdraw(2)),
    ];
    let ledger = ledger(town().into_iter().chain(acts).collect());
    let of = |scope: &dyn Fn(Scope) -> Scope| make(&ledger, ReportName::Campaigns, scope);
    let report = of(&|scope| scope);
    assert_counts(
        &report,
        &[
            (FigureName::CampaignsOpened, 2),
            (FigureName::BacklogListed, 3),
            (FigureName::BacklogResolved, 1),
            // Carried over by the first campaign, whatever became of it in the second.
            (FigureName::BacklogCarriedOver, 1),
            (FigureName::BacklogTerminated, 1),
        ],
    );
    assert_eq!(value(&report, FigureName::BacklogLed), ratio(1, 3));
    let early = of(&|scope| Scope { period: Some((BEGIN, BEGIN + 20 * DAY)), ..scope });
    assert_counts(&early, &[(FigureName::BacklogListed, 2), (FigureName::BacklogCarriedOver, 2)]);
    let led = of(&|scope| Scope { official: Some(official_id(2)), ..scope });
    assert_counts(&led, &[(FigureName::BacklogListed, 1), (FigureName::CampaignsOpened, 0)]);
}
