//! `docket record`.

use docket_domain::PersonalField;
use docket_log::{Reader, StoreError};
use docket_proof::{RecordIndex, RecordView};
use serde::Serialize;

use crate::{failure::Failure, output::Output, session::Place, text::escape, times};

use super::show::{RecordJson, event_debug, line};

/// Show one record
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The record's index
    index: u64,
    /// Show its personal values too, each checked against its commitment
    #[arg(long)]
    personal: bool,
}

#[derive(Serialize)]
struct WithValues {
    #[serde(flatten)]
    record: RecordJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    personal: Option<Vec<Value>>,
}

/// A personal value of a record, which is the one that the record commits to.
#[derive(Serialize)]
pub(crate) struct Value {
    pub(crate) field: String,
    pub(crate) value: String,
}

/// Reads the personal values of a record, each checked against its commitment.
pub(crate) fn values(reader: &Reader, record: &RecordView<'_>) -> Result<Vec<Value>, StoreError> {
    let named = |field| {
        PersonalField::from_number(field).map_or_else(|| field.to_string(), |field| field.to_string())
    };
    let values = reader.values(record)?.into_iter().map(|value| Value {
        field: named(value.field),
        value: String::from_utf8_lossy(&value.value).into_owned(),
    });
    Ok(values.collect())
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let reader = place.reader()?;
    let stored = reader.record(RecordIndex(args.index))?;
    let view = stored.view();
    let personal = if args.personal { Some(values(&reader, &view)?) } else { None };
    if output.json {
        return output.object(&WithValues { record: RecordJson::new(&view, stored.hash()), personal });
    }
    let zone = times::zone(&reader.identity().genesis.time_zone)?;
    output.line(line(&view, &zone))?;
    output.line(format_args!("hash      {}", stored.hash()))?;
    let actor = if view.actor == 0 { "nobody named".to_owned() } else { format!("O-{}", view.actor) };
    output.line(format_args!("actor     {actor}"))?;
    let previous = view.previous.map_or_else(|| "none".to_owned(), |index| index.to_string());
    output.line(format_args!("position  {} in its stream, previous record {previous}", view.position))?;
    for (field, commitment) in view.commitments.iter() {
        output.line(format_args!("commits   field {field}: {commitment}"))?;
    }
    for event_line in event_debug(&view).lines() {
        output.line(escape(event_line))?;
    }
    for value in personal.into_iter().flatten() {
        output.line(format_args!("{}: {}", value.field, escape(&value.value)))?;
    }
    Ok(())
}
