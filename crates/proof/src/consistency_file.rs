//! Two checkpoints of one log, the newer extending the older, as a file (PROOFS.md section 4).

use crate::{
    checkpoint::{CheckpointNote, OpenedCheckpoint},
    lines::{Lines, ProofFileError, put_checkpoint, put_hashes},
    note::{MAX_NOTE_LEN, VerifierKey},
    proof::verify_consistency,
    tree::NodeHash,
    unproven::Unproven,
};

/// The longest file with two checkpoints, in bytes.
pub const MAX_CONSISTENCY_FILE_LEN: usize = 2 * MAX_NOTE_LEN + 8 * 1024;

/// The first line.
pub const CONSISTENCY_HEADER: &str = "docket consistency proof v1";

/// A proof that a log only grew from one checkpoint to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyFile {
    /// The consistency proof of RFC 9162.
    pub hashes: Vec<NodeHash>,
    /// The older checkpoint.
    pub older: CheckpointNote,
    /// The newer checkpoint.
    pub newer: CheckpointNote,
}

impl ConsistencyFile {
    /// Takes a file apart. Checks no hash and no signature.
    ///
    /// # Errors
    /// Where the bytes are no such file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let mut lines = Lines::new(bytes, MAX_CONSISTENCY_FILE_LEN)?;
        lines.literal(CONSISTENCY_HEADER)?;
        let hashes = lines.hashes()?;
        let (older, newer) = two_checkpoints(lines)?;
        Ok(Self { hashes, older, newer })
    }

    /// Returns the bytes that [`ConsistencyFile::parse`] takes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = format!("{CONSISTENCY_HEADER}\n");
        put_hashes(&mut out, &self.hashes);
        put_checkpoint(&mut out, &self.older);
        put_checkpoint(&mut out, &self.newer);
        out.into_bytes()
    }

    /// Checks that the log of one of `keys` signed both, and that the newer extends the older. Returns both.
    ///
    /// # Errors
    /// What does not hold.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<(OpenedCheckpoint, OpenedCheckpoint), Unproven> {
        let (older, newer) = (self.older.open(keys)?, self.newer.open(keys)?);
        let (first, second) = (&older.checkpoint, &newer.checkpoint);
        if first.origin() != second.origin() {
            let (first, second) = (first.origin().to_owned(), second.origin().to_owned());
            return Err(Unproven::TwoLogs { first, second });
        }
        verify_consistency(first.size(), second.size(), first.root(), second.root(), &self.hashes)
            .map_err(Unproven::Consistency)?;
        Ok((older, newer))
    }
}

/// Takes an empty line and a checkpoint, twice, and then the end of the file.
pub(crate) fn two_checkpoints(
    mut lines: Lines<'_>,
) -> Result<(CheckpointNote, CheckpointNote), ProofFileError> {
    lines.literal("")?;
    let first = lines.checkpoint()?;
    lines.literal("")?;
    let second = lines.checkpoint()?;
    lines.end()?;
    Ok((first, second))
}
