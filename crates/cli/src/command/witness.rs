//! `docket witness`: both sides of a cosignature, over a stick or over HTTP.

mod http;
mod keeper;
mod office;
mod serve;
mod submit;

use std::path::PathBuf;

use clap::Subcommand;

use crate::{failure::Failure, output::Output, session::Place};

/// Let others vouch for the ledger: cosign checkpoints, and collect cosignatures
///
/// A witness remembers the last checkpoint it saw of a log and cosigns another only if that one extends it. Whoever
/// holds the office's disk, program and key still cannot show two histories to it. The office asks with `request` and
/// keeps the answer with `import`; the witness keeps a folder of its own (`init`, `trust`) and answers with `cosign`. A
/// stick is the network; `serve` and `submit` do the same over HTTP (C2SP tlog-witness).
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Init(keeper::InitArgs),
    Trust(keeper::TrustArgs),
    Show(keeper::ShowArgs),
    Cosign(keeper::CosignArgs),
    Serve(serve::Args),
    Request(office::RequestArgs),
    Import(office::ImportArgs),
    Submit(submit::Args),
}

pub(crate) fn run(verb: &Verb, place: &Place, output: &mut Output) -> Result<(), Failure> {
    match verb {
        Verb::Init(args) => keeper::init(args, output),
        Verb::Trust(args) => keeper::trust(args, output),
        Verb::Show(args) => keeper::show(args, output),
        Verb::Cosign(args) => keeper::cosign(args, output),
        Verb::Serve(args) => serve::run(args, output),
        Verb::Request(args) => office::request(args, place, output),
        Verb::Import(args) => office::import(args, place, output),
        Verb::Submit(args) => submit::run(args, place, output),
    }
}

/// The folder of a witness.
#[derive(Debug, clap::Args)]
pub(crate) struct Folder {
    /// The witness's folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}
