//! `docket checkpoint`.

use std::path::PathBuf;

use crate::{failure::Failure, files, output::Output, session::Place};

/// Print the newest signed checkpoint, to be kept elsewhere
///
/// Every command that records something ends with a signed checkpoint. Whoever keeps a copy can prove later, with
/// `docket verify --checkpoint FILE`, that the records below it are still the same. Records that a crash left without
/// one are signed first, for which the key is needed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write it to a new file instead
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Never sign: print what is there
    #[arg(long)]
    no_sign: bool,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let reader = place.reader()?;
    let newest = reader.newest_checkpoint().cloned();
    let is_covered = newest.as_ref().is_some_and(|(checkpoint, _)| checkpoint.size() == reader.size());
    let note = match newest {
        Some((_, note)) if is_covered || args.no_sign => note,
        None if args.no_sign => return Err(Failure::undecided("the ledger has no signed checkpoint")),
        _ => place.work(output)?.finish(output)?,
    };
    files::hand_over(args.out.as_deref(), &note, output)
}
