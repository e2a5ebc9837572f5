//! Opening starts behind what is kept of the last segment's full groups (`tree/tail`). That is believed only where it
//! leads to the signed root, missed by nobody, and never the reason for another answer.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic fails the test")]

mod support;

use std::collections::BTreeMap;

use docket_log::{Disk, Reader, Recovered, SimDisk, StoreError, Verdict, Writer};
use docket_proof::{CheckpointNote, Frame, RecordIndex};
use support::*;

const SEGMENT: &str = "log/00000000.seg";
const VAULT: &str = "vault/00000000.vlt";
const KEPT: &str = "tree/tail";

/// A ledger of 5,401 records, the first 5,001 of them under its newest checkpoint, and that. The last values lie in a
/// group that is passed when it is opened.
fn kept() -> (SimDisk, CheckpointNote) {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    let values = |id: u64| -> &[&str] { if [1, 999, 3_000].contains(&id) { &["words"] } else { &[] } };
    writer.append(&batch(1, (1..=5_000).map(|id| record(4, id, b"begins", values(id))).collect())).unwrap();
    let note = CheckpointNote::parse(&writer.checkpoint().unwrap().1).unwrap();
    writer.append(&batch(2, (5_001..=5_400).map(|id| record(4, id, b"begins", &[])).collect())).unwrap();
    drop(writer);
    assert_eq!(disk.files()[KEPT].len(), 16 + 19 * 40, "5,001 records are 19 full groups");
    (disk, note)
}

/// What a reader finds.
fn answer(disk: &SimDisk, note: &CheckpointNote) -> impl PartialEq + use<> {
    let reader = Reader::open(shared(disk)).unwrap();
    let proofs =
        [0, 300, 4_900].map(|index| reader.prove_record(RecordIndex(index), note).unwrap().to_bytes());
    let records = [0, 1, 255, 256, 999, 3_000, 4_863, 4_864, 5_000, 5_400].map(|index| {
        let record = reader.record(RecordIndex(index)).unwrap();
        (record.bytes().to_vec(), record.hash(), reader.values(&record.view()).unwrap())
    });
    let mut read = Vec::new();
    let visit = |record: docket_proof::RecordView<'_>, hash| {
        read.push((record.index, hash));
        Ok::<(), StoreError>(())
    };
    reader.for_each(700..5_401, visit).unwrap();
    let roots = [1, 700, 5_000, 5_001, 5_401].map(|size| reader.root_at(size).unwrap());
    (reader.size(), reader.head(), proofs, records, read, roots)
}

/// What becomes of the ledger when it is opened to record one more thing. What is derived is no part of it.
fn recorded(disk: &SimDisk) -> BTreeMap<String, Vec<u8>> {
    let writer = open(disk, 7).unwrap();
    writer.append(&single(3, 5_401, b"one more", &["words"])).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    assert_eq!(verify(disk).verdict(), Verdict::Intact);
    ledger(disk)
}

fn ledger(disk: &SimDisk) -> BTreeMap<String, Vec<u8>> {
    disk.files().into_iter().filter(|(path, _)| !path.starts_with("tree/")).collect()
}

type Change<'a> = &'a dyn Fn(&mut Vec<u8>);

/// Moves where the group that begins at `at` is said to end, as far as to another record's start or by a byte.
fn moved(bytes: &mut [u8], group: usize, by: i64) {
    let at = 16 + group * 40 + 32;
    let end = i64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    bytes[at..at + 8].copy_from_slice(&(end + by).to_le_bytes());
}

/// The length of every record of this ledger without a value and in the middle of its batch, with its hash.
const STORED: i64 = 88 + 6 + 32;

#[test]
fn wrong_groups_change_no_answer() {
    let (disk, note) = kept();
    let right = answer(&disk, &note);
    let after = recorded(&disk.snapshot());
    let changes: [Change<'_>; 17] = [
        &|bytes| bytes[0] ^= 1,
        &|bytes| bytes[8] ^= 1,
        &|bytes| bytes[16] ^= 1,
        &|bytes| bytes[16 + 18 * 40] ^= 1,
        &|bytes| moved(bytes, 0, 1),
        &|bytes| moved(bytes, 0, STORED),
        &|bytes| moved(bytes, 10, -STORED),
        &|bytes| moved(bytes, 11, i64::MIN / 2),
        &|bytes| moved(bytes, 17, STORED),
        &|bytes| moved(bytes, 18, STORED),
        &|bytes| moved(bytes, 18, -1),
        &|bytes| moved(bytes, 18, i64::from(u32::MAX)),
        &|bytes| bytes.truncate(16 + 18 * 40),
        &|bytes| bytes.truncate(16 + 18 * 40 + 7),
        &|bytes| bytes.truncate(3),
        &|bytes| bytes.clear(),
        &|bytes| bytes.resize(1 << 20, 0),
    ];
    for (number, change) in changes.iter().enumerate() {
        let other = disk.snapshot();
        other.alter(KEPT, change);
        assert!(answer(&other, &note) == right, "change {number}");
        assert!(recorded(&other) == after, "change {number}");
    }
    let other = disk.snapshot();
    other.remove(KEPT).unwrap();
    assert!(answer(&other, &note) == right);
    assert!(recorded(&other) == after);
    // Of a later checkpoint, and more groups than the signed size has: as a reader finds it beside a writer.
    let other = disk.snapshot();
    let later = disk.snapshot();
    let _ = recorded(&later);
    let later = later.files()[KEPT].clone();
    assert_eq!(later.len(), 16 + 21 * 40);
    other.alter(KEPT, |bytes| *bytes = later);
    assert!(answer(&other, &note) == right);
    assert!(recorded(&other) == after);
}

#[test]
fn groups_of_another_ledger_are_of_no_use() {
    let (disk, note) = kept();
    let right = answer(&disk, &note);
    let stranger = SimDisk::new();
    let writer = new_ledger(&stranger, 2);
    writer.append(&batch(1, (1..=5_000).map(|id| record(4, id, b"strange", &[])).collect())).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    disk.alter(KEPT, |bytes| bytes.clone_from(&stranger.files()[KEPT]));
    assert!(answer(&disk, &note) == right);
}

#[test]
fn what_is_passed_is_not_read() {
    let (disk, _) = kept();
    let segment = disk.files()[SEGMENT].clone();
    let (first, _) = split_records(&segment)[1_000];
    let (last, _) = split_records(&segment)[4_863];
    disk.fail_reads(SEGMENT, first as u64..last as u64);
    let reader = Reader::open(shared(&disk)).unwrap();
    assert_eq!(reader.size(), 5_401);
    assert!(reader.record(RecordIndex(5_000)).is_ok() && reader.record(RecordIndex(700)).is_ok());
    assert!(matches!(reader.record(RecordIndex(2_000)), Err(StoreError::Io { .. })));
    disk.remove(KEPT).unwrap();
    assert!(matches!(Reader::open(shared(&disk)), Err(StoreError::Io { .. })));
}

#[test]
fn what_was_altered_in_a_group_that_is_passed_is_told_when_it_is_read() {
    let (disk, note) = kept();
    let segment = disk.files()[SEGMENT].clone();
    let (at, _) = split_records(&segment)[2_000];
    // In the record's blind.
    disk.alter(SEGMENT, |bytes| bytes[at + 80] ^= 1);
    let reader = Reader::open(shared(&disk)).unwrap();
    assert!(matches!(reader.record(RecordIndex(2_000)), Err(StoreError::Altered { index: 2_000, .. })));
    assert!(reader.record(RecordIndex(1_999)).is_ok() && reader.record(RecordIndex(2_001)).is_ok());
    // In its length: nothing behind it is where it was said to be, in its group.
    disk.alter(SEGMENT, |bytes| bytes[at] ^= 4);
    let reader = Reader::open(shared(&disk)).unwrap();
    assert!(matches!(reader.record(RecordIndex(2_001)), Err(StoreError::Altered { index: 2_001, .. })));
    assert!(reader.record(RecordIndex(3_000)).is_ok(), "another group's is");
    assert!(reader.check_own("the newest", &note).is_ok(), "the stored hashes of whole groups were kept");
    assert_eq!(verify(&disk).verdict(), Verdict::Altered);
    // The footer says where each record lies.
    let writer = open(&disk, 7);
    assert!(writer.is_err(), "who counts streams reads it");
}

#[test]
fn a_vault_is_not_cut_where_the_last_values_lie_in_a_damaged_group() {
    let (disk, _) = kept();
    let segment = disk.files()[SEGMENT].clone();
    let vault = disk.files()[VAULT].clone();
    // Groups are searched from the last back: the one of record 3,000, and those behind it.
    for number in [2_900, 3_500] {
        let other = disk.snapshot();
        let (at, _) = split_records(&segment)[number];
        other.alter(SEGMENT, |bytes| bytes[at] ^= 4);
        let opened = Recovered::open(shared(&other), &keys(&other));
        let opened = opened.map(|recovered| recovered.size());
        assert!(
            matches!(opened, Err(StoreError::Altered { index, .. }) if index == number as u64 + 1),
            "{opened:?}"
        );
        assert!(other.files()[VAULT] == vault, "{number}");
    }
}

/// What a writer does whose next record is of a new stream with this id.
type Fill<'a> = &'a dyn Fn(&Writer, u64);

/// Fills a segment up from a writer that has passed most of it, one way or another, and goes on.
fn filled_up(kept: bool, fill: Fill<'_>) -> SimDisk {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    writer.append(&batch(1, (1..=65_000).map(|id| record(4, id, b"begins", &[])).collect())).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    if !kept {
        disk.remove(KEPT).unwrap();
    }
    let writer = open(&disk, 2).unwrap();
    fill(&writer, 65_001);
    writer.checkpoint().unwrap();
    drop(writer);
    assert_eq!(verify(&disk).verdict(), Verdict::Intact);
    disk
}

#[test]
fn a_segment_is_sealed_with_the_records_that_were_passed() {
    let many = |from: u64, to: u64| (from..to).map(|id| record(4, id, b"begins", &[])).collect();
    let fills: [Fill<'_>; 4] = [
        // To the last record, then one more.
        &|writer, id| {
            writer.append(&batch(2, many(id, 65_536))).unwrap();
            writer.append(&batch(3, many(65_536, 65_540))).unwrap();
        },
        &|writer, id| {
            writer.append(&batch(2, many(id, 66_000))).unwrap();
        },
        &|writer, id| {
            for id in id..66_000 {
                writer.append_deferred(batch(id, many(id, id + 1))).unwrap();
            }
        },
        // A handover is the last one.
        &|writer, id| {
            writer.append(&batch(2, many(id, 65_535))).unwrap();
            let next = docket_proof::SigningKey::from_seed(ORIGIN, &[21; 32]).unwrap();
            assert_eq!(writer.rotate_key(next).unwrap().size, 65_536);
        },
    ];
    for (number, fill) in fills.iter().enumerate() {
        let (passed, read) = (filled_up(true, *fill), filled_up(false, *fill));
        assert!(ledger(&passed) == ledger(&read), "{number}");
        let sealed = &passed.files()[SEGMENT];
        assert!(Frame::take(&sealed[SEGMENT_HEADER..]).is_some() && sealed.len() > 65_536 * 126, "{number}");
    }
}

#[test]
fn a_segment_is_not_sealed_over_damage_that_was_passed() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    writer.append(&batch(1, (1..=65_000).map(|id| record(4, id, b"begins", &[])).collect())).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    let heads = Reader::open(shared(&disk)).unwrap().heads(65_001).unwrap();
    let (at, _) = split_records(&disk.files()[SEGMENT])[9_000];
    disk.alter(SEGMENT, |bytes| bytes[at] ^= 4);
    let writer = Recovered::open(shared(&disk), &keys(&disk))
        .unwrap()
        .into_writer(
            Box::new(heads),
            Box::new(docket_log::StepClock::new(START + 1)),
            Box::new(docket_log::CountedEntropy::new(9)),
        )
        .unwrap();
    writer.append(&single(2, 65_001, b"there is room", &[])).unwrap();
    let many = batch(3, (65_002..=66_000).map(|id| record(4, id, b"begins", &[])).collect());
    assert!(matches!(writer.append(&many), Err(StoreError::Altered { index: 9_001, .. })));
    assert!(matches!(writer.append_deferred(many), Err(StoreError::Altered { index: 9_001, .. })));
    // Nothing was appended, and what fits still is.
    assert_eq!(writer.append(&single(4, 65_002, b"there is room", &[])).unwrap().size, 65_003);
}
