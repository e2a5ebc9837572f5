//! Compares a row with what the ledger holds under its key.

use docket_domain::{CaseId, Event, NewEvent, SourceId, StreamRef, UnitId};
use docket_log::Reader;
use docket_projection::event_of;
use docket_proof::{Flags, RecordIndex};

use crate::{failure::Failure, import::MappedRow};

use super::row::Vocabulary;

/// The ledger as it stood when the import began.
pub(super) struct Existing {
    reader: Reader,
}

impl Existing {
    pub(super) fn new(reader: Reader) -> Self {
        Self { reader }
    }

    /// Says whether the batch that begins at `first` records what the row says. Which file and row it came from, and in
    /// which order, does not matter.
    pub(super) fn is_same(
        &self,
        first: RecordIndex,
        row: &MappedRow<'_>,
        unit: Option<UnitId>,
        vocabulary: &Vocabulary,
    ) -> Result<bool, Failure> {
        // A row whose unit is not in the register cannot be in the ledger as it is.
        if row.unit.is_some() && unit.is_none() {
            return Ok(false);
        }
        let expected = expected_events(row.clone(), unit, vocabulary);
        let Some(expected) = expected else { return Ok(false) };
        let mut index = first;
        for (number, new) in (1..).zip(&expected) {
            if index.0 >= self.reader.size() {
                // Added by this very import: the pass over the file has compared it.
                return Ok(true);
            }
            let stored = self.reader.record(index)?;
            let view = stored.view();
            let Some((event, meta)) = event_of(&view).map_err(Failure::undecided)? else { return Ok(false) };
            let is_last = view.flags.has(Flags::LAST);
            if without_origin(event) != new.event
                || meta.occurred != new.occurred
                || is_last != (number == expected.len())
            {
                return Ok(false);
            }
            let values = self.reader.values(&view)?;
            let same_values = values.len() == new.personal.len()
                && values.iter().zip(&new.personal).all(|(stored, new)| {
                    stored.field == new.field.number()
                        && stored.value.as_slice() == new.text.expose().as_bytes()
                });
            if !same_values {
                return Ok(false);
            }
            index.0 += 1;
        }
        Ok(true)
    }
}

/// Returns what the row would record, without where it came from.
fn expected_events(
    row: MappedRow<'_>,
    unit: Option<UnitId>,
    vocabulary: &Vocabulary,
) -> Option<Vec<NewEvent>> {
    let source = SourceId::new(1)?;
    let stream: StreamRef = CaseId::new(1)?.stream();
    let commands = vocabulary.commands(row, source, unit, 1).ok()?;
    let events = commands.into_iter().map(|command| {
        let (actor, occurred) = (command.actor, command.occurred);
        let (event, personal) = command.act.into_parts();
        NewEvent { stream, actor, occurred, event: without_origin(event), personal }
    });
    Some(events.collect())
}

fn without_origin(mut event: Event) -> Event {
    match &mut event {
        Event::CaseRegistered(body) => body.origin = None,
        Event::CaseAssigned(body) => body.origin = None,
        Event::StepTaken(body) => body.origin = None,
        Event::ReplyDelivered(body) => body.origin = None,
        Event::CaseClosed(body) => body.origin = None,
        Event::CaseReopened(body) => body.origin = None,
        _ => {}
    }
    event
}
