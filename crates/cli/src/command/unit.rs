//! `docket unit`.

use clap::Subcommand;
use docket_domain::{
    Act, Label, NoPersonal, StreamKind, UnitClosed, UnitClosedPersonal, UnitId, UnitLevel, UnitMerged,
    UnitRegistered, View as _,
};
use serde::Serialize;

use crate::{
    deed::{Arg, Personal, Recorded, deed},
    failure::Failure,
    output::Output,
    session::Place,
    text::escape,
};

/// Keep the register of units
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Enter a unit
    Add(Recorded<Add>),
    /// Merge a unit into another one
    Merge(Recorded<Merge>),
    /// Close a unit
    Close(Recorded<Close>),
    /// List the units
    List,
}

deed! {
    struct Add ("unit add") {
        /// The unit's name, which is public
        #[arg(long)]
        name: Arg<Label>,
        /// village, community, branch, town, district, city or department
        #[arg(long)]
        level: Arg<UnitLevel>,
        /// The unit above it
        #[arg(long, value_name = "U-N")]
        parent: Option<Arg<UnitId>>,
        /// Its code in other registers
        #[arg(long)]
        code: Option<Arg<Label>>,
    }
    act |deed, context| {
        let body = UnitRegistered {
            level: deed.level.0,
            parent: deed.parent.map(|parent| parent.0),
            name: deed.name.0,
            code: deed.code.map(|code| code.0),
            origin: context.origin.clone(),
        };
        Act::open(body, NoPersonal)
    }
}

deed! {
    struct Merge ("unit merge") {
        /// The unit
        #[arg(value_name = "U-N")]
        unit: Arg<UnitId>,
        /// The unit that it becomes a part of
        #[arg(long, value_name = "U-N")]
        into: Arg<UnitId>,
    }
    act |deed, context| {
        let body = UnitMerged { into: deed.into.0, origin: context.origin.clone() };
        Act::on(deed.unit.0, body, NoPersonal)
    }
}

deed! {
    struct Close ("unit close") {
        /// The unit
        #[arg(value_name = "U-N")]
        unit: Arg<UnitId>,
        /// Why, in words: a personal value
        #[arg(long)]
        reason: Option<Personal>,
    }
    act |deed, context| {
        let body = UnitClosed { origin: context.origin.clone() };
        let personal = UnitClosedPersonal { reason: Personal::text(deed.reason) };
        Act::on(deed.unit.0, body, personal)
    }
}

#[derive(Serialize)]
struct UnitJson {
    unit: String,
    name: String,
    level: &'static str,
    parent: Option<String>,
    code: Option<String>,
    record: u64,
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Add(add) => add.run(place, output),
        Verb::Merge(merge) => merge.run(place, output),
        Verb::Close(close) => close.run(place, output),
        Verb::List => list(place, output),
    }
}

fn list(place: &Place, output: &mut Output) -> Result<(), Failure> {
    let mut desk = place.desk(output)?;
    for (id, unit) in desk.states()?.units() {
        if output.json {
            output.object(&UnitJson {
                unit: id.to_string(),
                name: unit.name.to_string(),
                level: unit.level.name(),
                parent: unit.parent.map(|parent| parent.to_string()),
                code: unit.code.as_ref().map(ToString::to_string),
                record: unit.record,
            })?;
        } else {
            let parent = unit.parent.map(|parent| format!(" under {parent}")).unwrap_or_default();
            output.line(format_args!("{id:<8} {:<11} {}{parent}", unit.level, escape(unit.name.as_str())))?;
        }
    }
    if desk.count(StreamKind::UNIT) == 0 && !output.json {
        output.note("no units yet: docket unit add --name NAME --level LEVEL");
    }
    Ok(())
}

/// Names a unit for people.
pub(crate) fn name_of(states: &docket_projection::States, id: UnitId) -> String {
    states.unit(id).map_or_else(|| id.to_string(), |unit| format!("{id} {}", escape(unit.name.as_str())))
}
