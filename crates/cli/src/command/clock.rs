//! `docket clock confirm`.

use clap::Subcommand;

use crate::{failure::Failure, output::Output, session::Place};

/// Say that the clock is right although it stands behind the last record
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Confirm that the clock is right now
    ///
    /// A clock more than five minutes behind the last record is refused, for it may have been set back to hide when
    /// something was recorded. Where it ran ahead before and is right now, confirm it: a ClockCorrected record says so
    /// for ever, every verdict lists it, and records keep the later time until the clock has caught up.
    Confirm,
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let Verb::Confirm = verb;
    let mut work = place.work(output)?;
    let appended = work.office.confirm_clock()?;
    work.finish(output)?;
    output.line(format_args!("record {}: the clock was confirmed", appended.first))
}
