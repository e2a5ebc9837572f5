//! What happened before what it follows from.

use crate::id::StreamRef;

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
