//! The BLAKE3 side: record hashes and the chain (FORMAT.md section 5).
//!
//! SHA-256, of which the public Merkle tree is made, lives beside the tree. The context strings stand together here
//! so that no two uses can share one.

use std::fmt;

use crate::many::Mode;

/// Domain separation of record 0 (FORMAT.md section 5).
const GENESIS_CONTEXT: &str = "docket 2026 genesis v1";
/// Domain separation of the key under which all later records of a ledger are hashed.
const RECORD_CONTEXT: &str = "docket 2026 record v1";
/// Domain separation of commitments to personal values (FORMAT.md section 9).
pub(crate) const COMMITMENT_CONTEXT: &str = "docket 2026 commitment v1";

/// The hash of a record; that of the last record is the chain head.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RecordHash([u8; 32]);

impl RecordHash {
    /// What stands for "the record before" in front of record 0.
    pub const ZERO: Self = Self([0; 32]);

    /// Takes 32 raw bytes for a hash.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the hash of record 0 from its bytes.
    pub fn of_genesis(record: &[u8]) -> Self {
        Self(blake3::derive_key(GENESIS_CONTEXT, record))
    }
}

impl fmt::Display for RecordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RecordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordHash({self})")
    }
}

/// The key under which one ledger's records are hashed, derived from its genesis hash.
///
/// It is no secret. It ties each record to its ledger: a record of another ledger never follows here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RecordKey([u8; 32]);

impl RecordKey {
    /// Derives the key from the hash of record 0.
    pub fn new(genesis: &RecordHash) -> Self {
        Self(blake3::derive_key(RECORD_CONTEXT, genesis.as_bytes()))
    }

    /// Returns the hash of a record from `previous hash || record bytes`, which is how both lie on disk.
    pub fn hash_chained(&self, previous_and_record: &[u8]) -> RecordHash {
        RecordHash(Mode::Keyed(&self.0).hash(previous_and_record))
    }

    /// Hashes many records as [`hash_chained`](Self::hash_chained) does, several at once: each into the place beside it, as
    /// far as there are both.
    pub fn hash_each_chained(&self, previous_and_records: &[&[u8]], hashes: &mut [RecordHash]) {
        Mode::Keyed(&self.0).hash_each(previous_and_records, hashes.iter_mut().map(|hash| &mut hash.0));
    }

    /// Returns the keyed hash of bytes that are no record (a segment's footer).
    pub fn hash_bytes(&self, bytes: &[u8]) -> [u8; 32] {
        Mode::Keyed(&self.0).hash(bytes)
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey(..)")
    }
}
