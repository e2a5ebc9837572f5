//! Cosignatures in the ledger: recorded once, checked by every scan, and bounding recorded times from both sides.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic fails the test")]

mod support;

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use docket_log::{
    Cosigned, DirEntry, Disk, DiskFile, Finding, GivenCheckpoint, ImportError, Reader, Report, ScanOptions,
    SimDisk, StepClock, Verdict, Writer, scan, scan_range,
};
use docket_proof::{CosignatureError, CosigningKey, Note, VerifierKey, WitnessSeen, open_checkpoint};
use support::{
    START,
    forge::{Forge, at},
    given, key, look, new_ledger, open_at, shared, single,
};

/// When the ledgers here are made, in Unix seconds.
const START_S: u64 = 1_262_304_000;

fn witness(number: u8) -> CosigningKey {
    CosigningKey::from_seed(&format!("witness.example/w{number}"), &[100 + number; 32]).unwrap()
}

fn cosigned(note: &[u8], witness: &CosigningKey, time: u64) -> Vec<u8> {
    let mut note = Note::parse(note).unwrap();
    note.push_signature(witness.cosign(&note, time)).unwrap();
    note.to_bytes()
}

/// A ledger of `count` records beside the first, a second each, and its checkpoint.
fn ledger(count: u64) -> (SimDisk, Writer, Vec<u8>) {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    for number in 1..=count {
        writer.append(&single(number, number, b"a body", &[])).unwrap();
    }
    let (_, note) = writer.checkpoint().unwrap();
    (disk, writer, note)
}

fn options(given: Vec<GivenCheckpoint>, witnesses: Vec<VerifierKey>) -> ScanOptions<'static> {
    ScanOptions { threads: 1, patience: Duration::ZERO, given, witnesses, ..ScanOptions::default() }
}

fn only_finding(report: &Report) -> &Finding {
    assert_eq!(report.findings_total, 1, "{:#?}", report.findings);
    &report.findings[0]
}

/// A ledger of six records with a cosignature of its checkpoint of size 5 in record 5, and another checkpoint behind.
fn witnessed() -> (SimDisk, Writer) {
    let (disk, writer, note) = ledger(4);
    let note = cosigned(&note, &witness(1), START_S + 60);
    assert!(matches!(writer.record_cosignature(&note, witness(1).verifier()), Ok(Cosigned::Recorded(_))));
    writer.checkpoint().unwrap();
    (disk, writer)
}

const SEEN: usize = 5;
const BODY: usize = at::OPTIONAL + 16;

/// The ledger when the body of the WitnessSeen record says something else, with every hash made right again.
fn forged_ledger(change: impl FnOnce(&mut WitnessSeen)) -> SimDisk {
    let (disk, writer) = witnessed();
    drop(writer);
    let mut forge = Forge::of(disk.files());
    let mut seen = None;
    Reader::open(shared(&disk))
        .unwrap()
        .cosignatures(&mut |_, found| {
            seen = Some(found);
            false
        })
        .unwrap();
    let mut seen = seen.unwrap();
    change(&mut seen);
    let body = docket_proof::SystemRecord::WitnessSeen(seen).encode();
    forge.put(SEEN, BODY, &body);
    forge.disk()
}

/// What is found then.
fn forged(change: impl FnOnce(&mut WitnessSeen)) -> Report {
    look(&forged_ledger(change), Vec::new())
}

/// What is found when the witness itself signs what the record then says: one that lies, or that saw another history.
fn resigned(change: impl FnOnce(&mut WitnessSeen)) -> Report {
    look(&resigned_ledger(change), Vec::new())
}

fn resigned_ledger(change: impl FnOnce(&mut WitnessSeen)) -> SimDisk {
    forged_ledger(|seen| {
        change(seen);
        let checkpoint = docket_proof::Checkpoint::new(support::ORIGIN, seen.size, seen.root).unwrap();
        let note = Note::new(&checkpoint.to_text()).unwrap();
        seen.signature = witness(1).cosign(&note, seen.time).bytes()[8..].try_into().unwrap();
    })
}

#[test]
fn a_cosignature_is_recorded_once_and_found_again() {
    let (disk, writer, note) = ledger(4);
    let both = cosigned(&cosigned(&note, &witness(1), START_S + 60), &witness(2), START_S + 61);
    for number in [1, 2] {
        let recorded = writer.record_cosignature(&both, witness(number).verifier()).unwrap();
        assert!(matches!(recorded, Cosigned::Recorded(_)), "{recorded:?}");
    }
    // Again, and another one over the same checkpoint.
    let later = cosigned(&note, &witness(1), START_S + 90);
    for note in [&both, &later] {
        let known = writer.record_cosignature(note, witness(1).verifier()).unwrap();
        assert_eq!(known, Cosigned::Known(docket_proof::RecordIndex(5)));
    }
    assert_eq!(writer.size(), 7);
    writer.checkpoint().unwrap();
    let report = look(&disk, Vec::new());
    assert_eq!(report.verdict(), Verdict::Intact, "{:#?}", report.findings);
    assert_eq!(report.cosignatures, 2);
    let told: Vec<_> =
        report.witnesses.iter().map(|one| (one.witness.name(), one.size, one.time - START_S)).collect();
    assert_eq!(told, [("witness.example/w1", 5, 60), ("witness.example/w2", 5, 61)]);

    let reader = Reader::open(shared(&disk)).unwrap();
    let note = reader.cosigned_checkpoint(5).unwrap().unwrap();
    let keys = [key().verifier().clone(), witness(1).verifier().clone(), witness(2).verifier().clone()];
    let opened = open_checkpoint(&note, &keys).unwrap();
    assert_eq!(opened.signatures.iter().map(|one| one.key).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(reader.cosigned_checkpoint(6).unwrap(), None);
    assert_eq!(reader.checkpoint_of(7).unwrap().as_ref(), reader.newest_checkpoint().map(|newest| &newest.1));
}

#[test]
fn what_a_verifier_would_call_altered_is_not_recorded() {
    let (_, writer, note) = ledger(4);
    let refuse = |note: &[u8], by: &CosigningKey| writer.record_cosignature(note, by.verifier()).unwrap_err();
    let good = cosigned(&note, &witness(1), START_S + 60);
    let unsigned = refuse(&good, &witness(2));
    assert!(matches!(unsigned, ImportError::Cosignature(CosignatureError::NotCosigned)), "{unsigned:?}");
    let text = String::from_utf8(good).unwrap();
    assert!(matches!(
        refuse(text.replace("\n5\n", "\n4\n").as_bytes(), &witness(1)),
        ImportError::Cosignature(_)
    ));
    assert!(matches!(refuse(b"not a note", &witness(1)), ImportError::Cosignature(_)));

    // Another history under the same key, of the same size and of a larger one; and a size that was never signed.
    let other = |count: u64| {
        let disk = SimDisk::new();
        let writer = new_ledger(&disk, 1);
        for number in 1..=count {
            writer.append(&single(number, number, b"another body", &[])).unwrap();
        }
        cosigned(&writer.checkpoint().unwrap().1, &witness(1), START_S + 60)
    };
    for count in [4, 9] {
        let refused = refuse(&other(count), &witness(1));
        assert!(matches!(refused, ImportError::OtherHistory { .. }), "{refused:?}");
    }
    // A witness's clock far behind, or far ahead.
    for (time, ahead) in
        [(START_S - 3_600, "ahead of the witness's"), (START_S + 3_600, "ahead of this ledger's")]
    {
        let refused = refuse(&cosigned(&note, &witness(1), time), &witness(1));
        assert!(matches!(refused, ImportError::Clocks { .. }), "{refused:?}");
        assert!(refused.to_string().contains(ahead), "{refused}");
    }
    assert_eq!(writer.size(), 5);
}

#[test]
fn an_altered_cosignature_is_found() {
    assert_eq!(forged(|_| {}).verdict(), Verdict::Intact);
    let malformed = |report: Report| {
        let finding = only_finding(&report);
        assert_eq!((finding.check, finding.record), ("system", Some(SEEN as u64)), "{finding}");
    };
    malformed(forged(|seen| seen.signature[10] ^= 1));
    malformed(forged(|seen| seen.time += 1));
    malformed(forged(|seen| seen.size = 4));
    malformed(forged(|seen| seen.root = docket_proof::RootHash::from_bytes([1; 32])));
    malformed(resigned(|seen| seen.time = 253_402_300_800));
    malformed(resigned(|seen| seen.time = 0));
    // Another key than the one that signed.
    malformed(forged(|seen| {
        let other = CosigningKey::from_seed("witness.example/w1", &[1; 32]).unwrap();
        seen.witness = other.verifier().clone();
    }));
}

#[test]
fn a_cosignature_of_another_history_shows_the_fork() {
    let report = resigned(|seen| seen.root = docket_proof::RootHash::from_bytes([1; 32]));
    let finding = only_finding(&report);
    assert_eq!((finding.check, finding.record), ("witness", Some(SEEN as u64)));
    assert_eq!(finding.expected.as_deref(), Some("01".repeat(32).as_str()));

    // Everything rewritten with the ledger's own key, but the witness's word left in.
    let (disk, writer) = witnessed();
    drop(writer);
    let mut forge = Forge::of(disk.files());
    let end = forge.records[2].len();
    forge.put(2, end - 14, b"B");
    let report = look(&forge.disk(), Vec::new());
    assert_eq!(report.verdict(), Verdict::Altered);
    assert_eq!(only_finding(&report).check, "witness");
}

#[test]
fn a_full_rewrite_shows_only_against_what_was_kept_elsewhere() {
    let (disk, writer, note) = ledger(4);
    let kept = cosigned(&note, &witness(1), START_S + 60);
    drop(writer);
    let mut forge = Forge::of(disk.files());
    let end = forge.records[2].len();
    forge.put(2, end - 14, b"B");
    let rewritten = forge.disk();
    assert_eq!(look(&rewritten, Vec::new()).verdict(), Verdict::Intact);
    let report =
        scan(&rewritten, &options(vec![given("kept", &kept)], vec![witness(1).verifier().clone()])).unwrap();
    assert_eq!(report.verdict(), Verdict::Altered);
    assert_eq!(only_finding(&report).file, "kept");
    assert_eq!(report.given[0].cosigners[0].time, START_S + 60);
    assert!(!report.given[0].holds);
}

#[test]
fn sizes_that_the_ledger_never_signed_or_that_lie_ahead_are_found() {
    let unsigned = resigned(|seen| {
        let (disk, _) = witnessed();
        let reader = Reader::open(shared(&disk)).unwrap();
        (seen.size, seen.root) = (4, reader.root_at(4).unwrap());
    });
    assert_eq!(only_finding(&unsigned).check, "witness");
    let ahead = resigned(|seen| seen.size = 6);
    assert_eq!(only_finding(&ahead).check, "witness");
    // The checkpoints taken away: what was cosigned had been signed.
    let (disk, writer) = witnessed();
    drop(writer);
    let mut forge = Forge::of(disk.files());
    forge.signed = vec![6];
    let report = look(&forge.disk(), Vec::new());
    assert_eq!(only_finding(&report).check, "witness");
    // One that somebody brings along does not stand for it.
    let kept = docket_log::Reader::open(shared(&disk)).unwrap().checkpoint_of(5).unwrap().unwrap();
    let report = look(&forge.disk(), vec![given("kept", &kept)]);
    assert_eq!(only_finding(&report).check, "witness");
}

#[test]
fn a_cosignature_bounds_what_it_covers_from_above() {
    // Records 1 to 4 were recorded in the seconds behind START.
    let at_time = |time: u64| resigned(move |seen| seen.time = time);
    assert_eq!(at_time(START_S - 290).verdict(), Verdict::Intact);
    let report = at_time(START_S - 400);
    let finding = only_finding(&report);
    assert_eq!((finding.check, finding.record), ("time", Some(4)), "{finding}");
    assert!(finding.found.as_deref().unwrap().starts_with("2010-01-01T00:00:"), "{finding}");
    assert_eq!(finding.expected.as_deref(), Some("not after 2009-12-31T23:53:20Z"));
}

#[test]
fn a_cosignature_bounds_what_comes_behind_it_from_below() {
    let at_time = |time: u64| resigned(move |seen| seen.time = time);
    assert_eq!(at_time(START_S + 290).verdict(), Verdict::Intact);
    let report = at_time(START_S + 400);
    let finding = only_finding(&report);
    assert_eq!((finding.check, finding.record), ("time", Some(SEEN as u64)), "{finding}");
}

#[test]
fn a_range_judges_what_a_cosignature_says_by_itself() {
    let look = |disk: &SimDisk| {
        let reader = Reader::open(shared(disk)).unwrap();
        scan_range(&reader, 5, 5, &options(Vec::new(), Vec::new())).unwrap()
    };
    assert_eq!(look(&resigned_ledger(|_| {})).verdict(), Verdict::Intact);
    let late = look(&resigned_ledger(|seen| seen.time = START_S + 400));
    assert_eq!((only_finding(&late).check, only_finding(&late).record), ("time", Some(5)));
    let ahead = look(&resigned_ledger(|seen| seen.size = 6));
    assert_eq!((only_finding(&ahead).check, only_finding(&ahead).record), ("witness", Some(5)));
    // The records that it covers are not looked at.
    assert_eq!(look(&resigned_ledger(|seen| seen.time = START_S - 400)).verdict(), Verdict::Intact);
}

#[test]
fn without_its_checkpoint_files_a_ledger_is_not_accused_of_them() {
    let (disk, _writer) = witnessed();
    disk.fail_reads("checkpoints/00000000.ckp", 0..u64::MAX);
    let report = look(&disk, Vec::new());
    assert_eq!((report.verdict(), report.findings_total), (Verdict::Undecided, 0), "{:?}", report.findings);
    assert!(report.undecided.iter().any(|one| one.record == Some(5)), "{:?}", report.undecided);
}

#[test]
fn the_tolerance_is_the_verifiers() {
    let (disk, _writer) = witnessed();
    let with = |seconds: u64| {
        let options =
            ScanOptions { tolerance: Duration::from_secs(seconds), ..options(Vec::new(), Vec::new()) };
        scan(&disk, &options).unwrap().verdict()
    };
    assert_eq!(with(120), Verdict::Intact);
    // The witness's clock was about a minute ahead of the ledger's.
    assert_eq!(with(10), Verdict::Altered);
}

#[test]
fn late_cosignatures_of_old_checkpoints_raise_no_alarm() {
    const DAY_S: u64 = 86_400;
    let (disk, writer, old) = ledger(4);
    drop(writer);
    let clock = StepClock::new(START + 100 * 86_400_000_000);
    let writer = open_at(&disk, 2, &clock).unwrap();
    writer.append(&single(9, 5, b"a hundred days later", &[])).unwrap();
    let (_, new) = writer.checkpoint().unwrap();
    // The old checkpoint, cosigned long ago and recorded only now; and cosigned only now.
    let long_ago = cosigned(&old, &witness(1), START_S + 60);
    let just_now = cosigned(&old, &witness(2), START_S + 100 * DAY_S);
    let newest = cosigned(&new, &witness(3), START_S + 100 * DAY_S + 10);
    for (note, number) in [(&newest, 3), (&just_now, 2), (&long_ago, 1)] {
        let recorded = writer.record_cosignature(note, witness(number).verifier()).unwrap();
        assert!(matches!(recorded, Cosigned::Recorded(_)));
    }
    writer.checkpoint().unwrap();
    let keys: Vec<VerifierKey> = (1..=3).map(|number| witness(number).verifier().clone()).collect();
    let kept = vec![given("long ago", &long_ago), given("just now", &just_now), given("newest", &newest)];
    let report = scan(&disk, &options(kept, keys)).unwrap();
    assert_eq!(report.verdict(), Verdict::Intact, "{:#?}", report.findings);
    assert_eq!(report.cosignatures, 3);
}

#[test]
fn a_time_that_the_ledger_itself_admits_to_be_wrong_is_no_finding() {
    // The clock ran an hour ahead for a while; somebody confirmed that it is right again.
    let (disk, writer, _) = ledger(2);
    drop(writer);
    let clock = StepClock::new(START + 3_600_000_000);
    let writer = open_at(&disk, 2, &clock).unwrap();
    writer.append(&single(9, 3, b"an hour ahead", &[])).unwrap();
    let (_, note) = writer.checkpoint().unwrap();
    let kept = cosigned(&note, &witness(1), START_S + 60);
    let verify = |disk: &SimDisk| {
        let options = options(vec![given("kept", &kept)], vec![witness(1).verifier().clone()]);
        scan(disk, &options).unwrap()
    };
    assert_eq!(only_finding(&verify(&disk)).check, "time");
    clock.set(START + 61_000_000);
    writer.confirm_clock().unwrap();
    writer.append(&single(10, 4, b"held", &[])).unwrap();
    let (_, note) = writer.checkpoint().unwrap();
    let report = verify(&disk);
    assert_eq!(report.verdict(), Verdict::Intact, "{:#?}", report.findings);
    assert_eq!(report.clock_corrections.len(), 1);
    // The records held there are admitted too.
    let held = cosigned(&note, &witness(1), START_S + 70);
    let options = options(vec![given("held", &held)], vec![witness(1).verifier().clone()]);
    assert_eq!(scan(&disk, &options).unwrap().verdict(), Verdict::Intact);
    // But nobody records what would be a finding without that.
    let refused = writer.record_cosignature(&held, witness(1).verifier()).unwrap_err();
    assert!(matches!(refused, ImportError::Clocks { .. }), "{refused:?}");
}

#[test]
fn a_bad_cosignature_on_a_checkpoint_brought_along_is_undecided_not_forgotten() {
    let (disk, _writer, note) = ledger(4);
    let mut bad = Note::parse(&note).unwrap();
    let other = Note::new("another text\n").unwrap();
    bad.push_signature(witness(1).cosign(&other, START_S)).unwrap();
    let with = |witnesses: Vec<VerifierKey>| {
        scan(&disk, &options(vec![given("bad", &bad.to_bytes())], witnesses)).unwrap()
    };
    assert_eq!(with(Vec::new()).verdict(), Verdict::Intact);
    let report = with(vec![witness(1).verifier().clone()]);
    assert_eq!(report.verdict(), Verdict::Undecided);
    assert!(report.undecided[0].why.contains("witness.example/w1"), "{}", report.undecided[0]);
    assert!(report.given[0].cosigners.is_empty());
}

/// Shows the checkpoint files as they were, the first time they are asked for: a writer has gone on since.
#[derive(Debug)]
struct Overtaken {
    before: SimDisk,
    now: SimDisk,
    looks: AtomicU64,
}

impl Disk for Overtaken {
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.now.open(path)
    }
    fn open_read(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        let is_first = path.starts_with("checkpoints/") && self.looks.fetch_add(1, Ordering::Relaxed) == 0;
        if is_first { self.before.open_read(path) } else { self.now.open_read(path) }
    }
    fn create_new(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.now.create_new(path)
    }
    fn create_new_private(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.now.create_new_private(path)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.now.rename(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.now.remove(path)
    }
    fn create_dir(&self, path: &str) -> io::Result<()> {
        self.now.create_dir(path)
    }
    fn sync_dir(&self, path: &str) -> io::Result<()> {
        self.now.sync_dir(path)
    }
    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>> {
        self.now.list(path)
    }
    fn file_len(&self, path: &str) -> io::Result<Option<u64>> {
        self.now.file_len(path)
    }
}

#[test]
fn a_checkpoint_signed_and_cosigned_while_the_scan_ran_is_no_finding() {
    let (disk, writer, _) = ledger(4);
    let before = disk.snapshot();
    writer.append(&single(9, 5, b"meanwhile", &[])).unwrap();
    let (_, note) = writer.checkpoint().unwrap();
    let note = cosigned(&note, &witness(1), START_S + 60);
    writer.record_cosignature(&note, witness(1).verifier()).unwrap();
    let overtaken = Overtaken { before, now: disk, looks: AtomicU64::new(0) };
    let report = look(&overtaken, Vec::new());
    assert_eq!(report.verdict(), Verdict::Intact, "{:#?}", report.findings);
    // Its root was not among those computed, so it does not count.
    assert_eq!(report.cosignatures, 0);
    assert!(overtaken.looks.load(Ordering::Relaxed) >= 2);
}
