//! Vectors made by others: transparency-dev/merkle, and a golden log with its proofs, tiles and checkpoints.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests may panic and say that they skip"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use docket_proof::{
    CheckpointError, Frontier, LeafHash, MemoryTree, NodeHash, NodeSource as _, Note, NoteError, RootHash,
    SigningKey, Tile, TlogProof, VerifierKey, consistency_proof, empty_root, inclusion_proof, leaf_hash,
    open_checkpoint, root_at, sign_checkpoint, subtree_root, verify_consistency, verify_inclusion,
};
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

fn golden(path: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/golden-log");
    fs::read(root.join(path)).unwrap_or_else(|error| panic!("golden-log/{path}: {error}"))
}

fn golden_key(path: &str) -> VerifierKey {
    String::from_utf8(golden(path)).unwrap().trim_end().parse().unwrap()
}

/// Vectors that are read where they lie beside the repository; absent on most machines.
fn outside(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: the vectors of {folder} are not beside the repository");
    None
}

fn json_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            json_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            out.push(path);
        }
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    serde_json::from_slice(&fs::read(path).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn bytes32(base64: &str) -> Option<[u8; 32]> {
    BASE64_STANDARD.decode(base64).unwrap().try_into().ok()
}

/// A root of these vectors. Their placeholders are shorter than a hash; hashed, they stay just as wrong, and equal
/// ones stay equal, so that no case fails for its length alone.
fn root(base64: &str) -> RootHash {
    let hash = bytes32(base64).unwrap_or_else(|| Sha256::digest(base64).into());
    RootHash::from_bytes(hash)
}

/// `None` when a hash has the wrong length: such a proof cannot even be written down here.
fn proof(base64: Option<&[String]>) -> Option<Vec<NodeHash>> {
    base64.unwrap_or_default().iter().map(|hash| bytes32(hash).map(NodeHash::from_bytes)).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InclusionCase {
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

#[test]
fn transparency_dev_inclusion_cases_hold() {
    let Some(folder) = outside("transparency-dev-merkle") else { return };
    let mut files = Vec::new();
    json_files(&folder.join("testdata/inclusion"), &mut files);
    assert_eq!(files.len(), 98);
    let (mut accepted, mut malformed) = (0, 0);
    for file in files {
        let case: InclusionCase = read(&file);
        let leaf = bytes32(&case.leaf_hash).map(LeafHash::from_bytes);
        let (Some(leaf), Some(proof)) = (leaf, proof(case.proof.as_deref())) else {
            assert!(case.want_err, "{}: {}", file.display(), case.desc);
            malformed += 1;
            continue;
        };
        let verdict = verify_inclusion(case.leaf_idx, case.tree_size, leaf, &proof, root(&case.root));
        assert_eq!(verdict.is_err(), case.want_err, "{}: {}: {verdict:?}", file.display(), case.desc);
        accepted += u32::from(verdict.is_ok());
    }
    // Accepted, and refused for a hash of the wrong length: no case slips through another way of reading.
    assert_eq!((accepted, malformed), (6, 21));
}

#[derive(Deserialize)]
struct ConsistencyCase {
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    desc: String,
    #[serde(rename = "wantErr")]
    want_err: bool,
}

#[test]
fn transparency_dev_consistency_cases_hold() {
    let Some(folder) = outside("transparency-dev-merkle") else { return };
    let mut files = Vec::new();
    json_files(&folder.join("testdata/consistency"), &mut files);
    assert_eq!(files.len(), 98);
    let (mut accepted, mut malformed) = (0, 0);
    for file in files {
        let case: ConsistencyCase = read(&file);
        let Some(proof) = proof(case.proof.as_deref()) else {
            assert!(case.want_err, "{}: {}", file.display(), case.desc);
            malformed += 1;
            continue;
        };
        let (first_root, second_root) = (root(&case.root1), root(&case.root2));
        // C2SP takes every tree for an extension of the empty one; that library refuses to say.
        let from_empty = case.size1 == 0 && case.size2 > 0 && first_root == empty_root() && proof.is_empty();
        let want_err = case.want_err && !from_empty;
        let verdict = verify_consistency(case.size1, case.size2, first_root, second_root, &proof);
        assert_eq!(verdict.is_err(), want_err, "{}: {}: {verdict:?}", file.display(), case.desc);
        accepted += u32::from(verdict.is_ok());
    }
    assert_eq!((accepted, malformed), (7, 8));
}

#[derive(Deserialize)]
struct Roots {
    leaf_inputs_hex: Vec<String>,
    root_by_size_hex: Vec<String>,
}

#[test]
fn the_eight_leaves_of_the_original_ct_tests_have_their_roots() {
    let Some(folder) = outside("transparency-dev-merkle") else { return };
    let roots: Roots = read(&folder.join("rfc6962-roots-8-leaves.json"));
    let mut tree = Frontier::new();
    for (size, expected) in roots.root_by_size_hex.iter().enumerate() {
        assert_eq!(tree.root().to_string(), *expected, "size {size}");
        if let Some(hex) = roots.leaf_inputs_hex.get(size) {
            let bytes: Vec<u8> = hex
                .as_bytes()
                .chunks(2)
                .map(|b| u8::from_str_radix(str::from_utf8(b).unwrap(), 16).unwrap())
                .collect();
            tree.push(leaf_hash(&bytes));
        }
    }
    assert_eq!(tree.size(), 8);
}

#[derive(Deserialize)]
struct GoldenProofs {
    inclusion: Vec<GoldenInclusion>,
    consistency: Vec<GoldenConsistency>,
}

#[derive(Deserialize)]
struct GoldenInclusion {
    size: u64,
    index: u64,
    leaf: String,
    root: String,
    path: Vec<String>,
}

#[derive(Deserialize)]
struct GoldenConsistency {
    m: u64,
    n: u64,
    root1: String,
    root2: String,
    path: Vec<String>,
}

/// The golden log's leaves, from its entry bundles: `uint16 big-endian length || entry`, repeated.
fn golden_leaves() -> Vec<LeafHash> {
    let mut leaves = Vec::new();
    for bundle in ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/188"] {
        let bytes = golden(bundle);
        let mut rest = bytes.as_slice();
        while let Some((len, after)) = rest.split_first_chunk() {
            let (entry, after) = after.split_at(u16::from_be_bytes(*len).into());
            leaves.push(leaf_hash(entry));
            rest = after;
        }
    }
    assert_eq!(leaves.len(), 700);
    leaves
}

fn golden_tree() -> MemoryTree {
    golden_leaves().into_iter().collect()
}

#[test]
fn golden_proofs_verify_and_are_built_identically() {
    let proofs: GoldenProofs = serde_json::from_slice(&golden("proofs.json")).unwrap();
    assert_eq!((proofs.inclusion.len(), proofs.consistency.len()), (34, 55));
    let (tree, leaves) = (golden_tree(), golden_leaves());
    for case in proofs.inclusion {
        let (leaf, root) = (LeafHash::from_bytes(bytes32(&case.leaf).unwrap()), root(&case.root));
        let path = proof(Some(&case.path)).unwrap();
        verify_inclusion(case.index, case.size, leaf, &path, root).unwrap();
        assert_eq!(leaves[usize::try_from(case.index).unwrap()], leaf);
        assert_eq!(inclusion_proof(case.index, case.size, &tree).unwrap(), path);
        assert_eq!(root_at(case.size, &tree).unwrap(), root);
    }
    for case in proofs.consistency {
        let path = proof(Some(&case.path)).unwrap();
        verify_consistency(case.m, case.n, root(&case.root1), root(&case.root2), &path).unwrap();
        assert_eq!(consistency_proof(case.m, case.n, &tree).unwrap(), path);
    }
}

#[test]
fn golden_tiles_hold_the_leaves_and_the_roots_of_256() {
    let leaves = golden_leaves();
    let level_0 = [golden("tile/0/000"), golden("tile/0/001"), golden("tile/0/002.p/188")].concat();
    assert_eq!(level_0, leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect::<Vec<u8>>());
    let full_tiles = leaves.as_chunks::<256>().0;
    let level_1: Vec<u8> =
        full_tiles.iter().flat_map(|tile| *subtree_root(tile).unwrap().as_bytes()).collect();
    assert_eq!(golden("tile/1/000.p/2"), level_1);
}

#[test]
fn golden_checkpoints_open_and_are_signed_byte_for_byte() {
    let tree = golden_tree();
    let vkey = golden_key("log.vkey");
    let seed = Sha256::digest("test log key").into();
    let key = SigningKey::from_seed("ledger.example/office-1", &seed).unwrap();
    assert_eq!(*key.verifier(), vkey);
    assert_eq!(*key.seed(), seed);
    for size in [0, 1, 2, 3, 7, 8, 255, 256, 257, 300, 700] {
        let note = golden(&format!("checkpoint.{size}"));
        let opened = open_checkpoint(&note, std::slice::from_ref(&vkey)).unwrap();
        assert_eq!(opened.checkpoint.origin(), "ledger.example/office-1");
        assert_eq!(opened.checkpoint.size(), size);
        assert_eq!(opened.checkpoint.root(), root_at(size, &tree).unwrap());
        assert_eq!(sign_checkpoint(&opened.checkpoint, &key).unwrap(), note);
    }
    assert_eq!(golden("checkpoint"), golden("checkpoint.700"));
}

#[test]
fn every_flipped_bit_of_a_golden_checkpoint_is_refused() {
    let note = golden("checkpoint.700");
    let keys = [golden_key("log.vkey")];
    for bit in 0..note.len() * 8 {
        let mut altered = note.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(open_checkpoint(&altered, &keys).is_err(), "bit {bit}");
    }
    for len in 0..note.len() {
        assert!(open_checkpoint(&note[..len], &keys).is_err(), "cut to {len} bytes");
    }
}

#[test]
fn a_golden_cosignature_verifies_but_does_not_stand_for_the_logs_own_signature() {
    let note = golden("witnessed/checkpoint.cosigned");
    let (log, witness) = (golden_key("log.vkey"), golden_key("witnessed/witness.vkey"));
    let opened = open_checkpoint(&note, &[witness.clone(), log.clone()]).unwrap();
    let found: Vec<_> = opened.signatures.iter().map(|signature| (signature.key, signature.time)).collect();
    assert_eq!(found, [(1, None), (0, Some(0x6b04_a755))]);
    assert_eq!(opened.checkpoint.size(), 700);

    assert_eq!(open_checkpoint(&note, std::slice::from_ref(&witness)), Err(CheckpointError::NotSignedByLog));
    assert_eq!(open_checkpoint(&note, &[]), Err(CheckpointError::Note(NoteError::NoKnownSignature)));

    // The stated time is signed too.
    let parsed = Note::parse(&note).unwrap();
    let line = parsed.signatures()[1].to_string();
    let (prefix, base64) = line.rsplit_once(' ').unwrap();
    let mut bytes = BASE64_STANDARD.decode(base64).unwrap();
    bytes[11] ^= 1;
    let later = format!("{prefix} {}", BASE64_STANDARD.encode(bytes));
    let altered = String::from_utf8(note).unwrap().replace(&line, &later);
    assert!(open_checkpoint(altered.as_bytes(), std::slice::from_ref(&log)).is_ok());
    assert!(open_checkpoint(altered.as_bytes(), &[log, witness]).is_err());
}

#[derive(Deserialize)]
struct NoteVectors {
    notes: Vec<NoteCase>,
    bad_vkeys: BadKeys,
}

#[derive(Deserialize)]
struct NoteCase {
    name: String,
    vkeys: Vec<String>,
    note: String,
    ok: bool,
    verified: Option<usize>,
}

#[derive(Deserialize)]
struct BadKeys {
    vkeys: Vec<String>,
}

#[test]
fn signed_note_cases_hold() {
    let Some(folder) = outside("notes") else { return };
    let vectors: NoteVectors = read(&folder.join("signed-notes.json"));
    assert_eq!(vectors.notes.len(), 13);
    for case in vectors.notes {
        let keys: Vec<VerifierKey> = case.vkeys.iter().map(|key| key.parse().unwrap()).collect();
        let verified = Note::parse(case.note.as_bytes()).and_then(|note| {
            assert_eq!(note.to_bytes(), case.note.as_bytes(), "{}", case.name);
            note.verify(&keys)
        });
        assert_eq!(verified.is_ok(), case.ok, "{}: {verified:?}", case.name);
        assert_eq!(verified.ok().map(|signatures| signatures.len()), case.verified, "{}", case.name);
    }
    assert_eq!(vectors.bad_vkeys.vkeys.len(), 2);
    for key in vectors.bad_vkeys.vkeys {
        assert!(key.parse::<VerifierKey>().is_err(), "{key}");
    }
}

/// The proof files of the golden log: docket reads them, checks them against their entries, and writes the same bytes.
#[test]
fn golden_proof_files_hold_for_their_entries_alone() {
    let keys = [golden_key("log.vkey")];
    for index in [0, 123, 699] {
        let bytes = golden(&format!("rec/{index}.json.tlog-proof"));
        let proof = TlogProof::parse(&bytes).unwrap();
        assert_eq!(proof.to_bytes(), bytes, "written as it was read");
        assert_eq!((proof.index, proof.record()), (index, None));
        let leaf = leaf_hash(&golden(&format!("rec/{index}.json")));
        assert_eq!(proof.verify(leaf, &keys).unwrap().checkpoint.size(), 700);
        let other = leaf_hash(&golden(if index == 0 { "rec/123.json" } else { "rec/0.json" }));
        assert!(proof.verify(other, &keys).is_err());
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut altered = bytes.clone();
                altered[at] ^= 1 << bit;
                let holds = TlogProof::parse(&altered).is_ok_and(|proof| proof.verify(leaf, &keys).is_ok());
                assert!(!holds, "record {index}, byte {at}, bit {bit}");
            }
        }
    }
    let cosigned = TlogProof::parse(&golden("witnessed/123.tlog-proof")).unwrap();
    let keys = [golden_key("log.vkey"), golden_key("witnessed/witness.vkey")];
    let opened = cosigned.verify(leaf_hash(&golden("rec/123.json")), &keys).unwrap();
    assert_eq!(opened.signatures.iter().filter(|signature| signature.time.is_some()).count(), 1);
}

/// The tiles of the golden log are the ones that docket would publish: the same files, the same hashes.
#[test]
fn golden_tiles_are_the_ones_to_publish() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/golden-log");
    let mut found = Vec::new();
    files(&folder.join("tile"), &mut found);
    let mut found: Vec<_> =
        found.iter().map(|path| path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned()).collect();
    let tree = golden_tree();
    let mut expected = Vec::new();
    for tile in Tile::between(0, 700) {
        let hashes: Vec<u8> = tile
            .hashes()
            .flat_map(|index| *tree.node(tile.tree_level(), index).unwrap().as_bytes())
            .collect();
        assert_eq!(golden(&tile.path()), hashes, "{}", tile.path());
        expected.push(tile.path());
        if tile.level == 0 {
            expected.push(tile.entries_path());
        }
    }
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
}
