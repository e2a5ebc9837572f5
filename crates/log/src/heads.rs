//! Where each stream stands: the position and index of its last record.
//!
//! The format promises dense ids per kind, positions without gaps and right back-links (FORMAT.md section 4).
//! One table serves the writer, which continues streams, and the scan, which checks that they were continued.

use docket_proof::{RecordIndex, StreamRef};

/// What errors call the table of heads.
pub(crate) const HEADS: &str = "the streams' heads";

/// The last record of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// Its index in the log.
    pub last: RecordIndex,
    /// Its position in the stream.
    pub position: u32,
}

/// Why a record does not continue its stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeadError {
    /// The id is neither a stream that exists nor the next new one.
    #[error("stream {kind}/{id} is out of order: the next new id of kind {kind} is {next}", kind = stream.kind, id = stream.id)]
    IdOutOfOrder {
        /// The stream named.
        stream: StreamRef,
        /// The only id that could be new.
        next: u64,
    },
    /// The position leaves a gap or stands twice.
    #[error("position {found} in stream {kind}/{id}, expected {expected}", kind = stream.kind, id = stream.id)]
    Position {
        /// The stream named.
        stream: StreamRef,
        /// The position that comes next.
        expected: u32,
        /// The position found.
        found: u32,
    },
    /// The back-link leads elsewhere.
    #[error("stream {kind}/{id} links back to {found:?}, expected {expected:?}", kind = stream.kind, id = stream.id)]
    Previous {
        /// The stream named.
        stream: StreamRef,
        /// The stream's last record.
        expected: Option<RecordIndex>,
        /// The link found.
        found: Option<RecordIndex>,
    },
}

/// What a writer must know of the streams it continues.
///
/// Held by the writer alone, under its lock. An implementation may load lazily, so asking can fail; what was set must
/// be what is answered next.
pub trait Heads: Send {
    /// Returns the head of a stream, or `None` where the stream has no record yet.
    ///
    /// # Errors
    /// When what is known cannot be read.
    fn head(&mut self, stream: StreamRef) -> std::io::Result<Option<Head>>;

    /// Returns how many streams of a kind there are, which is the highest id.
    ///
    /// # Errors
    /// When what is known cannot be read.
    fn count(&mut self, kind: u16) -> std::io::Result<u64>;

    /// Notes the new last record of a stream.
    ///
    /// # Errors
    /// When what is known cannot be read.
    fn set(&mut self, stream: StreamRef, head: Head) -> std::io::Result<()>;
}

/// Streams for which room is made at once, at least.
const MIN_ROOM: usize = 64;

/// All heads in memory, 16 bytes a stream.
#[derive(Clone, Debug, Default)]
pub struct HeadTable {
    kinds: Vec<Vec<Head>>,
}

impl HeadTable {
    /// Returns a table without streams.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the head of a stream.
    #[inline]
    pub fn get(&self, stream: StreamRef) -> Option<Head> {
        let place = usize::try_from(stream.id.checked_sub(1)?).ok()?;
        self.kinds.get(usize::from(stream.kind))?.get(place).copied()
    }

    /// Returns how many streams of a kind there are.
    pub fn count_of(&self, kind: u16) -> u64 {
        self.kinds.get(usize::from(kind)).map_or(0, |heads| heads.len() as u64)
    }

    /// Returns how many streams there are.
    pub fn streams(&self) -> u64 {
        self.kinds.iter().map(|heads| heads.len() as u64).sum()
    }

    /// Checks that a record continues its stream, and notes it.
    ///
    /// # Errors
    /// When it does not. The table is then unchanged.
    #[inline]
    pub fn advance(
        &mut self,
        stream: StreamRef,
        position: u32,
        previous: Option<RecordIndex>,
        index: RecordIndex,
    ) -> Result<(), HeadError> {
        let known = self.get(stream);
        let expected = known.map_or(0, |head| head.position.saturating_add(1));
        if known.is_none() {
            let next = self.count_of(stream.kind) + 1;
            if stream.id != next {
                return Err(HeadError::IdOutOfOrder { stream, next });
            }
        }
        if position != expected {
            return Err(HeadError::Position { stream, expected, found: position });
        }
        let expected = known.map(|head| head.last);
        if previous != expected {
            return Err(HeadError::Previous { stream, expected, found: previous });
        }
        self.put(stream, Head { last: index, position });
        Ok(())
    }

    /// Sets a head; a new stream's id must be the next of its kind, which both callers have checked.
    fn put(&mut self, stream: StreamRef, head: Head) {
        let kind = usize::from(stream.kind);
        if self.kinds.len() <= kind {
            self.kinds.resize_with(kind + 1, Vec::new);
        }
        let Some(heads) = self.kinds.get_mut(kind) else { return };
        let place = stream.id.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        match place.and_then(|place| heads.get_mut(place)) {
            Some(known) => *known = head,
            None => {
                if heads.len() == heads.capacity() {
                    // Not twice as many at once: of a city's households most of that would never be used.
                    heads.reserve_exact((heads.len() / 8).max(MIN_ROOM));
                }
                heads.push(head);
            }
        }
    }
}

impl Heads for HeadTable {
    fn head(&mut self, stream: StreamRef) -> std::io::Result<Option<Head>> {
        Ok(self.get(stream))
    }

    fn count(&mut self, kind: u16) -> std::io::Result<u64> {
        Ok(self.count_of(kind))
    }

    fn set(&mut self, stream: StreamRef, head: Head) -> std::io::Result<()> {
        self.put(stream, head);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_a_skipped_id_and_a_false_link_are_told_apart() {
        let stream = |id| StreamRef { kind: 4, id };
        let mut table = HeadTable::new();
        assert_eq!(table.advance(stream(1), 0, None, RecordIndex(1)), Ok(()));
        assert_eq!(table.advance(stream(1), 1, Some(RecordIndex(1)), RecordIndex(2)), Ok(()));
        assert_eq!(
            table.advance(stream(3), 0, None, RecordIndex(3)),
            Err(HeadError::IdOutOfOrder { stream: stream(3), next: 2 })
        );
        assert_eq!(
            table.advance(stream(1), 3, Some(RecordIndex(2)), RecordIndex(3)),
            Err(HeadError::Position { stream: stream(1), expected: 2, found: 3 })
        );
        assert_eq!(
            table.advance(stream(1), 2, Some(RecordIndex(1)), RecordIndex(3)),
            Err(HeadError::Previous {
                stream: stream(1),
                expected: Some(RecordIndex(2)),
                found: Some(RecordIndex(1))
            })
        );
        assert_eq!(table.get(stream(1)), Some(Head { last: RecordIndex(2), position: 1 }));
        assert_eq!((table.count_of(4), table.count_of(5), table.streams()), (1, 0, 1));
    }
}
