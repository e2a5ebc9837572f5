//! The bulk path: batches that nobody waits for one by one, encoded and made durable behind whoever appends.
#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod support;

use std::io;

use docket_log::{Reader, SimDisk, StoreError, Tear, Verdict, WriteFault, Writer};
use docket_proof::{ActorKey, Flags, RecordIndex, SigningKey};
use support::*;

/// Records of a batch.
const EACH: u64 = 1_000;
/// Batches that are more than four parts.
const MANY: u64 = 70;

/// What goes wrong with a disk, and in words.
type Fault = (&'static str, fn(&SimDisk));

/// Appends batches of new streams, some with a value, until one is refused.
fn defer(writer: &Writer, batches: std::ops::Range<u64>) -> Result<(), StoreError> {
    for number in batches {
        let records = (number * EACH..(number + 1) * EACH)
            .map(|id| record(4, id + 1, b"body", if id % 10 == 0 { &["value"] } else { &[] }));
        writer.append_deferred(batch(number, records.collect()))?;
    }
    Ok(())
}

/// Opens what is left, and checks that it is whole batches, at least `acknowledged`, and that work goes on.
fn check(left: &SimDisk, acknowledged: u64, what: &str) {
    let writer = open(left, 9).unwrap_or_else(|error| panic!("{what}: {error:?}"));
    let size = writer.size();
    assert!(size >= acknowledged, "{what}: {size} of {acknowledged}");
    // Nothing is signed yet, which leaves the verdict undecided.
    assert!(verify(left).findings.is_empty(), "{what}: {:?}", verify(left).findings);
    let begun = Reader::open(shared(left)).unwrap().heads(size).unwrap().count_of(4);
    assert_eq!(begun % EACH, 0, "{what}: whole batches");
    defer(&writer, begun / EACH..MANY + 1).unwrap();
    writer.checkpoint().unwrap();
    let report = verify(left);
    assert_eq!(report.verdict(), Verdict::Intact, "{what}: {:?} {:?}", report.findings, report.undecided);
    let heads = Reader::open(shared(left)).unwrap().heads(report.size).unwrap();
    assert_eq!(heads.count_of(4), (MANY + 1) * EACH, "{what}: each once");
}

#[test]
fn the_bytes_follow_from_the_batches_alone() {
    let write = || {
        let disk = SimDisk::new();
        let writer = new_ledger(&disk, 1);
        defer(&writer, 0..MANY).unwrap();
        writer.flush().unwrap();
        defer(&writer, MANY..MANY + 3).unwrap();
        writer.checkpoint().unwrap();
        drop(writer);
        disk
    };
    let disk = write();
    for _ in 0..3 {
        assert!(disk.files() == write().files(), "one of the runs has other bytes");
    }
    // What records claim to be durable grows with the parts, and stays behind those under way.
    let mut claims = Vec::new();
    Reader::open(shared(&disk))
        .unwrap()
        .for_each(0..MANY * EACH, |record, _| {
            if record.flags.has(Flags::LAST) {
                claims.push((record.index.0, record.durable_to.unwrap()));
            }
            Ok::<(), StoreError>(())
        })
        .unwrap();
    assert!(claims.is_sorted_by_key(|(_, durable)| *durable));
    claims.dedup_by_key(|(_, durable)| *durable);
    assert!(claims.len() > 2, "{claims:?}");
}

#[test]
fn appends_behind_deferred_batches_keep_their_order() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    defer(&writer, 0..MANY).unwrap();
    let appended = writer.append(&single(500, 1, b"waited for", &["value"])).unwrap();
    assert_eq!(appended.first, RecordIndex(MANY * EACH + 1));
    assert_eq!(writer.durable_size(), appended.size, "and so are those in front");
    defer(&writer, MANY..MANY + 1).unwrap();
    let head = writer.head();
    writer.checkpoint().unwrap();
    let reader = Reader::open(shared(&disk)).unwrap();
    assert_eq!(reader.record(RecordIndex(reader.size() - 1)).unwrap().hash(), head);
    assert_eq!(verify(&disk).verdict(), Verdict::Intact);
}

#[test]
fn a_disk_that_fails_behind_the_scenes_is_told_and_nothing_acknowledged_is_lost() {
    // The disk is full from some byte on, or a write or a sync fails.
    let faults: [Fault; 4] = [
        ("full", |disk| {
            let used: usize = disk.files().values().map(Vec::len).sum();
            disk.set_capacity(Some(used as u64 + 5_000_000));
        }),
        ("no space", |disk| disk.fail_nth_write(disk.writes() + 3, WriteFault::NoSpace)),
        ("device", |disk| disk.fail_nth_write(disk.writes() + 2, WriteFault::Device)),
        ("sync", |disk| disk.fail_nth_sync(disk.syncs() + 3)),
    ];
    for (what, fault) in faults {
        let disk = SimDisk::new();
        let writer = new_ledger(&disk, 1);
        defer(&writer, 0..2).unwrap();
        let acknowledged = writer.flush().unwrap();
        fault(&disk);
        let error = defer(&writer, 2..MANY).and_then(|()| writer.flush().map(drop)).unwrap_err();
        let StoreError::Io { source, .. } = &error else { panic!("{what}: {error:?}") };
        if matches!(what, "full" | "no space") {
            assert_eq!(source.kind(), io::ErrorKind::StorageFull, "{what}");
        }
        // Told once; from then on the writer is closed.
        for _ in 0..2 {
            let refused = writer.append_deferred(single(900, 1, b"", &[]));
            assert!(matches!(refused, Err(StoreError::Poisoned)), "{what}: {refused:?}");
            assert!(matches!(writer.append(&single(901, 1, b"", &[])), Err(StoreError::Poisoned)), "{what}");
            assert!(matches!(writer.flush(), Err(StoreError::Poisoned)), "{what}");
            assert!(matches!(writer.checkpoint(), Err(StoreError::Poisoned)), "{what}");
        }
        drop(writer);
        for seed in 0..8 {
            let left = disk.after_crash(seed, Tear::Sector);
            left.set_capacity(None);
            check(&left, acknowledged, &format!("{what}, then cut, seed {seed}"));
        }
        disk.set_capacity(None);
        check(&disk, acknowledged, what);
    }
}

#[test]
fn a_power_cut_at_any_operation_leaves_whole_batches() {
    let disk = SimDisk::new();
    drop(new_ledger(&disk, 1));
    let before = disk.operations();
    let work = |disk: &SimDisk| -> Result<u64, StoreError> {
        let writer = open(disk, 2)?;
        defer(&writer, 0..MANY)?;
        writer.flush()
    };
    let whole = disk.snapshot();
    work(&whole).unwrap();
    let mut cuts = 0;
    for at in before..whole.operations() {
        let disk = disk.snapshot();
        disk.crash_at(at);
        let acknowledged = work(&disk).unwrap_or(0);
        if disk.crashed() {
            cuts += 1;
            check(&disk.after_crash(at, Tear::Sector), acknowledged, &format!("cut at {at}"));
        }
    }
    assert!(cuts > 5, "{cuts}");
}

#[test]
fn signed_batches_and_a_change_of_key_stand_behind_what_was_deferred_before_them() {
    let write = || {
        let disk = SimDisk::new();
        let writer = new_ledger(&disk, 1);
        let actor = ActorKey::from_seed(&[31; 32]);
        for number in 0..MANY {
            // So few signed ones that no part is whole with them, and more than a part of them.
            match number {
                2 | 40.. => {
                    let ids = number * EACH + 1..=(number + 1) * EACH;
                    let records = ids.map(|id| record(4, id, b"signed", &["value"])).collect();
                    writer.append_deferred_signed(&batch(number, records), &actor).unwrap();
                }
                _ => defer(&writer, number..number + 1).unwrap(),
            }
            if number == 20 {
                let origin = &writer.identity().genesis.origin;
                let key = SigningKey::from_seed(origin, &[21; 32]).unwrap();
                writer.rotate_key(key).unwrap();
                assert_eq!(writer.durable_size(), writer.size(), "all of it is durable");
            }
        }
        assert!(writer.durable_size() > 40 * EACH, "signed ones do not wait for ever");
        writer.checkpoint().unwrap();
        drop(writer);
        disk
    };
    let disk = write();
    let report = verify(&disk);
    assert_eq!(report.verdict(), Verdict::Intact, "{:?} {:?}", report.findings, report.undecided);
    assert_eq!((report.size, report.signatures), (MANY * EACH + 2, MANY - 39));
    assert!(disk.files() == write().files(), "another run has other bytes");
}
