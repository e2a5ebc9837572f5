//! Building proofs from a store of complete subtrees, reading only as many hashes as the proof needs.

use super::{LeafHash, NodeHash, RootHash, empty_root, node_hash, split_point};

/// A store of the hashes of complete subtrees.
///
/// Calls ask only for subtrees that are complete at the size of the proof being built. Who serves the answers from
/// memory, a file or recomputed leaves does not matter here; nor are they checked: a wrong hash makes a proof that
/// does not verify.
pub trait NodeSource {
    /// Why a hash could not be had.
    type Error;

    /// Returns the hash of the complete subtree over the leaves `[index << level, (index + 1) << level)`.
    ///
    /// # Errors
    /// Whatever keeps the store from answering; the proof is then not built.
    fn node(&self, level: u8, index: u64) -> Result<NodeHash, Self::Error>;
}

impl<S: NodeSource + ?Sized> NodeSource for &S {
    type Error = S::Error;

    fn node(&self, level: u8, index: u64) -> Result<NodeHash, Self::Error> {
        (**self).node(level, index)
    }
}

/// Returns the root of the tree of the first `size` leaves. Reads one hash for each set bit of `size`.
///
/// # Errors
/// What the source says.
pub fn root_at<S: NodeSource>(size: u64, source: &S) -> Result<RootHash, S::Error> {
    if size == 0 { Ok(empty_root()) } else { range_hash(0, size, source).map(RootHash::from) }
}

/// Returns the proof that leaf `index` is in the tree of `size` leaves, the hash next to the leaf first: `PATH(index,
/// D[size])` of RFC 6962 section 2.1.1. Reads at most 127 hashes.
///
/// # Errors
/// [`ProveError::IndexOutOfRange`] unless `index < size`; [`ProveError::Source`].
pub fn inclusion_proof<S: NodeSource>(
    index: u64,
    size: u64,
    source: &S,
) -> Result<Vec<NodeHash>, ProveError<S::Error>> {
    if index >= size {
        return Err(ProveError::IndexOutOfRange { index, size });
    }
    // The RFC's recursion, from the root down; its result is in the order from the leaf up.
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split_point(end - start);
        if index < middle {
            proof.push(range_hash(middle, end, source).map_err(ProveError::Source)?);
            end = middle;
        } else {
            proof.push(range_hash(start, middle, source).map_err(ProveError::Source)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Returns the proof that the tree of `second` leaves extends that of `first`: `PROOF(first, D[second])` of RFC 6962
/// section 2.1.2. Empty when `first` is 0 (C2SP) or equal to `second`. Reads at most 127 hashes.
///
/// # Errors
/// [`ProveError::SizesReversed`] unless `first <= second`; [`ProveError::Source`].
pub fn consistency_proof<S: NodeSource>(
    first: u64,
    second: u64,
    source: &S,
) -> Result<Vec<NodeHash>, ProveError<S::Error>> {
    if first > second {
        return Err(ProveError::SizesReversed { first, second });
    }
    let mut proof = Vec::new();
    if first == 0 {
        return Ok(proof);
    }
    // SUBPROOF from the root down: `[start, end)` is the subtree in which the old tree ends.
    let (mut start, mut end) = (0, second);
    while first < end {
        let middle = start + split_point(end - start);
        if first <= middle {
            proof.push(range_hash(middle, end, source).map_err(ProveError::Source)?);
            end = middle;
        } else {
            proof.push(range_hash(start, middle, source).map_err(ProveError::Source)?);
            start = middle;
        }
    }
    // SUBPROOF(m, D[m], true) = {}: a subtree that begins at leaf 0 is the old tree itself, and the verifier has its
    // root.
    if start > 0 {
        proof.push(range_hash(start, end, source).map_err(ProveError::Source)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Returns `MTH(D[start:end])` for a range that the RFC's recursion arrives at: not empty, and `start` a multiple of
/// the smallest power of two not below its length, so that its complete subtrees are complete in the whole tree too.
fn range_hash<S: NodeSource>(start: u64, end: u64, source: &S) -> Result<NodeHash, S::Error> {
    // From the right: the subtrees are the set bits of the length, the smallest last.
    let mut rest = end - start;
    let mut hash = None;
    while rest != 0 {
        let level = rest.trailing_zeros();
        rest &= rest - 1;
        let level_u8 = u8::try_from(level).expect("a u64 has 64 bits");
        let left = source.node(level_u8, (start + rest) >> level)?;
        hash = Some(hash.map_or(left, |right| node_hash(left, right)));
    }
    Ok(hash.expect("callers pass ranges that are not empty"))
}

/// Why a proof could not be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProveError<E> {
    /// There is no such leaf in a tree of that size.
    #[error("leaf {index} is not in a tree of size {size}")]
    IndexOutOfRange {
        /// The leaf asked for.
        index: u64,
        /// The size of the tree.
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
    /// The store did not answer.
    #[error("a tree hash could not be read")]
    Source(#[source] E),
}

/// A tree that keeps the hashes of all its complete subtrees in memory: 64 bytes a leaf. For tests and small logs.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    /// `levels[l][i]` is the complete subtree `i` of level `l`.
    levels: Vec<Vec<NodeHash>>,
}

impl MemoryTree {
    /// Returns the tree without leaves.
    pub const fn new() -> Self {
        Self { levels: Vec::new() }
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: LeafHash) {
        let mut node = NodeHash::from(leaf);
        for row in &mut self.levels {
            row.push(node);
            // Complete subtrees pair up two by two; an odd one waits for its neighbour.
            if !row.len().is_multiple_of(2) {
                return;
            }
            if let [.., left, right] = row.as_slice() {
                node = node_hash(*left, *right);
            }
        }
        self.levels.push(vec![node]);
    }

    /// Returns the number of leaves.
    pub fn size(&self) -> u64 {
        let leaves = self.levels.first().map_or(0, Vec::len);
        u64::try_from(leaves).expect("a vector's length fits 64 bits")
    }
}

impl FromIterator<LeafHash> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = LeafHash>>(leaves: I) -> Self {
        let mut tree = Self::new();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }
}

impl NodeSource for MemoryTree {
    type Error = MissingNode;

    fn node(&self, level: u8, index: u64) -> Result<NodeHash, MissingNode> {
        let row = self.levels.get(usize::from(level));
        let node = row.and_then(|row| row.get(usize::try_from(index).ok()?));
        node.copied().ok_or(MissingNode { level, index })
    }
}

/// A complete subtree that a [`MemoryTree`] has not grown to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no complete subtree {index} of level {level} in this tree")]
pub struct MissingNode {
    /// Level asked for: the subtree has `2^level` leaves.
    pub level: u8,
    /// Its number among those of its level.
    pub index: u64,
}
