//! Gifts, vehicles, declarations, violations of discipline: their rules, from outside.

use docket_domain::{
    Act, Cutoffs, Day, DeclarationAmended, DeclarationAmendedPersonal, DeclarationFiled,
    DeclarationFiledPersonal, DeclarationId, DisposalKind, Event, GiftHandedIn, GiftHandedInPersonal, GiftId,
    GiftKind, GiftReceipted, InterestDeclared, InterestDeclaredPersonal, InterestDivested,
    InterestDivestedPersonal, InterestHolder, InterestKind, Leniency, LeniencyDecided, NoPersonal,
    PublicText, Rectification, RuleSet, RulesAdopted, Timestamp, TransitionExpired, VehicleDisposed,
    VehicleFoundOverStandard, VehicleId, VehicleStanding, View, ViolationCorrected,
    ViolationCorrectedPersonal, ViolationFound, ViolationFoundPersonal, ViolationId, ViolationKind,
};
use proptest::prelude::*;

use crate::support::{Ledger, both, label, official_id, row, source_id, text, unit_id};

pub(crate) fn gift_id(number: u64) -> GiftId {
    GiftId::new(number).unwrap()
}

pub(crate) fn declaration_id(number: u64) -> DeclarationId {
    DeclarationId::new(number).unwrap()
}

fn vehicle_id(number: u64) -> VehicleId {
    VehicleId::new(number).unwrap()
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Noon of a day, in seconds.
pub(crate) fn noon(text: &str) -> i64 {
    i64::from(day(text).0) * 86_400 + 43_200
}

/// The rules of the time, in force from the first moment on, changed by `change`.
pub(crate) fn adopt(ledger: &mut Ledger, change: impl FnOnce(&str) -> String) {
    let text = PublicText::new(&change(RuleSet::shipped("cn-2005").unwrap())).unwrap();
    ledger.run(Act::open(RulesAdopted { text, in_force_from: Timestamp(0) }, NoPersonal), 1_000).unwrap();
}

fn violation_id(number: u64) -> ViolationId {
    ViolationId::new(number).unwrap()
}

/// The examples of EVENTS.md.
pub(crate) fn examples() -> Vec<Event> {
    let mut from_the_file = row(12);
    from_the_file.source = source_id(3);
    from_the_file.key = Some(label("HB-0012"));
    vec![
        GiftHandedIn {
            official: official_id(300),
            kind: GiftKind::Cash,
            amount_fen: 500_000,
            origin: Some(from_the_file),
        }
        .into(),
        GiftReceipted { number: label("2010-0611"), by: official_id(17), origin: None }.into(),
        LeniencyDecided { decision: Leniency::Lenient, cites: 70_000, by: official_id(17), origin: None }
            .into(),
        VehicleFoundOverStandard {
            unit: unit_id(12),
            code: label("渝A-00012"),
            self_checked: true,
            origin: None,
        }
        .into(),
        VehicleDisposed {
            kind: DisposalKind::Transitional,
            approver: Some(official_id(17)),
            until: Some(day("2010-12-31")),
            to: None,
            proceeds_fen: None,
            origin: None,
        }
        .into(),
        TransitionExpired { origin: None }.into(),
        DeclarationFiled { official: official_id(300), year: 2010, origin: None }.into(),
        DeclarationAmended { origin: None }.into(),
        InterestDeclared { number: 1, kind: InterestKind::Shares, of: InterestHolder::Spouse, origin: None }
            .into(),
        InterestDivested { number: 1, origin: None }.into(),
        ViolationFound {
            unit: unit_id(12),
            official: Some(official_id(300)),
            kind: ViolationKind::Finance,
            origin: None,
        }
        .into(),
        ViolationCorrected { by: Some(official_id(17)), origin: None }.into(),
    ]
}

fn gift(amount_fen: u64) -> GiftHandedIn {
    GiftHandedIn { official: official_id(1), kind: GiftKind::Cash, amount_fen, origin: None }
}

fn receipt(number: &str, by: u64) -> GiftReceipted {
    GiftReceipted { number: label(number), by: official_id(by), origin: None }
}

fn decided(decision: Leniency, cites: u64, by: u64) -> LeniencyDecided {
    LeniencyDecided { decision, cites, by: official_id(by), origin: None }
}

fn vehicle(unit: u64, code: &str) -> VehicleFoundOverStandard {
    VehicleFoundOverStandard { unit: unit_id(unit), code: label(code), self_checked: true, origin: None }
}

fn auctioned() -> VehicleDisposed {
    VehicleDisposed {
        kind: DisposalKind::Auctioned,
        approver: None,
        until: None,
        to: None,
        proceeds_fen: Some(0),
        origin: None,
    }
}

fn reassigned(to: Option<u64>) -> VehicleDisposed {
    VehicleDisposed { kind: DisposalKind::Reassigned, to: to.map(unit_id), proceeds_fen: None, ..auctioned() }
}

fn transitional(until: Day) -> VehicleDisposed {
    VehicleDisposed {
        kind: DisposalKind::Transitional,
        approver: Some(official_id(2)),
        until: Some(until),
        proceeds_fen: None,
        ..auctioned()
    }
}

fn dispose(body: VehicleDisposed) -> Act {
    Act::on(vehicle_id(1), body, NoPersonal)
}

fn expire(id: u64) -> Act {
    Act::on(vehicle_id(id), TransitionExpired { origin: None }, NoPersonal)
}

fn interest(number: u16) -> InterestDeclared {
    InterestDeclared { number, kind: InterestKind::Business, of: InterestHolder::Child, origin: None }
}

fn filed(official: u64, year: u16) -> DeclarationFiled {
    DeclarationFiled { official: official_id(official), year, origin: None }
}

fn found() -> ViolationFound {
    ViolationFound {
        unit: unit_id(1),
        official: Some(official_id(1)),
        kind: ViolationKind::Duty,
        origin: None,
    }
}

fn hand_in(body: GiftHandedIn) -> Act {
    Act::open(body, GiftHandedInPersonal { name: text("Boss Qian"), text: None })
}

fn file(body: DeclarationFiled) -> Act {
    Act::open(body, DeclarationFiledPersonal::default())
}

fn amend(id: u64) -> Act {
    Act::on(declaration_id(id), DeclarationAmended { origin: None }, DeclarationAmendedPersonal::default())
}

fn declare(body: InterestDeclared) -> Act {
    declare_in(1, body)
}

fn declare_in(id: u64, body: InterestDeclared) -> Act {
    let personal = InterestDeclaredPersonal { name: text("Sun"), text: text("a quarry") };
    Act::on(declaration_id(id), body, personal)
}

fn divest(number: u16) -> (Act, InterestDivested) {
    let body = InterestDivested { number, origin: None };
    (divest_in(1, body.clone()), body)
}

fn divest_in(id: u64, body: InterestDivested) -> Act {
    Act::on(declaration_id(id), body, InterestDivestedPersonal::default())
}

/// A ledger with a gift by O-1, G-1, handed in at second 1,000 by record 6: what random decisions can cite.
pub(crate) fn with_a_gift() -> Ledger {
    let mut ledger = Ledger::with_a_case();
    ledger.run(hand_in(gift(100)), 1_000).unwrap();
    ledger
}

/// Commands about all of this, many of them illegal where they fall.
pub(crate) fn acts() -> impl Strategy<Value = Act> {
    let official = (1_u64..4).prop_map(official_id);
    let id = 1_u64..4;
    prop_oneof![
        (official.clone(), 0_u64..3, prop::option::of((1_u64..12).prop_map(row))).prop_map(
            |(official, amount_fen, origin)| {
                hand_in(GiftHandedIn { official, kind: GiftKind::Goods, amount_fen, origin })
            }
        ),
        (id.clone(), 1_u64..4, 0_u8..6).prop_map(|(gift, by, number)| Act::on(
            gift_id(gift),
            receipt(&number.to_string(), by),
            NoPersonal
        )),
        (id.clone(), any::<bool>(), 5_u64..9, 1_u64..4).prop_map(|(gift, lenient, cites, by)| {
            let decision = if lenient { Leniency::Lenient } else { Leniency::Strict };
            Act::on(gift_id(gift), decided(decision, cites, by), NoPersonal)
        }),
        (1_u64..4, 0_u8..9).prop_map(|(unit, code)| Act::open(vehicle(unit, &code.to_string()), NoPersonal)),
        (1_u64..12, 0_u8..3, 0_i32..2, 1_u64..4).prop_map(|(id, kind, until, to)| {
            let body = match kind {
                0 => auctioned(),
                1 => reassigned(Some(to)),
                _ => transitional(Day(until)),
            };
            Act::on(vehicle_id(id), body, NoPersonal)
        }),
        (1_u64..12).prop_map(expire),
        (1_u64..4, 1967_u16..1972).prop_map(|(official, year)| file(filed(official, year))),
        id.clone().prop_map(amend),
        (id.clone(), 0_u16..3).prop_map(|(id, number)| declare_in(id, interest(number))),
        (id.clone(), 0_u16..3)
            .prop_map(|(id, number)| divest_in(id, InterestDivested { number, origin: None })),
        Just(Act::open(found(), ViolationFoundPersonal { text: text("two jobs") })),
        (id, prop::option::of(official)).prop_map(|(id, by)| Act::on(
            violation_id(id),
            ViolationCorrected { by, origin: None },
            ViolationCorrectedPersonal::default()
        )),
    ]
}

#[test]
fn a_gift_of_nothing_is_refused() {
    let ledger = Ledger::with_a_case();
    let violation = both(&ledger, hand_in(gift(0)), 2_000, gift_id(1).stream(), gift(0), &[1]);
    assert_eq!((violation.rule(), violation.against()), ("gift-has-a-worth", None));
    assert_eq!(violation.to_string(), "a gift handed in is worth 1 fen or more");
}

#[test]
fn a_gift_is_receipted_once_by_another_and_not_before_it_is_handed_in() {
    let mut ledger = Ledger::with_a_case();
    ledger.run(hand_in(gift(100)), 2_000).unwrap();
    let on_it = |body: &GiftReceipted| Act::on(gift_id(1), body.clone(), NoPersonal);
    let stream = gift_id(1).stream();

    let own = receipt("7", 1);
    let violation = both(&ledger, on_it(&own), 2_001, stream, own, &[]);
    assert_eq!(violation.to_string(), "G-1: O-1 handed it in by record 6, somebody else has to receipt it");
    assert_eq!((violation.rule(), violation.against()), ("gift-receipted-by-another", Some(6)));

    let body = receipt("7", 2);
    let violation = both(&ledger, on_it(&body), 1_999, stream, body.clone(), &[]);
    assert_eq!(violation.to_string(), "G-1 was handed in later than that, by record 6");
    assert_eq!((violation.rule(), violation.against()), ("not-before-what-it-follows", Some(6)));

    ledger.run(on_it(&body), 2_000).unwrap();
    let again = receipt("8", 2);
    let violation = both(&ledger, on_it(&again), 2_001, stream, again, &[]);
    assert_eq!((violation.rule(), violation.against()), ("gift-receipted-once", Some(7)));
    assert_eq!(ledger.states.gift(gift_id(1)).unwrap().receipt.as_ref().unwrap().receipted.record(), 7);

    ledger.run(hand_in(gift(100)), 2_000).unwrap();
    let act = Act::on(gift_id(2), body.clone(), NoPersonal);
    let violation = both(&ledger, act, 2_001, gift_id(2).stream(), body, &[]);
    assert_eq!(violation.to_string(), "the gift receipt number 7 is taken by record 7");
}

#[test]
fn an_official_files_once_a_year_and_amends_after_that() {
    let mut ledger = Ledger::with_a_case();
    ledger.run(file(filed(1, 1970)), 2_000).unwrap();
    let violation =
        both(&ledger, file(filed(1, 1970)), 2_001, declaration_id(2).stream(), filed(1, 1970), &[]);
    assert_eq!((violation.rule(), violation.against()), ("key-taken-once", Some(6)));
    assert_eq!(violation.to_string(), "the declaration O-1 1970 is taken by record 6");
    ledger.run(file(filed(1, 1969)), 2_001).unwrap();
    ledger.run(file(filed(2, 1970)), 2_001).unwrap();

    let body = DeclarationAmended { origin: None };
    let violation = both(&ledger, amend(1), 1_999, declaration_id(1).stream(), body, &[]);
    assert_eq!(violation.to_string(), "L-1 was filed later than that, by record 6");
    ledger.run(amend(1), 2_005).unwrap();
    ledger.run(amend(1), 2_004).unwrap();
    let state = ledger.states.declaration(declaration_id(1)).unwrap();
    assert_eq!(state.amended.iter().map(|mark| mark.record()).collect::<Vec<_>>(), [9, 10]);
    assert_eq!(state.filed.record(), 6);
}

#[test]
fn interests_are_numbered_without_gaps_and_given_up_once() {
    let mut ledger = Ledger::with_a_case();
    ledger.run(file(filed(1, 1970)), 2_000).unwrap();
    let stream = declaration_id(1).stream();
    for number in [0, 2] {
        let violation = both(&ledger, declare(interest(number)), 2_001, stream, interest(number), &[1, 9]);
        assert_eq!((violation.rule(), violation.against()), ("interests-without-gaps", Some(6)));
    }
    let violation = both(&ledger, declare(interest(1)), 1_999, stream, interest(1), &[1, 9]);
    assert_eq!(violation.rule(), "not-before-what-it-follows");
    ledger.run(declare(interest(1)), 2_010).unwrap();

    let violation = both(&ledger, declare(interest(1)), 2_011, stream, interest(1), &[1, 9]);
    assert_eq!(violation.to_string(), "L-1 has 1 interests: the next is not 1 (last by record 7)");
    for number in [0, 2] {
        let (act, body) = divest(number);
        let violation = both(&ledger, act, 2_011, stream, body, &[]);
        assert_eq!((violation.rule(), violation.against()), ("interest-exists", Some(7)));
    }
    let (act, body) = divest(1);
    let violation = both(&ledger, act.clone(), 2_009, stream, body.clone(), &[]);
    assert_eq!(violation.to_string(), "L-1 declared the interest later than that, by record 7");
    ledger.run(act.clone(), 2_011).unwrap();
    let violation = both(&ledger, act, 2_012, stream, body, &[]);
    assert_eq!(violation.to_string(), "L-1: interest 1 was given up by record 8");
    let state = ledger.states.declaration(declaration_id(1)).unwrap();
    assert_eq!(state.interest(1).unwrap().divested.unwrap().record(), 8);
    assert_eq!((state.interest(0), state.interest(2)), (None, None));
}

#[test]
fn a_violation_is_corrected_once_and_not_on_the_word_of_who_committed_it() {
    let mut ledger = Ledger::with_a_case();
    ledger.run(Act::open(found(), ViolationFoundPersonal::default()), 2_000).unwrap();
    let stream = violation_id(1).stream();
    let correct = |by: Option<u64>| {
        let body = ViolationCorrected { by: by.map(official_id), origin: None };
        (Act::on(violation_id(1), body.clone(), ViolationCorrectedPersonal::default()), body)
    };
    let (act, body) = correct(Some(1));
    let violation = both(&ledger, act, 2_001, stream, body, &[]);
    assert_eq!((violation.rule(), violation.against()), ("violation-confirmed-by-another", Some(6)));
    let (act, body) = correct(Some(2));
    let violation = both(&ledger, act.clone(), 1_999, stream, body.clone(), &[]);
    assert_eq!(violation.to_string(), "X-1 was found later than that, by record 6");
    ledger.run(act.clone(), 2_001).unwrap();
    let violation = both(&ledger, act, 2_002, stream, body, &[]);
    assert_eq!((violation.rule(), violation.against()), ("violation-corrected-once", Some(7)));
    assert_eq!(ledger.states.violation(violation_id(1)).unwrap().confirmed_by, Some(official_id(2)));
}

#[test]
fn leniency_needs_a_cut_off_day_a_receipt_and_both_in_time() {
    let mut ledger = Ledger::with_a_case();
    let stream = gift_id(1).stream();
    let decide_on = |gift: u64, cites| {
        let body = decided(Leniency::Lenient, cites, 2);
        (Act::on(gift_id(gift), body.clone(), NoPersonal), body)
    };
    ledger.run(hand_in(gift(100)), noon("2010-06-10")).unwrap();
    let (act, body) = decide_on(1, 6);
    let violation = both(&ledger, act, noon("2010-07-01"), stream, body, &[]);
    assert_eq!(
        violation.to_string(),
        "G-1: the rules in force have no cut-off day for gifts (allowed: strict)"
    );

    adopt(&mut ledger, str::to_owned);
    let (act, body) = decide_on(1, 6);
    let violation = both(&ledger, act.clone(), noon("2010-07-01"), stream, body.clone(), &[]);
    assert_eq!(violation.to_string(), "G-1, handed in by record 6, has no receipt (allowed: strict)");
    let mut late = ledger.clone();
    late.run(Act::on(gift_id(1), receipt("7", 2), NoPersonal), noon("2010-06-11")).unwrap();
    let violation = both(&late, act.clone(), noon("2010-07-01"), stream, body, &[]);
    assert_eq!(
        violation.to_string(),
        "G-1 was receipted on 2010-06-11 by record 8, too late for 2010-06-10 (allowed: strict)"
    );
    assert_eq!((violation.rule(), violation.against()), ("lenient-only-in-time", Some(8)));

    ledger.run(Act::on(gift_id(1), receipt("7", 2), NoPersonal), noon("2010-06-10")).unwrap();
    ledger.run(act, noon("2010-07-01")).unwrap();
    assert_eq!(ledger.states.gift(gift_id(1)).unwrap().decision.unwrap().decided.record(), 9);

    ledger.run(hand_in(gift(100)), noon("2010-06-11")).unwrap();
    let (act, body) = decide_on(2, 10);
    let violation = both(&ledger, act, noon("2010-07-01"), gift_id(2).stream(), body, &[]);
    assert_eq!(
        violation.to_string(),
        "G-2 was handed in on 2010-06-11 by record 10, too late for 2010-06-10 (allowed: strict)"
    );
    let strict = Act::on(gift_id(2), decided(Leniency::Strict, 10, 2), NoPersonal);
    ledger.run(strict, noon("2010-07-01")).unwrap();
}

#[test]
fn whether_the_cut_off_day_itself_counts_is_a_rule() {
    for (inclusive, allowed) in [("inclusive = true", true), ("inclusive = false", false)] {
        let mut ledger = Ledger::with_a_case();
        adopt(&mut ledger, |text| {
            let changed = text.replace("inclusive = true", inclusive);
            assert!(changed.contains(inclusive));
            changed
        });
        ledger.run(hand_in(gift(100)), noon("2010-06-10")).unwrap();
        ledger.run(Act::on(gift_id(1), receipt("7", 2), NoPersonal), noon("2010-06-10")).unwrap();
        let act = Act::on(gift_id(1), decided(Leniency::Lenient, 8, 2), NoPersonal);
        assert_eq!(ledger.run(act, noon("2010-06-10")).is_ok(), allowed, "{inclusive}");
    }
}

#[test]
fn a_decision_cites_the_dated_event_and_is_made_once_by_another() {
    let mut ledger = Ledger::with_a_case();
    ledger.run(hand_in(gift(100)), 2_000).unwrap();
    let stream = gift_id(1).stream();
    let on_it = |body: &LeniencyDecided| Act::on(gift_id(1), body.clone(), NoPersonal);
    for (body, rule) in [
        (decided(Leniency::Strict, 6, 1), "gift-decided-by-another"),
        (decided(Leniency::Strict, 5, 2), "decision-cites-the-dated-event"),
        (decided(Leniency::Strict, 7, 2), "decision-cites-the-dated-event"),
    ] {
        let violation = both(&ledger, on_it(&body), 2_001, stream, body, &[]);
        assert_eq!((violation.rule(), violation.against()), (rule, Some(6)));
    }
    let body = decided(Leniency::Strict, 6, 2);
    let violation = both(&ledger, on_it(&body), 1_999, stream, body.clone(), &[]);
    assert_eq!(violation.rule(), "not-before-what-it-follows");
    ledger.run(on_it(&body), 2_001).unwrap();
    let violation = both(&ledger, on_it(&body), 2_002, stream, body, &[]);
    assert_eq!((violation.rule(), violation.against()), ("gift-decided-once", Some(7)));
}

fn with_a_vehicle() -> Ledger {
    let mut ledger = Ledger::with_a_case();
    ledger.run(Act::open(vehicle(1, "A-1"), NoPersonal), noon("2010-05-01")).unwrap();
    ledger
}

#[test]
fn a_second_live_disposal_is_refused() {
    let mut ledger = with_a_vehicle();
    let stream = vehicle_id(1).stream();
    let later = noon("2010-05-03");
    let violation = both(&ledger, dispose(auctioned()), noon("2010-04-30"), stream, auctioned(), &[]);
    assert_eq!(violation.to_string(), "V-1 was found later than that, by record 6");
    ledger.run(dispose(reassigned(Some(2))), noon("2010-05-02")).unwrap();
    for body in [auctioned(), reassigned(None), transitional(day("2010-12-31"))] {
        let violation = both(&ledger, dispose(body.clone()), later, stream, body, &[]);
        assert_eq!((violation.rule(), violation.against()), ("one-live-disposal", Some(7)));
    }
    let event = TransitionExpired { origin: None };
    let violation = both(&ledger, expire(1), later, stream, event, &[]);
    assert_eq!(violation.to_string(), "V-1 has no live transition since record 7");

    let twin = vehicle(2, "A-1");
    let act = Act::open(twin.clone(), NoPersonal);
    let violation = both(&ledger, act, later, vehicle_id(2).stream(), twin, &[]);
    assert_eq!(violation.to_string(), "the vehicle code A-1 is taken by record 6");
}

#[test]
fn a_disposal_has_the_fields_of_its_kind() {
    let ledger = with_a_vehicle();
    let until = Some(day("2010-12-31"));
    let transition = transitional(day("2010-12-31"));
    for (body, what) in [
        (VehicleDisposed { approver: None, ..transition.clone() }, "transitional needs an approver"),
        (VehicleDisposed { until: None, ..transition.clone() }, "transitional needs a last day"),
        (
            VehicleDisposed { to: Some(unit_id(2)), ..transition.clone() },
            "transitional does not have a unit it goes to",
        ),
        (VehicleDisposed { proceeds_fen: Some(1), ..transition }, "transitional does not have proceeds"),
        (VehicleDisposed { proceeds_fen: None, ..auctioned() }, "auctioned needs proceeds"),
        (VehicleDisposed { until, ..auctioned() }, "auctioned does not have a last day"),
        (VehicleDisposed { until, ..reassigned(None) }, "reassigned does not have a last day"),
    ] {
        let act = dispose(body.clone());
        let violation = both(&ledger, act, noon("2010-05-02"), vehicle_id(1).stream(), body, &[]);
        assert_eq!(violation.to_string(), format!("V-1: a disposal that is {what}"));
        assert_eq!(violation.rule(), "disposal-fits-its-kind");
    }
    let to_itself = reassigned(Some(1));
    let act = dispose(to_itself.clone());
    let violation = both(&ledger, act, noon("2010-05-02"), vehicle_id(1).stream(), to_itself, &[]);
    assert_eq!((violation.rule(), violation.against()), ("reassigned-to-another-unit", Some(6)));
    let past = transitional(day("2010-05-01"));
    let act = dispose(past.clone());
    let violation = both(&ledger, act, noon("2010-05-02"), vehicle_id(1).stream(), past, &[]);
    assert_eq!(violation.to_string(), "V-1: a transition from 2010-05-02 cannot last until 2010-05-01");
}

#[test]
fn a_transition_expires_after_its_last_day_and_makes_room() {
    let mut ledger = with_a_vehicle();
    let stream = vehicle_id(1).stream();
    let event = TransitionExpired { origin: None };
    let violation = both(&ledger, expire(1), noon("2011-01-01"), stream, event.clone(), &[]);
    assert_eq!((violation.rule(), violation.against()), ("transition-live", Some(6)));
    ledger.run(dispose(transitional(day("2010-12-31"))), noon("2010-05-02")).unwrap();
    let violation = both(&ledger, expire(1), noon("2010-12-31"), stream, event, &[]);
    assert_eq!((violation.rule(), violation.against()), ("transition-expired", Some(7)));
    let standing = |ledger: &Ledger, text| ledger.states.vehicle(vehicle_id(1)).unwrap().standing(day(text));
    assert_eq!(standing(&ledger, "2010-12-31"), VehicleStanding::Transitional);
    assert_eq!(standing(&ledger, "2011-01-01"), VehicleStanding::Overrun);
    ledger.run(expire(1), noon("2011-01-01")).unwrap();
    assert_eq!(standing(&ledger, "2011-01-01"), VehicleStanding::Open);
    let violation = both(&ledger, dispose(auctioned()), noon("2010-12-31"), stream, auctioned(), &[]);
    assert_eq!((violation.rule(), violation.against()), ("not-before-what-it-follows", Some(8)));
    ledger.run(dispose(auctioned()), noon("2011-01-01")).unwrap();
    assert_eq!(standing(&ledger, "2011-01-01"), VehicleStanding::Auctioned);
    assert_eq!(ledger.states.vehicle(vehicle_id(1)).unwrap().expired, 1);
}

#[test]
fn a_self_check_is_in_time_until_the_cut_off_day() {
    let mut ledger = with_a_vehicle();
    let by_others = VehicleFoundOverStandard { self_checked: false, ..vehicle(1, "A-2") };
    ledger.run(Act::open(by_others, NoPersonal), noon("2010-05-01")).unwrap();
    ledger.run(Act::open(vehicle(1, "A-3"), NoPersonal), noon("2010-06-11")).unwrap();
    let cutoffs = Cutoffs { inclusive: true, vehicles: Some(day("2010-06-10")), ..Cutoffs::default() };
    let states = &ledger.states;
    let in_time = |cutoffs| {
        let found =
            |number| states.vehicle(vehicle_id(number)).unwrap().self_checked_in_time(cutoffs, states.zone());
        [found(1), found(2), found(3)]
    };
    assert_eq!(in_time(&cutoffs), [Some(true), Some(false), Some(false)]);
    assert_eq!(in_time(&Cutoffs::default()), [None; 3]);
}

#[test]
fn a_declaration_is_for_a_year_that_has_come() {
    let ledger = Ledger::with_a_case();
    for year in [0, 1899, 1971] {
        let stream = declaration_id(1).stream();
        let violation = both(&ledger, file(filed(1, year)), 2_000, stream, filed(1, year), &[]);
        assert_eq!((violation.rule(), violation.against()), ("declaration-year", None));
    }
}

#[test]
fn late_is_not_absent() {
    let mut ledger = Ledger::with_a_case();
    ledger.run(file(filed(1, 2010)), noon("2010-09-30")).unwrap();
    ledger.run(file(filed(2, 2010)), noon("2010-10-01")).unwrap();
    let cutoffs = Cutoffs { inclusive: true, declarations: Some(day("2010-09-30")), ..Cutoffs::default() };
    let look = |ledger: &Ledger, number, text| {
        let states = &ledger.states;
        let state = states.declaration(declaration_id(number)).unwrap();
        let filed = state.filed_in_time(&cutoffs, states.zone());
        (filed, state.rectification(&cutoffs, states.zone(), day(text)))
    };
    assert_eq!(look(&ledger, 1, "2011-01-01"), (Some(true), Rectification::NothingDeclared));
    assert_eq!(look(&ledger, 2, "2011-01-01"), (Some(false), Rectification::NothingDeclared));

    ledger.run(declare(interest(1)), noon("2010-09-30")).unwrap();
    ledger.run(declare(interest(2)), noon("2010-09-30")).unwrap();
    ledger.run(divest(1).0, noon("2010-09-30")).unwrap();
    assert_eq!(look(&ledger, 1, "2010-09-30").1, Rectification::Open);
    assert_eq!(look(&ledger, 1, "2010-10-01").1, Rectification::Overdue);
    let mut late = ledger.clone();
    ledger.run(divest(2).0, noon("2010-09-30")).unwrap();
    assert_eq!(look(&ledger, 1, "2011-01-01").1, Rectification::InTime);
    late.run(divest(2).0, noon("2010-10-01")).unwrap();
    assert_eq!(look(&late, 1, "2011-01-01").1, Rectification::Late);
}
