//! The office's side: asking for a cosignature, and keeping it.

use std::path::PathBuf;

use docket_log::{Cosigned, ImportError, Reader};
use docket_proof::{
    CosignatureError, MAX_NOTE_LEN, ProveError, VerifierKey, WitnessRequest, consistency_proof,
};
use serde::Serialize;

use crate::{
    command::checkpoint, failure::Failure, files, output::Output, policy, session::Place, text::escape,
};

/// Write a request: the newest checkpoint, and the proof that it extends what the witness saw last
///
/// What the witness saw last is taken from the cosignatures that this ledger has recorded (`import`). A witness that says
/// otherwise is right: repeat with --old. Records that no checkpoint covers yet are signed first, for which the key is
/// needed.
#[derive(Debug, clap::Args)]
pub(crate) struct RequestArgs {
    /// The witness's public key
    #[arg(long, value_name = "VKEY")]
    witness: Option<VerifierKey>,
    /// The size that the witness saw last, instead
    #[arg(long, value_name = "SIZE", conflicts_with = "witness")]
    old: Option<u64>,
    /// Write it to a new file instead
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Record a cosignature that a witness gave
///
/// It is verified, compared with this ledger's history and clock, and recorded (WitnessSeen): every copy of the ledger
/// carries it from then on.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArgs {
    /// The cosigned checkpoint
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The witness's public key
    #[arg(long, value_name = "VKEY", required_unless_present = "policy")]
    witness: Option<VerifierKey>,
    /// Take the cosignatures of all witnesses that this policy names
    #[arg(long, value_name = "FILE", conflicts_with = "witness")]
    policy: Option<PathBuf>,
}

pub(super) fn request(args: &RequestArgs, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let note = checkpoint::newest(place, output)?;
    let reader = place.reader()?;
    let old = match (&args.witness, args.old) {
        (_, Some(old)) => old,
        (Some(witness), None) => last_cosigned(&reader, witness)?,
        (None, None) => 0,
    };
    let request = make_request(&reader, &note, old)?;
    files::hand_over(args.out.as_deref(), &request.to_bytes(), output)
}

/// Returns the size of the newest checkpoint of which this ledger has recorded the witness's cosignature.
pub(super) fn last_cosigned(reader: &Reader, witness: &VerifierKey) -> Result<u64, Failure> {
    let mut last = 0;
    reader.cosignatures(&mut |_, seen| {
        if seen.witness == *witness {
            last = seen.size;
        }
        last == 0
    })?;
    Ok(last)
}

/// Makes the request that a signed checkpoint be cosigned by a witness that saw size `old` last.
pub(super) fn make_request(reader: &Reader, note: &[u8], old: u64) -> Result<WitnessRequest, Failure> {
    let request = WitnessRequest::new(old, Vec::new(), note).map_err(Failure::undecided)?;
    let size = request.checkpoint().size();
    if old > size {
        return Err(Failure::altered(format!(
            "the witness has seen size {old}, but this ledger has signed {size}"
        ))
        .hint("this is an old copy of the ledger, or its tail was cut: find the newest one"));
    }
    if old == 0 {
        return Ok(request);
    }
    let proof = consistency_proof(old, size, reader).map_err(|error| match error {
        ProveError::Source(error) => Failure::from(error),
        error => Failure::undecided(error.to_string()),
    })?;
    WitnessRequest::new(old, proof, note).map_err(Failure::undecided)
}

pub(super) fn import(args: &ImportArgs, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let note = files::read(&args.file, MAX_NOTE_LEN)?;
    let witnesses = match (&args.witness, &args.policy) {
        (Some(witness), _) => vec![witness.clone()],
        (None, Some(path)) => {
            policy::read(path)?.witnesses().iter().filter_map(|witness| witness.key.clone()).collect()
        }
        (None, None) => Vec::new(),
    };
    record(&note, &witnesses, place, output)
}

#[derive(Serialize)]
struct Imported {
    recorded: Vec<One>,
}

#[derive(Serialize)]
struct One {
    witness: String,
    record: u64,
    is_new: bool,
}

/// Records what these witnesses say on a cosigned checkpoint. At least one of them must have cosigned it.
pub(super) fn record(
    note: &[u8],
    witnesses: &[VerifierKey],
    place: &Place,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut work = place.work(output)?;
    let mut recorded = Vec::new();
    for witness in witnesses {
        match work.office.record_cosignature(note, witness) {
            Ok(Cosigned::Recorded(appended)) => recorded.push((witness, appended.first.0, true)),
            Ok(Cosigned::Known(index)) => recorded.push((witness, index.0, false)),
            // Of several that are trusted, not all need have cosigned.
            Err(ImportError::Cosignature(CosignatureError::NotCosigned)) => {}
            Err(error) => {
                // What was recorded before is covered, as ever, by a checkpoint.
                if recorded.is_empty() {
                    work.leave(output);
                } else {
                    work.finish(output)?;
                }
                return Err(error.into());
            }
        }
    }
    if recorded.is_empty() {
        work.leave(output);
        return Err(Failure::usage("none of the witnesses named has cosigned this checkpoint")
            .hint("is it the file that `docket witness cosign` wrote, and the right key?"));
    }
    work.finish(output)?;
    if output.json {
        let one = |(witness, record, is_new): (&VerifierKey, u64, bool)| One {
            witness: witness.to_string(),
            record,
            is_new,
        };
        return output.object(&Imported { recorded: recorded.into_iter().map(one).collect() });
    }
    for (witness, record, is_new) in recorded {
        let how = if is_new { "recorded" } else { "known already" };
        output
            .line(format_args!("record {record}: the cosignature of {} is {how}", escape(witness.name())))?;
    }
    Ok(())
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Store(error) => error.into(),
            ImportError::OtherHistory { .. } => Self::altered(error)
                .hint("keep the file: `docket verify --checkpoint FILE` shows where the two histories part"),
            ImportError::Clocks { .. } => Self::undecided(error)
                .hint("one of the two clocks is wrong: set it right, and ask for a new cosignature"),
            error => Self::usage(error).hint("is it the file that `docket witness cosign` wrote, unchanged?"),
        }
    }
}
