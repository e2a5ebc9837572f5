//! A ledger is written, read and verified.

mod support;

use docket_log::{Reader, SimDisk, StepClock, StoreError, Verdict};
use docket_proof::{Frontier, RecordIndex, StreamRef, leaf_hash, verify_inclusion};
use support::*;

#[test]
fn what_was_appended_is_read_back_and_verifies() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    let appended = writer
        .append(&batch(
            1,
            vec![record(4, 1, b"registered", &["a title", "a name"]), record(4, 1, b"assigned", &[])],
        ))
        .unwrap();
    assert_eq!((appended.first, appended.size), (RecordIndex(1), 3));
    writer
        .append(&batch(2, vec![record(4, 2, b"registered", &[]), record(4, 1, b"closed", &["why"])]))
        .unwrap();
    let (checkpoint, _) = writer.checkpoint().unwrap();
    assert_eq!(checkpoint.size(), 5);

    let report = verify(&disk);
    assert_eq!(report.verdict(), Verdict::Intact, "{:?} {:?}", report.findings, report.undecided);
    assert_eq!((report.size, report.values, report.own_checkpoints), (5, 3, 1));
    assert_eq!(report.root, Some(checkpoint.root()));

    let reader = Reader::open(shared(&disk)).unwrap();
    let history = reader.history(StreamRef { kind: 4, id: 1 }, RecordIndex(4)).unwrap();
    let bodies: Vec<_> = history.iter().map(|record| record.view().body).collect();
    assert_eq!(bodies, [b"registered".as_slice(), b"assigned", b"closed"]);
    let values = reader.values(&history[0].view()).unwrap();
    assert_eq!(values[1].value.as_slice(), b"a name");
    assert_eq!(reader.size_at(START).unwrap(), 1);
    assert_eq!(reader.size_at(i64::MAX).unwrap(), 5);
    let proof = docket_proof::inclusion_proof(3, 5, &reader).unwrap();
    let leaf = leaf_hash(reader.record(RecordIndex(3)).unwrap().hash().as_bytes());
    verify_inclusion(3, 5, leaf, &proof, checkpoint.root()).unwrap();
}

#[test]
fn a_ledger_goes_on_where_it_stopped() {
    let disk = SimDisk::new();
    new_ledger(&disk, 1).append(&batch(1, vec![record(4, 1, b"one", &["value"])])).unwrap();
    let writer = open(&disk, 2).unwrap();
    writer.append(&batch(2, vec![record(4, 1, b"two", &["another"]), record(4, 2, b"new", &[])])).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    let report = verify(&disk);
    assert_eq!(report.verdict(), Verdict::Intact, "{:?} {:?}", report.findings, report.undecided);
    assert_eq!((report.size, report.values, report.streams), (4, 2, 3));
    assert!(report.cuts.is_empty());
}

#[test]
fn segments_are_sealed_and_batches_run_across_them() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    let mut id = 0;
    for number in 0..132 {
        let records: Vec<_> = (0..1_000)
            .map(|n| {
                id += 1;
                record(4, id, b"body", if n % 100 == 0 { &["value"] } else { &[] })
            })
            .collect();
        writer.append_deferred(batch(number, records)).unwrap();
        if number % 50 == 7 {
            writer.checkpoint().unwrap();
        }
    }
    writer.checkpoint().unwrap();
    let report = verify(&disk);
    assert_eq!(report.verdict(), Verdict::Intact, "{:?} {:?}", report.findings, report.undecided);
    assert_eq!((report.size, report.values, report.own_checkpoints), (132_001, 1_320, 4));

    let reader = Reader::open(shared(&disk)).unwrap();
    for index in [0, 1, 255, 256, 65_535, 65_536, 131_071, 131_072, 132_000] {
        assert_eq!(reader.record(RecordIndex(index)).unwrap().view().index.0, index);
    }
    assert!(matches!(reader.record(RecordIndex(132_001)), Err(StoreError::NoSuchRecord { .. })));
    assert_eq!(reader.root_at(132_001).unwrap(), report.root.unwrap());
    let sizes = [1, 255, 256, 257, 65_535, 65_536, 65_537, 131_072, 131_327, 131_328, 131_329, 132_000];
    let mut tree = Frontier::new();
    reader
        .for_each(0..132_001, |record, hash| {
            if sizes.contains(&record.index.0) {
                assert_eq!(reader.root_at(record.index.0).unwrap(), tree.root(), "{}", record.index.0);
            }
            tree.push(leaf_hash(hash.as_bytes()));
            Ok::<(), StoreError>(())
        })
        .unwrap();
    let older = reader.root_at(70_000).unwrap();
    let proof = docket_proof::consistency_proof(70_000, 132_001, &reader).unwrap();
    docket_proof::verify_consistency(70_000, 132_001, older, report.root.unwrap(), &proof).unwrap();

    drop(writer);
    let writer = open(&disk, 2).unwrap();
    assert_eq!(writer.size(), 132_001);
    writer.append(&batch(500, vec![record(4, 1, b"later", &["value"])])).unwrap();
    writer.checkpoint().unwrap();
    assert_eq!(verify(&disk).verdict(), Verdict::Intact);
}

#[test]
fn a_refused_batch_leaves_nothing_behind() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    writer.append(&batch(1, vec![record(4, 1, b"one", &[])])).unwrap();
    let gap = writer.append(&batch(2, vec![record(4, 2, b"two", &[]), record(4, 4, b"four", &[])]));
    assert!(matches!(gap, Err(StoreError::Heads(_))), "{gap:?}");
    let large = vec![0; docket_proof::MAX_BODY_LEN + 1];
    assert!(matches!(
        writer.append(&batch(3, vec![record(4, 2, &large, &[])])),
        Err(StoreError::Limit { .. })
    ));
    writer.append(&batch(4, vec![record(4, 2, &large[1..], &[])])).unwrap();
    writer.checkpoint().unwrap();
    assert_eq!((verify(&disk).verdict(), verify(&disk).size), (Verdict::Intact, 3));
}

#[test]
fn threads_share_syncs_and_lose_nothing() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    for id in 1..=8 {
        writer.append(&batch(id, vec![record(4, id, b"new", &[])])).unwrap();
    }
    std::thread::scope(|scope| {
        for id in 1..=8 {
            let writer = &writer;
            scope.spawn(move || {
                for _ in 0..50 {
                    let appended =
                        writer.append(&batch(id, vec![record(4, id, b"step", &["note"])])).unwrap();
                    assert!(writer.durable_size() >= appended.size);
                }
            });
        }
    });
    writer.checkpoint().unwrap();
    let report = verify(&disk);
    assert_eq!(
        (report.verdict(), report.size, report.values),
        (Verdict::Intact, 409, 400),
        "{:?}",
        report.findings
    );
}

#[test]
fn an_opening_goes_on_from_the_last_checkpoint_and_leaves_those_before_to_a_scan() {
    const FILE: &str = "checkpoints/00000000.ckp";
    /// More than are read at once.
    const MANY: u64 = 1_600;
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    for number in 1..=MANY {
        writer.append(&single(number, number, b"one", &[])).unwrap();
        writer.checkpoint().unwrap();
    }
    drop(writer);
    assert!(disk.files()[FILE].len() > 262_144, "it is read in parts");
    assert_eq!(verify(&disk).own_checkpoints, MANY);
    let reader = Reader::open(shared(&disk)).unwrap();
    assert_eq!(reader.newest_checkpoint().unwrap().0.size(), MANY + 1);

    let last = disk.snapshot();
    last.alter(FILE, |bytes| *bytes.last_mut().unwrap() ^= 1);
    let writer = open(&last, 2).unwrap();
    let (checkpoint, _) = writer.checkpoint().unwrap();
    assert_eq!(checkpoint.size(), MANY + 1, "the last one is signed again, as after a crash");
    drop(writer);
    let report = verify(&last);
    assert_eq!((report.verdict(), report.own_checkpoints), (Verdict::Intact, MANY));

    let before = disk.snapshot();
    before.alter(FILE, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
    let later = StepClock::new(START + 3_600_000_000);
    let writer = open_at(&before, 2, &later).unwrap();
    writer.append(&single(MANY + 1, MANY + 1, b"one", &[])).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    assert_eq!(verify(&before).verdict(), Verdict::Altered);
}
