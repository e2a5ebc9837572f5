//! `docket unit`.

use clap::Subcommand;
use docket_domain::{
    Act, Label, NoPersonal, UnitClosed, UnitClosedPersonal, UnitId, UnitLevel, UnitMerged, UnitRegistered,
    View as _,
};
use serde_json::json;

use crate::{
    deed::{Arg, Personal, Recorded, deed},
    failure::Failure,
    list::{Listed, listing},
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
    List(List),
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

listing! {
    /// List the units
    struct List ("unit": UNIT) by unit: OfUnit;
    states state { "live", "merged", "closed" }
    each |states, _asked, take| {
        for (id, unit) in states.units() {
            let into = unit.end.and_then(|end| end.into);
            let state = match (unit.end, into) {
                (None, _) => "live",
                (Some(_), Some(_)) => "merged",
                (Some(_), None) => "closed",
            };
            take(Listed {
                state: Some(state),
                unit: Some(id),
                more: vec![
                    ("level", json!(unit.level.name())),
                    ("name", json!(unit.name.as_str())),
                    ("parent", json!(unit.parent.map(|parent| parent.to_string()))),
                    ("code", json!(unit.code.as_ref().map(|code| code.as_str()))),
                    ("into", json!(into.map(|into| into.to_string()))),
                ],
                ..Listed::new(id, unit.registered, unit.record)
            });
        }
    }
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Add(add) => add.run(place, output),
        Verb::Merge(merge) => merge.run(place, output),
        Verb::Close(close) => close.run(place, output),
        Verb::List(list) => list.run(place, output),
    }
}

/// Names a unit for people.
pub(crate) fn name_of(states: &docket_projection::States, id: UnitId) -> String {
    states.unit(id).map_or_else(|| id.to_string(), |unit| format!("{id} {}", escape(unit.name.as_str())))
}
