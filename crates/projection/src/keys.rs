//! Unique keys that events claimed, by a hash of each.

use std::collections::BTreeMap;

use docket_domain::UniqueKey;
use docket_proof::RecordIndex;

use crate::index::CommandId;

/// Separates these hashes from ids of commands, beside which they lie in the index.
const CONTEXT: &str = "docket 2026 index unique key v1";

/// The claimed keys, as far as they are loaded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    known: BTreeMap<CommandId, RecordIndex>,
    /// Those of them that the index does not hold yet.
    new: BTreeMap<CommandId, RecordIndex>,
}

impl Keys {
    /// Returns the record that claimed a key.
    pub(crate) fn find(&self, key: &UniqueKey) -> Option<u64> {
        // Most ledgers claim nothing, and most events neither.
        if self.known.is_empty() {
            return None;
        }
        self.known.get(&hash_of(key)).map(|record| record.0)
    }

    /// Notes that a record claimed a key.
    pub(crate) fn claim(&mut self, key: &UniqueKey, record: u64) {
        let hash = hash_of(key);
        self.known.insert(hash, RecordIndex(record));
        self.new.insert(hash, RecordIndex(record));
    }

    /// Takes over what the index says of a key, unless it is known already.
    pub(crate) fn note(&mut self, hash: CommandId, record: RecordIndex) {
        self.known.entry(hash).or_insert(record);
    }

    /// Takes the claims that were not in the index.
    pub(crate) fn take_new(&mut self) -> BTreeMap<CommandId, RecordIndex> {
        std::mem::take(&mut self.new)
    }
}

/// Returns the first half of the hash of a key: what it stands under in the index.
pub(crate) fn hash_of(key: &UniqueKey) -> CommandId {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(&key.kind.number().to_le_bytes());
    hasher.update(key.text.as_str().as_bytes());
    let mut half = [0; 16];
    hasher.finalize_xof().fill(&mut half);
    half
}
