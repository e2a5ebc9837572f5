//! Records that events name by their numbers.
//!
//! States do not know what every record is. Whoever has the log at hand asks [`Event::cites`](crate::Event::cites) and
//! judges each answer: the office before it records, and whoever checks a history.

use crate::{event::Event, id::StreamRef};

/// Types up to here are those of the log's own events.
const LAST_SYSTEM_TYPE: u16 = 255;

/// A record that an event names, and what it takes it for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cited {
    /// The record. It has to be older than the one that names it.
    pub record: u64,
    /// The stream in which it has to stand, where that is said.
    pub stream: Option<StreamRef>,
    /// The types of the events that it may be; all where there are none.
    pub events: &'static [u16],
}

/// What stands against naming a record.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CitedViolation {
    /// It is not there before the record that names it.
    #[error("there is no record {record} before this one, which is record {own}")]
    NotOlder {
        /// The record named.
        record: u64,
        /// The record that names it.
        own: u64,
    },
    /// It stands in another stream.
    #[error("record {record} is one of {found}, not of {named}")]
    OtherStream {
        /// The record named.
        record: u64,
        /// The stream in which it is said to stand.
        named: StreamRef,
        /// The stream in which it stands.
        found: StreamRef,
    },
    /// It is another event.
    #[error("record {record} is {found}, not {}", names(expected))]
    OtherEvent {
        /// The record named.
        record: u64,
        /// The type of the event that it is.
        found: EventType,
        /// The types that it may be.
        expected: &'static [u16],
    },
}

/// The type of an event, shown by the event's name where this version knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventType(pub u16);

impl Cited {
    /// Names the record from which something came, or that something is about.
    pub(crate) const fn of(record: u64, events: &'static [u16]) -> Self {
        Self { record, stream: None, events }
    }

    /// Judges it, standing in record `own`, by what the log holds.
    ///
    /// `find` returns stream and event type of an older record. It is not asked where there can be none.
    ///
    /// # Errors
    /// As `find`. That a rule stands against it is an answer, the inner error.
    pub fn judge<E>(
        &self,
        own: u64,
        find: impl FnOnce(u64) -> Result<(StreamRef, u16), E>,
    ) -> Result<Result<(), CitedViolation>, E> {
        let record = self.record;
        if record >= own {
            return Ok(Err(CitedViolation::NotOlder { record, own }));
        }
        let (found, event_type) = find(record)?;
        Ok(match self.stream {
            Some(named) if named != found => Err(CitedViolation::OtherStream { record, named, found }),
            _ if !self.events.is_empty() && !self.events.contains(&event_type) => {
                Err(CitedViolation::OtherEvent {
                    record,
                    found: EventType(event_type),
                    expected: self.events,
                })
            }
            _ => Ok(()),
        })
    }
}

impl CitedViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NotOlder { .. } => "cited-record-exists",
            Self::OtherStream { .. } => "cited-record-of-the-stream",
            Self::OtherEvent { .. } => "cited-record-fits",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::NotOlder { .. } => None,
            Self::OtherStream { record, .. } | Self::OtherEvent { record, .. } => Some(*record),
        }
    }
}

impl std::fmt::Display for EventType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match Event::ALL.iter().find(|(number, ..)| *number == self.0) {
            Some((.., name)) => f.pad(name),
            None if self.0 <= LAST_SYSTEM_TYPE => f.pad("a record of the ledger's own"),
            None => write!(f, "an event of type {}", self.0),
        }
    }
}

fn names(types: &[u16]) -> String {
    types.iter().map(|number| EventType(*number).to_string()).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::StreamKind;

    #[test]
    fn a_record_is_older_of_the_stream_and_of_a_kind_that_fits() {
        let stream = |id| StreamRef { kind: StreamKind::CASE, id };
        let judge = |cited: Cited, own| {
            cited
                .judge::<Infallible>(own, |_| Ok((stream(1), 384)))
                .map(|judged| judged.map_err(|why| why.rule()))
        };
        let any = Cited::of(7, &[]);
        assert_eq!(judge(any, 8), Ok(Ok(())));
        assert_eq!(judge(any, 7), Ok(Err("cited-record-exists")));
        assert_eq!(judge(Cited { stream: Some(stream(1)), ..any }, 8), Ok(Ok(())));
        assert_eq!(judge(Cited { stream: Some(stream(2)), ..any }, 8), Ok(Err("cited-record-of-the-stream")));
        assert_eq!(judge(Cited::of(7, &[512, 384]), 8), Ok(Ok(())));
        assert_eq!(judge(Cited::of(7, &[512]), 8), Ok(Err("cited-record-fits")));
        assert_eq!(EventType(384).to_string(), "CaseRegistered");
        assert_eq!(EventType(0).to_string(), "a record of the ledger's own");
        assert_eq!(EventType(60_000).to_string(), "an event of type 60000");
    }
}
