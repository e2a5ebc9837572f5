//! `docket rebuild`.

use docket_projection::rebuild;
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Output,
    session::{Place, Progress},
};

/// Drop the index and build it again from the log
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Built {
    size: u64,
}

pub(crate) fn run(_: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let _lock = place.lock()?;
    let reader = place.reader()?;
    let progress = Progress::new(output, "replaying", Some(reader.size()));
    let built = rebuild(&reader, &place.index(), &|record| progress.set(record))?;
    progress.finish();
    if output.json {
        return output.object(&Built { size: built.size });
    }
    output.line(format_args!("built the index from {} records", built.size))
}
