//! Every rule, refused to a command and found in a forged history.

use docket_domain::{
    Act, CaseAct, CaseClosed, CaseClosedPersonal, CaseReopenedPersonal, CaseStatus, CloseReason, Command,
    Event, EventRef, NoPersonal, OccurredAt, OfficialRegisteredPersonal, Precision, ReplyDelivered,
    ReplyDeliveredPersonal, StepTaken, StepTakenPersonal, StreamKind, StreamRef, Timestamp, UnitRegistered,
    View, apply, decide,
};

use crate::support::{
    Ledger, assigned, at, both, case, case_id, closed, label, official, official_id, reopened, reply, row,
    step, text, unit, unit_id,
};

const REASON: u16 = 10;

fn c1() -> StreamRef {
    case_id(1).stream()
}

fn close(reason: CloseReason) -> Act {
    Act::on(case_id(1), closed(reason), CaseClosedPersonal::default())
}

fn deliver() -> Act {
    Act::on(case_id(1), reply(), ReplyDeliveredPersonal::default())
}

fn take_step() -> Act {
    Act::on(case_id(1), step(), StepTakenPersonal::default())
}

fn reopen() -> Act {
    Act::on(case_id(1), reopened(), CaseReopenedPersonal::default())
}

#[test]
fn units_and_officials_must_exist() {
    let ledger = Ledger::with_a_case();
    let next = |kind| StreamRef { kind, id: ledger.states.count(kind) + 1 };

    let orphan = unit(Some(unit_id(3)));
    let violation =
        both(&ledger, Act::open(orphan.clone(), NoPersonal), 0, next(StreamKind::UNIT), orphan, &[]);
    assert_eq!(violation.to_string(), "there is no U-3 (named as parent)");

    let act = Act::on(case_id(1), assigned(9), NoPersonal);
    let violation = both(&ledger, act, 2_000, c1(), assigned(9), &[]);
    assert_eq!(violation.to_string(), "there is no U-9 (named as responsible)");

    let mut to_nobody = assigned(1);
    to_nobody.handler = Some(official_id(3));
    let act = Act::on(case_id(1), to_nobody.clone(), NoPersonal);
    let violation = both(&ledger, act, 2_000, c1(), to_nobody, &[]);
    assert_eq!(violation.to_string(), "there is no O-3 (named as handler)");

    let personal = OfficialRegisteredPersonal { name: text("Wu"), contact: None };
    let act = Act::open(official(unit_id(3)), personal);
    let violation = both(&ledger, act, 0, next(StreamKind::OFFICIAL), official(unit_id(3)), &[1]);
    assert_eq!(violation.rule(), "subject-exists");
}

#[test]
fn the_actor_must_exist() {
    let ledger = Ledger::with_a_case();
    let actor = Some(official_id(3));
    let refusal =
        decide(&ledger.states, Command { actor, occurred: at(2_000), act: take_step() }).unwrap_err();
    assert_eq!(refusal.to_string(), "there is no O-3 (named as actor)");
    let mut forged = ledger.forged(c1(), 2_000, step(), &[]);
    forged.meta.actor = actor;
    assert_eq!(forged.apply(&mut ledger.states.clone()).unwrap_err().violation, refusal.0);
}

#[test]
fn the_case_must_exist() {
    let ledger = Ledger::with_a_case();
    let act = Act::on(case_id(2), step(), StepTakenPersonal::default());
    let violation = both(&ledger, act, 2_000, case_id(2).stream(), step(), &[]);
    assert_eq!(violation.to_string(), "there is no C-2");
}

#[test]
fn the_row_must_be_in_the_file() {
    let ledger = Ledger::with_a_case();
    for number in [0, 11] {
        let body = StepTaken { activity: label("x"), origin: Some(row(number)) };
        let act = Act::on(case_id(1), body.clone(), StepTakenPersonal::default());
        let violation = both(&ledger, act, 2_000, c1(), body, &[]);
        assert_eq!((violation.rule(), violation.against()), ("row-exists", Some(4)));
    }
    let body = StepTaken { activity: label("x"), origin: Some(row(10)) };
    let act = Act::on(case_id(1), body, StepTakenPersonal::default());
    assert!(decide(&ledger.states, Command { actor: None, occurred: at(2_000), act }).is_ok());
}

#[test]
fn ids_have_no_gaps_and_no_duplicates() {
    let ledger = Ledger::with_a_case();
    for id in [0, 1, 3, u64::MAX] {
        let stream = StreamRef { kind: StreamKind::CASE, id };
        let error = ledger.forged(stream, 2_000, case(), &[]).apply(&mut ledger.states.clone()).unwrap_err();
        assert_eq!(error.violation.rule(), "ids-without-gaps", "{id}");
    }
    let error = ledger
        .forged(StreamRef { kind: StreamKind::UNIT, id: 3 }, 2_000, case(), &[])
        .apply(&mut ledger.states.clone())
        .unwrap_err();
    assert_eq!(error.to_string(), "record 6: impossible CaseRegistered (rule stream-kind)");
}

macro_rules! full {
    ($( $KIND:ident $number:literal $letter:literal $what:literal: $one:ident $many:ident $push:ident $mutable:ident $Id:ident $State:ident $doc:literal; )+) => {
        /// States in which every id of every kind is given.
        struct Full<'a>(&'a docket_domain::Memory);

        impl View for Full<'_> {
            fn count(&self, _kind: StreamKind) -> u64 {
                docket_domain::MAX_ID
            }

            fn zone(&self) -> &docket_domain::Zone {
                self.0.zone()
            }

            fn rules_at(&self, moment: docket_domain::Timestamp) -> Option<&docket_domain::RulesState> {
                self.0.rules_at(moment)
            }

            fn claimed(&self, key: &docket_domain::UniqueKey) -> Option<u64> {
                self.0.claimed(key)
            }

            $(
                fn $one(&self, id: docket_domain::$Id) -> Option<&docket_domain::$State> {
                    self.0.$one(id)
                }
            )+
        }
    };
}

docket_domain::each_entity!(full);

#[test]
fn what_needs_an_id_beyond_the_last_is_refused_and_says_so() {
    let ledger = Ledger::with_a_case();
    let act = Act::open(case(), docket_domain::CaseRegisteredPersonal::default());
    let refusal =
        decide(&Full(&ledger.states), Command { actor: None, occurred: at(2_000), act }).unwrap_err();
    assert_eq!(refusal.0.rule(), "ids-within-range");
    assert_eq!(
        refusal.to_string(),
        "CaseRegistered cannot open another stream: all 4294967295 ids of its kind are given; \
         begin a further ledger for what comes next"
    );
}

#[test]
fn personal_fields_are_those_of_the_event() {
    let ledger = Ledger::with_a_case();
    let error = ledger.forged(c1(), 2_000, assigned(1), &[9]).apply(&mut ledger.states.clone()).unwrap_err();
    assert_eq!(error.violation.to_string(), "CaseAssigned has no personal field 9");

    let nameless = OfficialRegisteredPersonal { name: None, contact: text("555") };
    let act = Act::open(official(unit_id(1)), nameless);
    let violation = both(&ledger, act, 0, official_id(3).stream(), official(unit_id(1)), &[2]);
    assert_eq!(violation.to_string(), "OfficialRegistered needs the personal field name");
}

#[test]
fn a_reply_needs_an_assigned_case() {
    let ledger = Ledger::with_a_case();
    let violation = both(&ledger, deliver(), 2_000, c1(), reply(), &[]);
    assert_eq!(
        violation.to_string(),
        "C-1 is registered since record 5: it cannot be replied to (allowed: assign, transfer, decline, step, coassign, \
         escalate, supervise, answer-supervision, close, merge, split, withdraw, void)"
    );
    assert!(!violation.allowed().contains(&CaseAct::Reply));
    assert_eq!(violation.against(), Some(5));
}

#[test]
fn acts_that_do_not_follow_are_refused() {
    let mut ledger = Ledger::with_a_case();
    assert_eq!(both(&ledger, reopen(), 2_000, c1(), reopened(), &[]).rule(), "case-transition");
    ledger.run(Act::on(case_id(1), assigned(1), NoPersonal), 2_000).unwrap();
    ledger.run(take_step(), 2_001).unwrap();
    let act = Act::on(case_id(1), assigned(2), NoPersonal);
    assert_eq!(both(&ledger, act, 2_000, c1(), assigned(2), &[]).rule(), "case-transition");
    ledger.run(deliver(), 2_002).unwrap();
    assert_eq!(both(&ledger, deliver(), 2_003, c1(), reply(), &[]).rule(), "case-transition");
    ledger.run(close(CloseReason::Replied), 2_003).unwrap();
    for (act, event) in [
        (take_step(), Event::from(step())),
        (deliver(), reply().into()),
        (close(CloseReason::Replied), closed(CloseReason::Replied).into()),
        (Act::on(case_id(1), assigned(2), NoPersonal), assigned(2).into()),
    ] {
        let violation = both(&ledger, act, 2_004, c1(), event, &[]);
        assert_eq!(
            (violation.against(), violation.allowed()),
            (Some(9), vec![CaseAct::Reopen, CaseAct::RequestReview, CaseAct::RequestRecheck])
        );
    }
}

#[test]
fn closing_needs_a_reply_or_the_reason_why_none_could() {
    let mut ledger = Ledger::with_a_case();
    let act = close(CloseReason::Replied);
    let violation = both(&ledger, act, 2_000, c1(), closed(CloseReason::Replied), &[REASON]);
    assert_eq!((violation.rule(), violation.against()), ("close-needs-reply", Some(5)));

    let act = close(CloseReason::AsStatedBySource);
    let violation = both(&ledger, act, 2_000, c1(), closed(CloseReason::AsStatedBySource), &[]);
    assert_eq!(violation.rule(), "close-needs-origin");

    for reason in [CloseReason::Anonymous, CloseReason::Unreachable, CloseReason::Other] {
        let violation = both(&ledger, close(reason), 2_000, c1(), closed(reason), &[]);
        assert_eq!(violation.rule(), "close-needs-reason");
        let in_words = CaseClosedPersonal { reason: text("moved away") };
        let act = Act::on(case_id(1), closed(reason), in_words);
        assert!(decide(&ledger.states, Command { actor: None, occurred: at(2_000), act }).is_ok());
    }

    let stated = CaseClosed { reason: CloseReason::AsStatedBySource, origin: Some(row(1)) };
    ledger.run(Act::on(case_id(1), stated, CaseClosedPersonal::default()), 1_000).unwrap();
    assert_eq!(ledger.states.case(case_id(1)).unwrap().status, CaseStatus::Closed);
}

#[test]
fn a_new_run_needs_a_reply_of_its_own() {
    let mut ledger = Ledger::with_a_case();
    for act in
        [Act::on(case_id(1), assigned(1), NoPersonal), deliver(), close(CloseReason::Replied), reopen()]
    {
        ledger.run(act, 2_000).unwrap();
    }
    let violation =
        both(&ledger, close(CloseReason::Replied), 2_000, c1(), closed(CloseReason::Replied), &[]);
    assert_eq!(violation.rule(), "close-needs-reply");
    let state = ledger.states.case(case_id(1)).unwrap();
    assert_eq!((state.runs, state.closure, state.reply, state.records), (2, None, None, 5));
    assert_eq!((state.registered_record(), state.status_record, state.last_record), (5, 9, 9));
}

#[test]
fn nothing_happens_to_a_case_before_it_was_registered() {
    let ledger = Ledger::with_a_case();
    let violation = both(&ledger, take_step(), 999, c1(), step(), &[]);
    assert_eq!((violation.rule(), violation.against()), ("not-before-registration", Some(5)));
    for (moment, precision) in
        [(1_000_000_000, Precision::Second), (960_000_000, Precision::Minute), (0, Precision::Day)]
    {
        let occurred = OccurredAt { at: Timestamp(moment), precision };
        assert!(
            decide(&ledger.states, Command { actor: None, occurred, act: take_step() }).is_ok(),
            "{precision}"
        );
    }
    let occurred = OccurredAt { at: Timestamp(900_000_000), precision: Precision::Minute };
    assert!(decide(&ledger.states, Command { actor: None, occurred, act: take_step() }).is_err());
}

#[test]
fn the_handler_does_not_approve() {
    let mut ledger = Ledger::with_a_case();
    let mut to_chen = assigned(2);
    to_chen.handler = Some(official_id(1));
    ledger.run(Act::on(case_id(1), to_chen, NoPersonal), 2_000).unwrap();
    let by_chen = ReplyDelivered { approver: Some(official_id(1)), ..reply() };
    let act = Act::on(case_id(1), by_chen.clone(), ReplyDeliveredPersonal::default());
    let violation = both(&ledger, act, 2_001, c1(), by_chen, &[]);
    assert_eq!((violation.rule(), violation.against()), ("approver-is-not-handler", Some(6)));
    let by_liu = ReplyDelivered { approver: Some(official_id(2)), ..reply() };
    ledger.run(Act::on(case_id(1), by_liu, ReplyDeliveredPersonal::default()), 2_001).unwrap();
}

#[test]
fn the_first_step_or_the_reply_takes_up_what_was_assigned() {
    let status = |ledger: &Ledger| ledger.states.case(case_id(1)).unwrap().status;
    let mut ledger = Ledger::with_a_case();
    ledger.run(take_step(), 2_000).unwrap();
    assert_eq!(status(&ledger), CaseStatus::Registered);
    ledger.run(Act::on(case_id(1), assigned(1), NoPersonal), 2_000).unwrap();
    let mut replied_at_once = ledger.clone();
    ledger.run(take_step(), 2_000).unwrap();
    assert_eq!(status(&ledger), CaseStatus::InProgress);
    ledger.run(deliver(), 2_000).unwrap();
    replied_at_once.run(deliver(), 2_000).unwrap();
    assert_eq!((status(&ledger), status(&replied_at_once)), (CaseStatus::Replied, CaseStatus::Replied));
}

#[test]
fn a_reference_to_the_event_itself_is_enough_to_replay() {
    let mut ledger = Ledger::default();
    let event: Event = UnitRegistered { ..unit(None) }.into();
    let forged = ledger.forged(unit_id(1).stream(), 0, event.clone(), &[]);
    apply(&mut ledger.states, &EventRef { event: &event, meta: &forged.meta, personal: &[] }).unwrap();
    assert_eq!(ledger.states.unit(unit_id(1)).unwrap().name, label("Shiping"));
}
