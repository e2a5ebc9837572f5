//! Campaigns: what is refused, and what becomes of listed cases.

use docket_domain::{
    Act, BacklogListed, BacklogOutcome, BacklogStanding, CampaignClosed, CampaignId, CampaignOpened,
    CaseAssignedToLeader, CaseClosedPersonal, CaseId, CaseRegisteredPersonal, CaseReopenedPersonal,
    CloseReason, Event, NoPersonal, View, Violation,
};
use proptest::prelude::*;

use crate::support::{
    Ledger, campaign_id, case, case_id, closed, label, official_id, reopened, text, unit_id,
};

fn opened() -> CampaignOpened {
    CampaignOpened { unit: unit_id(1), name: label("backlog 2010"), origin: None }
}

fn listed(case: u64, before: Option<u64>) -> BacklogListed {
    BacklogListed { case: case_id(case), before: before.map(campaign_id), origin: None }
}

fn led(campaign: u64, leader: u64, replaces: Option<u64>) -> CaseAssignedToLeader {
    CaseAssignedToLeader {
        campaign: campaign_id(campaign),
        leader: official_id(leader),
        replaces: replaces.map(official_id),
        origin: None,
    }
}

fn ended() -> CampaignClosed {
    CampaignClosed { origin: None }
}

/// The examples of EVENTS.md.
pub(crate) fn examples() -> Vec<Event> {
    vec![
        CampaignOpened { unit: unit_id(4), name: label("大下访 2010"), origin: None }.into(),
        listed(1024, Some(1)).into(),
        ended().into(),
        led(2, 17, None).into(),
    ]
}

/// Acts of campaigns, many of them illegal where they fall.
pub(crate) fn acts() -> impl Strategy<Value = Act> {
    let id = 1_u64..4;
    let other = prop::option::weighted(0.3, id.clone());
    (0_u8..20, id.clone(), id, other).prop_map(|(which, campaign, number, other)| match which {
        0..3 => Act::open(opened(), NoPersonal),
        3 => Act::on(campaign_id(campaign), ended(), NoPersonal),
        4..12 => Act::on(campaign_id(campaign), listed(number, other), NoPersonal),
        _ => Act::on(case_id(number), led(campaign, number, other), NoPersonal),
    })
}

/// B-1, opened at second 1,100 by record 6, with C-1 on its list since second 1,200 by record 7.
fn with_a_campaign() -> Ledger {
    let mut ledger = Ledger::with_a_case();
    ledger.run(Act::open(opened(), NoPersonal), 1_100).unwrap();
    list(&mut ledger, 1, 1, None, 1_200);
    ledger
}

fn list(ledger: &mut Ledger, campaign: u64, case: u64, before: Option<u64>, second: i64) {
    ledger.run(Act::on(campaign_id(campaign), listed(case, before), NoPersonal), second).unwrap();
}

fn end(ledger: &mut Ledger, campaign: u64, second: i64) {
    ledger.run(Act::on(campaign_id(campaign), ended(), NoPersonal), second).unwrap();
}

fn lead(ledger: &mut Ledger, body: CaseAssignedToLeader, second: i64) {
    ledger.run(Act::on(case_id(1), body, NoPersonal), second).unwrap();
}

fn close_case(ledger: &mut Ledger, second: i64) {
    let personal = CaseClosedPersonal { reason: text("moved away") };
    ledger.run(Act::on(case_id(1), closed(CloseReason::Other), personal), second).unwrap();
}

fn not_listed(ledger: &Ledger, campaign: u64, body: BacklogListed, second: i64) -> Violation {
    ledger.refused(Some(campaign_id(campaign)), body, NoPersonal, second)
}

fn not_led(ledger: &Ledger, body: CaseAssignedToLeader, second: i64) -> Violation {
    ledger.refused(Some(case_id(1)), body, NoPersonal, second)
}

fn standing(ledger: &Ledger, campaign: CampaignId, case: CaseId) -> Option<BacklogStanding> {
    ledger.states.campaign(campaign).unwrap().standing(campaign, ledger.states.case(case).unwrap())
}

#[test]
fn a_case_stands_in_one_open_campaign() {
    let mut ledger = with_a_campaign();
    ledger.run(Act::open(opened(), NoPersonal), 1_100).unwrap();
    for (campaign, before) in [(1, None), (2, None), (2, Some(1)), (2, Some(2))] {
        let violation = not_listed(&ledger, campaign, listed(1, before), 1_300);
        assert_eq!((violation.rule(), violation.against()), ("backlog-one-open-campaign", Some(7)));
    }
    end(&mut ledger, 1, 1_400);
    assert_eq!(
        not_listed(&ledger, 2, listed(1, None), 1_500).to_string(),
        "C-1 stands in B-1 by record 7: once B-1 is closed, it can be listed anew with B-1 as the one before"
    );
    let early = not_listed(&ledger, 2, listed(1, Some(1)), 1_399);
    assert_eq!((early.rule(), early.against()), ("not-before-what-it-follows", Some(9)));
    list(&mut ledger, 2, 1, Some(1), 1_400);
    let backlog = ledger.states.case(case_id(1)).unwrap().backlog.as_deref().unwrap();
    let campaigns: Vec<_> = backlog.listings().iter().map(|listing| listing.campaign).collect();
    assert_eq!(campaigns, [campaign_id(1), campaign_id(2)]);
    assert_eq!(ledger.states.campaign(campaign_id(2)).unwrap().listed, 1);
}

#[test]
fn a_case_that_was_never_listed_is_carried_over_from_nowhere() {
    let mut ledger = with_a_campaign();
    ledger.run(Act::open(case(), CaseRegisteredPersonal::default()), 1_000).unwrap();
    end(&mut ledger, 1, 1_300);
    ledger.run(Act::open(opened(), NoPersonal), 1_400).unwrap();
    let violation = not_listed(&ledger, 2, listed(2, Some(1)), 1_500);
    assert_eq!(
        (violation.rule(), violation.to_string().as_str()),
        ("backlog-case-listed", "C-2 does not stand in B-1")
    );
}

#[test]
fn only_a_live_case_is_listed_and_led() {
    let mut ledger = with_a_campaign();
    close_case(&mut ledger, 1_300);
    ledger.run(Act::open(opened(), NoPersonal), 1_100).unwrap();
    for violation in
        [not_led(&ledger, led(1, 1, None), 1_400), not_listed(&ledger, 2, listed(1, Some(1)), 1_400)]
    {
        assert_eq!((violation.rule(), violation.against()), ("backlog-case-live", Some(8)));
    }
    ledger.run(Act::open(case(), CaseRegisteredPersonal::default()), 1_500).unwrap();
    let violation = not_listed(&ledger, 2, listed(2, None), 1_499);
    assert_eq!((violation.rule(), violation.against()), ("not-before-registration", Some(10)));
}

#[test]
fn nothing_happens_in_a_closed_campaign_or_before_its_opening() {
    let mut ledger = with_a_campaign();
    let early = ledger.refused(Some(campaign_id(1)), ended(), NoPersonal, 1_099);
    assert_eq!((early.rule(), early.against()), ("not-before-what-it-follows", Some(6)));
    assert_eq!(not_listed(&ledger, 1, listed(1, None), 1_099).rule(), "not-before-what-it-follows");
    let early = ledger.refused(Some(campaign_id(1)), ended(), NoPersonal, 1_199);
    assert_eq!((early.rule(), early.against()), ("not-before-what-it-follows", Some(7)));
    end(&mut ledger, 1, 1_200);
    for violation in [
        not_listed(&ledger, 1, listed(1, Some(1)), 1_300),
        not_led(&ledger, led(1, 1, None), 1_300),
        ledger.refused(Some(campaign_id(1)), ended(), NoPersonal, 1_300),
    ] {
        assert_eq!((violation.rule(), violation.against()), ("campaign-open", Some(8)));
    }
}

#[test]
fn a_listed_case_has_one_leader() {
    let mut ledger = with_a_campaign();
    let early = not_led(&ledger, led(1, 1, None), 1_199);
    assert_eq!((early.rule(), early.against()), ("not-before-what-it-follows", Some(7)));
    assert_eq!(not_led(&ledger, led(1, 1, Some(2)), 1_300).to_string(), "C-1 has no leader to be replaced");
    lead(&mut ledger, led(1, 1, None), 1_300);
    for body in [led(1, 2, None), led(1, 2, Some(2)), led(1, 1, None), led(1, 1, Some(1))] {
        let violation = not_led(&ledger, body, 1_400);
        assert_eq!((violation.rule(), violation.against()), ("one-leader-a-case", Some(8)));
    }
    lead(&mut ledger, led(1, 2, Some(1)), 1_400);
    let state = ledger.states.case(case_id(1)).unwrap();
    assert_eq!((state.records, state.last_record), (3, 9));
    assert_eq!(standing(&ledger, campaign_id(1), case_id(1)).unwrap().leader, Some((official_id(2), 9)));
}

#[test]
fn a_leader_is_given_to_listed_cases_only() {
    let mut ledger = with_a_campaign();
    ledger.run(Act::open(case(), CaseRegisteredPersonal::default()), 1_000).unwrap();
    let violation = ledger.refused(Some(case_id(2)), led(1, 1, None), NoPersonal, 1_300);
    assert_eq!((violation.rule(), violation.against()), ("backlog-case-listed", None));
    assert_eq!(standing(&ledger, campaign_id(1), case_id(2)), None);
}

#[test]
fn what_became_of_a_case_is_decided_at_the_closing() {
    let outcome = |ledger: &Ledger| {
        let standing = standing(ledger, campaign_id(1), case_id(1)).unwrap();
        (standing.outcome, standing.record)
    };
    let mut ledger = with_a_campaign();
    assert_eq!(outcome(&ledger), (BacklogOutcome::CarriedOver, 7));
    let mut carried = ledger.clone();
    close_case(&mut ledger, 1_300);
    assert_eq!(outcome(&ledger), (BacklogOutcome::Resolved, 8));
    end(&mut ledger, 1, 1_400);
    let reopen = Act::on(case_id(1), reopened(), CaseReopenedPersonal::default());
    ledger.run(reopen, 1_500).unwrap();
    assert_eq!(outcome(&ledger), (BacklogOutcome::Resolved, 8));

    end(&mut carried, 1, 1_400);
    close_case(&mut carried, 1_500);
    assert_eq!(outcome(&carried), (BacklogOutcome::CarriedOver, 7));
}
