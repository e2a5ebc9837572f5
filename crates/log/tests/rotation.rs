//! The log's key changes hands: what was signed before stays verifiable, what an old key signs afterwards is found, and
//! nobody takes over but whom the key in force has named.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic fails the test")]

mod support;

use docket_log::{
    Finding, GivenCheckpoint, Reader, Report, ScanOptions, SimDisk, StoreError, Verdict, Writer, scan,
};
use docket_proof::{
    Checkpoint, CheckpointNote, KeyRotated, RecordHash, RecordIndex, SigningKey, SystemRecord,
    sign_checkpoint,
};
use support::{forge::*, *};

fn key_of(seed: u8) -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

/// Five records, of which number 2 hands the log over; what each of its checkpoints said.
fn rotated() -> (SimDisk, Vec<Vec<u8>>) {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    let mut notes = Vec::new();
    writer.append(&single(1, 1, b"before", &["a name"])).unwrap();
    notes.push(writer.checkpoint().unwrap().1);
    let appended = writer.rotate_key(key_of(21)).unwrap();
    assert_eq!((appended.first, appended.size), (RecordIndex(2), 3));
    notes.push(writer.checkpoint().unwrap().1);
    writer.append(&single(2, 1, b"behind", &[])).unwrap();
    notes.push(writer.checkpoint().unwrap().1);
    drop(writer);
    let writer = open(&disk, 2).unwrap();
    writer.append(&single(3, 2, b"later", &[])).unwrap();
    notes.push(writer.checkpoint().unwrap().1);
    (disk, notes)
}

fn parsed(note: &[u8]) -> CheckpointNote {
    CheckpointNote::parse(note).unwrap()
}

fn kept(notes: &[Vec<u8>]) -> Vec<GivenCheckpoint> {
    notes.iter().map(|note| given("kept", note)).collect()
}

fn first(report: &Report) -> &Finding {
    assert_eq!(report.verdict(), Verdict::Altered, "{:?}", report.undecided);
    &report.findings[0]
}

#[test]
fn each_checkpoint_is_signed_by_the_key_in_force_at_its_size() {
    let (disk, notes) = rotated();
    let report = verify_with(&disk, kept(&notes));
    assert_eq!(report.verdict(), Verdict::Intact, "{:?} {:?}", report.findings, report.undecided);
    assert_eq!((report.size, report.own_checkpoints), (5, 4));
    assert!(report.given.iter().all(|given| given.holds));
    let named: Vec<_> = report.rotations.iter().map(|key| (key.record.0, key.verifier.clone())).collect();
    assert_eq!(named, [(2, key_of(21).verifier().clone())]);
    // The old key's last checkpoint ends with the record that hands over.
    let sizes: Vec<_> = notes.iter().map(|note| parsed(note).claimed().size()).collect();
    assert_eq!(sizes, [2, 3, 4, 5]);
    for (note, old) in notes.iter().zip([true, true, false, false]) {
        let (by_old, by_new) = (key().verifier().clone(), key_of(21).verifier().clone());
        assert_eq!(parsed(note).open(&[by_old]).is_ok(), old);
        assert_eq!(parsed(note).open(&[by_new]).is_ok(), !old);
    }
    let reader = Reader::open(shared(&disk)).unwrap();
    assert_eq!(reader.newest_checkpoint().unwrap().0.size(), 5);
    assert_eq!(reader.keys().newest().verifier, *key_of(21).verifier());
    for note in &notes {
        reader.check_own("kept", &parsed(note)).unwrap();
        let size = parsed(note).claimed().size();
        assert_eq!(reader.checkpoint_of(size).unwrap().as_ref(), Some(note));
    }
}

#[test]
fn whoever_trusts_the_old_key_can_be_shown_the_new_one() {
    let (disk, notes) = rotated();
    let reader = Reader::open(shared(&disk)).unwrap();
    let proof = reader.prove_record(RecordIndex(2), &parsed(&notes[1])).unwrap();
    let extra = proof.record().unwrap().unwrap();
    let opened = proof.verify_record(&extra, &[key().verifier().clone()]).unwrap();
    assert_eq!(opened.checkpoint.size(), 3);
    let shown = extra.handed_over(key().verifier()).unwrap().unwrap();
    assert_eq!(shown, *key_of(21).verifier());
    // The same record under another key hands nothing over.
    assert!(extra.handed_over(key_of(21).verifier()).unwrap().is_err());
    let other = reader.prove_record(RecordIndex(1), &parsed(&notes[1])).unwrap();
    assert!(other.record().unwrap().unwrap().handed_over(key().verifier()).is_none());
}

#[test]
fn a_trusted_checkpoint_stands_for_the_rotation_below_it() {
    let (disk, notes) = rotated();
    for note in &notes {
        let since = Some(given("since", note));
        let options =
            ScanOptions { threads: 1, patience: std::time::Duration::ZERO, since, ..ScanOptions::default() };
        let report = scan(&disk, &options).unwrap();
        assert_eq!(report.verdict(), Verdict::Intact, "{:?} {:?}", report.findings, report.undecided);
        assert_eq!(report.rotations.len(), 1);
    }
}

#[test]
fn a_kept_checkpoint_needs_no_checkpoint_of_the_ledgers_own_to_be_known() {
    let (disk, notes) = rotated();
    let mut files = disk.files();
    files.remove("checkpoints/00000000.ckp");
    let report = verify_with(&SimDisk::from_files(files), kept(&notes));
    assert_eq!(report.verdict(), Verdict::Undecided, "{:?}", report.findings);
    assert!(report.given.iter().all(|given| given.holds));
}

/// Signs the ledger as it is at a size, under a key that may not be the one in force.
fn signed_by(disk: &SimDisk, size: u64, key: &SigningKey) -> Vec<u8> {
    let root = Reader::open(shared(disk)).unwrap().root_at(size).unwrap();
    sign_checkpoint(&Checkpoint::new(ORIGIN, size, root).unwrap(), key).unwrap()
}

#[test]
fn a_retired_key_signs_nothing_that_counts() {
    let (disk, _) = rotated();
    for (size, key) in [(4, key()), (5, key()), (3, key_of(21)), (2, key_of(21)), (5, key_of(22))] {
        let note = signed_by(&disk, size, &key);
        let report = verify_with(&disk, kept(std::slice::from_ref(&note)));
        let finding = first(&report);
        assert_eq!(finding.file, "kept");
        let retired = finding.what.contains("was not in force at its size");
        assert_eq!(retired, *key.verifier() != *key_of(22).verifier(), "{}", finding.what);
        let since = Some(given("since", &note));
        let options =
            ScanOptions { threads: 1, patience: std::time::Duration::ZERO, since, ..ScanOptions::default() };
        assert_eq!(scan(&disk, &options).unwrap().verdict(), Verdict::Altered);
        // And in the ledger's own file, in the place of the honest one of that size.
        let mut files = disk.files();
        let file = files.get_mut("checkpoints/00000000.ckp").unwrap();
        let mut forged = file[..48].to_vec();
        for (_, own) in notes_of(file) {
            let same = parsed(&own).claimed().size() == size;
            let own = if same { note.clone() } else { own };
            forged.extend_from_slice(&u32::try_from(own.len()).unwrap().to_le_bytes());
            forged.extend_from_slice(&own);
        }
        *file = forged;
        let report = verify(&SimDisk::from_files(files));
        // The last note may be torn: then it counts for nothing. But a crash leaves no signature that verifies.
        assert_ne!(report.verdict(), Verdict::Intact, "{size}");
        let altered = size != 5 || retired;
        assert_eq!(report.verdict() == Verdict::Altered, altered, "{size}: {:?}", report.undecided);
    }
}

/// Takes the rotation's record for what it is.
fn rotation_of(record: &[u8]) -> (usize, KeyRotated) {
    let view = docket_proof::RecordView::parse(record).unwrap();
    match SystemRecord::decode(view.event_type, view.schema_version, view.body) {
        Ok(SystemRecord::KeyRotated(rotation)) => (record.len() - 8 - view.body.len(), rotation),
        other => panic!("{other:?}"),
    }
}

/// Puts a rotation's body in the place of record 2's, and makes everything else right.
fn forged(disk: &SimDisk, change: impl FnOnce(KeyRotated) -> KeyRotated) -> Report {
    let mut forge = Forge::of(disk.files());
    forge.rotated.push((2, key_of(21)));
    let (at, rotation) = rotation_of(&forge.records[2]);
    forge.put(2, at, &SystemRecord::KeyRotated(change(rotation)).encode());
    verify(&forge.disk())
}

/// The hash of record 1, which the rotation is signed behind, and that of the genesis.
fn hashes(disk: &SimDisk) -> (RecordHash, RecordHash) {
    let reader = Reader::open(shared(disk)).unwrap();
    (reader.identity().hash, reader.record(RecordIndex(1)).unwrap().hash())
}

#[test]
fn a_handover_that_the_old_key_did_not_sign_is_found() {
    let (disk, _) = rotated();
    let (genesis, previous) = hashes(&disk);
    let sign = |old: &SigningKey, new: &SigningKey, genesis: &RecordHash, previous: &RecordHash, size| {
        KeyRotated::sign(old, new, genesis, previous, size)
    };
    let (old, new, thief) = (key(), key_of(21), key_of(22));
    let other = RecordHash::from_bytes([5; 32]);
    let honest = forged(&disk, |rotation| rotation);
    assert_eq!(honest.verdict(), Verdict::Intact, "{:?} {:?}", honest.findings, honest.undecided);
    let cases: [(&str, KeyRotated); 7] = [
        ("by a thief", sign(&thief, &new, &genesis, &previous, 2)),
        ("for another ledger", sign(&old, &new, &other, &previous, 2)),
        ("behind another record", sign(&old, &new, &genesis, &other, 2)),
        ("at another size", sign(&old, &new, &genesis, &previous, 3)),
        ("to the key in force", sign(&old, &old, &genesis, &previous, 2)),
        ("without the new key", KeyRotated { by_new: [1; 64], ..sign(&old, &new, &genesis, &previous, 2) }),
        ("to no key", KeyRotated { new_key: [0; 32], ..sign(&old, &new, &genesis, &previous, 2) }),
    ];
    for (what, rotation) in cases {
        let report = forged(&disk, |_| rotation);
        let found = report.findings.iter().any(|finding| finding.check == "key" && finding.record == Some(2));
        assert!(found, "{what}: {:?}", report.findings);
    }
}

/// Whoever has stolen the new key, or kept none but it, cannot rewrite what was before the rotation.
#[test]
fn the_new_key_alone_cannot_rewrite_what_came_before_it() {
    let (disk, _) = rotated();
    let mut forge = Forge::of(disk.files());
    forge.rotated.push((2, key_of(21)));
    let body = forge.records[1].len() - 8 - 6;
    forge.put(1, body, b"BEFORE");
    // Even with the old key's checkpoints made right again.
    let report = verify(&forge.disk());
    first(&report);
    let found = report.findings.iter().any(|finding| (finding.check, finding.record) == ("key", Some(2)));
    assert!(found, "{:?}", report.findings);
}

#[test]
fn a_log_cut_at_the_rotation_is_found() {
    let (disk, _) = rotated();
    let mut files = disk.files();
    let segment = files.get_mut("log/00000000.seg").unwrap();
    let (at, _) = split_records(segment)[2];
    segment.truncate(at);
    let report = verify(&SimDisk::from_files(files));
    first(&report);
}

fn refused(opened: Result<Writer, StoreError>) -> StoreError {
    match opened {
        Ok(_) => panic!("it is opened"),
        Err(error) => error,
    }
}

#[test]
fn an_old_copy_is_not_signed_with_the_new_key() {
    for steps in 0..3 {
        let disk = SimDisk::new();
        let writer = new_ledger(&disk, 1);
        writer.append(&single(1, 1, b"before", &[])).unwrap();
        writer.checkpoint().unwrap();
        let old = disk.files();
        writer.rotate_key(key_of(21)).unwrap();
        if steps > 0 {
            writer.append(&single(2, 1, b"behind", &[])).unwrap();
            writer.checkpoint().unwrap();
        }
        drop(writer);
        // The copy is put back, and grown over the size that was signed; the key folder is on another disk.
        let mut files: std::collections::BTreeMap<_, _> =
            old.into_iter().filter(|(path, _)| !path.starts_with("keys/")).collect();
        files.extend(disk.files().into_iter().filter(|(path, _)| path.starts_with("keys/")));
        let before = files.clone();
        let copy = SimDisk::from_files(files);
        let error = refused(open(&copy, 3));
        // What the memory holds right behind the rotation is still the old key's, and its size tells less than the key.
        let is_named =
            matches!(error, StoreError::Key { .. }) && error.to_string().contains("before its key");
        assert!(if steps == 0 { is_named } else { matches!(error, StoreError::Forked { .. }) }, "{error:?}");
        assert_eq!(copy.files(), before);
        if steps == 2 {
            let mut files = before;
            files.remove("keys/signed");
            let error = refused(open(&SimDisk::from_files(files), 3));
            assert!(matches!(error, StoreError::Key { .. }), "{error:?}");
        }
    }
}

#[test]
fn a_key_that_was_the_logs_before_does_not_come_back() {
    let (disk, _) = rotated();
    let writer = open(&disk, 4).unwrap();
    let size = writer.size();
    for seed in [7, 21] {
        assert!(matches!(writer.rotate_key(key_of(seed)), Err(StoreError::Key { .. })));
    }
    let foreign = SigningKey::from_seed("other.example", &[30; 32]).unwrap();
    assert!(matches!(writer.rotate_key(foreign), Err(StoreError::Key { .. })));
    assert_eq!(writer.size(), size);
    writer.append(&single(9, 1, b"still works", &[])).unwrap();
    writer.rotate_key(key_of(22)).unwrap();
    writer.checkpoint().unwrap();
    let report = verify(&disk);
    assert_eq!((report.verdict(), report.rotations.len()), (Verdict::Intact, 2));
}

#[test]
fn the_old_private_key_leaves_the_folder() {
    let (disk, _) = rotated();
    let files = disk.files();
    let text = String::from_utf8_lossy(&files["keys/log.key"]).into_owned();
    assert!(text.contains(&key_of(21).verifier().id().to_string()));
    assert!(!files.contains_key("keys/next.key"));
}

#[test]
fn a_new_key_that_is_lost_between_record_and_folder_is_named_as_such() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    let before = disk.files();
    writer.rotate_key(key_of(21)).unwrap();
    drop(writer);
    let mut files = disk.files();
    files.insert("keys/log.key".into(), before["keys/log.key"].clone());
    let error = refused(open(&SimDisk::from_files(files), 3));
    assert!(error.to_string().contains("handed over to another key"), "{error}");
}

/// The records that name keys lie in sealed segments and across their borders.
#[test]
fn keys_are_found_at_the_ends_of_segments() {
    for records in [65_534, 65_533, 65_535] {
        let disk = SimDisk::new();
        let writer = new_ledger(&disk, 1);
        writer.append(&batch(1, (0..records).map(|_| record(4, 1, b"", &[])).collect())).unwrap();
        writer.rotate_key(key_of(21)).unwrap();
        writer.append(&batch(2, (0..9).map(|_| record(4, 1, b"over", &[])).collect())).unwrap();
        let (_, note) = writer.checkpoint().unwrap();
        writer.rotate_key(key_of(22)).unwrap();
        writer.append(&single(3, 1, b"end", &[])).unwrap();
        writer.checkpoint().unwrap();
        drop(writer);
        let reader = Reader::open(shared(&disk)).unwrap();
        assert_eq!(reader.keys().newest().verifier, *key_of(22).verifier());
        let report = verify_with(&disk, kept(&[note]));
        assert_eq!(report.verdict(), Verdict::Intact, "{:?} {:?}", report.findings, report.undecided);
        assert_eq!((report.rotations.len(), report.own_checkpoints), (2, 4));
        open(&disk, 5).unwrap().checkpoint().unwrap();
    }
}

/// The segment with a bit of record 1's length turned: no frame behind it is found by walking.
fn broken_before_the_rotation() -> SimDisk {
    let (disk, _) = rotated();
    let first = split_records(&disk.files()["log/00000000.seg"])[1].0;
    disk.alter("log/00000000.seg", |bytes| bytes[first] ^= 1);
    disk
}

#[test]
fn keys_are_found_behind_broken_frames() {
    let report = verify(&broken_before_the_rotation());
    assert_eq!((report.verdict(), report.findings_total), (Verdict::Altered, 1), "{:?}", report.findings);
    assert_eq!((report.findings[0].check, report.findings[0].record), ("chain", Some(1)));
    assert_eq!(report.newest.as_ref().map(|(newest, _)| newest.size()), Some(5));
    // A note that was changed does not hide those before it.
    let disk = broken_before_the_rotation();
    disk.alter("checkpoints/00000000.ckp", |bytes| *bytes.last_mut().unwrap() ^= 1);
    assert_eq!(verify(&disk).verdict(), Verdict::Altered);
    let (disk, _) = rotated();
    disk.alter("checkpoints/00000000.ckp", |bytes| *bytes.last_mut().unwrap() ^= 1);
    assert_eq!(Reader::open(shared(&disk)).unwrap().newest_checkpoint().unwrap().0.size(), 4);
}

#[test]
fn checkpoints_whose_keys_record_is_gone_are_no_findings_of_their_own_behind_damage() {
    let (disk, _) = rotated();
    let records = split_records(&disk.files()["log/00000000.seg"]);
    disk.alter("log/00000000.seg", |bytes| bytes[records[2].0 + 70] ^= 1);
    let report = verify(&disk);
    assert_eq!((report.verdict(), report.findings_total), (Verdict::Altered, 1), "{:?}", report.findings);
    assert_eq!(report.findings[0].record, Some(2));
    // Where the log is whole, no record hands over to them.
    let mut forge = Forge::of(disk.files());
    forge.rotated.push((0, key_of(23)));
    forge.signed = vec![2, 3, 4, 5];
    let report = verify(&forge.disk());
    assert_eq!(report.verdict(), Verdict::Altered);
    assert!(report.findings.iter().any(|finding| finding.check == "checkpoint"), "{:?}", report.findings);
}

/// The ledger with its own checkpoints at these sizes, under the keys that `rotated` puts in force.
fn signed_as(signed: &[u64], rotated: &[(u64, u8)]) -> SimDisk {
    let (disk, _) = self::rotated();
    let mut forge = Forge::of(disk.files());
    forge.signed = signed.to_vec();
    forge.rotated = rotated.iter().map(|(record, seed)| (*record, key_of(*seed))).collect();
    forge.disk()
}

fn look_at(disk: &SimDisk, from: u64, to: u64) -> Report {
    let options = ScanOptions { threads: 1, patience: std::time::Duration::ZERO, ..ScanOptions::default() };
    docket_log::scan_range(&Reader::open(shared(disk)).unwrap(), from, to, &options).unwrap()
}

#[test]
fn a_retired_key_binds_no_range_and_stands_for_no_records_behind_its_handover() {
    let honest = signed_as(&[2, 3, 4, 5], &[(2, 21)]);
    assert_eq!(verify(&honest).verdict(), Verdict::Intact);
    assert_eq!(look_at(&honest, 3, 4).verdict(), Verdict::Intact);
    // Its holder rewrites what came behind, and signs it; what the new key signed is taken away.
    let forged = signed_as(&[2, 3, 5], &[]);
    let (_, notes) = rotated();
    for (from, to) in [(3, 4), (4, 4), (0, 4), (2, 2)] {
        assert_eq!(look_at(&forged, from, to).verdict(), Verdict::Altered, "{from} to {to}");
    }
    // Also where the note that hands over is gone too, if the record is looked at.
    assert_eq!(look_at(&signed_as(&[2, 5], &[]), 0, 4).verdict(), Verdict::Altered);
    for note in [&notes[1], &signed_by(&forged, 5, &key())] {
        let since = Some(given("since", note));
        let options =
            ScanOptions { threads: 1, patience: std::time::Duration::ZERO, since, ..ScanOptions::default() };
        assert_eq!(scan(&forged, &options).unwrap().verdict(), Verdict::Altered);
    }
    assert_eq!(verify(&forged).verdict(), Verdict::Altered);
}

#[test]
fn keys_that_only_the_log_leads_to_are_known_once_it_is_read() {
    // The old key's last checkpoint is gone: that is found, and nothing else.
    let report = verify(&signed_as(&[2, 4, 5], &[(2, 21)]));
    assert_eq!((report.verdict(), report.findings_total), (Verdict::Altered, 1), "{:?}", report.findings);
    assert_eq!((report.findings[0].record, report.own_checkpoints), (Some(2), 3));
    assert_eq!(verify(&signed_as(&[2, 5], &[(2, 21)])).verdict(), Verdict::Altered);
    // The new key signs what is the old one's to sign.
    for signed in [&[2, 3][..], &[2, 3, 4, 5]] {
        let early = verify(&signed_as(signed, &[(1, 21)]));
        assert_eq!(early.verdict(), Verdict::Altered, "{:?}", early.undecided);
    }
    // Nobody's key: altered, or as the last one perhaps torn.
    assert_eq!(verify(&signed_as(&[2, 3, 4, 5], &[(2, 22), (3, 21)])).verdict(), Verdict::Altered);
    assert_eq!(verify(&signed_as(&[2, 3, 4], &[(2, 22)])).verdict(), Verdict::Undecided);
}

#[test]
fn a_range_accuses_no_rotation_whose_predecessor_it_does_not_know() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    writer.checkpoint().unwrap();
    writer.rotate_key(key_of(21)).unwrap();
    writer.append(&single(1, 1, b"between", &[])).unwrap();
    writer.rotate_key(key_of(22)).unwrap();
    writer.append(&single(2, 1, b"behind", &[])).unwrap();
    writer.checkpoint().unwrap();
    drop(writer);
    assert_eq!(look_at(&disk, 3, 4).verdict(), Verdict::Intact);
    disk.alter("checkpoints/00000000.ckp", |bytes| {
        let first = notes_of(bytes)[1].0;
        bytes.truncate(first);
    });
    let report = look_at(&disk, 3, 4);
    assert_eq!((report.verdict(), report.findings_total), (Verdict::Undecided, 0), "{:?}", report.findings);
}
