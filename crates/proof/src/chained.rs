//! A record on its own, with what it takes to compute its hash: the hash before it, and the ledger's genesis hash.

use crate::{
    bytes::Fields,
    hash::{RecordHash, RecordKey},
    key_rotated::{LogKeys, RotationError},
    note::VerifierKey,
    record::{MAX_RECORD_LEN, RecordError, RecordView},
    system::SystemRecord,
};

/// A record's bytes and the hash of the record before it.
#[derive(Clone, PartialEq, Eq)]
pub struct ChainedRecord {
    previous: RecordHash,
    bytes: Vec<u8>,
}

impl ChainedRecord {
    /// Takes a record's bytes, without its own hash, and the hash of the record before it; zeros before record 0.
    ///
    /// # Errors
    /// When the bytes are no record.
    pub fn new(previous: RecordHash, bytes: Vec<u8>) -> Result<Self, RecordError> {
        let index = RecordView::parse(&bytes)?.index;
        if index.0 == 0 && previous != RecordHash::ZERO {
            return Err(RecordError::Field { field: "previous hash" });
        }
        Ok(Self { previous, bytes })
    }

    /// Returns the record's fields.
    pub fn view(&self) -> RecordView<'_> {
        RecordView::parse(&self.bytes).expect("parsed when it was made")
    }

    /// Returns the record's bytes, as they are hashed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the hash of the record before; zeros for record 0.
    pub const fn previous(&self) -> RecordHash {
        self.previous
    }

    /// Returns the record's hash in the ledger of this genesis (FORMAT.md section 5).
    pub fn hash(&self, genesis: &RecordHash) -> RecordHash {
        if self.view().index.0 == 0 {
            return RecordHash::of_genesis(&self.bytes);
        }
        RecordKey::new(genesis).hash_chained(&[self.previous.as_bytes(), self.bytes.as_slice()].concat())
    }
}

impl std::fmt::Debug for ChainedRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChainedRecord({} behind {})", self.view().index, self.previous)
    }
}

/// A record with its ledger's genesis hash: what a single record's proof carries as `extra` (PROOFS.md section 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordExtra {
    /// The hash of the ledger's record 0.
    pub genesis: RecordHash,
    /// The record.
    pub record: ChainedRecord,
}

impl RecordExtra {
    /// Returns the record's hash.
    pub fn hash(&self) -> RecordHash {
        self.record.hash(&self.genesis)
    }

    /// Returns the key that the log of `old` was handed over to by this record; `None` where it is another kind of record.
    /// That the record is in that log is for its proof to show.
    pub fn handed_over(&self, old: &VerifierKey) -> Option<Result<VerifierKey, RotationError>> {
        let view = self.record.view();
        let Ok(SystemRecord::KeyRotated(rotation)) =
            SystemRecord::decode(view.event_type, view.schema_version, view.body)
        else {
            return None;
        };
        let mut keys = LogKeys::new(self.genesis, old.clone());
        Some(keys.rotate(view.index, &self.record.previous(), &rotation).map(|key| key.verifier.clone()))
    }

    /// Returns the bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let parts: [&[u8]; 4] =
            [MAGIC, self.genesis.as_bytes(), self.record.previous.as_bytes(), &self.record.bytes];
        parts.concat()
    }

    /// Takes exactly what [`RecordExtra::to_bytes`] writes; `None` where the bytes are something else's.
    pub fn parse(bytes: &[u8]) -> Option<Result<Self, RecordError>> {
        let mut fields = Fields::new(bytes);
        if fields.array::<8>()? != MAGIC {
            return None;
        }
        let parsed = (|| {
            let genesis = RecordHash::from_bytes(*fields.array()?);
            Some((genesis, RecordHash::from_bytes(*fields.array()?)))
        })();
        let Some((genesis, previous)) = parsed else {
            return Some(Err(RecordError::Length { found: bytes.len() }));
        };
        let record = ChainedRecord::new(previous, fields.rest().to_vec());
        Some(record.map(|record| Self { genesis, record }))
    }
}

const MAGIC: &[u8; 8] = b"DOCKETRP";

/// The longest `extra` of a record's proof, in bytes.
pub(crate) const MAX_RECORD_EXTRA_LEN: usize = MAGIC.len() + 64 + MAX_RECORD_LEN;
