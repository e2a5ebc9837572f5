//! `docket unit`.

use clap::Subcommand;
use docket_domain::{Act, Label, NoPersonal, UnitId, UnitLevel, UnitRegistered, View as _};
use serde::Serialize;

use crate::{failure::Failure, output::Output, session::Place, text::escape};

use super::case::When;

/// Keep the register of units
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Enter a unit
    Add(Add),
    /// List the units
    List,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// The unit's name, which is public
    #[arg(long)]
    name: Label,
    /// village, community, town, district, city or department
    #[arg(long)]
    level: UnitLevel,
    /// The unit above it
    #[arg(long, value_name = "U-N")]
    parent: Option<UnitId>,
    /// Its code in other registers
    #[arg(long)]
    code: Option<Label>,
    #[command(flatten)]
    when: When,
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
        Verb::Add(add) => {
            let act = Act::open(
                UnitRegistered {
                    level: add.level,
                    parent: add.parent,
                    name: add.name.clone(),
                    code: add.code.clone(),
                    origin: None,
                },
                NoPersonal,
            );
            add.when.record(act, place, output)
        }
        Verb::List => {
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
                    output.line(format_args!(
                        "{id:<8} {:<11} {}{parent}",
                        unit.level,
                        escape(unit.name.as_str())
                    ))?;
                }
            }
            if desk.count(docket_domain::StreamKind::UNIT) == 0 && !output.json {
                output.note("no units yet: docket unit add --name NAME --level LEVEL");
            }
            Ok(())
        }
    }
}

/// Names a unit for people.
pub(crate) fn name_of(states: &docket_projection::States, id: UnitId) -> String {
    states.unit(id).map_or_else(|| id.to_string(), |unit| format!("{id} {}", escape(unit.name.as_str())))
}
