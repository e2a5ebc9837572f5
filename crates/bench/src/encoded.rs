//! A batch as the bytes that a store of records writes: what sled and the floors are given.

use docket_proof::{HASH_LEN, RecordKey};

use crate::{Fallible, chain::Chain, floor::BareTree, source::Timed};

/// Records and their hashes, one behind the other, as docket's log holds them; the hash before in front.
pub(crate) struct Encoded {
    bytes: Vec<u8>,
    /// The end of each record with its hash.
    ends: Vec<usize>,
}

impl Encoded {
    /// Encodes a batch behind the last one of a chain.
    pub(crate) fn new(timed: &Timed, chain: &mut Chain) -> Fallible<Self> {
        let mut bytes = chain.head().as_bytes().to_vec();
        let mut ends = Vec::with_capacity(timed.batch.records.len());
        chain.extend(timed, |link| {
            bytes.extend_from_slice(link.record);
            bytes.extend_from_slice(link.hash.as_bytes());
            ends.push(bytes.len());
            Ok(())
        })?;
        Ok(Self { bytes, ends })
    }

    /// Returns what a log would write.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(HASH_LEN..).unwrap_or_default()
    }

    /// Returns each record with its hash.
    pub(crate) fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.cut(0, 0)
    }

    /// Computes the chain and the tree over bytes that are there already, and nothing else.
    pub(crate) fn hash(&self, key: &RecordKey, tree: &mut BareTree) {
        for preceded in self.cut(HASH_LEN, HASH_LEN) {
            tree.push(key.hash_chained(preceded).as_bytes());
        }
    }

    /// Returns each record with its hash, begun so many bytes earlier and ended so many earlier.
    fn cut(&self, before: usize, short: usize) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(HASH_LEN).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(move |(start, end)| self.bytes.get(start - before..end - short).unwrap_or_default())
    }
}
