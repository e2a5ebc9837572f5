//! The command `docket`.

mod actor_key;
mod args;
mod artifact;
mod command;
mod deed;
mod failure;
mod files;
mod handover;
mod import;
mod judge;
mod list;
#[cfg(target_os = "linux")]
mod memory;
mod output;
mod policy;
mod receipt;
mod session;
mod text;
mod times;
mod trust;

use std::process::ExitCode;

use anstream::ColorChoice;
use clap::Parser as _;

use crate::{
    args::{Cli, Color},
    failure::{Exit, Failure},
    output::Output,
};

/// What `--version` says.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

fn main() -> ExitCode {
    // clap ends wrong usage with 2 by itself, and help and version with 0.
    let cli = Cli::parse();
    #[cfg(target_os = "linux")]
    memory::watch();
    let color = match cli.global.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let mut output = Output::new(color, cli.global.json, cli.global.quiet);
    let exit = command::run(&cli, &mut output).unwrap_or_else(|failure| {
        // What was said before the failure should come before it.
        let _ = output.finish();
        output.failure(&failure);
        failure.exit
    });
    let exit = match output.finish() {
        Ok(()) => exit,
        Err(failure) => lost(exit, &failure, &mut output),
    };
    ExitCode::from(exit as u8)
}

/// A result that nobody could read is none, except that an alteration stays one.
fn lost(exit: Exit, failure: &Failure, output: &mut Output) -> Exit {
    output.failure(failure);
    match exit {
        Exit::Done => Exit::Undecided,
        other => other,
    }
}
