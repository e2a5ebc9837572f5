//! Proof files: what holds, and that nothing else does.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

use docket_proof::{
    ChainedRecord, Checkpoint, CheckpointNote, ClockKind, ConsistencyFile, Evidence, Genesis, IncludedRecord,
    KeyKind, MemoryTree, Precision, ProofError, RecordDraft, RecordExtra, RecordHash, RecordIndex, RecordKey,
    SigningKey, StreamProof, StreamRef, SystemRecord, Tile, TlogProof, Unproven, VerifierKey,
    consistency_proof, empty_root, evidence_path, inclusion_proof, leaf_hash, older_root, root_at,
    sign_checkpoint,
};
use proptest::prelude::*;

const ORIGIN: &str = "ledger.example/office-1";

/// A small log in memory: record 0, and two streams whose records take turns.
struct Log {
    key: SigningKey,
    records: Vec<ChainedRecord>,
    tree: MemoryTree,
}

impl Log {
    /// Makes a log of `size` records; records from `fork` on differ from those of another `history`.
    fn new(seed: u8, size: u64, fork: u64, history: u8) -> Self {
        let key = SigningKey::from_seed(ORIGIN, &[seed; 32]).unwrap();
        let genesis = SystemRecord::Genesis(Genesis {
            clock: ClockKind::Simulated,
            created: 0,
            nonce: [seed; 32],
            public_key: *key.verifier().public_key(),
            origin: ORIGIN.to_owned(),
            time_zone: "UTC".to_owned(),
            predecessor: None,
        })
        .encode();
        let mut log = Self { key, records: Vec::new(), tree: MemoryTree::new() };
        for index in 0..size {
            let stream = match index {
                0 => StreamRef::SYSTEM,
                _ => StreamRef { kind: 4, id: 2 - index % 2 },
            };
            let position = if index == 0 { 0 } else { (index - 1) / 2 };
            let body = [if index >= fork { history } else { 0 }; 3];
            let draft = RecordDraft {
                index: RecordIndex(index),
                recorded_at: i64::try_from(index).unwrap(),
                occurred_at: 0,
                precision: Precision::Microsecond,
                actor: 0,
                stream,
                position: u32::try_from(position).unwrap(),
                previous: index.checked_sub(2).filter(|before| *before > 0).map(RecordIndex),
                event_type: if index == 0 { 0 } else { 300 },
                schema_version: 1,
                held: false,
                blind: [9; 16],
                command_id: Some([1; 16]),
                vault_offset: 0,
                commitments: &[],
                body: if index == 0 { &genesis } else { &body },
                durable_to: Some(0),
                is_signed: false,
                signature: None,
            };
            let mut bytes = Vec::new();
            draft.encode(&mut bytes);
            log.push(bytes);
        }
        log
    }

    fn push(&mut self, bytes: Vec<u8>) {
        let previous = self.records.last().map_or(RecordHash::ZERO, |last| last.hash(&self.genesis()));
        self.records.push(ChainedRecord::new(previous, bytes).unwrap());
        let hash = self.records.last().unwrap().hash(&self.genesis());
        self.tree.push(leaf_hash(hash.as_bytes()));
    }

    fn genesis(&self) -> RecordHash {
        RecordHash::of_genesis(self.records[0].bytes())
    }

    fn keys(&self) -> Vec<VerifierKey> {
        vec![self.key.verifier().clone()]
    }

    fn checkpoint(&self, size: u64) -> CheckpointNote {
        let checkpoint = Checkpoint::new(ORIGIN, size, root_at(size, &self.tree).unwrap()).unwrap();
        CheckpointNote::parse(&sign_checkpoint(&checkpoint, &self.key).unwrap()).unwrap()
    }

    fn size(&self) -> u64 {
        self.tree.size()
    }

    fn included(&self, index: usize) -> IncludedRecord {
        let hashes = inclusion_proof(index as u64, self.size(), &self.tree).unwrap();
        IncludedRecord { record: self.records[index].clone(), hashes }
    }

    fn record_proof(&self, index: usize) -> TlogProof {
        let IncludedRecord { record, hashes } = self.included(index);
        let extra = Some(RecordExtra { genesis: self.genesis(), record }.to_bytes());
        TlogProof { extra, index: index as u64, hashes, checkpoint: self.checkpoint(self.size()) }
    }

    fn stream_proof(&self, id: u64) -> StreamProof {
        let stream = StreamRef { kind: 4, id };
        let is_of = |index: &usize| self.records[*index].view().stream == stream;
        StreamProof {
            stream,
            genesis: self.included(0),
            records: (0..self.records.len()).filter(is_of).map(|index| self.included(index)).collect(),
            checkpoint: self.checkpoint(self.size()),
        }
    }

    fn evidence(&self, other: &Self, first: u64, second: u64) -> Evidence {
        Evidence {
            key: self.key.verifier().clone(),
            path: evidence_path(first, second, &self.tree).unwrap(),
            first: other.checkpoint(first),
            second: self.checkpoint(second),
        }
    }
}

/// Says whether a file is well-formed and holds.
fn record_holds(bytes: &[u8], keys: &[VerifierKey]) -> bool {
    TlogProof::parse(bytes).is_ok_and(|proof| {
        assert_eq!(proof.to_bytes(), bytes, "one way to write it");
        matches!(proof.record(), Some(Ok(extra)) if proof.verify_record(&extra, keys).is_ok())
    })
}

fn stream_holds(bytes: &[u8], keys: &[VerifierKey]) -> bool {
    StreamProof::parse(bytes).is_ok_and(|proof| {
        assert_eq!(proof.to_bytes(), bytes, "one way to write it");
        proof.verify(keys).is_ok()
    })
}

fn consistency_holds(bytes: &[u8], keys: &[VerifierKey]) -> bool {
    ConsistencyFile::parse(bytes).is_ok_and(|proof| {
        assert_eq!(proof.to_bytes(), bytes, "one way to write it");
        proof.verify(keys).is_ok()
    })
}

fn evidence_holds(bytes: &[u8], _: &[VerifierKey]) -> bool {
    Evidence::parse(bytes).is_ok_and(|evidence| {
        assert_eq!(evidence.to_bytes(), bytes, "one way to write it");
        evidence.verify().is_ok()
    })
}

type Holds = fn(&[u8], &[VerifierKey]) -> bool;
type Sample = (&'static str, Vec<u8>, Holds);

/// One file of each kind that holds, and what says so.
fn samples() -> (Vec<VerifierKey>, Vec<Sample>) {
    let log = Log::new(7, 13, 13, 0);
    let other = Log::new(7, 13, 6, 1);
    let consistency = ConsistencyFile {
        hashes: consistency_proof(5, 13, &log.tree).unwrap(),
        older: log.checkpoint(5),
        newer: log.checkpoint(13),
    };
    let samples: Vec<Sample> = vec![
        ("record", log.record_proof(5).to_bytes(), record_holds),
        ("genesis", log.record_proof(0).to_bytes(), record_holds),
        ("stream", log.stream_proof(1).to_bytes(), stream_holds),
        ("consistency", consistency.to_bytes(), consistency_holds),
        ("evidence", log.evidence(&other, 8, 13).to_bytes(), evidence_holds),
    ];
    (log.keys(), samples)
}

#[test]
fn every_kind_of_file_holds_and_is_written_back_the_same() {
    let (keys, samples) = samples();
    for (name, bytes, holds) in samples {
        assert!(holds(&bytes, &keys), "{name}");
    }
}

#[test]
fn no_flipped_bit_leaves_a_file_that_holds() {
    let (keys, samples) = samples();
    for (name, bytes, holds) in samples {
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut altered = bytes.clone();
                altered[at] ^= 1 << bit;
                assert!(!holds(&altered, &keys), "{name}, byte {at}, bit {bit}");
            }
        }
    }
}

#[test]
fn no_truncated_emptied_or_lengthened_file_holds() {
    let (keys, samples) = samples();
    for (name, bytes, holds) in samples {
        for len in 0..bytes.len() {
            assert!(!holds(&bytes[..len], &keys), "{name} cut to {len}");
        }
        for more in ["\n", " ", "x", "\n\n", "\r\n"] {
            assert!(!holds(&[&bytes[..], more.as_bytes()].concat(), &keys), "{name} and {more:?}");
            assert!(!holds(&[more.as_bytes(), &bytes[..]].concat(), &keys), "{more:?} and {name}");
        }
        let with_returns = String::from_utf8(bytes).unwrap().replace('\n', "\r\n");
        assert!(!holds(with_returns.as_bytes(), &keys), "{name} with carriage returns");
    }
}

#[test]
fn no_file_with_a_line_left_out_doubled_or_swapped_holds() {
    let (keys, samples) = samples();
    for (name, bytes, holds) in samples {
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for at in 0..lines.len() {
            // A signature line may stand twice: the set of signatures is not itself signed.
            let is_signature = lines[at].starts_with('\u{2014}');
            let without: String = [&lines[..at], &lines[at + 1..]].concat().concat();
            assert!(!holds(without.as_bytes(), &keys), "{name} without line {at}");
            let doubled: String = [&lines[..=at], &lines[at..]].concat().concat();
            assert_eq!(holds(doubled.as_bytes(), &keys), is_signature, "{name} with line {at} doubled");
            for other in at + 1..lines.len() {
                let mut swapped = lines.clone();
                swapped.swap(at, other);
                let is_same = lines[at] == lines[other];
                assert_eq!(holds(swapped.concat().as_bytes(), &keys), is_same, "{name}: {at} for {other}");
            }
        }
    }
}

#[test]
fn a_proof_moved_to_another_place_ledger_or_time_does_not_hold() {
    let (log, other) = (Log::new(7, 13, 13, 0), Log::new(8, 13, 13, 0));
    let keys = log.keys();
    let swap = |change: &dyn Fn(&mut TlogProof)| {
        let mut proof = log.record_proof(5);
        change(&mut proof);
        record_holds(&proof.to_bytes(), &keys)
    };
    assert!(swap(&|_| {}));
    // Another record's bytes, another place, another ledger's record, an older and a later checkpoint.
    assert!(!swap(&|proof| proof.extra = log.record_proof(6).extra));
    assert!(!swap(&|proof| proof.index = 6));
    assert!(!swap(&|proof| proof.hashes = log.record_proof(6).hashes));
    assert!(!swap(&|proof| proof.extra = other.record_proof(5).extra));
    assert!(!swap(&|proof| proof.checkpoint = other.checkpoint(13)));
    assert!(!swap(&|proof| proof.checkpoint = log.checkpoint(12)));
    assert!(!record_holds(&other.record_proof(5).to_bytes(), &keys));
    // A key of the same name that is not the log's.
    assert!(!record_holds(&log.record_proof(5).to_bytes(), &other.keys()));
}

#[test]
fn a_history_with_a_gap_another_stream_or_no_beginning_does_not_hold() {
    let log = Log::new(7, 13, 13, 0);
    let keys = log.keys();
    let why = |change: &dyn Fn(&mut StreamProof)| {
        let mut proof = log.stream_proof(1);
        change(&mut proof);
        proof.verify(&keys).unwrap_err()
    };
    let gap = |index, what| Unproven::Gap { index: RecordIndex(index), what };
    assert_eq!(why(&|proof| drop(proof.records.remove(0))), gap(3, "its position leaves a gap"));
    assert_eq!(why(&|proof| drop(proof.records.remove(2))), gap(7, "its position leaves a gap"));
    assert_eq!(why(&|proof| proof.records.swap(0, 1)), gap(3, "its position leaves a gap"));
    let doubled = |proof: &mut StreamProof| proof.records.insert(1, proof.records[0].clone());
    assert_eq!(why(&doubled), gap(1, "its position leaves a gap"));
    assert_eq!(why(&|proof| proof.stream.id = 2), Unproven::OtherStream { index: RecordIndex(1) });
    let foreign = |proof: &mut StreamProof| proof.records[3] = log.stream_proof(2).records[3].clone();
    assert_eq!(why(&foreign), Unproven::OtherStream { index: RecordIndex(8) });
    // Cut at its end it still holds: that nothing follows is not claimed.
    let mut shorter = log.stream_proof(1);
    shorter.records.pop();
    assert!(shorter.verify(&keys).is_ok());

    let other = Log::new(8, 13, 13, 0);
    let genesis = |proof: &mut StreamProof| proof.genesis = other.stream_proof(1).genesis;
    assert!(matches!(why(&genesis), Unproven::Inclusion { index: 0, .. }));
    let both = |proof: &mut StreamProof| *proof = other.stream_proof(1);
    assert!(matches!(why(&both), Unproven::Checkpoint(_)));
}

#[test]
fn the_key_that_a_file_names_is_the_one_of_its_genesis() {
    let log = Log::new(7, 13, 13, 0);
    assert_eq!(log.stream_proof(1).named_key().unwrap(), log.keys()[0]);
}

#[test]
fn evidence_convicts_exactly_where_two_histories_differ() {
    for fork in 1..18 {
        let (log, other) = (Log::new(7, 18, 18, 0), Log::new(7, 18, fork, 1));
        for second in 1..=18 {
            for first in 1..=second {
                let result = log.evidence(&other, first, second).verify();
                if first > fork {
                    let conviction = result.unwrap();
                    assert_eq!(conviction.second_says, root_at(first, &log.tree).unwrap());
                    assert_ne!(conviction.second_says, conviction.first.root());
                } else {
                    assert_eq!(result, Err(Unproven::NoConflict), "{fork}: {first} and {second}");
                }
            }
        }
    }
}

#[test]
fn evidence_cannot_be_made_against_an_honest_log() {
    let (log, other) = (Log::new(7, 18, 18, 0), Log::new(7, 18, 3, 1));
    // A path of another tree, and one for another size, under honest checkpoints.
    let mut evidence = log.evidence(&log, 8, 13);
    evidence.path = evidence_path(8, 13, &other.tree).unwrap();
    let error = evidence.verify().unwrap_err();
    assert!(matches!(error, Unproven::Evidence(ProofError::SecondRootMismatch { .. })), "{error:?}");
    for size in 1..13 {
        let mut evidence = log.evidence(&log, 8, 13);
        evidence.path = evidence_path(size, 13, &log.tree).unwrap();
        assert!(evidence.verify().is_err(), "{size}");
        let mut evidence = log.evidence(&log, 8, 13);
        evidence.path.truncate(usize::try_from(size).unwrap() % evidence.path.len());
        assert!(evidence.verify().is_err(), "{size}");
    }
    // The order of sizes, and whose key it is, matter.
    let mut evidence = log.evidence(&other, 8, 13);
    std::mem::swap(&mut evidence.first, &mut evidence.second);
    assert!(evidence.verify().is_err());
    let mut evidence = log.evidence(&other, 8, 13);
    evidence.key = Log::new(8, 1, 1, 0).keys().remove(0);
    assert!(matches!(evidence.verify(), Err(Unproven::Checkpoint(_))));
    let witness = VerifierKey::new(ORIGIN, KeyKind::CosignatureV1, log.keys()[0].public_key()).unwrap();
    evidence.key = witness;
    assert!(matches!(evidence.verify(), Err(Unproven::Checkpoint(_))));
}

#[test]
fn the_older_root_of_a_tree_follows_from_the_newer_one_alone() {
    let log = Log::new(7, 40, 40, 0);
    let root = |size| root_at(size, &log.tree).unwrap();
    for second in 0..=40 {
        for first in 0..=second {
            let path = evidence_path(first, second, &log.tree).unwrap();
            assert_eq!(older_root(first, second, root(second), &path), Ok(root(first)));
            for at in 0..path.len() {
                let mut without = path.clone();
                without.remove(at);
                assert_ne!(older_root(first, second, root(second), &without), Ok(root(first)));
            }
        }
    }
    assert_eq!(older_root(0, 5, root(5), &[]), Ok(empty_root()));
    assert!(matches!(older_root(6, 5, root(5), &[]), Err(ProofError::SizesReversed { .. })));
    assert!(matches!(older_root(3, 5, root(5), &[]), Err(ProofError::TooShort { .. })));
}

#[test]
fn a_record_of_another_key_has_another_hash() {
    let log = Log::new(7, 3, 3, 0);
    let extra = RecordExtra { genesis: log.genesis(), record: log.records[2].clone() };
    let chained = [log.records[2].previous().as_bytes(), log.records[2].bytes()].concat();
    assert_eq!(extra.hash(), RecordKey::new(&log.genesis()).hash_chained(&chained));
    let moved = RecordExtra { genesis: RecordHash::from_bytes([1; 32]), ..extra.clone() };
    assert_ne!(moved.hash(), extra.hash());
    assert_eq!(RecordExtra::parse(&extra.to_bytes()), Some(Ok(extra.clone())));
    assert_eq!(RecordExtra::parse(b"something else's"), None);
    assert!(matches!(RecordExtra::parse(&extra.to_bytes()[..80]), Some(Err(_))));
    assert!(matches!(RecordExtra::parse(&extra.to_bytes()[..40]), Some(Err(_))));
}

#[test]
fn too_many_hashes_and_too_long_files_are_refused() {
    let log = Log::new(7, 13, 13, 0);
    let mut proof = log.record_proof(5);
    proof.hashes = vec![proof.hashes[0]; 65];
    let error = TlogProof::parse(&proof.to_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "line 68: too many hashes");
    let long = vec![b'\n'; 40 << 20];
    for refused in [
        TlogProof::parse(&long).is_err(),
        StreamProof::parse(&long).is_err(),
        ConsistencyFile::parse(&long).is_err(),
        Evidence::parse(&long).is_err(),
    ] {
        assert!(refused);
    }
    for index in ["01", "+1", "-1", "18446744073709551616", "", "1 ", "0x1"] {
        let text = String::from_utf8(log.record_proof(5).to_bytes()).unwrap();
        let text = text.replace("\nindex 5\n", &format!("\nindex {index}\n"));
        assert!(TlogProof::parse(text.as_bytes()).is_err(), "{index:?}");
    }
}

/// The tiles of a tree of one size, by the definition.
fn tiles_of(size: u64) -> Vec<Tile> {
    let mut tiles = Vec::new();
    for level in 0..8_u8 {
        let hashes = size >> (8 * level);
        for number in 0..hashes.div_ceil(256) {
            let width = u16::try_from((hashes - number * 256).min(256)).unwrap();
            tiles.push(Tile { level, number, width });
        }
    }
    tiles
}

#[test]
fn the_tiles_between_two_sizes_are_those_that_the_smaller_tree_lacks() {
    let sizes = [0, 1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 66_000, 131_072];
    for new in sizes {
        for old in sizes.into_iter().filter(|old| *old <= new) {
            let had = tiles_of(old);
            let lacking: Vec<_> = tiles_of(new).into_iter().filter(|tile| !had.contains(tile)).collect();
            assert_eq!(Tile::between(old, new).collect::<Vec<_>>(), lacking, "{old} to {new}");
        }
    }
}

#[test]
fn tiles_are_named_as_c2sp_names_them() {
    let tile = Tile { level: 3, number: 1_234_067, width: 256 };
    assert_eq!(tile.path(), "tile/3/x001/x234/067");
    assert_eq!((tile.tree_level(), tile.hashes().start), (24, 1_234_067 * 256));
    let tile = Tile { level: 0, number: 0, width: 1 };
    assert_eq!((tile.path(), tile.entries_path()), ("tile/0/000.p/1".into(), "tile/entries/000.p/1".into()));
    assert_eq!(Tile { level: 0, number: 1_000, width: 7 }.path(), "tile/0/x001/000.p/7");
}

proptest! {
    #[test]
    fn whatever_the_bytes_parsing_ends_and_what_parses_is_written_back(
        start in 0_usize..5,
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        lines in proptest::collection::vec("[ -~]{0,50}", 0..12),
    ) {
        let (keys, samples) = samples();
        let (_, sample, holds) = &samples[start];
        let text = format!("{}\n", lines.join("\n"));
        let first = sample.split(|byte| *byte == b'\n').next().unwrap();
        for tail in [&bytes[..], text.as_bytes()] {
            prop_assert!(!holds(&[first, b"\n", tail].concat(), &keys));
            prop_assert!(!holds(tail, &keys));
        }
        let mut cut = sample.clone();
        let at = bytes.len() % cut.len();
        cut.splice(at..at + 1, bytes.iter().copied());
        prop_assert!(cut == *sample || !holds(&cut, &keys));
    }
}
