//! Checking inclusion and consistency proofs, step by step as RFC 9162 sections 2.1.3.2 and 2.1.4.2 write them.

use crate::tree::{LeafHash, NodeHash, RootHash, empty_root, node_hash};

/// Checks that `leaf` is leaf `index` of the tree of `size` leaves with this `root`. The proof starts with the hash
/// next to the leaf.
///
/// ```
/// use docket_proof::{MemoryTree, inclusion_proof, leaf_hash, root_at, verify_inclusion};
///
/// let tree: MemoryTree = (0..10_u8).map(|i| leaf_hash(&[i])).collect();
/// let proof = inclusion_proof(3, 10, &tree)?;
/// verify_inclusion(3, 10, leaf_hash(&[3]), &proof, root_at(10, &tree)?)?;
/// assert!(verify_inclusion(4, 10, leaf_hash(&[3]), &proof, root_at(10, &tree)?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// What does not hold, with the evidence.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: LeafHash,
    proof: &[NodeHash],
    root: RootHash,
) -> Result<(), ProofError> {
    // 1. Compare leaf_index from the inclusion_proof_v2 structure against tree_size. If leaf_index is greater than or
    //    equal to tree_size, then stop the process and fail the proof verification.
    if index >= size {
        return Err(ProofError::IndexOutOfRange { index, size });
    }
    // 2. Set fn to leaf_index and sn to tree_size - 1.
    let mut walk = Walk { first: index, second: size - 1 };
    // 3. Set r to hash.
    let mut computed = NodeHash::from(leaf);
    // 4. For each value p in the inclusion_path array:
    for &sibling in proof {
        // If sn is 0, then stop the iteration and fail the proof verification.
        // If LSB(fn) is set, or if fn is equal to sn, then set r to HASH(0x01 || p || r), [and shift]. Otherwise, set r
        // to HASH(0x01 || r || p). Finally, right-shift both fn and sn one time.
        computed = match walk.step().ok_or(ProofError::TooLong { len: proof.len() })? {
            Side::Left => node_hash(sibling, computed),
            Side::Right => node_hash(computed, sibling),
        };
    }
    // 5. Compare sn to 0. Compare r against the root_hash. If sn is equal to 0 and r and the root_hash are equal, then
    //    the log has proven the inclusion of hash. Otherwise, fail the proof verification.
    if walk.second != 0 {
        return Err(ProofError::TooShort { len: proof.len() });
    }
    if RootHash::from(computed) != root {
        return Err(ProofError::RootMismatch { size, expected: root, computed: computed.into() });
    }
    Ok(())
}

/// Checks that the tree of `second` leaves with `second_root` extends the tree of `first` leaves with `first_root`:
/// the first `first` leaves are the same, in the same order.
///
/// From `first = 0` any tree follows with an empty proof (C2SP); `first_root` is then [`empty_root`], since no other
/// root is one of an empty tree. For equal sizes the proof is empty and the roots are equal.
///
/// # Errors
/// What does not hold, with the evidence.
pub fn verify_consistency(
    first: u64,
    second: u64,
    first_root: RootHash,
    second_root: RootHash,
    proof: &[NodeHash],
) -> Result<(), ProofError> {
    if first > second {
        return Err(ProofError::SizesReversed { first, second });
    }
    // RFC 9162 defines the steps for 0 < first < second. The other two cases are C2SP's.
    if first == 0 && first_root != empty_root() {
        return Err(ProofError::FirstRootMismatch { size: 0, expected: first_root, computed: empty_root() });
    }
    if first == second && first_root != second_root {
        return Err(ProofError::SameSizeOtherRoot { size: first, first_root, second_root });
    }
    if first == 0 || first == second {
        return if proof.is_empty() { Ok(()) } else { Err(ProofError::TooLong { len: proof.len() }) };
    }

    // 1. If consistency_path is an empty array, stop and fail the proof verification.
    if proof.is_empty() {
        return Err(ProofError::TooShort { len: 0 });
    }
    // 2. If first is an exact power of 2, then prepend first_hash to the consistency_path array.
    let old_root = NodeHash::from_bytes(*first_root.as_bytes());
    let prepended = first.is_power_of_two().then_some(old_root);
    let path = prepended.into_iter().chain(proof.iter().copied());
    let (old, new) = climb(first, second, path, proof.len())?;
    if old != first_root {
        return Err(ProofError::FirstRootMismatch { size: first, expected: first_root, computed: old });
    }
    if new != second_root {
        return Err(ProofError::SecondRootMismatch { size: second, expected: second_root, computed: new });
    }
    Ok(())
}

/// Returns the root that the tree of `second` leaves with `second_root` had when it held `first` leaves.
///
/// `path` is the consistency proof, in front of it always the hash from which both roots follow: RFC 9162 leaves that
/// out when `first` is a power of two, because a verifier who knows the older root has it. Here the older root is what
/// is asked for. Whoever signed `second_root` and another root for `first` has signed two histories.
///
/// # Errors
/// When the path does not lead to `second_root`, or has not the length that the sizes ask for.
pub fn older_root(
    first: u64,
    second: u64,
    second_root: RootHash,
    path: &[NodeHash],
) -> Result<RootHash, ProofError> {
    if first > second {
        return Err(ProofError::SizesReversed { first, second });
    }
    if first == 0 || first == second {
        let root = if first == 0 { empty_root() } else { second_root };
        return if path.is_empty() { Ok(root) } else { Err(ProofError::TooLong { len: path.len() }) };
    }
    let (old, new) = climb(first, second, path.iter().copied(), path.len())?;
    if new != second_root {
        return Err(ProofError::SecondRootMismatch { size: second, expected: second_root, computed: new });
    }
    Ok(old)
}

/// Steps 3 to 7 of RFC 9162 section 2.1.4.2, for `0 < first < second`: returns both roots that the path leads to.
/// `len` is the length of the proof as it was given, for errors.
fn climb(
    first: u64,
    second: u64,
    mut path: impl Iterator<Item = NodeHash>,
    len: usize,
) -> Result<(RootHash, RootHash), ProofError> {
    // 3. Set fn to first - 1 and sn to second - 1.
    // 4. If LSB(fn) is set, then right-shift both fn and sn equally until LSB(fn) is not set.
    let shift = (first - 1).trailing_ones();
    let mut walk = Walk { first: (first - 1) >> shift, second: (second - 1) >> shift };
    // 5. Set both fr and sr to the first value in the consistency_path array.
    let start = path.next().ok_or(ProofError::TooShort { len })?;
    let (mut old, mut new) = (start, start);
    // 6. For each subsequent value c in the consistency_path array:
    for hash in path {
        // If sn is 0, then stop the iteration and fail the proof verification.
        // If LSB(fn) is set, or if fn is equal to sn, then: set fr to HASH(0x01 || c || fr), set sr to
        // HASH(0x01 || c || sr), [and shift]. Otherwise: set sr to HASH(0x01 || sr || c). Finally, right-shift both.
        match walk.step().ok_or(ProofError::TooLong { len })? {
            Side::Left => (old, new) = (node_hash(hash, old), node_hash(hash, new)),
            Side::Right => new = node_hash(new, hash),
        }
    }
    // 7. After completing iterating through the consistency_path array as described above, verify that the fr
    //    calculated is equal to the first_hash supplied, that the sr calculated is equal to the second_hash supplied
    //    [the callers do], and that sn is 0.
    if walk.second != 0 {
        return Err(ProofError::TooShort { len });
    }
    Ok((old.into(), new.into()))
}

/// On which side of the hash so far the next hash of a proof stands.
enum Side {
    Left,
    Right,
}

/// The RFC's `fn` and `sn`: the number of the node so far, and of the last node, on the current level.
struct Walk {
    first: u64,
    second: u64,
}

impl Walk {
    /// One round of the loop both algorithms share. `None` when the root is reached and the proof goes on.
    fn step(&mut self) -> Option<Side> {
        // If sn is 0, then stop the iteration and fail the proof verification.
        if self.second == 0 {
            return None;
        }
        // If LSB(fn) is set, or if fn is equal to sn, then:
        let side = if self.first & 1 == 1 || self.first == self.second {
            // If LSB(fn) is not set, then right-shift both fn and sn equally until either LSB(fn) is set or fn is 0.
            // (fn is not 0 here: it is odd, or equal to sn, which is not 0.)
            let shift = self.first.trailing_zeros();
            self.first >>= shift;
            self.second >>= shift;
            Side::Left
        } else {
            Side::Right
        };
        // Finally, right-shift both fn and sn one time.
        self.first >>= 1;
        self.second >>= 1;
        Some(side)
    }
}

/// Why an inclusion or consistency proof does not hold.
///
/// `expected` is what the caller gave, `computed` what the proof leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// There is no such leaf in a tree of that size.
    #[error("leaf {index} is not in a tree of size {size}")]
    IndexOutOfRange {
        /// Claimed index of the leaf.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// The older tree is the larger.
    #[error("a tree of size {second} cannot extend one of size {first}")]
    SizesReversed {
        /// Size of the older tree.
        first: u64,
        /// Size of the newer tree.
        second: u64,
    },
    /// The proof ends below the root.
    #[error("proof is too short: {len} hashes do not reach the root")]
    TooShort {
        /// Hashes in the proof.
        len: usize,
    },
    /// The proof goes on above the root.
    #[error("proof is too long: {len} hashes go beyond the root")]
    TooLong {
        /// Hashes in the proof.
        len: usize,
    },
    /// The leaf does not lead to the root.
    #[error("root of size {size} does not follow from the leaf (expected {expected}, computed {computed})")]
    RootMismatch {
        /// Size of the tree.
        size: u64,
        /// The root to be proven.
        expected: RootHash,
        /// The root that leaf and proof give.
        computed: RootHash,
    },
    /// The proof does not start from the older tree.
    #[error(
        "older root of size {size} does not follow from the proof (expected {expected}, computed {computed})"
    )]
    FirstRootMismatch {
        /// Size of the older tree.
        size: u64,
        /// The older root.
        expected: RootHash,
        /// The older root that the proof gives.
        computed: RootHash,
    },
    /// The proof does not lead to the newer tree.
    #[error(
        "newer root of size {size} does not follow from the proof (expected {expected}, computed {computed})"
    )]
    SecondRootMismatch {
        /// Size of the newer tree.
        size: u64,
        /// The newer root.
        expected: RootHash,
        /// The newer root that the proof gives.
        computed: RootHash,
    },
    /// Two roots for one size: two different histories.
    #[error("two roots for size {size}: {first_root} and {second_root}")]
    SameSizeOtherRoot {
        /// Size of both trees.
        size: u64,
        /// The one root.
        first_root: RootHash,
        /// The other.
        second_root: RootHash,
    },
}
