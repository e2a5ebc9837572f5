//! What others hold of a ledger: old checkpoints in place of old bytes, proofs, and the published tree.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic fails the test")]

mod support;

use std::{collections::BTreeMap, sync::OnceLock, time::Duration};

use docket_log::{
    Disk, GivenCheckpoint, Reader, Report, ScanOptions, SimDisk, StoreError, Tear, Verdict, scan,
};
use docket_proof::{
    CheckpointNote, Frontier, LeafHash, RecordIndex, StreamRef, Tile, leaf_hash, open_checkpoint,
    verify_consistency,
};
use support::*;

/// A ledger of three segments, and its checkpoints by size.
struct Long {
    disk: SimDisk,
    notes: BTreeMap<u64, Vec<u8>>,
}

const SIZES: [u64; 7] = [2, 30_001, 65_535, 65_536, 65_537, 131_072, 132_000];

fn long() -> &'static Long {
    static LONG: OnceLock<Long> = OnceLock::new();
    LONG.get_or_init(|| {
        let disk = SimDisk::new();
        let writer = new_ledger(&disk, 1);
        let (mut size, mut id, mut notes) = (1, 0, BTreeMap::new());
        for (number, next) in (1..).zip(SIZES) {
            let mut left = next - size;
            let mut chunk = 0;
            while left > 0 {
                let count = left.min(40_000);
                let records = (0..count).map(|n| {
                    // Streams of older days go on among new ones.
                    if n % 500 == 3 {
                        return record(4, n % 7 + 1, b"goes on", &["words"]);
                    }
                    id += 1;
                    record(4, id, b"begins", if n % 1_000 == 9 { &["words"] } else { &[] })
                });
                let records = records.collect();
                writer.append_deferred(batch(number * 100 + chunk, records)).unwrap();
                left -= count;
                chunk += 1;
            }
            size = next;
            let (checkpoint, note) = writer.checkpoint().unwrap();
            assert_eq!(checkpoint.size(), size);
            notes.insert(size, note);
        }
        Long { disk, notes }
    })
}

fn since(disk: &SimDisk, since: &[u8], others: Vec<GivenCheckpoint>) -> Report {
    let options = ScanOptions {
        threads: 2,
        patience: Duration::ZERO,
        given: others,
        since: Some(given("since", since)),
        ..ScanOptions::default()
    };
    scan(disk, &options).unwrap()
}

fn checks(report: &Report) -> Vec<(&'static str, Option<u64>)> {
    report.findings.iter().map(|finding| (finding.check, finding.record)).collect()
}

#[test]
fn from_any_checkpoint_on_the_verdict_is_the_same_and_less_is_read() {
    let long = long();
    let whole = verify(&long.disk);
    assert_eq!(whole.verdict(), Verdict::Intact, "{:?} {:?}", whole.findings, whole.undecided);
    let (mut read, mut values) = (u64::MAX, whole.values);
    for (size, note) in &long.notes {
        let others = long.notes.iter().map(|(size, note)| given(&size.to_string(), note)).collect();
        let report = since(&long.disk, note, others);
        assert_eq!(report.verdict(), Verdict::Intact, "{size}: {:?} {:?}", report.findings, report.undecided);
        assert_eq!((report.size, report.head, report.root), (whole.size, whole.head, whole.root));
        let hashes_from = (size - 1) / 65_536 * 65_536;
        let noted = report.since.as_ref().unwrap();
        assert_eq!((noted.size, noted.hashes_from), (*size, hashes_from));
        assert!(
            report.given.len() == SIZES.len() + 1 && report.given.iter().all(|given| given.holds),
            "{size}"
        );
        assert!(report.log_bytes <= read && report.values <= values, "{size}");
        values = report.values;
        read = report.log_bytes;
        let newer = SIZES.iter().filter(|own| *own >= size).count() as u64;
        assert_eq!(report.own_checkpoints, newer);
    }
    assert!(read < whole.log_bytes / 50, "{read} of {}", whole.log_bytes);
    assert_eq!((values, whole.values > 200), (0, true));
}

#[test]
fn what_is_new_is_judged_and_what_is_old_stands_by_its_hashes() {
    let long = long();
    let note = &long.notes[&65_537];
    let altered = |path: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let disk = long.disk.snapshot();
        disk.alter(path, |bytes| change(bytes));
        since(&disk, note, vec![given("old", &long.notes[&30_001])])
    };
    let segment = |number: u64| format!("log/{number:08}.seg");
    let record = |number: u64, index: usize| {
        let files = long.disk.files();
        split_records(&files[&segment(number)])[index].clone()
    };
    let flip = |at: usize| move |bytes: &mut Vec<u8>| bytes[at] ^= 1;
    // Content of an old record, in a segment that is not read and in one whose hashes are.
    let (old, _) = record(0, 100);
    assert_eq!(altered(&segment(0), &flip(old + 80)).verdict(), Verdict::Intact);
    let (last, bytes) = record(1, 0);
    assert_eq!(altered(&segment(1), &flip(last + 80)).verdict(), Verdict::Intact);
    // Its hash is what the next record follows.
    let report = altered(&segment(1), &flip(last + bytes.len()));
    assert_eq!(checks(&report)[0], ("chain", Some(65_537)));
    assert!(report.forks.iter().any(|fork| fork.size == 65_537), "{:?}", report.findings);
    // New ones are read.
    let (new, _) = record(1, 1);
    assert_eq!(checks(&altered(&segment(1), &flip(new + 80)))[0], ("chain", Some(65_537)));
    let (new, _) = record(2, 900);
    assert_eq!(checks(&altered(&segment(2), &flip(new + 80)))[0], ("chain", Some(131_972)));
    // The stored upper hashes stand in for old records: a wrong one does not lead to the roots that were kept.
    let footer = long.disk.files()[&segment(0)].len() - 272_464;
    let report = altered(&segment(0), &flip(footer + 272_400));
    assert!(report.forks.iter().any(|fork| fork.size == 65_537), "{:?}", report.findings);
    let group_of_30_000 = footer + 264_208 + 30_000 / 256 * 32 + 32;
    assert_eq!(checks(&altered(&segment(0), &flip(group_of_30_000)))[0].0, "footer");
    // The vault: of new records, and of old ones.
    assert_eq!(
        checks(&altered("vault/00000001.vlt", &|bytes| *bytes.last_mut().unwrap() ^= 1))[0].0,
        "vault"
    );
    assert_eq!(
        altered("vault/00000000.vlt", &|bytes| *bytes.last_mut().unwrap() ^= 1).verdict(),
        Verdict::Intact
    );

    let disk = long.disk.snapshot();
    disk.remove(&segment(0)).unwrap();
    // Record 0 says whose ledger it is: nothing is known without it.
    assert_ne!(since(&disk, note, Vec::new()).verdict(), Verdict::Intact);
    let disk = long.disk.snapshot();
    disk.remove(&segment(1)).unwrap();
    assert_eq!(checks(&since(&disk, &long.notes[&131_072], Vec::new()))[0].0, "segment-missing");
}

#[test]
fn an_old_checkpoint_of_another_history_is_found_without_reading_old_records() {
    let long = long();
    let other = SimDisk::new();
    let writer = new_ledger(&other, 1);
    let records = (1..=30_000).map(|id| record(4, id, b"otherwise", &[])).collect();
    writer.append(&batch(1, records)).unwrap();
    let (_, note) = writer.checkpoint().unwrap();
    let report =
        since(&long.disk, &long.notes[&131_072], vec![given("kept", &note), given("2", &long.notes[&2])]);
    assert_eq!(report.verdict(), Verdict::Altered);
    let fork = &report.forks[0];
    assert_eq!((fork.name.as_str(), fork.size, fork.agreed), ("kept", 30_001, 2));
    // Two signatures of one key that contradict each other.
    let reader = Reader::open(shared(&long.disk)).unwrap();
    let own = CheckpointNote::parse(&report.newest.unwrap().1).unwrap();
    let evidence = reader.evidence(&CheckpointNote::parse(&note).unwrap(), &own).unwrap();
    assert_eq!(evidence.verify().unwrap().second_says, fork.found);
}

#[test]
fn proofs_of_a_long_log_hold() {
    let long = long();
    let reader = Reader::open(shared(&long.disk)).unwrap();
    let keys = [reader.identity().verifier.clone()];
    for (size, note) in &long.notes {
        let checkpoint = CheckpointNote::parse(note).unwrap();
        assert_eq!(reader.own_checkpoint(*size).unwrap().as_ref(), Some(&checkpoint));
        for index in [0, 1, size / 2, size - 1] {
            let proof = reader.prove_record(RecordIndex(index), &checkpoint).unwrap();
            let extra = proof.record().unwrap().unwrap();
            assert_eq!(proof.verify_record(&extra, &keys).unwrap().checkpoint.size(), *size);
            assert!(proof.to_bytes().len() < 2_048 + 200, "{}", proof.to_bytes().len());
        }
        let behind = reader.prove_record(RecordIndex(*size), &checkpoint);
        assert!(matches!(behind, Err(StoreError::NoSuchRecord { .. })), "{behind:?}");
        for (newer, newer_note) in long.notes.range(size..) {
            let newer_note = CheckpointNote::parse(newer_note).unwrap();
            let file = reader.prove_consistency(&checkpoint, &newer_note).unwrap();
            let (first, second) = file.verify(&keys).unwrap();
            let (first, second) = (first.checkpoint, second.checkpoint);
            verify_consistency(*size, *newer, first.root(), second.root(), &file.hashes).unwrap();
        }
    }
    assert_eq!(reader.own_checkpoint(3).unwrap(), None);
    let stream = StreamRef { kind: 4, id: 3 };
    let head = reader.find_head(stream).unwrap().unwrap();
    let history = reader.history(stream, head.last).unwrap();
    for (size, note) in &long.notes {
        let checkpoint = CheckpointNote::parse(note).unwrap();
        let proof = reader.prove_stream(stream, &history, &checkpoint);
        if *size == 2 {
            assert!(matches!(proof, Err(StoreError::NoSuchRecord { .. })));
            continue;
        }
        let proof = proof.unwrap();
        assert_eq!(proof.verify(&keys).unwrap().opened.checkpoint.size(), *size);
        let below = history.iter().filter(|record| record.view().index.0 < *size).count();
        assert_eq!(proof.records.len(), below);
    }
}

/// `tree/sealed` is believed only where it leads to the signed root, by who reads and by who records, and missed by nobody.
#[test]
fn kept_hashes_of_sealed_segments_change_no_answer() {
    let long = long();
    let path = "tree/sealed";
    assert_eq!(long.disk.files()[path].len(), 8 + 2 * 32, "two segments are sealed");
    let note = CheckpointNote::parse(&long.notes[&132_000]).unwrap();
    let answer = |disk: &SimDisk| {
        let reader = Reader::open(shared(disk)).unwrap();
        let proofs = [0, 70_000, 131_999]
            .map(|index| reader.prove_record(RecordIndex(index), &note).unwrap().to_bytes());
        (proofs, reader.root_at(132_000).unwrap(), reader.root_at(100_000).unwrap())
    };
    let right = answer(&long.disk);
    type Change<'a> = &'a dyn Fn(&mut Vec<u8>);
    let changes: [Change<'_>; 7] = [
        &|bytes| bytes[8] ^= 1,
        &|bytes| bytes[71] ^= 1,
        &|bytes| bytes[0] ^= 1,
        &|bytes| bytes.truncate(8 + 32),
        &|bytes| bytes.truncate(9),
        &|bytes| bytes.clear(),
        &|bytes| bytes.resize(8 + 5 * 32, 7),
    ];
    for (number, change) in changes.iter().enumerate() {
        let other = long.disk.snapshot();
        other.alter(path, change);
        assert_eq!(answer(&other), right, "change {number}");
        // Whoever records takes no wrong hash over, and signs on.
        let writer = open(&other, 9).unwrap();
        writer.append(&batch(9, vec![record(4, 1, b"goes on", &[])])).unwrap();
        writer.checkpoint().unwrap();
        drop(writer);
        assert_eq!(verify(&other).verdict(), Verdict::Intact, "change {number}");
    }
    let other = long.disk.snapshot();
    other.remove(path).unwrap();
    assert_eq!(answer(&other), right);
}

/// Reads the published leaves back and says which root they give, if the checkpoint is there.
fn published_size(folder: &SimDisk, reader: &Reader) -> u64 {
    let files = folder.files();
    let Some(note) = files.get("checkpoint") else { return 0 };
    let opened = open_checkpoint(note, std::slice::from_ref(&reader.identity().verifier)).unwrap().checkpoint;
    let mut tree = Frontier::new();
    for tile in Tile::between(0, opened.size()) {
        let mut path = tile.path();
        if !files.contains_key(&path) && !tile.is_full() {
            // Whoever reads with an older checkpoint takes the whole tile.
            path = path.split_once(".p/").unwrap().0.to_owned();
        }
        let bytes = &files[&path];
        let width = usize::from(tile.width) * 32;
        assert!(bytes.len() >= width, "{path}");
        if tile.level == 0 {
            for leaf in bytes[..width].as_chunks::<32>().0 {
                tree.push(LeafHash::from_bytes(*leaf));
            }
            let entries = files
                .get(&tile.entries_path())
                .unwrap_or_else(|| &files[&tile.entries_path().split_once(".p/").unwrap().0.to_owned()]);
            let first = &entries[2..34];
            assert_eq!(leaf_hash(first).as_bytes(), &bytes[..32]);
        }
    }
    assert_eq!(tree.root(), opened.root());
    opened.size()
}

#[test]
fn a_power_cut_at_any_operation_leaves_a_published_tree_whole() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    let mut id = 0;
    let mut notes = Vec::new();
    for (number, size) in (1..).zip([200, 255, 300]) {
        let records = (0..size).map(|_| {
            id += 1;
            record(4, id, b"begins", &[])
        });
        writer.append(&batch(number, records.collect())).unwrap();
        notes.push(CheckpointNote::parse(&writer.checkpoint().unwrap().1).unwrap());
    }
    let reader = Reader::open(shared(&disk)).unwrap();
    let publish =
        |folder: &SimDisk| notes.iter().try_for_each(|note| reader.publish(note, folder, &|_| {}).map(drop));
    let folder = SimDisk::new();
    publish(&folder).unwrap();
    let operations = folder.operations();
    assert_eq!(published_size(&folder, &reader), 756);
    let sizes: Vec<u64> = [0].into_iter().chain(notes.iter().map(|note| note.claimed().size())).collect();
    for n in 0..operations {
        let folder = SimDisk::new();
        folder.crash_at(n);
        let _ = publish(&folder);
        for seed in 0..8 {
            let after = folder.after_crash(seed, Tear::Sector);
            let size = published_size(&after, &reader);
            assert!(sizes.contains(&size), "{size}");
            // And it goes on from there.
            let rest: Vec<_> = notes.iter().filter(|note| note.claimed().size() >= size).collect();
            for note in rest {
                reader.publish(note, &after, &|_| {}).unwrap();
            }
            assert_eq!(published_size(&after, &reader), 756, "operation {n}, seed {seed}");
        }
    }
}
