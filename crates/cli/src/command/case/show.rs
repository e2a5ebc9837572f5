//! `docket case show`.

use docket_domain::{CaseId, PersonalField, Precision, Timeliness, View as _};
use serde::Serialize;

use super::more::More;
use crate::{
    command::{
        show::{RecordJson, line},
        unit::name_of,
    },
    failure::Failure,
    output::Output,
    session::Place,
    text::escape,
    times,
};

/// Show a case and its history
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The case: C-1024 or 1024
    #[arg(value_name = "CASE")]
    case: CaseId,
    /// Show its personal values too, each checked against its commitment
    #[arg(long)]
    personal: bool,
}

#[derive(Serialize)]
struct CaseJson {
    case: String,
    state: &'static str,
    channel: &'static str,
    category: Option<String>,
    raised_at: Option<String>,
    unit: Option<String>,
    handler: Option<String>,
    registered_at: String,
    stated_due: Option<String>,
    stated_timeliness: &'static str,
    replied_at: Option<String>,
    closed_at: Option<String>,
    runs: u16,
    anonymous: bool,
    #[serde(flatten)]
    more: More,
    records: Vec<RecordJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    personal: Vec<Value>,
}

#[derive(Serialize)]
struct Value {
    record: u64,
    field: String,
    value: String,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let mut desk = place.desk(output)?;
    let zone = times::zone(&desk.reader().identity().genesis.time_zone)?;
    let stream = args.case.stream();
    let Some(case) = desk.states_of(&[stream])?.case(args.case).cloned() else {
        return Err(Failure::usage(format!("there is no case {}", args.case))
            .hint("`docket case list` lists the cases"));
    };
    let history = desk.history(docket_proof::StreamRef { kind: stream.kind.0, id: stream.id })?;
    let mut personal = Vec::new();
    if args.personal {
        for stored in &history {
            let view = stored.view();
            for value in desk.reader().values(&view)? {
                let field = PersonalField::from_number(value.field);
                personal.push(Value {
                    record: view.index.0,
                    field: field.map_or_else(|| value.field.to_string(), |field| field.to_string()),
                    value: String::from_utf8_lossy(&value.value).into_owned(),
                });
            }
        }
    }
    let timeliness = match case.stated_timeliness() {
        Timeliness::ClosedByIt => "closed by it",
        Timeliness::ClosedAfterIt => "closed after it",
        Timeliness::Open => "still open",
        Timeliness::Ended => "ended without closing",
        Timeliness::NoneStated => "none stated",
    };
    if output.json {
        return output.object(&CaseJson {
            case: args.case.to_string(),
            state: case.status.name(),
            channel: case.channel.name(),
            category: case.category.as_ref().map(ToString::to_string),
            raised_at: case.raised_at.map(|unit| unit.to_string()),
            unit: case.unit.map(|unit| unit.to_string()),
            handler: case.handler.map(|handler| handler.to_string()),
            registered_at: times::rfc3339(case.registered().at.0),
            stated_due: case.stated_due().map(|due| times::rfc3339(due.0)),
            stated_timeliness: timeliness,
            replied_at: case.reply.map(|reply| times::rfc3339(reply.mark.at().0)),
            closed_at: case.closure.map(|closure| times::rfc3339(closure.mark.at().0)),
            runs: case.runs,
            anonymous: case.anonymous,
            more: More::of(&case),
            records: history.iter().map(|stored| RecordJson::new(&stored.view(), stored.hash())).collect(),
            personal,
        });
    }
    output.line(format_args!("case        {}", args.case))?;
    output.line(format_args!(
        "state       {}{}",
        case.status,
        if case.runs > 1 { format!(", run {}", case.runs) } else { String::new() }
    ))?;
    let anonymous = if case.anonymous { ", anonymous" } else { "" };
    output.line(format_args!("came by     {}{anonymous}", case.channel))?;
    if let Some(category) = &case.category {
        output.line(format_args!("category    {}", escape(category.as_str())))?;
    }
    let units: Vec<_> =
        [case.raised_at, case.unit].into_iter().flatten().map(docket_domain::UnitId::stream).collect();
    let states = desk.states_of(&units)?;
    if let Some(unit) = case.raised_at {
        output.line(format_args!("raised at   {}", name_of(states, unit)))?;
    }
    if let Some(unit) = case.unit {
        let handler = case.handler.map(|handler| format!(", {handler}")).unwrap_or_default();
        output.line(format_args!("assigned to {}{handler}", name_of(states, unit)))?;
    }
    output.line(format_args!(
        "registered  {}",
        times::show(case.registered().at.0, case.registered().precision, &zone)
    ))?;
    if let Some(due) = case.stated_due() {
        let due = times::show(due.0, Precision::Second, &zone);
        output.line(format_args!("stated due  {due} (the source's claim): {timeliness}"))?;
    }
    More::of(&case).tell(&zone, output)?;
    if let Some(reply) = case.reply {
        let delivered = times::show_occurred(reply.mark.occurred(), &zone);
        output.line(format_args!("replied     {delivered}, {}", reply.outcome))?;
    }
    if let Some(closure) = case.closure {
        let closed = times::show_occurred(closure.mark.occurred(), &zone);
        output.line(format_args!("closed      {closed}, {}", closure.reason))?;
    }
    output.line("  record  recorded             stream     event                occurred")?;
    for stored in &history {
        output.line(line(&stored.view(), &zone))?;
    }
    for value in &personal {
        output.line(format_args!("record {} {}: {}", value.record, value.field, escape(&value.value)))?;
    }
    Ok(())
}
