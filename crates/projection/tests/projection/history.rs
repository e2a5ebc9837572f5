//! Random legal histories over sessions: the index, a replay and a rebuilt index are the same.

use std::collections::BTreeMap;

use docket_domain::{
    Act, CaseClosed, CaseClosedPersonal, CaseReopened, CaseReopenedPersonal, CloseReason, Command, Outcome,
    ReopenGround, ReplyDelivered, ReplyDeliveredPersonal, StepTaken, StepTakenPersonal, StreamKind,
};
use docket_projection::{Acknowledge, CommandId, IndexCheck, check_index, rebuild};
use docket_proof::{RecordIndex, StreamRef};
use proptest::prelude::*;

use crate::support::{
    Ledger, all, assign, at, case, case_from, case_id, close, dump, official, official_id, report, row,
    source, text, unit, unit_id,
};

#[derive(Clone, Debug)]
enum Step {
    /// Commands of one batch; many are refused where they fall.
    Batch(Vec<(Act, i64)>, Option<u64>),
    /// Many cases at once: beyond one page.
    Many(u64),
    /// The session ends.
    Finish,
    /// The session ends without storing its index.
    Abandon,
    /// The index is gone.
    Lose,
}

fn act() -> impl Strategy<Value = Act> {
    let id = 1_u64..5;
    let case_number = prop_oneof![4 => 1_u64..5, 1 => 250_u64..270];
    (0_u8..12, case_number, id.clone(), prop::option::of(id), any::<bool>()).prop_map(
        |(which, number, other, person, imported)| {
            let origin = imported.then(|| row(other));
            let id = case_id(number);
            match which {
                0 => unit(person.map(unit_id)),
                1 => official(other),
                2 => source(),
                3 | 4 => case_from(person.map(unit_id), imported.then_some(1_500), origin),
                5 => assign(number, other, person),
                6 => {
                    let body =
                        StepTaken { activity: docket_domain::Label::new("site visit").unwrap(), origin };
                    Act::on(id, body, StepTakenPersonal { text: text("went there") })
                }
                7 => {
                    let approver = person.map(official_id);
                    let body = ReplyDelivered { outcome: Outcome::Explained, approver, origin: None };
                    Act::on(id, body, ReplyDeliveredPersonal::default())
                }
                8 => close(number),
                9 => {
                    let body = CaseClosed { reason: CloseReason::Replied, origin: None };
                    Act::on(id, body, CaseClosedPersonal::default())
                }
                10 => {
                    let body = CaseClosed { reason: CloseReason::AsStatedBySource, origin };
                    Act::on(id, body, CaseClosedPersonal::default())
                }
                _ => {
                    let body = CaseReopened { ground: ReopenGround::NewFacts, origin: None };
                    Act::on(id, body, CaseReopenedPersonal::default())
                }
            }
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let acts = prop::collection::vec((act(), 990_i64..2_000), 1..4);
    prop_oneof![
        16 => (acts, prop::option::of(1_u64..3)).prop_map(|(acts, actor)| Step::Batch(acts, actor)),
        1 => (100_u64..300).prop_map(Step::Many),
        3 => Just(Step::Finish),
        1 => Just(Step::Abandon),
        1 => Just(Step::Lose),
    ]
}

type Pages = BTreeMap<Vec<u8>, Vec<u8>>;

/// What an index holds, with command ids taken out of their pages: how these are cut depends on the sessions.
fn content(folder: &std::path::Path) -> (Pages, Vec<Vec<u8>>) {
    let mut pages = dump(&folder.join("sled"));
    // Kept reports and sums are as old as the last who had everything at hand, and what changed since is that much.
    pages.retain(|key, _| !key.starts_with(b"r") && !key.starts_with(b"s") && key != b"mc");
    let ids: Vec<_> = pages.extract_if(.., |key, _| key.starts_with(b"c")).collect();
    let ids = ids.iter().flat_map(|(_, page)| page.chunks(24).map(<[u8]>::to_vec)).collect();
    (pages, ids)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn index_replay_and_rebuilt_index_are_the_same(steps in prop::collection::vec(step(), 0..60)) {
        let mut ledger = Ledger::new();
        ledger.session([vec![unit(None), unit(Some(unit_id(1))), official(1), official(2), source()], vec![case()]]);
        let mut recorded: BTreeMap<CommandId, RecordIndex> = BTreeMap::new();
        let mut reports: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut office = None;
        for step in steps.into_iter().chain([Step::Finish]) {
            let mut open = match office.take() {
                Some(open) => open,
                None => ledger.office(),
            };
            let commands = match step {
                Step::Batch(acts, actor) => acts
                    .into_iter()
                    .map(|(act, second)| Command { actor: actor.map(official_id), occurred: at(second), act })
                    .collect(),
                Step::Many(count) => (0..count)
                    .map(|_| Command { actor: None, occurred: at(1_000), act: case() })
                    .collect(),
                Step::Finish => {
                    open.finish().unwrap();
                    let mut replay = ledger.replay();
                    reports.push((replay.size(), report(&mut replay)));
                    prop_assert_eq!(&report(&mut ledger.desk()), &reports.last().unwrap().1);
                    continue;
                }
                Step::Abandon => continue,
                Step::Lose => {
                    drop(open);
                    std::fs::remove_dir_all(ledger.index()).unwrap();
                    continue;
                }
            };
            let id = ledger.next_command_id();
            let size = ledger.reader().size();
            match open.record(id, commands, Acknowledge::Now) {
                Ok(appended) => {
                    recorded.insert(id, appended.first);
                }
                Err(docket_projection::ProjectionError::Refused(_)) => {
                    // Nothing has changed, neither there nor here.
                    prop_assert_eq!(ledger.reader().size(), size);
                    prop_assert_eq!(open.find_command(&id).unwrap(), None);
                    prop_assert_eq!(all(open.states_of_kinds(StreamKind::ALL).unwrap()), all(ledger.replay().states().unwrap()));
                }
                Err(error) => panic!("{error:?}"),
            }
            office = Some(open);
        }
        ledger.assert_same();

        let mut office = ledger.office();
        prop_assert_eq!(office.notices(), &[] as &[String]);
        for (id, first) in &recorded {
            prop_assert_eq!(office.find_command(id).unwrap(), Some(*first));
        }
        prop_assert_eq!(office.find_command(&[0xee; 16]).unwrap(), None);
        drop(office);

        let rebuilt = ledger.aside();
        let reader = ledger.reader();
        prop_assert_eq!(rebuild(&reader, &rebuilt, &|_| {}).unwrap().size, reader.size());
        prop_assert!(matches!(check_index(&reader, &rebuilt).unwrap(), IndexCheck::Same { .. }), "rebuilt");
        prop_assert_eq!(content(&rebuilt), content(&ledger.index()));

        for (size, then) in &reports {
            prop_assert_eq!(&report(&mut ledger.as_of(*size)), then);
        }
        let (desk, replay) = (ledger.desk(), ledger.replay());
        let mut streams: BTreeMap<StreamRef, Vec<RecordIndex>> = BTreeMap::new();
        reader
            .for_each(0..reader.size(), |record, _| {
                streams.entry(record.stream).or_default().push(record.index);
                Ok::<(), docket_log::StoreError>(())
            })
            .unwrap();
        for (stream, expected) in streams {
            for desk in [&desk, &replay] {
                let history = desk.history(stream).unwrap();
                let history: Vec<_> = history.iter().map(|record| record.view().index).collect();
                prop_assert_eq!(&history, &expected);
            }
        }
    }
}
