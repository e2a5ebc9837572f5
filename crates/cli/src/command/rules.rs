//! `docket rules`.

use clap::Subcommand;
use docket_domain::{
    Act, Event, EventBody as _, NoPersonal, PublicText, RuleSet, RulesAdopted, RulesId, SHIPPED, View as _,
};
use docket_projection::event_of;
use docket_proof::RecordIndex;
use serde::Serialize;

use crate::{
    deed::{Recorded, deed},
    failure::Failure,
    output::Output,
    session::Place,
    text::escape,
    times,
};

/// Adopt rule sets, and read those that bind
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Adopt a rule set: what happens from a moment on is judged by it
    Adopt(Recorded<Adopt>),
    /// List the rule sets that were adopted
    List,
    /// Show the text of an adopted rule set
    Show(Show),
    /// Print the text of a rule set that comes with docket
    Print(Print),
}

deed! {
    struct Adopt ("rules adopt") {
        /// A rule set that comes with docket (cn-2005, cn-2022, uk-complaints, sla), or a TOML file
        #[arg(value_name = "NAME|FILE")]
        rules: String,
        /// From when on it is in force
        #[arg(long, value_name = "TIME")]
        from: String,
    }
    act |deed, context| {
        let text = text_of(&deed.rules)?;
        let rules = RuleSet::parse(&text).map_err(|error| {
            Failure::usage(error).hint("`docket rules print cn-2005` shows the form of a rule set")
        })?;
        for name in &rules.signatures {
            if !Event::ALL.iter().any(|(_, _, known)| *known == name.as_str()) {
                return Err(Failure::usage(format!("signatures names {name:?}, which is no event")));
            }
        }
        let text = PublicText::new(&text).map_err(Failure::usage)?;
        let in_force_from = context.time(&deed.from)?.at;
        Act::open(RulesAdopted { text, in_force_from }, NoPersonal)
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The adopted rule set
    #[arg(value_name = "R-N")]
    rules: RulesId,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Print {
    /// cn-2005, cn-2022, uk-complaints or sla
    #[arg(value_name = "NAME")]
    name: String,
}

#[derive(Serialize)]
struct RulesJson {
    rules: String,
    name: String,
    title: String,
    in_force_from: String,
    record: u64,
}

/// Finds the text of a rule set by its name, or in a file.
fn text_of(name: &str) -> Result<String, Failure> {
    if let Some(text) = RuleSet::shipped(name) {
        return Ok(text.to_owned());
    }
    if !name.contains(['/', '.']) {
        return Err(unknown(name));
    }
    let too_long = PublicText::MAX_LEN as u64 + 1;
    let read = std::fs::metadata(name).and_then(|file| {
        // A longer text is refused unread.
        if file.len() >= too_long { Ok(String::new()) } else { std::fs::read_to_string(name) }
    });
    let text = read.map_err(|error| Failure::undecided(format!("cannot read {name}: {error}")))?;
    if text.is_empty() {
        let limit = PublicText::MAX_LEN;
        return Err(Failure::usage(format!("{name} is empty, or longer than {limit} bytes")));
    }
    Ok(text)
}

fn unknown(name: &str) -> Failure {
    let known: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
    Failure::usage(format!("there is no rule set {name:?}"))
        .hint(format!("{} come with docket; any other is a TOML file", known.join(", ")))
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Adopt(adopt) => adopt.run(place, output),
        Verb::List => list(place, output),
        Verb::Show(show) => self::show(show.rules, place, output),
        Verb::Print(print) => {
            let text = RuleSet::shipped(&print.name).ok_or_else(|| unknown(&print.name))?;
            output.raw(text.as_bytes())
        }
    }
}

fn list(place: &Place, output: &mut Output) -> Result<(), Failure> {
    let zone = place.zone()?;
    let mut desk = place.desk(output)?;
    let states = desk.states_of(&[])?;
    for (id, state) in states.rule_sets() {
        let (from, record) = (state.in_force_from.0, state.record);
        let (name, title) = (state.rules.name.to_string(), state.rules.title.to_string());
        if output.json {
            let in_force_from = times::rfc3339(from);
            output.object(&RulesJson { rules: id.to_string(), name, title, in_force_from, record })?;
        } else {
            let from = times::show(from, docket_domain::Precision::Second, &zone);
            output.line(format_args!("{id:<5} {:<14} from {from}  {}", escape(&name), escape(&title)))?;
        }
    }
    Ok(())
}

fn show(id: RulesId, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let mut desk = place.desk(output)?;
    let record = desk.states_of(&[])?.rules(id).map(|state| state.record).ok_or_else(|| {
        Failure::usage(format!("there is no {id}")).hint("`docket rules list` lists the adopted rule sets")
    })?;
    let stored = desk.reader().record(RecordIndex(record))?;
    let event = event_of(&stored.view()).map_err(Failure::undecided)?;
    match event {
        Some((Event::RulesAdopted(body), _)) => output.raw(body.text.as_str().as_bytes()),
        _ => Err(Failure::undecided(format!("record {record} is no {}", RulesAdopted::NAME))),
    }
}
