//! Gifts, declarations, violations of discipline: their rules, from outside.

use docket_domain::{
    Act, DeclarationAmended, DeclarationAmendedPersonal, DeclarationFiled, DeclarationFiledPersonal,
    DeclarationId, Event, GiftHandedIn, GiftHandedInPersonal, GiftId, GiftKind, GiftReceipted,
    InterestDeclared, InterestDeclaredPersonal, InterestDivested, InterestDivestedPersonal, InterestHolder,
    InterestKind, NoPersonal, View, ViolationCorrected, ViolationCorrectedPersonal, ViolationFound,
    ViolationFoundPersonal, ViolationId, ViolationKind,
};
use proptest::prelude::*;

use crate::support::{Ledger, both, label, official_id, row, source_id, text, unit_id};

pub(crate) fn gift_id(number: u64) -> GiftId {
    GiftId::new(number).unwrap()
}

pub(crate) fn declaration_id(number: u64) -> DeclarationId {
    DeclarationId::new(number).unwrap()
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
        (1_u64..4, 2009_u16..2012).prop_map(|(official, year)| file(filed(official, year))),
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
    assert_eq!(ledger.states.gift(gift_id(1)).unwrap().receipt.as_ref().unwrap().receipted.record, 7);

    ledger.run(hand_in(gift(100)), 2_000).unwrap();
    let act = Act::on(gift_id(2), body.clone(), NoPersonal);
    let violation = both(&ledger, act, 2_001, gift_id(2).stream(), body, &[]);
    assert_eq!(violation.to_string(), "the gift receipt number 7 is taken by record 7");
}

#[test]
fn an_official_files_once_a_year_and_amends_after_that() {
    let mut ledger = Ledger::with_a_case();
    ledger.run(file(filed(1, 2010)), 2_000).unwrap();
    let violation =
        both(&ledger, file(filed(1, 2010)), 2_001, declaration_id(2).stream(), filed(1, 2010), &[]);
    assert_eq!((violation.rule(), violation.against()), ("key-taken-once", Some(6)));
    assert_eq!(violation.to_string(), "the declaration O-1 2010 is taken by record 6");
    ledger.run(file(filed(1, 2011)), 2_001).unwrap();
    ledger.run(file(filed(2, 2010)), 2_001).unwrap();

    let body = DeclarationAmended { origin: None };
    let violation = both(&ledger, amend(1), 1_999, declaration_id(1).stream(), body, &[]);
    assert_eq!(violation.to_string(), "L-1 was filed later than that, by record 6");
    ledger.run(amend(1), 2_005).unwrap();
    ledger.run(amend(1), 2_004).unwrap();
    let state = ledger.states.declaration(declaration_id(1)).unwrap();
    assert_eq!(state.amended.iter().map(|stamp| stamp.record).collect::<Vec<_>>(), [9, 10]);
    assert_eq!(state.filed.record, 6);
}

#[test]
fn interests_are_numbered_without_gaps_and_given_up_once() {
    let mut ledger = Ledger::with_a_case();
    ledger.run(file(filed(1, 2010)), 2_000).unwrap();
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
    assert_eq!(state.interest(1).unwrap().divested.unwrap().record, 8);
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
