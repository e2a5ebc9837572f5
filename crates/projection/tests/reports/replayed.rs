//! The same report from a replay, from the index, from an index built anew, and as of a size at which the log once ended.

use std::collections::BTreeMap;

use docket_domain::{
    Act, AttemptReason, CaseAccepted, CaseAcceptedPersonal, CaseReopenedPersonal, CaseStatus, Command,
    HouseholdRegisteredPersonal, NoPersonal, Notice, Office, OfficialAppointed, PublicText, ReceptionHeld,
    ReplyDelivered, ReplyDeliveredPersonal, RuleSet, RulesAdopted, SatisfactionSurveyed, Timestamp,
    VisitAttempted, VisitAttemptedPersonal, VisitMade, VisitMadePersonal,
};
use docket_projection::{
    Acknowledge, Desk, Figure, FigureName, ProjectionError, Report, ReportName, Scope, UnitOfCount, Value,
    rebuild,
};
use proptest::prelude::*;

use crate::{
    aid, campaign, cases, diary,
    office::{self, Ledger, assign, at, case_from, close, official_id, row, unit_id},
    receptions, rectification, registers, supervision,
    support::{case_id, household, household_id, reopened, reply},
    visits,
};

/// What is asked, with several filters at once.
#[derive(Clone, Debug)]
struct Question {
    period: Option<(i64, i64)>,
    by_unit: bool,
    unit: Option<u64>,
    official: Option<u64>,
    household: Option<u64>,
    status: Option<CaseStatus>,
    explained: Option<FigureName>,
}

/// Commands of every kind, many of them illegal where they fall.
pub(crate) fn command() -> impl Strategy<Value = Command> {
    let act = prop_oneof![
        60 => of_import(),
        60 => handled(),
        60 => daily(),
        20 => cases::acts(),
        30 => diary::acts(),
        40 => aid::acts(),
        20 => campaign::acts(),
        50 => registers::acts(),
        20 => receptions::acts(),
        40 => visits::acts(),
        20 => rectification::acts(),
        20 => supervision::acts(),
    ];
    let second = prop_oneof![9 => 990_i64..3_000, 1 => 3_000_i64..500_000];
    (act, prop::option::of(1_u64..5), second).prop_map(|(act, actor, second)| Command {
        actor: actor.map(official_id),
        occurred: at(second),
        act,
    })
}

/// What the unit with which every history begins does from day to day: nearly all of it legal.
fn daily() -> impl Strategy<Value = Act> {
    (0_u8..6, 1_u64..4).prop_map(|(which, number)| {
        let (unit, by, household) = (unit_id(1), official_id(1), household_id(number));
        match which {
            0 | 1 => {
                let reason = AttemptReason::NobodyHome;
                let body = VisitAttempted { unit, by, reason, origin: None };
                Act::on(household, body, VisitAttemptedPersonal::default())
            }
            2 => {
                let companions = Vec::new();
                let body = VisitMade { unit, by, companions, minutes: None, origin: None };
                Act::on(household, body, VisitMadePersonal::default())
            }
            3 => {
                let body = ReceptionHeld { by, substitute: false, minutes: None, origin: None };
                Act::on(unit, body, NoPersonal)
            }
            4 => {
                let body = SatisfactionSurveyed { by: official_id(2), origin: None };
                Act::on(case_id(1), body, NoPersonal)
            }
            _ => {
                let reply = ReplyDelivered { approver: Some(official_id(2)), ..reply() };
                Act::on(case_id(1), reply, ReplyDeliveredPersonal::default())
            }
        }
    })
}

/// A unit with its secretary, another official, three households, and a case that is given to the unit.
pub(crate) fn beginning() -> Vec<Act> {
    let home = || Act::open(household(unit_id(1)), HouseholdRegisteredPersonal::default());
    let secretary =
        OfficialAppointed { unit: unit_id(1), office: Office::Secretary, rank: None, origin: None };
    let accepted = CaseAccepted { notice: Notice::Given, origin: None };
    vec![
        office::unit(None),
        office::official(1),
        office::source(),
        adopted(),
        office::official(1),
        Act::on(official_id(1), secretary, NoPersonal),
        home(),
        home(),
        home(),
        case_from(Some(unit_id(1)), None, None),
        assign(1, 1, None),
        Act::on(case_id(1), accepted, CaseAcceptedPersonal::default()),
    ]
}

/// A case raised, given to somebody, replied to, closed, and taken up again.
fn handled() -> impl Strategy<Value = Act> {
    (0_u8..7, 1_u64..6, 1_u64..4, prop::option::of(1_u64..4)).prop_map(|(which, own, unit, person)| {
        let id = case_id(own);
        match which {
            0 => case_from(Some(unit_id(unit)), person.map(|person| 1_500 * person.cast_signed()), None),
            1 | 2 => assign(own, unit, person),
            3 => {
                let body = ReplyDelivered { approver: person.map(official_id), ..reply() };
                Act::on(id, body, ReplyDeliveredPersonal::default())
            }
            4 => close(own),
            5 => Act::on(id, reopened(), CaseReopenedPersonal::default()),
            _ => {
                let notice = Notice::Given;
                Act::on(id, CaseAccepted { notice, origin: None }, CaseAcceptedPersonal::default())
            }
        }
    })
}

fn of_import() -> impl Strategy<Value = Act> {
    (0_u8..3, 1_u64..5, 1_u64..5, prop::option::of(1_u64..5)).prop_map(|(which, case, unit, person)| {
        match which {
            0 => case_from(person.map(unit_id), Some(1_500), Some(row(unit))),
            1 => assign(case, unit, person),
            _ => close(case),
        }
    })
}

fn question() -> impl Strategy<Value = Question> {
    let moment = prop_oneof![4 => 900_i64..3_000, 1 => 3_000_i64..600_000, 1 => Just(1_300_000_000)];
    let id = || prop::option::of(1_u64..4);
    let status = prop::option::of(prop::sample::select(CaseStatus::ALL));
    let figure = prop::option::of(prop::sample::select(FigureName::ALL));
    (prop::option::of((moment.clone(), moment)), any::<bool>(), id(), id(), id(), status, figure).prop_map(
        |(period, by_unit, unit, official, household, status, explained)| {
            let period = period.map(|(one, other)| (one.min(other) * 1_000_000, one.max(other) * 1_000_000));
            Question { period, by_unit, unit, official, household, status, explained }
        },
    )
}

impl Question {
    fn scope(&self, desk: &Desk) -> Scope {
        Scope {
            period: self.period,
            by_unit: self.by_unit,
            explained: self.explained,
            unit: self.unit.map(unit_id),
            official: self.official.map(official_id),
            household: self.household.map(household_id),
            status: self.status,
            ..desk.scope().unwrap()
        }
    }

    /// All reports.
    fn ask(&self, desk: &mut Desk) -> Vec<Report> {
        let scope = self.scope(desk);
        let states = desk.states().unwrap();
        ReportName::ALL.iter().map(|name| name.make(states, &scope)).collect()
    }
}

/// What every report has in common.
fn assert_sound(reports: &[Report], size: u64) {
    let mut values: BTreeMap<FigureName, Value> = BTreeMap::new();
    for report in reports {
        for check in &report.checks {
            assert!(check.holds(), "{check:?} in {report:?}");
        }
        // An official's assessment is their row of all officials': other reports have no such rows.
        if report.name == ReportName::Assessment && report.scope.official.is_some() {
            continue;
        }
        for figure in &report.figures {
            let of_units = report.rows.iter().map(|row| {
                row.figures.iter().find(|other| other.name == figure.name).expect("a row has every figure")
            });
            // Points are shares of weights: those of units make no sum, and stand on measures, which are explained.
            if figure.unit_of_count == UnitOfCount::PointHundredths {
                continue;
            }
            if report.scope.by_unit {
                assert_eq!(sum(of_units), parts(figure.value), "{:?} of {:?}", figure.name, report.name);
            }
            if let Value::Ratio { numerator, denominator } = figure.value {
                assert!(numerator <= denominator, "{figure:?}");
            }
            // One name is one figure, whichever report shows it.
            let first = values.entry(figure.name).or_insert(figure.value);
            assert_eq!(*first, figure.value, "{:?} of {:?}", figure.name, report.name);
            assert_eq!(figure.evidence.is_some(), report.scope.explained == Some(figure.name));
            if let Some(evidence) = &figure.evidence {
                assert_eq!(evidence.counted.is_empty(), parts(figure.value).0 == 0, "{figure:?}");
                assert!(evidence.counted.iter().chain(&evidence.missed).all(|record| *record < size));
            }
        }
    }
}

fn parts(value: Value) -> (u64, u64) {
    match value {
        Value::Count(count) => (count, 0),
        Value::Ratio { numerator, denominator } => (numerator, denominator),
    }
}

fn sum<'a>(figures: impl Iterator<Item = &'a Figure>) -> (u64, u64) {
    figures.map(|figure| parts(figure.value)).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

fn adopted() -> Act {
    let text = PublicText::new(RuleSet::shipped("cn-2005").unwrap()).unwrap();
    Act::open(RulesAdopted { text, in_force_from: Timestamp(0) }, NoPersonal)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn a_report_is_the_same_wherever_it_is_made(
        commands in prop::collection::vec((command(), prop::bool::weighted(0.02)), 100..300),
        questions in prop::collection::vec(question(), 4),
    ) {
        let mut ledger = Ledger::new();
        ledger.session([beginning()]);
        let mut then: Vec<(u64, Vec<Vec<Report>>)> = Vec::new();
        let mut open = ledger.office();
        let last = commands.len() - 1;
        for (number, (command, ends)) in commands.into_iter().enumerate() {
            match open.record(ledger.next_command_id(), vec![command], Acknowledge::Later) {
                Ok(_) | Err(ProjectionError::Refused(_)) => {}
                Err(error) => panic!("{error:?}"),
            }
            if ends || number == last {
                open.finish().unwrap();
                let mut desk = ledger.desk();
                prop_assert_eq!(desk.notices(), &[] as &[String]);
                let mut replay = ledger.replay();
                let mut asked = Vec::new();
                for question in &questions {
                    let reports = question.ask(&mut replay);
                    assert_sound(&reports, replay.size());
                    prop_assert_eq!(&question.ask(&mut desk), &reports);
                    asked.push(reports);
                }
                then.push((replay.size(), asked));
                open = ledger.office();
            }
        }
        drop(open);
        for (size, asked) in &then {
            let mut past = ledger.as_of(*size);
            for (question, reports) in questions.iter().zip(asked) {
                prop_assert_eq!(&question.ask(&mut past), reports);
            }
        }
        let aside = ledger.aside();
        rebuild(&ledger.reader(), &aside, &|_| {}).unwrap();
        let mut rebuilt = Desk::open(ledger.disk(), &aside).unwrap();
        let (_, asked) = then.last().unwrap();
        for (question, reports) in questions.iter().zip(asked) {
            prop_assert_eq!(&question.ask(&mut rebuilt), reports);
        }
    }
}
