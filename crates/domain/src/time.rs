//! Times, and how exactly they are known.

use serde::{Deserialize, Serialize};

use crate::{numbered::numbered, plain::Plain};

/// A moment: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

impl Plain for Timestamp {}

numbered! {
    /// How exactly a claimed time is known. The numbers are those of the record header.
    pub enum Precision ("precision") {
        /// Only the day: the time is the day's first moment in the ledger's zone.
        Day = 0, "day";
        /// To the minute.
        Minute = 1, "minute";
        /// To the second.
        Second = 2, "second";
        /// To the microsecond.
        Microsecond = 3, "microsecond";
    }
}

impl Precision {
    /// Returns how many microseconds a time of this precision covers. A day counts as 24 hours.
    pub const fn span_micros(self) -> i64 {
        match self {
            Self::Day => 86_400_000_000,
            Self::Minute => 60_000_000,
            Self::Second => 1_000_000,
            Self::Microsecond => 1,
        }
    }
}

crate::plain! {
    /// When something happened, as claimed: some moment in `[at, at + span of the precision)`.
    #[derive(Copy)]
    pub struct OccurredAt {
        /// The first moment it can have been.
        pub at: Timestamp,
        /// How exactly it is known.
        pub precision: Precision,
    }
}

impl OccurredAt {
    /// Says whether this was certainly before `other`: its last possible moment lies before the other's first.
    ///
    /// What happened "on Monday" was not certainly before what happened on Monday at noon.
    pub const fn is_certainly_before(self, other: Self) -> bool {
        let last = self.at.0.saturating_add(self.precision.span_micros() - 1);
        last < other.at.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_not_before_a_moment_within_it() {
        let day = OccurredAt { at: Timestamp(0), precision: Precision::Day };
        let moment = |at| OccurredAt { at: Timestamp(at), precision: Precision::Microsecond };
        assert!(!day.is_certainly_before(moment(86_399_999_999)));
        assert!(day.is_certainly_before(moment(86_400_000_000)));
        assert!(!moment(5).is_certainly_before(moment(5)));
        assert!(moment(4).is_certainly_before(moment(5)));
    }

    #[test]
    fn the_end_of_time_does_not_overflow() {
        let last = OccurredAt { at: Timestamp(i64::MAX), precision: Precision::Day };
        assert!(!last.is_certainly_before(last));
    }
}
