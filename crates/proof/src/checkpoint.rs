//! Checkpoints (C2SP tlog-checkpoint v1.0.0): the claim that a log of this origin, at this size, has this root.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    note::{KeyKind, Note, NoteError, SigningKey, VerifiedSignature, VerifierKey},
    tree::RootHash,
};

/// The longest origin, in bytes.
pub const MAX_ORIGIN_LEN: usize = 255;

/// Says whether `origin` may name a log, and so its key: 1 to [`MAX_ORIGIN_LEN`] bytes, no Unicode space, no `+`, no
/// control character.
pub fn is_valid_origin(origin: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    (1..=MAX_ORIGIN_LEN).contains(&origin.len()) && !origin.contains(forbidden)
}

/// Origin, size and root of a log: what is signed, kept and verified against.
///
/// ```
/// use docket_proof::{Checkpoint, SigningKey, empty_root, open_checkpoint, sign_checkpoint};
///
/// // The seed comes from the system's random source; a fixed one is for examples only.
/// let key = SigningKey::from_seed("ledger.example/office-1", &[7; 32])?;
/// let checkpoint = Checkpoint::new("ledger.example/office-1", 0, empty_root())?;
/// let note = sign_checkpoint(&checkpoint, &key)?;
///
/// let opened = open_checkpoint(&note, &[key.verifier().clone()])?;
/// assert_eq!(opened.checkpoint, checkpoint);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: RootHash,
}

impl Checkpoint {
    /// Makes a checkpoint.
    ///
    /// # Errors
    /// [`CheckpointError::Origin`].
    pub fn new(origin: &str, size: u64, root: RootHash) -> Result<Self, CheckpointError> {
        if !is_valid_origin(origin) {
            return Err(CheckpointError::Origin);
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Returns the name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns the Merkle root over them.
    pub const fn root(&self) -> RootHash {
        self.root
    }

    /// Returns the three lines that are signed, each ending in a newline.
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64_STANDARD.encode(self.root.as_bytes()))
    }

    /// Takes exactly what [`Checkpoint::to_text`] writes. Extension lines are refused: nobody here would act on them,
    /// and a signature would cover what nobody has read.
    ///
    /// # Errors
    /// Which line is wrong.
    pub fn parse_text(text: &str) -> Result<Self, CheckpointError> {
        let checkpoint = Self::parse_text_of_any_log(text)?;
        if is_valid_origin(&checkpoint.origin) { Ok(checkpoint) } else { Err(CheckpointError::Origin) }
    }

    /// As [`Checkpoint::parse_text`], for any origin that is a line of at most [`MAX_ORIGIN_LEN`] bytes: there are logs
    /// with a space in theirs.
    pub(crate) fn parse_text_of_any_log(text: &str) -> Result<Self, CheckpointError> {
        let lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        let size = parse_size(size).ok_or(CheckpointError::Size)?;
        let root = BASE64_STANDARD.decode(root).map_err(|_| CheckpointError::Root)?;
        let root = root.try_into().map_err(|_| CheckpointError::Root)?;
        if !(1..=MAX_ORIGIN_LEN).contains(&origin.len()) {
            return Err(CheckpointError::Origin);
        }
        Ok(Self { origin: origin.to_owned(), size, root: RootHash::from_bytes(root) })
    }
}

/// Reads a decimal as it is written: no sign, no leading zero.
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with(['0', '+']);
    if canonical { text.parse().ok() } else { None }
}

/// Signs a checkpoint and returns the bytes of the note.
///
/// A log must never sign two checkpoints of which neither extends the other. The caller sees to it.
///
/// # Errors
/// [`CheckpointError::KeyName`] unless the key is named as the origin.
pub fn sign_checkpoint(checkpoint: &Checkpoint, key: &SigningKey) -> Result<Vec<u8>, CheckpointError> {
    if key.name() != checkpoint.origin {
        return Err(CheckpointError::KeyName);
    }
    let mut note = Note::new(&checkpoint.to_text())?;
    note.push_signature(key.sign(&note))?;
    Ok(note.to_bytes())
}

/// A checkpoint that its log has signed, and which known keys have signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct OpenedCheckpoint {
    /// What is claimed.
    pub checkpoint: Checkpoint,
    /// The log's signature, and those of all other known keys (witnesses), in the note's order.
    pub signatures: Vec<VerifiedSignature>,
}

/// Opens a signed checkpoint: parses the note, checks the signatures of all `keys` and that one of them is the log's
/// own, a key of type 0x01 named as the origin.
///
/// # Errors
/// [`CheckpointError::Note`] when the note is malformed or not signed as it should be,
/// [`CheckpointError::NotSignedByLog`] when only others have signed, and what [`Checkpoint::parse_text`] says.
pub fn open_checkpoint(note: &[u8], keys: &[VerifierKey]) -> Result<OpenedCheckpoint, CheckpointError> {
    open(&Note::parse(note)?, keys)
}

fn open(note: &Note, keys: &[VerifierKey]) -> Result<OpenedCheckpoint, CheckpointError> {
    let signatures = note.verify(keys)?;
    let checkpoint = Checkpoint::parse_text(note.text())?;
    let mut signers = signatures.iter().filter_map(|signature| keys.get(signature.key));
    let is_logs = |key: &VerifierKey| key.kind() == KeyKind::Ed25519 && key.name() == checkpoint.origin;
    if !signers.any(is_logs) {
        return Err(CheckpointError::NotSignedByLog);
    }
    Ok(OpenedCheckpoint { checkpoint, signatures })
}

/// A note whose text is a checkpoint, its signatures not checked yet: what proof files carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointNote {
    note: Note,
    claimed: Checkpoint,
}

impl CheckpointNote {
    /// Takes a note apart. Checks none of its signatures.
    ///
    /// # Errors
    /// When the bytes are no note, or its text is no checkpoint.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        let claimed = Checkpoint::parse_text(note.text())?;
        Ok(Self { note, claimed })
    }

    /// Returns what the text says, whoever signed it.
    pub const fn claimed(&self) -> &Checkpoint {
        &self.claimed
    }

    /// Returns the note.
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Checks the signatures, as [`open_checkpoint`] does.
    ///
    /// # Errors
    /// Those of [`open_checkpoint`].
    pub fn open(&self, keys: &[VerifierKey]) -> Result<OpenedCheckpoint, CheckpointError> {
        open(&self.note, keys)
    }
}

/// Why bytes are not a checkpoint, or not one of the log it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The note is malformed, or not signed as it should be.
    #[error("checkpoint is not a note signed by a known key")]
    Note(#[from] NoteError),
    /// Not exactly three lines.
    #[error("checkpoint does not have exactly three lines")]
    Lines,
    /// See [`is_valid_origin`].
    #[error("origin of the checkpoint is empty, too long or has a space, a plus or a control character")]
    Origin,
    /// Not a decimal without leading zeros, or beyond 64 bits.
    #[error("size of the checkpoint is not a canonical decimal of 64 bits")]
    Size,
    /// Not canonical base64 of 32 bytes.
    #[error("root of the checkpoint is not canonical base64 of 32 bytes")]
    Root,
    /// The key to sign with is not named as the origin.
    #[error("key is not named as the origin of the checkpoint")]
    KeyName,
    /// Known keys have signed, but none of them is the log's.
    #[error("no known key of the log has signed the checkpoint")]
    NotSignedByLog,
    /// A key of the log has signed that is not the one in force at the checkpoint's size.
    #[error("a key of the log has signed the checkpoint that was not in force at its size")]
    RetiredKey,
}
