//! Units, officials and households: what their registers refuse, and what they know at a date.

use docket_domain::{
    Act, BranchMembershipChanged, Day, EventBody, EventRef, HouseholdAbsent, HouseholdAbsentPersonal,
    HouseholdCloseReason, HouseholdClosed, HouseholdClosedPersonal, HouseholdMoved, HouseholdMovedPersonal,
    HouseholdRegistered, HouseholdRegisteredPersonal, NoPersonal, Office, OfficialAppointed,
    OfficialKeyRegistered, OfficialKeyRevoked, OfficialKeyRotated, OfficialLeft, OfficialRegistered,
    OfficialRegisteredPersonal, StreamKind, StreamRef, UnitClosed, UnitClosedPersonal, UnitLevel, UnitMerged,
    UnitRegistered, View, Violation,
};

use proptest::prelude::*;

use crate::support::{
    Ledger, at, both, household, household_id, label, official, official_id, text, unit, unit_id,
};

/// Units of all levels, officials with offices, and households, ending and moving more often than in life.
pub(crate) fn acts() -> impl Strategy<Value = Act> {
    let id = || 1_u64..6;
    (0_u8..14, id(), id(), prop::option::of(id()), 0_i32..40).prop_map(|(which, own, number, other, days)| {
        let (unit, other) = (unit_id(number), other.map(unit_id));
        // Few units end, and the first never, or soon nothing could happen anywhere.
        let which = if which < 3 && days > 4 { 0 } else { which };
        match which {
            0 => {
                let level = if days % 4 > 0 { UnitLevel::Branch } else { UnitLevel::Community };
                let code = Some(label(&format!("code {days}")));
                Act::open(UnitRegistered { level, code, ..self::unit(other) }, NoPersonal)
            }
            1 => Act::on(unit_id(own + 3), UnitMerged { into: unit, origin: None }, NoPersonal),
            2 => Act::on(unit_id(own + 3), UnitClosed { origin: None }, UnitClosedPersonal::default()),
            3 | 4 => {
                let office = if days % 2 == 0 { Office::Secretary } else { Office::TeamMember };
                let rank = u16::try_from(days).ok();
                Act::on(official_id(own), OfficialAppointed { unit, office, rank, origin: None }, NoPersonal)
            }
            5 => Act::on(official_id(own), OfficialLeft { unit: other, origin: None }, NoPersonal),
            6 => {
                Act::on(official_id(own), BranchMembershipChanged { branch: other, origin: None }, NoPersonal)
            }
            7 => {
                let code = Some(label(&format!("code {days}")));
                let body = HouseholdRegistered { code, ..household(unit) };
                Act::open(body, HouseholdRegisteredPersonal { name: text("Zhou"), ..Default::default() })
            }
            8 => {
                let body = HouseholdMoved { from: Some(unit), to: other, origin: None };
                Act::on(household_id(own), body, HouseholdMovedPersonal::default())
            }
            9 => {
                let until = other.map(|length| Day(days + i32::try_from(length.number()).unwrap() - 1));
                let body = HouseholdAbsent { from: Day(days), until, origin: None };
                Act::on(household_id(own), body, HouseholdAbsentPersonal::default())
            }
            11 => {
                let key = [u8::try_from(days).unwrap(); 32];
                Act::on(official_id(own), OfficialKeyRegistered { key, origin: None }, NoPersonal)
            }
            12 => {
                let key = [u8::try_from(days + 100).unwrap(); 32];
                Act::on(official_id(own), OfficialKeyRotated { key, origin: None }, NoPersonal)
            }
            13 => Act::on(official_id(own), OfficialKeyRevoked { origin: None }, NoPersonal),
            _ => {
                let body = HouseholdClosed { reason: HouseholdCloseReason::Extinct, origin: None };
                Act::on(household_id(own + 3), body, HouseholdClosedPersonal::default())
            }
        }
    })
}

/// Two units, two officials, and H-1 of three members in U-1, all registered at second 1,000; H-1 by record 6.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_a_case();
    ledger.run(register(unit_id(1)), 1_000).unwrap();
    ledger
}

fn register(home: docket_domain::UnitId) -> Act {
    Act::open(household(home), HouseholdRegisteredPersonal::default())
}

fn merge(from: u64, into: u64) -> Act {
    Act::on(unit_id(from), merged(into), NoPersonal)
}

fn merged(into: u64) -> UnitMerged {
    UnitMerged { into: unit_id(into), origin: None }
}

fn close_unit(number: u64) -> Act {
    Act::on(unit_id(number), UnitClosed { origin: None }, UnitClosedPersonal::default())
}

fn appointed(unit: u64, office: Office, rank: Option<u16>) -> OfficialAppointed {
    OfficialAppointed { unit: unit_id(unit), office, rank, origin: None }
}

fn appoint(official: u64, body: OfficialAppointed) -> Act {
    Act::on(official_id(official), body, NoPersonal)
}

fn left(unit: Option<u64>) -> OfficialLeft {
    OfficialLeft { unit: unit.map(unit_id), origin: None }
}

fn leave(official: u64, body: OfficialLeft) -> Act {
    Act::on(official_id(official), body, NoPersonal)
}

fn moved(from: Option<u64>, to: Option<u64>) -> HouseholdMoved {
    HouseholdMoved { from: from.map(unit_id), to: to.map(unit_id), origin: None }
}

fn move_h1(body: HouseholdMoved) -> Act {
    Act::on(household_id(1), body, HouseholdMovedPersonal::default())
}

fn away(from: i32, until: Option<i32>) -> HouseholdAbsent {
    HouseholdAbsent { from: Day(from), until: until.map(Day), origin: None }
}

fn h1_away(body: HouseholdAbsent) -> Act {
    Act::on(household_id(1), body, HouseholdAbsentPersonal::default())
}

fn closed() -> HouseholdClosed {
    HouseholdClosed { reason: HouseholdCloseReason::Extinct, origin: None }
}

fn close_h1() -> Act {
    Act::on(household_id(1), closed(), HouseholdClosedPersonal::default())
}

fn shown(violation: &Violation) -> (&'static str, Option<u64>) {
    (violation.rule(), violation.against())
}

#[test]
fn a_code_is_given_once_in_each_register() {
    let mut ledger = ledger();
    let (code, other) = (Some(label("07")), Some(label("08")));
    let coded_unit = UnitRegistered { code: code.clone(), ..unit(None) };
    let coded_official = OfficialRegistered { code: code.clone(), ..official(unit_id(1)) };
    let coded_household = HouseholdRegistered { code: code.clone(), ..household(unit_id(1)) };
    let name = || OfficialRegisteredPersonal { name: text("Wu"), contact: None };
    let anonymous = HouseholdRegisteredPersonal::default;
    ledger.run(Act::open(coded_unit.clone(), NoPersonal), 1_000).unwrap();
    ledger.run(Act::open(coded_official.clone(), name()), 1_000).unwrap();
    ledger.run(Act::open(coded_household.clone(), anonymous()), 1_000).unwrap();

    let next = |kind| StreamRef { kind, id: ledger.states.count(kind) + 1 };
    let act = Act::open(coded_unit.clone(), NoPersonal);
    let violation = both(&ledger, act, 1_000, next(StreamKind::UNIT), coded_unit, &[]);
    assert_eq!(violation.to_string(), "the unit code 07 is taken by record 7");
    let act = Act::open(coded_official.clone(), name());
    let violation = both(&ledger, act, 1_000, next(StreamKind::OFFICIAL), coded_official.clone(), &[1]);
    assert_eq!(violation.to_string(), "the official code 07 is taken by record 8");
    let act = Act::open(coded_household.clone(), anonymous());
    let violation = both(&ledger, act, 1_000, next(StreamKind::HOUSEHOLD), coded_household.clone(), &[]);
    assert_eq!(violation.to_string(), "the household code 07 is taken by record 9");
    ledger.run(Act::open(OfficialRegistered { code: other, ..coded_official }, name()), 1_000).unwrap();
}

#[test]
fn a_unit_ends_once_and_nothing_refers_to_it_after() {
    let mut ledger = ledger();
    ledger.run(close_unit(1), 2_000).unwrap();
    let violation =
        both(&ledger, close_unit(1), 2_001, unit_id(1).stream(), UnitClosed { origin: None }, &[]);
    assert_eq!(shown(&violation), ("unit-ends-once", Some(7)));

    let child = unit(Some(unit_id(1)));
    let act = Act::open(child.clone(), NoPersonal);
    let next = StreamRef { kind: StreamKind::UNIT, id: 3 };
    let violation = both(&ledger, act.clone(), 2_001, next, child, &[]);
    assert_eq!(violation.to_string(), "U-1 was closed before that, by record 7");
    // In the second of the closing it still stood.
    ledger.run(act, 2_000).unwrap();

    let new = household(unit_id(1));
    let next = StreamRef { kind: StreamKind::HOUSEHOLD, id: 2 };
    assert_eq!(
        shown(&both(&ledger, register(unit_id(1)), 2_001, next, new, &[])),
        ("unit-not-closed", Some(7))
    );
    let name = OfficialRegisteredPersonal { name: text("Wu"), contact: None };
    let next = StreamRef { kind: StreamKind::OFFICIAL, id: 3 };
    let act = Act::open(official(unit_id(1)), name);
    let violation = both(&ledger, act, 2_001, next, official(unit_id(1)), &[1]);
    assert_eq!(shown(&violation), ("unit-not-closed", Some(7)));
    let post = appointed(1, Office::Staff, None);
    let violation = both(&ledger, appoint(1, post.clone()), 2_001, official_id(1).stream(), post, &[]);
    assert_eq!(shown(&violation), ("unit-not-closed", Some(7)));
}

#[test]
fn nothing_happens_in_a_unit_before_it_is_registered() {
    let ledger = ledger();
    let next = StreamRef { kind: StreamKind::HOUSEHOLD, id: 2 };
    let violation = both(&ledger, register(unit_id(1)), 999, next, household(unit_id(1)), &[]);
    assert_eq!(violation.to_string(), "U-1 was registered later than that, by record 0");
    assert_eq!(shown(&violation), ("not-before-what-it-follows", Some(0)));
    let violation = both(&ledger, close_unit(1), 999, unit_id(1).stream(), UnitClosed { origin: None }, &[]);
    assert_eq!(shown(&violation), ("not-before-what-it-follows", Some(0)));
}

#[test]
fn units_merge_without_cycles() {
    let mut ledger = ledger();
    ledger.run(Act::open(unit(None), NoPersonal), 1_000).unwrap();
    let violation = both(&ledger, merge(1, 1), 2_000, unit_id(1).stream(), merged(1), &[]);
    assert_eq!(shown(&violation), ("unit-merge-into-itself", None));

    ledger.run(merge(1, 2), 2_000).unwrap();
    let violation = both(&ledger, merge(2, 1), 2_001, unit_id(2).stream(), merged(1), &[]);
    assert_eq!(violation.to_string(), "U-2 cannot be merged into U-1, which was merged into it by record 8");
    assert_eq!(shown(&violation), ("unit-merge-cycle", Some(8)));
    let violation =
        both(&ledger, close_unit(2), 1_999, unit_id(2).stream(), UnitClosed { origin: None }, &[]);
    assert_eq!(shown(&violation), ("unit-ends-after-mergers", Some(8)));
    // U-1 still stood at second 2,000, but what it took up then would be missing in U-2.
    let violation = both(&ledger, merge(3, 1), 2_000, unit_id(3).stream(), merged(1), &[]);
    assert_eq!(shown(&violation), ("unit-ends-once", Some(8)));

    ledger.run(merge(2, 3), 3_000).unwrap();
    let violation = both(&ledger, merge(3, 1), 3_001, unit_id(3).stream(), merged(1), &[]);
    assert_eq!(shown(&violation), ("unit-merge-cycle", Some(9)));
    let violation =
        both(&ledger, register(unit_id(2)), 3_001, household_id(2).stream(), household(unit_id(2)), &[]);
    assert_eq!(violation.to_string(), "U-2 was merged into U-3 before that, by record 9: name U-3 instead");
    assert_eq!(shown(&violation), ("unit-not-merged", Some(9)));

    let last = ledger.states.unit(unit_id(3)).unwrap();
    for merged in [1, 2] {
        assert!(last.stands_for(unit_id(3), unit_id(merged), at(3_000)));
        assert!(!last.stands_for(unit_id(3), unit_id(merged), at(2_999)));
    }
    assert!(last.stands_for(unit_id(3), unit_id(3), at(0)));
    let middle = ledger.states.unit(unit_id(2)).unwrap();
    assert!(!middle.stands_for(unit_id(2), unit_id(3), at(4_000)));
}

#[test]
fn offices_and_ranks_are_those_of_the_time_asked_for() {
    let mut ledger = ledger();
    ledger.run(appoint(1, appointed(1, Office::Staff, Some(9))), 2_000).unwrap();
    ledger.run(appoint(1, appointed(2, Office::TeamMember, None)), 3_000).unwrap();
    // Recorded last, but happened between the two.
    ledger.run(appoint(1, appointed(1, Office::Secretary, Some(7))), 2_500).unwrap();
    ledger.run(leave(1, left(Some(2))), 4_000).unwrap();
    ledger.run(leave(1, left(None)), 5_000).unwrap();
    ledger.run(appoint(1, appointed(1, Office::Staff, None)), 6_000).unwrap();

    let chen = ledger.states.official(official_id(1)).unwrap();
    let posts = |second| {
        let posts =
            chen.posts_at(at(second)).map(|post| format!("{} {} by {}", post.unit, post.office, post.record));
        posts.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(posts(1_999), "");
    assert_eq!(posts(2_499), "U-1 staff by 7");
    assert_eq!(posts(2_500), "U-1 staff by 7, U-1 secretary by 9");
    assert_eq!(posts(3_500), "U-1 secretary by 9, U-2 team-member by 8");
    assert_eq!(posts(4_500), "U-1 secretary by 9");
    assert_eq!(posts(5_001), "");
    assert_eq!(posts(6_000), "U-1 staff by 12");
    assert_eq!(chen.holds(unit_id(1), Office::Secretary, at(3_000)), Some(9));
    assert_eq!(chen.holds(unit_id(2), Office::Secretary, at(3_000)), None);
    let ranks = [1_999, 2_000, 2_500, 9_000].map(|second| chen.rank_at(at(second)));
    assert_eq!(ranks, [None, Some(9), Some(7), Some(7)]);
}

#[test]
fn only_what_is_held_is_left() {
    let mut ledger = ledger();
    let o1 = official_id(1).stream();
    let violation = both(&ledger, leave(1, left(Some(1))), 2_000, o1, left(Some(1)), &[]);
    assert_eq!(violation.to_string(), "O-1 holds no office in U-1 at that time (registered by record 2)");
    assert_eq!(shown(&violation), ("official-leaves-what-is-held", Some(2)));
    ledger.run(appoint(1, appointed(1, Office::Staff, None)), 2_000).unwrap();
    let violation = both(&ledger, leave(1, left(Some(1))), 1_999, o1, left(Some(1)), &[]);
    assert_eq!(violation.rule(), "official-leaves-what-is-held");
    ledger.run(leave(1, left(None)), 3_000).unwrap();
    for unit in [None, Some(1)] {
        let violation = both(&ledger, leave(1, left(unit)), 3_000, o1, left(unit), &[]);
        assert_eq!(shown(&violation), ("official-leaves-once", Some(8)));
    }
}

#[test]
fn nothing_happens_in_a_service_before_it_begins() {
    let ledger = ledger();
    let o1 = official_id(1).stream();
    let post = appointed(1, Office::Staff, None);
    let violation = both(&ledger, appoint(1, post.clone()), 999, o1, post, &[]);
    assert_eq!(violation.to_string(), "O-1 was registered later than that, by record 2");
    assert_eq!(shown(&violation), ("not-before-what-it-follows", Some(2)));
}

#[test]
fn only_a_branch_has_members_and_a_change_changes() {
    let mut ledger = ledger();
    let branch = UnitRegistered { level: UnitLevel::Branch, ..unit(None) };
    ledger.run(Act::open(branch, NoPersonal), 1_000).unwrap();
    let o1 = official_id(1).stream();
    let change = |branch: Option<u64>| BranchMembershipChanged { branch: branch.map(unit_id), origin: None };
    let act = |branch| Act::on(official_id(1), change(branch), NoPersonal);

    let violation = both(&ledger, act(Some(1)), 2_000, o1, change(Some(1)), &[]);
    assert_eq!(shown(&violation), ("branch-is-a-branch", Some(0)));
    let violation = both(&ledger, act(None), 2_000, o1, change(None), &[]);
    assert_eq!(shown(&violation), ("branch-changes", Some(2)));
    ledger.run(act(Some(3)), 2_000).unwrap();
    let violation = both(&ledger, act(Some(3)), 2_001, o1, change(Some(3)), &[]);
    assert_eq!(shown(&violation), ("branch-changes", Some(8)));
    ledger.run(act(None), 3_000).unwrap();

    let chen = ledger.states.official(official_id(1)).unwrap();
    let branch = |second| chen.branch_at(at(second)).map(|membership| membership.branch);
    assert_eq!([branch(1_999), branch(2_999), branch(3_000)], [None, Some(Some(unit_id(3))), Some(None)]);
}

#[test]
fn an_official_has_one_key_at_a_time_and_none_twice() {
    let mut ledger = ledger();
    let o1 = official_id(1).stream();
    let register = |key: u8| OfficialKeyRegistered { key: [key; 32], origin: None };
    let rotate = |key: u8| OfficialKeyRotated { key: [key; 32], origin: None };
    let revoke = || OfficialKeyRevoked { origin: None };
    let on = |body: OfficialKeyRegistered| Act::on(official_id(1), body, NoPersonal);
    let next = |body: OfficialKeyRotated| Act::on(official_id(1), body, NoPersonal);
    let end = || Act::on(official_id(1), revoke(), NoPersonal);

    let violation = both(&ledger, next(rotate(1)), 2_000, o1, rotate(1), &[]);
    assert_eq!(shown(&violation).0, "official-key-held");
    let violation = both(&ledger, end(), 2_000, o1, revoke(), &[]);
    assert_eq!(shown(&violation).0, "official-key-held");
    ledger.run(on(register(1)), 2_000).unwrap();
    let violation = both(&ledger, on(register(2)), 2_000, o1, register(2), &[]);
    assert_eq!(shown(&violation).0, "official-key-one-at-a-time");
    let violation = both(&ledger, next(rotate(1)), 2_000, o1, rotate(1), &[]);
    assert_eq!(shown(&violation).0, "official-key-is-new");
    ledger.run(next(rotate(2)), 2_000).unwrap();
    let key = |ledger: &Ledger| ledger.states.official(official_id(1)).unwrap().key().map(|key| key.key[0]);
    assert_eq!(key(&ledger), Some(2));
    ledger.run(end(), 2_000).unwrap();
    assert_eq!(key(&ledger), None);
    let violation = both(&ledger, on(register(1)), 2_000, o1, register(1), &[]);
    assert_eq!(shown(&violation).0, "official-key-is-new");
    ledger.run(on(register(3)), 2_000).unwrap();
    assert_eq!(key(&ledger), Some(3));
}

#[test]
fn a_household_has_1_to_32_members() {
    let ledger = ledger();
    for members in [0, 33] {
        let body = HouseholdRegistered { members, ..household(unit_id(1)) };
        let act = Act::open(body.clone(), HouseholdRegisteredPersonal::default());
        let violation = both(&ledger, act, 1_000, household_id(2).stream(), body, &[]);
        assert_eq!(shown(&violation), ("household-members", None));
    }
    for members in [1, 32] {
        let body = HouseholdRegistered { members, ..household(unit_id(1)) };
        ledger.clone().run(Act::open(body, HouseholdRegisteredPersonal::default()), 1_000).unwrap();
    }
}

#[test]
fn a_household_moves_from_where_it_is_in_the_order_of_time() {
    let mut ledger = ledger();
    let h1 = household_id(1).stream();
    let refused = |ledger: &Ledger, body: HouseholdMoved, second| {
        let violation = both(ledger, move_h1(body.clone()), second, h1, body, &[]);
        (violation.rule(), violation.against())
    };
    assert_eq!(refused(&ledger, moved(Some(2), Some(1)), 2_000), ("household-of-the-unit", Some(6)));
    assert_eq!(refused(&ledger, moved(Some(1), Some(1)), 2_000), ("household-move-elsewhere", Some(6)));
    assert_eq!(refused(&ledger, moved(None, Some(2)), 2_000), ("household-comes-from-outside", Some(6)));
    assert_eq!(refused(&ledger, moved(Some(1), Some(2)), 999), ("not-before-what-it-follows", Some(6)));
    ledger.run(move_h1(moved(Some(1), Some(2))), 2_000).unwrap();
    assert_eq!(refused(&ledger, moved(Some(2), None), 1_999), ("household-moves-in-order", Some(7)));
    ledger.run(move_h1(moved(Some(2), None)), 3_000).unwrap();
    assert_eq!(refused(&ledger, moved(Some(2), Some(1)), 4_000), ("household-not-moved-away", Some(8)));
    assert_eq!(refused(&ledger, moved(None, None), 4_000), ("household-move-elsewhere", Some(8)));
    ledger.run(move_h1(moved(None, Some(1))), 4_000).unwrap();

    let state = ledger.states.household(household_id(1)).unwrap();
    let homes: Vec<_> =
        state.homes().map(|home| (home.unit.map(|unit| unit.number()), home.record)).collect();
    assert_eq!(homes, [(Some(1), 6), (Some(2), 7), (None, 8), (Some(1), 9)]);
}

#[test]
fn a_household_of_a_merged_unit_moves_from_the_unit_that_stands_for_it() {
    let mut ledger = ledger();
    ledger.run(Act::open(unit(None), NoPersonal), 1_000).unwrap();
    ledger.run(merge(1, 2), 2_000).unwrap();
    let body = moved(Some(1), Some(3));
    let violation = both(&ledger, move_h1(body.clone()), 2_001, household_id(1).stream(), body, &[]);
    assert_eq!(shown(&violation), ("unit-not-merged", Some(8)));
    ledger.run(move_h1(moved(Some(2), Some(3))), 2_001).unwrap();
    let state = ledger.states.household(household_id(1)).unwrap();
    assert_eq!(state.moves().first().unwrap().from, Some(unit_id(1)));
}

#[test]
fn a_household_is_closed_once_and_for_good() {
    let mut ledger = ledger();
    let h1 = household_id(1).stream();
    ledger.run(move_h1(moved(Some(1), Some(2))), 2_000).unwrap();
    let violation = both(&ledger, close_h1(), 1_999, h1, closed(), &[]);
    assert_eq!(shown(&violation), ("household-moves-in-order", Some(7)));
    ledger.run(close_h1(), 3_000).unwrap();
    let violation = both(&ledger, close_h1(), 4_000, h1, closed(), &[]);
    assert_eq!(violation.to_string(), "H-1 was closed already, by record 8");
    let body = moved(Some(2), Some(1));
    let violation = both(&ledger, move_h1(body.clone()), 2_500, h1, body, &[]);
    assert_eq!(shown(&violation), ("household-closed-once", Some(8)));
    let violation = both(&ledger, h1_away(away(0, None)), 3_001, h1, away(0, None), &[]);
    assert_eq!(shown(&violation), ("household-not-closed", Some(8)));
}

#[test]
fn absences_share_no_day_and_are_made_exact_by_their_first() {
    let mut ledger = ledger();
    let h1 = household_id(1).stream();
    let violation = both(&ledger, h1_away(away(5, Some(4))), 2_000, h1, away(5, Some(4)), &[]);
    assert_eq!(shown(&violation), ("absence-ends-after-its-beginning", None));
    ledger.run(h1_away(away(20, None)), 2_000).unwrap();
    for (from, until) in [(10, None), (10, Some(20)), (21, Some(22)), (21, None)] {
        let violation = both(&ledger, h1_away(away(from, until)), 2_000, h1, away(from, until), &[]);
        assert_eq!(shown(&violation), ("absences-share-no-day", Some(7)), "{from} {until:?}");
    }
    ledger.run(h1_away(away(20, Some(25))), 2_000).unwrap();
    ledger.run(h1_away(away(10, Some(19))), 2_000).unwrap();
    ledger.run(h1_away(away(26, Some(26))), 2_000).unwrap();
    let state = ledger.states.household(household_id(1)).unwrap();
    let days: Vec<_> = state
        .absences()
        .iter()
        .map(|absence| (absence.from.0, absence.until.map(|day| day.0), absence.record))
        .collect();
    assert_eq!(days, [(10, Some(19), 9), (20, Some(25), 8), (26, Some(26), 10)]);
}

#[test]
fn a_body_of_version_1_makes_the_same_unit() {
    let mut ledger = Ledger::default();
    let newest = docket_domain::Event::from(UnitRegistered { code: Some(label("07")), ..unit(None) });
    let old = docket_domain::Event::decode(256, 1, &newest.encode().unwrap()).unwrap();
    assert_eq!((&old, UnitRegistered::VERSION), (&newest, 2));
    let forged = ledger.forged(unit_id(1).stream(), 0, newest, &[]);
    let recorded = EventRef { event: &old, meta: &forged.meta, personal: &[] };
    docket_domain::apply(&mut ledger.states, &recorded).unwrap();
    assert_eq!(ledger.states.unit(unit_id(1)).unwrap().level, UnitLevel::Village);
}
