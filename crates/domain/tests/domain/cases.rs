//! The state machine of a case under rules that bind: what is refused to a command is found when forged.

use docket_domain::{
    Act, AssignmentObjected, AssignmentObjectedPersonal, CaseAccepted, CaseAcceptedPersonal, CaseAct,
    CaseCoassigned, CaseDeclined, CaseDeclinedPersonal, CaseEscalated, CaseEscalatedPersonal, CaseId,
    CaseMerged, CaseRegistered, CaseRegisteredPersonal, CaseResumed, CaseSplit, CaseSplitPersonal, CaseState,
    CaseStatus, CaseSuspended, CaseSuspendedPersonal, CaseTransferred, CaseVoided, CaseVoidedPersonal,
    CaseWithdrawn, CaseWithdrawnPersonal, Command, DeclineGround, Event, ExtensionGranted,
    ExtensionGrantedPersonal, FollowUpMade, FollowUpMadePersonal, Labels, NoPersonal, Notice,
    ObjectionDecided, ObjectionDecidedPersonal, ObjectionOutcome, OccurredAt, OfficialRegisteredPersonal,
    Precision, PublicText, RecheckDecided, RecheckDecidedPersonal, RecheckRequested,
    RecheckRequestedPersonal, ReplyDelivered, ReplyDeliveredPersonal, ReviewDecided, ReviewDecidedPersonal,
    ReviewOutcome, ReviewRequested, ReviewRequestedPersonal, RuleSet, RulesAdopted, StepTakenPersonal,
    SupervisionAnswered, SupervisionAnsweredPersonal, SupervisionOrdered, SupervisionOrderedPersonal,
    View as _, Violation, decide,
};

use proptest::{prelude::*, sample::select};

use crate::support::{
    Ledger, assigned, case, case_id, label, official, official_id, reopened, reply, row, step, text, unit,
    unit_id,
};

/// One event of each type of this block beyond the first six, in the order of their numbers.
pub(crate) fn examples() -> Vec<Event> {
    vec![
        CaseTransferred { unit: unit_id(13), handler: None, origin: None }.into(),
        AssignmentObjected { origin: None }.into(),
        ObjectionDecided { outcome: ObjectionOutcome::Upheld, by: official_id(17), origin: None }.into(),
        CaseAccepted { notice: Notice::Given, origin: None }.into(),
        CaseDeclined {
            ground: DeclineGround::OtherProcedure,
            refer_to: label("District Court"),
            origin: None,
        }
        .into(),
        ExtensionGranted { days: 30, approver: official_id(17), origin: None }.into(),
        CaseSuspended { ground: label("hearing"), origin: None }.into(),
        CaseResumed { origin: None }.into(),
        CaseCoassigned { unit: unit_id(13), origin: None }.into(),
        CaseEscalated { to: unit_id(3), origin: None }.into(),
        SupervisionOrdered { unit: unit_id(3), origin: None }.into(),
        FollowUpMade { unit: unit_id(3), by: Some(official_id(18)), origin: None }.into(),
        ReviewRequested { origin: None }.into(),
        ReviewDecided { unit: unit_id(3), by: official_id(18), outcome: ReviewOutcome::Upheld, origin: None }
            .into(),
        RecheckRequested { origin: None }.into(),
        RecheckDecided {
            unit: unit_id(2),
            by: official_id(19),
            outcome: ReviewOutcome::SetAside,
            origin: None,
        }
        .into(),
        CaseMerged { into: case_id(1000), origin: None }.into(),
        CaseSplit {
            parent: case_id(1000),
            category: Some(label("water")),
            labels: Labels::default(),
            origin: None,
        }
        .into(),
        CaseWithdrawn { origin: None }.into(),
        CaseVoided { approver: Some(official_id(17)), origin: None }.into(),
        SupervisionAnswered { unit: unit_id(3), origin: None }.into(),
    ]
}

/// Histories in which each of these events stands: long chains that random commands hardly come to.
pub(crate) fn histories() -> Vec<Ledger> {
    let mut appealed = Office::accepted("cn-2005");
    let help = CaseCoassigned { unit: unit_id(2), origin: None };
    appealed.ok("2010-01-10", Act::on(c1(), help, NoPersonal));
    appealed.ok("2010-01-10", escalate(1));
    appealed.ok("2010-01-10", supervise());
    appealed.ok("2010-01-11", answer());
    appealed.ok("2010-01-12", suspend("force-majeure"));
    appealed.ok("2010-01-13", resume());
    appealed.ok("2010-01-14", extend(30, 2));
    appealed.ok("2010-01-15", split());
    appealed.ok("2010-02-01", deliver(2));
    appealed.ok("2010-02-02", follow(1, 4));
    appealed.ok("2010-02-03", review());
    appealed.ok("2010-02-04", decide_review(2, 3, ReviewOutcome::Upheld));
    appealed.ok("2010-02-05", recheck());
    appealed.ok("2010-02-06", decide_recheck(1, 4));

    let mut returned = Office::under("cn-2022");
    returned.open("2010-01-05");
    returned.ok("2010-01-05", merge(2, 1));
    returned
        .0
        .command(Command { actor: Some(official_id(3)), occurred: on("2010-01-05"), act: assign(3) })
        .unwrap();
    returned.ok("2010-01-06", object());
    let outcome = ObjectionOutcome::Upheld;
    let decided = ObjectionDecided { outcome, by: official_id(3), origin: None };
    returned.ok("2010-01-07", Act::on(c1(), decided, ObjectionDecidedPersonal::default()));
    vec![appealed.0, returned.0]
}

/// Acts on the first cases, many of them illegal where they fall.
pub(crate) fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        (1_u64..5).prop_map(|unit| {
            let body = CaseTransferred { unit: unit_id(unit), handler: None, origin: None };
            Act::on(c1(), body, NoPersonal)
        }),
        Just(accept(Notice::Given)),
        (1_u32..40, 1_u64..5).prop_map(|(days, approver)| extend(days, approver)),
        Just(suspend("force-majeure")),
        Just(resume()),
        (1_u64..5).prop_map(escalate),
        Just(supervise()),
        Just(answer()),
        (1_u64..5).prop_map(deliver),
        (1_u64..5, 1_u64..5).prop_map(|(unit, by)| follow(unit, by)),
        Just(review()),
        (1_u64..5, 1_u64..5, select(ReviewOutcome::ALL))
            .prop_map(|(unit, by, outcome)| decide_review(unit, by, outcome)),
        Just(recheck()),
        (1_u64..5, 1_u64..5).prop_map(|(unit, by)| decide_recheck(unit, by)),
        (2_u64..6, 1_u64..6).prop_map(|(case, into)| merge(case, into)),
        Just(split()),
        (2_u64..9).prop_map(|case| {
            let body = CaseWithdrawn { origin: None };
            Act::on(case_id(case), body, CaseWithdrawnPersonal::default())
        }),
        (2_u64..9).prop_map(|case| {
            let body = CaseVoided { approver: None, origin: None };
            Act::on(case_id(case), body, CaseVoidedPersonal { reason: text("entered twice") })
        }),
        (2_u64..9).prop_map(|case| {
            let ground = DeclineGround::NotCompetent;
            let body = CaseDeclined { ground, refer_to: label("court"), origin: None };
            Act::on(case_id(case), body, CaseDeclinedPersonal { reason: text("a civil suit") })
        }),
    ]
}

fn on(date: &str) -> OccurredAt {
    let at = Ledger::default().states.zone().start_of(date.parse().unwrap());
    OccurredAt { at, precision: Precision::Day }
}

/// An office under a rule set since 2009: district U-1, town U-2, village U-3; O-1 and O-2 of the village, O-3 of the
/// town, O-4 of the district; C-1, raised on 2010-01-04.
pub(crate) struct Office(pub(crate) Ledger);

impl Office {
    pub(crate) fn under(rules: &str) -> Self {
        let mut office = Self(Ledger::default());
        let person = || OfficialRegisteredPersonal { name: text("Wu"), contact: None };
        office.ok("2009-01-01", Act::open(unit(None), NoPersonal));
        office.ok("2009-01-01", Act::open(unit(Some(unit_id(1))), NoPersonal));
        office.ok("2009-01-01", Act::open(unit(Some(unit_id(2))), NoPersonal));
        for number in [3, 3, 2, 1] {
            office.ok("2009-01-01", Act::open(official(unit_id(number)), person()));
        }
        office.adopt(rules, "2009-01-01");
        office.open("2010-01-04");
        office
    }

    pub(crate) fn adopt(&mut self, rules: &str, from: &str) {
        let text = PublicText::new(RuleSet::shipped(rules).unwrap()).unwrap();
        self.ok(from, Act::open(RulesAdopted { text, in_force_from: on(from).at }, NoPersonal));
    }

    pub(crate) fn open(&mut self, date: &str) {
        let personal = CaseRegisteredPersonal { petitioner: text("Qian"), ..Default::default() };
        self.ok(date, Act::open(case(), personal));
    }

    pub(crate) fn ok(&mut self, date: &str, act: Act) {
        let command = Command { actor: None, occurred: on(date), act };
        self.0.command(command).unwrap_or_else(|refusal| panic!("{date}: {refusal}"));
    }

    /// Demands that the act is refused, and found when forged with the personal fields it came with.
    pub(crate) fn refused(&self, date: &str, act: Act) -> Violation {
        let ledger = &self.0;
        let command = Command { actor: None, occurred: on(date), act: act.clone() };
        let refusal = decide(&ledger.states, command).unwrap_err();
        let (event, personal) = act.into_parts();
        let stream = match event {
            Event::CaseSplit(_) => case_id(ledger.states.cases().count() as u64 + 1).stream(),
            _ => case_id(1).stream(),
        };
        let fields: Vec<_> = personal.iter().map(|value| value.field.number()).collect();
        let mut forged = ledger.forged(stream, 0, event, &fields);
        forged.meta.occurred = on(date);
        let mut states = ledger.states.clone();
        assert_eq!(forged.apply(&mut states).unwrap_err().violation, refusal.0);
        assert_eq!(states, ledger.states);
        refusal.0
    }

    pub(crate) fn case(&self) -> &CaseState {
        self.0.states.case(case_id(1)).unwrap()
    }

    pub(crate) fn accepted(rules: &str) -> Self {
        let mut office = Self::under(rules);
        office.ok("2010-01-05", assign(3));
        office.ok("2010-01-06", accept(Notice::Given));
        office
    }

    pub(crate) fn replied(rules: &str) -> Self {
        let mut office = Self::accepted(rules);
        office.ok("2010-02-01", deliver(2));
        office
    }
}

fn c1() -> CaseId {
    case_id(1)
}

pub(crate) fn assign(unit: u64) -> Act {
    let mut body = assigned(unit);
    body.handler = Some(official_id(1));
    Act::on(c1(), body, NoPersonal)
}

pub(crate) fn accept(notice: Notice) -> Act {
    Act::on(c1(), CaseAccepted { notice, origin: None }, CaseAcceptedPersonal::default())
}

pub(crate) fn deliver(approver: u64) -> Act {
    let body = ReplyDelivered { approver: Some(official_id(approver)), ..reply() };
    Act::on(c1(), body, ReplyDeliveredPersonal::default())
}

pub(crate) fn extend(days: u32, approver: u64) -> Act {
    let body = ExtensionGranted { days, approver: official_id(approver), origin: None };
    Act::on(c1(), body, ExtensionGrantedPersonal { reason: text("a survey is needed") })
}

pub(crate) fn suspend(ground: &str) -> Act {
    let body = CaseSuspended { ground: label(ground), origin: None };
    Act::on(c1(), body, CaseSuspendedPersonal { reason: text("flood notice 12") })
}

pub(crate) fn resume() -> Act {
    Act::on(c1(), CaseResumed { origin: None }, NoPersonal)
}

pub(crate) fn review() -> Act {
    Act::on(c1(), ReviewRequested { origin: None }, ReviewRequestedPersonal::default())
}

pub(crate) fn decide_review(unit: u64, by: u64, outcome: ReviewOutcome) -> Act {
    let body = ReviewDecided { unit: unit_id(unit), by: official_id(by), outcome, origin: None };
    Act::on(c1(), body, ReviewDecidedPersonal::default())
}

pub(crate) fn recheck() -> Act {
    Act::on(c1(), RecheckRequested { origin: None }, RecheckRequestedPersonal::default())
}

fn decide_recheck(unit: u64, by: u64) -> Act {
    let outcome = ReviewOutcome::Upheld;
    let body = RecheckDecided { unit: unit_id(unit), by: official_id(by), outcome, origin: None };
    Act::on(c1(), body, RecheckDecidedPersonal::default())
}

fn object() -> Act {
    Act::on(
        c1(),
        AssignmentObjected { origin: None },
        AssignmentObjectedPersonal { reason: text("not ours") },
    )
}

pub(crate) fn supervise() -> Act {
    let body = SupervisionOrdered { unit: unit_id(1), origin: None };
    Act::on(c1(), body, SupervisionOrderedPersonal::default())
}

fn answer() -> Act {
    let body = SupervisionAnswered { unit: unit_id(1), origin: None };
    Act::on(c1(), body, SupervisionAnsweredPersonal::default())
}

fn escalate(to: u64) -> Act {
    let body = CaseEscalated { to: unit_id(to), origin: None };
    Act::on(c1(), body, CaseEscalatedPersonal { reason: text("beyond us") })
}

fn follow(unit: u64, by: u64) -> Act {
    let body = FollowUpMade { unit: unit_id(unit), by: Some(official_id(by)), origin: None };
    Act::on(c1(), body, FollowUpMadePersonal::default())
}

fn withdraw() -> Act {
    Act::on(c1(), CaseWithdrawn { origin: None }, CaseWithdrawnPersonal::default())
}

fn merge(case: u64, into: u64) -> Act {
    Act::on(case_id(case), CaseMerged { into: case_id(into), origin: None }, NoPersonal)
}

fn split() -> Act {
    let body = CaseSplit { parent: c1(), category: None, labels: Labels::default(), origin: None };
    Act::open(body, CaseSplitPersonal::default())
}

fn rule(violation: &Violation) -> (&'static str, Option<u64>) {
    (violation.rule(), violation.against())
}

#[test]
fn a_case_goes_from_its_registration_to_the_final_decision() {
    let mut office = Office::replied("cn-2005");
    office.ok("2010-02-20", review());
    office.ok("2010-03-01", decide_review(2, 3, ReviewOutcome::Upheld));
    assert_eq!(office.case().status, CaseStatus::Closed);
    assert_eq!(office.case().closure.unwrap().mark.record(), 13);
    office.ok("2010-03-05", recheck());
    office.ok("2010-03-20", decide_recheck(1, 4));
    assert_eq!(office.case().status, CaseStatus::Final);
    for act in [supervise(), withdraw(), review(), deliver(2), assign(3)] {
        let violation = office.refused("2010-03-21", act);
        assert_eq!((violation.rule(), violation.allowed()), ("case-transition", vec![]));
    }
}

#[test]
fn handling_begins_with_an_acceptance_and_the_reply_is_approved() {
    let mut office = Office::under("cn-2005");
    office.ok("2010-01-05", assign(3));
    assert_eq!(rule(&office.refused("2010-01-06", deliver(2))), ("accepted-first", Some(9)));
    // A step before it takes nothing up.
    office.ok("2010-01-06", Act::on(c1(), step(), StepTakenPersonal::default()));
    assert_eq!(office.case().status, CaseStatus::Assigned);
    office.ok("2010-01-06", accept(Notice::Given));
    let alone = Act::on(c1(), reply(), ReplyDeliveredPersonal::default());
    assert_eq!(office.refused("2010-01-07", alone).rule(), "reply-approved");
    assert_eq!(rule(&office.refused("2010-01-07", deliver(1))), ("approver-is-not-handler", Some(9)));
    assert_eq!(rule(&office.refused("2010-01-05", deliver(2))), ("not-before-what-it-follows", Some(11)));
    office.ok("2010-01-07", deliver(2));
}

#[test]
fn what_a_source_states_needs_no_acceptance() {
    let mut office = Office::under("cn-2005");
    office.ok("2010-01-05", Act::open(crate::support::source(), NoPersonal));
    office.ok("2010-01-05", assign(3));
    let stated = ReplyDelivered { origin: Some(row(1)), ..reply() };
    office.ok("2010-01-06", Act::on(c1(), stated, ReplyDeliveredPersonal::default()));
    assert_eq!(office.case().status, CaseStatus::Replied);
}

#[test]
fn an_acceptance_is_told_unless_nobody_is_named() {
    let mut office = Office::under("cn-2005");
    office.ok("2010-01-05", assign(3));
    assert_eq!(
        rule(&office.refused("2010-01-06", accept(Notice::Anonymous))),
        ("acceptance-is-told", Some(8))
    );
    let named = CaseRegisteredPersonal { contact: text("555"), ..Default::default() };
    let anonymous = || CaseRegistered { anonymous: true, ..case() };
    let command =
        |personal| Command { actor: None, occurred: on("2010-01-05"), act: Act::open(anonymous(), personal) };
    let refusal = decide(&office.0.states, command(named)).unwrap_err();
    assert_eq!(refusal.0.rule(), "anonymous-names-nobody");
    office.0.command(command(CaseRegisteredPersonal::default())).unwrap();
    office.ok("2010-01-06", Act::on(case_id(2), assigned(3), NoPersonal));
    let untold = CaseAccepted { notice: Notice::Anonymous, origin: None };
    office.ok("2010-01-06", Act::on(case_id(2), untold, CaseAcceptedPersonal::default()));
}

#[test]
fn an_objection_is_raised_in_its_term_and_decided_by_the_sender() {
    let mut office = Office::under("cn-2005");
    office.ok("2010-01-05", assign(3));
    // The rules of 2005 know no such term.
    assert_eq!(office.refused("2010-01-06", object()).rule(), "term-runs");

    let mut office = Office::under("cn-2005");
    office.adopt("cn-2022", "2022-05-01");
    assert_eq!(office.refused("2022-06-01", assign(3)).rule(), "sender-known");
    let command = Command { actor: Some(official_id(3)), occurred: on("2022-06-01"), act: assign(3) };
    office.0.command(command).unwrap();
    // Five working days, over the Dragon Boat Festival.
    assert_eq!(rule(&office.refused("2022-06-10", object())), ("within-term", Some(10)));
    office.ok("2022-06-09", object());
    assert_eq!(office.case().status, CaseStatus::ReturnProposed);
    let decision = |by, outcome| {
        let body = ObjectionDecided { outcome, by: official_id(by), origin: None };
        Act::on(c1(), body, ObjectionDecidedPersonal::default())
    };
    let violation = office.refused("2022-06-10", decision(2, ObjectionOutcome::Upheld));
    assert_eq!(rule(&violation), ("objection-decided-by-sender", Some(10)));
    let mut kept = Office(office.0.clone());
    kept.ok("2022-06-10", decision(3, ObjectionOutcome::Rejected));
    assert_eq!((kept.case().status, kept.case().unit), (CaseStatus::Assigned, Some(unit_id(3))));
    office.ok("2022-06-10", decision(3, ObjectionOutcome::Upheld));
    assert_eq!((office.case().status, office.case().unit), (CaseStatus::Registered, None));
}

#[test]
fn an_extension_is_granted_once_in_time_by_the_head() {
    let mut office = Office::accepted("cn-2005");
    assert_eq!(rule(&office.refused("2010-02-01", extend(30, 1))), ("approver-is-not-handler", Some(9)));
    // The rules name the head of the unit; O-3 is of another one.
    assert_eq!(office.refused("2010-02-01", extend(30, 3)).rule(), "extension-approver");
    assert_eq!(office.refused("2010-02-01", extend(31, 2)).rule(), "extension-days");
    assert_eq!(office.refused("2010-02-01", extend(0, 2)).rule(), "extension-days");
    // 60 days from 2010-01-06 end on Sunday 2010-03-07, and so on Monday.
    assert_eq!(
        office.refused("2010-03-09", extend(30, 2)).to_string(),
        "C-1: the term \"handle\", which began with record 10, ended on 2010-03-08"
    );
    office.ok("2010-03-08", extend(30, 2));
    assert_eq!(rule(&office.refused("2010-03-09", extend(1, 2))), ("extension-times", Some(11)));
}

#[test]
fn without_rules_nothing_is_extended_suspended_or_reviewed() {
    let mut ledger = Ledger::with_a_case();
    ledger.run(Act::on(c1(), assigned(1), NoPersonal), 2_000).unwrap();
    ledger.run(Act::on(c1(), step(), StepTakenPersonal::default()), 2_001).unwrap();
    let mut refused = |act, expected: &str| {
        let refusal = ledger.run(act, 2_002).unwrap_err();
        assert_eq!(refusal.0.rule(), expected);
        refusal.to_string()
    };
    assert_eq!(
        refused(extend(30, 2), "term-runs"),
        "C-1: no term \"handle\" runs under no rule set (its rules, or another act, would be needed)"
    );
    refused(suspend("hearing"), "suspension-ground");
    ledger.run(Act::on(c1(), reply(), ReplyDeliveredPersonal::default()), 2_003).unwrap();
    assert_eq!(ledger.run(review(), 2_004).unwrap_err().0.rule(), "term-runs");
}

#[test]
fn a_suspension_needs_a_ground_that_the_rules_list_and_goes_back_where_it_stood() {
    let mut office = Office::accepted("cn-2005");
    let violation = office.refused("2010-01-20", suspend("holiday"));
    assert_eq!(
        violation.to_string(),
        "C-1 cannot be suspended on the ground \"holiday\" under cn-2005 (listed: hearing, force-majeure)"
    );
    assert_eq!(office.refused("2010-01-20", resume()).rule(), "case-transition");
    office.ok("2010-01-20", suspend("force-majeure"));
    assert_eq!(office.refused("2010-01-21", deliver(2)).rule(), "case-transition");
    assert_eq!(rule(&office.refused("2010-01-19", resume())), ("not-before-what-it-follows", Some(11)));
    office.ok("2010-01-25", resume());
    assert_eq!(office.case().status, CaseStatus::InProgress);
    office.ok("2010-02-01", deliver(2));
    office.ok("2010-02-02", review());
    office.ok("2010-02-03", suspend("hearing"));
    office.ok("2010-02-04", resume());
    assert_eq!(office.case().status, CaseStatus::UnderReview);
}

#[test]
fn others_follow_up_supervise_and_help() {
    let mut office = Office::accepted("cn-2005");
    let help = |unit| Act::on(c1(), CaseCoassigned { unit: unit_id(unit), origin: None }, NoPersonal);
    assert_eq!(rule(&office.refused("2010-01-10", help(3))), ("another-unit", Some(9)));
    office.ok("2010-01-10", help(2));
    assert_eq!(office.refused("2010-01-11", help(2)).rule(), "another-unit");
    assert_eq!(office.refused("2010-01-11", escalate(3)).rule(), "another-unit");
    office.ok("2010-01-11", escalate(1));
    assert_eq!(office.refused("2010-01-12", answer()).rule(), "supervision-open");
    office.ok("2010-01-12", supervise());
    office.ok("2010-01-13", answer());
    assert_eq!(office.refused("2010-01-14", answer()).rule(), "supervision-open");
    assert_eq!(office.case().responsible(), Some(unit_id(3)));
    office.ok("2010-02-01", deliver(2));
    for unit in [3, 2] {
        assert_eq!(office.refused("2010-02-02", follow(unit, 3)).rule(), "another-unit");
    }
    assert_eq!(office.refused("2010-02-02", follow(1, 1)).rule(), "approver-is-not-handler");
    office.ok("2010-02-02", follow(1, 4));
    assert_eq!(office.case().status, CaseStatus::FollowedUp);
}

#[test]
fn a_review_is_asked_for_in_its_window_and_decided_above_by_somebody_new() {
    let mut office = Office::replied("cn-2005");
    // 30 days from 2010-02-01.
    assert_eq!(rule(&office.refused("2010-03-04", review())), ("within-term", Some(11)));
    assert_eq!(rule(&office.refused("2010-01-31", review())), ("not-before-what-it-follows", Some(11)));
    office.ok("2010-03-03", review());
    let upheld = ReviewOutcome::Upheld;
    let violation = office.refused("2010-03-10", decide_review(1, 4, upheld));
    assert_eq!(violation.to_string(), "C-1 was decided on by U-3, by record 11: U-2 decides now, not U-1");
    for by in [1, 2] {
        assert_eq!(rule(&office.refused("2010-03-10", decide_review(3, by, upheld))).0, "decider-is-new");
    }
    assert_eq!(office.refused("2010-03-10", decide_review(2, 4, upheld)).rule(), "official-of-unit");
    let mut again = Office(office.0.clone());
    again.ok("2010-03-10", decide_review(2, 3, ReviewOutcome::SetAside));
    // A new run; the old one stays.
    assert_eq!((again.case().status, again.case().runs), (CaseStatus::InProgress, 2));
    assert_eq!(again.case().rare().unwrap().past[0].reply.unwrap().mark.record(), 11);
    office.ok("2010-03-10", decide_review(2, 3, upheld));
    assert_eq!(rule(&office.refused("2010-03-11", review())), ("reviewed-once", Some(12)));
    assert_eq!(office.refused("2010-04-30", recheck()).rule(), "within-term");
    office.ok("2010-04-09", recheck());
    assert_eq!(office.refused("2010-04-10", decide_recheck(2, 3)).rule(), "decider-is-new");
    office.ok("2010-04-10", decide_recheck(1, 4));
}

#[test]
fn a_recheck_follows_a_review() {
    let mut office = Office::replied("cn-2005");
    let closed = crate::support::closed(docket_domain::CloseReason::Replied);
    office.ok("2010-02-02", Act::on(c1(), closed, docket_domain::CaseClosedPersonal::default()));
    assert_eq!(rule(&office.refused("2010-02-03", recheck())), ("recheck-needs-review", Some(12)));
}

#[test]
fn a_merged_case_leaves_its_start_and_its_petitioner_to_the_other() {
    let mut office = Office::accepted("cn-2005");
    office.open("2010-01-20");
    assert_eq!(office.refused("2010-01-21", merge(1, 1)).rule(), "merge-into-another");
    office.ok("2010-01-21", merge(1, 2));
    assert_eq!(office.case().status, CaseStatus::Merged);
    let into = office.0.states.case(case_id(2)).unwrap();
    assert_eq!(into.merged(), [c1()]);
    assert_eq!(into.rare().unwrap().earliest().registered.unwrap().record(), 8);
    // No cycle: what is merged takes nothing in. Nothing follows it.
    let back = Command { actor: None, occurred: on("2010-01-22"), act: merge(2, 1) };
    assert_eq!(decide(&office.0.states, back).unwrap_err().0.rule(), "merge-target-live");
    assert_eq!(office.refused("2010-01-22", supervise()).rule(), "case-transition");
    let unanswered = Act::on(case_id(2), CaseWithdrawn { origin: None }, CaseWithdrawnPersonal::default());
    let command = Command { actor: None, occurred: on("2010-01-22"), act: unanswered };
    let refusal = decide(&office.0.states, command).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "C-2 answers for C-1 too, merged into it by record 11: reply to every petitioner first"
    );
}

#[test]
fn a_case_split_off_keeps_the_start_and_what_was_done() {
    let mut office = Office::accepted("cn-2005");
    assert_eq!(office.refused("2009-12-31", split()).rule(), "not-before-registration");
    office.ok("2010-02-01", split());
    let child = office.0.states.case(case_id(2)).unwrap();
    assert_eq!(
        (child.status, child.unit, child.accepted),
        (CaseStatus::InProgress, Some(unit_id(3)), office.case().accepted)
    );
    assert_eq!(child.rare().unwrap().split_from, Some(c1()));
    assert_eq!(child.rare().unwrap().earliest().registered.unwrap().record(), 8);
    assert_eq!(*office.case().rare().unwrap().children, [case_id(2)]);
    office.ok("2010-02-02", deliver(2));
    assert_eq!(office.refused("2010-02-03", split()).rule(), "case-transition");
}

#[test]
fn a_case_is_passed_on_declined_withdrawn_or_voided() {
    let mut office = Office::under("cn-2005");
    let pass = |unit| {
        Act::on(c1(), CaseTransferred { unit: unit_id(unit), handler: None, origin: None }, NoPersonal)
    };
    office.ok("2010-01-05", assign(3));
    assert_eq!(rule(&office.refused("2010-01-06", pass(3))), ("transfer-to-another-unit", Some(9)));
    office.ok("2010-01-06", pass(2));
    assert_eq!((office.case().unit, office.case().above), (Some(unit_id(2)), Some(unit_id(1))));

    let body = CaseDeclined { ground: DeclineGround::NotCompetent, refer_to: label("court"), origin: None };
    let silent = Act::on(c1(), body.clone(), CaseDeclinedPersonal::default());
    assert_eq!(office.refused("2010-01-07", silent).rule(), "personal-field-required");
    let mut declined = Office(office.0.clone());
    declined.ok("2010-01-07", Act::on(c1(), body, CaseDeclinedPersonal { reason: text("a civil suit") }));
    assert_eq!(declined.refused("2010-01-08", withdraw()).allowed(), []);
    let mut withdrawn = Office(office.0.clone());
    withdrawn.ok("2010-01-07", withdraw());
    assert_eq!(withdrawn.refused("2010-01-08", assign(3)).allowed(), []);

    let void = CaseVoided { approver: Some(official_id(2)), origin: None };
    let act = Act::on(c1(), void, CaseVoidedPersonal { reason: text("entered twice") });
    let alone = Command { actor: Some(official_id(2)), occurred: on("2010-01-07"), act: act.clone() };
    assert_eq!(decide(&office.0.states, alone).unwrap_err().0.rule(), "void-approved-by-another");
    office.ok("2010-01-07", act);
    assert_eq!(office.case().status, CaseStatus::Void);
    assert_eq!(office.refused("2010-01-08", assign(3)).allowed(), []);
}

#[test]
fn a_case_goes_to_no_unit_that_was_closed() {
    let mut office = Office::under("cn-2005");
    let closed = docket_domain::UnitClosed { origin: None };
    office.ok("2010-01-01", Act::on(unit_id(3), closed, docket_domain::UnitClosedPersonal::default()));
    assert_eq!(office.refused("2010-01-05", assign(3)).against(), Some(9));
}

#[test]
fn a_case_that_was_taken_up_again_keeps_its_first_run() {
    let mut office = Office::replied("cn-2005");
    let follow = FollowUpMade { unit: unit_id(1), by: None, origin: None };
    office.ok("2010-02-02", Act::on(c1(), follow, FollowUpMadePersonal::default()));
    let again = Act::on(c1(), reopened(), docket_domain::CaseReopenedPersonal::default());
    office.ok("2010-02-03", again);
    let past = &office.case().rare().unwrap().past;
    assert_eq!((past.len(), past[0].reply.unwrap().mark.record()), (1, 11));
    assert_eq!(office.case().status.allowed()[0], CaseAct::Step);
    office.ok("2010-02-04", deliver(2));
}

#[test]
fn millions_of_cases_stay_small() {
    assert!(size_of::<CaseState>() <= 256, "{}", size_of::<CaseState>());
}
