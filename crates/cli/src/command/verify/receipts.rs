//! Receipts and other proofs that were handed out, held against the ledger of today.

use std::path::PathBuf;

use docket_log::{GivenCheckpoint, Report};
use docket_proof::StreamProof;

use crate::{
    artifact::{Artifact, MAX_ARTIFACT_LEN, Unreadable},
    command::show::stream_code,
    failure::Failure,
    files,
    judge::{Standing, judge},
    session::Place,
};

/// A file that was brought along.
pub(super) struct Brought {
    name: String,
    artifact: Result<Artifact, Unreadable>,
}

/// What became of it.
pub(super) struct ReceiptVerdict {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) standing: Standing,
}

impl ReceiptVerdict {
    /// Says it in a few words; why it fails stands with the findings.
    pub(super) fn line(&self) -> String {
        match &self.standing {
            Standing::Holds => format!("{}: the ledger still holds it", self.kind),
            Standing::Fails(_) => format!("{}: does not hold", self.kind),
            Standing::Open(why) => format!("{}: undecided: {why}", self.kind),
        }
    }
}

pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Brought>, Failure> {
    let read = |path: &PathBuf| {
        let bytes = files::read(path, MAX_ARTIFACT_LEN)
            .map_err(|failure| failure.hint("a receipt is the file that `docket receipt` wrote"))?;
        Ok(Brought { name: path.display().to_string(), artifact: Artifact::parse(&bytes) })
    };
    paths.iter().map(read).collect()
}

/// Returns the checkpoints that they lead to, for the scan: the ledger must extend each.
pub(super) fn checkpoints(brought: &[Brought]) -> impl Iterator<Item = GivenCheckpoint> {
    brought.iter().filter_map(|brought| {
        let note = brought.artifact.as_ref().ok()?.checkpoint()?.note().to_bytes();
        Some(GivenCheckpoint { name: brought.name.clone(), note })
    })
}

/// Judges each under the ledger's own key. That the ledger extends their checkpoints is the scan's finding.
pub(super) fn judge_all(brought: &[Brought], report: &Report, place: &Place) -> Vec<ReceiptVerdict> {
    let judged = brought.iter().map(|brought| {
        let (kind, standing) = match (&brought.artifact, &report.identity) {
            (Err(unreadable), _) => (unreadable.kind, Standing::Open(unreadable.why.clone())),
            (Ok(artifact), None) => {
                (artifact.kind(), Standing::Open("the ledger's key cannot be read".to_owned()))
            }
            (Ok(artifact), Some(_)) => {
                // Which of them may have signed which size is the scan's to judge.
                let keys: Vec<_> = report.log_keys().cloned().collect();
                let mut standing = match judge(artifact, &keys, None) {
                    Ok(judged) => judged.standing,
                    Err(failure) => Standing::Open(failure.message()),
                };
                let held = |given: &docket_log::CheckpointVerdict| given.name == brought.name && given.holds;
                if matches!(standing, Standing::Holds) && !report.given.iter().any(held) {
                    let why = "it holds by itself, but the ledger is not the history that it is of";
                    standing = Standing::Fails(why.to_owned());
                } else if let (Standing::Holds, Artifact::Stream(proof) | Artifact::Receipt { proof, .. }) =
                    (&standing, artifact)
                {
                    // A ledger too damaged to be opened has its findings.
                    standing =
                        left_out(proof, place).unwrap_or_else(|failure| Standing::Open(failure.message()));
                }
                (artifact.kind(), standing)
            }
        };
        ReceiptVerdict { name: brought.name.clone(), kind, standing }
    });
    judged.collect()
}

/// Looks for records of the stream that were in the ledger below the proof's size but are not in the proof: with the
/// whole log at hand it can be told.
fn left_out(proof: &StreamProof, place: &Place) -> Result<Standing, Failure> {
    let reader = place.reader()?;
    let size = proof.checkpoint.claimed().size();
    let Some(head) = reader.find_head(proof.stream)? else {
        return Ok(Standing::Open("its stream cannot be found".to_owned()));
    };
    let history = reader.history(proof.stream, head.last)?;
    let below = history.iter().filter(|record| record.view().index.0 < size).count();
    match below.checked_sub(proof.records.len()) {
        Some(0) => Ok(Standing::Holds),
        Some(more) => Ok(Standing::Fails(format!(
            "it leaves out {more} later records of {} that stood in the ledger below size {size}",
            stream_code(proof.stream)
        ))),
        None => Ok(Standing::Open("the ledger changed while it was read".to_owned())),
    }
}
