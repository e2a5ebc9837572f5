//! The system record by which a log's key hands over to the next, and the chain of keys that follows (FORMAT.md
//! section 7).

use crate::{
    bytes::Fields,
    checkpoint::{CheckpointError, CheckpointNote, OpenedCheckpoint},
    hash::RecordHash,
    note::{KeyKind, SigningKey, VerifierKey},
    record::RecordIndex,
    system::SystemError,
};

/// The keys that one log may have, one after the other.
pub const MAX_LOG_KEYS: usize = 1_000;

/// In front of what both keys sign. A note's text has no zero byte, so no checkpoint can be taken for a handover.
const CONTEXT: &[u8] = b"docket 2026 key rotation v1\0";

/// The log's key gives way to another one.
///
/// Both keys sign that they mean this ledger, at this place in this history: the old one, that it hands over; the new
/// one, that it is somebody's who takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRotated {
    /// The size of the log before this record, which is the record's index.
    pub size: u64,
    /// The new Ed25519 public key.
    pub new_key: [u8; 32],
    /// Signature by the key in force until now.
    pub by_old: [u8; 64],
    /// Signature by the new key.
    pub by_new: [u8; 64],
}

impl KeyRotated {
    /// The event type of its record.
    pub const EVENT_TYPE: u16 = 3;

    /// Signs a handover at record `size` of the ledger of this genesis, behind the record with hash `previous`.
    pub fn sign(
        old: &SigningKey,
        new: &SigningKey,
        genesis: &RecordHash,
        previous: &RecordHash,
        size: u64,
    ) -> Self {
        let new_key = *new.verifier().public_key();
        let message = message(genesis, previous, size, &new_key);
        Self { size, new_key, by_old: old.sign_bytes(&message), by_new: new.sign_bytes(&message) }
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.size.to_le_bytes());
        out.extend_from_slice(&self.new_key);
        out.extend_from_slice(&self.by_old);
        out.extend_from_slice(&self.by_new);
    }

    pub(crate) fn decode(fields: &mut Fields<'_>) -> Result<Self, SystemError> {
        (|| {
            Some(Self {
                size: fields.u64()?,
                new_key: *fields.array()?,
                by_old: *fields.array()?,
                by_new: *fields.array()?,
            })
        })()
        .ok_or(SystemError::Malformed { field: "body length" })
    }
}

fn message(genesis: &RecordHash, previous: &RecordHash, size: u64, new_key: &[u8; 32]) -> Vec<u8> {
    let parts: [&[u8]; 5] =
        [CONTEXT, genesis.as_bytes(), previous.as_bytes(), &size.to_le_bytes(), new_key.as_slice()];
    parts.concat()
}

/// One of a log's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// The key, named as the log's origin.
    pub verifier: VerifierKey,
    /// The record that names it: the genesis, or a KeyRotated record.
    pub record: RecordIndex,
}

/// The keys of a log: the one in its genesis, and those that it was handed over to, each by the one before.
///
/// A checkpoint that covers more than a KeyRotated record is signed by the new key; one that ends with it, and every
/// smaller one, by the old key. So the old key's last act is to sign that it handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKeys {
    genesis: RecordHash,
    first: LogKey,
    later: Vec<LogKey>,
}

impl LogKeys {
    /// Starts with the key in the genesis record.
    pub const fn new(genesis: RecordHash, verifier: VerifierKey) -> Self {
        Self { genesis, first: LogKey { verifier, record: RecordIndex(0) }, later: Vec::new() }
    }

    /// Returns all keys, the first one first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &LogKey> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// Returns the newest key.
    pub fn newest(&self) -> &LogKey {
        self.later.last().unwrap_or(&self.first)
    }

    /// Returns the keys behind the first one, with the records that put them in force.
    pub fn rotations(&self) -> &[LogKey] {
        &self.later
    }

    /// Returns the keys that records below `size` name.
    #[must_use]
    pub fn below(&self, size: u64) -> Self {
        let later = self.later.iter().take_while(|key| key.record.0 < size).cloned().collect();
        Self { genesis: self.genesis, first: self.first.clone(), later }
    }

    /// Returns the key that signs a checkpoint of this size.
    pub fn at(&self, size: u64) -> &LogKey {
        let known = self.later.partition_point(|key| key.record.0 + 1 < size);
        known.checked_sub(1).and_then(|last| self.later.get(last)).unwrap_or(&self.first)
    }

    /// Returns the size of the last checkpoint that the key in force at `size` signs; `None` where it still is.
    pub fn last_size(&self, size: u64) -> Option<u64> {
        let next = self.later.iter().find(|key| key.record.0 + 1 >= size);
        next.map(|key| key.record.0 + 1)
    }

    /// Says whether a key is, or was, the log's.
    pub fn has(&self, verifier: &VerifierKey) -> bool {
        self.iter().any(|key| key.verifier == *verifier)
    }

    /// Takes the next handover: record `index`, behind the record with hash `previous`.
    ///
    /// # Errors
    /// When the newest key has not handed over there, or the next one is none or was the log's before.
    pub fn rotate(
        &mut self,
        index: RecordIndex,
        previous: &RecordHash,
        rotation: &KeyRotated,
    ) -> Result<&LogKey, RotationError> {
        if rotation.size != index.0 {
            return Err(RotationError::Size { size: rotation.size });
        }
        if 1 + self.later.len() >= MAX_LOG_KEYS {
            return Err(RotationError::TooMany);
        }
        let old = &self.newest().verifier;
        let new = VerifierKey::new(old.name(), KeyKind::Ed25519, &rotation.new_key)
            .map_err(|_| RotationError::Key)?;
        if self.iter().any(|key| key.verifier.id() == new.id()) {
            return Err(RotationError::Known);
        }
        let message = message(&self.genesis, previous, rotation.size, &rotation.new_key);
        if !old.has_signed(&message, &rotation.by_old) {
            return Err(RotationError::OldKey);
        }
        if !new.has_signed(&message, &rotation.by_new) {
            return Err(RotationError::NewKey);
        }
        self.later.push(LogKey { verifier: new, record: index });
        Ok(self.newest())
    }

    /// Opens a checkpoint of the log: its signature must be that of the key in force at its size.
    ///
    /// # Errors
    /// [`CheckpointError::RetiredKey`] when another one of the log's keys has signed, and those of
    /// [`open_checkpoint`](crate::open_checkpoint).
    pub fn open(&self, note: &CheckpointNote) -> Result<OpenedCheckpoint, CheckpointError> {
        let in_force = &self.at(note.claimed().size()).verifier;
        note.open(std::slice::from_ref(in_force)).map_err(|error| {
            let others = self.iter().map(|key| &key.verifier).filter(|key| *key != in_force);
            let mut opened = others.filter(|key| note.open(std::slice::from_ref(*key)).is_ok());
            if opened.next().is_some() { CheckpointError::RetiredKey } else { error }
        })
    }
}

/// Why a KeyRotated record hands nothing over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RotationError {
    /// It was signed for another place in the log.
    #[error("it hands over at size {size}")]
    Size {
        /// What it says.
        size: u64,
    },
    /// The new key is no usable key.
    #[error("the new key is not a usable Ed25519 key")]
    Key,
    /// The new key, or one that cannot be told from it, was the log's before.
    #[error("the new key was the log's before, or has the id of one that was")]
    Known,
    /// The key in force has not signed it: not for this ledger, history and place.
    #[error("the key in force until then has not signed it for this place")]
    OldKey,
    /// The new key has not.
    #[error("the new key has not signed it for this place")]
    NewKey,
    /// More than [`MAX_LOG_KEYS`].
    #[error("the log has had its {MAX_LOG_KEYS} keys")]
    TooMany,
}
