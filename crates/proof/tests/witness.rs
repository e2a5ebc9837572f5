//! Witness requests and the decision to cosign: the vectors of others, every refusal, and hostile bytes.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::{collections::BTreeMap, fs, path::Path};

use docket_proof::{
    Checkpoint, CosigningKey, LastSeen, MAX_NOTE_LEN, MAX_SIGNATURES, MAX_WITNESS_CLOCK_BEHIND_S,
    MAX_WITNESS_PROOF, MAX_WITNESS_REQUEST_LEN, MemoryTree, NodeHash, Note, NoteError, ProofError, Refusal,
    RequestError, SigningKey, VerifierKey, WitnessRequest, WitnessedLog, consistency_proof, cosign_request,
    leaf_hash, open_checkpoint, root_at, sign_checkpoint,
};
use proptest::prelude::*;
use serde::Deserialize;

const ORIGIN: &str = "ledger.example/office-1";
const TIME: u64 = 1_800_000_000;

fn golden(path: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/golden-log");
    fs::read(root.join(path)).unwrap_or_else(|error| panic!("golden-log/{path}: {error}"))
}

fn golden_log() -> WitnessedLog {
    let key = String::from_utf8(golden("log.vkey")).unwrap().trim_end().parse().unwrap();
    WitnessedLog { keys: vec![key], last: None }
}

fn witness() -> CosigningKey {
    CosigningKey::from_seed("witness.example/w1", &[5; 32]).unwrap()
}

fn log_key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn tree(fork: u8) -> MemoryTree {
    (0..20_u8).map(|leaf| leaf_hash(&[leaf, if leaf >= 6 { fork } else { 0 }])).collect()
}

fn note(size: u64, fork: u8) -> Vec<u8> {
    let checkpoint = Checkpoint::new(ORIGIN, size, root_at(size, &tree(fork)).unwrap()).unwrap();
    sign_checkpoint(&checkpoint, &log_key()).unwrap()
}

fn request(old: u64, size: u64, fork: u8) -> WitnessRequest {
    let proof = if old == 0 { Vec::new() } else { consistency_proof(old, size, &tree(fork)).unwrap() };
    WitnessRequest::new(old, proof, &note(size, fork)).unwrap()
}

fn log_seen(last: Option<u64>) -> WitnessedLog {
    let last = last.map(|size| {
        let root = root_at(size, &tree(0)).unwrap();
        LastSeen { checkpoint: Checkpoint::new(ORIGIN, size, root).unwrap(), time: TIME }
    });
    WitnessedLog { keys: vec![log_key().verifier().clone()], last }
}

/// Decides, and remembers what a witness remembers.
fn ask(log: &mut WitnessedLog, bytes: &[u8]) -> u16 {
    let decided = WitnessRequest::parse(bytes)
        .map_err(Refusal::from)
        .and_then(|request| cosign_request(Some(log), &request, TIME, &witness()));
    match decided {
        Ok(cosignature) => {
            log.last = Some(cosignature.seen);
            200
        }
        Err(refusal) => refusal.status(),
    }
}

#[test]
fn golden_requests_get_their_answers() {
    let mut log = golden_log();
    for (name, status) in [
        ("req.256-700", 409),
        ("req.0-256", 200),
        ("req.0-256", 409),
        ("req.fork.256-700", 422),
        ("req.700-700", 409),
        ("req.256-700", 200),
        ("req.256-700", 409),
        ("req.fork.700-700", 422),
        ("req.rollback", 400),
        ("req.700-700", 200),
    ] {
        assert_eq!(ask(&mut log, &golden(name)), status, "{name}");
    }
    assert_eq!(log.last.unwrap().checkpoint.size(), 700);
}

#[test]
fn a_golden_request_is_cosigned_so_that_anybody_can_check_it() {
    let mut log = golden_log();
    assert_eq!(ask(&mut log, &golden("req.0-256")), 200);
    let request = WitnessRequest::parse(&golden("req.256-700")).unwrap();
    assert_eq!(request.to_bytes(), golden("req.256-700"));
    let cosignature = cosign_request(Some(&log), &request, TIME, &witness()).unwrap();
    let keys = [log.keys[0].clone(), witness().verifier().clone()];
    let opened = open_checkpoint(&cosignature.note.to_bytes(), &keys).unwrap();
    let found: Vec<_> = opened.signatures.iter().map(|one| (one.key, one.time)).collect();
    assert_eq!(found, [(0, None), (1, Some(TIME))]);
    assert_eq!(opened.checkpoint, cosignature.seen.checkpoint);
    // The bare answer line, put behind the checkpoint by whoever asked, is the same note.
    let mut assembled = Note::parse(&golden("checkpoint.700")).unwrap();
    assembled.push_signature(cosignature.signature).unwrap();
    assert_eq!(assembled, cosignature.note);
}

#[test]
fn strangers_signatures_do_not_travel_on() {
    let mut asked = Note::parse(&note(8, 0)).unwrap();
    let stranger = SigningKey::from_seed("other.example", &[9; 32]).unwrap();
    asked.push_signature(stranger.sign(&asked)).unwrap();
    asked.push_signature(asked.signatures()[0].clone()).unwrap();
    let request = WitnessRequest::new(0, Vec::new(), &asked.to_bytes()).unwrap();
    let cosignature = cosign_request(Some(&log_seen(None)), &request, TIME, &witness()).unwrap();
    let names: Vec<&str> = cosignature.note.signatures().iter().map(|line| line.name()).collect();
    assert_eq!(names, [ORIGIN, "witness.example/w1"]);
}

#[derive(Deserialize)]
struct Torchwood {
    log_vkeys: Vec<String>,
    cases: Vec<TorchwoodCase>,
}

#[derive(Deserialize)]
struct TorchwoodCase {
    request: String,
    status: u16,
    asserts: String,
}

#[test]
fn torchwood_requests_get_their_answers() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/vectors/torchwood/add-checkpoint-cases.json");
    let Ok(text) = fs::read(path) else {
        println!("skipped: the vectors of torchwood are not beside the repository");
        return;
    };
    let vectors: Torchwood = serde_json::from_slice(&text).unwrap();
    let keys: Vec<VerifierKey> = vectors.log_vkeys.iter().map(|key| key.parse().unwrap()).collect();
    // The checksum database's key is not named as its origin, which has spaces.
    let mut logs: BTreeMap<String, WitnessedLog> = BTreeMap::new();
    for (origin, key) in [(keys[0].name(), &keys[0]), ("go.sum database tree", &keys[1])] {
        logs.insert(origin.to_owned(), WitnessedLog { keys: vec![key.clone()], last: None });
    }
    assert_eq!(vectors.cases.len(), 10);
    for (case, number) in vectors.cases.iter().zip(1..) {
        let (status, body) = match WitnessRequest::parse(case.request.as_bytes()) {
            Err(error) => (Refusal::from(error).status(), String::new()),
            Ok(request) => {
                assert_eq!(request.to_bytes(), case.request.as_bytes());
                let origin = request.checkpoint().origin();
                match cosign_request(logs.get(origin), &request, TIME, &witness()) {
                    Ok(cosignature) => {
                        logs.get_mut(origin).unwrap().last = Some(cosignature.seen);
                        (200, String::new())
                    }
                    Err(refusal @ Refusal::NotTheLast { last }) => (refusal.status(), format!("{last}\n")),
                    Err(refusal) => (refusal.status(), String::new()),
                }
            }
        };
        // Theirs answered 403 to an unknown log; the specification has said 404 since.
        let expected = if case.asserts.contains("unknown log") { 404 } else { case.status };
        assert_eq!(status, expected, "case {number}: {}", case.asserts);
        if status == 409 {
            assert!(case.asserts.contains(&format!("{body:?}").replace('"', "")), "case {number}: {body:?}");
        }
    }
}

#[test]
fn every_refusal_has_its_reason_and_status() {
    let decide = |log: Option<&WitnessedLog>, request: &WitnessRequest| {
        let refusal = cosign_request(log, request, TIME, &witness()).unwrap_err();
        (refusal, refusal.status())
    };
    let (fresh, seen) = (log_seen(None), log_seen(Some(8)));
    assert_eq!(decide(None, &request(0, 8, 0)), (Refusal::UnknownOrigin, 404));

    let nobody = WitnessedLog { keys: Vec::new(), last: None };
    assert_eq!(
        decide(Some(&nobody), &request(0, 8, 0)),
        (Refusal::NotSigned(NoteError::NoKnownSignature), 403)
    );
    let forged = String::from_utf8(note(8, 0)).unwrap().replace("\n8\n", "\n9\n");
    let forged = WitnessRequest::new(0, Vec::new(), forged.as_bytes()).unwrap();
    assert_eq!(decide(Some(&fresh), &forged).1, 403);
    // A cosignature is no log's signature, even of a key that the witness was told to trust.
    let impostor = CosigningKey::from_seed(ORIGIN, &[1; 32]).unwrap();
    let mut cosigned = Note::new(Note::parse(&note(8, 0)).unwrap().text()).unwrap();
    cosigned.push_signature(impostor.cosign(&cosigned, TIME)).unwrap();
    let cosigned = WitnessRequest::new(0, Vec::new(), &cosigned.to_bytes()).unwrap();
    let trusting = WitnessedLog { keys: vec![impostor.verifier().clone()], last: None };
    assert_eq!(decide(Some(&trusting), &cosigned).1, 403);

    let rollback = WitnessRequest::new(8, Vec::new(), &note(5, 0)).unwrap();
    assert_eq!(decide(Some(&seen), &rollback), (Refusal::OldBeyondSize { old: 8, size: 5 }, 400));
    assert_eq!(decide(Some(&seen), &request(0, 12, 0)), (Refusal::NotTheLast { last: 8 }, 409));
    assert_eq!(decide(Some(&seen), &request(5, 5, 0)), (Refusal::NotTheLast { last: 8 }, 409));
    assert_eq!(decide(Some(&fresh), &request(8, 12, 0)), (Refusal::NotTheLast { last: 0 }, 409));

    // A fork, a proof where none may be, none where one must be, and another root at the same size.
    assert_eq!(decide(Some(&seen), &request(8, 12, 1)).1, 422);
    let proof = vec![NodeHash::from_bytes([1; 32])];
    let from_nothing = WitnessRequest::new(0, proof.clone(), &note(8, 0)).unwrap();
    let too_long = Refusal::Inconsistent(ProofError::TooLong { len: 1 });
    assert_eq!(decide(Some(&fresh), &from_nothing), (too_long, 422));
    let same_size = WitnessRequest::new(8, proof, &note(8, 0)).unwrap();
    assert_eq!(decide(Some(&seen), &same_size), (too_long, 422));
    let unproven = WitnessRequest::new(8, Vec::new(), &note(12, 0)).unwrap();
    assert_eq!(decide(Some(&seen), &unproven), (Refusal::Inconsistent(ProofError::TooShort { len: 0 }), 422));
    let (refusal, status) = decide(Some(&seen), &request(8, 8, 1));
    assert_eq!(status, 422);
    assert!(matches!(refusal, Refusal::Inconsistent(ProofError::SameSizeOtherRoot { size: 8, .. })));

    // What is honest is cosigned from either state.
    for (log, asked) in [(&fresh, request(0, 8, 0)), (&seen, request(8, 8, 0)), (&seen, request(8, 20, 0))] {
        assert!(cosign_request(Some(log), &asked, TIME, &witness()).is_ok());
    }
}

#[test]
fn a_clock_that_stands_behind_is_held_for_a_moment_and_refused_beyond() {
    let seen = log_seen(Some(8));
    let at = |time: u64| cosign_request(Some(&seen), &request(8, 12, 0), time, &witness());
    assert_eq!(at(TIME + 9).unwrap().seen.time, TIME + 9);
    assert_eq!(at(TIME - 1).unwrap().seen.time, TIME);
    assert_eq!(at(TIME - MAX_WITNESS_CLOCK_BEHIND_S).unwrap().seen.time, TIME);
    let refused = at(TIME - MAX_WITNESS_CLOCK_BEHIND_S - 1).unwrap_err();
    assert_eq!(
        (refused, refused.status()),
        (Refusal::Clock { now: TIME - MAX_WITNESS_CLOCK_BEHIND_S - 1, last: Some(TIME) }, 503)
    );
    for time in [0, 253_402_300_800, u64::MAX] {
        let refused = cosign_request(Some(&log_seen(None)), &request(0, 8, 0), time, &witness());
        assert_eq!(refused.unwrap_err(), Refusal::Clock { now: time, last: None });
    }
}

#[test]
fn requests_have_one_encoding() {
    let text = String::from_utf8(request(8, 12, 0).to_bytes()).unwrap();
    let parsed = WitnessRequest::parse(text.as_bytes()).unwrap();
    assert_eq!((parsed.old(), parsed.to_bytes()), (8, text.clone().into_bytes()));
    let with = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from:?}");
        WitnessRequest::parse(changed.as_bytes()).unwrap_err()
    };
    for old in ["08", "+8", "-8", "", " 8", "8 ", "0x8", "٨", "18446744073709551616"] {
        assert_eq!(with("old 8\n", &format!("old {old}\n")), RequestError::OldSize, "{old:?}");
    }
    for head in ["Old 8\n", "old8\n", "\nold 8\n", " old 8\n", "new 8\n", "old\t8\n"] {
        assert_eq!(with("old 8\n", head), RequestError::Shape, "{head:?}");
    }
    assert_eq!(with("old 8\n", "old 8\r\n"), RequestError::OldSize);
    let hash = text.lines().nth(1).unwrap();
    for wrong in
        ["AAAA", &hash[1..], &format!("{hash} "), &format!(" {hash}"), &format!("{hash}="), &hash[..43]]
    {
        assert_eq!(with(hash, wrong), RequestError::ProofLine { line: 1 }, "{wrong:?}");
    }
    assert!(matches!(with("\n12\n", "\n012\n"), RequestError::Checkpoint(_)));
    // An extension line, which nobody here would act on.
    let (at, _) = text.match_indices("\n\n").nth(1).unwrap();
    let mut extended = text.clone();
    extended.insert_str(at, "\nextension");
    assert!(matches!(WitnessRequest::parse(extended.as_bytes()), Err(RequestError::Checkpoint(_))));
    for wrong in ["", "\n\n", "old 8", "old 8\n", "old 8\n\n"] {
        assert!(WitnessRequest::parse(wrong.as_bytes()).is_err(), "{wrong:?}");
    }
}

#[test]
fn the_limits_are_the_documented_ones() {
    let hash = NodeHash::from_bytes([7; 32]);
    let most = WitnessRequest::new(8, vec![hash; MAX_WITNESS_PROOF], &note(12, 0)).unwrap();
    let bytes = most.to_bytes();
    assert_eq!(WitnessRequest::parse(&bytes).unwrap(), most);
    let more = WitnessRequest::new(8, vec![hash; MAX_WITNESS_PROOF + 1], &note(12, 0));
    assert_eq!(more, Err(RequestError::ProofTooLong));
    let line = String::from_utf8(bytes.clone()).unwrap().lines().nth(1).unwrap().to_owned() + "\n";
    let mut longer = bytes;
    longer.splice(6..6, line.bytes());
    assert_eq!(WitnessRequest::parse(&longer), Err(RequestError::ProofTooLong));
    // A proof of a million lines is refused before it is kept.
    let huge = format!("old 8\n{}\n", line.repeat(20_000));
    assert_eq!(WitnessRequest::parse(huge.as_bytes()), Err(RequestError::ProofTooLong));
    let len = MAX_WITNESS_REQUEST_LEN + 1;
    assert_eq!(WitnessRequest::parse(&vec![b'\n'; len]), Err(RequestError::TooLong { len }));
    // The longest note fits behind the longest head.
    const HEAD: usize = "old 18446744073709551615\n".len() + 45 * MAX_WITNESS_PROOF + 1;
    const { assert!(MAX_WITNESS_REQUEST_LEN >= MAX_NOTE_LEN + HEAD) };
}

#[test]
fn ten_thousand_signature_lines_are_refused_as_unsigned() {
    let text = String::from_utf8(request(8, 12, 0).to_bytes()).unwrap();
    let line = text.lines().last().unwrap();
    let flooded = format!("{text}{}", format!("{line}\n").repeat(5_000));
    let error = WitnessRequest::parse(flooded.as_bytes()).unwrap_err();
    assert_eq!(error, RequestError::Signatures(NoteError::TooManySignatures));
    assert_eq!(Refusal::from(error).status(), 403);
    const { assert!(MAX_SIGNATURES < 5_000) };
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_written_back_identically(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just(b"old 8\n".to_vec()), Just(b"\n".to_vec()), Just(b"old 0".to_vec()),
                Just(b"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n".to_vec()),
                Just(note(12, 0)), proptest::collection::vec(any::<u8>(), 0..6),
            ],
            0..7,
        ),
    ) {
        let bytes = pieces.concat();
        if let Ok(request) = WitnessRequest::parse(&bytes) {
            prop_assert_eq!(request.to_bytes(), bytes);
        }
    }

    #[test]
    fn whatever_is_asked_in_whatever_order_no_two_cosigned_checkpoints_conflict(
        asked in proptest::collection::vec((0_u64..20, 1_u64..20, 0_u8..3), 1..30),
    ) {
        let mut log = log_seen(None);
        let mut cosigned: Vec<Checkpoint> = Vec::new();
        for (old, size, fork) in asked {
            // As the log would ask, after it was told the last size.
            let last = log.last.as_ref().map_or(0, |seen| seen.checkpoint.size());
            let old = if old % 3 == 0 { last } else { old };
            if old > size { continue }
            if ask(&mut log, &request(old, size, fork).to_bytes()) == 200 {
                cosigned.push(log.last.as_ref().unwrap().checkpoint.clone());
            }
        }
        // One of the forks holds all of them.
        let holds_all = |fork: u8| cosigned.iter().all(|one| root_at(one.size(), &tree(fork)).unwrap() == one.root());
        prop_assert!((0..3).any(holds_all));
        prop_assert!(cosigned.is_sorted_by_key(Checkpoint::size));
    }
}
