//! The files that leave the building, told apart by their first line (PROOFS.md).

use std::error::Error;

use docket_proof::{
    CONSISTENCY_HEADER, CheckpointNote, ConsistencyFile, EVIDENCE_HEADER, Evidence, MAX_STREAM_PROOF_LEN,
    STREAM_PROOF_HEADER, StreamProof, TLOG_PROOF_HEADER, TlogProof,
};

use crate::receipt::{self, RECEIPT_HEADER};

/// The longest file that is read: a receipt is a stream proof with as many lines to read as it has records.
pub(crate) const MAX_ARTIFACT_LEN: usize = 2 * MAX_STREAM_PROOF_LEN;

/// A file that proves something, taken apart but not checked.
pub(crate) enum Artifact {
    Record(TlogProof),
    Stream(StreamProof),
    Receipt { words: Vec<u8>, proof: StreamProof },
    Consistency(ConsistencyFile),
    Evidence(Box<Evidence>),
    Checkpoint(CheckpointNote),
}

/// A file that is not of its form.
pub(crate) struct Unreadable {
    pub(crate) kind: &'static str,
    pub(crate) why: String,
}

impl Artifact {
    /// Takes a file for what its first line says it is; without one of those lines, for a signed checkpoint.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        let is =
            |header: &str| bytes.strip_prefix(header.as_bytes()).is_some_and(|rest| rest.starts_with(b"\n"));
        if bytes.is_empty() {
            return Err(Unreadable { kind: "nothing", why: "the file is empty".to_owned() });
        }
        if is(TLOG_PROOF_HEADER) {
            return read("record proof", TlogProof::parse(bytes), Self::Record);
        }
        if is(STREAM_PROOF_HEADER) {
            return read("stream proof", StreamProof::parse(bytes), Self::Stream);
        }
        if is(CONSISTENCY_HEADER) {
            return read("consistency proof", ConsistencyFile::parse(bytes), Self::Consistency);
        }
        if is(EVIDENCE_HEADER) {
            return read("evidence", Evidence::parse(bytes).map(Box::new), Self::Evidence);
        }
        if is(RECEIPT_HEADER) {
            let (words, proof) = receipt::split(bytes)
                .ok_or_else(|| Unreadable { kind: "receipt", why: "there is no proof in it".to_owned() })?;
            let receipt = |proof| Self::Receipt { words: words.to_vec(), proof };
            return read("receipt", StreamProof::parse(proof), receipt);
        }
        read("checkpoint", CheckpointNote::parse(bytes), Self::Checkpoint)
    }

    /// Returns what it is, in words.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Record(_) => "record proof",
            Self::Stream(_) => "stream proof",
            Self::Receipt { .. } => "receipt",
            Self::Consistency(_) => "consistency proof",
            Self::Evidence(_) => "evidence",
            Self::Checkpoint(_) => "checkpoint",
        }
    }

    /// Returns the checkpoint that it leads to; of two, the newer one. Evidence leads nowhere.
    pub(crate) const fn checkpoint(&self) -> Option<&CheckpointNote> {
        match self {
            Self::Record(proof) => Some(&proof.checkpoint),
            Self::Stream(proof) | Self::Receipt { proof, .. } => Some(&proof.checkpoint),
            Self::Consistency(proof) => Some(&proof.newer),
            Self::Checkpoint(note) => Some(note),
            Self::Evidence(_) => None,
        }
    }
}

fn read<T, E: Error>(
    kind: &'static str,
    parsed: Result<T, E>,
    artifact: impl FnOnce(T) -> Artifact,
) -> Result<Artifact, Unreadable> {
    parsed.map(artifact).map_err(|error| Unreadable { kind, why: with_causes(&error) })
}

/// Returns an error and its causes on one line.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
