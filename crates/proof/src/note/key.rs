//! Keys of signed notes: who may sign, and how a verifier names them.

use std::{fmt, str::FromStr};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signer as _, VerifyingKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Note, NoteSignature};

/// The longest verifier key that is parsed, in bytes. The longest in use are ML-DSA-44 ones of under 2 KiB.
pub const MAX_VERIFIER_KEY_LEN: usize = 4096;

/// Length of an Ed25519 public key and of its seed, in bytes.
const KEY_LEN: usize = 32;
/// Length of an Ed25519 signature, in bytes.
const SIGNATURE_LEN: usize = 64;

/// Four bytes that tell the keys of one name apart: the start of `SHA-256(name || 0x0A || type || public key)`.
///
/// It is no proof of anything: whoever wants can make a key with the id of another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

impl KeyId {
    /// Takes four raw bytes for an id.
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// Returns the raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    fn new(name: &str, encoded: &[u8]) -> Self {
        let hash: [u8; 32] =
            Sha256::new().chain_update(name).chain_update(b"\n").chain_update(encoded).finalize().into();
        let [a, b, c, d, ..] = hash;
        Self([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// What a key signs. The numbers are the signature types of C2SP signed-note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// 0x01: Ed25519 over the text of the note. Logs sign so.
    Ed25519,
    /// 0x04: Ed25519 over a time and the text (C2SP tlog-cosignature v1). Witnesses sign so.
    CosignatureV1,
}

impl KeyKind {
    const fn number(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }
}

/// Says whether `name` may name a key: not empty, no Unicode space, no `+`, no character below U+0020.
pub(super) fn is_valid_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c < ' ')
}

/// A public key and its name: `name+hex8(key id)+base64(type || public key)`.
///
/// ```
/// use docket_proof::VerifierKey;
///
/// let text = "ledger.example/office-1+7745cba0+AT8D+vTUws/7W1gOqSGbdDXrrmt3jPAqTrHAstWiE4z5";
/// let key: VerifierKey = text.parse()?;
/// assert_eq!(key.name(), "ledger.example/office-1");
/// assert_eq!(key.to_string(), text);
/// # Ok::<(), docket_proof::KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: KeyId,
    kind: KeyKind,
    key: VerifyingKey,
}

impl VerifierKey {
    /// Names a public key, given as its 32 bytes.
    ///
    /// # Errors
    /// [`KeyError::Name`]; [`KeyError::PublicKey`] when the bytes are no point of the curve, or one of small order,
    /// under which anybody's signature could verify.
    pub fn new(name: &str, kind: KeyKind, public_key: &[u8; KEY_LEN]) -> Result<Self, KeyError> {
        if !is_valid_key_name(name) {
            return Err(KeyError::Name);
        }
        let key = VerifyingKey::from_bytes(public_key).map_err(|_| KeyError::PublicKey)?;
        if key.is_weak() {
            return Err(KeyError::PublicKey);
        }
        let id = KeyId::new(name, &encoded(kind, public_key));
        Ok(Self { name: name.to_owned(), id, kind, key })
    }

    /// Returns the key's name; a log's is the origin of its checkpoints.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the key's id.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Returns what the key signs.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Returns the 32 bytes of the public key.
    pub fn public_key(&self) -> &[u8; KEY_LEN] {
        self.key.as_bytes()
    }

    /// Checks a signature over `text`. Returns the time it states, for a cosignature, in Unix seconds; `None` within
    /// `Ok` for a plain signature, `Err` when it does not verify.
    pub(super) fn check(&self, text: &str, signature: &[u8]) -> Result<Option<u64>, BadSignature> {
        let (message, time, signature) = match self.kind {
            KeyKind::Ed25519 => (text.to_owned(), None, signature),
            KeyKind::CosignatureV1 => {
                let (time, signature) = signature.split_first_chunk().ok_or(BadSignature)?;
                let time = u64::from_be_bytes(*time);
                (cosigned_message(time, text), Some(time), signature)
            }
        };
        let signature: &[u8; SIGNATURE_LEN] = signature.try_into().map_err(|_| BadSignature)?;
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        // Strict: refuses small-order points, over which implementations disagree.
        self.key.verify_strict(message.as_bytes(), &signature).map_err(|_| BadSignature)?;
        Ok(time)
    }

    /// Says whether this key has signed a message that is no note.
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
        self.key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }
}

/// A signature that its key does not verify.
pub(super) struct BadSignature;

/// Returns `type || public key`.
fn encoded(kind: KeyKind, public_key: &[u8; KEY_LEN]) -> [u8; KEY_LEN + 1] {
    let mut bytes = [0; KEY_LEN + 1];
    let [number, rest @ ..] = &mut bytes;
    *number = kind.number();
    rest.copy_from_slice(public_key);
    bytes
}

/// Returns what a cosignature signs (C2SP tlog-cosignature v1).
fn cosigned_message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    /// Takes exactly what `Display` writes: the id in lowercase, the base64 canonical.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_VERIFIER_KEY_LEN {
            return Err(KeyError::TooLong { len: text.len() });
        }
        // Base64 may contain a '+' too, a name and an id may not.
        let (name, rest) = text.split_once('+').ok_or(KeyError::Shape)?;
        let (id, key) = rest.split_once('+').ok_or(KeyError::Shape)?;
        if !is_valid_key_name(name) {
            return Err(KeyError::Name);
        }
        let bytes = BASE64_STANDARD.decode(key).map_err(|_| KeyError::Base64)?;
        let computed = KeyId::new(name, &bytes);
        if id != computed.to_string() {
            return Err(KeyError::Id { computed });
        }
        let (kind, public_key) = match bytes.split_first().ok_or(KeyError::Shape)? {
            (0x01, public_key) => (KeyKind::Ed25519, public_key),
            (0x04, public_key) => (KeyKind::CosignatureV1, public_key),
            (&kind, _) => return Err(KeyError::UnknownKind { kind }),
        };
        Self::new(name, kind, public_key.try_into().map_err(|_| KeyError::PublicKey)?)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = BASE64_STANDARD.encode(encoded(self.kind, self.public_key()));
        write!(f, "{}+{}+{encoded}", self.name, self.id)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

/// The secret key of a log (type 0x01). Wiped from memory when dropped, never printed.
pub struct SigningKey {
    verifier: VerifierKey,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// Takes a seed, which the caller has drawn at random and wipes after use.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; KEY_LEN]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, KeyKind::Ed25519, key.verifying_key().as_bytes())?;
        Ok(Self { verifier, key })
    }

    /// Returns the key's name.
    pub fn name(&self) -> &str {
        self.verifier.name()
    }

    /// Returns the public side.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Returns the seed, for keeping.
    pub fn seed(&self) -> Zeroizing<[u8; KEY_LEN]> {
        Zeroizing::new(self.key.to_bytes())
    }

    /// Signs the text of a note.
    pub fn sign(&self, note: &Note) -> NoteSignature {
        let signature = self.key.sign(note.text().as_bytes());
        NoteSignature::new(self.verifier.name.clone(), self.verifier.id, signature.to_bytes().to_vec())
    }

    /// Signs a message that can be no note's text.
    pub(crate) fn sign_bytes(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}+{}, ..)", self.verifier.name, self.verifier.id)
    }
}

/// The secret key of a witness (type 0x04). Wiped from memory when dropped, never printed.
pub struct CosigningKey {
    verifier: VerifierKey,
    key: ed25519_dalek::SigningKey,
}

impl CosigningKey {
    /// Takes a seed, which the caller has drawn at random and wipes after use. It must be of no other use: not a
    /// log's seed.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; KEY_LEN]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, KeyKind::CosignatureV1, key.verifying_key().as_bytes())?;
        Ok(Self { verifier, key })
    }

    /// Returns the public side.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Returns the seed, for keeping.
    pub fn seed(&self) -> Zeroizing<[u8; KEY_LEN]> {
        Zeroizing::new(self.key.to_bytes())
    }

    /// Signs, at `time` in Unix seconds, that the checkpoint in `note` is the largest consistent one seen.
    pub fn cosign(&self, note: &Note, time: u64) -> NoteSignature {
        let signature = self.key.sign(cosigned_message(time, note.text()).as_bytes());
        let mut bytes = time.to_be_bytes().to_vec();
        bytes.extend(signature.to_bytes());
        NoteSignature::new(self.verifier.name.clone(), self.verifier.id, bytes)
    }
}

impl fmt::Debug for CosigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CosigningKey({}+{}, ..)", self.verifier.name, self.verifier.id)
    }
}

/// Why a key could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Longer than [`MAX_VERIFIER_KEY_LEN`].
    #[error("verifier key is too long: {len} bytes")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// Not `name+id+key`.
    #[error("verifier key does not have the shape name+id+key")]
    Shape,
    /// Empty, or with a space, a `+` or a control character.
    #[error("key name is empty or has a space, a plus or a control character")]
    Name,
    /// Not canonical base64.
    #[error("key is not canonical base64")]
    Base64,
    /// The id is not that of name and key.
    #[error("key id does not belong to name and key (computed {computed})")]
    Id {
        /// The id that name and key have.
        computed: KeyId,
    },
    /// A type of key that is not known here, such as ML-DSA-44 (0x06). Who collects keys may leave it out: its
    /// signatures are then ignored as those of a stranger.
    #[error("unknown type of key: {kind:#04x}")]
    UnknownKind {
        /// The type's number.
        kind: u8,
    },
    /// Wrong length, no point of the curve, or one of small order.
    #[error("public key is not a usable Ed25519 key")]
    PublicKey,
}
