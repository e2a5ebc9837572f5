//! `docket stream`.

use crate::{failure::Failure, output::Output, session::Place, times};

use super::show::{RecordJson, line, parse_stream};

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
