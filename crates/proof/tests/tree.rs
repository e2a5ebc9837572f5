//! The tree against the RFC's own recursion, written out naively, and against `ct-merkle`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use docket_proof::{
    Frontier, FrontierError, LeafHash, MAX_TREE_SIZE, MemoryTree, NodeHash, ProofError, ProveError, RootHash,
    consistency_proof, empty_root, inclusion_proof, leaf_hash, root_at, subtree_root, verify_consistency,
    verify_inclusion,
};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

/// RFC 6962 section 2.1, word for word and as slow, on its own hashing.
mod rfc {
    use super::*;

    fn k(n: usize) -> usize {
        let mut k = 1;
        while k * 2 < n {
            k *= 2;
        }
        k
    }

    pub(crate) fn mth(entries: &[Vec<u8>]) -> [u8; 32] {
        match entries {
            [] => Sha256::digest([]).into(),
            [entry] => Sha256::digest([&[0], entry.as_slice()].concat()).into(),
            _ => {
                let (left, right) = entries.split_at(k(entries.len()));
                Sha256::digest([&[1], &mth(left)[..], &mth(right)[..]].concat()).into()
            }
        }
    }

    pub(crate) fn path(m: usize, entries: &[Vec<u8>]) -> Vec<[u8; 32]> {
        if entries.len() == 1 {
            return vec![];
        }
        let (left, right) = entries.split_at(k(entries.len()));
        let (mut path, other) =
            if m < left.len() { (path(m, left), right) } else { (path(m - left.len(), right), left) };
        path.push(mth(other));
        path
    }

    pub(crate) fn subproof(m: usize, entries: &[Vec<u8>], complete: bool) -> Vec<[u8; 32]> {
        if m == entries.len() {
            return if complete { vec![] } else { vec![mth(entries)] };
        }
        let (left, right) = entries.split_at(k(entries.len()));
        let (mut proof, other) = if m <= left.len() {
            (subproof(m, left, complete), right)
        } else {
            (subproof(m - left.len(), right, false), left)
        };
        proof.push(mth(other));
        proof
    }
}

fn entries(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|i| Sha256::digest(i.to_string()).to_vec()).collect()
}

fn tree_of(entries: &[Vec<u8>]) -> MemoryTree {
    entries.iter().map(|entry| leaf_hash(entry)).collect()
}

fn nodes(hashes: Vec<[u8; 32]>) -> Vec<NodeHash> {
    hashes.into_iter().map(NodeHash::from_bytes).collect()
}

fn flipped(hash: &[u8; 32], bit: usize) -> [u8; 32] {
    let mut bytes = *hash;
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

/// A size as it stands in the API.
fn u(n: usize) -> u64 {
    n.try_into().unwrap()
}

#[test]
fn every_root_up_to_64_leaves_is_the_rfcs() {
    let entries = entries(64);
    let tree = tree_of(&entries);
    let mut frontier = Frontier::new();
    for n in 0..=64 {
        let expected = RootHash::from_bytes(rfc::mth(&entries[..n]));
        assert_eq!(frontier.root(), expected, "size {n}");
        assert_eq!(root_at(u(n), &tree).unwrap(), expected, "size {n}");
        assert_eq!(frontier.size(), u(n));
        let (size, parts) = frontier.parts();
        assert_eq!(Frontier::from_parts(size, parts.to_vec()).unwrap(), frontier);
        if n < 64 {
            frontier.push(leaf_hash(&entries[n]));
        }
    }
}

#[test]
fn every_inclusion_proof_up_to_64_leaves_is_the_rfcs_and_verifies_nowhere_else() {
    let entries = entries(64);
    let tree = tree_of(&entries);
    for size in 1..=64 {
        let root = root_at(u(size), &tree).unwrap();
        for index in 0..size {
            let proof = inclusion_proof(u(index), u(size), &tree).unwrap();
            assert_eq!(proof, nodes(rfc::path(index, &entries[..size])), "leaf {index} of {size}");
            for other in 0..size + 2 {
                let verdict = verify_inclusion(u(other), u(size), leaf_hash(&entries[index]), &proof, root);
                assert_eq!(verdict.is_ok(), other == index, "leaf {index} of {size} as {other}: {verdict:?}");
            }
        }
    }
}

#[test]
fn every_consistency_proof_up_to_64_leaves_is_the_rfcs_and_verifies() {
    let entries = entries(64);
    let tree = tree_of(&entries);
    for second in 0..=64 {
        let second_root = root_at(u(second), &tree).unwrap();
        for first in 0..=second {
            let first_root = root_at(u(first), &tree).unwrap();
            let proof = consistency_proof(u(first), u(second), &tree).unwrap();
            if first > 0 {
                let expected = rfc::subproof(first, &entries[..second], true);
                assert_eq!(proof, nodes(expected), "{first} to {second}");
            } else {
                assert_eq!(proof, []);
            }
            verify_consistency(u(first), u(second), first_root, second_root, &proof).unwrap();
        }
    }
}

#[test]
fn altered_proofs_do_not_verify() {
    let tree = tree_of(&entries(64));
    for size in [2, 3, 7, 8, 21, 64] {
        let root = root_at(size, &tree).unwrap();
        for index in 0..size {
            let proof = inclusion_proof(index, size, &tree).unwrap();
            let leaf = leaf_hash(&entries(64)[usize::try_from(index).unwrap()]);
            for (what, altered) in alterations(&proof) {
                assert!(
                    verify_inclusion(index, size, leaf, &altered, root).is_err(),
                    "{what}: {index} of {size}"
                );
            }
            let first = index + 1;
            let proof = consistency_proof(first, size, &tree).unwrap();
            let first_root = root_at(first, &tree).unwrap();
            for (what, altered) in alterations(&proof) {
                let verdict = verify_consistency(first, size, first_root, root, &altered);
                assert!(verdict.is_err(), "{what}: {first} to {size}");
            }
        }
    }
}

fn alterations(proof: &[NodeHash]) -> Vec<(String, Vec<NodeHash>)> {
    let extra = NodeHash::from_bytes([7; 32]);
    let mut all = vec![
        ("trailing hash".to_owned(), [proof, &[extra]].concat()),
        ("leading hash".to_owned(), [&[extra], proof].concat()),
    ];
    for at in 0..proof.len() {
        let mut removed = proof.to_vec();
        let hash = removed.remove(at);
        all.push((format!("hash {at} removed"), removed));
        for bit in [0, 100, 255] {
            let mut altered = proof.to_vec();
            altered[at] = NodeHash::from_bytes(flipped(hash.as_bytes(), bit));
            all.push((format!("bit {bit} of hash {at}"), altered));
        }
        if at > 0 {
            let mut swapped = proof.to_vec();
            swapped.swap(at - 1, at);
            all.push((format!("hashes {} and {at} swapped", at - 1), swapped));
        }
    }
    all
}

#[test]
fn errors_keep_the_evidence() {
    let tree = tree_of(&entries(10));
    let leaf = leaf_hash(&entries(10)[3]);
    let root = root_at(10, &tree).unwrap();
    let proof = inclusion_proof(3, 10, &tree).unwrap();
    let other = RootHash::from_bytes([9; 32]);

    let check = |index, proof: &[NodeHash], root| verify_inclusion(index, 10, leaf, proof, root).unwrap_err();
    assert_eq!(check(10, &proof, root), ProofError::IndexOutOfRange { index: 10, size: 10 });
    assert_eq!(check(3, &proof[..3], root), ProofError::TooShort { len: 3 });
    assert_eq!(check(3, &[&proof[..], &proof[..1]].concat(), root), ProofError::TooLong { len: 5 });
    assert_eq!(
        check(3, &proof, other),
        ProofError::RootMismatch { size: 10, expected: other, computed: root }
    );

    let first_root = root_at(6, &tree).unwrap();
    let proof = consistency_proof(6, 10, &tree).unwrap();
    let check =
        |first, first_root, root, proof: &[NodeHash]| verify_consistency(first, 10, first_root, root, proof);
    assert_eq!(
        check(6, other, root, &proof),
        Err(ProofError::FirstRootMismatch { size: 6, expected: other, computed: first_root })
    );
    assert_eq!(
        check(6, first_root, other, &proof),
        Err(ProofError::SecondRootMismatch { size: 10, expected: other, computed: root })
    );
    assert_eq!(check(11, first_root, root, &proof), Err(ProofError::SizesReversed { first: 11, second: 10 }));
    assert_eq!(check(6, first_root, root, &[]), Err(ProofError::TooShort { len: 0 }));
    assert_eq!(
        check(10, other, root, &[]),
        Err(ProofError::SameSizeOtherRoot { size: 10, first_root: other, second_root: root })
    );
    assert_eq!(check(10, root, root, &proof), Err(ProofError::TooLong { len: proof.len() }));
}

#[test]
fn from_the_empty_tree_any_tree_follows_but_only_with_the_empty_root_and_proof() {
    let root = RootHash::from_bytes([5; 32]);
    let hash = NodeHash::from_bytes([6; 32]);
    verify_consistency(0, 0, empty_root(), empty_root(), &[]).unwrap();
    verify_consistency(0, 9, empty_root(), root, &[]).unwrap();
    verify_consistency(0, 9, empty_root(), root, &[hash]).unwrap_err();
    verify_consistency(0, 9, root, root, &[]).unwrap_err();
    verify_consistency(0, 0, root, root, &[]).unwrap_err();
    verify_consistency(0, 0, empty_root(), root, &[]).unwrap_err();
}

#[test]
fn proofs_outside_the_tree_are_refused_when_built() {
    let tree = tree_of(&entries(5));
    let out_of_range = ProveError::IndexOutOfRange { index: 5, size: 5 };
    assert_eq!(inclusion_proof(5, 5, &tree).unwrap_err(), out_of_range);
    assert_eq!(
        consistency_proof(3, 2, &tree).unwrap_err(),
        ProveError::SizesReversed { first: 3, second: 2 }
    );
    assert!(matches!(inclusion_proof(0, 8, &tree), Err(ProveError::Source(_))));
    assert!(root_at(u64::MAX, &tree).is_err());
    assert!(consistency_proof(1, u64::MAX, &tree).is_err());
    assert!(inclusion_proof(u64::MAX - 1, u64::MAX, &tree).is_err());
}

#[test]
fn a_frontier_takes_whole_subtrees_only_where_they_fit() {
    let entries = entries(24);
    let leaves: Vec<LeafHash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let eight = subtree_root(&leaves[8..16]).unwrap();

    let mut tree = Frontier::new();
    leaves[..8].iter().for_each(|leaf| tree.push(*leaf));
    tree.push_subtree(3, eight).unwrap();
    leaves[16..].iter().for_each(|leaf| tree.push(*leaf));
    assert_eq!(tree.root(), RootHash::from_bytes(rfc::mth(&entries)));

    let before = tree.clone();
    assert_eq!(tree.push_subtree(4, eight), Err(FrontierError::Unaligned { size: 24, level: 4 }));
    assert_eq!(tree.push_subtree(62, eight), Err(FrontierError::TooLarge { size: 24, added: 62 }));
    for level in 63..=u8::MAX {
        assert_eq!(tree.push_subtree(level, eight), Err(FrontierError::TooLarge { size: 24, added: level }));
    }
    assert_eq!(tree, before);
}

#[test]
fn a_frontier_is_taken_up_only_with_one_hash_for_each_bit_of_its_size() {
    let hash = NodeHash::from_bytes([1; 32]);
    let wrong = FrontierError::WrongCount { size: 5, expected: 2, found: 1 };
    assert_eq!(Frontier::from_parts(5, vec![hash]), Err(wrong));
    assert!(Frontier::from_parts(5, vec![hash; 3]).is_err());
    assert!(Frontier::from_parts(0, vec![hash]).is_err());
    let too_large = FrontierError::TooLarge { size: u64::MAX, added: 0 };
    assert_eq!(Frontier::from_parts(u64::MAX, vec![hash; 64]), Err(too_large));

    let mut largest = Frontier::from_parts(MAX_TREE_SIZE, vec![hash]).unwrap();
    assert_eq!(largest.root(), hash.into());
    assert!(largest.push_subtree(0, hash).is_err());
}

#[test]
fn subtree_roots_are_those_of_perfect_trees_only() {
    let entries = entries(256);
    let leaves: Vec<LeafHash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let whole = NodeHash::from_bytes(rfc::mth(&entries));
    assert_eq!(subtree_root(&leaves), Some(whole));
    assert_eq!(subtree_root(&leaves[..1]), Some(leaves[0].into()));
    let quarters: Vec<NodeHash> = leaves.chunks(64).map(|quarter| subtree_root(quarter).unwrap()).collect();
    assert_eq!(subtree_root(&quarters), Some(whole));
    for wrong in [0, 3, 5, 255] {
        assert_eq!(subtree_root(&leaves[..wrong]), None);
    }
}

#[test]
fn verification_of_any_sizes_ends() {
    let root = RootHash::from_bytes([1; 32]);
    let leaf = LeafHash::from_bytes([2; 32]);
    let sizes = [0, 1, 2, 3, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
    for first in sizes {
        for second in sizes {
            for len in [0, 1, 63, 64, 65, 1000] {
                let proof = vec![NodeHash::from_bytes([3; 32]); len];
                assert!(verify_inclusion(first, second, leaf, &proof, root).is_err());
                let is_same = first == second && first != 0 && len == 0;
                assert_eq!(verify_consistency(first, second, root, root, &proof).is_ok(), is_same);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn roots_and_proofs_agree_with_ct_merkle(
        entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..300),
        index: prop::sample::Index,
        older: prop::sample::Index,
    ) {
        let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::default();
        entries.iter().for_each(|entry| theirs.push(entry.clone()));
        let ours = tree_of(&entries);
        let mut frontier = Frontier::new();
        entries.iter().for_each(|entry| frontier.push(leaf_hash(entry)));
        let (size, index) = (entries.len(), index.index(entries.len()));
        let root = root_at(u(size), &ours).unwrap();
        prop_assert_eq!(frontier.root(), root);
        let theirs_root = theirs.root();
        prop_assert_eq!(theirs_root.as_bytes().as_slice(), root.as_bytes());

        let proof = inclusion_proof(u(index), u(size), &ours).unwrap();
        let bytes: Vec<u8> = proof.iter().flat_map(|hash| *hash.as_bytes()).collect();
        let theirs_proof = theirs.prove_inclusion(index);
        prop_assert_eq!(theirs_proof.as_bytes(), bytes);
        verify_inclusion(u(index), u(size), leaf_hash(&entries[index]), &proof, root).unwrap();

        let first = older.index(size) + 1;
        let proof = consistency_proof(u(first), u(size), &ours).unwrap();
        if first < size {
            let bytes: Vec<u8> = proof.iter().flat_map(|hash| *hash.as_bytes()).collect();
            let theirs_proof = theirs.prove_consistency(size - first);
            prop_assert_eq!(theirs_proof.as_bytes(), bytes);
        }
        verify_consistency(u(first), u(size), root_at(u(first), &ours).unwrap(), root, &proof).unwrap();
    }

    #[test]
    fn arbitrary_proofs_verify_nothing(
        index: u64, size: u64, leaf: [u8; 32], root: [u8; 32],
        proof in proptest::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let proof = nodes(proof);
        let (leaf, root) = (LeafHash::from_bytes(leaf), RootHash::from_bytes(root));
        prop_assert!(verify_inclusion(index, size, leaf, &proof, root).is_err());
        prop_assert!(verify_consistency(index, size, root, RootHash::from_bytes([0; 32]), &proof).is_err());
    }
}
