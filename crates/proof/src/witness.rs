//! Witnesses (C2SP tlog-witness v1.0.0): the request, and the decision to cosign it.
//!
//! A witness remembers, for each log, the last checkpoint that it cosigned, and cosigns another only when that one
//! extends it. So two histories of one log never both get its cosignature. The decision is a pure function;
//! that the new state is stored before the cosignature leaves the house is for whoever calls it to see to.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    checkpoint::{Checkpoint, CheckpointError, parse_size},
    note::{CosigningKey, KeyKind, MAX_NOTE_LEN, Note, NoteError, NoteSignature, VerifierKey},
    proof::{ProofError, verify_consistency},
    tree::{NodeHash, empty_root},
};

/// The most hashes of a request's consistency proof.
pub const MAX_WITNESS_PROOF: usize = 63;

/// The longest request that is parsed, in bytes: the longest note, and what may stand before it.
pub const MAX_WITNESS_REQUEST_LEN: usize = MAX_NOTE_LEN + 4_096;

/// How far a witness's clock may stand behind the time of its last cosignature, in seconds. Within that the last time
/// is kept; beyond it nothing is cosigned, because a cosignature's time is what others will rely on.
pub const MAX_WITNESS_CLOCK_BEHIND_S: u64 = 300;

/// 9999-12-31T23:59:59Z, the last time a cosignature states here.
const TIME_MAX: u64 = 253_402_300_799;

/// What a log, or somebody for it, asks a witness to cosign. Nothing of it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessRequest {
    old: u64,
    proof: Vec<NodeHash>,
    note: Note,
    checkpoint: Checkpoint,
}

impl WitnessRequest {
    /// Makes a request from a signed checkpoint and the proof that it extends the tree of size `old`.
    ///
    /// # Errors
    /// [`RequestError`], as parsing what it writes would say.
    pub fn new(old: u64, proof: Vec<NodeHash>, note: &[u8]) -> Result<Self, RequestError> {
        if proof.len() > MAX_WITNESS_PROOF {
            return Err(RequestError::ProofTooLong);
        }
        let note = Note::parse(note).map_err(RequestError::from)?;
        // A witness also serves logs whose origins are older than the rule for them.
        let checkpoint = Checkpoint::parse_text_of_any_log(note.text()).map_err(RequestError::Checkpoint)?;
        Ok(Self { old, proof, note, checkpoint })
    }

    /// Takes a request apart: `old <size>`, 0 to [`MAX_WITNESS_PROOF`] hashes in base64, a line each, a blank line, the
    /// signed checkpoint. One request has one encoding.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > MAX_WITNESS_REQUEST_LEN {
            return Err(RequestError::TooLong { len: bytes.len() });
        }
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").ok_or(RequestError::Shape)?;
        let (head, note) = bytes.split_at_checked(end).ok_or(RequestError::Shape)?;
        let note = note.strip_prefix(b"\n\n").ok_or(RequestError::Shape)?;
        let head = std::str::from_utf8(head).map_err(|_| RequestError::Shape)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).ok_or(RequestError::Shape)?;
        let old = parse_size(old).ok_or(RequestError::OldSize)?;
        let mut proof = Vec::new();
        for (line, number) in lines.zip(1..) {
            if number > MAX_WITNESS_PROOF {
                return Err(RequestError::ProofTooLong);
            }
            let hash = BASE64_STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok());
            proof.push(NodeHash::from_bytes(hash.ok_or(RequestError::ProofLine { line: number })?));
        }
        Self::new(old, proof, note)
    }

    /// Returns the bytes that [`WitnessRequest::parse`] takes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let hashes: String =
            self.proof.iter().map(|hash| BASE64_STANDARD.encode(hash.as_bytes()) + "\n").collect();
        let mut bytes = format!("old {}\n{hashes}\n", self.old).into_bytes();
        bytes.extend(self.note.to_bytes());
        bytes
    }

    /// Returns the size of the tree that the checkpoint is said to extend.
    pub const fn old(&self) -> u64 {
        self.old
    }

    /// Returns the proof, unchecked.
    pub fn proof(&self) -> &[NodeHash] {
        &self.proof
    }

    /// Returns what is claimed, and may be false.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Returns the signed checkpoint, its signatures unchecked.
    pub const fn note(&self) -> &Note {
        &self.note
    }
}

/// Why bytes are no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Longer than [`MAX_WITNESS_REQUEST_LEN`].
    #[error("request is too long: {len} bytes")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// Not an old size, a proof, a blank line and a checkpoint.
    #[error("request is not an old size, a proof, a blank line and a checkpoint")]
    Shape,
    /// Not a decimal without leading zeros, or beyond 64 bits.
    #[error("old size of the request is not a canonical decimal of 64 bits")]
    OldSize,
    /// More than [`MAX_WITNESS_PROOF`] hashes.
    #[error("proof of the request has more than {MAX_WITNESS_PROOF} hashes")]
    ProofTooLong,
    /// Not canonical base64 of 32 bytes.
    #[error("line {line} of the request's proof is not canonical base64 of 32 bytes")]
    ProofLine {
        /// Which one, from 1.
        line: usize,
    },
    /// The checkpoint's signature lines cannot be taken apart: nobody has signed.
    #[error("signatures of the request's checkpoint cannot be read: {0}")]
    Signatures(NoteError),
    /// The checkpoint is no note.
    #[error("checkpoint of the request is not a signed note: {0}")]
    Note(NoteError),
    /// The note is no checkpoint.
    #[error("{0}")]
    Checkpoint(CheckpointError),
}

impl From<NoteError> for RequestError {
    fn from(error: NoteError) -> Self {
        match error {
            NoteError::SignatureLine { .. } | NoteError::TooManySignatures => Self::Signatures(error),
            _ => Self::Note(error),
        }
    }
}

/// A log that a witness serves, and what it saw of it last.
#[derive(Clone, Debug)]
pub struct WitnessedLog {
    /// The keys of which one must have signed a checkpoint.
    pub keys: Vec<VerifierKey>,
    /// The last checkpoint that was cosigned, if there was one.
    pub last: Option<LastSeen>,
}

/// What a witness remembers of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSeen {
    /// The last checkpoint that was cosigned.
    pub checkpoint: Checkpoint,
    /// When, in Unix seconds.
    pub time: u64,
}

impl LastSeen {
    /// Takes up again what a witness stored: the note of a [`Cosignature`], for which its own signature in it vouches.
    ///
    /// # Errors
    /// When the note is malformed, no checkpoint, or not cosigned by `witness`.
    pub fn from_note(note: &[u8], witness: &VerifierKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(note)?;
        let times = note.verify(std::slice::from_ref(witness))?.into_iter().filter_map(|one| one.time);
        let time = times.max().ok_or(NoteError::NoKnownSignature)?;
        Ok(Self { checkpoint: Checkpoint::parse_text_of_any_log(note.text())?, time })
    }
}

/// What a witness answers, once `seen` is stored.
#[derive(Clone, Debug)]
#[must_use = "store what was seen before the cosignature leaves"]
pub struct Cosignature {
    /// What is remembered from now on, in place of what was.
    pub seen: LastSeen,
    /// The cosignature line.
    pub signature: NoteSignature,
    /// The checkpoint with its log's signature and the cosignature, and nobody else's.
    pub note: Note,
}

/// Decides on a request: `log` is the log of that origin as the witness knows it, `time` the clock's, in Unix seconds.
///
/// The steps stand in the order of C2SP tlog-witness, add-checkpoint.
///
/// # Errors
/// Why it is not cosigned, with the HTTP status that says so.
pub fn cosign_request(
    log: Option<&WitnessedLog>,
    request: &WitnessRequest,
    time: u64,
    key: &CosigningKey,
) -> Result<Cosignature, Refusal> {
    let WitnessRequest { old, proof, note, checkpoint } = request;
    let size = checkpoint.size();
    // If the checkpoint origin is unknown, the witness MUST respond with 404.
    let log = log.ok_or(Refusal::UnknownOrigin)?;
    // The witness MUST verify the checkpoint signature against the public key(s) it trusts for the checkpoint origin,
    // and it MUST ignore signatures from unknown keys. If none verifies, 403.
    let of_log: Vec<VerifierKey> =
        log.keys.iter().filter(|key| key.kind() == KeyKind::Ed25519).cloned().collect();
    note.verify(&of_log).map_err(Refusal::NotSigned)?;
    // The old size MUST be equal to or lower than the checkpoint size, otherwise 400.
    if *old > size {
        return Err(Refusal::OldBeyondSize { old: *old, size });
    }
    // The old size must match the size of the latest checkpoint cosigned (or zero), otherwise 409 with that size.
    let (last_size, last_root) = match &log.last {
        Some(last) => (last.checkpoint.size(), last.checkpoint.root()),
        None => (0, empty_root()),
    };
    if *old != last_size {
        return Err(Refusal::NotTheLast { last: last_size });
    }
    // The consistency proof MUST verify, and be empty where the old size is zero; where the sizes are the same, so MUST
    // the roots be: otherwise 422.
    verify_consistency(*old, size, last_root, checkpoint.root(), proof).map_err(Refusal::Inconsistent)?;
    let time = check_time(time, log.last.as_ref().map(|last| last.time))?;

    let signature = key.cosign(note, time);
    let mut cosigned = Note::new(note.text()).map_err(Refusal::NotSigned)?;
    // All of a known key's have verified. Each line once: anybody may repeat them.
    for line in note.signatures() {
        let is_signer = |key: &VerifierKey| key.id() == line.id() && key.name() == line.name();
        if of_log.iter().any(is_signer) && !cosigned.signatures().contains(line) {
            cosigned.push_signature(line.clone()).map_err(Refusal::NotSigned)?;
        }
    }
    cosigned.push_signature(signature.clone()).map_err(Refusal::NotSigned)?;
    let seen = LastSeen { checkpoint: checkpoint.clone(), time };
    Ok(Cosignature { seen, signature, note: cosigned })
}

/// Returns the time to state: never before that of the last cosignature.
fn check_time(now: u64, last: Option<u64>) -> Result<u64, Refusal> {
    if !(1..=TIME_MAX).contains(&now) {
        return Err(Refusal::Clock { now, last });
    }
    match last {
        Some(time) if time.saturating_sub(now) > MAX_WITNESS_CLOCK_BEHIND_S => {
            Err(Refusal::Clock { now, last })
        }
        Some(time) => Ok(now.max(time)),
        None => Ok(now),
    }
}

/// Why a witness does not cosign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Not a request.
    #[error("{0}")]
    Malformed(#[from] RequestError),
    /// Nobody has told the witness of this log.
    #[error("the witness does not know the log of this origin")]
    UnknownOrigin,
    /// No key of the log has signed, or one's signature is bad.
    #[error("the log has not signed the checkpoint: {0}")]
    NotSigned(NoteError),
    /// The tree to extend is larger than the one that is to extend it.
    #[error("old size {old} is greater than the checkpoint's size {size}")]
    OldBeyondSize {
        /// The request's old size.
        old: u64,
        /// The checkpoint's.
        size: u64,
    },
    /// The request does not start from the last checkpoint cosigned.
    #[error("the last checkpoint cosigned has size {last}")]
    NotTheLast {
        /// The size from which to prove.
        last: u64,
    },
    /// The checkpoint is not shown to extend the last one.
    #[error("the checkpoint is not consistent with the last one cosigned: {0}")]
    Inconsistent(ProofError),
    /// The witness's own clock cannot be right.
    #[error("the witness's clock cannot be right: it says {now}, the last cosignature {}", or_none(*.last))]
    Clock {
        /// What it says, in Unix seconds.
        now: u64,
        /// The time of the last cosignature.
        last: Option<u64>,
    },
}

impl Refusal {
    /// Returns the HTTP status of C2SP tlog-witness; 503 for the witness's own clock, which it does not foresee.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(RequestError::Signatures(_)) | Self::NotSigned(_) => 403,
            Self::Malformed(_) | Self::OldBeyondSize { .. } => 400,
            Self::UnknownOrigin => 404,
            Self::NotTheLast { .. } => 409,
            Self::Inconsistent(_) => 422,
            Self::Clock { .. } => 503,
        }
    }
}

fn or_none(time: Option<u64>) -> String {
    time.map_or_else(|| "none yet".to_owned(), |time| time.to_string())
}
