//! The events that all stores are given: those of a ledger, in order, without their personal values.

use std::{path::Path, sync::Arc};

use docket_log::{Batch, FileDisk, NewRecord, Reader, StoreError};
use docket_proof::StreamRef;

use crate::Fallible;

/// A batch, and the time at which it is recorded.
pub(crate) struct Timed {
    /// Microseconds UTC.
    pub(crate) at: i64,
    pub(crate) batch: Batch,
}

/// Reads a ledger's events from the first to the last, once.
pub(crate) struct Source {
    reader: Reader,
    next: u64,
}

impl Source {
    /// Begins at the first event.
    pub(crate) fn open(ledger: &Path) -> Fallible<Self> {
        Ok(Self { reader: Reader::open(Arc::new(FileDisk::new(ledger)))?, next: 0 })
    }

    /// Returns when the ledger was made, microseconds UTC.
    pub(crate) fn created(&self) -> i64 {
        self.reader.identity().genesis.created
    }

    /// Returns how many records are left, a few of the ledger's own among them.
    pub(crate) fn left(&self) -> u64 {
        self.reader.size() - self.next
    }

    /// Returns the next `count` batches of `len` events, fewer where the ledger ends. The rest of one batch is left out.
    pub(crate) fn batches(&mut self, count: usize, len: usize) -> Fallible<Vec<Timed>> {
        let mut batches = Vec::with_capacity(count);
        for _ in 0..count {
            let mut batch =
                Timed { at: 0, batch: Batch { command_id: id(self.next), actor: 0, records: Vec::new() } };
            while batch.batch.records.len() < len {
                let missing = (len - batch.batch.records.len()) as u64;
                let end = self.reader.size().min(self.next + missing);
                if end == self.next {
                    return Ok(batches);
                }
                self.read_into(&mut batch, end)?;
            }
            batches.push(batch);
        }
        Ok(batches)
    }

    fn read_into(&mut self, into: &mut Timed, end: u64) -> Result<(), StoreError> {
        self.reader.for_each(self.next..end, |record, _| {
            // The ledger's own records are about that ledger.
            if record.stream.kind == StreamRef::SYSTEM.kind {
                return Ok(());
            }
            into.at = record.recorded_at;
            into.batch.actor = record.actor;
            into.batch.records.push(NewRecord {
                stream: record.stream,
                occurred_at: record.occurred_at,
                precision: record.precision,
                event_type: record.event_type,
                schema_version: record.schema_version,
                body: record.body.to_vec(),
                personal: Vec::new(),
            });
            Ok::<(), StoreError>(())
        })?;
        self.next = end;
        Ok(())
    }
}

fn id(number: u64) -> [u8; 16] {
    u128::from(number).to_be_bytes()
}
