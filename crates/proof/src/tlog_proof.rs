//! A single entry's proof as a file (C2SP tlog-proof v1; PROOFS.md section 2).

use crate::{
    chained::{MAX_RECORD_EXTRA_LEN, RecordExtra},
    checkpoint::{CheckpointNote, OpenedCheckpoint},
    lines::{Lines, ProofFileError, base64_of, number_of, put_checkpoint, put_hashes, put_line},
    note::{MAX_NOTE_LEN, VerifierKey},
    proof::verify_inclusion,
    record::RecordError,
    tree::{LeafHash, NodeHash, leaf_hash},
    unproven::Unproven,
};

/// The longest proof file, in bytes.
pub const MAX_TLOG_PROOF_LEN: usize = MAX_NOTE_LEN + 2 * MAX_RECORD_EXTRA_LEN + 8 * 1024;

/// The first line.
pub const TLOG_PROOF_HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof that an entry is in a log, and the checkpoint that it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// What the application adds for itself. docket adds a [`RecordExtra`].
    pub extra: Option<Vec<u8>>,
    /// The entry's index.
    pub index: u64,
    /// The hashes up to the root, the one next to the leaf first.
    pub hashes: Vec<NodeHash>,
    /// The checkpoint.
    pub checkpoint: CheckpointNote,
}

impl TlogProof {
    /// Takes a file apart. Checks no hash and no signature.
    ///
    /// # Errors
    /// Where the bytes are no such file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let mut lines = Lines::new(bytes, MAX_TLOG_PROOF_LEN)?;
        lines.literal(TLOG_PROOF_HEADER)?;
        let has_extra = lines.peek().is_some_and(|line| line.starts_with("extra "));
        let extra_of = |line: &str| base64_of(line.strip_prefix("extra ")?);
        let extra = if has_extra { Some(lines.take("extra and canonical base64", extra_of)?) } else { None };
        let index = lines.take("index and a decimal", |line| number_of(line, "index"))?;
        let hashes = lines.hashes()?;
        lines.literal("")?;
        let checkpoint = lines.checkpoint()?;
        lines.end()?;
        Ok(Self { extra, index, hashes, checkpoint })
    }

    /// Returns the bytes that [`TlogProof::parse`] takes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = format!("{TLOG_PROOF_HEADER}\n");
        if let Some(extra) = &self.extra {
            put_line(&mut out, "extra", &[extra.as_slice()]);
        }
        out.push_str(&format!("index {}\n", self.index));
        put_hashes(&mut out, &self.hashes);
        put_checkpoint(&mut out, &self.checkpoint);
        out.into_bytes()
    }

    /// Returns the record that the file carries; `None` where it carries none, or something else.
    pub fn record(&self) -> Option<Result<RecordExtra, RecordError>> {
        RecordExtra::parse(self.extra.as_ref()?)
    }

    /// Checks that the log of one of `keys` holds this leaf where the file says.
    ///
    /// # Errors
    /// What does not hold.
    pub fn verify(&self, leaf: LeafHash, keys: &[VerifierKey]) -> Result<OpenedCheckpoint, Unproven> {
        let opened = self.checkpoint.open(keys)?;
        let (size, root) = (opened.checkpoint.size(), opened.checkpoint.root());
        verify_inclusion(self.index, size, leaf, &self.hashes, root)
            .map_err(|source| Unproven::Inclusion { index: self.index, source })?;
        Ok(opened)
    }

    /// Checks that the log of one of `keys` holds the record that the file carries, where the record itself says that
    /// it stands.
    ///
    /// # Errors
    /// What does not hold.
    pub fn verify_record(
        &self,
        extra: &RecordExtra,
        keys: &[VerifierKey],
    ) -> Result<OpenedCheckpoint, Unproven> {
        let stated = extra.record.view().index.0;
        if stated != self.index {
            return Err(Unproven::OtherRecord { index: self.index, found: stated });
        }
        // Record 0 is the genesis: its own hash must be the one that the others are hashed under.
        let hash = extra.hash();
        if stated == 0 && hash != extra.genesis {
            return Err(Unproven::Genesis);
        }
        self.verify(leaf_hash(hash.as_bytes()), keys)
    }
}
