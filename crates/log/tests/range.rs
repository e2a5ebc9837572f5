//! Verifying a range: what lies in it is found, what lies outside is not claimed, and the checkpoints bind it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic fails the test")]

mod support;

use std::{collections::BTreeMap, sync::OnceLock, time::Duration};

use docket_log::{GivenCheckpoint, Reader, Report, ScanOptions, SimDisk, StoreError, Verdict, scan_range};
use support::{
    forge::{Forge, at},
    *,
};

/// The sizes that are signed; batches of 40,000 records and less cross the segments' ends.
const SIZES: [u64; 4] = [30_001, 65_537, 131_072, 132_000];
/// Records behind the last checkpoint, in batches of three.
const BEHIND: u64 = 12;

struct Long {
    disk: SimDisk,
    notes: BTreeMap<u64, Vec<u8>>,
    size: u64,
}

fn long() -> &'static Long {
    static LONG: OnceLock<Long> = OnceLock::new();
    LONG.get_or_init(|| {
        let disk = SimDisk::new();
        let writer = new_ledger(&disk, 1);
        let (mut size, mut id, mut number, mut notes) = (1, 0, 0, BTreeMap::new());
        let mut append = |count: u64| {
            let records = (0..count).map(|n| {
                if id > 9 && n % 500 == 3 {
                    return record(4, n % 7 + 1, b"goes on", &["words"]);
                }
                id += 1;
                record(4, id, b"begins", if n % 1_000 == 9 { &["words"] } else { &[] })
            });
            number += 1;
            writer.append(&batch(number, records.collect())).unwrap();
        };
        for next in SIZES {
            while size < next {
                let count = (next - size).min(40_000);
                append(count);
                size += count;
            }
            notes.insert(size, writer.checkpoint().unwrap().1);
        }
        (0..BEHIND / 3).for_each(|_| append(3));
        drop(writer);
        Long { disk, notes, size: size + BEHIND }
    })
}

fn try_look(disk: &SimDisk, from: u64, to: u64, given: Vec<GivenCheckpoint>) -> Result<Report, StoreError> {
    let options = ScanOptions { threads: 2, patience: Duration::ZERO, given, ..ScanOptions::default() };
    scan_range(&Reader::open(shared(disk))?, from, to, &options)
}

fn look(disk: &SimDisk, from: u64, to: u64) -> Report {
    try_look(disk, from, to, Vec::new()).unwrap()
}

#[track_caller]
fn assert_intact(report: &Report) {
    assert_eq!(report.verdict(), Verdict::Intact, "{:?} {:?}", report.findings, report.undecided);
}

fn segment(number: u64) -> String {
    format!("log/{number:08}.seg")
}

#[test]
fn an_intact_range_holds_wherever_it_begins_and_ends() {
    let long = long();
    let edges = [0, 1, 2, 30_000, 30_001, 65_535, 65_536, 65_537, 100_000, 131_071, 131_072, 131_999];
    let whole = look(&long.disk, 0, long.size - 1);
    for (place, from) in edges.into_iter().enumerate() {
        for to in edges[place..].iter().copied().chain([132_001, long.size - 1]) {
            let given = long.notes.iter().map(|(size, note)| given(&size.to_string(), note)).collect();
            let report = try_look(&long.disk, from, to, given).unwrap();
            assert_intact(&report);
            let range = report.range.as_ref().unwrap();
            assert_eq!((range.from, range.to, range.bound_by), (from, to, Some(132_000)), "{from} to {to}");
            assert!(report.given.iter().all(|given| given.holds), "{from} to {to}");
            assert!(report.values <= whole.values && report.log_bytes <= whole.log_bytes);
        }
    }
    assert_eq!(whole.values, verify(&long.disk).values, "with everything in it, it is all of it");
}

#[test]
fn a_batch_that_began_before_is_said_to_be_unjudged() {
    let long = long();
    // The first batch has records 1 to 30,000.
    let unjudged = |from, to| look(&long.disk, from, to).range.unwrap().unjudged_batch;
    assert_eq!(unjudged(0, 40_000), 0);
    assert_eq!(unjudged(1, 40_000), 0, "it begins there");
    assert_eq!(unjudged(2, 40_000), 29_999);
    assert_eq!(unjudged(30_000, 40_000), 1);
    assert_eq!(unjudged(30_001, 40_000), 0);
    assert_eq!(unjudged(40_000, 50_000), 10_001, "it neither begins nor ends there");
    // Batches behind a first one are judged.
    let mut forge = Forge::of(inspected(&long.disk));
    forge.records[30_001][at::FLAGS] &= !1;
    let report = look(&forge.disk(), 30_000, 40_000);
    assert_ne!(report.verdict(), Verdict::Intact);
}

#[test]
fn a_range_that_no_checkpoint_covers_is_undecided() {
    let long = long();
    let report = look(&long.disk, 132_000, long.size - 1);
    assert_eq!((report.verdict(), report.findings_total), (Verdict::Undecided, 0));
    assert_eq!(report.range.unwrap().bound_by, None);
    // One record that is covered binds those that follow it.
    assert_intact(&look(&long.disk, 131_999, long.size - 1));
}

#[test]
fn what_is_not_in_the_log_is_no_range() {
    let long = long();
    for (from, to) in [(0, long.size), (long.size, long.size), (5, 4), (0, u64::MAX), (u64::MAX, u64::MAX)] {
        let refused = try_look(&long.disk, from, to, Vec::new());
        assert!(matches!(refused, Err(StoreError::NoSuchRecord { .. })), "{from} to {to}");
    }
    // It was there, and signed: then that is a finding, and no error.
    let disk = SimDisk::from_files({
        let mut files = inspected(&long.disk);
        files.remove(&segment(2));
        files
    });
    let report = look(&disk, 131_990, 131_999);
    assert_eq!((report.verdict(), report.findings[0].record), (Verdict::Altered, Some(131_072)));
    assert_eq!(report.range.as_ref().map(|range| (range.from, range.to)), Some((131_990, 131_999)));
}

#[test]
fn what_stands_in_front_of_what_cannot_be_read_is_judged() {
    let disk = long().disk.snapshot();
    disk.fail_reads(&segment(1), 4 << 20..(4 << 20) + 10);
    let report = verify(&disk);
    assert_eq!((report.verdict(), report.findings_total), (Verdict::Undecided, 0), "{:?}", report.findings);
    assert!(report.size > 65_536 + 1_000, "{}", report.size);
    disk.alter("vault/00000001.vlt", |bytes| bytes[64 + 52] ^= 1);
    assert_eq!(verify(&disk).verdict(), Verdict::Altered);
}

#[test]
fn a_file_of_the_range_that_cannot_be_read_is_undecided_and_hides_nothing() {
    let long = long();
    for (path, is_bound) in [(segment(1), false), ("vault/00000001.vlt".to_owned(), true)] {
        let disk = long.disk.snapshot();
        // The first records, and no header or footer.
        disk.fail_reads(&path, 200..300);
        let report = look(&disk, 65_000, 66_000);
        assert_eq!(report.verdict(), Verdict::Undecided, "{path}: {:?}", report.findings);
        assert!(report.undecided.iter().any(|one| one.file == path), "{:?}", report.undecided);
        assert_eq!(report.range.as_ref().unwrap().bound_by.is_some(), is_bound, "{path}");
        disk.alter(&segment(0), |bytes| {
            let last = split_records(bytes).pop().unwrap();
            bytes[last.0 + 80] ^= 1;
        });
        assert_eq!(look(&disk, 65_000, 66_000).verdict(), Verdict::Altered, "{path}");
    }
}

fn inspected(disk: &SimDisk) -> BTreeMap<String, Vec<u8>> {
    disk.files().into_iter().filter(|(path, _)| !path.starts_with("keys/")).collect()
}

#[test]
fn every_byte_altered_in_the_range_is_found_and_no_byte_behind_it() {
    let long = long();
    let files = long.disk.files();
    for (number, from, to) in
        [(0, 1_003, 1_003), (1, 65_536, 65_537), (1, 131_071, 131_071), (2, 131_999, 131_999)]
    {
        let records = split_records(&files[&segment(number)]);
        let place = |index: u64| usize::try_from(index - number * 65_536).unwrap();
        let (begin, end) = (records[place(from)].0, records[place(to)].0 + records[place(to)].1.len() + 32);
        for offset in begin..end {
            let disk = long.disk.snapshot();
            disk.alter(&segment(number), |bytes| bytes[offset] ^= 0x40);
            match try_look(&disk, from, to, Vec::new()) {
                Ok(report) => {
                    let at = offset - begin;
                    assert_eq!(report.verdict(), Verdict::Altered, "{from} to {to}: byte {at}");
                }
                // Opening the log parses the last records.
                Err(error) => assert!(
                    matches!(error, StoreError::Altered { .. } | StoreError::Record { .. }),
                    "{from}: {error}"
                ),
            }
        }
        // The body of a record before it, and all of one behind it but its hash, which the tree needs.
        let outside = [place(from).checked_sub(1), Some(place(to) + 1)];
        for neighbour in outside.into_iter().flatten().filter_map(|place| records.get(place)) {
            let disk = long.disk.snapshot();
            disk.alter(&segment(number), |bytes| bytes[neighbour.0 + neighbour.1.len() - 1] ^= 0x40);
            let report = look(&disk, from, to);
            assert_intact(&report);
            assert_eq!(verify(&disk).verdict(), Verdict::Altered, "the whole log shows it");
        }
    }
}

#[test]
fn a_personal_value_of_the_range_is_compared_and_no_other() {
    let long = long();
    let vault = "vault/00000001.vlt";
    let entries = forge::entries_of(&long.disk.files()[vault]);
    let disk = long.disk.snapshot();
    let middle = &entries[entries.len() / 2];
    disk.alter(vault, |bytes| bytes[middle.0 + middle.1.len() - 1] ^= 1);
    let whole = verify(&disk);
    let record = whole.findings[0].record.unwrap();
    let altered = look(&disk, record, record);
    assert_eq!((altered.verdict(), altered.findings[0].check), (Verdict::Altered, "vault"));
    assert_intact(&look(&disk, record + 1, record + 2_000));
    assert_intact(&look(&disk, record - 2_000, record - 1));
}

/// Whoever has no key can make hashes and footers right again, and not the roots that were signed.
#[test]
fn a_range_rewritten_with_its_hashes_and_footer_is_found_by_the_checkpoint() {
    let long = long();
    let mut forge = Forge::of(inspected(&long.disk));
    let body = forge.records[70_000].len() - 1;
    forge.records[70_000][body] ^= 1;
    let rewritten = forge.disk();
    let files = rewritten.files();
    // The segment alone, and it with all that follow; the office's own checkpoints stay.
    for segments in [vec![1], vec![1, 2]] {
        let disk = long.disk.snapshot();
        for number in segments {
            let bytes = files[&segment(number)].clone();
            disk.alter(&segment(number), |old| *old = bytes);
        }
        for (from, to) in [(70_000, 70_000), (66_000, 71_000), (65_536, 131_071), (0, 131_999)] {
            match try_look(&disk, from, to, Vec::new()) {
                Ok(report) => {
                    assert_eq!(report.verdict(), Verdict::Altered, "{from} to {to}: {:?}", report.undecided);
                    assert!(report.findings.iter().any(|one| ["checkpoint", "header"].contains(&one.check)));
                }
                Err(error) => assert!(matches!(error, StoreError::Altered { .. }), "{error}"),
            }
        }
    }
    // Signed anew by whoever holds the key: only what was kept shows it, and the range parts from it.
    assert_intact(&look(&rewritten, 66_000, 71_000));
    let kept = vec![given("kept", &long.notes[&131_072]), given("old", &long.notes[&65_537])];
    let report = try_look(&rewritten, 66_000, 71_000, kept).unwrap();
    assert_eq!(report.verdict(), Verdict::Altered);
    assert_eq!((report.forks[0].size, report.forks[0].agreed), (131_072, 65_537));
    assert!(report.given[1].holds, "the rewritten records lie behind it");
}

#[test]
fn derived_tree_hashes_that_lie_hide_nothing_and_accuse_nobody() {
    let long = long();
    let disk = long.disk.snapshot();
    disk.alter("tree/sealed", |bytes| bytes[20] ^= 1);
    assert_intact(&look(&disk, 66_000, 131_071));
}
