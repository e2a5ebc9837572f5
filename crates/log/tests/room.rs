//! Room: zeros behind the last record (FORMAT.md section 3). It says nothing, and whatever is not room is what it was.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a panic fails the test"
)]

mod support;

use std::{collections::BTreeMap, time::Duration};

use docket_log::{Reader, Report, ScanOptions, SimDisk, StoreError, Verdict, scan};
use docket_proof::RecordIndex;
use support::*;

const SEGMENT: &str = "log/00000000.seg";
const UNIT: usize = 65_536;
/// The limit of FORMAT.md.
const MAX_ROOM: usize = 1_048_576;

type Files = BTreeMap<String, Vec<u8>>;
type Change<'a> = &'a dyn Fn(&mut Vec<u8>);

/// What a writer leaves that was killed: records behind its last checkpoint, and room.
fn killed() -> Files {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    for number in 1..=4 {
        writer.append(&single(number, number, b"signed", &["a name"])).unwrap();
    }
    writer.checkpoint().unwrap();
    for number in 5..=6 {
        writer.append(&single(number, number, b"behind", &["a name"])).unwrap();
    }
    writer.append(&single(7, 7, b"last", &[])).unwrap();
    let files = disk.files();
    drop(writer);
    files
}

/// Where its records end.
fn end_of(files: &Files) -> usize {
    let (at, last) = split_records(&files[SEGMENT]).pop().unwrap();
    at + last.len() + 32
}

fn with(files: &Files, change: impl FnOnce(&mut Vec<u8>)) -> SimDisk {
    let mut files = files.clone();
    change(files.get_mut(SEGMENT).unwrap());
    SimDisk::from_files(files)
}

/// Scans with more patience than anybody who waits for the test: there is nothing to wait for.
fn scan_at_once(disk: &SimDisk) -> Report {
    let patience = Duration::from_secs(10);
    scan(disk, &ScanOptions { threads: 1, patience, ..ScanOptions::default() }).unwrap()
}

#[track_caller]
fn assert_intact(disk: &SimDisk, size: u64) {
    let report = scan_at_once(disk);
    assert_eq!(report.verdict(), Verdict::Intact, "{:?} {:?}", report.findings, report.undecided);
    assert_eq!((report.size, report.cuts.len()), (size, 0));
}

/// Damaged beyond all that is signed: undecided, and the next writer cuts it off. Returns the cut file's length.
#[track_caller]
fn assert_cut(disk: &SimDisk, size: u64) -> u64 {
    let report = look(disk, Vec::new());
    assert_eq!(report.verdict(), Verdict::Undecided, "{:?}", report.findings);
    let writer = open(disk, 9).unwrap();
    assert_eq!(writer.size(), size + 1, "and the record of the cut");
    writer.checkpoint().unwrap();
    drop(writer);
    let report = look(disk, Vec::new());
    assert_eq!(report.verdict(), Verdict::Intact, "{:?} {:?}", report.findings, report.undecided);
    assert_eq!((report.cuts.len(), report.cuts[0].cut.size), (1, size));
    report.cuts[0].cut.file_len
}

#[test]
fn a_writer_makes_room_and_leaves_none() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    let mut lens = Vec::new();
    for number in 1..=30 {
        writer.append(&single(number, number, &[7; 9_000], &["a name"])).unwrap();
        let file = &disk.files()[SEGMENT];
        let (end, len) = (end_of(&disk.files()), file.len());
        assert!(len == end || len.is_multiple_of(UNIT) && file[end..].iter().all(|byte| *byte == 0));
        assert!(number < 3 || len > end, "{number}");
        lens.push(len);
        // Whoever reads meanwhile sees the log, and nothing that is unfinished.
        let reader = Reader::open(shared(&disk)).unwrap();
        assert!(!reader.has_unfinished_tail() && reader.size() == number + 1, "{number}");
        if number % 10 == 0 {
            writer.checkpoint().unwrap();
            assert_intact(&disk, number + 1);
        }
    }
    lens.dedup();
    assert!(lens.len() < 8, "few appends have a new length: {lens:?}");
    drop(writer);
    let files = disk.files();
    assert_eq!(files[SEGMENT].len(), end_of(&files));
    assert_intact(&disk, 31);
}

#[test]
fn a_command_that_records_one_thing_makes_none() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    for number in 1..=2 {
        writer.append(&single(number, number, b"one thing", &[])).unwrap();
        assert_eq!(disk.files()[SEGMENT].len(), end_of(&disk.files()));
    }
}

#[test]
fn what_is_long_or_deferred_needs_none() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    for number in 1..=5_u64 {
        let many = |from: u64| (from..from + 3_000).map(|id| record(4, id, b"one of many", &[])).collect();
        writer.append(&batch(number, many(6_000 * number - 5_999))).unwrap();
        writer.append_deferred(batch(100 + number, many(6_000 * number - 2_999))).unwrap();
        writer.flush().unwrap();
        assert_eq!(disk.files()[SEGMENT].len(), end_of(&disk.files()), "{number}");
    }
}

#[test]
fn a_killed_writer_leaves_room_and_nothing_to_cut() {
    let files = killed();
    let disk = SimDisk::from_files(files.clone());
    assert!(files[SEGMENT].len().is_multiple_of(UNIT) && files[SEGMENT].len() > end_of(&files));
    assert_intact(&disk, 8);
    assert_eq!(Reader::open(shared(&disk)).unwrap().size(), 8);
    let writer = open(&disk, 9).unwrap();
    assert_eq!((writer.size(), disk.files()[SEGMENT].len()), (8, end_of(&files)));
    writer.append(&single(9, 8, b"on", &["a name"])).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    assert_intact(&disk, 9);
}

#[test]
fn a_killed_writer_whose_records_are_all_signed_leaves_room_too() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    for number in 1..=4 {
        writer.append(&single(number, number, b"signed", &["a name"])).unwrap();
    }
    writer.checkpoint().unwrap();
    let files = disk.files();
    let disk = SimDisk::from_files(files.clone());
    assert!(files[SEGMENT].len() > end_of(&files));
    let writer = open(&disk, 9).unwrap();
    assert_eq!((writer.size(), disk.files()[SEGMENT].len()), (5, end_of(&files)));
    drop(writer);
    assert_intact(&disk, 5);
}

#[test]
fn room_has_a_length_and_a_limit() {
    let files = killed();
    let end = end_of(&files);
    for len in [UNIT, 2 * UNIT, MAX_ROOM] {
        assert_intact(&with(&files, |bytes| bytes.resize(len, 0)), 8);
    }
    // The last length that is a multiple lies within the limit, the next one beyond.
    let most = (end + MAX_ROOM) / UNIT * UNIT;
    assert_intact(&with(&files, |bytes| bytes.resize(most, 0)), 8);
    for len in [end + 1, UNIT - 1, UNIT + 1, 3 * UNIT / 2, most + UNIT, 20 * MAX_ROOM] {
        let kept = assert_cut(&with(&files, |bytes| bytes.resize(len, 0)), 8);
        let zeros = if len.is_multiple_of(UNIT) { 0 } else { len - end };
        assert_eq!(kept as usize, 56 + 24 + zeros, "of the zeros up to {len}");
    }
}

#[test]
fn another_byte_in_room_makes_it_a_tail() {
    let files = killed();
    let end = end_of(&files);
    for at in [end, end + 3, end + 4, 40_000, UNIT - 1] {
        let disk = with(&files, |bytes| bytes[at] = 1);
        let kept = assert_cut(&disk, 8);
        assert_eq!(kept as usize, 56 + 24 + at + 1 - end, "up to that byte, at {at}");
        assert_eq!(disk.files()["cut/00000000.cut"].last(), Some(&1));
    }
    // Torn anywhere, the last batch goes.
    let (last, record) = split_records(&files[SEGMENT]).pop().unwrap();
    for torn in [4, 60, record.len(), record.len() + 31] {
        let _ = assert_cut(&with(&files, |bytes| bytes[last + torn..].fill(0)), 7);
        let _ = assert_cut(&with(&files, |bytes| bytes[last..last + torn].fill(0)), 7);
    }
    // All of it, and it was never there: that a log was cut at the end of a batch only a checkpoint shows.
    assert_intact(&with(&files, |bytes| bytes[last..].fill(0)), 7);
}

#[test]
fn zeros_in_place_of_what_was_signed_or_known_to_be_durable_are_found() {
    let files = killed();
    let starts: Vec<usize> = split_records(&files[SEGMENT]).iter().map(|(at, _)| *at).collect();
    for from in [1, 3, 4] {
        let disk = with(&files, |bytes| bytes[starts[from]..].fill(0));
        let report = look(&disk, Vec::new());
        assert_eq!(report.verdict(), Verdict::Altered, "{from}");
        let opened = open(&disk, 9).err();
        assert!(matches!(opened, Some(StoreError::Forked { .. } | StoreError::Altered { .. })), "{opened:?}");
        // Nothing was signed that a reader could go by, and it says what there is.
        assert_eq!(Reader::open(shared(&disk)).unwrap().size(), from as u64);
    }
    // A record in the middle of those that no checkpoint covers: the next ones were written when it was durable.
    let disk = with(&files, |bytes| bytes[starts[5]..starts[6]].fill(0));
    let report = look(&disk, Vec::new());
    assert_eq!(report.verdict(), Verdict::Altered, "{:?}", report.undecided);
    assert!(matches!(open(&disk, 9).err(), Some(StoreError::Altered { index: 5, .. })));
}

#[test]
fn there_is_no_room_without_a_record() {
    let disk = with(&killed(), |bytes| {
        bytes[SEGMENT_HEADER..].fill(0);
    });
    assert_ne!(look(&disk, Vec::new()).verdict(), Verdict::Intact);
    let header = SEGMENT_HEADER;
    let sealed = sealed(None);
    let mut files = sealed.clone();
    let mut second = files["log/00000001.seg"][..header].to_vec();
    second.resize(UNIT, 0);
    files.insert("log/00000001.seg".into(), second);
    let report = look(&SimDisk::from_files(files), Vec::new());
    assert_eq!(report.verdict(), Verdict::Undecided, "{:?}", report.findings);
}

/// A ledger whose writer went from one segment into the next with room in both; stopped after so many appends.
fn sealed(stop: Option<u64>) -> Files {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    writer.append(&batch(1, (1..65_514).map(|id| record(4, id, b"", &[])).collect())).unwrap();
    // Where the room ends twice as much is made, until a footer is shorter.
    for id in 65_514..65_530 {
        writer.append(&single(id, id, &[1; 62_000], &[])).unwrap();
    }
    writer.checkpoint().unwrap();
    for number in 0..12 {
        if stop == Some(number) {
            return disk.files();
        }
        writer.append(&single(70_000 + number, 65_530 + number, b"", &["v"])).unwrap();
    }
    disk.files()
}

#[test]
fn a_sealed_segment_ends_with_its_footer() {
    let before = sealed(Some(5));
    assert!(before[SEGMENT].len() > end_of(&before) + 272_464, "there was room for more than a footer");
    let files = sealed(None);
    assert_eq!(files[SEGMENT].len(), end_of(&files) + 272_464);
    assert!(files["log/00000001.seg"].len().is_multiple_of(UNIT));
    assert_intact(&SimDisk::from_files(files.clone()), 65_542);

    // In a segment that another one follows there is none, wherever it is.
    let end = end_of(&files);
    let padded = |bytes: &mut Vec<u8>| bytes.resize(bytes.len().next_multiple_of(UNIT), 0);
    let changes: [Change<'_>; 4] = [
        &padded,
        &|bytes| {
            bytes.truncate(end);
            padded(bytes);
        },
        &|bytes| bytes.truncate(end),
        &|bytes| {
            let (at, _) = split_records(bytes)[65_000];
            bytes.truncate(at);
            padded(bytes);
        },
    ];
    for (number, change) in changes.iter().enumerate() {
        let report = look(&with(&files, change), Vec::new());
        assert_eq!(report.verdict(), Verdict::Altered, "{number}");
    }
}

#[test]
fn a_full_segment_is_sealed_though_its_footer_was_lost_in_room() {
    // Records and footer are written within room; of that append the disk has kept the record only.
    let mut files = sealed(Some(7));
    files.remove("log/00000001.seg");
    let end = end_of(&files);
    files.get_mut(SEGMENT).unwrap().truncate(end);
    let without = look(&SimDisk::from_files(files.clone()), Vec::new());
    files.get_mut(SEGMENT).unwrap().resize(end.next_multiple_of(UNIT), 0);
    let disk = SimDisk::from_files(files);
    let report = look(&disk, Vec::new());
    assert_eq!((report.verdict(), &report.undecided), (Verdict::Undecided, &without.undecided));
    let writer = open(&disk, 9).unwrap();
    assert_eq!(writer.size(), 65_536, "nothing is cut");
    writer.append(&single(90, 65_536, b"behind", &["v"])).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    assert_intact(&disk, 65_537);
    assert_eq!(disk.files()[SEGMENT].len(), end + 272_464);
}

#[test]
fn where_there_is_no_space_for_room_there_is_none() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    let used = |disk: &SimDisk| disk.files().values().map(|bytes| bytes.len() as u64).sum::<u64>();
    disk.set_capacity(Some(used(&disk) + 20_000));
    for number in 1..=20 {
        writer.append(&single(number, number, b"words", &["a name"])).unwrap();
        assert_eq!(disk.files()[SEGMENT].len(), end_of(&disk.files()), "{number}");
    }
    let given_up = disk.trace().iter().filter(|line| line.contains("set length")).count();
    assert_eq!(given_up, 1, "and it is not tried again");
    writer.checkpoint().unwrap();
    drop(writer);
    assert_intact(&disk, 21);
    let reader = Reader::open(shared(&disk)).unwrap();
    assert_eq!(reader.record(RecordIndex(20)).unwrap().view().body, b"words");
}
