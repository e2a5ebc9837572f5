//! `docket publish`.

use std::path::PathBuf;

use docket_log::FileDisk;
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Output,
    session::{Place, Progress},
};

use super::prove;

/// Publish the tree as static files for any web server or object store
///
/// Writes what the folder lacks of C2SP tlog-tiles: tiles, bundles of entries, and the signed checkpoint last. Entries
/// are record hashes: nothing personal leaves. Standard monitors and fsck tools read it. A folder that holds another
/// history, or a newer one, is left as it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder to fill; made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Publish this checkpoint of the ledger, such as one with cosignatures [default: its newest]
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
}

#[derive(Serialize)]
struct Json {
    size_before: u64,
    size: u64,
    root: String,
    files_written: u64,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let reader = place.reader()?;
    let checkpoint = args
        .checkpoint
        .as_ref()
        .map_or_else(|| prove::newest(&reader), |path| prove::given(path, &reader))?;
    let folder = FileDisk::create(&args.folder).map_err(|error| {
        Failure::undecided(format!("cannot make the folder {}: {error}", args.folder.display()))
    })?;
    let progress = Progress::new(output, "publishing", Some(checkpoint.claimed().size()));
    let published = reader.publish(&checkpoint, &folder, &|done| progress.set(done))?;
    progress.finish();
    if output.json {
        return output.object(&Json {
            size_before: published.before,
            size: published.size,
            root: checkpoint.claimed().root().to_string(),
            files_written: published.files,
        });
    }
    output.line(format_args!(
        "published size {} (before: {}), {} tiles and bundles written",
        published.size, published.before, published.files
    ))
}
