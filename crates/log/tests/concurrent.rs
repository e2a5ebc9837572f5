//! Scans beside a writer, on a real folder: whatever moment they see, they never accuse, and with the patience that
//! FORMAT.md gives them they come to a verdict.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    reason = "a panic fails the test, and its counts are for who reads along"
)]

mod support;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use docket_log::{
    CountedEntropy, DirEntry, Disk, DiskFile, FileDisk, HeadTable, KeyFolder, Reader, Recovered, Report,
    ScanOptions, SimDisk, StepClock, StoreError, Verdict, Writer, scan,
};
use support::*;

fn open_real(disk: &Arc<dyn Disk>, seed: u64) -> Writer {
    let keys = KeyFolder::new(disk.clone(), "keys");
    let recovered = Recovered::open(disk.clone(), &keys).unwrap();
    let heads: HeadTable = Reader::open(disk.clone()).unwrap().heads(recovered.size()).unwrap();
    // Later at each opening than the one before left off.
    let clock = StepClock::new(START + i64::try_from(seed).unwrap() * 100_000_000);
    recovered
        .into_writer(Box::new(heads), Box::new(clock), Box::new(CountedEntropy::new(seed << 32)))
        .unwrap()
}

/// How many scans came to which verdict.
#[derive(Default, Debug)]
struct Seen {
    intact: u32,
    undecided: u32,
}

/// Scans until told to stop.
fn scan_on(disk: &dyn Disk, patience: Duration, done: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    let mut size = 0;
    loop {
        // Looked at first, so that the last scan sees the writer's end.
        let is_last = done.load(Ordering::Relaxed);
        let options = ScanOptions { threads: 1, patience, ..ScanOptions::default() };
        let report = scan(disk, &options).unwrap();
        match report.verdict() {
            Verdict::Intact => seen.intact += 1,
            Verdict::Undecided => {
                assert!(patience.is_zero(), "in spite of patience: {:?}", report.undecided);
                seen.undecided += 1;
            }
            Verdict::Altered => panic!("an honest writer is accused: {:?}", report.findings),
        }
        assert!(report.size >= size || report.verdict() == Verdict::Undecided, "the log has shrunk");
        size = size.max(report.size);
        if is_last {
            return seen;
        }
    }
}

/// Lets `work` write while others scan, two of them patiently.
fn beside(disk: &Arc<dyn Disk>, work: impl FnOnce() + Send) -> [Seen; 3] {
    let done = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let scanners = [Duration::from_secs(2), Duration::from_secs(2), Duration::ZERO]
            .map(|patience| scope.spawn(move || scan_on(disk.as_ref(), patience, done)));
        let worker = scope.spawn(work);
        let worked = worker.join();
        done.store(true, Ordering::Relaxed);
        let seen = scanners.map(|scanner| scanner.join().unwrap());
        worked.unwrap();
        seen
    })
}

#[test]
fn scans_beside_a_writer_of_a_small_ledger_never_accuse() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimDisk::new();
    new_ledger(&sim, 1).checkpoint().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(FileDisk::create(folder.path().join("ledger")).unwrap());
    sim.copy_to(disk.as_ref()).unwrap();
    let long = "a long value ".repeat(400);
    let begun = Instant::now();
    let seen = beside(&disk, || {
        let mut writer = open_real(&disk, 2);
        let mut id = 0;
        while begun.elapsed() < Duration::from_secs(5) {
            id += 1;
            let records =
                (0..id % 5 + 1).map(|n| record(4, id, &[n.to_le_bytes()[0]; 900], &["v", &long])).collect();
            writer.append(&batch(id, records)).unwrap();
            if id % 7 == 0 {
                writer.checkpoint().unwrap();
            }
            if id % 50 == 0 {
                drop(writer);
                writer = open_real(&disk, 2 + id);
            }
        }
        writer.checkpoint().unwrap();
    });
    println!("{seen:?}");
    assert!(seen.iter().all(|seen| seen.intact > 20 && seen.intact > seen.undecided), "{seen:?}");
}

#[test]
fn scans_beside_a_writer_that_begins_a_segment_never_accuse() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimDisk::new();
    let writer = new_ledger(&sim, 1);
    writer.append(&batch(1, (0..65_300).map(|_| record(4, 1, b"", &[])).collect())).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    let disk: Arc<dyn Disk> = Arc::new(FileDisk::create(folder.path().join("ledger")).unwrap());
    sim.copy_to(disk.as_ref()).unwrap();
    let seen = beside(&disk, || {
        let writer = open_real(&disk, 2);
        for number in 2..60 {
            let records = (0..number % 13 + 1).map(|_| record(4, 1, &[1; 2_000], &["v", "w"])).collect();
            writer.append(&batch(number, records)).unwrap();
            if number % 5 == 0 {
                writer.checkpoint().unwrap();
            }
            std::thread::sleep(Duration::from_millis(40));
        }
        assert!(writer.size() > 65_600, "over the boundary");
        writer.checkpoint().unwrap();
    });
    println!("{seen:?}");
    assert!(seen.iter().all(|seen| seen.intact > 2), "{seen:?}");
}

// Every moment, one by one: a scan that starts in one state of the disk and at some call finds another.

/// What the disk held after each step of a writer, writes by halves.
fn film() -> Vec<SimDisk> {
    let base = SimDisk::new();
    new_ledger(&base, 1).checkpoint().unwrap();
    let base = SimDisk::from_files(base.files());
    let work = |disk: &SimDisk| -> Result<(), StoreError> {
        let writer = open(disk, 2)?;
        writer.append(&batch(1, vec![record(4, 1, b"one", &["a", "b"]), record(4, 2, b"two", &[])]))?;
        writer.append(&single(2, 1, b"three", &["c"]))?;
        writer.checkpoint()?;
        writer.append(&single(3, 1, b"four", &[]))?;
        writer.append(&single(6, 1, b"within room", &[]))?;
        writer.append(&single(7, 1, b"and once more", &["f"]))?;
        writer.checkpoint()?;
        // Beyond its end, to where there is more.
        writer.append(&single(8, 1, &[1; 65_000], &[]))?;
        drop(writer);
        let writer = open(disk, 3)?;
        writer.append(&single(4, 1, b"five", &["d"]))?;
        writer.checkpoint()?;
        writer.append(&single(5, 3, b"six", &["e"]))?;
        writer.checkpoint()?;
        Ok(())
    };
    let whole = base.snapshot();
    work(&whole).unwrap();
    let mut states = vec![base.files()];
    for n in base.operations()..whole.operations() {
        let disk = base.snapshot();
        disk.crash_at(n);
        assert!(work(&disk).is_err());
        // Operation n has taken effect as far as reading shows it.
        let after = disk.files();
        let before = states.last().unwrap().clone();
        for (path, bytes) in &after {
            let old = before.get(path).cloned().unwrap_or_default();
            let mut half = before.clone();
            if bytes.len() > old.len() + 1 {
                half.insert(path.clone(), bytes[..old.len() + (bytes.len() - old.len()) / 2].to_vec());
            } else if bytes.len() == old.len() {
                // Within room.
                let differ: Vec<usize> = (0..old.len()).filter(|at| old[*at] != bytes[*at]).collect();
                let middle = differ.get(differ.len() / 2).copied().unwrap_or(0);
                half.insert(path.clone(), [&bytes[..middle], &old[middle..]].concat());
            }
            if half != before {
                states.push(half);
            }
        }
        if states.last() != Some(&after) {
            states.push(after);
        }
    }
    states.into_iter().map(SimDisk::from_files).collect()
}

/// Shows one state of a disk up to a certain call, and another from there on. Nobody writes to it.
#[derive(Debug)]
struct Cut {
    before: SimDisk,
    after: SimDisk,
    at: u64,
    calls: AtomicU64,
}

impl Cut {
    fn now(&self) -> &SimDisk {
        if self.calls.fetch_add(1, Ordering::Relaxed) < self.at { &self.before } else { &self.after }
    }
}

#[derive(Clone, Debug)]
struct CutDisk(Arc<Cut>);

#[derive(Debug)]
struct CutFile {
    cut: Arc<Cut>,
    path: String,
    opened: Box<dyn DiskFile>,
}

impl CutFile {
    /// The file under this name now, or the one that was opened where it is gone.
    fn with<T>(&self, read: impl FnOnce(&dyn DiskFile) -> T) -> T {
        match self.cut.now().open_read(&self.path) {
            Ok(file) => read(file.as_ref()),
            Err(_) => read(self.opened.as_ref()),
        }
    }
}

fn read_only<T>() -> io::Result<T> {
    Err(io::ErrorKind::PermissionDenied.into())
}

impl Disk for CutDisk {
    fn open(&self, _: &str) -> io::Result<Box<dyn DiskFile>> {
        read_only()
    }
    fn open_read(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let opened = self.0.now().open_read(path)?;
        Ok(Box::new(CutFile { cut: self.0.clone(), path: path.to_owned(), opened }))
    }
    fn create_new(&self, _: &str) -> io::Result<Box<dyn DiskFile>> {
        read_only()
    }
    fn create_new_private(&self, _: &str) -> io::Result<Box<dyn DiskFile>> {
        read_only()
    }
    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        read_only()
    }
    fn remove(&self, _: &str) -> io::Result<()> {
        read_only()
    }
    fn create_dir(&self, _: &str) -> io::Result<()> {
        read_only()
    }
    fn sync_dir(&self, _: &str) -> io::Result<()> {
        read_only()
    }
    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>> {
        self.0.now().list(path)
    }
    fn file_len(&self, path: &str) -> io::Result<Option<u64>> {
        self.0.now().file_len(path)
    }
}

impl DiskFile for CutFile {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        self.with(|file| file.read_at(buf, offset))
    }
    fn write_at(&self, _: &[u8], _: u64) -> io::Result<usize> {
        read_only()
    }
    fn len(&self) -> io::Result<u64> {
        self.with(|file| file.len())
    }
    fn set_len(&self, _: u64) -> io::Result<()> {
        read_only()
    }
    fn sync_data(&self) -> io::Result<()> {
        read_only()
    }
}

/// Scans while the disk goes from one state to the other at the given call; returns the report and the calls it took.
fn scan_cut(before: &SimDisk, after: &SimDisk, at: u64, patience: Duration) -> (Report, u64) {
    let cut = Cut { before: before.clone(), after: after.clone(), at, calls: AtomicU64::new(0) };
    let disk = CutDisk(Arc::new(cut));
    let options = ScanOptions { threads: 1, patience, ..ScanOptions::default() };
    let report = scan(&disk, &options).unwrap();
    (report, disk.0.calls.load(Ordering::Relaxed))
}

#[test]
fn a_scan_that_a_writer_overtakes_at_any_call_never_accuses() {
    let film = film();
    let (mut scans, last) = (0, film.len() - 1);
    for (number, before) in film.iter().enumerate() {
        for ahead in [1, 2, 7, 25, last] {
            let after = &film[(number + ahead).min(last)];
            let mut at = 0;
            loop {
                let (report, calls) = scan_cut(before, after, at, Duration::ZERO);
                let verdict = report.verdict();
                assert_ne!(verdict, Verdict::Altered, "{number} + {ahead} at {at}: {:?}", report.findings);
                scans += 1;
                at += 1;
                if at >= calls {
                    break;
                }
            }
        }
    }
    println!("{scans} scans over {} states", film.len());
}

#[test]
fn a_scan_that_waits_for_the_writer_comes_to_intact() {
    let film = film();
    let last = film.last().unwrap();
    let mut scans = 0;
    for (number, before) in film.iter().enumerate() {
        let (_, calls) = scan_cut(before, before, 0, Duration::ZERO);
        // The last one only where the scan has not come to a verdict, and looks again.
        for at in (number as u64 % 5..calls).step_by(5).chain([calls]) {
            let (report, _) = scan_cut(before, last, at, Duration::from_millis(500));
            assert_eq!(report.verdict(), Verdict::Intact, "{number} at {at}: {:?}", report.undecided);
            scans += 1;
        }
    }
    println!("{scans} scans");
}
