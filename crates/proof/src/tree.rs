//! The Merkle tree of RFC 6962 section 2.1 with SHA-256, over entries that are the 32 bytes of record hashes.
//!
//! `MTH({}) = SHA-256("")`, `leaf = SHA-256(0x00 || entry)`, `node = SHA-256(0x01 || left || right)`. The prefixes keep
//! a leaf from ever passing for an inner node. SHA-256, not BLAKE3, because every public witness, tile and proof format
//! fixes it.

mod frontier;
mod source;

use std::fmt;

use sha2::{Digest as _, Sha256};

pub use frontier::{Frontier, FrontierError};
pub use source::{
    MemoryTree, MissingNode, NodeSource, ProveError, consistency_proof, inclusion_proof, root_at,
};

/// The largest tree this crate builds, in leaves. Verification takes any `u64` size.
///
/// A quarter of the range, so that no count of leaves that can be pushed in practice overflows.
pub const MAX_TREE_SIZE: u64 = 1 << 62;

/// Prefix of a leaf's hash input (RFC 6962 section 2.1).
const LEAF_PREFIX: u8 = 0x00;
/// Prefix of an inner node's hash input.
const NODE_PREFIX: u8 = 0x01;

macro_rules! tree_hash {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Takes 32 raw bytes for a hash.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Returns the raw bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

tree_hash! {
    /// The hash of a leaf: `SHA-256(0x00 || entry)`.
    LeafHash
}
tree_hash! {
    /// The hash of a complete subtree of `2^level` leaves; a leaf is one of level 0.
    NodeHash
}
tree_hash! {
    /// The Merkle root over all leaves of a tree of some size.
    RootHash
}

impl From<LeafHash> for NodeHash {
    /// A leaf is the complete subtree of one leaf.
    fn from(leaf: LeafHash) -> Self {
        Self(leaf.0)
    }
}

impl From<NodeHash> for RootHash {
    /// The hash of a complete subtree is the root of the tree of its leaves alone.
    fn from(node: NodeHash) -> Self {
        Self(node.0)
    }
}

/// Returns the leaf hash of an entry.
#[inline]
pub fn leaf_hash(entry: &[u8]) -> LeafHash {
    LeafHash(Sha256::new().chain_update([LEAF_PREFIX]).chain_update(entry).finalize().into())
}

/// Returns the hash of the node above `left` and `right`.
#[inline]
pub fn node_hash(left: NodeHash, right: NodeHash) -> NodeHash {
    NodeHash(
        Sha256::new()
            .chain_update([NODE_PREFIX])
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize()
            .into(),
    )
}

/// Returns the root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> RootHash {
    RootHash(Sha256::digest([]).into())
}

/// Returns the root over `nodes`, hashes of neighbouring complete subtrees of one level (or leaves), or `None` when
/// their number is not a power of two.
///
/// 256 leaves give a segment's node of level 8, 256 of those one of level 16.
pub fn subtree_root<H: Copy + Into<NodeHash>>(nodes: &[H]) -> Option<NodeHash> {
    if !nodes.len().is_power_of_two() {
        return None;
    }
    let mut row: Vec<NodeHash> = nodes.iter().map(|&node| node.into()).collect();
    while row.len() > 1 {
        let (pairs, _) = row.as_chunks::<2>();
        row = pairs.iter().map(|&[left, right]| node_hash(left, right)).collect();
    }
    row.first().copied()
}

/// Returns the largest power of two smaller than `n`, RFC 6962's `k`, for `n >= 2`.
const fn split_point(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}
