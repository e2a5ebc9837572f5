//! Power cuts at every operation, failing syncs and failing writes: what was acknowledged is there afterwards, what was
//! not is there whole or not at all, and no honest crash ever looks like an alteration.
//!
//! Every operation of a scripted day is cut, and what the disk may then hold is drawn with several seeds and tears. The
//! number of seeds is `DOCKET_CRASH_SEEDS`, 8 unless told (eight in a row show every kind of loss); a night's run:
//!
//! ```text
//! DOCKET_CRASH_SEEDS=200 cargo test --release -p docket-log --test crash -- --nocapture
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a panic fails the test, and its counts are for who reads along"
)]

mod support;

use std::{io, sync::OnceLock};

use docket_log::{
    Batch, Head, HeadTable, Heads, Reader, Recovered, Report, SimDisk, StoreError, Tear, Verdict, WriteFault,
    Writer,
};
use docket_proof::{RecordHash, RecordIndex, StreamRef};
use support::*;

const TEARS: [Tear; 3] = [Tear::Byte, Tear::Sector, Tear::Page];

fn seeds() -> u64 {
    std::env::var("DOCKET_CRASH_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(8)
}

/// Values by the record they belong to.
type Values = Vec<(u64, Vec<Vec<u8>>)>;

/// What the ledger's clerk was told, kept outside the ledger.
#[derive(Clone, Default)]
struct Told {
    /// Making the ledger was acknowledged.
    created: bool,
    /// The size behind every acknowledged batch, and the hash of its last record.
    heads: Vec<(u64, RecordHash)>,
    /// The values of acknowledged records.
    values: Values,
    /// Checkpoints handed out.
    notes: Vec<Vec<u8>>,
    /// What the open writer said is durable.
    durable: u64,
}

/// A clerk at work: keeps what was acknowledged.
struct Clerk {
    disk: SimDisk,
    writer: Option<Writer>,
    told: Told,
    /// The table of heads that the work started with, and the size it belongs to.
    known: (u64, HeadTable),
    /// Appended, not acknowledged yet.
    deferred: Vec<(u64, RecordHash, Values)>,
}

type Work = fn(&mut Clerk) -> Result<(), StoreError>;

impl Clerk {
    fn new(disk: &SimDisk, known: (u64, HeadTable)) -> Self {
        let created = disk.files().contains_key("log/00000000.seg");
        let told = Told { created, ..Told::default() };
        Self { disk: disk.clone(), writer: None, told, known, deferred: Vec::new() }
    }

    fn writer(&self) -> &Writer {
        self.writer.as_ref().unwrap()
    }

    fn create(&mut self) -> Result<(), StoreError> {
        let recovered = create_on(&self.disk, 1)?;
        self.told.created = true;
        self.start(recovered, 1)
    }

    fn open(&mut self, seed: u64) -> Result<(), StoreError> {
        self.writer = None;
        let recovered = Recovered::open(shared(&self.disk), &keys(&self.disk))?;
        self.told.created = true;
        self.start(recovered, seed)
    }

    fn start(&mut self, recovered: Recovered, seed: u64) -> Result<(), StoreError> {
        let reader = Reader::open(shared(&self.disk))?;
        let (known_size, mut heads) = self.known.clone();
        reader.for_each::<StoreError>(known_size..recovered.size(), |record, _| {
            Ok(heads.advance(record.stream, record.position, record.previous, record.index)?)
        })?;
        let writer = recovered.into_writer(
            Box::new(heads),
            Box::new(docket_log::StepClock::new(START + 1)),
            Box::new(docket_log::CountedEntropy::new(seed << 32)),
        )?;
        self.told.durable = writer.durable_size();
        self.told.heads.push((writer.size(), writer.head()));
        self.writer = Some(writer);
        Ok(())
    }

    /// Appends without waiting.
    fn defer(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let appended = self.writer().append_deferred(batch.clone())?;
        let values = (appended.first.0..)
            .zip(&batch.records)
            .map(|(index, record)| (index, record.personal.iter().map(|new| new.value.to_vec()).collect()))
            .collect();
        self.deferred.push((appended.size, self.writer().head(), values));
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.writer().flush()?;
        for (size, head, values) in self.deferred.drain(..) {
            self.told.heads.push((size, head));
            self.told.values.extend(values);
            self.told.durable = size;
        }
        Ok(())
    }

    fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.defer(batch)?;
        self.flush()
    }

    /// Hands the log over to the key of a seed.
    fn rotate(&mut self, seed: u8) -> Result<(), StoreError> {
        let next = docket_proof::SigningKey::from_seed(ORIGIN, &[seed; 32]).unwrap();
        let appended = self.writer().rotate_key(next)?;
        self.told.heads.push((appended.size, self.writer().head()));
        self.told.durable = appended.size;
        self.checkpoint()
    }

    fn checkpoint(&mut self) -> Result<(), StoreError> {
        let (_, note) = self.writer().checkpoint()?;
        self.told.notes.push(note);
        Ok(())
    }
}

/// A prepared disk and a script.
struct Day {
    base: SimDisk,
    known: (u64, HeadTable),
    /// What was acknowledged before.
    told: Told,
    work: Work,
    /// The hashes of all records of the undisturbed day, from record `known.0` on.
    hashes: Vec<RecordHash>,
    /// The first and the last operation of the work.
    operations: std::ops::Range<u64>,
}

impl Day {
    fn new(base: SimDisk, known: (u64, HeadTable), work: Work) -> Self {
        let disk = base.snapshot();
        let mut clerk = Clerk::new(&disk, known.clone());
        work(&mut clerk).unwrap();
        // What its end does is nobody's to wait for.
        let operations = base.operations()..disk.operations();
        drop(clerk);
        let reader = Reader::open(shared(&disk)).unwrap();
        let mut hashes = Vec::new();
        reader
            .for_each::<StoreError>(known.0..reader.size(), |_, hash| {
                hashes.push(hash);
                Ok(())
            })
            .unwrap();
        let told = Clerk::new(&base, known.clone()).told;
        Self { base, known, told, work, hashes, operations }
    }

    /// A clerk who knows what was acknowledged before this day.
    fn clerk(&self, disk: &SimDisk) -> Clerk {
        Clerk { told: self.told.clone(), ..Clerk::new(disk, self.known.clone()) }
    }

    /// Cuts the power at operation `n`, and returns the disk as it stands and what was acknowledged.
    fn cut_at(&self, n: u64) -> (SimDisk, Told) {
        let disk = self.base.snapshot();
        disk.crash_at(n);
        let mut clerk = self.clerk(&disk);
        assert!((self.work)(&mut clerk).is_err(), "operation {n} is cut");
        assert!(disk.crashed());
        (disk, clerk.told)
    }

    /// Checks a disk after a crash: scans it, recovers it, compares it with what was acknowledged, goes on working.
    /// Returns what it is afterwards, or `None` where there is no ledger and none was promised.
    fn check(&self, disk: &SimDisk, told: &Told, again: bool, what: &str) -> Option<Told> {
        let _ = self.look(disk, told, what);
        let mut clerk = Clerk::new(disk, self.known.clone());
        clerk.told = told.clone();
        if let Err(error) = clerk.open(99) {
            assert!(!told.created, "{what}: the ledger cannot be opened: {error:?}");
            return None;
        }
        self.compare(disk, told, what);
        let worked = clerk.append(&single(99, 1, b"after", &["v"])).and_then(|()| clerk.checkpoint());
        worked.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let told = clerk.told.clone();
        drop(clerk);
        let report = self.look(disk, &told, what);
        assert_eq!(report.verdict(), Verdict::Intact, "{what}: {:?}", report.undecided);
        if again {
            let files = disk.files();
            drop(Recovered::open(shared(disk), &keys(disk)).unwrap());
            assert!(disk.files() == files, "{what}: a second recovery changes nothing");
        }
        Some(told)
    }

    /// Scans, with all checkpoints that were handed out: no crash looks like an alteration.
    fn look(&self, disk: &SimDisk, told: &Told, what: &str) -> Report {
        let notes = told.notes.iter().map(|note| given("kept", note)).collect();
        let report = look(disk, notes);
        let verdict = report.verdict();
        assert_ne!(verdict, Verdict::Altered, "{what}: {:?} {:?}", report.findings, report.undecided);
        if verdict == Verdict::Intact {
            assert!(report.given.iter().all(|given| given.holds), "{what}");
            let cut_files = disk.files().keys().filter(|path| path.starts_with("cut/")).count();
            assert_eq!(report.cuts.len(), cut_files, "{what}: cuts and their records agree");
        }
        report
    }

    /// Compares a recovered ledger with what was acknowledged and with the undisturbed day.
    fn compare(&self, disk: &SimDisk, told: &Told, what: &str) {
        let reader = Reader::open(shared(disk)).unwrap();
        for (size, head) in &told.heads {
            assert!(*size <= reader.size(), "{what}: acknowledged {size}, there are {}", reader.size());
            let last = reader.record(RecordIndex(size - 1)).unwrap();
            assert_eq!(last.hash(), *head, "{what}: acknowledged size {size}");
        }
        for (index, values) in &told.values {
            let record = reader.record(RecordIndex(*index)).unwrap();
            let found = reader.values(&record.view()).unwrap();
            let found: Vec<_> = found.iter().map(|value| value.value.to_vec()).collect();
            assert_eq!(found, *values, "{what}: values of record {index}");
        }
        // Behind that: whole batches of the same day, or the records of the cut.
        let mut hashes = self.hashes.iter();
        let mut is_prefix = true;
        let mut is_whole = true;
        reader
            .for_each::<StoreError>(self.known.0..reader.size(), |record, hash| {
                is_prefix &= hashes.next() == Some(&hash);
                let is_cut = record.stream.kind == 0 && record.event_type == 1;
                assert!(is_prefix || is_cut, "{what}: record {} is neither", record.index);
                is_whole = record.flags.has(docket_proof::Flags::LAST);
                Ok(())
            })
            .unwrap();
        assert!(is_whole, "{what}: the last batch ends");
    }
}

/// The same files and folders, empty ones too, all synced.
fn durable_copy(disk: &SimDisk) -> SimDisk {
    let copy = SimDisk::new();
    disk.copy_to(&copy).unwrap();
    copy
}

/// Crashes the opening of a ledger at every operation, and what is left once more, before it is checked.
fn crash_recovery(day: &Day, survivor: &SimDisk, told: &Told, seed: u64, tear: Tear, what: &str) -> u64 {
    let open = |disk: &SimDisk| {
        let mut clerk = Clerk::new(disk, day.known.clone());
        clerk.open(50).map(|()| disk.operations())
    };
    let Ok(operations) = open(&survivor.snapshot()) else { return 0 };
    let mut points = 0;
    for first in 0..operations {
        let disk = survivor.snapshot();
        disk.crash_at(first);
        assert!(open(&disk).is_err());
        let left = disk.after_crash(seed + first, tear);
        let what = format!("{what}, recovery cut at {first}");
        let _ = day.look(&left, told, &what);
        // And again, somewhere in the recovery of that.
        let Ok(operations) = open(&left.snapshot()) else {
            assert!(!told.created, "{what}: cannot be opened");
            continue;
        };
        let second = (first * 7 + seed) % operations.max(1);
        let again = left.snapshot();
        again.crash_at(second);
        assert!(open(&again).is_err());
        let left_again = again.after_crash(seed + second, tear);
        day.check(&left_again, told, true, &format!("{what}, then at {second}"));
        day.check(&left, told, false, &what);
        points += 2;
    }
    points
}

/// A whole day in a small office.
fn small_day(clerk: &mut Clerk) -> Result<(), StoreError> {
    clerk.create()?;
    clerk.append(&single(1, 1, b"one", &["a name"]))?;
    let (long, longer) = ("x".repeat(600), "y".repeat(5_000));
    clerk.append(&batch(
        2,
        vec![
            record(4, 1, b"two", &["", "abc"]),
            record(4, 2, b"", &[&long]),
            record(5, 1, &[7; 700], &[]),
            record(4, 3, b"four", &["b", &longer, "c"]),
            record(4, 1, b"five", &[]),
        ],
    ))?;
    clerk.checkpoint()?;
    clerk.defer(&single(3, 4, b"six", &["later"]))?;
    clerk.defer(&batch(4, vec![record(4, 4, b"seven", &[]), record(4, 5, &[1; 3_000], &["late"])]))?;
    clerk.flush()?;
    clerk.append(&single(5, 1, &[2; 9_000], &[]))?;
    clerk.open(2)?;
    clerk.append(&single(6, 6, b"eight", &["again"]))?;
    clerk.checkpoint()?;
    clerk.append(&single(7, 6, b"nine", &[]))?;
    clerk.checkpoint()?;
    clerk.append(&batch(8, vec![record(4, 7, b"ten", &["z"]), record(4, 7, b"eleven", &[])]))
}

fn small() -> &'static Day {
    static DAY: OnceLock<Day> = OnceLock::new();
    DAY.get_or_init(|| Day::new(SimDisk::new(), (0, HeadTable::new()), small_day))
}

#[test]
fn no_power_cut_loses_what_was_acknowledged() {
    let day = small();
    let mut points = 0;
    for n in day.operations.clone() {
        let (disk, told) = day.cut_at(n);
        for tear in TEARS {
            for seed in 0..seeds() {
                let left = disk.after_crash(seed + n * 1_000, tear);
                day.check(&left, &told, seed % 4 == 0, &format!("cut at {n}, seed {seed}, {tear:?}"));
                points += 1;
            }
        }
    }
    println!("{points} crash points in {} operations", day.operations.end);
    assert!(points >= 1_500);
}

#[test]
fn no_power_cut_in_a_recovery_loses_what_was_acknowledged() {
    let day = small();
    let mut points = 0;
    for n in day.operations.clone() {
        let (disk, told) = day.cut_at(n);
        for seed in 0..seeds().div_ceil(4) {
            let tear = TEARS[usize::try_from((n + seed) % 3).unwrap()];
            let kind = 1 + (n + seed * 3) % 7;
            let left = disk.after_crash(kind + n * 1_000, tear);
            let what = format!("cut at {n}, seed {kind}, {tear:?}");
            points += crash_recovery(day, &left, &told, n + seed, tear, &what);
        }
    }
    println!("{points} crash points in recoveries");
    assert!(points >= 1_500);
}

// Room: appends overwrite zeros, of which a power cut brings back any.

/// What the first of two records needs for a body, so that the second one ends with the room.
const EXACTLY: usize = 47_767;

/// Within room, to its very end, beyond it; left open, closed, and opened again.
fn room_day(clerk: &mut Clerk) -> Result<(), StoreError> {
    clerk.create()?;
    clerk.append(&single(1, 1, b"one", &["a name"]))?;
    clerk.append(&single(2, 1, b"two", &[]))?;
    clerk.append(&single(3, 2, b"with it there is room", &[]))?;
    clerk.append(&single(4, 2, b"within", &["b"]))?;
    clerk.checkpoint()?;
    // Over several pages, the first and the last of them in part.
    clerk.append(&batch(5, vec![record(4, 1, &[5; 7_000], &[]), record(4, 3, &[6; 9_000], &["c"])]))?;
    clerk.append(&single(6, 3, b"behind", &[]))?;
    // So long that not a byte of the room is left over.
    clerk.append(&batch(7, vec![record(4, 3, &[7; EXACTLY], &[]), record(4, 3, &[8; 65_536], &[])]))?;
    clerk.append(&single(8, 1, b"and there is more", &["d"]))?;
    clerk.append(&single(9, 1, b"within that", &[]))?;
    clerk.open(2)?;
    clerk.append(&single(10, 1, b"without", &["e"]))?;
    clerk.checkpoint()
}

#[test]
fn no_power_cut_loses_what_was_acknowledged_within_room() {
    let day = Day::new(SimDisk::new(), (0, HeadTable::new()), room_day);
    let disk = SimDisk::new();
    room_day(&mut Clerk::new(&disk, (0, HeadTable::new()))).unwrap();
    let ends_there = |line: &String| {
        let numbers: Vec<u64> = line.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
        line.contains("write log/") && numbers[1] + numbers[2] == 131_072
    };
    assert_eq!(disk.trace().iter().filter(|line| ends_there(line)).count(), 2, "the room, and the batch");
    let (mut points, mut in_recoveries, mut in_room) = (0, 0, 0);
    for n in day.operations.clone() {
        let (disk, told) = day.cut_at(n);
        for seed in 0..seeds() {
            let tear = TEARS[usize::try_from((n + seed) % 3).unwrap()];
            let left = disk.after_crash(seed + n * 1_000, tear);
            let what = format!("cut at {n}, seed {seed}, {tear:?}");
            if let Some(bytes) = left.files().get("log/00000000.seg") {
                in_room += u64::from(bytes.ends_with(&[0; 4_096]));
            }
            if seed == n % 8 && told.created {
                in_recoveries += crash_recovery_once(&day, &left, &told, n + seed, tear, &what);
            }
            day.check(&left, &told, seed % 4 == 0, &what);
            points += 1;
        }
    }
    println!("{points} crash points in {} operations, {in_recoveries} in recoveries", day.operations.end);
    println!("{in_room} of them left room, or part of it");
    assert!(points >= 400 && in_recoveries >= 400 && in_room >= 200);
}

// The log's key changes hands.

/// Two rotations, with and without records between, before and after checkpoints; opened again in between.
fn key_day(clerk: &mut Clerk) -> Result<(), StoreError> {
    clerk.create()?;
    clerk.append(&single(1, 1, b"one", &["a name"]))?;
    clerk.checkpoint()?;
    clerk.append(&single(2, 1, b"two", &[]))?;
    clerk.rotate(21)?;
    clerk.append(&single(3, 2, b"three", &["b"]))?;
    clerk.checkpoint()?;
    clerk.open(2)?;
    clerk.append(&single(4, 1, b"four", &[]))?;
    clerk.rotate(22)?;
    clerk.rotate(23)?;
    clerk.open(3)?;
    clerk.append(&single(5, 2, b"five", &["c"]))?;
    clerk.checkpoint()
}

#[test]
fn no_power_cut_in_a_change_of_keys_leaves_the_ledger_without_one() {
    let day = Day::new(SimDisk::new(), (0, HeadTable::new()), key_day);
    let (mut points, mut in_recoveries) = (0, 0);
    for n in day.operations.clone() {
        let (disk, told) = day.cut_at(n);
        for seed in 0..seeds().div_ceil(2) {
            let tear = TEARS[usize::try_from((n + seed) % 3).unwrap()];
            let left = disk.after_crash(seed + n * 1_000, tear);
            let what = format!("cut at {n}, seed {seed}, {tear:?}");
            if seed == n % 4 && told.created {
                in_recoveries += crash_recovery_once(&day, &left, &told, n + seed, tear, &what);
            }
            day.check(&left, &told, seed % 4 == 0, &what);
            points += 1;
        }
    }
    println!("{points} crash points in {} operations, {in_recoveries} in recoveries", day.operations.end);
    assert!(points >= 400 && in_recoveries >= 400);
}

// Rotation: a ledger that stands shortly before the end of its first segment.

/// Records of the prepared ledger.
const PREPARED: u64 = 65_530;

fn prepared() -> &'static (SimDisk, HeadTable) {
    static PREPARED_DISK: OnceLock<(SimDisk, HeadTable)> = OnceLock::new();
    PREPARED_DISK.get_or_init(|| {
        let disk = SimDisk::new();
        let writer = new_ledger(&disk, 1);
        let records = (1..PREPARED)
            .map(|n| record(4, 1, b"", if n % 20_000 == 1 { &["early"] } else { &[] }))
            .collect();
        writer.append(&batch(1, records)).unwrap();
        writer.checkpoint().unwrap();
        drop(writer);
        let heads = Reader::open(shared(&disk)).unwrap().heads(PREPARED).unwrap();
        (durable_copy(&disk), heads)
    })
}

/// Over the boundary: a batch that ends before it, one that straddles it, more behind it; opened again in between.
fn rotation_day(clerk: &mut Clerk) -> Result<(), StoreError> {
    clerk.open(2)?;
    clerk.append(&single(2, 1, b"before", &["x"]))?;
    let straddling = (0..9_u8).map(|n| record(4, 1, &[n; 300], &["a value", "b"])).collect();
    clerk.append(&batch(3, straddling))?;
    clerk.append(&single(4, 1, b"behind", &["y"]))?;
    clerk.open(3)?;
    clerk.append(&single(5, 2, b"further", &["z"]))?;
    clerk.checkpoint()?;
    // What a checkpoint keeps beside the log may fail in silence: the power fails before something that does not.
    clerk.append(&single(6, 1, b"on", &[]))
}

/// Over the boundary from within room, and within room behind it.
fn rotation_in_room_day(clerk: &mut Clerk) -> Result<(), StoreError> {
    clerk.open(2)?;
    for n in 2..6_u8 {
        clerk.append(&single(u64::from(n), 1, &[n; 30], &[]))?;
    }
    let straddling = (0..9_u8).map(|n| record(4, 1, &[n; 300], &["a value", "b"])).collect();
    clerk.append(&batch(6, straddling))?;
    clerk.append(&single(7, 1, b"behind", &["y"]))?;
    clerk.append(&single(8, 2, b"further", &["z"]))?;
    clerk.append(&single(9, 1, b"on", &[]))
}

/// Exactly to the boundary, so that a segment is sealed and nothing follows; then opened, and behind it.
fn sealing_day(clerk: &mut Clerk) -> Result<(), StoreError> {
    clerk.open(2)?;
    clerk.append(&batch(2, (0..6_u8).map(|n| record(4, 1, &[n; 100], &["v"])).collect()))?;
    clerk.open(3)?;
    clerk.checkpoint()?;
    clerk.append(&single(3, 1, b"behind", &["y"]))
}

fn crash_rotation(work: Work, combinations: &[(u64, Tear)], recoveries: u64) {
    let (base, heads) = prepared();
    let day = Day::new(base.clone(), (PREPARED, heads.clone()), work);
    let (mut points, mut in_recoveries) = (0, 0);
    let seeds = seeds() / 8;
    for n in day.operations.clone() {
        let (disk, told) = day.cut_at(n);
        for round in 0..seeds.max(1) {
            let (seed, tear) = combinations[usize::try_from((n + round) % 8).unwrap() % combinations.len()];
            let left = disk.after_crash(seed + (n + round) * 1_000, tear);
            let what = format!("cut at {n}, seed {seed}, {tear:?}");
            if n % recoveries == 1 && left.files() != base.files() {
                let before = in_recoveries;
                in_recoveries += crash_recovery_once(&day, &left, &told, n + round, tear, &what);
                println!("{what}: {} crashed recoveries", in_recoveries - before);
            }
            day.check(&left, &told, n % 4 == 0, &what);
            points += 1;
        }
    }
    println!("{points} crash points, {in_recoveries} in recoveries");
    assert!(points >= 20 && in_recoveries >= 5);
}

/// Crashes a recovery at every operation, once.
fn crash_recovery_once(day: &Day, survivor: &SimDisk, told: &Told, seed: u64, tear: Tear, what: &str) -> u64 {
    let open = |disk: &SimDisk| Clerk::new(disk, day.known.clone()).open(50).map(|()| disk.operations());
    let operations = open(&survivor.snapshot()).unwrap();
    for n in 0..operations {
        let disk = survivor.snapshot();
        disk.crash_at(n);
        assert!(open(&disk).is_err());
        let what = format!("{what}, recovery cut at {n}");
        day.check(&disk.after_crash(seed + n, tear), told, false, &what);
    }
    operations
}

#[test]
fn a_batch_over_the_boundary_of_segments_is_whole_or_gone() {
    let combinations = [
        (1, Tear::Byte),
        (2, Tear::Byte),
        (3, Tear::Sector),
        (6, Tear::Sector),
        (2, Tear::Page),
        (5, Tear::Page),
        (7, Tear::Byte),
        (0, Tear::Page),
    ];
    crash_rotation(rotation_day, &combinations, 12);
}

#[test]
fn a_segment_with_room_is_sealed_whole_or_not_at_all() {
    let combinations = [
        (1, Tear::Page),
        (2, Tear::Page),
        (3, Tear::Page),
        (6, Tear::Page),
        (4, Tear::Page),
        (2, Tear::Byte),
        (7, Tear::Page),
        (6, Tear::Sector),
    ];
    crash_rotation(rotation_in_room_day, &combinations, 12);
}

#[test]
fn a_segment_that_is_sealed_last_survives() {
    let combinations =
        [(1, Tear::Byte), (2, Tear::Sector), (6, Tear::Byte), (4, Tear::Page), (7, Tear::Sector)];
    crash_rotation(sealing_day, &combinations, 9);
}

#[test]
fn a_whole_batch_over_the_boundary_needs_no_checkpoint_to_stay() {
    let (base, heads) = prepared();
    let disk = base.snapshot();
    let mut clerk = Clerk::new(&disk, (PREPARED, heads.clone()));
    clerk.open(2).unwrap();
    clerk.append(&batch(2, (0..9).map(|_| record(4, 1, b"over", &["v"])).collect())).unwrap();
    let size = clerk.writer().size();
    clerk.open(3).unwrap();
    assert_eq!(clerk.writer().size(), size);
    clerk.checkpoint().unwrap();
    let report = look(&disk, Vec::new());
    assert_eq!((report.verdict(), report.cuts.len()), (Verdict::Intact, 0), "{:?}", report.findings);
}

// Faults without a power cut.

/// A day that begins with a recovery: the tail of the ledger before it is torn.
fn torn_day(clerk: &mut Clerk) -> Result<(), StoreError> {
    clerk.open(5)?;
    clerk.append(&single(20, 1, b"on", &["v"]))?;
    clerk.checkpoint()?;
    clerk.append(&single(21, 1, b"and on", &[]))
}

/// A small ledger whose last batch is torn; `signed` says whether all before it is signed.
fn torn(signed: bool) -> Day {
    let disk = SimDisk::new();
    let mut clerk = Clerk::new(&disk, (0, HeadTable::new()));
    clerk.create().unwrap();
    clerk.append(&single(1, 1, b"one", &["a"])).unwrap();
    clerk.checkpoint().unwrap();
    if !signed {
        clerk.append(&single(2, 1, b"two", &["b"])).unwrap();
    }
    let told = clerk.told.clone();
    clerk.append(&batch(3, vec![record(4, 2, &[1; 900], &["c"]), record(4, 2, b"lost", &[])])).unwrap();
    drop(clerk);
    disk.alter("log/00000000.seg", |bytes| bytes.truncate(bytes.len() - 20));
    let day = Day::new(durable_copy(&disk), (0, HeadTable::new()), torn_day);
    Day { told, ..day }
}

/// Runs the day with a fault, then checks that the writer is closed, that the ledger opens again with all that was
/// acknowledged, and that all of it, old and new, outlives a power cut. Returns whether the fault showed.
fn check_fault(day: &Day, what: &str, fault: impl FnOnce(&SimDisk)) -> bool {
    let disk = day.base.snapshot();
    fault(&disk);
    let mut clerk = day.clerk(&disk);
    let Err(error) = (day.work)(&mut clerk) else {
        day.compare(&disk, &clerk.told, what);
        return false;
    };
    assert!(matches!(error, StoreError::Io { .. }), "{what}: {error:?}");
    let told = clerk.told.clone();
    if let Some(writer) = &clerk.writer {
        // A rotation is acknowledged only when its keys have changed places, long after its record is durable.
        let durable = told.durable..=told.durable + u64::from(what.starts_with("keys"));
        assert!(durable.contains(&writer.durable_size()), "{what}: only what was acknowledged is durable");
        for _ in 0..2 {
            let refused = writer.append(&single(70, 1, b"refused", &["v"]));
            assert!(matches!(refused, Err(StoreError::Poisoned)), "{what}: {refused:?}");
            assert!(matches!(writer.append_deferred(single(71, 1, b"", &[])), Err(StoreError::Poisoned)));
            assert!(matches!(writer.checkpoint(), Err(StoreError::Poisoned)), "{what}");
        }
        assert!(durable.contains(&writer.durable_size()), "{what}");
    }
    drop(clerk);
    if !told.created {
        return true;
    }
    // The power cut right then.
    for seed in 0..8 {
        let tear = TEARS[usize::try_from(seed % 3).unwrap()];
        day.check(&disk.after_crash(seed, tear), &told, false, &format!("{what}, then cut, seed {seed}"));
    }
    // Or opened again and used; and only then.
    let told = day.check(&disk, &told, false, what).expect("it was created");
    for seed in 0..8 {
        let tear = TEARS[usize::try_from(seed % 3).unwrap()];
        let what = format!("{what}, used on, then cut, seed {seed}");
        let left = disk.after_crash(seed, tear);
        let _ = day.look(&left, &told, &what);
        let mut clerk = Clerk::new(&left, day.known.clone());
        clerk.open(60).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let reader = Reader::open(shared(&left)).unwrap();
        for (size, head) in &told.heads {
            assert_eq!(reader.record(RecordIndex(size - 1)).unwrap().hash(), *head, "{what}: size {size}");
        }
        clerk.checkpoint().unwrap();
        drop(clerk);
        let report = day.look(&left, &told, &what);
        assert_eq!(report.verdict(), Verdict::Intact, "{what}: {:?}", report.undecided);
    }
    true
}

/// The numbers of the writes that made room: those to a segment that follow another to it.
fn room_writes(disk: &SimDisk) -> Vec<u64> {
    let trace = disk.trace();
    let written = |line: &str| -> Option<String> {
        let words: Vec<&str> = line.split(' ').collect();
        (words[1] == "write").then(|| words[2].to_owned())
    };
    let before = [None].into_iter().chain(trace.iter().map(|line| written(line)));
    let writes = trace.iter().zip(before).filter_map(|(line, before)| Some((written(line)?, before)));
    (0..)
        .zip(writes)
        .filter_map(|(n, (path, before))| {
            (path.ends_with(".seg") && before.as_ref() == Some(&path)).then_some(n)
        })
        .collect()
}

fn days() -> [(&'static str, Day); 5] {
    let small = Day::new(SimDisk::new(), (0, HeadTable::new()), small_day);
    let keys = Day::new(SimDisk::new(), (0, HeadTable::new()), key_day);
    let room = Day::new(SimDisk::new(), (0, HeadTable::new()), room_day);
    [("small", small), ("room", room), ("keys", keys), ("torn", torn(false)), ("torn and signed", torn(true))]
}

#[test]
fn after_a_failed_sync_the_writer_is_closed_and_nothing_is_lost() {
    let mut faults = 0;
    for (name, day) in days() {
        let end = {
            let disk = day.base.snapshot();
            (day.work)(&mut Clerk::new(&disk, day.known.clone())).unwrap();
            disk.syncs()
        };
        for n in day.base.syncs()..end {
            assert!(
                check_fault(&day, &format!("{name}, sync {n}"), |disk| disk.fail_nth_sync(n)),
                "{name} {n}"
            );
            faults += 1;
        }
    }
    println!("{faults} failed syncs");
}

#[test]
fn after_a_failed_write_the_writer_is_closed_and_nothing_is_lost() {
    let mut faults = 0;
    for (name, day) in days() {
        let (end, room) = {
            let disk = day.base.snapshot();
            (day.work)(&mut Clerk::new(&disk, day.known.clone())).unwrap();
            (disk.writes(), room_writes(&disk))
        };
        for n in day.base.writes()..end {
            for fault in [WriteFault::NoSpace, WriteFault::Device, WriteFault::Short(0), WriteFault::Short(5)]
            {
                let what = format!("{name}, write {n}, {fault:?}");
                let showed = check_fault(&day, &what, |disk| disk.fail_nth_write(n, fault));
                // A short write is gone on with, except one of nothing; and room is nothing that must be.
                let is_let_go = fault == WriteFault::NoSpace && room.contains(&n);
                assert_eq!(showed, !(is_let_go || matches!(fault, WriteFault::Short(1..))), "{what}");
                faults += 1;
            }
        }
    }
    println!("{faults} failed writes");
}

#[test]
fn a_full_disk_loses_nothing() {
    let day = small();
    let whole: u64 = {
        let disk = day.base.snapshot();
        small_day(&mut Clerk::new(&disk, day.known.clone())).unwrap();
        disk.files().values().map(|bytes| bytes.len() as u64).sum()
    };
    for percent in 3..100 {
        let disk = day.base.snapshot();
        disk.set_capacity(Some(whole * percent / 100));
        let mut clerk = Clerk::new(&disk, day.known.clone());
        if small_day(&mut clerk).is_ok() {
            continue;
        }
        let told = clerk.told.clone();
        drop(clerk);
        disk.set_capacity(None);
        day.check(&disk, &told, true, &format!("{percent} percent of the space"));
    }
}

/// Heads that cannot be noted for the second stream of a batch.
struct LosingHeads(HeadTable);

impl Heads for LosingHeads {
    fn head(&mut self, stream: StreamRef) -> io::Result<Option<Head>> {
        self.0.head(stream)
    }
    fn count(&mut self, kind: u16) -> io::Result<u64> {
        self.0.count(kind)
    }
    fn set(&mut self, stream: StreamRef, head: Head) -> io::Result<()> {
        if stream.id == 2 { Err(io::ErrorKind::Other.into()) } else { self.0.set(stream, head) }
    }
}

#[test]
fn a_writer_whose_heads_are_half_noted_is_closed() {
    let disk = SimDisk::new();
    let recovered = create_on(&disk, 1).unwrap();
    let heads = Reader::open(shared(&disk)).unwrap().heads(1).unwrap();
    let writer = recovered
        .into_writer(
            Box::new(LosingHeads(heads)),
            Box::new(docket_log::StepClock::new(START + 1)),
            Box::new(docket_log::CountedEntropy::new(9)),
        )
        .unwrap();
    let both = batch(1, vec![record(4, 1, b"one", &[]), record(4, 2, b"two", &[])]);
    assert!(matches!(writer.append(&both), Err(StoreError::Io { .. })));
    // Else this would continue a stream that the log does not hold.
    assert!(matches!(writer.append(&single(2, 1, b"one", &[])), Err(StoreError::Poisoned)));
    drop(writer);
    let writer = open(&disk, 2).unwrap();
    writer.append(&both).unwrap();
    writer.checkpoint().unwrap();
    assert_eq!(look(&disk, Vec::new()).verdict(), Verdict::Intact);
}
