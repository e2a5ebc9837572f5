//! What a session records, and what it leaves in the index.

use docket_domain::{Act, CaseRegisteredPersonal, Command, Event, StreamKind, View as _};
use docket_log::{Batch, NewRecord, NewValue};
use docket_projection::{Acknowledge, FoldError, IndexCheck, Office, ProjectionError};
use docket_proof::{Precision, StreamRef};

use crate::support::{
    Ledger, all, assign, at, case, case_id, close, command, command_id, dump, files, official, official_id,
    tamper, text, unit,
};

fn record(office: &mut Office, number: u64, acts: Vec<Act>) -> Result<docket_log::Appended, ProjectionError> {
    office.record(command_id(number), acts.into_iter().map(command).collect(), Acknowledge::Now)
}

#[test]
fn later_commands_of_a_batch_build_on_earlier_ones() {
    let mut ledger = Ledger::new();
    ledger.session([vec![unit(None), official(1), case(), assign(1, 1, Some(1)), close(1)]]);
    let mut desk = ledger.desk();
    let states = desk.states().unwrap();
    assert!(states.case(case_id(1)).unwrap().closure.is_some());
    assert_eq!(states.case(case_id(1)).unwrap().handler, Some(official_id(1)));
    drop(desk);
    ledger.assert_same();
}

#[test]
fn a_refused_command_takes_its_whole_batch_with_it() {
    let mut ledger = Ledger::with_cases(3);
    let before = (ledger.reader().size(), dump(&ledger.sled()));
    let mut office = ledger.office();
    let states = all(office.states_of_kinds(StreamKind::ALL).unwrap());
    let refused = record(&mut office, 77, vec![close(1), case(), close(9), close(2)]);
    assert!(matches!(refused, Err(ProjectionError::Refused(_))), "{refused:?}");
    assert_eq!(office.find_command(&command_id(77)).unwrap(), None);
    assert_eq!(all(office.states_of_kinds(StreamKind::ALL).unwrap()), states);
    office.finish().unwrap();
    assert_eq!((ledger.reader().size(), dump(&ledger.sled())), before);
    ledger.assert_same();
}

#[test]
fn a_batch_has_one_actor() {
    let mut ledger = Ledger::with_cases(2);
    let size = ledger.reader().size();
    let mut office = ledger.office();
    let by = |actor, act| Command { actor, occurred: at(1_000), act };
    let by_two = vec![by(Some(official_id(1)), close(1)), by(None, close(2))];
    let refused = office.record(command_id(77), by_two, Acknowledge::Now);
    assert!(matches!(refused, Err(ProjectionError::Actors)), "{refused:?}");
    let by_one = vec![by(Some(official_id(1)), close(1)), by(Some(official_id(1)), close(2))];
    office.record(command_id(77), by_one, Acknowledge::Now).unwrap();
    office.finish().unwrap();
    assert_eq!(ledger.reader().size(), size + 2);
    ledger
        .reader()
        .for_each(size..size + 2, |record, _| {
            assert_eq!(record.actor, 1);
            Ok::<(), docket_log::StoreError>(())
        })
        .unwrap();
    ledger.assert_same();
}

#[test]
fn the_first_of_two_batches_under_one_id_counts() {
    let mut ledger = Ledger::with_cases(1);
    let mut office = ledger.office();
    let first = record(&mut office, 77, vec![case()]).unwrap().first;
    record(&mut office, 77, vec![case()]).unwrap();
    assert_eq!(office.find_command(&command_id(77)).unwrap(), Some(first));
    office.finish().unwrap();
    let mut office = ledger.office();
    record(&mut office, 77, vec![case()]).unwrap();
    assert_eq!(office.find_command(&command_id(77)).unwrap(), Some(first));
    office.finish().unwrap();
    assert_eq!(ledger.office().find_command(&command_id(77)).unwrap(), Some(first));
    ledger.assert_same();
}

#[test]
fn thousands_of_command_ids_are_found_over_sessions() {
    let ascending = |number: u64| u128::from(number).to_be_bytes();
    let descending = |number: u64| u128::from(u64::MAX - number).to_be_bytes();
    for id_of in [command_id, ascending, descending] {
        let mut ledger = Ledger::new();
        let mut firsts = Vec::new();
        for session in 0..6_u64 {
            // One session of a few, so that a page just fills, and one of many, so that it falls into several.
            let count = [1_500, 1, 511, 1, 1, 2_000][usize::try_from(session).unwrap()];
            let mut office = ledger.office();
            for _ in 0..count {
                let number = firsts.len() as u64;
                let commands = vec![command(case())];
                let appended = office.record(id_of(number * 2), commands, Acknowledge::Later).unwrap();
                firsts.push(appended.first);
            }
            office.finish().unwrap();
            let mut office = ledger.office();
            for (number, first) in (0_u64..).zip(&firsts) {
                assert_eq!(office.find_command(&id_of(number * 2)).unwrap(), Some(*first));
                assert_eq!(office.find_command(&id_of(number * 2 + 1)).unwrap(), None);
            }
        }
        let pages: Vec<_> = dump(&ledger.sled()).into_iter().filter(|(key, _)| key[0] == b'c').collect();
        assert!(pages.len() > 4, "{}", pages.len());
        assert!(pages.iter().all(|(_, page)| page.len() <= 512 * 24));
        ledger.assert_same();
    }
}

#[test]
fn a_session_writes_only_the_pages_that_changed() {
    let mut ledger = Ledger::with_cases(600);
    // Marks that only a page written anew would lose. The second page of cases, and that of their heads.
    let page = |family| [b"p".as_slice(), &[family, 0, 4], &1_u64.to_be_bytes()].concat();
    tamper(&ledger.sled(), |tree| {
        for family in [0, 1] {
            assert!(tree.insert(page(family), b"mark").unwrap().is_some());
        }
    });
    let marked = dump(&ledger.sled());
    // A session that records nothing, and one that changes a case of the first page.
    ledger.session([]);
    assert_eq!(dump(&ledger.sled()), marked);
    ledger.session([vec![close(1)]]);
    let after = dump(&ledger.sled());
    assert_eq!(after[&page(0)], b"mark");
    assert_eq!(after[&page(1)], b"mark");
    let changed = after.iter().filter(|(key, value)| marked.get(*key) != Some(value)).count();
    // The case, its head, the command's id, what the index says of itself, and which pages changed.
    assert_eq!(changed, 5);
}

#[test]
fn records_of_the_logs_own_leave_the_index_in_order() {
    let mut ledger = Ledger::with_cases(1);
    ledger.clock().set(1_262_304_000_000_001);
    let mut office = ledger.office();
    for _ in 0..900 {
        record(&mut office, 0, vec![case()]).unwrap();
    }
    office.finish().unwrap();
    ledger.clock().set(1_262_304_000_000_001);
    let mut office = ledger.office();
    assert!(record(&mut office, 7_777, vec![case()]).is_err(), "the clock is behind");
    office.confirm_clock().unwrap();
    record(&mut office, 7_777, vec![case()]).unwrap();
    office.finish().unwrap();
    ledger.assert_same();

    // A torn tail: the recovery of the next session records that it cut it.
    let disk = ledger.disk();
    let segment = disk.open("log/00000000.seg").unwrap();
    segment.write_all_at(&[9; 100], segment.len().unwrap()).unwrap();
    let size = ledger.reader().size();
    assert_eq!(ledger.session([vec![close(1)]]), Vec::<String>::new());
    assert_eq!(ledger.reader().size(), size + 2);
    ledger.assert_same();
}

#[test]
fn an_abandoned_session_is_caught_up_with() {
    let mut ledger = Ledger::with_cases(300);
    let mut office = ledger.office();
    record(&mut office, 77, vec![close(1), close(300), case()]).unwrap();
    drop(office);
    let check = ledger.check();
    assert!(
        matches!(check, IndexCheck::Same { size, .. } if size + 3 == ledger.reader().size()),
        "{check:?}"
    );
    assert_eq!(ledger.assert_answers(), Vec::<String>::new());
    assert!(ledger.office().find_command(&command_id(77)).unwrap().is_some());
    assert_eq!(ledger.session([]), Vec::<String>::new());
    ledger.assert_same();
}

#[test]
fn a_long_way_is_gone_once_even_if_nothing_is_recorded_then() {
    let mut ledger = Ledger::with_cases(9_000);
    std::fs::remove_dir_all(ledger.index()).unwrap();
    drop(ledger.office());
    ledger.assert_same();
}

#[test]
fn no_personal_value_reaches_the_index() {
    let mark = "Zhang-Sanfeng-13800138000";
    let mut ledger = Ledger::new();
    let (Event::CaseRegistered(plain), _) = case().into_parts() else { unreachable!() };
    let personal = CaseRegisteredPersonal {
        contact: text(mark),
        address: text(mark),
        title: text(mark),
        text: text(mark),
        petitioner: text(mark),
        location: text(mark),
        street: text(mark),
        postal_code: text(mark),
        coordinates: text(mark),
    };
    let marked = Act::open(plain, personal);
    ledger.session([vec![unit(None), official(1)], vec![marked.clone(), close(1)]]);
    ledger.session([vec![marked]]);
    let finds = |what: &str| {
        let files = files(&ledger.index());
        files.values().any(|bytes| bytes.windows(what.len()).any(|window| window == what.as_bytes()))
    };
    // What is public is found, so what is not found is not there.
    assert!(finds("Shiping"));
    for value in [mark, "Zhou", "moved away"] {
        assert!(!finds(value), "{value}");
    }
    let record = ledger.reader().record(docket_proof::RecordIndex(3)).unwrap();
    assert_eq!(ledger.reader().values(&record.view()).unwrap().len(), 9);
}

/// A record that a newer version has written.
fn newer(stream: StreamRef, event_type: u16, schema_version: u16) -> Batch {
    let record = NewRecord {
        stream,
        occurred_at: 0,
        precision: Precision::Second,
        event_type,
        schema_version,
        body: vec![1, 2, 3],
        personal: Vec::<NewValue>::new(),
    };
    Batch { command_id: command_id(u64::from(event_type) << 32), actor: 0, records: vec![record] }
}

#[test]
fn events_of_a_newer_version_are_counted_and_said() {
    let mut ledger = Ledger::with_cases(2);
    let writer = ledger.writer();
    writer.append(&newer(StreamRef { kind: 4, id: 1 }, 999, 1)).unwrap();
    // A kind of stream that this version keeps no states of.
    writer.append(&newer(StreamRef { kind: 60, id: 1 }, 416, 1)).unwrap();
    writer.append(&newer(StreamRef { kind: 60, id: 1 }, 417, 1)).unwrap();
    drop(writer);
    let notices = ledger.session([vec![close(1)]]);
    assert!(notices[0].starts_with("3 records hold events of a newer version"), "{notices:?}");
    for mut desk in [ledger.desk(), ledger.as_of(ledger.reader().size())] {
        assert!(desk.notices()[0].starts_with("3 records"), "{:?}", desk.notices());
        assert_eq!(desk.states().unwrap().unknown(), 3);
        assert_eq!(desk.count(StreamKind::CASE), 2);
        // The stream is whole, whoever understands it.
        assert_eq!(desk.history(StreamRef { kind: 60, id: 1 }).unwrap().len(), 2);
        assert_eq!(desk.history(StreamRef { kind: 4, id: 1 }).unwrap().len(), 3);
    }
    assert!(matches!(ledger.check(), IndexCheck::Same { .. }));
}

#[test]
fn a_case_that_a_newer_version_began_stops_the_fold_and_names_the_record() {
    let mut ledger = Ledger::with_cases(2);
    let before = dump(&ledger.sled());
    let first = ledger.writer().append(&newer(StreamRef { kind: 4, id: 3 }, 384, 9)).unwrap().first.0;
    let desk = docket_projection::Desk::open(ledger.disk(), &ledger.index()).map(drop);
    for error in [desk, ledger.try_office().map(drop)] {
        let error = error.unwrap_err();
        assert!(
            matches!(error, ProjectionError::Fold(FoldError::Newer { index }) if index == first),
            "{error:?}"
        );
    }
    // Not the index's fault.
    assert_eq!(dump(&ledger.sled()), before);
    assert_eq!(ledger.as_of(first).count(StreamKind::CASE), 2);
}
