//! Reports on small histories whose figures one can count by hand.

use docket_domain::{
    Act, AidDelivered, AidDeliveredPersonal, AidId, AidKind, AidReceiptConfirmed, Aspect, Command,
    ControlAttested, ControlAttestedPersonal, GiftHandedIn, GiftHandedInPersonal, GiftKind,
    HouseholdRegistered, HouseholdRegisteredPersonal, NoPersonal, OfficialId, StatisticCited, UnitId,
    UnitLevel, UnitMerged, UnitRegistered,
};
use docket_projection::{Acknowledge, Evidence, FigureName, Report, ReportName, Scope, Value};

use crate::{
    office::{Ledger, official, official_id, text, unit_id},
    support::{household_id, label},
};

/// Records acts, each at its day of 2010, counted from the first of January.
pub(crate) fn ledger(acts: Vec<(i64, Act)>) -> Ledger {
    let mut ledger = Ledger::new();
    let mut office = ledger.office();
    for (day, act) in acts {
        let at = docket_domain::Timestamp((1_262_304_000 + 86_400 * day) * 1_000_000);
        let occurred = docket_domain::OccurredAt { at, precision: docket_domain::Precision::Second };
        let command = Command { actor: None, occurred, act };
        office.record(ledger.next_command_id(), vec![command], Acknowledge::Later).unwrap();
    }
    office.finish().unwrap();
    ledger
}

pub(crate) fn unit(level: UnitLevel, parent: Option<u64>) -> Act {
    let name = label("Shiping");
    let parent = parent.map(unit_id);
    Act::open(UnitRegistered { level, parent, name, code: None, origin: None }, NoPersonal)
}

fn gift(official: OfficialId, amount_fen: u64) -> Act {
    let body = GiftHandedIn { official, kind: GiftKind::Cash, amount_fen, origin: None };
    Act::open(body, GiftHandedInPersonal::default())
}

pub(crate) fn household(unit: UnitId, members: u8) -> Act {
    let body = HouseholdRegistered { unit, code: None, members, origin: None };
    Act::open(body, HouseholdRegisteredPersonal { name: text("Luo"), ..Default::default() })
}

fn aid(unit: u64, household: u64, by: u64, voucher: &str, members: u32) -> Act {
    let body = AidDelivered {
        household: household_id(household),
        unit: unit_id(unit),
        by: official_id(by),
        kind: AidKind::Cash,
        amount_fen: 10_000,
        voucher: label(voucher),
        members,
        origin: None,
    };
    Act::open(body, AidDeliveredPersonal::default())
}

fn received(number: u64, household: u64) -> Act {
    let body = AidReceiptConfirmed { household: household_id(household), by: None, origin: None };
    Act::on(AidId::new(number).unwrap(), body, NoPersonal)
}

pub(crate) fn make(ledger: &Ledger, name: ReportName, scope: impl FnOnce(Scope) -> Scope) -> Report {
    let mut desk = ledger.desk();
    // The clock of tests stands still at the year's beginning.
    let known_until = docket_domain::Timestamp(1_293_811_200_000_000);
    let scope = scope(Scope { known_until, ..desk.scope().unwrap() });
    name.make(desk.states().unwrap(), &scope)
}

pub(crate) fn value(report: &Report, name: FigureName) -> Value {
    report.figure(name).unwrap().value
}

/// A town with a village and a community, an official in each, and a village elsewhere.
pub(crate) fn town() -> Vec<(i64, Act)> {
    vec![
        (0, unit(UnitLevel::Town, None)),
        (0, unit(UnitLevel::Village, Some(1))),
        (0, unit(UnitLevel::Community, Some(1))),
        (0, unit(UnitLevel::Village, None)),
        (0, official(2)),
        (0, official(4)),
    ]
}

#[test]
fn a_unit_stands_for_those_below_and_those_merged_into_them() {
    let merged = Act::on(unit_id(4), UnitMerged { into: unit_id(2), origin: None }, NoPersonal);
    let acts = [(10, gift(official_id(1), 500)), (10, gift(official_id(2), 70)), (100, merged)];
    let ledger = ledger(town().into_iter().chain(acts).collect());
    let of = |unit| {
        let report = make(&ledger, ReportName::Rectification, |scope| Scope { unit, ..scope });
        value(&report, FigureName::GiftsFen)
    };
    assert_eq!(of(None), Value::Count(570));
    assert_eq!(of(Some(unit_id(3))), Value::Count(0));
    // Both through the village to which the other was merged, and through the town above it.
    assert_eq!(of(Some(unit_id(2))), Value::Count(570));
    assert_eq!(of(Some(unit_id(1))), Value::Count(570));
    assert_eq!(of(Some(unit_id(4))), Value::Count(70));
    let units = |to: i64| {
        let period = Some((0, (1_262_304_000 + 86_400 * to) * 1_000_000));
        let report = make(&ledger, ReportName::Overview, |scope| Scope { period, ..scope });
        assert!(report.checks.iter().all(docket_projection::Check::holds));
        value(&report, FigureName::Units)
    };
    // As of the end of the period, whatever is known since.
    assert_eq!((units(50), units(200)), (Value::Count(3), Value::Count(2)));
}

#[test]
fn beneficiaries_are_distinct_persons_and_count_once_receipt_is_confirmed() {
    let acts = [
        (1, household(unit_id(2), 4)),
        (1, household(unit_id(2), 3)),
        (5, aid(2, 1, 1, "V-1", 0b0011)),
        (6, aid(2, 1, 1, "V-2", 0b0110)),
        (7, aid(2, 2, 1, "V-3", 0b0111)),
        (8, received(1, 1)),
        (9, received(2, 1)),
    ];
    let ledger = ledger(town().into_iter().chain(acts).collect());
    let report =
        make(&ledger, ReportName::Aid, |scope| Scope { explained: Some(FigureName::AidConfirmed), ..scope });
    assert_eq!(value(&report, FigureName::Beneficiaries), Value::Count(3));
    assert_eq!(value(&report, FigureName::AidConfirmed), Value::Ratio { numerator: 2, denominator: 3 });
    assert_eq!(value(&report, FigureName::AidMoneyFen), Value::Count(20_000));
    assert_eq!(value(&report, FigureName::AidUnconfirmedFen), Value::Count(10_000));
    // The records that confirmed, and the delivery that nobody confirmed.
    let evidence = report.figure(FigureName::AidConfirmed).unwrap().evidence.clone().unwrap();
    let size = ledger.reader().size();
    let from_end = |records: &[u64]| records.iter().map(|record| size - record).collect::<Vec<_>>();
    let Evidence { counted, missed, more } = evidence;
    assert_eq!((from_end(&counted).len(), from_end(&missed).len(), more), (2, 1, 0));
    assert!(missed[0] < counted[0] && counted[0] + 1 == counted[1]);
    let one = make(&ledger, ReportName::Aid, |scope| Scope {
        household: Some(household_id(2)),
        official: Some(official_id(1)),
        ..scope
    });
    assert_eq!(value(&one, FigureName::AidDeliveries), Value::Count(1));
    assert_eq!(value(&one, FigureName::Beneficiaries), Value::Count(0));
}

#[test]
fn a_quarter_is_attested_kept_not_kept_or_missing() {
    let attest = |aspect, fulfilled| {
        let by = official_id(1);
        let body = ControlAttested { aspect, year: 2010, quarter: 1, fulfilled, by, origin: None };
        Act::on(unit_id(2), body, ControlAttestedPersonal::default())
    };
    let acts = [(95, attest(Aspect::Cash, true)), (96, attest(Aspect::Audit, false))];
    let ledger = ledger(town().into_iter().chain(acts).collect());
    let (from, to) = (1_262_275_200_000_000, 1_270_051_200_000_000);
    let report = make(&ledger, ReportName::Finance, |scope| Scope {
        period: Some((from, to)),
        unit: Some(unit_id(2)),
        by_unit: true,
        ..scope
    });
    let count = |name| value(&report, name);
    assert_eq!(count(FigureName::AttestationsDue), Value::Count(7));
    assert_eq!(count(FigureName::AttestationsFulfilled), Value::Count(1));
    assert_eq!(count(FigureName::AttestationsNotFulfilled), Value::Count(1));
    assert_eq!(count(FigureName::AttestationsMissing), Value::Count(5));
    assert_eq!(count(FigureName::CashControl), Value::Ratio { numerator: 1, denominator: 1 });
    assert_eq!(count(FigureName::Audit), Value::Ratio { numerator: 0, denominator: 1 });
    assert_eq!(report.rows.len(), 1);
    assert!(report.checks.iter().all(docket_projection::Check::holds));
    // A day before the quarter's end nothing is due yet.
    let early = make(&ledger, ReportName::Finance, |scope| Scope { period: Some((from, to - 1)), ..scope });
    assert_eq!(value(&early, FigureName::AttestationsDue), Value::Count(0));
}

#[test]
fn a_statistic_is_cited_and_never_computed() {
    let cited = StatisticCited {
        name: label("farmers' income"),
        numerator: 1_783,
        denominator: 10_000,
        counted_in: label("growth"),
        period: label("2010"),
        source: label("Bureau of Statistics"),
        origin: None,
    };
    let acts = [(20, Act::on(unit_id(2), cited, NoPersonal))];
    let ledger = ledger(town().into_iter().chain(acts).collect());
    let cited = |unit| make(&ledger, ReportName::Overview, |scope| Scope { unit, ..scope }).citations;
    assert_eq!((cited(None).len(), cited(Some(unit_id(1))).len(), cited(Some(unit_id(4))).len()), (1, 1, 0));
    assert_eq!((cited(None)[0].numerator, cited(None)[0].denominator), (1_783, 10_000));
}
