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
    let note = if args.no_sign {
        let newest = place.reader()?.newest_checkpoint().cloned();
        newest.ok_or_else(|| Failure::undecided("the ledger has no signed checkpoint"))?.1
    } else {
        newest(place, output)?
    };
    files::hand_over(args.out.as_deref(), &note, output)
}

/// Returns the note of a checkpoint that covers all records, signed first where there is none yet.
pub(crate) fn newest(place: &Place, output: &mut Output) -> Result<Vec<u8>, Failure> {
    let reader = place.reader()?;
    match reader.newest_checkpoint() {
        Some((checkpoint, note)) if checkpoint.size() == reader.size() => Ok(note.clone()),
        _ => place.work(output)?.finish(output),
    }
}
