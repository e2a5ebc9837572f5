//! When something happened, and by which record: in 16 bytes, because there are millions of them.

use std::{fmt, num::NonZeroU64};

use serde::{Deserialize, Serialize};

use crate::{
    id::StreamRef,
    record::RecordMeta,
    time::{OccurredAt, Precision, Timestamp},
    too_early::TooEarly,
};

/// When something happened, as claimed, and the record that says so.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    at: Timestamp,
    /// The record plus one, above the two bits of the precision: never 0, so that an `Option` takes no more room.
    packed: NonZeroU64,
}

impl Mark {
    /// Notes a moment and a record. Records beyond 2^62, which no log reaches, are taken for the last of these.
    pub fn new(occurred: OccurredAt, record: u64) -> Self {
        let number = record.saturating_add(1).min(u64::MAX >> 2) << 2;
        let packed = NonZeroU64::MIN.saturating_add((number | u64::from(occurred.precision.number())) - 1);
        Self { at: occurred.at, packed }
    }

    pub(crate) fn of(meta: &RecordMeta) -> Self {
        Self::new(meta.occurred, meta.index)
    }

    /// Returns the first moment it can have been.
    pub const fn at(self) -> Timestamp {
        self.at
    }

    /// Returns when it was, as claimed.
    pub fn occurred(self) -> OccurredAt {
        let precision = match self.packed.get() & 3 {
            0 => Precision::Day,
            1 => Precision::Minute,
            2 => Precision::Second,
            _ => Precision::Microsecond,
        };
        OccurredAt { at: self.at, precision }
    }

    /// Returns the record.
    pub const fn record(self) -> u64 {
        (self.packed.get() >> 2) - 1
    }

    /// Refuses what certainly happened before this. `was` says what this is, such as `was handed in`.
    pub(crate) fn precedes(
        self,
        occurred: OccurredAt,
        subject: StreamRef,
        was: &'static str,
    ) -> Result<(), TooEarly> {
        if occurred.is_certainly_before(self.occurred()) {
            return Err(TooEarly { subject, was, record: self.record() });
        }
        Ok(())
    }

    /// Returns the earlier of two.
    pub(crate) fn earlier(self, other: Self) -> Self {
        if other.at < self.at { other } else { self }
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} by record {}", self.occurred(), self.record())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_keeps_moment_precision_and_record_in_sixteen_bytes() {
        for precision in Precision::ALL {
            for record in [0, 1, 46_220_000, (u64::MAX >> 2) - 1] {
                let occurred = OccurredAt { at: Timestamp(-5), precision: *precision };
                let mark = Mark::new(occurred, record);
                assert_eq!((mark.occurred(), mark.record()), (occurred, record));
            }
        }
        assert_eq!(size_of::<Option<Mark>>(), 16);
    }
}
