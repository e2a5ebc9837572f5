//! `docket official`.

use clap::Subcommand;
use docket_domain::{Act, OfficialRegistered, OfficialRegisteredPersonal, PersonalText, UnitId};
use serde::Serialize;

use crate::{failure::Failure, output::Output, session::Place};

use super::case::{When, personal};

/// Keep the register of officials
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Enter an official
    Add(Add),
    /// List the officials, without their names
    List,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// The official's name: a personal value, kept in the vault
    #[arg(long)]
    name: String,
    /// How to reach the official: a personal value
    #[arg(long)]
    contact: Option<String>,
    /// The unit the official belongs to
    #[arg(long, value_name = "U-N")]
    unit: UnitId,
    /// The official's rank, by number
    #[arg(long)]
    rank: Option<u16>,
    #[command(flatten)]
    when: When,
}

#[derive(Serialize)]
struct OfficialJson {
    official: String,
    unit: String,
    rank: Option<u16>,
    record: u64,
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Add(add) => {
            let name: Option<PersonalText> = personal("--name", Some(&add.name))?;
            let personal =
                OfficialRegisteredPersonal { name, contact: personal("--contact", add.contact.as_ref())? };
            let body = OfficialRegistered { unit: add.unit, rank: add.rank, code: None, origin: None };
            add.when.record(Act::open(body, personal), place, output)
        }
        Verb::List => {
            let mut desk = place.desk(output)?;
            for (id, official) in desk.states()?.officials() {
                if output.json {
                    output.object(&OfficialJson {
                        official: id.to_string(),
                        unit: official.unit.to_string(),
                        rank: official.rank,
                        record: official.record,
                    })?;
                } else {
                    let rank = official.rank.map(|rank| format!(" rank {rank}")).unwrap_or_default();
                    output.line(format_args!("{id:<8} {}{rank}", official.unit))?;
                }
            }
            Ok(())
        }
    }
}
