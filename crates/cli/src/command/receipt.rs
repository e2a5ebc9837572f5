//! `docket receipt`.

use docket_domain::CaseId;

use crate::{failure::Failure, output::Output, receipt, session::Place};

use super::prove::{Target, give};

/// Write a receipt for whoever raised a case
///
/// A small text file: the case's number, what was recorded and when, the proof and the signed checkpoint. It holds no
/// personal value. `docket check FILE --vkey KEY` verifies it offline; `docket verify --receipt FILE` shows whether the
/// ledger still holds it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The case: C-1024 or 1024
    #[arg(value_name = "CASE")]
    case: CaseId,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let proof = args.target.prove_case(args.case, place, output)?;
    let bytes = receipt::write(&proof)?;
    let records = proof.records.len() as u64;
    give("receipt", &proof.checkpoint, records, &bytes, args.target.out.as_deref(), output)
}
