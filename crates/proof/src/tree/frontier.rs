//! The streaming tree: enough of it to append leaves and to tell the root, nothing more.

use super::{LeafHash, MAX_TREE_SIZE, NodeHash, RootHash, empty_root, node_hash};

/// The right edge of a growing tree: one hash for each complete subtree it falls into, at most 63.
///
/// A tree of 700 leaves is complete subtrees of 512, 128, 32, 16, 8 and 4 leaves: the set bits of its size. Pushing a
/// leaf costs one node hash on average.
///
/// ```
/// use docket_proof::{Frontier, empty_root, leaf_hash, node_hash};
///
/// let mut tree = Frontier::new();
/// assert_eq!(tree.root(), empty_root());
/// let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
/// tree.push(a);
/// tree.push(b);
/// assert_eq!(tree.size(), 2);
/// assert_eq!(tree.root(), node_hash(a.into(), b.into()).into());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// One hash for each set bit of `size`, the largest subtree first.
    nodes: Vec<NodeHash>,
}

impl Frontier {
    /// Returns the tree without leaves.
    pub const fn new() -> Self {
        Self { size: 0, nodes: Vec::new() }
    }

    /// Takes up a tree where [`Frontier::parts`] left it: its size, and the hashes of its complete subtrees, the
    /// largest first.
    ///
    /// The hashes are taken as they are. Who reads them from disk compares [`Frontier::root`] with a root they trust.
    ///
    /// # Errors
    /// [`FrontierError::WrongCount`] when there is not one hash for each set bit of `size`, and
    /// [`FrontierError::TooLarge`] above [`MAX_TREE_SIZE`].
    pub fn from_parts(size: u64, nodes: Vec<NodeHash>) -> Result<Self, FrontierError> {
        if size > MAX_TREE_SIZE {
            return Err(FrontierError::TooLarge { size, added: 0 });
        }
        if usize::try_from(size.count_ones()) != Ok(nodes.len()) {
            return Err(FrontierError::WrongCount { size, expected: size.count_ones(), found: nodes.len() });
        }
        Ok(Self { size, nodes })
    }

    /// Returns what [`Frontier::from_parts`] takes: the size, and a hash for each of its set bits, the largest subtree
    /// first.
    pub fn parts(&self) -> (u64, &[NodeHash]) {
        (self.size, &self.nodes)
    }

    /// Returns the number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf.
    #[inline]
    pub fn push(&mut self, leaf: LeafHash) {
        self.append(0, leaf.into());
    }

    /// Appends a complete subtree of `2^level` leaves at once.
    ///
    /// # Errors
    /// [`FrontierError::Unaligned`] when the size is not a multiple of `2^level`, [`FrontierError::TooLarge`] when the
    /// tree would outgrow [`MAX_TREE_SIZE`]. The tree is then unchanged.
    pub fn push_subtree(&mut self, level: u8, subtree: NodeHash) -> Result<(), FrontierError> {
        let too_large = FrontierError::TooLarge { size: self.size, added: level };
        let added = 1_u64.checked_shl(level.into()).ok_or(too_large)?;
        if self.size.checked_add(added).is_none_or(|size| size > MAX_TREE_SIZE) {
            return Err(too_large);
        }
        if !self.size.is_multiple_of(added) {
            return Err(FrontierError::Unaligned { size: self.size, level });
        }
        self.append(level, subtree);
        Ok(())
    }

    /// Returns the root over all leaves so far. Costs at most 62 node hashes.
    pub fn root(&self) -> RootHash {
        // RFC 6962: the left part is the largest complete subtree smaller than the tree, the rest is split again.
        // So the subtrees join from the right.
        let right_to_left = self.nodes.iter().rev().copied();
        right_to_left.reduce(|right, left| node_hash(left, right)).map_or_else(empty_root, RootHash::from)
    }

    /// Carries as in a binary counter: as long as a neighbour of the same level stands to the left, both merge.
    #[inline]
    fn append(&mut self, level: u8, subtree: NodeHash) {
        let mut node = subtree;
        for _ in 0..(self.size >> level).trailing_ones() {
            let left = self.nodes.pop().expect("each set bit of the size has its subtree");
            node = node_hash(left, node);
        }
        self.nodes.push(node);
        self.size += 1 << level;
    }
}

/// Why a tree could not be taken up or grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrontierError {
    /// A complete subtree can only follow a multiple of its own size.
    #[error("a subtree of 2^{level} leaves cannot follow {size} leaves")]
    Unaligned {
        /// Leaves so far.
        size: u64,
        /// Level of the subtree.
        level: u8,
    },
    /// The tree is or would be larger than [`MAX_TREE_SIZE`].
    #[error("tree is too large: {size} leaves, and 2^{added} more")]
    TooLarge {
        /// Leaves so far.
        size: u64,
        /// Level of the subtree that was to be added.
        added: u8,
    },
    /// A size and a number of saved hashes that do not belong together.
    #[error("a tree of {size} leaves has {expected} complete subtrees, found {found}")]
    WrongCount {
        /// The size given.
        size: u64,
        /// How many hashes that takes.
        expected: u32,
        /// How many were given.
        found: usize,
    },
}
