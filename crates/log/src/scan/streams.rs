//! Follows streams: all of them from the log's beginning, or those that new records touch.

use std::collections::BTreeMap;

use docket_proof::{RecordIndex, StreamRef};

use crate::heads::{Head, HeadError, HeadTable};

/// What is known of the streams so far.
pub(crate) enum Streams {
    /// All of them: read from record 0 on.
    All(HeadTable),
    /// Records below a trusted size were not read.
    Since(SinceStreams),
}

/// The streams that records from a trusted size on belong to.
///
/// What a stream's last record below that size was is not known: the first record behind it is taken at its word, as
/// long as it links below the size. From there on nothing is.
pub(crate) struct SinceStreams {
    trusted: u64,
    heads: BTreeMap<(u16, u64), Head>,
    /// For each kind the first and the last id that began behind the trusted size.
    new: BTreeMap<u16, (u64, u64)>,
}

impl Streams {
    /// Follows all streams, or those from a trusted size on.
    pub(crate) fn new(trusted: u64) -> Self {
        match trusted {
            0 => Self::All(HeadTable::new()),
            _ => Self::Since(SinceStreams { trusted, heads: BTreeMap::new(), new: BTreeMap::new() }),
        }
    }

    /// Returns how many streams were met.
    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::All(table) => table.streams(),
            Self::Since(since) => since.heads.len() as u64,
        }
    }

    /// Reads what is known of a stream that is needed soon, and does nothing else. Millions of them do not fit into the
    /// processor's caches: read some together, and all of them are waited for at once.
    #[inline]
    pub(crate) fn fetch(&self, stream: StreamRef) {
        if let Self::All(table) = self {
            std::hint::black_box(table.get(stream));
        }
    }

    /// Checks that a record continues its stream, and notes it.
    #[inline]
    pub(crate) fn advance(
        &mut self,
        stream: StreamRef,
        position: u32,
        previous: Option<RecordIndex>,
        index: RecordIndex,
    ) -> Result<(), HeadError> {
        match self {
            Self::All(table) => table.advance(stream, position, previous, index),
            Self::Since(since) => since.advance(stream, position, previous, index),
        }
    }
}

impl SinceStreams {
    fn advance(
        &mut self,
        stream: StreamRef,
        position: u32,
        previous: Option<RecordIndex>,
        index: RecordIndex,
    ) -> Result<(), HeadError> {
        match self.heads.get(&(stream.kind, stream.id)) {
            Some(known) => {
                let expected = known.position.saturating_add(1);
                if position != expected {
                    return Err(HeadError::Position { stream, expected, found: position });
                }
                if previous != Some(known.last) {
                    return Err(HeadError::Previous { stream, expected: Some(known.last), found: previous });
                }
            }
            None if position == 0 => {
                let (_, last) = *self.new.get(&stream.kind).unwrap_or(&(stream.id, stream.id - 1));
                if stream.id != last + 1 {
                    return Err(HeadError::IdOutOfOrder { stream, next: last + 1 });
                }
                self.new.entry(stream.kind).or_insert((stream.id, stream.id)).1 = stream.id;
            }
            None => {
                let is_old = self.new.get(&stream.kind).is_none_or(|(first, _)| stream.id < *first);
                if !is_old {
                    return Err(HeadError::Position { stream, expected: 0, found: position });
                }
                if previous.is_none_or(|previous| previous.0 >= self.trusted) {
                    return Err(HeadError::Previous { stream, expected: None, found: previous });
                }
            }
        }
        self.heads.insert((stream.kind, stream.id), Head { last: index, position });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_a_trusted_size_streams_go_on_without_gaps() {
        let stream = |id| StreamRef { kind: 4, id };
        let link = |index| Some(RecordIndex(index));
        let mut streams = Streams::new(10);
        let mut advance = |id, position, previous, index| {
            streams.advance(stream(id), position, previous, RecordIndex(index)).is_ok()
        };
        assert!(!advance(3, 4, link(10), 10), "its predecessor is not below the size");
        assert!(advance(3, 4, link(9), 10));
        assert!(!advance(3, 6, link(10), 11), "a gap");
        assert!(!advance(3, 5, link(9), 11), "not its last record");
        assert!(advance(3, 5, link(10), 11));
        assert!(advance(7, 0, None, 12), "the first new one");
        assert!(!advance(9, 0, None, 13), "an id left out");
        assert!(!advance(7, 0, None, 13), "begun twice");
        assert!(advance(8, 0, None, 13));
        assert!(!advance(9, 2, link(5), 14), "it cannot have begun before the ones with smaller ids");
        assert!(advance(6, 2, link(5), 14));
        assert_eq!(streams.count(), 4);
    }
}
