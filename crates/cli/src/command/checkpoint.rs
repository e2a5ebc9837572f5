//! `docket checkpoint`.

use std::path::PathBuf;

use crate::{failure::Failure, output::Output, session::Place};

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
    match &args.out {
        None => output.raw(&note),
        Some(path) => {
            let cannot = |error: std::io::Error| {
                Failure::undecided(format!("cannot write {}: {error}", path.display()))
            };
            let mut file = std::fs::File::create_new(path).map_err(cannot)?;
            std::io::Write::write_all(&mut file, &note).map_err(cannot)?;
            file.sync_all().map_err(cannot)?;
            output.line(format_args!("wrote {}", path.display()))
        }
    }
}
