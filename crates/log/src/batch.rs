//! What a command appends.

use docket_proof::{
    MAX_BODY_LEN, MAX_COMMITMENTS, MAX_SYSTEM_TYPE, MAX_VALUE_LEN, Precision, RecordIndex, StreamRef,
};
use zeroize::Zeroizing;

use crate::{error::StoreError, files::SEGMENT_RECORDS};

/// Records of a batch at most.
pub const MAX_BATCH_RECORDS: usize = 65_536;

/// Everything one command appends: all of it or nothing.
#[derive(Clone, Debug)]
pub struct Batch {
    /// A UUID of the command's own, which makes it idempotent for whoever keeps the ids.
    pub command_id: [u8; 16],
    /// Who records: an id of the field's register of officials, 0 for nobody named.
    pub actor: u64,
    /// The records, in order.
    pub records: Vec<NewRecord>,
}

/// A record to be appended.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// The stream; a new stream's id is one more than the number of streams of its kind.
    pub stream: StreamRef,
    /// When it happened, as claimed, microseconds UTC.
    pub occurred_at: i64,
    /// How exactly that is known.
    pub precision: Precision,
    /// From 256: the field's events.
    pub event_type: u16,
    /// The shape of the body.
    pub schema_version: u16,
    /// The body, at most 64 KiB. Never a personal value.
    pub body: Vec<u8>,
    /// Personal values: they go to the vault, the record only commits to them. Field numbers strictly ascending.
    pub personal: Vec<NewValue>,
}

/// A personal value to be committed to.
#[derive(Clone)]
pub struct NewValue {
    /// The field's number in its event.
    pub field: u16,
    /// The value, at most 1 MiB.
    pub value: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for NewValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewValue({}, {} bytes)", self.field, self.value.len())
    }
}

/// Where a batch went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Appended {
    /// Its first record.
    pub first: RecordIndex,
    /// The size of the log behind its last record.
    pub size: u64,
    /// When its records were recorded, microseconds UTC.
    pub recorded_at: i64,
}

impl Batch {
    /// Checks all limits of the format, so that encoding cannot fail.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let limit = |what, found: usize, limit: usize| match found > limit {
            true => Err(StoreError::Limit { what, found: found as u64, limit: limit as u64 }),
            false => Ok(()),
        };
        if self.records.is_empty() {
            return Err(StoreError::Batch { why: "it is empty" });
        }
        limit("the number of records in a batch", self.records.len(), MAX_BATCH_RECORDS)?;
        for record in &self.records {
            if record.event_type <= MAX_SYSTEM_TYPE || record.stream.kind == StreamRef::SYSTEM.kind {
                return Err(StoreError::Batch { why: "system records are the log's own" });
            }
            limit("a body", record.body.len(), MAX_BODY_LEN)?;
            limit("the number of personal values of a record", record.personal.len(), MAX_COMMITMENTS)?;
            if !record.personal.is_sorted_by(|a, b| a.field < b.field) {
                return Err(StoreError::Batch { why: "field numbers do not ascend" });
            }
            record
                .personal
                .iter()
                .try_for_each(|value| limit("a personal value", value.value.len(), MAX_VALUE_LEN))?;
        }
        Ok(())
    }

    /// Returns how many bytes its bodies and values have.
    pub(crate) fn content_len(&self) -> usize {
        let of = |record: &NewRecord| {
            record.body.len() + record.personal.iter().map(|value| value.value.len()).sum::<usize>()
        };
        self.records.iter().map(of).sum()
    }
}

const _: () = assert!(MAX_BATCH_RECORDS as u64 <= SEGMENT_RECORDS, "a batch spans at most two segments");
