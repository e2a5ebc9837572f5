//! The system record that keeps a witness's cosignature (FORMAT.md section 7).

use crate::{
    bytes::Fields,
    checkpoint::{Checkpoint, CheckpointError},
    note::{KeyKind, Note, NoteSignature, VerifierKey},
    system::SystemError,
    tree::RootHash,
};

/// The longest name of a witness that a record keeps, in bytes.
pub const MAX_WITNESS_NAME_LEN: usize = 255;

/// 9999-12-31T23:59:59Z, the last time that a record keeps.
const TIME_MAX: u64 = 253_402_300_799;

/// A witness has cosigned a checkpoint of this ledger, and the ledger knows it from here on.
///
/// The time it states bounds recorded times from both sides: what the checkpoint covers existed by then, and what comes
/// behind this record came later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessSeen {
    /// The checkpoint's size.
    pub size: u64,
    /// Its root.
    pub root: RootHash,
    /// The time that the witness states, in Unix seconds.
    pub time: u64,
    /// The witness.
    pub witness: VerifierKey,
    /// Its Ed25519 signature.
    pub signature: [u8; 64],
}

impl WitnessSeen {
    /// Takes what `witness` says on a cosigned checkpoint of the log `log`; the earliest time, where it has signed more
    /// than once.
    ///
    /// # Errors
    /// When one of the two has not signed, a signature is bad, or what it states cannot be kept.
    pub fn from_note(
        note: &[u8],
        log: &VerifierKey,
        witness: &VerifierKey,
    ) -> Result<Self, CosignatureError> {
        let opened = crate::open_checkpoint(note, &[log.clone(), witness.clone()])?;
        let note = Note::parse(note).map_err(CheckpointError::from)?;
        let mut found: Option<Self> = None;
        for line in note.signatures() {
            let is_theirs = line.id() == witness.id() && line.name() == witness.name();
            let (Some((time, signature)), true) = (line.bytes().split_first_chunk(), is_theirs) else {
                continue;
            };
            let Ok(signature) = signature.try_into() else { continue };
            let seen = Self {
                size: opened.checkpoint.size(),
                root: opened.checkpoint.root(),
                time: u64::from_be_bytes(*time),
                witness: witness.clone(),
                signature,
            };
            if found.as_ref().is_none_or(|found| seen.time < found.time) {
                found = Some(seen);
            }
        }
        let seen = found.ok_or(CosignatureError::NotCosigned)?;
        seen.check_form().map_err(|field| CosignatureError::NotKept { field })?;
        Ok(seen)
    }

    /// Checks that the witness has signed: a checkpoint of `origin` with this size and root, at this time.
    ///
    /// # Errors
    /// When it has not.
    pub fn verify(&self, origin: &str) -> Result<(), CheckpointError> {
        let mut note = Note::new(&Checkpoint::new(origin, self.size, self.root)?.to_text())?;
        note.push_signature(self.to_signature())?;
        note.verify(std::slice::from_ref(&self.witness)).map(|_| ()).map_err(CheckpointError::from)
    }

    /// Returns the cosignature as it stands on a note.
    pub fn to_signature(&self) -> NoteSignature {
        let mut bytes = self.time.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.signature);
        NoteSignature::new(self.witness.name().to_owned(), self.witness.id(), bytes)
    }

    /// Returns the field that a record cannot hold, as an error.
    fn check_form(&self) -> Result<(), &'static str> {
        if self.size == 0 {
            return Err("size");
        }
        if !(1..=TIME_MAX).contains(&self.time) {
            return Err("time");
        }
        if self.witness.kind() != KeyKind::CosignatureV1 {
            return Err("key");
        }
        if self.witness.name().len() > MAX_WITNESS_NAME_LEN {
            return Err("name");
        }
        Ok(())
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.size.to_le_bytes());
        out.extend_from_slice(self.root.as_bytes());
        out.extend_from_slice(&self.time.to_le_bytes());
        out.extend_from_slice(self.witness.public_key());
        out.extend_from_slice(&self.signature);
        let name = self.witness.name();
        let len = u16::try_from(name.len()).expect("checked: names of witnesses are short");
        out.extend_from_slice(&len.to_le_bytes());
        out.extend_from_slice(name.as_bytes());
    }

    pub(crate) fn decode(fields: &mut Fields<'_>) -> Result<Self, SystemError> {
        let malformed = |field| SystemError::Malformed { field };
        let short = malformed("body length");
        let size = fields.u64().ok_or(short)?;
        let root = RootHash::from_bytes(*fields.array().ok_or(short)?);
        let time = fields.u64().ok_or(short)?;
        let public_key = fields.array().ok_or(short)?;
        let signature = *fields.array().ok_or(short)?;
        let len = usize::from(fields.u16().ok_or(short)?);
        let name = std::str::from_utf8(fields.slice(len).ok_or(short)?).map_err(|_| malformed("name"))?;
        let witness = VerifierKey::new(name, KeyKind::CosignatureV1, public_key)
            .map_err(|_| malformed("key or name"))?;
        let seen = Self { size, root, time, witness, signature };
        seen.check_form().map_err(malformed)?;
        Ok(seen)
    }
}

/// Why a note does not give a [`WitnessSeen`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CosignatureError {
    /// The note is malformed, or not signed as it should be.
    #[error("{0}")]
    Checkpoint(#[from] CheckpointError),
    /// The log has signed, the witness has not.
    #[error("the witness has not cosigned the checkpoint")]
    NotCosigned,
    /// What it states is out of what a record can keep.
    #[error("the cosignature cannot be kept: {field} is out of range")]
    NotKept {
        /// The field.
        field: &'static str,
    },
}
