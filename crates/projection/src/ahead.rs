//! Reads records and decodes their events, ahead of the fold and on other threads where there are any.
//!
//! The fold goes through the log in order, on one thread, whatever the number of threads: so its states do not depend on
//! it. What needs no state (reading, taking apart, decoding) is done ahead of it, for a bounded number of records.

use std::{ops::Range, sync::mpsc};

use docket_domain::{Event, MAX_ID, RecordMeta, ReplayError, Role, StreamKind, Violation};
use docket_log::Reader;
use docket_proof::{Flags, RecordView, StreamRef};

use crate::{
    error::ProjectionError,
    index::CommandId,
    states::{FoldError, meta_of},
};

/// Records that are handed on together.
const BATCH: usize = 1_024;
/// Batches that a thread reads ahead at most: what lies between the fold and the threads that read.
const AHEAD: u64 = 8;
/// Records that one thread reads in a row: as many as it may read ahead, so that no thread waits while its turn has not
/// come.
const STRETCH: u64 = BATCH as u64 * AHEAD;

/// Records whose states are fetched together: so many reads of memory go on at the same time.
const TOGETHER: usize = 16;

/// A record as the fold needs it.
#[derive(Debug)]
pub(crate) struct ReadRecord {
    pub(crate) meta: RecordMeta,
    pub(crate) event_type: u16,
    /// Its batch carries its actor's signature.
    pub(crate) is_signed: bool,
    /// `None` for the ledger's own records and for events of a newer version.
    event: Result<Option<Event>, FoldError>,
    /// The id of the command whose batch begins here. The ledger's own records have ids that nobody gave and nobody asks
    /// for: they have none.
    pub(crate) command_id: Option<CommandId>,
    /// How many personal fields it has.
    personal: usize,
}

impl ReadRecord {
    /// Takes what is needed of a record; the numbers of its personal fields are added to `personal`.
    #[inline]
    pub(crate) fn of(record: &RecordView<'_>, personal: &mut Vec<u16>) -> Self {
        let is_system = record.stream.kind == StreamRef::SYSTEM.kind;
        let event = if is_system { Ok(None) } else { event_in(record) };
        let fields = personal.len();
        personal.extend(record.commitments.iter().map(|(field, _)| field));
        let is_first = record.flags.has(Flags::FIRST) && !is_system;
        Self {
            meta: meta_of(record),
            event_type: record.event_type,
            is_signed: record.flags.has(Flags::SIGNED),
            event,
            command_id: record.command_id.copied().filter(|_| is_first),
            personal: personal.len() - fields,
        }
    }

    /// Fails, once, where the body is not what its type and version say, or no official can have its actor's number.
    pub(crate) fn readable(&mut self) -> Result<(), FoldError> {
        if self.event.is_ok() {
            return Ok(());
        }
        std::mem::replace(&mut self.event, Ok(None)).map(drop)
    }

    /// Takes the event of a [readable](Self::readable) record, if this version knows it.
    pub(crate) fn into_event(self) -> Option<(Event, RecordMeta)> {
        self.event.ok()?.map(|event| (event, self.meta))
    }

    /// Returns the event of a [readable](Self::readable) record, if this version knows it.
    pub(crate) fn event(&self) -> Option<&Event> {
        self.event.as_ref().ok()?.as_ref()
    }
}

/// Decodes the event of a record that is not the ledger's own.
fn event_in(record: &RecordView<'_>) -> Result<Option<Event>, FoldError> {
    let index = record.index.0;
    let event = match Event::decode(record.event_type, record.schema_version, record.body) {
        Ok(event) => event,
        Err(error) if error.is_unknown() => return Ok(None),
        Err(source) => return Err(FoldError::Body { index, source }),
    };
    if record.actor > MAX_ID {
        let subject = docket_domain::StreamRef { kind: StreamKind::OFFICIAL, id: record.actor };
        let violation = Violation::NoSuchSubject { role: Role::Actor, subject };
        return Err(ReplayError { record: index, event: event.name(), violation }.into());
    }
    Ok(Some(event))
}

/// Records in order.
#[derive(Default)]
struct Batch {
    records: Vec<ReadRecord>,
    /// Their personal fields, one record's behind the other's.
    personal: Vec<u16>,
}

impl Batch {
    fn clear(&mut self) {
        self.records.clear();
        self.personal.clear();
    }

    fn show(&mut self, visitor: &mut dyn Visitor) -> Result<(), ProjectionError> {
        let mut personal = self.personal.as_slice();
        for records in self.records.chunks_mut(TOGETHER) {
            records.iter().for_each(|record| visitor.expect(record.meta.stream));
            for record in records {
                let (own, rest) = personal.split_at_checked(record.personal).unwrap_or((&[], &[]));
                personal = rest;
                visitor.visit(record, own)?;
            }
        }
        Ok(())
    }
}

/// What records are shown to.
pub(crate) trait Visitor {
    /// Says that records of these streams come next, a few of them in a row, so that what lies far apart in memory can be
    /// fetched all at once. No more than a hint.
    fn expect(&self, _stream: docket_domain::StreamRef) {}

    /// Shows a record and the numbers of its personal fields.
    fn visit(&mut self, record: &mut ReadRecord, personal: &[u16]) -> Result<(), ProjectionError>;
}

impl<F: FnMut(&mut ReadRecord, &[u16]) -> Result<(), ProjectionError>> Visitor for F {
    fn visit(&mut self, record: &mut ReadRecord, personal: &[u16]) -> Result<(), ProjectionError> {
        self(record, personal)
    }
}

/// Shows the records of a range in order. All but one of `threads` read ahead.
///
/// # Errors
/// When a record cannot be read, at its place, and when the visitor says so.
pub(crate) fn for_each_read(
    reader: &Reader,
    range: Range<u64>,
    threads: usize,
    visitor: &mut dyn Visitor,
) -> Result<(), ProjectionError> {
    let helpers = u64::try_from(threads.saturating_sub(1)).unwrap_or(u64::MAX);
    let stretches = range.end.saturating_sub(range.start).div_ceil(STRETCH);
    // A few records are read before a thread is there.
    if helpers == 0 || stretches < 2 {
        let mut batch = Batch::default();
        let read = reader.for_each(range, |record, _| {
            batch.records.push(ReadRecord::of(&record, &mut batch.personal));
            if batch.records.len() < TOGETHER {
                return Ok(());
            }
            let shown = batch.show(visitor);
            batch.clear();
            shown
        });
        // What was read before a record that cannot be counts.
        batch.show(visitor)?;
        return read;
    }
    std::thread::scope(|scope| {
        let helpers: Vec<Helper> = (0..helpers.min(stretches))
            .map(|number| {
                let (full, filled) = mpsc::channel();
                let (emptied, empty) = mpsc::channel();
                // There are no more batches than these: nobody runs ahead of the fold any further.
                (0..AHEAD).for_each(|_| drop(emptied.send(Batch::default())));
                let (range, step) = (range.clone(), helpers.min(stretches));
                scope.spawn(move || {
                    for stretch in (number..stretches).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
                        let from = range.start + stretch * STRETCH;
                        let to = range.end.min(from + STRETCH);
                        if read_stretch(reader, from..to, &empty, &full).is_none() {
                            return;
                        }
                    }
                });
                Helper { filled, emptied }
            })
            .collect();
        let mut next = range.start;
        for helper in helpers.iter().cycle() {
            let end = range.end.min(next + STRETCH);
            while next < end {
                // A thread that is gone has panicked, and this scope will.
                let Ok(batch) = helper.filled.recv() else { return Ok(()) };
                let mut batch: Batch = batch?;
                batch.show(visitor)?;
                next += batch.records.len() as u64;
                // What a batch holds is let go of where it was made, and its place is used again.
                let _ = helper.emptied.send(batch);
            }
            if next >= range.end {
                break;
            }
        }
        Ok(())
    })
}

/// A thread that reads ahead.
struct Helper {
    filled: mpsc::Receiver<Result<Batch, ProjectionError>>,
    emptied: mpsc::Sender<Batch>,
}

/// Why reading stops.
enum Stop {
    /// Nobody listens any more.
    Unheard,
    Failed(ProjectionError),
}

impl From<docket_log::StoreError> for Stop {
    fn from(error: docket_log::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Reads a stretch; `None` where nothing is to follow.
fn read_stretch(
    reader: &Reader,
    range: Range<u64>,
    empty: &mpsc::Receiver<Batch>,
    full: &mpsc::Sender<Result<Batch, ProjectionError>>,
) -> Option<()> {
    let end = range.end;
    let mut batch: Option<Batch> = None;
    let read = reader.for_each(range, |record, _| {
        let filling = match &mut batch {
            Some(batch) => batch,
            none => {
                let mut fresh = empty.recv().map_err(|_| Stop::Unheard)?;
                fresh.clear();
                none.insert(fresh)
            }
        };
        filling.records.push(ReadRecord::of(&record, &mut filling.personal));
        if filling.records.len() == BATCH || record.index.0 + 1 == end {
            batch.take().map_or(Ok(()), |batch| full.send(Ok(batch))).map_err(|_| Stop::Unheard)?;
        }
        Ok(())
    });
    match read {
        Ok(()) => Some(()),
        Err(Stop::Unheard) => None,
        Err(Stop::Failed(error)) => {
            // Records before it count, as they do where one thread reads and folds.
            let _ = batch.map(|batch| full.send(Ok(batch)));
            let _ = full.send(Err(error));
            None
        }
    }
}

/// Returns how many threads there are to be had.
pub fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}
