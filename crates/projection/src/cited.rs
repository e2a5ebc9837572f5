//! Judges the records that events name by number, by what the log holds.

use std::collections::VecDeque;

use docket_domain::{Event, StreamKind, StreamRef, Violation};
use docket_log::{Reader, StoreError};
use docket_proof::RecordIndex;

/// What a record is: its stream, and the type of its event.
pub(crate) type Kind = (StreamRef, u16);

/// The last records that passed by, by what they are. Most records that are named are named soon.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    /// The record of the first that is kept.
    first: u64,
    kinds: VecDeque<Kind>,
}

impl Recent {
    /// Records kept at most.
    const MAX: usize = 1 << 16;

    /// Notes a record. Records may be left out; what was kept before a gap is forgotten.
    pub(crate) fn note(&mut self, record: u64, kind: Kind) {
        if self.first + self.kinds.len() as u64 != record {
            self.kinds.clear();
            self.first = record;
        }
        if self.kinds.len() >= Self::MAX {
            self.kinds.pop_front();
            self.first += 1;
        }
        self.kinds.push_back(kind);
    }

    /// Returns what a record is, if it is kept.
    pub(crate) fn find(&self, record: u64) -> Option<Kind> {
        self.kinds.get(usize::try_from(record.checked_sub(self.first)?).ok()?).copied()
    }
}

/// Reads what a record is from the log.
pub(crate) fn read_kind(reader: &Reader, record: u64) -> Result<Kind, StoreError> {
    let stored = reader.record(RecordIndex(record))?;
    let view = stored.view();
    Ok((StreamRef { kind: StreamKind(view.stream.kind), id: view.stream.id }, view.event_type))
}

/// Judges all records that an event names, which is or is to be record `own`.
///
/// # Errors
/// As `find`, which returns what an older record is. That a rule stands against the event is the inner error.
pub(crate) fn judge<E>(
    event: &Event,
    own: u64,
    mut find: impl FnMut(u64) -> Result<Kind, E>,
) -> Result<Result<(), Violation>, E> {
    for cited in event.cites() {
        if let Err(violation) = cited.judge(own, &mut find)? {
            return Ok(Err(violation.into()));
        }
    }
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_records_are_kept_and_no_others() {
        let kind = |id| (StreamRef { kind: StreamKind::CASE, id }, 384);
        let mut recent = Recent::default();
        let last = Recent::MAX as u64 + 9;
        (10..=last + 10).for_each(|record| recent.note(record, kind(record)));
        assert_eq!(recent.find(19), None);
        assert_eq!(recent.find(20), Some(kind(20)));
        assert_eq!(recent.find(last + 10), Some(kind(last + 10)));
        assert_eq!(recent.find(last + 11), None);
        recent.note(last + 20, kind(7));
        assert_eq!((recent.find(last + 10), recent.find(last + 20)), (None, Some(kind(7))));
    }
}
