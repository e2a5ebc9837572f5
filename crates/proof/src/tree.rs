//! The Merkle tree of RFC 6962 section 2.1 with SHA-256, over entries that are the 32 bytes of record hashes.
//!
//! `MTH({}) = SHA-256("")`, `leaf = SHA-256(0x00 || entry)`, `node = SHA-256(0x01 || left || right)`. The prefixes keep
//! a leaf from ever passing for an inner node. SHA-256, not BLAKE3, because every public witness, tile and proof format
//! fixes it.

mod frontier;
mod source;

use std::fmt;

use sha2::{Digest as _, Sha256, block_api::compress256};

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
    match entry.as_array::<32>() {
        Some(entry) => LeafHash(sha256_of::<1>(&[&[LEAF_PREFIX], entry])),
        None => LeafHash(Sha256::new().chain_update([LEAF_PREFIX]).chain_update(entry).finalize().into()),
    }
}

/// Returns the hash of the node above `left` and `right`.
#[inline]
pub fn node_hash(left: NodeHash, right: NodeHash) -> NodeHash {
    NodeHash(sha256_of::<2>(&[&[NODE_PREFIX], &left.0, &right.0]))
}

/// Where SHA-256 begins (FIPS 180-4 section 5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Returns the SHA-256 of `parts`, which with their padding (FIPS 180-4 section 5.1.1) fill exactly `BLOCKS` blocks.
///
/// A tree hashes millions of entries of one length: what a hasher does beside the compression for input of any length
/// takes half as long as the compression itself.
#[inline]
fn sha256_of<const BLOCKS: usize>(parts: &[&[u8]]) -> [u8; 32] {
    let mut blocks = [[0_u8; 64]; BLOCKS];
    let bytes = blocks.as_flattened_mut();
    let mut len = 0;
    for part in parts {
        if let Some(place) = bytes.get_mut(len..len + part.len()) {
            place.copy_from_slice(part);
        }
        len += part.len();
    }
    assert!(len.div_ceil(64) == BLOCKS && (len + 9).div_ceil(64) == BLOCKS, "the padding fits");
    if let Some(behind) = bytes.get_mut(len) {
        *behind = 0x80;
    }
    if let Some(end) = bytes.last_chunk_mut::<8>() {
        *end = (len as u64 * 8).to_be_bytes();
    }
    let mut state = INITIAL;
    compress256(&mut state, &blocks);
    let mut hash = [0; 32];
    for (to, word) in hash.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *to = word.to_be_bytes();
    }
    hash
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_and_nodes_are_plain_sha256() {
        for fill in [0_u8, 0x5a, 0xff] {
            let (left, right) = ([fill; 32], [fill.wrapping_add(1); 32]);
            let leaf = Sha256::digest([[LEAF_PREFIX].as_slice(), &left].concat());
            assert_eq!(leaf_hash(&left).as_bytes(), leaf.as_slice());
            let node = Sha256::digest([[NODE_PREFIX].as_slice(), &left, &right].concat());
            assert_eq!(node_hash(NodeHash(left), NodeHash(right)).as_bytes(), node.as_slice());
        }
        assert_eq!(leaf_hash(b"abc").as_bytes(), Sha256::digest(b"\x00abc").as_slice());
    }
}
