//! When something happened, when that was recorded, and where.

use serde::{Deserialize, Serialize};

use crate::{
    id::StreamRef,
    record::RecordMeta,
    time::{OccurredAt, Timestamp},
};

/// When something happened, when that was recorded, and by which record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stamp {
    /// When it happened, as claimed.
    pub occurred: OccurredAt,
    /// When that was recorded.
    pub recorded_at: Timestamp,
    /// The record.
    pub record: u64,
}

impl Stamp {
    pub(crate) const fn of(meta: &RecordMeta) -> Self {
        Self { occurred: meta.occurred, recorded_at: meta.recorded_at, record: meta.index }
    }

    /// Refuses what certainly happened before this. `was` says what this is, such as `was handed in`.
    pub(crate) fn precedes(
        self,
        occurred: OccurredAt,
        subject: StreamRef,
        was: &'static str,
    ) -> Result<(), TooEarly> {
        if occurred.is_certainly_before(self.occurred) {
            return Err(TooEarly { subject, was, record: self.record });
        }
        Ok(())
    }
}

/// An event that happened before what it follows from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{subject} {was} later than that, by record {record}")]
pub struct TooEarly {
    /// What it concerns.
    pub subject: StreamRef,
    /// What came later, such as `was handed in`.
    pub was: &'static str,
    /// The record that says when.
    pub record: u64,
}

impl TooEarly {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        "not-before-what-it-follows"
    }

    /// Returns the record that stands against the event.
    pub const fn against(&self) -> Option<u64> {
        Some(self.record)
    }
}
