//! Actors' signatures: one over a batch at its place holds there and nowhere else, whoever makes the chain right again.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic fails the test")]

mod support;

use std::{cell::RefCell, time::Duration};

use docket_log::{ActorKeys, Report, ScanOptions, SimDisk, Standing, StoreError, Verdict, scan};
use docket_proof::{ActorKey, RecordView, StreamRef};
use support::{forge::*, *};

fn actor() -> ActorKey {
    ActorKey::from_seed(&[31; 32])
}

/// Record 1 is not signed; 2 is, alone; 3 to 5 are, together; 6 is not.
fn signed() -> SimDisk {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    writer.append(&single(1, 1, b"first", &[])).unwrap();
    writer.append_signed(&single(2, 1, b"second", &["a name"]), Some(&actor())).unwrap();
    let three =
        vec![record(4, 1, b"third", &["b"]), record(4, 2, b"fourth", &[]), record(4, 1, b"fifth", &[])];
    writer.append_deferred_signed(&batch(3, three), &actor()).unwrap();
    writer.append(&single(4, 2, b"sixth", &[])).unwrap();
    writer.checkpoint().unwrap();
    disk
}

fn has(report: &Report, check: &str, record: u64) -> bool {
    report.findings.iter().any(|finding| finding.check == check && finding.record == Some(record))
}

#[test]
fn signed_batches_hold_and_are_counted() {
    let disk = signed();
    let report = verify(&disk);
    assert_eq!(report.verdict(), Verdict::Intact, "{:?}", report.findings);
    assert_eq!((report.signatures, report.size), (2, 7));
    let forge = Forge::of(disk.files());
    let views: Vec<_> = forge.records.iter().map(|record| RecordView::parse(record).unwrap()).collect();
    let carry: Vec<_> = views.iter().map(|view| view.signature.is_some()).collect();
    assert_eq!(carry, [false, false, true, false, false, true, false]);
    assert_eq!(views[5].signature.unwrap().key, actor().public_key());
    assert_eq!(verify(&forge.disk()).verdict(), Verdict::Intact, "the forger makes the same bytes");
}

#[test]
fn nobody_named_cannot_sign() {
    let writer = new_ledger(&SimDisk::new(), 1);
    let mut nobody = single(1, 1, b"first", &[]);
    nobody.actor = 0;
    assert!(matches!(writer.append_signed(&nobody, Some(&actor())), Err(StoreError::Batch { .. })));
    assert_eq!(writer.size(), 1);
}

#[test]
fn what_is_signed_cannot_be_changed_although_the_chain_is_made_right_again() {
    let body = |record: &[u8]| record.windows(6).position(|six| six == b"second").unwrap();
    type Change<'a> = (&'a str, u64, &'a dyn Fn(&mut Forge));
    let changes: [Change<'_>; 11] = [
        ("occurred_at", 2, &|forge| forge.put(2, 20, &(START + 60_000_000).to_le_bytes())),
        ("precision", 2, &|forge| forge.put(2, at::PRECISION, &[0])),
        ("actor", 2, &|forge| forge.put(2, 28, &2_u64.to_le_bytes())),
        ("event type", 2, &|forge| forge.put(2, at::EVENT_TYPE, &301_u16.to_le_bytes())),
        ("version", 2, &|forge| forge.put(2, at::SCHEMA, &2_u16.to_le_bytes())),
        ("command id", 2, &|forge| forge.put(2, at::OPTIONAL, &[9])),
        ("commitment", 2, &|forge| forge.put(2, at::OPTIONAL + 16 + 8 + 2, &[9])),
        ("body", 2, &|forge| {
            let at = body(&forge.records[2]);
            forge.put(2, at, b"SECOND");
        }),
        ("a body within the batch", 5, &|forge| {
            let at = forge.records[4].len() - 6;
            forge.put(4, at, b"FOURTH");
        }),
        ("the signature", 5, &|forge| {
            let at = forge.records[5].len() - 1;
            forge.records[5][at] ^= 1;
        }),
        ("what came before", 2, &|forge| {
            let at = forge.records[1].len() - 8 - 5;
            forge.put(1, at, b"FIRST");
        }),
    ];
    for (what, record, change) in changes {
        let mut forge = Forge::of(signed().files());
        change(&mut forge);
        let report = verify(&forge.disk());
        assert!(has(&report, "signature", record), "{what}: {:?}", report.findings);
    }
    // When it was recorded, which all later records must follow.
    let mut forge = Forge::of(signed().files());
    for record in 2..7 {
        let later = START + 3_600_000_000 + i64::try_from(record).unwrap();
        forge.put(record, at::RECORDED_AT, &later.to_le_bytes());
    }
    let report = verify(&forge.disk());
    assert!(has(&report, "signature", 2) && has(&report, "signature", 5), "{:?}", report.findings);
    assert_eq!(report.findings.len(), 2);
}

#[test]
fn a_signature_does_not_move() {
    // To another case: the stream of the record before it is lengthened instead.
    let trailer = |record: &[u8]| record[record.len() - 96..].to_vec();
    let mut forge = Forge::of(signed().files());
    let (second, fifth) = (trailer(&forge.records[2]), trailer(&forge.records[5]));
    let (at2, at5) = (forge.records[2].len() - 96, forge.records[5].len() - 96);
    forge.put(2, at2, &fifth);
    forge.put(5, at5, &second);
    let report = verify(&forge.disk());
    assert!(has(&report, "signature", 2) && has(&report, "signature", 5), "{:?}", report.findings);
    // To an unsigned batch.
    let mut forge = Forge::of(signed().files());
    let len = forge.records[6].len();
    forge.splice(6, len..len, &second);
    let flags = forge.records[6][at::FLAGS] | 8;
    forge.put(6, at::FLAGS, &[flags]);
    assert!(has(&verify(&forge.disk()), "signature", 6));
    // Into another ledger, which is the same but for its nonce.
    let mut forge = Forge::of(signed().files());
    forge.put(0, at::OPTIONAL + 16 + 12, &[77]);
    let report = verify(&forge.disk());
    assert!(has(&report, "signature", 2) && has(&report, "signature", 5), "{:?}", report.findings);
}

#[test]
fn a_batch_is_signed_as_a_whole() {
    for (record, finding) in [(3, 4), (4, 4), (5, 5)] {
        let mut forge = Forge::of(signed().files());
        let flags = forge.records[record][at::FLAGS] & !8;
        forge.put(record, at::FLAGS, &[flags]);
        if record == 5 {
            let len = forge.records[5].len();
            forge.splice(5, len - 96..len, &[]);
        }
        let report = verify(&forge.disk());
        assert!(has(&report, "signature", finding), "{record}: {:?}", report.findings);
    }
    // Another actor in the middle of it.
    let mut forge = Forge::of(signed().files());
    forge.put(4, 28, &2_u64.to_le_bytes());
    assert!(has(&verify(&forge.disk()), "signature", 4));
    // A system record is nobody's.
    let disk = signed();
    open(&disk, 3)
        .unwrap()
        .rotate_key(docket_proof::SigningKey::from_seed(ORIGIN, &[21; 32]).unwrap())
        .unwrap();
    let mut forge = Forge::of(disk.files());
    let second = trailer_of(&forge.records[2]);
    let len = forge.records[7].len();
    forge.splice(7, len..len, &second);
    forge.put(7, at::FLAGS, &[3 | 8]);
    assert!(has(&verify(&forge.disk()), "signature", 7));
}

fn trailer_of(record: &[u8]) -> Vec<u8> {
    record[record.len() - 96..].to_vec()
}

#[test]
fn a_signed_batch_may_run_over_the_end_of_a_segment() {
    for records in [65_530, 65_534] {
        let disk = SimDisk::new();
        let writer = new_ledger(&disk, 1);
        writer.append(&batch(1, (0..records).map(|_| record(4, 1, b"", &[])).collect())).unwrap();
        let over: Vec<_> = (0..9_u8).map(|n| record(4, 1, &[n], &[])).collect();
        writer.append_signed(&batch(2, over), Some(&actor())).unwrap();
        writer.append_signed(&single(3, 1, b"end", &[]), Some(&actor())).unwrap();
        writer.checkpoint().unwrap();
        let report = verify(&disk);
        assert_eq!(report.verdict(), Verdict::Intact, "{:?}", report.findings);
        assert_eq!(report.signatures, 2);
        // A change on either side of the border.
        let (first, last) = (records + 1, records + 9);
        for changed in [first, last] {
            let mut forge = Forge::of(disk.files());
            forge.put(changed, at::SCHEMA, &[2]);
            assert!(has(&verify(&forge.disk()), "signature", last as u64));
        }
    }
}

/// Knows one key, which events of type 300 take away and give back by their bodies.
struct Register {
    in_force: RefCell<bool>,
    seen: RefCell<Vec<Vec<u8>>>,
}

impl ActorKeys for Register {
    fn event_types(&self) -> &'static [u16] {
        &[300]
    }
    fn take(&self, _stream: StreamRef, _event_type: u16, _version: u16, body: &[u8]) {
        self.seen.borrow_mut().push(body.to_vec());
        match body {
            b"revoke" => *self.in_force.borrow_mut() = false,
            b"register" => *self.in_force.borrow_mut() = true,
            _ => {}
        }
    }
    fn standing(&self, actor: u64, key: &[u8; 32]) -> Standing {
        let is_theirs = *self.in_force.borrow() && *key == self::actor().public_key();
        match actor {
            1 if is_theirs => Standing::InForce,
            1 => Standing::NotInForce,
            _ => Standing::Unknown,
        }
    }
}

#[test]
fn whose_key_it_is_is_asked_in_the_order_of_the_records() {
    let disk = SimDisk::new();
    let writer = new_ledger(&disk, 1);
    let sign = |number, body: &[u8], actor: u64| {
        let mut one = single(number, 1, body, &[]);
        one.actor = actor;
        writer.append_signed(&one, Some(&self::actor())).unwrap();
    };
    sign(1, b"too early", 1);
    writer.append(&single(2, 1, b"register", &[])).unwrap();
    sign(3, b"good", 1);
    sign(4, b"another's", 7);
    // Signed with the key that it takes away: good. What comes behind is not.
    sign(5, b"revoke", 1);
    sign(6, b"too late", 1);
    writer.checkpoint().unwrap();
    let register = Register { in_force: RefCell::new(false), seen: RefCell::default() };
    let options = ScanOptions {
        threads: 1,
        patience: Duration::ZERO,
        actor_keys: Some(&register),
        ..ScanOptions::default()
    };
    let report = scan(&disk, &options).unwrap();
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.check, finding.record)).collect();
    assert_eq!(found, [("signature", Some(1)), ("signature", Some(6))]);
    assert_eq!(report.undecided.iter().map(|one| one.record).collect::<Vec<_>>(), [Some(4)]);
    assert_eq!(register.seen.borrow().len(), 6);
    // Without anybody to ask, the signatures alone are judged.
    assert_eq!((verify(&disk).verdict(), verify(&disk).signatures), (Verdict::Intact, 5));
}
