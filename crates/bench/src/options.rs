//! The command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{Parser, Subcommand};

/// Measure docket at growing sizes, and beside SQLite, sled and what the hardware allows
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true, max_term_width = 100)]
pub(crate) struct Options {
    /// How much of the city, ascending; 1 is all of it and takes 40 GB of disk
    #[arg(long, value_name = "FACTOR,...", value_delimiter = ',', default_value = "0.001,0.01,0.1")]
    pub(crate) scales: Vec<String>,
    /// The scale whose events go into docket, SQLite and sled
    #[arg(long, value_name = "FACTOR", default_value = "0.01")]
    pub(crate) beside: String,
    /// Measure no other store
    #[arg(long)]
    pub(crate) no_beside: bool,
    /// Rounds of everything; what reads a large ledger whole is done in a third of them, and a whole city once
    #[arg(long, value_name = "NUMBER", default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) rounds: u16,
    /// Where the ledgers are made, on the disk that is to be measured [default: target/ledgers of this crate]
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Leave the ledgers there
    #[arg(long)]
    pub(crate) keep: bool,
    /// The release binary to be measured [default: built here]
    #[arg(long, value_name = "FILE")]
    pub(crate) docket: Option<PathBuf>,
    /// Where table, numbers, plots and summary go [default: target/results of this crate]
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) out: Option<PathBuf>,
    /// Put them into README.md and benches/ too, in place of those there
    #[arg(long, global = true)]
    pub(crate) record: bool,
    #[command(subcommand)]
    pub(crate) inside: Option<Inside>,
}

/// What this program asks of itself.
#[derive(Debug, Subcommand)]
pub(crate) enum Inside {
    /// Draw and sum up again what was measured earlier
    Redraw {
        /// The raw numbers: results.csv
        csv: PathBuf,
        /// The table: results.txt
        head: PathBuf,
    },
    /// Say what a record costs on disk, by the type of its event
    Bytes {
        /// The ledger's folder
        ledger: PathBuf,
    },
    #[command(hide = true)]
    Timed {
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
    #[command(hide = true)]
    Replay { ledger: PathBuf },
    #[command(hide = true)]
    Open { ledger: PathBuf },
}
