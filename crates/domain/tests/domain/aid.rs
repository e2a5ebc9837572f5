//! Stays, pairings, aid: what is refused, and what counts.

use docket_domain::{
    Act, AidDelivered, AidDeliveredPersonal, AidId, AidKind, AidReceiptConfirmed, BranchMembershipChanged,
    Day, DifficultyKind, DifficultyResolved, DifficultyResolvedPersonal, Event, HouseholdCloseReason,
    HouseholdClosed, HouseholdClosedPersonal, HouseholdRegisteredPersonal, NoPersonal, OfficialLeft,
    OfficialRegistered, OfficialRegisteredPersonal, PairingBearer, PairingDuties, PairingEndReason,
    PairingEnded, PairingEndedPersonal, PairingEstablished, PairingId, ProjectId, ProjectStarted,
    ProjectVerified, RuleSet, StayCertified, StayDuty, StayEnded, StayId, StayStanding, StayStarted,
    UnitLevel, UnitRegistered, View, Violation, pairing_duties, stay_standing,
};
use proptest::prelude::*;

use crate::support::{Ledger, household, household_id, label, official, official_id, text, unit, unit_id};

const DAY: i64 = 86_400;

fn stay_id(number: u64) -> StayId {
    StayId::new(number).unwrap()
}

fn pairing_id(number: u64) -> PairingId {
    PairingId::new(number).unwrap()
}

fn aid_id(number: u64) -> AidId {
    AidId::new(number).unwrap()
}

fn project_id(number: u64) -> ProjectId {
    ProjectId::new(number).unwrap()
}

fn started(official: u64, unit: u64) -> StayStarted {
    StayStarted { official: official_id(official), unit: unit_id(unit), origin: None }
}

fn ended(official: u64) -> StayEnded {
    StayEnded { official: official_id(official), origin: None }
}

fn certified(by: u64) -> StayCertified {
    StayCertified { by: official_id(by), origin: None }
}

fn paired(official: u64, household: u64) -> PairingEstablished {
    PairingEstablished { official: official_id(official), household: household_id(household), origin: None }
}

fn unpaired(official: u64) -> PairingEnded {
    PairingEnded { official: official_id(official), reason: PairingEndReason::OutOfPoverty, origin: None }
}

fn delivered(voucher: &str, members: u32) -> AidDelivered {
    AidDelivered {
        household: household_id(1),
        unit: unit_id(1),
        by: official_id(1),
        kind: AidKind::Cash,
        amount_fen: 50_000,
        voucher: label(voucher),
        members,
        origin: None,
    }
}

fn confirmed(household: u64, by: Option<u64>) -> AidReceiptConfirmed {
    AidReceiptConfirmed { household: household_id(household), by: by.map(official_id), origin: None }
}

fn project(by: u64) -> ProjectStarted {
    ProjectStarted {
        unit: unit_id(1),
        by: official_id(by),
        name: label("wells"),
        budget_fen: 200_000,
        origin: None,
    }
}

fn verified(by: u64) -> ProjectVerified {
    ProjectVerified { by: official_id(by), spent_fen: 200_000, beneficiaries: 60, origin: None }
}

fn resolved(project: Option<u64>, aid: Option<u64>) -> DifficultyResolved {
    DifficultyResolved {
        kind: DifficultyKind::Water,
        project: project.map(project_id),
        aid: aid.map(aid_id),
        origin: None,
    }
}

/// The examples of EVENTS.md.
pub(crate) fn examples() -> Vec<Event> {
    vec![
        started(300, 12).into(),
        ended(300).into(),
        certified(17).into(),
        paired(300, 70_000).into(),
        unpaired(300).into(),
        AidDelivered {
            household: household_id(70_000),
            unit: unit_id(12),
            by: official_id(300),
            ..delivered("BF-0007", 0b101)
        }
        .into(),
        confirmed(70_000, None).into(),
        ProjectStarted { unit: unit_id(12), name: label("人饮工程"), ..project(300) }.into(),
        verified(17).into(),
        resolved(Some(2), None).into(),
    ]
}

/// Acts of stays, pairings and aid, many of them illegal where they fall.
pub(crate) fn acts() -> impl Strategy<Value = Act> {
    let id = 1_u64..4;
    (0_u8..14, id.clone(), id.clone(), id, 0_u32..10).prop_map(|(which, own, number, other, members)| {
        match which {
            0 => Act::open(started(number, other), NoPersonal),
            1 => Act::on(stay_id(own), ended(number), NoPersonal),
            2 => Act::on(stay_id(own), certified(number), NoPersonal),
            3 => Act::open(paired(number, other), NoPersonal),
            4 => Act::on(
                pairing_id(own),
                unpaired(number),
                PairingEndedPersonal { reason: text("works in town") },
            ),
            5 | 6 => {
                let voucher = format!("{own}{number}{other}{members}");
                let body = AidDelivered {
                    household: household_id(own),
                    unit: unit_id(number),
                    by: official_id(other),
                    ..delivered(&voucher, members)
                };
                Act::open(body, AidDeliveredPersonal::default())
            }
            7 | 8 => {
                let by = (members > 4).then_some(other);
                Act::on(aid_id(own), confirmed(number, by), NoPersonal)
            }
            9 => Act::open(project(other), NoPersonal),
            10 => Act::on(project_id(own), verified(number), NoPersonal),
            11 => Act::open(household(unit_id(1)), HouseholdRegisteredPersonal::default()),
            _ => {
                let (project, aid) = if members > 3 { (Some(number), None) } else { (None, Some(number)) };
                Act::on(household_id(own), resolved(project, aid), DifficultyResolvedPersonal::default())
            }
        }
    })
}

/// H-1 of three members in U-1, registered at second 1,000 by record 6, and H-2.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_a_case();
    for _ in 0..2 {
        ledger.run(Act::open(household(unit_id(1)), HouseholdRegisteredPersonal::default()), 1_000).unwrap();
    }
    ledger
}

fn is(violation: Violation, rule: &str, against: Option<u64>) {
    assert_eq!((violation.rule(), violation.against()), (rule, against), "{violation}");
}

/// T-1 of O-1 in U-1, from day 10 to day 17, by records 8 and 9.
fn with_a_stay() -> Ledger {
    let mut ledger = ledger();
    ledger.run(Act::open(started(1, 1), NoPersonal), 10 * DAY).unwrap();
    ledger.run(Act::on(stay_id(1), ended(1), NoPersonal), 17 * DAY).unwrap();
    ledger
}

#[test]
fn nobody_stays_in_two_places() {
    let mut ledger = ledger();
    ledger.run(Act::open(started(1, 1), NoPersonal), 10 * DAY).unwrap();
    is(ledger.refused(None, started(1, 2), NoPersonal, 12 * DAY), "stays-do-not-overlap", Some(8));
    ledger.run(Act::on(stay_id(1), ended(1), NoPersonal), 17 * DAY).unwrap();
    is(ledger.refused(None, started(1, 2), NoPersonal, 16 * DAY), "stays-do-not-overlap", Some(8));
    ledger.run(Act::open(started(1, 2), NoPersonal), 17 * DAY).unwrap();
    ledger.run(Act::on(stay_id(2), ended(1), NoPersonal), 18 * DAY).unwrap();
    // An earlier stay that is entered late ends before the next one begins.
    ledger.run(Act::open(started(1, 2), NoPersonal), 5 * DAY).unwrap();
    is(ledger.refused(Some(stay_id(3)), ended(1), NoPersonal, 11 * DAY), "stays-do-not-overlap", Some(8));
    ledger.run(Act::on(stay_id(3), ended(1), NoPersonal), 10 * DAY).unwrap();
}

#[test]
fn a_stay_is_ended_once_by_its_own_official() {
    let mut ledger = ledger();
    ledger.run(Act::open(started(1, 1), NoPersonal), 10 * DAY).unwrap();
    let end = |ledger: &Ledger, day| ledger.refused(Some(stay_id(1)), ended(1), NoPersonal, day * DAY);
    is(ledger.refused(Some(stay_id(1)), ended(2), NoPersonal, 12 * DAY), "stay-of-that-official", Some(8));
    is(end(&ledger, 9), "not-before-what-it-follows", Some(8));
    ledger.run(Act::on(stay_id(1), ended(1), NoPersonal), 17 * DAY).unwrap();
    is(end(&ledger, 18), "stay-ended-once", Some(9));
}

#[test]
fn the_unit_certifies_a_stay_after_its_end() {
    let mut ledger = ledger();
    ledger.run(Act::open(started(1, 1), NoPersonal), 10 * DAY).unwrap();
    let certify =
        |ledger: &Ledger, by, day| ledger.refused(Some(stay_id(1)), certified(by), NoPersonal, day * DAY);
    is(certify(&ledger, 2, 18), "stay-certified-after-its-end", Some(8));
    ledger.run(Act::on(stay_id(1), ended(1), NoPersonal), 17 * DAY).unwrap();
    is(certify(&ledger, 1, 18), "stay-certified-by-another", Some(8));
    is(certify(&ledger, 2, 16), "not-before-what-it-follows", Some(9));
    let elsewhere = OfficialRegisteredPersonal { name: text("Wu"), contact: None };
    ledger.run(Act::open(official(unit_id(2)), elsewhere), 1_000).unwrap();
    is(certify(&ledger, 3, 18), "stay-certified-by-the-unit", Some(8));
    ledger.run(Act::on(stay_id(1), certified(2), NoPersonal), 18 * DAY).unwrap();
    is(certify(&ledger, 2, 19), "stay-certified-once", Some(11));
}

#[test]
fn who_left_the_service_neither_stays_nor_is_paired() {
    let mut ledger = ledger();
    let leave = Act::on(official_id(1), OfficialLeft { unit: None, origin: None }, NoPersonal);
    ledger.run(leave, 9 * DAY).unwrap();
    let gone = "official-leaves-once";
    is(ledger.refused(None, started(1, 1), NoPersonal, 10 * DAY), gone, Some(8));
    is(ledger.refused(None, paired(1, 1), NoPersonal, 10 * DAY), gone, Some(8));
    is(ledger.refused(None, project(1), NoPersonal, 10 * DAY), gone, Some(8));
    is(ledger.refused(None, delivered("1", 1), AidDeliveredPersonal::default(), 10 * DAY), gone, Some(8));
}

#[test]
fn only_certified_nights_of_the_year_count() {
    let duty = |ledger: &Ledger, year| -> StayStanding {
        let stays = ledger.states.stays().map(|(_, stay)| stay);
        stay_standing(stays, year, StayDuty { days_per_year: 7 }, ledger.states.zone())
    };
    let mut ledger = with_a_stay();
    let open = duty(&ledger, 1970);
    assert_eq!((open.nights, open.uncertified, open.is_met(), open.records), (0, 7, false, vec![9]));
    ledger.run(Act::on(stay_id(1), certified(2), NoPersonal), 18 * DAY).unwrap();
    let met = duty(&ledger, 1970);
    assert_eq!((met.due, met.nights, met.is_met(), met.records), (7, 7, true, vec![10]));
    // From 29 December to 3 January: three nights of the old year, two of the new one.
    ledger.run(Act::open(started(2, 2), NoPersonal), 362 * DAY).unwrap();
    ledger.run(Act::on(stay_id(2), ended(2), NoPersonal), 367 * DAY).unwrap();
    assert_eq!((duty(&ledger, 1970).uncertified, duty(&ledger, 1971).uncertified), (3, 2));
}

#[test]
fn a_pair_lives_once_at_a_time() {
    let mut ledger = ledger();
    ledger.run(Act::open(paired(1, 1), NoPersonal), 10 * DAY).unwrap();
    ledger.run(Act::open(paired(1, 2), NoPersonal), 10 * DAY).unwrap();
    ledger.run(Act::open(paired(2, 1), NoPersonal), 10 * DAY).unwrap();
    is(ledger.refused(None, paired(1, 1), NoPersonal, 20 * DAY), "one-live-pairing-of-a-pair", Some(8));
    let end = |ledger: &Ledger, official, day| {
        ledger.refused(Some(pairing_id(1)), unpaired(official), PairingEndedPersonal::default(), day * DAY)
    };
    is(end(&ledger, 2, 20), "pairing-of-that-official", Some(8));
    is(end(&ledger, 1, 9), "not-before-what-it-follows", Some(8));
    ledger.run(Act::on(pairing_id(1), unpaired(1), PairingEndedPersonal::default()), 20 * DAY).unwrap();
    is(end(&ledger, 1, 21), "pairing-ended-once", Some(11));
    is(ledger.refused(None, paired(1, 1), NoPersonal, 19 * DAY), "one-live-pairing-of-a-pair", Some(8));
    ledger.run(Act::open(paired(1, 1), NoPersonal), 5 * DAY).unwrap();
    let late = PairingEndedPersonal::default();
    is(
        ledger.refused(Some(pairing_id(4)), unpaired(1), late, 12 * DAY),
        "one-live-pairing-of-a-pair",
        Some(8),
    );
}

#[test]
fn a_household_off_the_register_is_neither_paired_nor_aided() {
    let mut ledger = ledger();
    ledger.run(Act::open(household(unit_id(1)), HouseholdRegisteredPersonal::default()), 8 * DAY).unwrap();
    is(ledger.refused(None, paired(1, 3), NoPersonal, 7 * DAY), "not-before-what-it-follows", Some(8));
    let close = HouseholdClosed { reason: HouseholdCloseReason::Extinct, origin: None };
    ledger.run(Act::on(household_id(1), close, HouseholdClosedPersonal::default()), 9 * DAY).unwrap();
    for violation in [
        ledger.refused(None, paired(1, 1), NoPersonal, 10 * DAY),
        ledger.refused(None, delivered("1", 1), AidDeliveredPersonal::default(), 10 * DAY),
    ] {
        assert_eq!(violation.against(), Some(9), "{violation}");
    }
}

#[test]
fn the_lowest_rank_binds_the_branch_and_higher_ones_owe_alone() {
    let rules = RuleSet::parse(RuleSet::shipped("cn-2005").unwrap()).unwrap();
    let per_person =
        rules.ranks.iter().find(|rank| rank.pairing.is_some_and(|quota| quota.households == 3)).unwrap();
    let per_branch = rules.ranks.last().unwrap();
    let mut ledger = Ledger::with_a_case();
    let branch = UnitRegistered { level: UnitLevel::Branch, ..unit(Some(unit_id(1))) };
    ledger.run(Act::open(branch, NoPersonal), 1_000).unwrap();
    for _ in 0..3 {
        ledger.run(Act::open(household(unit_id(1)), HouseholdRegisteredPersonal::default()), 1_000).unwrap();
    }
    for rank in [per_person.number, per_branch.number, per_branch.number, per_branch.number] {
        let body = OfficialRegistered { rank: Some(rank), ..official(unit_id(1)) };
        let personal = OfficialRegisteredPersonal { name: text("Wu"), contact: None };
        ledger.run(Act::open(body, personal), 1_000).unwrap();
    }
    // O-3 owes alone; O-4 and O-5 with their branch; O-6 has none.
    for member in [4, 5] {
        let join = BranchMembershipChanged { branch: Some(unit_id(3)), origin: None };
        ledger.run(Act::on(official_id(member), join, NoPersonal), 1_000).unwrap();
    }
    let duties = |ledger: &Ledger, day| -> PairingDuties {
        pairing_duties(ledger.states.officials(), &rules, Day(day), ledger.states.zone())
    };
    let seen = |duties: &PairingDuties| -> Vec<_> {
        duties.duties.iter().map(|duty| (duty.bearer, duty.due, duty.pairings.len(), duty.is_met())).collect()
    };
    let (alone, together) = (PairingBearer::Official(official_id(3)), PairingBearer::Branch(unit_id(3)));
    assert_eq!(seen(&duties(&ledger, 10)), [(alone, 3, 0, false), (together, 1, 0, false)]);
    assert_eq!(duties(&ledger, 10).without_branch, [official_id(6)]);
    for (who, whom) in [(3, 1), (3, 2), (3, 3), (5, 1)] {
        ledger.run(Act::open(paired(who, whom), NoPersonal), 11 * DAY).unwrap();
    }
    assert_eq!(seen(&duties(&ledger, 10)), [(alone, 3, 0, false), (together, 1, 0, false)]);
    assert_eq!(seen(&duties(&ledger, 11)), [(alone, 3, 3, true), (together, 1, 1, true)]);
    ledger.run(Act::on(pairing_id(4), unpaired(5), PairingEndedPersonal::default()), 20 * DAY).unwrap();
    assert_eq!(seen(&duties(&ledger, 20)), [(alone, 3, 3, true), (together, 1, 0, false)]);
    let leave = Act::on(official_id(3), OfficialLeft { unit: None, origin: None }, NoPersonal);
    ledger.run(leave, 21 * DAY).unwrap();
    assert_eq!(seen(&duties(&ledger, 22)), [(together, 1, 0, false)]);
}

#[test]
fn aid_is_for_members_and_cash_has_an_amount() {
    let ledger = ledger();
    for members in [0, 0b1000, u32::MAX] {
        let violation =
            ledger.refused(None, delivered("1", members), AidDeliveredPersonal::default(), 10 * DAY);
        is(violation, "aid-for-members", Some(6));
    }
    let nothing = AidDelivered { amount_fen: 0, ..delivered("1", 1) };
    is(ledger.refused(None, nothing, AidDeliveredPersonal::default(), 10 * DAY), "cash-has-an-amount", None);
}

/// A-1 for the first and third of H-1's members, delivered by O-1 on day 10 by record 8.
fn with_aid() -> Ledger {
    let mut ledger = ledger();
    ledger.run(Act::open(delivered("1", 0b101), AidDeliveredPersonal::default()), 10 * DAY).unwrap();
    ledger
}

#[test]
fn a_voucher_is_used_once() {
    let ledger = with_aid();
    let violation = ledger.refused(None, delivered("1", 1), AidDeliveredPersonal::default(), 11 * DAY);
    is(violation, "key-taken-once", Some(8));
}

#[test]
fn another_party_confirms_the_receipt_and_only_then_it_counts() {
    let mut ledger = with_aid();
    let confirm = |ledger: &Ledger, actor: Option<u64>, body, day| {
        ledger.refused_to(actor.map(official_id), Some(aid_id(1)), body, NoPersonal, day * DAY)
    };
    is(confirm(&ledger, None, confirmed(1, Some(1)), 11), "receipt-confirmed-by-another", Some(8));
    is(confirm(&ledger, Some(1), confirmed(1, None), 11), "receipt-confirmed-by-another", Some(8));
    is(confirm(&ledger, None, confirmed(2, None), 11), "aid-of-that-household", Some(8));
    is(confirm(&ledger, None, confirmed(1, None), 9), "not-before-what-it-follows", Some(8));
    let reached = |ledger: &Ledger| ledger.states.household(household_id(1)).unwrap().beneficiaries();
    assert_eq!(reached(&ledger), 0);
    ledger.run(Act::on(aid_id(1), confirmed(1, Some(2)), NoPersonal), 11 * DAY).unwrap();
    assert_eq!(reached(&ledger), 2);
    is(confirm(&ledger, None, confirmed(1, None), 12), "receipt-confirmed-once", Some(9));
    // Persons, not person-times: the first member again, and the second.
    ledger.run(Act::open(delivered("2", 0b011), AidDeliveredPersonal::default()), 12 * DAY).unwrap();
    ledger.run(Act::on(aid_id(2), confirmed(1, None), NoPersonal), 12 * DAY).unwrap();
    assert_eq!(reached(&ledger), 3);
}

#[test]
fn another_party_verifies_a_project() {
    let mut ledger = ledger();
    ledger.run(Act::open(project(1), NoPersonal), 10 * DAY).unwrap();
    let verify = |ledger: &Ledger, actor: Option<u64>, by, day| {
        ledger.refused_to(actor.map(official_id), Some(project_id(1)), verified(by), NoPersonal, day * DAY)
    };
    is(verify(&ledger, None, 1, 11), "project-verified-by-another", Some(8));
    is(verify(&ledger, Some(1), 2, 11), "project-verified-by-another", Some(8));
    is(verify(&ledger, None, 2, 9), "not-before-what-it-follows", Some(8));
    ledger.run(Act::on(project_id(1), verified(2), NoPersonal), 11 * DAY).unwrap();
    is(verify(&ledger, None, 2, 12), "project-verified-once", Some(9));
}

#[test]
fn a_difficulty_is_resolved_once_by_what_counts() {
    let mut ledger = with_aid();
    ledger.run(Act::open(project(1), NoPersonal), 10 * DAY).unwrap();
    let resolve = |ledger: &Ledger, household, body: DifficultyResolved, day: i64| {
        ledger.refused(Some(household_id(household)), body, DifficultyResolvedPersonal::default(), day * DAY)
    };
    is(resolve(&ledger, 1, resolved(None, None), 12), "difficulty-resolved-by-one", None);
    is(resolve(&ledger, 1, resolved(Some(1), Some(1)), 12), "difficulty-resolved-by-one", None);
    is(resolve(&ledger, 1, resolved(None, Some(1)), 12), "difficulty-resolved-by-what-counts", Some(8));
    is(resolve(&ledger, 1, resolved(Some(1), None), 12), "difficulty-resolved-by-what-counts", Some(9));
    ledger.run(Act::on(aid_id(1), confirmed(1, None), NoPersonal), 11 * DAY).unwrap();
    ledger.run(Act::on(project_id(1), verified(2), NoPersonal), 11 * DAY).unwrap();
    is(resolve(&ledger, 2, resolved(None, Some(1)), 12), "aid-of-that-household", Some(8));
    is(resolve(&ledger, 1, resolved(None, Some(1)), 10), "not-before-what-it-follows", Some(10));
    is(resolve(&ledger, 1, resolved(Some(1), None), 10), "not-before-what-it-follows", Some(11));
    for body in [resolved(None, Some(1)), resolved(Some(1), None)] {
        let act = Act::on(household_id(1), body, DifficultyResolvedPersonal::default());
        ledger.run(act, 12 * DAY).unwrap();
    }
    is(resolve(&ledger, 1, resolved(None, Some(1)), 13), "difficulty-resolved-once", Some(12));
    is(resolve(&ledger, 1, resolved(Some(1), None), 13), "difficulty-resolved-once", Some(13));
    let other = DifficultyResolved { kind: DifficultyKind::Roads, ..resolved(Some(1), None) };
    let act = Act::on(household_id(1), other, DifficultyResolvedPersonal::default());
    ledger.run(act, 13 * DAY).unwrap();
    assert_eq!(ledger.states.household(household_id(1)).unwrap().difficulties().len(), 3);
}
