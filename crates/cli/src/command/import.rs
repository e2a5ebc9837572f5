//! `docket import`.

use std::path::PathBuf;

use crate::{
    failure::{Exit, Failure},
    output::Output,
    session::Place,
};

/// Import a file
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
}

pub(crate) fn run(args: &Args, _place: &Place, _output: &mut Output) -> Result<Exit, Failure> {
    Err(Failure::usage(format!("{}", args.file.display())))
}
