//! Compares a row with what the ledger holds under its key.

use docket_domain::{Command, Event, OccurredAt, PersonalValue};
use docket_log::{Reader, StoredRecord};
use docket_projection::{CommandId, Office, event_of};
use docket_proof::{Flags, RecordIndex, RecordView};
use serde_json::Value;

use crate::failure::Failure;

use super::draft::{Draft, Ids, row_id};

/// The ledger as it stood when the import began.
pub(super) struct Existing {
    reader: Reader,
    /// Some of its records in a row.
    read: Vec<StoredRecord>,
    /// Where the row after the last one compared begins, if rows come in the order in which they were added.
    next: u64,
}

/// Records that are read together where one is asked for behind another.
const TOGETHER: u64 = 256;

/// What the ledger holds of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Held {
    /// All of it.
    Whole,
    /// So many of its events, in the stream of this id; it may say more.
    Begun {
        /// The id.
        opened: u64,
        /// How many.
        held: usize,
    },
    /// Something else.
    Other,
}

impl Existing {
    pub(super) fn new(reader: Reader) -> Self {
        Self { reader, read: Vec::new(), next: u64::MAX }
    }

    /// Returns the batch that follows the last row compared, if it is the one of this id: so it is where a file is imported
    /// again, and the index need not be asked for millions of ids, each of which lies somewhere else.
    pub(super) fn follows(&mut self, id: &CommandId) -> Result<Option<RecordIndex>, Failure> {
        if self.next >= self.reader.size() {
            return Ok(None);
        }
        let index = RecordIndex(self.next);
        let is_it = self.record(index)?.view().command_id == Some(id);
        Ok(is_it.then_some(index))
    }

    /// Returns a record; reads some more with it, where it follows those that were read.
    fn record(&mut self, index: RecordIndex) -> Result<&StoredRecord, Failure> {
        let first = self.read.first().map_or(u64::MAX, |record| record.view().index.0);
        let place = usize::try_from(index.0.wrapping_sub(first)).unwrap_or(usize::MAX);
        let place = if place < self.read.len() {
            place
        } else {
            let count = if place == self.read.len() { TOGETHER } else { 1 };
            let end = self.reader.size().min(index.0.saturating_add(count));
            self.read = self.reader.records(index.0..end.max(index.0 + 1))?;
            0
        };
        self.read.get(place).ok_or_else(|| Failure::undecided("a record that was just read is gone"))
    }

    /// Says how much of a row the ledger holds in the batch that begins at `first`, and in those that went on with it.
    /// Which file and row it came from does not matter.
    pub(super) fn compare(
        &mut self,
        office: &mut Office,
        mapping: &str,
        first: RecordIndex,
        draft: &impl Draft,
        ids: Ids<'_>,
    ) -> Result<Held, Failure> {
        if first.0 >= self.reader.size() {
            // Added by this very import: the pass over the file has compared it.
            return Ok(Held::Whole);
        }
        let opened = self.record(first)?.view().stream.id;
        let Ok(expected) = draft.commands(&Ids { opened, ..ids }, office) else { return Ok(Held::Other) };
        let expected: Vec<_> = expected.into_iter().map(Expected::of).collect();
        let (mut held, mut batch) = (0, first);
        loop {
            match self.batch(batch, expected.get(held..).unwrap_or_default())? {
                None => return Ok(Held::Other),
                Some(same) => held += same,
            }
            if held == expected.len() {
                return Ok(Held::Whole);
            }
            if !draft.may_grow() {
                return Ok(Held::Other);
            }
            match office.find_command(&row_id(mapping, draft.key(), held))? {
                Some(next) => batch = next,
                None => return Ok(Held::Begun { opened, held }),
            }
        }
    }

    /// Returns how many events a batch has, if they are the first of these.
    fn batch(&mut self, first: RecordIndex, expected: &[Expected]) -> Result<Option<usize>, Failure> {
        for (index, (new, count)) in (first.0..).zip(expected.iter().zip(1..)) {
            let stored = self.record(RecordIndex(index))?.clone();
            let view = stored.view();
            if !self.is_same(&view, new)? {
                return Ok(None);
            }
            if view.flags.has(Flags::LAST) {
                self.next = index + 1;
                return Ok(Some(count));
            }
        }
        // The ledger holds more.
        Ok(None)
    }

    fn is_same(&self, view: &RecordView<'_>, new: &Expected) -> Result<bool, Failure> {
        let Some((event, meta)) = event_of(view).map_err(Failure::undecided)? else { return Ok(false) };
        if meta.occurred != new.occurred || !is_same_event(&event, &new.event).map_err(Failure::undecided)? {
            return Ok(false);
        }
        let values = self.reader.values(view)?;
        Ok(values.len() == new.personal.len()
            && values.iter().zip(&new.personal).all(|(stored, new)| {
                stored.field == new.field.number() && stored.value.as_slice() == new.text.expose().as_bytes()
            }))
    }
}

/// What a command would record.
struct Expected {
    occurred: OccurredAt,
    event: Event,
    personal: Vec<PersonalValue>,
}

impl Expected {
    fn of(command: Command) -> Self {
        let occurred = command.occurred;
        let (event, personal) = command.act.into_parts();
        Self { occurred, event, personal }
    }
}

/// Says whether two events are the same but for the row they came from.
fn is_same_event(one: &Event, other: &Event) -> Result<bool, serde_json::Error> {
    // So it is where the same file is imported again.
    Ok(one == other || without_origin(one)? == without_origin(other)?)
}

/// Returns the fields of an event but for the row it came from.
fn without_origin(event: &Event) -> Result<Value, serde_json::Error> {
    let mut fields = serde_json::to_value(event)?;
    if let Value::Object(fields) = &mut fields {
        fields.remove("origin");
        fields.insert("event".to_owned(), Value::from(event.name()));
    }
    Ok(fields)
}
