//! Two signed checkpoints that contradict each other, as a file that convicts whoever holds the key (PROOFS.md
//! section 5).

use crate::{
    checkpoint::{Checkpoint, CheckpointNote},
    consistency_file::two_checkpoints,
    lines::{Lines, ProofFileError, put_checkpoint, put_hashes},
    note::{MAX_NOTE_LEN, VerifierKey},
    proof::older_root,
    tree::{NodeHash, NodeSource, ProveError, RootHash, consistency_proof, root_at},
    unproven::Unproven,
};

/// The longest evidence file, in bytes.
pub const MAX_EVIDENCE_LEN: usize = 2 * MAX_NOTE_LEN + 16 * 1024;

/// The first line.
pub const EVIDENCE_HEADER: &str = "docket evidence v1";

/// Two checkpoints under one key of which neither extends the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The key that signed both.
    pub key: VerifierKey,
    /// Which root the newer checkpoint gives the older size: what [`older_root`] takes. Empty for equal sizes.
    pub path: Vec<NodeHash>,
    /// The checkpoint of the smaller size, or one of two of the same size.
    pub first: CheckpointNote,
    /// The other one.
    pub second: CheckpointNote,
}

/// What evidence shows: one key, one origin, one size, two roots.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Conviction {
    /// The checkpoint of the smaller size.
    pub first: Checkpoint,
    /// The other one.
    pub second: Checkpoint,
    /// The root that the second one gives the first one's size; not the first one's.
    pub second_says: RootHash,
}

impl Evidence {
    /// Takes a file apart. Checks no hash and no signature.
    ///
    /// # Errors
    /// Where the bytes are no such file.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        let mut lines = Lines::new(bytes, MAX_EVIDENCE_LEN)?;
        lines.literal(EVIDENCE_HEADER)?;
        let key = lines.take("key and a verifier key", |line| line.strip_prefix("key ")?.parse().ok())?;
        let path = lines.hashes()?;
        let (first, second) = two_checkpoints(lines)?;
        Ok(Self { key, path, first, second })
    }

    /// Returns the bytes that [`Evidence::parse`] takes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = format!("{EVIDENCE_HEADER}\nkey {}\n", self.key);
        put_hashes(&mut out, &self.path);
        put_checkpoint(&mut out, &self.first);
        put_checkpoint(&mut out, &self.second);
        out.into_bytes()
    }

    /// Checks that the key signed both, and that they cannot both be true.
    ///
    /// # Errors
    /// Why the file convicts nobody.
    pub fn verify(&self) -> Result<Conviction, Unproven> {
        let keys = std::slice::from_ref(&self.key);
        let (first, second) = (self.first.open(keys)?.checkpoint, self.second.open(keys)?.checkpoint);
        // `open` has seen that the key is named as the origin of each, so both are of one log.
        let second_says =
            older_root(first.size(), second.size(), second.root(), &self.path).map_err(Unproven::Evidence)?;
        if second_says == first.root() {
            return Err(Unproven::NoConflict);
        }
        Ok(Conviction { first, second, second_says })
    }
}

/// Returns the path of an [`Evidence`]: from the tree of `second` leaves, which root it had at `first`.
///
/// # Errors
/// What [`consistency_proof`] says.
pub fn evidence_path<S: NodeSource>(
    first: u64,
    second: u64,
    source: &S,
) -> Result<Vec<NodeHash>, ProveError<S::Error>> {
    let mut path = consistency_proof(first, second, source)?;
    if first.is_power_of_two() && first < second {
        let root = root_at(first, source).map_err(ProveError::Source)?;
        path.insert(0, NodeHash::from_bytes(*root.as_bytes()));
    }
    Ok(path)
}
