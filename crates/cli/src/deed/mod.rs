//! Deeds: acts that can be recorded, each described once.
//!
//! A deed's struct is at the same time what the command line takes, what a line of JSON for `docket apply` holds, and a
//! row of a table for `docket import --as`. Its fields have one name in all three.

mod declare;
mod registry;
mod values;

pub(crate) use declare::{deed, verbs};
pub(crate) use registry::{ALL, Column, DeedKind};
pub(crate) use values::{
    Arg, Members, Officials, Personal, PublicKey, YesNo, Yuan, flag, one_or_many, words,
};

use docket_domain::{Act, Command, OccurredAt, OfficialId, Precision, SourceRow, Timestamp};
use docket_projection::Office;
use jiff::tz::TimeZone;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    failure::Failure,
    output::Output,
    session::{Place, RecordedOne, SystemClock},
    times,
};

/// An act that can be recorded.
pub(crate) trait Deed: clap::Args + DeserializeOwned {
    /// Noun and verb, as on the command line.
    const NAME: &'static str;

    /// Returns what is to be recorded.
    fn act(self, desk: &mut Context<'_>) -> Result<Act, Failure>;
}

/// What a deed may look at before it is recorded: to fill in what goes without saying.
pub(crate) struct Context<'a> {
    pub(crate) office: &'a mut Office,
    pub(crate) zone: &'a TimeZone,
    /// Who records it.
    pub(crate) actor: Option<OfficialId>,
    /// The row it comes from, where it is imported.
    pub(crate) origin: Option<SourceRow>,
    /// It is imported from a table, whose rows must mean the same whenever they are read: nothing is filled in.
    pub(crate) is_import: bool,
}

impl Context<'_> {
    /// Takes a time that a person typed, in the ledger's zone.
    pub(crate) fn time(&self, text: &str) -> Result<OccurredAt, Failure> {
        times::parse(text, self.zone)
    }

    /// Returns the official of a field: who is named there, or else who records the deed.
    pub(crate) fn official(
        &self,
        field: &str,
        named: Option<Arg<OfficialId>>,
    ) -> Result<OfficialId, Failure> {
        named.map(|named| named.0).or(self.actor).ok_or_else(|| {
            Failure::usage(format!("nobody is named as {field}"))
                .hint(format!("name an official with {field}, or who records it with by"))
        })
    }
}

/// A deed on the command line: what, when, and by whom it is recorded.
#[derive(Debug, clap::Args)]
pub(crate) struct Recorded<D: clap::Args> {
    #[command(flatten)]
    deed: D,
    #[command(flatten)]
    when: When,
}

/// Who records a deed, and when it happened.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct When {
    /// When it happened, in the ledger's zone: 2011-07-01, or 2011-07-01 13:30 [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Who records it
    #[arg(long, value_name = "O-N")]
    pub(crate) by: Option<OfficialId>,
}

impl When {
    /// Makes the command of an act.
    pub(crate) fn command(&self, act: Act, zone: &TimeZone) -> Result<Command, Failure> {
        let occurred = match &self.at {
            Some(text) => times::parse(text, zone)?,
            None => OccurredAt { at: Timestamp(SystemClock::time()), precision: Precision::Second },
        };
        Ok(Command { actor: self.by, occurred, act })
    }
}

/// What a recorded deed answers.
#[derive(Serialize)]
struct Answer {
    code: String,
    record: u64,
    size: u64,
}

impl<D: Deed + Clone> Recorded<D> {
    /// Records the deed.
    pub(crate) fn run(&self, place: &Place, output: &mut Output) -> Result<(), Failure> {
        let zone = place.zone()?;
        let mut work = place.work(output)?;
        let act = self.deed.clone().act(&mut Context {
            office: &mut work.office,
            zone: &zone,
            actor: self.when.by,
            origin: None,
            is_import: false,
        })?;
        let RecordedOne { appended, stream, event } =
            work.record_one(self.when.command(act, &zone)?, output)?;
        let code = stream.to_string();
        if output.json {
            return output.object(&Answer { code, record: appended.first.0, size: appended.size });
        }
        output.line(format_args!("{code}: {event} recorded as record {}", appended.first))
    }
}
