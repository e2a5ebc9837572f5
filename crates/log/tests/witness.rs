//! A witness's folder: what it remembers, and that no crash makes it cosign two forks.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

use std::sync::Arc;

use docket_log::{Disk, SimDisk, StoreError, Tear, Witness, WitnessError};
use docket_proof::{
    Checkpoint, CosigningKey, LastSeen, MemoryTree, Note, Refusal, SigningKey, WitnessRequest,
    consistency_proof, leaf_hash, root_at, sign_checkpoint,
};

const ORIGIN: &str = "ledger.example/office-1";
const TIME: u64 = 1_800_000_000;
/// The histories of a log that cheats part behind so many records.
const COMMON: u8 = 2;

fn log_key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn witness_key() -> CosigningKey {
    CosigningKey::from_seed("witness.example/w1", &[2; 32]).unwrap()
}

fn tree(fork: u8) -> MemoryTree {
    (0..12_u8).map(|leaf| leaf_hash(&[leaf, if leaf >= COMMON { fork } else { 0 }])).collect()
}

fn request(old: u64, size: u64, fork: u8) -> WitnessRequest {
    let proof = if old == 0 { Vec::new() } else { consistency_proof(old, size, &tree(fork)).unwrap() };
    let checkpoint = Checkpoint::new(ORIGIN, size, root_at(size, &tree(fork)).unwrap()).unwrap();
    WitnessRequest::new(old, proof, &sign_checkpoint(&checkpoint, &log_key()).unwrap()).unwrap()
}

fn prepared() -> SimDisk {
    let disk = SimDisk::new();
    Witness::create(&disk, &witness_key()).unwrap();
    open(&disk).trust(ORIGIN, log_key().verifier()).unwrap();
    disk
}

fn open(disk: &SimDisk) -> Witness {
    Witness::open(Arc::new(disk.clone())).unwrap()
}

fn last_size(witness: &Witness) -> u64 {
    let logs = witness.logs().unwrap();
    logs[0].last.as_ref().map_or(0, |(last, _)| last.checkpoint.size())
}

/// An honest day: the log grows, and asks again. Returns what left the house.
fn day(disk: &SimDisk) -> Result<Vec<Checkpoint>, Vec<Checkpoint>> {
    let mut left = Vec::new();
    let Ok(witness) = Witness::open(Arc::new(disk.clone())) else { return Err(left) };
    for (old, size) in [(0, 3), (3, 5), (5, 5), (5, 8)] {
        match witness.cosign(&request(old, size, 0), TIME + size) {
            Ok(cosignature) => left.push(cosignature.seen.checkpoint),
            Err(_) => return Err(left),
        }
    }
    Ok(left)
}

/// Tries to get other histories cosigned, by every size that the witness may believe in.
fn cheat(disk: &SimDisk, left: &mut Vec<Checkpoint>) {
    let witness = open(disk);
    for fork in [1, 0, 2] {
        for size in [3, 5, 8, 9] {
            let last = last_size(&witness);
            if last > size {
                continue;
            }
            if let Ok(cosignature) = witness.cosign(&request(last, size, fork), TIME + 100) {
                left.push(cosignature.seen.checkpoint);
            }
        }
    }
}

fn are_of_one_history(left: &[Checkpoint]) -> bool {
    let holds_all = |fork: u8| left.iter().all(|one| root_at(one.size(), &tree(fork)).unwrap() == one.root());
    (0..3).any(holds_all)
}

#[test]
fn crashed_at_every_operation_it_never_cosigns_two_forks() {
    let prepared = prepared();
    let first = prepared.operations();
    let whole = prepared.snapshot();
    assert_eq!(day(&whole).unwrap().len(), 4);
    assert!(whole.operations() >= first + 20, "there is something to crash in");
    let mut after = [0, 0];
    for at in first..=whole.operations() {
        let disk = prepared.snapshot();
        disk.crash_at(at);
        let left = day(&disk).unwrap_or_else(|left| left);
        for seed in 0..16 {
            for tear in [Tear::Byte, Tear::Sector] {
                let disk = disk.after_crash(seed, tear);
                let mut left = left.clone();
                let known = last_size(&open(&disk));
                assert!(left.iter().all(|one| one.size() <= known), "crashed at {at}, seed {seed}: forgot");
                cheat(&disk, &mut left);
                assert!(are_of_one_history(&left), "crashed at {at}, seed {seed}: {left:?}");
                after[usize::from(known == 0)] += 1;
            }
        }
    }
    // Both kinds were seen: a witness that remembers, and one that was stopped before it had anything to remember.
    assert!(after.iter().all(|count| *count > 0), "{after:?}");
}

#[test]
fn after_a_failed_sync_nothing_leaves_until_it_is_opened_again() {
    let prepared = prepared();
    let (first, whole) = (prepared.syncs(), prepared.snapshot());
    day(&whole).unwrap();
    for sync in first..whole.syncs() {
        let disk = prepared.snapshot();
        disk.fail_nth_sync(sync);
        let witness = open(&disk);
        let mut left = Vec::new();
        let mut failed = false;
        for (old, size) in [(0, 3), (3, 5), (5, 5), (5, 8)] {
            match witness.cosign(&request(old, size, 0), TIME) {
                Ok(cosignature) => {
                    assert!(!failed, "sync {sync}: it went on after a failed sync");
                    left.push(cosignature.seen.checkpoint);
                }
                Err(WitnessError::Store(_)) => failed = true,
                // What it believes now is not what it answered last.
                Err(WitnessError::Refused(refusal)) => assert!(failed, "sync {sync}: {refusal}"),
                Err(error) => panic!("{error}"),
            }
        }
        assert!(failed, "sync {sync} failed unnoticed");
        for seed in 0..16 {
            let mut left = left.clone();
            cheat(&disk.after_crash(seed, Tear::Byte), &mut left);
            assert!(are_of_one_history(&left), "sync {sync}, seed {seed}: {left:?}");
        }
        // Opened again without a crash, and crashed after that.
        cheat(&disk, &mut left);
        assert!(are_of_one_history(&left), "sync {sync}: {left:?}");
        for seed in 0..16 {
            let mut left = left.clone();
            cheat(&disk.after_crash(seed, Tear::Byte), &mut left);
            assert!(are_of_one_history(&left), "sync {sync}, seed {seed}: {left:?}");
        }
    }
}

#[test]
fn of_two_forks_at_once_one_is_cosigned() {
    for _ in 0..50 {
        let witness = open(&prepared());
        let asked: Vec<bool> = std::thread::scope(|scope| {
            let ask = |fork| {
                let witness = &witness;
                scope.spawn(move || witness.cosign(&request(0, 8, fork), TIME).is_ok())
            };
            [ask(0), ask(1), ask(2)].map(|thread| thread.join().unwrap()).to_vec()
        });
        assert_eq!(asked.iter().filter(|cosigned| **cosigned).count(), 1, "{asked:?}");
    }
}

#[test]
fn what_was_seen_is_kept_as_a_note_that_checks_by_itself() {
    let disk = prepared();
    day(&disk).unwrap();
    let witness = open(&disk);
    let logs = witness.logs().unwrap();
    assert_eq!(logs.len(), 1);
    assert_eq!(
        (logs[0].origin.as_str(), logs[0].keys.as_slice()),
        (ORIGIN, &[log_key().verifier().clone()][..])
    );
    let (last, note) = logs[0].last.clone().unwrap();
    assert_eq!((last.checkpoint.size(), last.time), (8, TIME + 8));
    assert_eq!(LastSeen::from_note(&note, witness.verifier()).unwrap(), last);
    let names: Vec<String> =
        Note::parse(&note).unwrap().signatures().iter().map(|line| line.name().to_owned()).collect();
    assert_eq!(names, [ORIGIN, "witness.example/w1"]);
    assert!(disk.is_private("witness.key"));
}

#[test]
fn an_altered_memory_is_refused_not_believed() {
    let disk = prepared();
    day(&disk).unwrap();
    let path = disk.files().into_keys().find(|path| path.ends_with(".seen")).unwrap();
    disk.alter(&path, |bytes| {
        let at = bytes.windows(3).position(|part| part == b"\n8\n").unwrap() + 1;
        bytes[at] = b'3';
    });
    let error = open(&disk).cosign(&request(3, 9, 1), TIME + 100).unwrap_err();
    assert!(matches!(error, WitnessError::Store(StoreError::AlteredFile { .. })), "{error:?}");
    // Another log's memory under this log's name.
    let disk = prepared();
    let other = SigningKey::from_seed("other.example", &[3; 32]).unwrap();
    open(&disk).trust("other.example", other.verifier()).unwrap();
    let checkpoint = Checkpoint::new("other.example", 3, root_at(3, &tree(1)).unwrap()).unwrap();
    let note = sign_checkpoint(&checkpoint, &other).unwrap();
    assert!(open(&disk).cosign(&WitnessRequest::new(0, Vec::new(), &note).unwrap(), TIME).is_ok());
    let seen = disk.files().into_iter().find(|(path, _)| path.ends_with(".seen")).unwrap();
    let trusts: Vec<String> = disk.files().into_keys().filter(|path| path.ends_with(".trust")).collect();
    let ours =
        trusts.iter().map(|path| path.replace(".trust", ".seen")).find(|path| *path != seen.0).unwrap();
    let file = disk.create_new(&ours).unwrap();
    file.write_all_at(&seen.1, 0).unwrap();
    let error = open(&disk).cosign(&request(3, 9, 0), TIME + 100).unwrap_err();
    assert!(matches!(error, WitnessError::Store(StoreError::AlteredFile { .. })), "{error:?}");
}

#[test]
fn unknown_logs_and_wrong_keys_are_refused() {
    let disk = SimDisk::new();
    Witness::create(&disk, &witness_key()).unwrap();
    let witness = open(&disk);
    let refused = witness.cosign(&request(0, 3, 0), TIME).unwrap_err();
    assert!(matches!(refused, WitnessError::Refused(Refusal::UnknownOrigin)), "{refused:?}");
    assert!(witness.logs().unwrap().is_empty());
    assert!(matches!(witness.trust(ORIGIN, witness_key().verifier()), Err(StoreError::Key { .. })));
    for origin in ["", "a\nb", &"a".repeat(256)] {
        assert!(witness.trust(origin, log_key().verifier()).is_err(), "{origin:?}");
    }
    // Trusted under another key: not signed, as far as this witness knows.
    let other = SigningKey::from_seed(ORIGIN, &[9; 32]).unwrap();
    witness.trust(ORIGIN, other.verifier()).unwrap();
    let refused = witness.cosign(&request(0, 3, 0), TIME).unwrap_err();
    assert!(matches!(refused, WitnessError::Refused(Refusal::NotSigned(_))), "{refused:?}");
    // A second key of the same log, and once more the same.
    witness.trust(ORIGIN, log_key().verifier()).unwrap();
    witness.trust(ORIGIN, log_key().verifier()).unwrap();
    assert_eq!(witness.logs().unwrap()[0].keys.len(), 2);
    assert!(witness.cosign(&request(0, 3, 0), TIME).is_ok());
}

#[test]
fn a_folder_holds_one_witness() {
    let disk = prepared();
    let again = Witness::create(&disk, &CosigningKey::from_seed("other.example", &[4; 32]).unwrap());
    assert!(matches!(again, Err(StoreError::Key { .. })));
    assert!(matches!(Witness::open(Arc::new(SimDisk::new())), Err(StoreError::Key { .. })));
    assert_eq!(open(&disk).verifier(), witness_key().verifier());
}
