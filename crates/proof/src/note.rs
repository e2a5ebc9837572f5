//! Signed notes (C2SP signed-note v1.0.0): a text and who signed it.
//!
//! A note is its text, which ends in a newline, one blank line, and lines `— <name> <base64>`. One note has one
//! encoding: everything that could be written in two ways is refused, and what parses writes itself back identically.
//! The set of signature lines is not itself signed: anybody can reorder or repeat them, drop some, or add a stranger's.
//! So notes are compared by their text and by which keys verified, never by their bytes.

mod key;

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};

pub use key::{CosigningKey, KeyError, KeyId, KeyKind, MAX_VERIFIER_KEY_LEN, SigningKey, VerifierKey};

/// The longest note that is parsed, in bytes.
pub const MAX_NOTE_LEN: usize = 1 << 20;

/// The most signatures on a note. C2SP asks for at least 16.
pub const MAX_SIGNATURES: usize = 100;

/// What a signature line begins with.
const SIGNATURE_PREFIX: &str = "\u{2014} ";

/// A text with the signatures on it, none of which parsing has checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// Makes an unsigned note.
    ///
    /// # Errors
    /// [`NoteError::TooLong`], [`NoteError::Control`]; [`NoteError::Shape`] when the text does not end in a newline.
    pub fn new(text: &str) -> Result<Self, NoteError> {
        check_len(text.len())?;
        check_characters(text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::Shape);
        }
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Takes a note apart: at most [`MAX_NOTE_LEN`] bytes, 1 to [`MAX_SIGNATURES`] signatures. Checks none of them.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        // Before anything is read of it: the bytes may come from anybody.
        check_len(bytes.len())?;
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::Utf8)?;
        check_characters(note)?;
        // At the last blank line: the text may contain others. The first of the two newlines belongs to the text.
        let blank = note.rfind("\n\n").ok_or(NoteError::Shape)?;
        let (text, rest) = note.split_at_checked(blank + 1).ok_or(NoteError::Shape)?;
        let lines =
            rest.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n')).ok_or(NoteError::Shape)?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let signatures = lines
            .split('\n')
            .zip(1..)
            .map(|(line, number)| {
                NoteSignature::parse_line(line).ok_or(NoteError::SignatureLine { line: number })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Returns what is signed: the text with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the signatures in their order, unchecked.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature behind the others.
    ///
    /// # Errors
    /// [`NoteError::TooManySignatures`].
    pub fn push_signature(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// Returns the bytes that [`Note::parse`] takes. A note without signatures is none: those bytes do not parse.
    pub fn to_bytes(&self) -> Vec<u8> {
        let lines: String = self.signatures.iter().map(|signature| format!("{signature}\n")).collect();
        format!("{}\n{lines}", self.text).into_bytes()
    }

    /// Checks the signatures of the keys in `keys` and returns them in the note's order.
    ///
    /// Signatures of other keys are ignored: name and id must both match. Every signature of a known key must verify.
    /// A key may have signed more than once (a witness, at different times); who counts keys counts each once.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] when one of a known key does not verify, [`NoteError::NoKnownSignature`] when no
    /// known key has signed, [`NoteError::AmbiguousKey`] when two different known keys share name and id.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Vec<VerifiedSignature>, NoteError> {
        let mut verified = Vec::new();
        for (signature, line) in self.signatures.iter().zip(1..) {
            let is_signer = |key: &VerifierKey| key.id() == signature.id && key.name() == signature.name;
            let mut candidates = keys.iter().enumerate().filter(|(_, key)| is_signer(key));
            let Some((index, key)) = candidates.next() else {
                continue;
            };
            if candidates.any(|(_, other)| other != key) {
                return Err(NoteError::AmbiguousKey { id: signature.id });
            }
            let bad_signature = NoteError::BadSignature { line, id: signature.id };
            let time = key.check(&self.text, &signature.bytes).map_err(|_| bad_signature)?;
            verified.push(VerifiedSignature { key: index, time });
        }
        if verified.is_empty() { Err(NoteError::NoKnownSignature) } else { Ok(verified) }
    }
}

fn check_len(len: usize) -> Result<(), NoteError> {
    if len > MAX_NOTE_LEN { Err(NoteError::TooLong { len }) } else { Ok(()) }
}

/// Refuses what no note may hold, signed or not.
fn check_characters(text: &str) -> Result<(), NoteError> {
    match text.bytes().position(|byte| byte < b' ' && byte != b'\n') {
        Some(offset) => Err(NoteError::Control { offset }),
        None => Ok(()),
    }
}

/// A signature line. `Display` writes it without the newline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    id: KeyId,
    bytes: Vec<u8>,
}

impl NoteSignature {
    pub(crate) fn new(name: String, id: KeyId, bytes: Vec<u8>) -> Self {
        Self { name, id, bytes }
    }

    /// Takes a line `— <name> <base64>` apart, without its newline: what a witness answers. `None` when it is none.
    pub fn parse_line(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(SIGNATURE_PREFIX)?.split_once(' ')?;
        if !key::is_valid_key_name(name) {
            return None;
        }
        // This engine refuses padding bits that are set, missing padding and spaces: one signature, one line.
        let bytes = BASE64_STANDARD.decode(base64).ok()?;
        let (id, signature) = bytes.split_first_chunk()?;
        if signature.is_empty() {
            return None;
        }
        Some(Self { name: name.to_owned(), id: KeyId::from_bytes(*id), bytes: signature.to_vec() })
    }

    /// Returns the name of the key that is said to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the id of the key that is said to have signed.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Returns the signature after the key id, at least one byte; its layout is the key type's.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<u8> = self.id.as_bytes().iter().chain(&self.bytes).copied().collect();
        write!(f, "{SIGNATURE_PREFIX}{} {}", self.name, BASE64_STANDARD.encode(bytes))
    }
}

/// A signature that one of the caller's keys has verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedSignature {
    /// Which key: its index in the slice given to [`Note::verify`], the first one where a key stands there twice.
    pub key: usize,
    /// The time a cosignature states, in Unix seconds; `None` for a log's signature.
    pub time: Option<u64>,
}

/// Why a note is not well-formed, or not signed as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Longer than [`MAX_NOTE_LEN`].
    #[error("note is too long: {len} bytes")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// Not UTF-8.
    #[error("note is not UTF-8")]
    Utf8,
    /// A character below U+0020 that is no newline.
    #[error("note has a control character at byte {offset}")]
    Control {
        /// Where, in bytes.
        offset: usize,
    },
    /// Not a text, a blank line and signature lines, each ending in a newline.
    #[error("note is not a text, a blank line and signature lines")]
    Shape,
    /// More than [`MAX_SIGNATURES`].
    #[error("note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// A line behind the blank line is not a name and canonical base64 of a key id and a signature.
    #[error("signature line {line} is malformed")]
    SignatureLine {
        /// Which one, from 1.
        line: usize,
    },
    /// Two different keys of the verifier share name and id.
    #[error("two known keys share name and id: {id}")]
    AmbiguousKey {
        /// The id.
        id: KeyId,
    },
    /// A known key's signature does not verify.
    #[error("signature {line} of known key {id} does not verify")]
    BadSignature {
        /// Which one, from 1.
        line: usize,
        /// The key's id.
        id: KeyId,
    },
    /// No known key has signed.
    #[error("no known key has signed the note")]
    NoKnownSignature,
}
