//! Follows the chain through one segment file, and looks behind damage for records that are still intact
//! (FORMAT.md section 10).

use std::{io, ops::Range};

use docket_proof::{Flags, Frame, HASH_LEN, MAX_RECORD_LEN, RecordError, RecordHash, RecordKey, RecordView};

use crate::{
    disk::DiskFile,
    files::SEGMENT_RECORDS,
    frames::{FrameWalk, Step},
    room::is_room,
};

/// What is known before the first record of a walk.
#[derive(Clone, Copy)]
pub(crate) struct Chain<'a> {
    pub(crate) key: &'a RecordKey,
    /// Records below this index are not hashed again: their segment is trusted by whoever walks.
    pub(crate) trusted_below: u64,
}

/// Why the next record does not follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Break {
    /// Too few bytes, or a length out of its limits.
    Frame,
    /// The stored hash is not the right one.
    Hash { computed: RecordHash, stored: RecordHash },
    /// A record of another place.
    Index { found: u64 },
}

/// How a walk ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WalkEnd {
    /// Index of the first record that was not taken.
    pub(crate) next_index: u64,
    /// Where it would start.
    pub(crate) offset: u64,
    /// Why it does not follow; `None` at the end of the range, of the segment, before room, or where the visitor stopped.
    pub(crate) broken: Option<Break>,
}

/// What a visitor answers.
pub(crate) enum Go {
    On,
    Stop,
}

/// A record that follows.
pub(crate) struct Followed<'a> {
    pub(crate) index: u64,
    pub(crate) offset: u64,
    pub(crate) hash: RecordHash,
    pub(crate) stored_len: usize,
    /// The record, as it is hashed.
    pub(crate) bytes: &'a [u8],
    pub(crate) view: Result<RecordView<'a>, RecordError>,
}

/// Walks records from `index` at `offset` up to `end` or the end of the segment, and shows each that follows. Room in front
/// of `end` ends it too.
pub(crate) fn walk(
    file: &dyn DiskFile,
    chain: Chain<'_>,
    index: u64,
    offset: u64,
    end: u64,
    visit: &mut dyn FnMut(Followed<'_>) -> io::Result<Go>,
) -> io::Result<WalkEnd> {
    let limit = (index / SEGMENT_RECORDS + 1) * SEGMENT_RECORDS;
    let mut frames = FrameWalk::new(file, offset, end);
    let mut next_index = index;
    while next_index < limit {
        let ended = |broken, offset| Ok(WalkEnd { next_index, offset, broken });
        let start = frames.offset();
        let is_checked = next_index >= chain.trusted_below;
        let (step, hash) = if is_checked { frames.next_hashed(chain.key)? } else { (frames.next()?, None) };
        let (offset, preceded, frame) = match step {
            Step::Frame { offset, preceded, frame } => (offset, preceded, frame),
            Step::End => return ended(None, start),
            Step::Broken => return ended((!is_room(file, start, end)?).then_some(Break::Frame), start),
        };
        if is_checked && hash != Some(frame.stored_hash) {
            let computed = chain.hash(next_index, preceded, &frame);
            if computed != frame.stored_hash {
                return ended(Some(Break::Hash { computed, stored: frame.stored_hash }), start);
            }
        }
        let found = frame.claimed_index().map_or(u64::MAX, |index| index.0);
        if found != next_index {
            return ended(Some(Break::Index { found }), start);
        }
        let followed = Followed {
            index: next_index,
            offset,
            hash: frame.stored_hash,
            stored_len: frame.stored_len(),
            bytes: frame.record,
            view: RecordView::parse(frame.record),
        };
        next_index += 1;
        if let Go::Stop = visit(followed)? {
            break;
        }
    }
    Ok(WalkEnd { next_index, offset: frames.offset(), broken: None })
}

impl Chain<'_> {
    /// Computes the hash that a record should have.
    fn hash(&self, index: u64, preceded: &[u8], frame: &Frame<'_>) -> RecordHash {
        if index == 0 { RecordHash::of_genesis(frame.record) } else { self.key.hash_chained(preceded) }
    }
}

/// An intact record found behind damage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Intact {
    pub(crate) index: u64,
    /// Where it starts.
    pub(crate) offset: u64,
    /// Present on the last record of a batch.
    pub(crate) durable_to: Option<u64>,
}

/// Looks at every byte offset in `range` for intact records whose index lies in `indexes`, and returns the first
/// that `accept` takes. Reads in windows; memory stays bounded.
pub(crate) fn find_intact(
    file: &dyn DiskFile,
    key: &RecordKey,
    range: Range<u64>,
    indexes: &Range<u64>,
    accept: &mut dyn FnMut(&Intact) -> bool,
) -> io::Result<Option<Intact>> {
    const WINDOW: usize = 1 << 20;
    const REACH: usize = MAX_RECORD_LEN + HASH_LEN;
    let mut from = range.start.max(HASH_LEN as u64);
    let left = usize::try_from(range.end.saturating_sub(from)).unwrap_or(usize::MAX);
    let mut buffer = vec![0; HASH_LEN + left.min(WINDOW) + REACH];
    while from < range.end {
        let mut filled = 0;
        let base = from - HASH_LEN as u64;
        while let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
            match file.read_at(free, base + filled as u64)? {
                0 => break,
                read => filled += read,
            }
        }
        let window = buffer.get(..filled).unwrap_or_default();
        let candidates = usize::try_from(range.end - from).map_or(WINDOW, |left| left.min(WINDOW));
        for at in 0..candidates {
            let Some(preceded) = window.get(at..) else { break };
            let Some(record) = preceded.get(HASH_LEN..) else { break };
            if let Some(intact) = intact_at(key, from + at as u64, preceded, record, indexes)
                && accept(&intact)
            {
                return Ok(Some(intact));
            }
        }
        from += candidates as u64;
    }
    Ok(None)
}

/// Returns the intact record at the front of `record`, if there is one. Cheap tests come first.
fn intact_at(
    key: &RecordKey,
    offset: u64,
    preceded: &[u8],
    record: &[u8],
    indexes: &Range<u64>,
) -> Option<Intact> {
    let index = record.get(4..12)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))?;
    if !indexes.contains(&index) {
        return None;
    }
    let frame = Frame::take(record)?;
    if !frame.is_intact(key, preceded.get(..HASH_LEN + frame.record.len())?) {
        return None;
    }
    let durable_to = RecordView::parse(frame.record)
        .ok()
        .filter(|view| view.flags.has(Flags::LAST))
        .and_then(|view| view.durable_to);
    Some(Intact { index, offset, durable_to })
}
