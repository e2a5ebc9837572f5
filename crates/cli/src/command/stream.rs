//! `docket stream`.

use docket_domain::{Event, StreamRef};
use docket_projection::{ProjectionError, event_of};
use serde::Serialize;

use crate::{failure::Failure, output::Output, session::Place, text::escape, times};

use super::{
    record::{Value, values},
    show::{RecordJson, line, parse_stream},
};

/// List the records of one stream, oldest first
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The stream: C-1024, U-12, O-17, S-1, or `ledger`
    code: String,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let stream = parse_stream(&args.code).ok_or_else(|| {
        Failure::usage(format!("{:?} names no stream", args.code))
            .hint("write a code such as C-1024, U-12, O-17, S-1, or `ledger`")
    })?;
    let desk = place.desk(output)?;
    let zone = times::zone(&desk.reader().identity().genesis.time_zone)?;
    let history = desk.history(stream)?;
    if history.is_empty() {
        return Err(
            Failure::usage(format!("no stream {}", args.code)).hint("`docket log` lists what there is")
        );
    }
    for stored in history {
        if output.json {
            output.object(&RecordJson::new(&stored.view(), stored.hash()))?;
        } else {
            output.line(line(&stored.view(), &zone))?;
        }
    }
    Ok(())
}

/// A record of what is shown, with what its event says.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    record: RecordJson,
    /// The fields of the event, by their names in EVENTS.md.
    fields: Option<&'a Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    personal: Option<Vec<Value>>,
}

/// Shows the records of a stream that hold events of these types (all, where there are none) with what they say, and with
/// their personal values where these are asked for.
pub(crate) fn show(
    stream: StreamRef,
    types: &[u16],
    personal: bool,
    place: &Place,
    output: &mut Output,
) -> Result<(), Failure> {
    let desk = place.desk(output)?;
    let zone = times::zone(&desk.reader().identity().genesis.time_zone)?;
    let history = desk.history(docket_proof::StreamRef { kind: stream.kind.0, id: stream.id })?;
    if history.is_empty() {
        return Err(Failure::usage(format!("there is no {stream}")).hint("`docket log` lists what there is"));
    }
    for stored in &history {
        let view = stored.view();
        if !types.is_empty() && !types.contains(&view.event_type) {
            continue;
        }
        let event = event_of(&view).map_err(ProjectionError::from)?.map(|(event, _)| event);
        let values = if personal { Some(values(desk.reader(), &view)?) } else { None };
        if output.json {
            let record = RecordJson::new(&view, stored.hash());
            output.object(&Shown { record, fields: event.as_ref(), personal: values })?;
            continue;
        }
        output.line(line(&view, &zone))?;
        for value in values.into_iter().flatten() {
            output.line(format_args!("          {}: {}", value.field, escape(&value.value)))?;
        }
    }
    Ok(())
}
