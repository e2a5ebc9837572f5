//! Compares a row with what the ledger holds under its key.

use docket_domain::{Command, Event, OccurredAt, PersonalValue};
use docket_log::Reader;
use docket_projection::{Office, event_of};
use docket_proof::{Flags, RecordIndex, RecordView};
use serde_json::Value;

use crate::failure::Failure;

use super::draft::{Draft, Ids, row_id};

/// The ledger as it stood when the import began.
pub(super) struct Existing {
    reader: Reader,
}

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
        Self { reader }
    }

    /// Says how much of a row the ledger holds in the batch that begins at `first`, and in those that went on with it.
    /// Which file and row it came from does not matter.
    pub(super) fn compare(
        &self,
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
        let opened = self.reader.record(first)?.view().stream.id;
        let Ok(expected) = draft.commands(&Ids { opened, ..ids }, office) else { return Ok(Held::Other) };
        let expected: Vec<_> =
            expected.into_iter().map(Expected::of).collect::<Result<_, _>>().map_err(Failure::undecided)?;
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
    fn batch(&self, first: RecordIndex, expected: &[Expected]) -> Result<Option<usize>, Failure> {
        for (index, (new, count)) in (first.0..).zip(expected.iter().zip(1..)) {
            let stored = self.reader.record(RecordIndex(index))?;
            let view = stored.view();
            if !self.is_same(&view, new)? {
                return Ok(None);
            }
            if view.flags.has(Flags::LAST) {
                return Ok(Some(count));
            }
        }
        // The ledger holds more.
        Ok(None)
    }

    fn is_same(&self, view: &RecordView<'_>, new: &Expected) -> Result<bool, Failure> {
        let Some((event, meta)) = event_of(view).map_err(Failure::undecided)? else { return Ok(false) };
        if without_origin(&event).map_err(Failure::undecided)? != new.event || meta.occurred != new.occurred {
            return Ok(false);
        }
        let values = self.reader.values(view)?;
        Ok(values.len() == new.personal.len()
            && values.iter().zip(&new.personal).all(|(stored, new)| {
                stored.field == new.field.number() && stored.value.as_slice() == new.text.expose().as_bytes()
            }))
    }
}

/// What a command would record, without where it came from.
struct Expected {
    occurred: OccurredAt,
    event: Value,
    personal: Vec<PersonalValue>,
}

impl Expected {
    fn of(command: Command) -> Result<Self, serde_json::Error> {
        let occurred = command.occurred;
        let (event, personal) = command.act.into_parts();
        Ok(Self { occurred, event: without_origin(&event)?, personal })
    }
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
