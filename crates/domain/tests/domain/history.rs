//! Random legal histories.

use std::{collections::BTreeSet, sync::Arc};

use docket_domain::{
    Act, CaseClosed, CaseClosedPersonal, CaseRegistered, CaseRegisteredPersonal, CaseReopenedPersonal,
    CloseReason, Command, Event, EventRef, Memory, NoPersonal, OfficialRegisteredPersonal, PublicText,
    ReplyDelivered, ReplyDeliveredPersonal, RuleSet, RulesAdopted, StepTakenPersonal, Store, StreamKind,
    StreamRef, UniqueKey, View, Zone, apply, decide,
};
use proptest::{prelude::*, sample::select};

use crate::{
    aid, campaign, diary, receptions, rectification, registers, supervision,
    support::{
        Ledger, assigned, at, case, case_id, closed, official, official_id, reopened, reply, row, step, text,
        unit, unit_id,
    },
    visits,
};

/// Commands of every kind, many of them illegal where they fall.
fn command() -> impl Strategy<Value = Command> {
    let act = prop_oneof![
        60 => cases(),
        10 => crate::cases::acts(),
        1 => adoption(),
        40 => aid::acts(),
        20 => receptions::acts(),
        20 => visits::acts(),
        20 => campaign::acts(),
        30 => diary::acts(),
        50 => registers::acts(),
        50 => rectification::acts(),
        60 => supervision::acts(),
    ];
    (act, prop::option::of(1_u64..5), seconds()).prop_map(|(act, actor, second)| Command {
        actor: actor.map(official_id),
        occurred: at(second),
        act,
    })
}

/// Most commands fall on one day, some a few days later.
fn seconds() -> impl Strategy<Value = i64> {
    prop_oneof![9 => 990_i64..3_000, 1 => 3_000_i64..500_000]
}

fn cases() -> impl Strategy<Value = Act> {
    let id = 1_u64..5;
    (0_u8..10, id.clone(), id.clone(), prop::option::of(id), any::<bool>()).prop_map(
        |(which, case_number, unit_number, person, imported)| {
            let origin = imported.then(|| row(unit_number));
            let case_id = case_id(case_number);
            match which {
                0 => Act::open(unit(person.map(unit_id)), NoPersonal),
                1 => {
                    let personal = OfficialRegisteredPersonal { name: text("Zhou"), contact: None };
                    Act::open(official(unit_id(unit_number)), personal)
                }
                2 => {
                    let body = CaseRegistered { unit: person.map(unit_id), origin, ..case() };
                    let personal = CaseRegisteredPersonal { text: text("no water"), ..Default::default() };
                    Act::open(body, personal)
                }
                3 | 4 => {
                    let mut body = assigned(unit_number);
                    body.handler = person.map(official_id);
                    Act::on(case_id, body, NoPersonal)
                }
                5 => Act::on(case_id, step(), StepTakenPersonal { text: text("went there") }),
                6 => {
                    let body = ReplyDelivered { approver: person.map(official_id), ..reply() };
                    Act::on(case_id, body, ReplyDeliveredPersonal::default())
                }
                7 => Act::on(case_id, closed(CloseReason::Replied), CaseClosedPersonal::default()),
                8 => {
                    let body = CaseClosed { reason: CloseReason::AsStatedBySource, origin };
                    Act::on(case_id, body, CaseClosedPersonal::default())
                }
                _ => Act::on(case_id, reopened(), CaseReopenedPersonal::default()),
            }
        },
    )
}

fn adoption() -> impl Strategy<Value = Act> {
    (0_i64..3_000, select(&["sla", "sla", "cn-2005", "uk-complaints"][..])).prop_map(|(second, name)| {
        let text = PublicText::new(RuleSet::shipped(name).unwrap()).unwrap();
        Act::open(RulesAdopted { text, in_force_from: at(second).at }, NoPersonal)
    })
}

/// Shows only the states that a command or an event says it reads.
struct Only<'a> {
    states: &'a mut Memory,
    reads: Vec<StreamRef>,
}

impl Only<'_> {
    fn shows(&self, stream: StreamRef) -> bool {
        // Every store has all rule sets loaded.
        stream.kind == StreamKind::RULES || self.reads.contains(&stream)
    }
}

macro_rules! only {
    ($( $KIND:ident $number:literal $letter:literal $what:literal: $one:ident $many:ident $push:ident $mutable:ident $Id:ident $State:ident $doc:literal; )+) => {
        impl View for Only<'_> {
            fn count(&self, kind: StreamKind) -> u64 {
                self.states.count(kind)
            }
            fn zone(&self) -> &Zone {
                self.states.zone()
            }
            fn claimed(&self, key: &UniqueKey) -> Option<u64> {
                self.states.claimed(key)
            }
            $(
                fn $one(&self, id: docket_domain::$Id) -> Option<&docket_domain::$State> {
                    self.states.$one(id).filter(|_| self.shows(id.stream()))
                }
            )+
        }

        impl Store for Only<'_> {
            fn claim(&mut self, key: UniqueKey, record: u64) {
                self.states.claim(key, record);
            }
            $(
                fn $push(&mut self, state: docket_domain::$State) {
                    self.states.$push(state);
                }
                fn $mutable(&mut self, id: docket_domain::$Id) -> Option<&mut docket_domain::$State> {
                    if self.shows(id.stream()) { self.states.$mutable(id) } else { None }
                }
            )+
        }
    };
}

docket_domain::each_entity!(only);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_legal_history_replays_to_the_same_states(commands in prop::collection::vec(command(), 0..120)) {
        let mut ledger = rectification::with_a_gift();
        for command in commands {
            let before = (ledger.states.clone(), ledger.records.len());
            if ledger.command(command).is_err() {
                prop_assert_eq!(&(ledger.states.clone(), ledger.records.len()), &before);
            }
        }
        let mut replayed = Memory::new(Arc::new(Zone::default()));
        for record in &ledger.records {
            prop_assert!(record.apply(&mut replayed).is_ok());
        }
        prop_assert_eq!(replayed, ledger.states);
    }

    #[test]
    fn what_a_command_or_event_says_it_reads_is_enough(commands in prop::collection::vec(command(), 0..60)) {
        let mut ledger = rectification::with_a_gift();
        for command in commands {
            let only = Only { reads: command.reads(), states: &mut ledger.states.clone() };
            prop_assert_eq!(decide(&only, command.clone()), decide(&ledger.states, command.clone()));
            let mut states = ledger.states.clone();
            let from = ledger.records.len();
            if ledger.command(command).is_ok() {
                for record in &ledger.records[from..] {
                    let event = Event::decode(record.event_type, record.version, &record.body).unwrap();
                    let reads = event.reads(Some(record.meta.stream), record.meta.actor);
                    let mut only = Only { reads, states: &mut states };
                    let recorded = EventRef { event: &event, meta: &record.meta, personal: &record.personal };
                    prop_assert!(apply(&mut only, &recorded).is_ok());
                }
                prop_assert_eq!(&states, &ledger.states);
            }
        }
    }
}

/// Histories of all that random commands come to. Many short ones: in a long one soon everything is closed.
fn histories() -> Vec<Ledger> {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};

    let mut runner = TestRunner::deterministic();
    let mut history = || {
        let mut ledger = rectification::with_a_gift();
        for _ in 0..3_000 {
            // Refusals are expected; what counts is what gets through.
            let _ = ledger.command(command().new_tree(&mut runner).unwrap().current());
        }
        ledger
    };
    let random = (0..100).map(|_| history());
    // Chains of acts of which each must fit the one before are hardly ever come to by chance.
    random.chain(crate::cases::histories()).collect()
}

#[test]
fn these_histories_have_every_event() {
    let histories = histories();
    let reached: BTreeSet<_> =
        histories.iter().flat_map(|ledger| &ledger.records).map(|record| record.event_type).collect();
    for (number, _, name) in Event::ALL {
        assert!(reached.contains(number), "no {name}");
    }
}

macro_rules! stored {
    ($( $KIND:ident $number:literal $letter:literal $what:literal: $one:ident $many:ident $push:ident $mutable:ident $Id:ident $State:ident $doc:literal; )+) => {
        #[test]
        fn states_survive_being_stored() {
            let histories = histories();
            let config = bincode::config::standard();
            $(
                let states: Vec<_> = histories.iter().flat_map(|ledger| ledger.states.$many()).collect();
                assert!(!states.is_empty(), "no {}", $what);
                for (_, state) in states {
                    let bytes = bincode::serde::encode_to_vec(state, config).unwrap();
                    let (read, len): (docket_domain::$State, usize) =
                        bincode::serde::decode_from_slice(&bytes, config).unwrap();
                    assert_eq!((&read, len), (state, bytes.len()), "{}", $what);
                }
            )+
        }
    };
}

docket_domain::each_entity!(stored);
