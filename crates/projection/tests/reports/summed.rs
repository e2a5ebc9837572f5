//! Reports that the index keeps sums for: the same as a replay's after whatever is recorded, and whenever that is.

use docket_domain::{
    Act, BacklogListed, CampaignClosed, CampaignId, CampaignOpened, Command, Label, NoPersonal, OccurredAt,
    Precision, PublicText, RuleSet, RulesAdopted, Timestamp,
};
use docket_projection::{Acknowledge, FigureName, IndexCheck, ProjectionError, Report, ReportName, Value};
use proptest::prelude::*;

use crate::{
    office::{Ledger, assign, case, case_id, close, official, tamper, unit, unit_id},
    replayed::{beginning, command},
};

const HOUR: i64 = 3_600_000_000;
/// 2010-01-01 in Shanghai begins so.
const MIDNIGHT: i64 = 1_262_275_200_000_000;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// Commands, each claimed to have happened so many hours from now.
    Work(Vec<(Command, i64)>),
    /// Nothing but time, and a record that changes no case and no household.
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    let hours = prop_oneof![8 => -100_i64..1, 1 => 0_i64..600];
    prop_oneof![
        1 => prop::collection::vec((command(), hours), 1..12).prop_map(Step::Work),
        1 => Just(Step::Wait),
    ]
}

/// How long it takes until then: often to the very end of a day, or the beginning of another.
fn later() -> impl Strategy<Value = (i64, Option<i64>)> {
    let hours = prop_oneof![4 => 0_i64..60, 2 => 60_i64..1_000, 1 => 1_000_i64..9_000];
    (hours, prop::option::weighted(0.6, -3_i64..4))
}

fn all_of(ledger: &Ledger) -> (Vec<Report>, Vec<Report>) {
    let (mut desk, mut replay) = (ledger.desk(), ledger.replay());
    assert_eq!(desk.notices(), &[] as &[String]);
    let scope = desk.scope().unwrap();
    (desk.reports(ReportName::ALL, &scope).unwrap(), replay.reports(ReportName::ALL, &scope).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn sums_are_those_of_a_replay_at_every_moment(
        steps in prop::collection::vec((step(), later()), 20..60),
    ) {
        let mut ledger = Ledger::new();
        let mut now = MIDNIGHT + 12 * HOUR;
        ledger.clock().set(now);
        ledger.session([beginning()]);
        for (step, (hours, near)) in steps {
            now += hours * HOUR;
            if let Some(near) = near {
                let day = (now - MIDNIGHT) / (24 * HOUR) + 1;
                now = now.max(MIDNIGHT + day * 24 * HOUR + near);
            }
            // Each record takes a second of the clock; this one comes last, and nothing comes behind it.
            ledger.clock().set(now);
            let commands = match step {
                Step::Work(commands) => commands,
                Step::Wait => vec![(Command { actor: None, occurred: moment(now), act: official(1) }, 0)],
            };
            let mut office = ledger.office();
            for (command, hours) in commands {
                let command = Command { occurred: moment(now + hours * HOUR), ..command };
                match office.record(ledger.next_command_id(), vec![command], Acknowledge::Later) {
                    Ok(_) | Err(ProjectionError::Refused(_)) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
            office.finish().unwrap();
            let (summed, replayed) = all_of(&ledger);
            prop_assert_eq!(summed, replayed);
            let found = ledger.check();
            prop_assert!(matches!(found, IndexCheck::Same { .. }), "{:?}", found);
        }
    }
}

fn moment(at: i64) -> OccurredAt {
    OccurredAt { at: Timestamp(at), precision: Precision::Second }
}

/// The key of a page of cases.
fn page(number: u64) -> Vec<u8> {
    [b"p".as_slice(), &[1, 0, 4], &number.to_be_bytes()].concat()
}

/// Of five pages, damages all but the first and the last.
fn damage(ledger: &Ledger) {
    tamper(&ledger.sled(), |tree| {
        for number in 1..4 {
            assert!(tree.insert(page(number), b"damaged").unwrap().is_some());
        }
    });
}

fn notices_of_reports(ledger: &Ledger) -> Vec<String> {
    let mut desk = ledger.desk();
    let scope = desk.scope().unwrap();
    let made = desk.reports(&[ReportName::Cases, ReportName::Timeliness], &scope).unwrap();
    let replayed = ledger.replay().reports(&[ReportName::Cases, ReportName::Timeliness], &scope).unwrap();
    assert_eq!(made, replayed);
    desk.notices().to_vec()
}

#[test]
fn a_report_reads_only_the_pages_that_changed() {
    let mut ledger = Ledger::with_cases(600);
    damage(&ledger);
    for acts in [vec![close(1)], vec![case(), assign(600, 1, None)], vec![close(2)]] {
        ledger.session([acts]);
        assert_eq!(notices_of_reports(&ledger), Vec::<String>::new());
    }
    // What changes does not lie under the sums any more.
    ledger.session([vec![close(3)]]);
    tamper(&ledger.sled(), |tree| drop(tree.insert(page(0), b"damaged").unwrap()));
    assert!(notices_of_reports(&ledger)[0].starts_with("the log is replayed instead"));
}

#[test]
fn another_rule_set_makes_all_sums_anew() {
    let mut ledger = Ledger::with_cases(600);
    let text = PublicText::new(RuleSet::shipped("cn-2005").unwrap()).unwrap();
    ledger.session([vec![Act::open(RulesAdopted { text, in_force_from: Timestamp(0) }, NoPersonal)]]);
    assert_eq!(notices_of_reports(&ledger), Vec::<String>::new());
    damage(&ledger);
    ledger.session([vec![close(1)]]);
    assert_eq!(notices_of_reports(&ledger), Vec::<String>::new());
    let text = PublicText::new(RuleSet::shipped("cn-2022").unwrap()).unwrap();
    ledger.session([vec![Act::open(RulesAdopted { text, in_force_from: Timestamp(1) }, NoPersonal)]]);
    assert!(notices_of_reports(&ledger)[0].starts_with("the log is replayed instead"));
}

#[test]
fn a_campaign_that_closed_before_changes_what_became_of_its_cases() {
    let campaign = CampaignId::new(1).unwrap();
    let opened = CampaignOpened { unit: unit_id(1), name: Label::new("spring").unwrap(), origin: None };
    let listed = BacklogListed { case: case_id(1), before: None, origin: None };
    let mut ledger = Ledger::with_cases(3);
    let mut record = |hours: i64, act: Act| {
        let now = MIDNIGHT + hours * HOUR;
        ledger.clock().set(now);
        let mut office = ledger.office();
        // The campaign closes at noon, and that is recorded in the evening.
        let occurred = moment(if hours == 18 { MIDNIGHT + 12 * HOUR } else { now });
        let command = Command { actor: None, occurred, act };
        office.record(ledger.next_command_id(), vec![command], Acknowledge::Now).unwrap();
        office.finish().unwrap();
        let (summed, replayed) = all_of(&ledger);
        assert_eq!(summed, replayed);
        let campaigns = summed.iter().find(|report| report.name == ReportName::Campaigns).unwrap();
        campaigns.figure(FigureName::BacklogResolved).unwrap().value
    };
    record(10, Act::open(opened, NoPersonal));
    record(11, Act::on(campaign, listed, NoPersonal));
    assert_eq!(record(14, close(1)), Value::Count(1));
    let closed = CampaignClosed { origin: None };
    assert_eq!(record(18, Act::on(campaign, closed, NoPersonal)), Value::Count(0));
}

#[test]
fn the_first_page_of_all_has_no_sum_until_a_report_needs_one() {
    let mut ledger = Ledger::new();
    ledger.session([vec![unit(None), official(1)]]);
    ledger.session([vec![case()]]);
    ledger.assert_same();
    assert_eq!(notices_of_reports(&ledger), Vec::<String>::new());
    ledger.assert_same();
}

#[test]
fn a_sum_of_another_page_is_found() {
    let ledger = Ledger::with_cases(600);
    let key = [b"s".as_slice(), &[0, 4], &[0; 4]].concat();
    tamper(&ledger.sled(), |tree| {
        // The first case closed in one page more: a figure of a sum is a number of two bytes at most here.
        let good = tree.get(&key).unwrap().unwrap();
        let place = good.iter().position(|byte| *byte == 128).unwrap();
        let mut bad = good.to_vec();
        bad[place] = 127;
        tree.insert(&key, bad).unwrap();
    });
    let found = ledger.check();
    assert!(
        matches!(&found, IndexCheck::Differs(found) if found == &["sum 0 of the cases is not what the log gives"]),
        "{found:?}"
    );
}
