//! Whatever is changed in a ledger's files is found: bit by bit, by cutting and adding, by moving records and files,
//! and by forgers who make the hashes right again. What cannot be found without a checkpoint kept elsewhere is here
//! too, and marked so.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a panic fails the test, and its counts are for who reads along"
)]

mod support;

use std::{collections::BTreeMap, sync::OnceLock};

use docket_log::{GivenCheckpoint, Reader, Recovered, Report, SimDisk, StepClock, StoreError, Verdict};
use docket_proof::{RecordIndex, StreamRef};
use support::{
    forge::{FOOTER_LEN, Forge, at, entries_of, notes_of, reseal},
    *,
};

type Files = BTreeMap<String, Vec<u8>>;

const SEGMENT: &str = "log/00000000.seg";
const VAULT: &str = "vault/00000000.vlt";
const CHECKPOINTS: &str = "checkpoints/00000000.ckp";
const CUT: &str = "cut/00000000.cut";
const TOML: &str = "ledger.toml";

/// A ledger with everything in it, as an inspector gets it (no keys), and the notes of its checkpoints.
struct Sample {
    files: Files,
    notes: Vec<Vec<u8>>,
}

impl Sample {
    fn disk(&self) -> SimDisk {
        SimDisk::from_files(self.files.clone())
    }

    fn forge(&self) -> Forge {
        Forge::of(self.files.clone())
    }

    fn records(&self) -> Vec<(usize, Vec<u8>)> {
        split_records(&self.files[SEGMENT])
    }

    /// A disk with one file changed.
    fn with(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) -> SimDisk {
        let disk = self.disk();
        disk.alter(path, change);
        disk
    }

    /// A disk with the bytes of segment 0's records arranged anew, each with its stored hash.
    fn rearranged(&self, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> SimDisk {
        let segment = &self.files[SEGMENT];
        let mut frames: Vec<Vec<u8>> =
            self.records().iter().map(|(at, record)| segment[*at..at + record.len() + 32].to_vec()).collect();
        change(&mut frames);
        self.with(SEGMENT, |bytes| {
            bytes.truncate(SEGMENT_HEADER);
            frames.iter().for_each(|frame| bytes.extend_from_slice(frame));
        })
    }
}

fn inspected(disk: &SimDisk) -> Files {
    disk.files().into_iter().filter(|(path, _)| !path.starts_with("keys/")).collect()
}

/// 13 records in 9 batches: values, a confirmed clock, a held time, a tail that was cut; signed at 3, 7 and 13.
fn make_sample(seed: u64) -> Sample {
    let disk = SimDisk::new();
    let clock = StepClock::new(START + 1);
    drop(create_on(&disk, seed).unwrap());
    let mut notes = Vec::new();
    let writer = open_at(&disk, seed + 1, &clock).unwrap();
    writer
        .append(&batch(1, vec![record(4, 1, b"one", &["a title", "a name"]), record(4, 1, b"two", &[])]))
        .unwrap();
    notes.push(writer.checkpoint().unwrap().1);
    writer.append(&single(2, 2, b"three", &["a name"])).unwrap();
    writer
        .append(&batch(
            3,
            vec![record(4, 1, b"four", &[]), record(4, 3, b"five", &["b name"]), record(4, 2, b"six", &[])],
        ))
        .unwrap();
    notes.push(writer.checkpoint().unwrap().1);
    clock.set(START - 3_600_000_000);
    assert!(matches!(writer.append(&single(4, 1, b"late", &[])), Err(StoreError::ClockBehind { .. })));
    writer.confirm_clock().unwrap();
    writer.append(&single(5, 1, b"held", &[])).unwrap();
    clock.set(START + 60_000_000);
    writer.append(&batch(6, vec![record(4, 4, b"torn", &["lost"]), record(4, 4, b"away", &[])])).unwrap();
    drop(writer);
    disk.alter(SEGMENT, |bytes| bytes.truncate(bytes.len() - 10));
    let writer = open_at(&disk, seed + 2, &clock).unwrap();
    writer.append(&single(7, 4, b"again", &["kept"])).unwrap();
    writer.append(&single(8, 4, b"longer", &[])).unwrap();
    writer.append(&single(9, 5, b"last", &["x"])).unwrap();
    notes.push(writer.checkpoint().unwrap().1);
    drop(writer);
    Sample { files: inspected(&disk), notes }
}

fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| make_sample(1))
}

/// The same office with other random values: another ledger, signed by the same key.
fn stranger() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| make_sample(1_000))
}

fn show(report: &Report) -> String {
    let findings: Vec<_> = report.findings.iter().map(ToString::to_string).collect();
    let undecided: Vec<_> = report.undecided.iter().map(ToString::to_string).collect();
    format!("{:?}\nfindings {findings:#?}\nundecided {undecided:#?}", report.verdict())
}

/// The verdict, and the first record that a finding about `path` names.
fn verdict_on(report: &Report, path: &str) -> (Verdict, Option<u64>) {
    let record =
        report.findings.iter().find(|finding| finding.file == path).and_then(|finding| finding.record);
    (report.verdict(), record)
}

fn names(report: &Report, path: &str) -> bool {
    report.findings.iter().any(|finding| finding.file == path)
        || report.undecided.iter().any(|undecided| undecided.file == path)
}

#[track_caller]
fn assert_altered(disk: &SimDisk, path: &str, record: Option<u64>) {
    let report = look(disk, Vec::new());
    assert_eq!(verdict_on(&report, path), (Verdict::Altered, record), "{}", show(&report));
}

/// Asserts that a check fails at a record, and none at an earlier one.
#[track_caller]
fn assert_finding(disk: &SimDisk, check: &str, record: u64) {
    let report = look(disk, Vec::new());
    assert_eq!(report.verdict(), Verdict::Altered, "{}", show(&report));
    let first = report.findings.iter().filter_map(|finding| finding.record).min();
    let by = report.findings.iter().any(|finding| (finding.check, finding.record) == (check, Some(record)));
    assert!(by && first == Some(record), "{check} at {record}\n{}", show(&report));
}

#[track_caller]
fn assert_undecided(disk: &SimDisk, path: &str) {
    let report = look(disk, Vec::new());
    assert!(report.verdict() == Verdict::Undecided && names(&report, path), "{}", show(&report));
}

/// Reads everything that a reader can; whatever it says, it must not panic.
fn read_all(disk: &SimDisk) {
    let Ok(reader) = Reader::open(shared(disk)) else { return };
    for index in 0..reader.size() {
        if let Ok(record) = reader.record(RecordIndex(index)) {
            let _ = reader.values(&record.view());
        }
    }
    let _ = reader.root_at(reader.size());
    let _ = reader.heads(reader.size());
    let _ = reader.history(StreamRef { kind: 4, id: 1 }, RecordIndex(reader.size() - 1));
}

#[test]
fn the_sample_is_intact_and_holds_everything() {
    let report = look(&sample().disk(), Vec::new());
    assert_eq!(report.verdict(), Verdict::Intact, "{}", show(&report));
    assert_eq!((report.size, report.values, report.own_checkpoints), (13, 6, 3));
    assert_eq!((report.cuts.len(), report.clock_corrections.len(), report.held), (1, 1, 2));
    assert_eq!(look(&stranger().disk(), Vec::new()).verdict(), Verdict::Intact);
    let rebuilt = look(&sample().forge().disk(), Vec::new());
    assert_eq!(rebuilt.verdict(), Verdict::Intact, "the forger makes honest ledgers of honest records");
    assert_eq!(inspected(&sample().forge().disk()), sample().files);
}

/// What a flipped bit of a file must come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Due {
    Altered(Option<u64>),
    Undecided,
}

/// What FORMAT.md section 10 says of a changed byte at `offset`.
fn due(sample: &Sample, path: &str, offset: usize) -> Due {
    // A format version other than 1 is a newer writer's, in every header.
    let version = (8..10).contains(&offset);
    match path {
        SEGMENT if offset < SEGMENT_HEADER => {
            if version {
                Due::Undecided
            } else {
                Due::Altered(Some(0))
            }
        }
        SEGMENT => {
            let records = sample.records();
            Due::Altered(Some(records.iter().rposition(|(at, _)| *at <= offset).unwrap() as u64))
        }
        VAULT if offset < 64 => {
            if version {
                Due::Undecided
            } else {
                Due::Altered(None)
            }
        }
        VAULT => {
            let entries = entries_of(&sample.files[VAULT]);
            let (start, entry) = entries.iter().rfind(|(start, _)| *start <= offset).unwrap();
            let state = (4..6).contains(&(offset - start));
            let record = u64::from_le_bytes(entry[8..16].try_into().unwrap());
            if state { Due::Undecided } else { Due::Altered(Some(record)) }
        }
        CHECKPOINTS if offset < 48 => {
            if version {
                Due::Undecided
            } else {
                Due::Altered(None)
            }
        }
        CHECKPOINTS => {
            let last = notes_of(&sample.files[CHECKPOINTS]).last().unwrap().0;
            if offset >= last { Due::Undecided } else { Due::Altered(None) }
        }
        CUT => Due::Altered(Some(sample_cut_record())),
        TOML => Due::Altered(None),
        other => panic!("no rule for {other}"),
    }
}

/// The TailCut record of the sample.
fn sample_cut_record() -> u64 {
    look(&sample().disk(), Vec::new()).cuts[0].record
}

/// Flips all bits of a file, one after the other.
fn flip_all(path: &str) -> usize {
    let sample = sample();
    let len = sample.files[path].len();
    let disk = sample.disk();
    for offset in 0..len {
        let due = due(sample, path, offset);
        for bit in 0..8 {
            disk.alter(path, |bytes| bytes[offset] ^= 1 << bit);
            let report = look(&disk, Vec::new());
            let (verdict, record) = verdict_on(&report, path);
            let got = match verdict {
                Verdict::Altered => Due::Altered(record),
                _ => Due::Undecided,
            };
            let fits = verdict != Verdict::Intact && got == due && names(&report, path);
            assert!(fits, "{path}, byte {offset}, bit {bit}: expected {due:?}\n{}", show(&report));
            if bit % 4 == offset % 4 {
                read_all(&disk);
            }
            disk.alter(path, |bytes| bytes[offset] ^= 1 << bit);
        }
    }
    println!("{path}: {} bits flipped", len * 8);
    len * 8
}

#[test]
fn every_flipped_bit_of_the_log_is_found_at_its_record() {
    assert!(flip_all(SEGMENT) > 16_000);
}

#[test]
fn every_flipped_bit_of_the_vault_is_found_at_its_record() {
    flip_all(VAULT);
}

#[test]
fn every_flipped_bit_of_checkpoints_cuts_and_ledger_toml_is_found() {
    for path in [CHECKPOINTS, CUT, TOML] {
        flip_all(path);
    }
}

#[test]
fn every_truncation_is_found() {
    let sample = sample();
    let ends: Vec<usize> = notes_of(&sample.files[CHECKPOINTS]).iter().map(|(at, _)| *at).collect();
    for (path, bytes) in &sample.files {
        for len in 0..bytes.len() {
            let disk = sample.with(path, |bytes| bytes.truncate(len));
            let report = look(&disk, Vec::new());
            read_all(&disk);
            if path == CHECKPOINTS && ends[1..].contains(&len) {
                // Notes that are gone without a trace: cannot be found, and takes nothing from the records.
                assert_eq!(report.verdict(), Verdict::Intact, "{}", show(&report));
                let kept = look(&disk, vec![given("kept", sample.notes.last().unwrap())]);
                assert_eq!(kept.verdict(), Verdict::Intact, "{}", show(&kept));
                continue;
            }
            assert!(report.verdict() != Verdict::Intact, "{path} cut to {len}\n{}", show(&report));
            let named = names(&report, path)
                || path == CHECKPOINTS && names(&report, "checkpoints")
                || path == SEGMENT && names(&report, CHECKPOINTS);
            assert!(named, "{path} cut to {len}\n{}", show(&report));
            if path == SEGMENT && len >= SEGMENT_HEADER {
                let first = sample.records().iter().rposition(|(at, _)| *at <= len).unwrap() as u64;
                let batch = batch_start(sample, first);
                let record = verdict_on(&report, path);
                let fits =
                    record.0 == Verdict::Altered && (record.1 == Some(first) || record.1 == Some(batch));
                // A cut at a batch's end leaves nothing broken: the checkpoint behind it says that more was there.
                let by_checkpoint = record == (Verdict::Altered, None) && names(&report, CHECKPOINTS);
                assert!(fits || by_checkpoint, "{path} cut to {len}, record {first}\n{}", show(&report));
            }
        }
    }
}

/// The first record of the batch that a record belongs to.
fn batch_start(sample: &Sample, record: u64) -> u64 {
    let records = sample.records();
    (0..=record).rev().find(|index| records[*index as usize].1[at::FLAGS] & 1 == 1).unwrap()
}

#[test]
fn every_missing_file_is_found() {
    let sample = sample();
    for path in sample.files.keys() {
        let mut files = sample.files.clone();
        files.remove(path);
        let disk = SimDisk::from_files(files);
        let report = look(&disk, Vec::new());
        let expected = if path == CHECKPOINTS { Verdict::Undecided } else { Verdict::Altered };
        assert_eq!(report.verdict(), expected, "{path}\n{}", show(&report));
        assert!(names(&report, path) || names(&report, "checkpoints"), "{path}\n{}", show(&report));
        read_all(&disk);
    }
    assert_eq!(look(&SimDisk::new(), Vec::new()).verdict(), Verdict::Undecided);
}

#[test]
fn every_appended_byte_is_found() {
    let sample = sample();
    for (path, bytes) in &sample.files {
        for len in 1..=64 {
            let tail = bytes[bytes.len() - len..].to_vec();
            for garbage in [vec![0; len], vec![0xff; len], tail] {
                let disk = sample.with(path, |bytes| bytes.extend_from_slice(&garbage));
                let report = look(&disk, Vec::new());
                let expected = match path.as_str() {
                    SEGMENT | VAULT | CHECKPOINTS => Verdict::Undecided,
                    _ => Verdict::Altered,
                };
                assert_eq!(report.verdict(), expected, "{path} and {garbage:?}\n{}", show(&report));
                assert!(names(&report, path), "{path} and {garbage:?}\n{}", show(&report));
                read_all(&disk);
            }
        }
    }
}

#[test]
fn unknown_names_are_altered_and_temporaries_undecided() {
    for (path, due) in [
        ("log/notes.txt", Verdict::Altered),
        ("log/0000001.seg", Verdict::Altered),
        ("log/000000001.seg", Verdict::Altered),
        ("log/00000000.vlt", Verdict::Altered),
        ("log/00000001.SEG", Verdict::Altered),
        ("log/old/00000000.seg", Verdict::Altered),
        ("log/00000001.seg/x", Verdict::Altered),
        ("vault/.hidden", Verdict::Altered),
        ("vault/00000000.vlt~", Verdict::Altered),
        ("vault/00000002.vlt", Verdict::Altered),
        ("checkpoints/x/y", Verdict::Altered),
        ("checkpoints/00000001.ckp.bak", Verdict::Altered),
        ("cut/00000000.ckp", Verdict::Altered),
        ("cut/folder/x", Verdict::Altered),
        ("log/00000001.seg", Verdict::Undecided),
        ("log/00000000.seg.tmp", Verdict::Undecided),
        ("vault/00000001.vlt", Verdict::Undecided),
        ("vault/00000009.vlt.tmp", Verdict::Undecided),
        ("checkpoints/00000001.ckp.tmp", Verdict::Undecided),
        ("cut/00000001.cut", Verdict::Undecided),
        ("cut/00000001.cut.tmp", Verdict::Undecided),
        ("index/anything", Verdict::Intact),
        ("notes.txt", Verdict::Intact),
    ] {
        let mut files = sample().files.clone();
        files.insert(path.to_owned(), Vec::new());
        let report = look(&SimDisk::from_files(files), Vec::new());
        assert_eq!(report.verdict(), due, "{path}\n{}", show(&report));
        let mut parts = path.match_indices('/').map(|(at, _)| &path[..at]).chain([path]);
        let named = due == Verdict::Intact || parts.any(|part| names(&report, part));
        assert!(named, "{path}\n{}", show(&report));
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_a_file_is_found() {
    for path in [SEGMENT, VAULT, CHECKPOINTS, CUT] {
        let folder = tempfile::tempdir().unwrap();
        let disk = docket_log::FileDisk::create(folder.path().join("ledger")).unwrap();
        sample().disk().copy_to(&disk).unwrap();
        assert_eq!(look(&disk, Vec::new()).verdict(), Verdict::Intact);
        let (from, to) = (disk.root().join(path), folder.path().join("elsewhere"));
        std::fs::rename(&from, &to).unwrap();
        std::os::unix::fs::symlink(&to, &from).unwrap();
        let report = look(&disk, Vec::new());
        assert_eq!(report.verdict(), Verdict::Altered, "{path}\n{}", show(&report));
        assert!(names(&report, path), "{path}\n{}", show(&report));
    }
}

#[test]
fn moved_records_are_found_where_the_first_one_is_missing() {
    let sample = sample();
    let count = sample.records().len();
    for index in 1..count {
        let first = Some(index as u64);
        // The last one deleted ends the log at a batch's end; then the newest checkpoint tells.
        let deleted = sample.rearranged(|frames| drop(frames.remove(index)));
        if index + 1 == count {
            assert_altered(&deleted, CHECKPOINTS, None);
        } else {
            assert_altered(&deleted, SEGMENT, first);
        }
        let doubled = sample.rearranged(|frames| frames.insert(index, frames[index].clone()));
        let report = look(&doubled, Vec::new());
        if index + 1 == count {
            assert_undecided(&doubled, SEGMENT);
        } else {
            assert_eq!(verdict_on(&report, SEGMENT), (Verdict::Altered, Some(index as u64 + 1)));
        }
        if index + 1 < count {
            assert_altered(&sample.rearranged(|frames| frames.swap(index, index + 1)), SEGMENT, first);
        }
        for other in (1..count).filter(|other| *other != index) {
            let replaced = sample.rearranged(|frames| frames[index] = frames[other].clone());
            assert_altered(&replaced, SEGMENT, first);
        }
        let foreign = &stranger().files[SEGMENT];
        let (at, record) = &stranger().records()[index];
        let frame = foreign[*at..at + record.len() + 32].to_vec();
        let spliced = sample.rearranged(|frames| frames[index].clone_from(&frame));
        assert_altered(&spliced, SEGMENT, first);
        let inserted = sample.rearranged(|frames| frames.insert(index, frame.clone()));
        assert_altered(&inserted, SEGMENT, first);
        // Renumbered and hashed anew, but nothing behind it.
        let renumbered = sample.rearranged(|frames| {
            let len = frames[index].len() - 32;
            frames[index][at::INDEX] ^= 1;
            let genesis = docket_proof::RecordHash::of_genesis(&sample.records()[0].1);
            let before = frames[index - 1][frames[index - 1].len() - 32..].to_vec();
            let preceded = [before.as_slice(), &frames[index][..len]].concat();
            let hash = docket_proof::RecordKey::new(&genesis).hash_chained(&preceded);
            frames[index][len..].copy_from_slice(hash.as_bytes());
        });
        assert_altered(&renumbered, SEGMENT, first);
    }
}

#[test]
fn files_of_another_ledger_are_found() {
    for (path, due, record) in [
        (VAULT, Verdict::Altered, Some(1)),
        (CUT, Verdict::Altered, Some(sample_cut_record())),
        (TOML, Verdict::Altered, None),
        (CHECKPOINTS, Verdict::Altered, None),
    ] {
        let disk = sample().with(path, |bytes| bytes.clone_from(&stranger().files[path]));
        let report = look(&disk, Vec::new());
        assert_eq!(verdict_on(&report, path), (due, record), "{path}\n{}", show(&report));
    }
    // The segment brings its genesis along: then nothing else fits.
    let disk = sample().with(SEGMENT, |bytes| bytes.clone_from(&stranger().files[SEGMENT]));
    let report = look(&disk, Vec::new());
    assert_eq!(report.verdict(), Verdict::Altered);
    for path in [VAULT, CHECKPOINTS, TOML] {
        assert!(names(&report, path), "{path}\n{}", show(&report));
    }
    // One note, rightly signed by the same key for the other ledger.
    let notes = notes_of(&sample().files[CHECKPOINTS]);
    let foreign = notes_of(&stranger().files[CHECKPOINTS]);
    let disk = sample().with(CHECKPOINTS, |bytes| {
        let (at, note) = &notes[1];
        bytes[at + 4..at + 4 + note.len()].copy_from_slice(&foreign[1].1);
    });
    assert_altered(&disk, CHECKPOINTS, None);
}

#[test]
fn checkpoints_swapped_doubled_or_removed_are_found_as_far_as_they_can_be() {
    let file = &sample().files[CHECKPOINTS];
    let frames: Vec<Vec<u8>> =
        notes_of(file).iter().map(|(at, note)| file[*at..at + 4 + note.len()].to_vec()).collect();
    let arranged = |order: &[usize]| {
        sample().with(CHECKPOINTS, |bytes| {
            bytes.truncate(48);
            order.iter().for_each(|number| bytes.extend_from_slice(&frames[*number]));
        })
    };
    for order in [&[1, 0, 2][..], &[0, 2, 1], &[0, 1, 1, 2], &[0, 1, 2, 2], &[2, 0, 1]] {
        assert_altered(&arranged(order), CHECKPOINTS, None);
    }
    // Taken out whole, a note leaves no trace.
    assert_eq!(look(&arranged(&[0, 2]), Vec::new()).verdict(), Verdict::Intact);
    // A whole note behind a broken one: it was no crash, not even when the length is what broke.
    for length in [0_u32, 1, 3, 100, 300, 70_000, u32::MAX] {
        for number in 0..2 {
            let disk = arranged(&[0, 1, 2]);
            let at = notes_of(file)[number].0;
            disk.alter(CHECKPOINTS, |bytes| bytes[at..at + 4].copy_from_slice(&length.to_le_bytes()));
            assert_altered(&disk, CHECKPOINTS, None);
        }
    }
}

#[test]
fn values_moved_between_records_and_fields_are_found() {
    let sample = sample();
    let entries = entries_of(&sample.files[VAULT]);
    let owner = |entry: &[u8]| u64::from_le_bytes(entry[8..16].try_into().unwrap());
    for (number, (at, entry)) in entries.iter().enumerate() {
        for (other_at, other) in entries.iter().filter(|(other_at, _)| other_at > at) {
            if entry.len() != other.len() {
                continue;
            }
            for from in [0, 8, 16, 48, 50] {
                // The whole entry, all but its head, all but its record, its field and value, its value.
                let swapped = sample.with(VAULT, |bytes| {
                    bytes[at + from..at + entry.len()].copy_from_slice(&other[from..]);
                    bytes[other_at + from..other_at + other.len()].copy_from_slice(&entry[from..]);
                });
                if inspected(&swapped) != sample.files {
                    assert_altered(&swapped, VAULT, Some(owner(entry)));
                }
            }
        }
        let missing = sample.with(VAULT, |bytes| drop(bytes.drain(*at..at + entry.len())));
        assert_altered(&missing, VAULT, Some(owner(entry)));
        let doubled = sample.with(VAULT, |bytes| {
            let tail = bytes.split_off(*at);
            bytes.extend_from_slice(entry);
            bytes.extend_from_slice(&tail);
        });
        let next = entries.get(number + 1).map(|(_, entry)| owner(entry));
        let report = look(&doubled, Vec::new());
        match next {
            Some(next) => assert_eq!(verdict_on(&report, VAULT), (Verdict::Altered, Some(next))),
            None => assert_undecided(&doubled, VAULT),
        }
        let zeroed = sample.with(VAULT, |bytes| bytes[*at..at + entry.len()].fill(0));
        assert_altered(&zeroed, VAULT, Some(owner(entry)));
    }
    // Two commitments of one record.
    let record = sample.records()[1].clone();
    let swapped = sample.with(SEGMENT, |bytes| {
        let first = record.0 + at::OPTIONAL + 16 + 8 + 2;
        for byte in 0..32 {
            bytes.swap(first + byte, first + 34 + byte);
        }
    });
    assert_altered(&swapped, SEGMENT, Some(1));
}

// Forgers who hold the key.

#[test]
fn a_full_rewrite_is_found_by_a_kept_checkpoint_alone() {
    let mut forge = sample().forge();
    let body = forge.records[5].len() - 3;
    forge.put(5, body, b"lie");
    let disk = forge.disk();
    assert_eq!(look(&disk, Vec::new()).verdict(), Verdict::Intact, "cannot be found from inside");
    for (number, note) in sample().notes.iter().enumerate() {
        let report = look(&disk, vec![given("kept", note)]);
        // The first was signed before the record in question.
        let expected = if number == 0 { Verdict::Intact } else { Verdict::Altered };
        assert_eq!(report.verdict(), expected, "{number}\n{}", show(&report));
        assert_eq!(report.given[0].holds, number == 0);
    }
}

#[test]
fn a_cut_tail_and_an_old_copy_are_found_by_a_kept_checkpoint_alone() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    writer.append(&single(1, 1, b"one", &["a"])).unwrap();
    let (_, old_note) = writer.checkpoint().unwrap();
    let old_copy = inspected(&disk);
    writer.append(&single(2, 1, b"two", &["b"])).unwrap();
    let (_, new_note) = writer.checkpoint().unwrap();

    let mut forge = Forge::of(inspected(&disk));
    forge.records.truncate(2);
    forge.signed.truncate(1);
    forge.files.insert(VAULT.into(), old_copy[VAULT].clone());
    let cut = forge.disk();
    assert_eq!(inspected(&cut), old_copy);
    assert_eq!(look(&cut, vec![given("old", &old_note)]).verdict(), Verdict::Intact, "not from inside");
    let report = look(&cut, vec![given("old", &old_note), given("new", &new_note)]);
    assert_eq!(verdict_on(&report, "new"), (Verdict::Altered, None), "{}", show(&report));
    assert_eq!((report.given[0].holds, report.given[1].holds), (true, false));

    // The writer too refuses the old copy: its key remembers.
    let mut files = disk.files();
    files.extend(old_copy);
    let restored = SimDisk::from_files(files);
    assert!(matches!(Recovered::open(shared(&restored), &keys(&restored)), Err(StoreError::Forked { .. })));
}

#[test]
fn given_checkpoints_that_are_not_this_ledgers_are_told_apart() {
    let disk = sample().disk();
    let note = sample().notes[2].clone();
    for (given, verdict) in [
        (note.clone(), Verdict::Intact),
        (stranger().notes[2].clone(), Verdict::Altered),
        (signed_by(&[9; 32], ORIGIN, 13), Verdict::Altered),
        (signed_by(&[7; 32], "ledger.example/other", 13), Verdict::Altered),
        (signed_by(&[7; 32], ORIGIN, 14), Verdict::Altered),
        (signed_by(&[7; 32], ORIGIN, 0), Verdict::Altered),
        (b"not a note".to_vec(), Verdict::Undecided),
        (note[..note.len() - 1].to_vec(), Verdict::Undecided),
        (Vec::new(), Verdict::Undecided),
    ] {
        let report = look(&disk, vec![GivenCheckpoint { name: "given".into(), note: given }]);
        assert_eq!(report.verdict(), verdict, "{}", show(&report));
    }
    for bit in 0..note.len() * 8 {
        let mut bad = note.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let report = look(&disk, vec![given("bad", &bad)]);
        assert_ne!(report.verdict(), Verdict::Intact, "bit {bit}");
        assert!(names(&report, "bad") && !report.given[0].holds, "bit {bit}");
    }
}

fn signed_by(seed: &[u8; 32], origin: &str, size: u64) -> Vec<u8> {
    let key = docket_proof::SigningKey::from_seed(origin, seed).unwrap();
    let root = docket_proof::RootHash::from_bytes([1; 32]);
    let checkpoint = docket_proof::Checkpoint::new(origin, size, root).unwrap();
    docket_proof::sign_checkpoint(&checkpoint, &key).unwrap()
}

#[test]
fn a_forged_record_that_breaks_a_rule_is_altered() {
    let forged = |check: &str, record: u64, change: &dyn Fn(&mut Forge)| {
        let mut forge = sample().forge();
        change(&mut forge);
        assert_finding(&forge.disk(), check, record);
    };
    let number = |n: u64| n.to_le_bytes();
    // Streams. Record 4 is the second of 4/1, record 5 the first of 4/3, record 6 the second of 4/2.
    forged("stream", 4, &|forge| forge.put(4, at::POSITION, &3_u32.to_le_bytes()));
    forged("stream", 4, &|forge| forge.put(4, at::PREVIOUS, &number(1)));
    forged("stream", 4, &|forge| forge.put(4, at::PREVIOUS, &number(4)));
    forged("stream", 4, &|forge| forge.put(4, at::PREVIOUS, &number(1_000)));
    forged("record", 4, &|forge| forge.put(4, at::PREVIOUS, &number(u64::MAX)));
    forged("record", 5, &|forge| forge.put(5, at::PREVIOUS, &number(4)));
    forged("stream", 5, &|forge| forge.put(5, at::STREAM_ID, &number(4)));
    forged("stream", 5, &|forge| forge.put(5, at::STREAM_ID, &number(u64::MAX)));
    forged("stream", 6, &|forge| forge.put(6, at::STREAM_ID, &number(1)));
    forged("record", 6, &|forge| forge.put(6, at::STREAM_ID, &number(0)));
    forged("record", 6, &|forge| forge.put(6, at::KIND, &0_u16.to_le_bytes()));
    forged("record", 6, &|forge| forge.put(6, at::EVENT_TYPE, &255_u16.to_le_bytes()));
    // The record itself.
    forged("record", 4, &|forge| forge.put(4, at::RESERVED, &[1]));
    forged("record", 4, &|forge| forge.put(4, at::PRECISION, &[4]));
    forged("record", 4, &|forge| forge.put(4, at::COMMITMENT_COUNT, &[33]));
    forged("record", 4, &|forge| forge.put(4, at::BODY_LEN, &3_u32.to_le_bytes()));
    forged("record", 4, &|forge| forge.put(4, at::BODY_LEN, &5_u32.to_le_bytes()));
    forged("record", 4, &|forge| forge.put(4, at::BODY_LEN, &u32::MAX.to_le_bytes()));
    forged("record", 6, &|forge| forge.put(6, at::RECORDED_AT, &(START - 1).to_le_bytes()));
    forged("record", 1, &|forge| forge.put(1, at::RECORDED_AT, &(START - 1).to_le_bytes()));
    forged("record", 1, &|forge| {
        let first = at::OPTIONAL + 16 + 8;
        forge.put(1, first, &2_u16.to_le_bytes());
    });
    forged("chain", 4, &|forge| forge.put(4, at::INDEX, &number(5)));
    // A time later than the one before is not a held one.
    forged("record", 3, &|forge| forge.put(3, at::FLAGS, &[0b111]));
    // Batches: 1-2, 3, 4-6.
    forged("batch", 2, &|forge| {
        forge.put(2, at::FLAGS, &[0b11]);
        forge.splice(2, at::OPTIONAL..at::OPTIONAL, &[9; 16]);
    });
    forged("batch", 3, &|forge| {
        forge.put(3, at::FLAGS, &[0b10]);
        forge.splice(3, at::OPTIONAL..at::OPTIONAL + 16, &[]);
    });
    forged("batch", 4, &|forge| {
        let end = forge.records[3].len();
        forge.put(3, at::FLAGS, &[0b01]);
        forge.splice(3, end - 8..end, &[]);
    });
    forged("batch", 6, &|forge| {
        let end = forge.records[6].len();
        forge.put(6, end - 8, &number(5));
    });
    forged("batch", 6, &|forge| {
        let end = forge.records[6].len();
        forge.put(6, end - 8, &number(2));
    });
    forged("batch", 6, &|forge| {
        let end = forge.records[6].len();
        forge.put(6, end - 8, &number(u64::MAX));
    });
}

#[test]
fn a_forged_system_record_is_altered() {
    let forged = |check: &str, record: u64, change: &dyn Fn(&mut Forge)| {
        let mut forge = sample().forge();
        change(&mut forge);
        assert_finding(&forge.disk(), check, record);
    };
    let cut = sample_cut_record();
    let body = at::OPTIONAL + 16;
    for (record, put) in [(cut, 0), (cut, 8), (7, 0)] {
        // The cut's number, the size it was cut to, the clock's time.
        let record_number = usize::try_from(record).unwrap();
        forged("system", record, &|forge| forge.put(record_number, body + put, &(i64::MAX).to_le_bytes()));
    }
    let cut_record = usize::try_from(cut).unwrap();
    forged("cut", cut, &|forge| forge.put(cut_record, body + 16, &1_u64.to_le_bytes()));
    forged("cut", cut, &|forge| forge.put(cut_record, body + 24, &[0; 32]));
    forged("cut", cut, &|forge| forge.put(cut_record, body + 8, &(cut - 1).to_le_bytes()));
    forged("system", 7, &|forge| {
        forge.splice(7, body..body, &[1]);
        forge.put(7, at::BODY_LEN, &9_u32.to_le_bytes());
    });
    // A handover without a key.
    forged("system", 7, &|forge| forge.put(7, at::EVENT_TYPE, &3_u16.to_le_bytes()));
    // Another stream of kind 0, known type or not.
    forged("system", 7, &|forge| forge.put(7, at::STREAM_ID, &2_u64.to_le_bytes()));
    forged("system", 7, &|forge| {
        forge.put(7, at::STREAM_ID, &2_u64.to_le_bytes());
        forge.put(7, at::EVENT_TYPE, &77_u16.to_le_bytes());
    });
    // A second genesis.
    forged("system", 7, &|forge| {
        let genesis = forge.records[0][body..forge.records[0].len() - 8].to_vec();
        let len = u32::try_from(genesis.len()).unwrap();
        forge.put(7, at::EVENT_TYPE, &0_u16.to_le_bytes());
        forge.put(7, at::BODY_LEN, &len.to_le_bytes());
        forge.splice(7, body..body + 8, &genesis);
    });
    // Record 0.
    for (field, bytes) in [
        (at::RECORDED_AT, (START - 1).to_le_bytes().to_vec()),
        (20, vec![1; 8]),
        (28, vec![1]),
        (at::PRECISION, vec![2]),
        (at::FLAGS, vec![0b111]),
        (at::INDEX, vec![1]),
    ] {
        let mut forge = sample().forge();
        forge.put(0, field, &bytes);
        let report = look(&forge.disk(), Vec::new());
        assert_eq!(verdict_on(&report, SEGMENT), (Verdict::Altered, Some(0)), "{field}\n{}", show(&report));
    }
}

#[test]
fn what_a_newer_writer_may_have_meant_is_undecided() {
    let undecided = |path: &str, change: &dyn Fn(&mut Forge)| {
        let mut forge = sample().forge();
        change(&mut forge);
        assert_undecided(&forge.disk(), path);
    };
    for record in 1..13 {
        for flag in 4..16_u16 {
            // On records with values too: what such a record means for the vault is not known either.
            undecided(SEGMENT, &|forge| {
                let flags = u16::from(forge.records[record][at::FLAGS]) | 1 << flag;
                forge.put(record, at::FLAGS, &flags.to_le_bytes());
            });
        }
    }
    for event_type in [5_u16, 6, 7, 255] {
        undecided(SEGMENT, &|forge| forge.put(7, at::EVENT_TYPE, &event_type.to_le_bytes()));
    }
    undecided(SEGMENT, &|forge| forge.put(7, at::SCHEMA, &2_u16.to_le_bytes()));
    for (number, (at, _)) in sample().forge().entries().iter().enumerate() {
        let disk = sample().with(VAULT, |bytes| bytes[at + 4] = 1);
        let report = look(&disk, Vec::new());
        assert_eq!(report.verdict(), Verdict::Undecided, "entry {number}\n{}", show(&report));
    }
}

#[test]
fn forged_commitments_and_vault_offsets_are_altered() {
    // Record 3 commits to the second stretch of the vault, record 1 to the first.
    let offset_at = |forge: &Forge, record: usize| {
        at::OPTIONAL + if forge.records[record][at::FLAGS] & 1 == 1 { 16 } else { 0 }
    };
    for offset in [0, 1, 48, 63, 64, 65, 1 << 20, u64::MAX - 40, u64::MAX] {
        for record in [3, 5] {
            let mut forge = sample().forge();
            let at = offset_at(&forge, record);
            forge.put(record, at, &offset.to_le_bytes());
            let disk = forge.disk();
            assert_altered(&disk, VAULT, Some(record as u64));
            read_all(&disk);
            let folder = tempfile::tempdir().unwrap();
            let real = docket_log::FileDisk::create(folder.path().join("ledger")).unwrap();
            disk.copy_to(&real).unwrap();
            let report = look(&real, Vec::new());
            assert_eq!(verdict_on(&report, VAULT), (Verdict::Altered, Some(record as u64)), "{offset}");
        }
    }
    // A value replaced together with its commitment is another history: only a kept checkpoint shows it.
    let mut forge = sample().forge();
    let (at, mut entry) = forge.entries()[2].clone();
    let len = entry.len();
    entry[len - 1] ^= 1;
    forge.files.get_mut(VAULT).unwrap()[at..at + len].copy_from_slice(&entry);
    forge.commit(3, 0, &entry);
    let disk = forge.disk();
    assert_eq!(look(&disk, Vec::new()).verdict(), Verdict::Intact);
    assert_eq!(look(&disk, vec![given("kept", &sample().notes[1])]).verdict(), Verdict::Altered);
}

#[test]
fn a_forged_checkpoint_that_breaks_a_rule_is_altered() {
    // In the middle of a batch, twice the same size, not ascending, beyond the log, of size 0.
    for signed in [vec![2, 3, 7, 13], vec![3, 5, 13], vec![3, 3, 13], vec![7, 3, 13]] {
        let mut forge = sample().forge();
        forge.signed = signed;
        assert_altered(&forge.disk(), CHECKPOINTS, None);
    }
    for size in [0, 14, u64::MAX] {
        let note = signed_by(&[7; 32], ORIGIN, size);
        let disk = sample().with(CHECKPOINTS, |bytes| {
            bytes.truncate(48);
            bytes.extend_from_slice(&u32::try_from(note.len()).unwrap().to_le_bytes());
            bytes.extend_from_slice(&note);
        });
        assert_altered(&disk, CHECKPOINTS, None);
    }
}

// Segments.

/// 131,172 records in three segments, signed at the end of each and at the last record. Few values.
fn three_segments() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let disk = SimDisk::new();
        let writer = new_ledger(&disk, 1);
        let mut id = 0;
        let mut notes = Vec::new();
        for (number, count) in (1..).zip([65_535, 100, 65_436, 100]) {
            let records = (0..count)
                .map(|n| {
                    id += 1;
                    record(4, id, b"", if n < 2 { &["value"] } else { &[] })
                })
                .collect();
            writer.append(&batch(number, records)).unwrap();
            notes.push(writer.checkpoint().unwrap().1);
        }
        Sample { files: inspected(&disk), notes }
    })
}

fn segment(number: u64) -> String {
    format!("log/{number:08}.seg")
}

#[test]
fn moved_segments_are_found_at_their_first_record() {
    let sample = three_segments();
    let report = look(&sample.disk(), Vec::new());
    assert_eq!((report.verdict(), report.size), (Verdict::Intact, 131_172), "{}", show(&report));
    assert_eq!(sample.files.keys().filter(|path| path.starts_with("log/")).count(), 3);
    let moved = |moves: &[(u64, Option<u64>)]| {
        let mut files = sample.files.clone();
        for (to, from) in moves {
            match from {
                Some(from) => drop(files.insert(segment(*to), sample.files[&segment(*from)].clone())),
                None => drop(files.remove(&segment(*to))),
            }
        }
        look(&SimDisk::from_files(files), Vec::new())
    };
    for (moves, path, record) in [
        (&[(0, None)][..], segment(0), Some(0)),
        (&[(1, None)], segment(1), Some(65_536)),
        (&[(2, None)], CHECKPOINTS.to_owned(), None),
        (&[(0, Some(1)), (1, Some(0))], segment(0), Some(0)),
        (&[(1, Some(2)), (2, Some(1))], segment(1), Some(65_536)),
        (&[(1, Some(2)), (2, None)], segment(1), Some(65_536)),
        (&[(2, Some(1))], segment(2), Some(131_072)),
        (&[(1, Some(0))], segment(1), Some(65_536)),
    ] {
        let report = moved(moves);
        assert_eq!(verdict_on(&report, &path), (Verdict::Altered, record), "{moves:?}\n{}", show(&report));
    }
    // Segments of another history under the same key: right in themselves, but they do not follow.
    let mut forge = Forge::of(sample.files.clone());
    let body = forge.records[100].len() - 1;
    forge.records[100][body - 20] ^= 1;
    let other = forge.disk().files();
    for number in [1, 2] {
        let disk = sample.with(&segment(number), |bytes| bytes.clone_from(&other[&segment(number)]));
        assert_finding(&disk, "header", number * 65_536);
    }
    // Nothing behind it was ever signed: a copy at the end is what a crash might leave, and is not intact.
    assert_ne!(moved(&[(3, Some(2))]).verdict(), Verdict::Intact);
    assert_ne!(moved(&[(4, Some(2))]).verdict(), Verdict::Intact);
}

#[test]
fn a_footer_that_lies_is_found_though_its_own_hash_is_right() {
    let sample = three_segments();
    let genesis = sample.records()[0].1.clone();
    let start = sample.files[&segment(0)].len() - FOOTER_LEN;
    for offset in [0, 8, 12, 16, 20, 262_159, 262_160, 264_207, 264_208, 272_399, 272_400, 272_431] {
        let disk = sample.with(&segment(0), |bytes| {
            bytes[start + offset] ^= 1;
            reseal(bytes, &genesis);
        });
        assert_altered(&disk, &segment(0), Some(65_536));
    }
    let unsealed = sample.with(&segment(0), |bytes| bytes[start + 272_440] ^= 1);
    assert_altered(&unsealed, &segment(0), Some(65_536));
    for cut in [1, FOOTER_LEN - 1, FOOTER_LEN] {
        let disk = sample.with(&segment(0), |bytes| bytes.truncate(bytes.len() - cut));
        assert_altered(&disk, &segment(0), Some(65_536));
    }
    let longer = sample.with(&segment(0), |bytes| bytes.push(0));
    assert_altered(&longer, &segment(0), Some(65_536));
    // Readers believe footers until a hash contradicts them; none may panic over one.
    for offset in (0..FOOTER_LEN - 32).step_by(FOOTER_LEN / 40).chain(262_160..262_176) {
        for byte in [0, 0xff] {
            let disk = sample.with(&segment(0), |bytes| {
                let from = start + offset / 8 * 8;
                bytes[from..from + 8].fill(byte);
                reseal(bytes, &genesis);
            });
            let Ok(reader) = Reader::open(shared(&disk)) else { continue };
            for index in [0, 1, 255, 256, 257, 65_535] {
                let _ = reader.record(RecordIndex(index));
                let _ = docket_proof::inclusion_proof(index, 65_536, &reader);
            }
            let _ = reader.for_each::<StoreError>(250..260, |_, _| Ok(()));
        }
    }
}

#[test]
fn the_footer_of_a_last_segment_is_covered_by_a_checkpoint_of_its_size() {
    // Cut to one full and sealed segment, the last thing signed being just that.
    let mut files = three_segments().files.clone();
    for number in [1, 2] {
        files.remove(&segment(number));
        files.remove(&format!("vault/{number:08}.vlt"));
    }
    let first_note = notes_of(&files[CHECKPOINTS])[1].0;
    files.get_mut(CHECKPOINTS).unwrap().truncate(first_note);
    let sealed = Sample { files, notes: Vec::new() };
    let report = look(&sealed.disk(), Vec::new());
    assert_eq!((report.verdict(), report.size), (Verdict::Intact, 65_536), "{}", show(&report));
    let end = sealed.files[&segment(0)].len();
    for change in [
        &(|bytes: &mut Vec<u8>| bytes[end - 40] ^= 1) as &dyn Fn(&mut Vec<u8>),
        &|bytes| bytes.truncate(end - 1),
        &|bytes| bytes.truncate(end - FOOTER_LEN),
        &|bytes| bytes.truncate(end - FOOTER_LEN + 5),
    ] {
        assert_altered(&sealed.with(&segment(0), change), &segment(0), Some(65_536));
    }
}

#[test]
fn an_unknown_flag_in_a_sealed_segment_is_undecided_and_does_not_accuse_what_follows() {
    let mut forge = Forge::of(three_segments().files.clone());
    let flags = u16::from(forge.records[70_000][at::FLAGS]) | 1 << 9;
    forge.put(70_000, at::FLAGS, &flags.to_le_bytes());
    assert_undecided(&forge.disk(), &segment(1));
}

#[test]
fn streams_and_times_are_followed_across_segments() {
    let forged = |check: &str, record: usize, change: &dyn Fn(&mut Forge)| {
        let mut forge = Forge::of(three_segments().files.clone());
        change(&mut forge);
        assert_finding(&forge.disk(), check, record as u64);
    };
    forged("stream", 65_536, &|forge| forge.put(65_536, at::STREAM_ID, &7_u64.to_le_bytes()));
    forged("record", 65_536, &|forge| forge.put(65_536, at::RECORDED_AT, &START.to_le_bytes()));
    forged("record", 65_536, &|forge| forge.put(65_536, at::FLAGS, &[0b101]));
}

/// The damage that a writer meets is judged as a scan judges it: it opens what a crash explains, and nothing else.
#[test]
fn a_writer_never_repairs_what_is_altered() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    writer.append(&batch(1, vec![record(4, 1, b"one", &["a"]), record(4, 1, b"two", &[])])).unwrap();
    writer.checkpoint().unwrap();
    writer.append(&single(2, 1, b"three", &[])).unwrap();
    writer.checkpoint().unwrap();
    writer.append(&single(3, 1, b"four", &["b"])).unwrap();
    writer.append(&single(4, 1, b"five", &["c"])).unwrap();
    drop(writer);
    let good = disk.files();
    let mut opened = 0;
    for path in [SEGMENT, VAULT, CHECKPOINTS] {
        for offset in 0..good[path].len() {
            let disk = SimDisk::from_files(good.clone());
            disk.alter(path, |bytes| bytes[offset] ^= 0x10);
            let before = look(&disk, Vec::new());
            let files = disk.files();
            match Recovered::open(shared(&disk), &keys(&disk)) {
                Ok(_) => opened += 1,
                Err(_) => continue,
            }
            // It may not have looked (records that a checkpoint covers are not hashed again), but then it left them.
            let after = look(&disk, Vec::new());
            if before.verdict() == Verdict::Altered {
                assert_eq!(after.verdict(), Verdict::Altered, "{path} at {offset}\n{}", show(&before));
                assert_eq!(disk.files()[path], files[path], "{path} at {offset}\n{}", show(&before));
            }
        }
    }
    println!("{opened} of the changed ledgers could be opened");
}

#[test]
fn a_segment_without_a_record_is_an_unfinished_tail() {
    let mut forge = Forge::of(three_segments().files.clone());
    forge.records.truncate(65_536);
    forge.signed.truncate(1);
    forge.files.retain(|path, _| !path.starts_with("vault/") || path == VAULT);
    forge.files.insert("keys/log.key".into(), key_file());
    let disk = forge.disk();
    let mut files = disk.files();
    files.insert(segment(1), three_segments().files[&segment(1)][..SEGMENT_HEADER].to_vec());
    let disk = SimDisk::from_files(files);
    assert_undecided(&disk, &segment(1));
    let writer = open(&disk, 5).unwrap();
    writer.append(&single(1, 1, b"on", &[])).unwrap();
    writer.checkpoint().unwrap();
    let report = look(&disk, Vec::new());
    assert_eq!((report.verdict(), report.cuts.len()), (Verdict::Intact, 1), "{}", show(&report));
}

/// The key file of the sample's ledgers.
fn key_file() -> Vec<u8> {
    let disk = SimDisk::new();
    drop(create_on(&disk, 1).unwrap());
    disk.files()["keys/log.key"].clone()
}

/// A ledger with a batch over the boundary of its first two segments, which nothing signed covers.
fn straddling() -> SimDisk {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    let prepared = (0..65_530).map(|n| record(4, n + 1, b"", &[])).collect();
    writer.append(&batch(1, prepared)).unwrap();
    writer.checkpoint().unwrap();
    writer.append(&batch(2, (0..10).map(|n| record(4, 65_531 + n, b"", &["v"])).collect())).unwrap();
    disk
}

#[test]
fn a_torn_header_of_a_segment_that_nothing_signed_covers_is_an_unfinished_tail() {
    let disk = straddling();
    for offset in [0, 7, 8, 9, 10, 12, 16, 24, 55, 56, 64, 80, 95] {
        let torn = SimDisk::from_files(disk.files());
        // A flag in the version would be a newer writer's, of which a crash knows nothing: zeros are what it leaves.
        torn.alter(&segment(1), |bytes| bytes[offset..(offset + 4).min(96)].fill(0));
        if torn.files() == disk.files() {
            continue;
        }
        assert_undecided(&torn, &segment(1));
        let writer = open(&torn, 2).unwrap_or_else(|error| panic!("header torn at {offset}: {error:?}"));
        assert_eq!(writer.size(), 65_532, "the batch is cut, a TailCut record tells of it");
    }
    // A newer writer's segment is not for this writer to cut.
    disk.alter(&segment(1), |bytes| bytes[8] = 2);
    assert_undecided(&disk, &segment(1));
    assert!(matches!(Recovered::open(shared(&disk), &keys(&disk)), Err(StoreError::Header { .. })));
}

#[test]
fn an_unfinished_batch_that_reaches_into_the_next_segment_is_cut_whole() {
    // A crash between the records of a batch that began in the segment before: whole records, no end.
    let disk = straddling();
    let (at, _) = split_records(&disk.files()[&segment(1)])[2];
    disk.alter(&segment(1), |bytes| bytes.truncate(at));
    assert_undecided(&disk, &segment(1));
    let writer = open(&disk, 2).unwrap();
    assert_eq!(writer.size(), 65_532, "the batch is cut, a TailCut record tells of it");
    writer.checkpoint().unwrap();
    let report = look(&disk, Vec::new());
    assert_eq!((report.verdict(), report.cuts.len()), (Verdict::Intact, 1), "{}", show(&report));
    assert_eq!(report.cuts[0].cut.size, 65_531);
}

/// The body of a record, by its place in it.
fn body_of(record: &[u8]) -> std::ops::Range<usize> {
    let len = docket_proof::RecordView::parse(record).unwrap().body.len();
    // Behind it stands durable_to: the records looked at here end their batches.
    record.len() - 8 - len..record.len() - 8
}

#[test]
fn what_cannot_be_read_is_undecided_and_hides_no_alteration() {
    let sample = sample();
    let flip = |disk: &SimDisk| disk.alter(SEGMENT, |bytes| bytes[SEGMENT_HEADER + 700] ^= 1);
    for path in [VAULT, CHECKPOINTS, CUT, TOML] {
        let disk = sample.disk();
        disk.fail_reads(path, 0..u64::MAX);
        let report = verify(&disk);
        assert_eq!(report.verdict(), Verdict::Undecided, "{path}: {}", show(&report));
        assert!(report.undecided.iter().any(|one| one.file == path), "{path}: {}", show(&report));
        flip(&disk);
        let report = verify(&disk);
        // Where no checkpoint can be read, what stands behind the damage speaks against a crash.
        assert_eq!(report.verdict(), Verdict::Altered, "{path}: {}", show(&report));
        assert!(
            names(&report, SEGMENT) && (path == CUT || names(&report, path)),
            "{path}: {}",
            show(&report)
        );
    }
    // A part of the vault: all values but those in it are compared.
    let disk = sample.disk();
    let len = sample.files[VAULT].len() as u64;
    disk.fail_reads(VAULT, len - 20..len);
    assert_eq!(verify(&disk).verdict(), Verdict::Undecided);
    let disk = sample.disk();
    disk.fail_reads(SEGMENT, 0..u64::MAX);
    assert_eq!(verify(&disk).verdict(), Verdict::Undecided);
}

type Change<'a> = &'a dyn Fn(&mut Vec<u8>);

#[test]
fn a_cut_file_consists_of_the_parts_that_it_counts() {
    let sample = sample();
    let tells = |record: &Vec<u8>| record[at::EVENT_TYPE] == 1 && record[at::KIND] == 0;
    let told = sample.forge().records.iter().position(tells).unwrap();
    let with = |change: Change<'_>| {
        let mut forge = sample.forge();
        let cut = forge.files.get_mut(CUT).unwrap();
        change(cut);
        let (len, hash) = (cut.len() as u64, *blake3::hash(cut).as_bytes());
        let body = body_of(&forge.records[told]).start;
        forge.put(told, body + 16, &len.to_le_bytes());
        forge.put(told, body + 24, &hash);
        verify(&forge.disk())
    };
    assert_eq!(with(&|_| {}).verdict(), Verdict::Intact);
    // The header has 56 bytes; the first part's reserved number and length stand behind its segment and offset.
    let changes: [Change<'_>; 7] = [
        &|cut| cut[12] = 0,
        &|cut| cut[12] = 2,
        &|cut| cut[56 + 4] = 1,
        &|cut| cut[56 + 16] ^= 1,
        &|cut| cut[56 + 23] = 0xff,
        &|cut| cut.push(0),
        &|cut| cut.truncate(56 + 10),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let report = with(change);
        assert_eq!(
            verdict_on(&report, CUT),
            (Verdict::Altered, Some(told as u64)),
            "{number}: {}",
            show(&report)
        );
    }
}

#[test]
fn of_cut_files_whose_records_may_stand_behind_damage_nothing_is_said() {
    let disk = sample().with(SEGMENT, |bytes| bytes[SEGMENT_HEADER + 700] ^= 1);
    let report = verify(&disk);
    assert_eq!(report.verdict(), Verdict::Altered);
    assert!(!names(&report, CUT), "{}", show(&report));
}

#[test]
fn no_actor_signs_a_record_of_the_ledgers_own() {
    let mut forge = sample().forge();
    let own = forge.records.iter().rposition(|record| record[at::KIND] == 0).unwrap();
    let end = forge.records[own].len();
    forge.splice(own, end..end, &[7; 96]);
    let flags = forge.records[own][at::FLAGS];
    forge.put(own, at::FLAGS, &[flags | 8]);
    let report = verify(&forge.disk());
    let said = report.findings.iter().any(|finding| finding.what.contains("no actor signs"));
    assert!(said, "{}", show(&report));
}

#[test]
fn a_ledger_may_be_created_on_the_last_day_there_is() {
    let mut forge = sample().forge();
    let created = 253_402_300_799_999_999_i64.to_le_bytes();
    let body = body_of(&forge.records[0]).start;
    // The record's own times, and the body's.
    [at::RECORDED_AT, at::RECORDED_AT + 8, body + 4].into_iter().for_each(|at| forge.put(0, at, &created));
    forge.records.truncate(1);
    forge.signed = vec![1];
    forge.files.retain(|path, _| !path.starts_with("cut/") && !path.starts_with("vault/"));
    let disk = forge.disk();
    let report = verify(&disk);
    assert_eq!(report.verdict(), Verdict::Intact, "{}", show(&report));
    assert!(String::from_utf8_lossy(&disk.files()[TOML]).contains("\"9999-12-31T23:59:59.999999Z\""));
}
