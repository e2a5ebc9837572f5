//! Imported files, and the rows that events come from.

use serde::{Deserialize, Serialize};

use crate::{
    id::{SourceId, StreamRef},
    label::Label,
    labels::Labels,
    record::RecordMeta,
    rules::Rules,
    subject::Role,
    time::OccurredAt,
    view::Store,
    violation::Violation,
};

crate::plain! {
    /// The row of an imported file that an event comes from.
    pub struct SourceRow {
        /// The file.
        pub source: SourceId,
        /// The row's number among the file's data rows, from 1; header lines do not count.
        pub row: u64,
        /// The row's key under the file's mapping. An import is idempotent by mapping and key, whatever the file.
        /// Stands on the first event that comes from a row and may be left out on the others. Public: never a person's.
        pub key: Option<Label>,
        /// The event's civil time occurred twice in its zone (clocks set back); the earlier moment was taken.
        pub ambiguous_time: bool,
    }
}

impl SourceRow {
    pub(crate) fn name(row: Option<&Self>, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(row) = row {
            name(Role::Origin, row.source.stream());
        }
    }
}

crate::event! {
    /// A file was taken up for import.
    pub struct SourceRegistered {
        /// The mapping it is read by.
        pub mapping: Label,
        /// The hash of the file's bytes as given, BLAKE3.
        pub file_hash: [u8; 32],
        /// The number of its data rows, good or bad.
        pub rows: u64,
        /// Words for the label keys from 128 on that events from this file use.
        pub label_names: Labels,
    }
    type 320, version 1, opens SourceId;
    personal none;
}

/// What is known of an imported file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SourceState {
    /// The mapping it was read by.
    pub mapping: Label,
    /// The hash of its bytes.
    pub file_hash: [u8; 32],
    /// The number of its data rows.
    pub rows: u64,
    /// Words for label keys from 128 on.
    pub label_names: Labels,
    /// When it was taken up.
    pub registered: OccurredAt,
    /// The record that registered it.
    pub record: u64,
}

impl Rules for SourceRegistered {
    fn subjects(&self, _name: &mut impl FnMut(Role, StreamRef)) {}

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_source(SourceState {
            mapping: self.mapping.clone(),
            file_hash: self.file_hash,
            rows: self.rows,
            label_names: self.label_names.clone(),
            registered: meta.occurred,
            record: meta.index,
        });
        Ok(())
    }
}
