//! What an actor signs who signs a command: its place in the ledger, and every event in it (FORMAT.md section 4).

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};

use crate::{
    commitment::Commitment,
    hash::RecordHash,
    record::{Precision, RecordView, StreamRef},
};

const EVENT_CONTEXT: &str = "docket 2026 signed event v1";
const COMMAND_CONTEXT: &str = "docket 2026 signed command v1";
/// In front of the digest that is signed. No note's text and no handover begins so.
const SIGNED_PREFIX: &[u8] = b"docket 2026 command signature v1\0";

/// An actor's signature as it stands on the last record of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActorSignature {
    /// The actor's Ed25519 public key.
    pub key: [u8; 32],
    /// The signature.
    pub signature: [u8; 64],
}

/// An actor's private key. Wiped from memory when dropped, never printed.
pub struct ActorKey(ed25519_dalek::SigningKey);

impl ActorKey {
    /// Takes a seed, which the caller has drawn at random and wipes after use.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Returns the public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Signs a command.
    pub fn sign(&self, command: &CommandDigest) -> ActorSignature {
        ActorSignature {
            key: self.public_key(),
            signature: self.0.sign(&message(&command.finish())).to_bytes(),
        }
    }
}

impl std::fmt::Debug for ActorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ActorKey(..)")
    }
}

impl ActorSignature {
    /// Says whether the key has signed the command with this digest. Whose key it is stands elsewhere.
    pub fn has_signed(&self, digest: &[u8; 32]) -> bool {
        // Strict: refuses small-order points, under which one signature fits many messages.
        VerifyingKey::from_bytes(&self.key).is_ok_and(|key| {
            key.verify_strict(&message(digest), &Signature::from_bytes(&self.signature)).is_ok()
        })
    }
}

/// Says whether 32 bytes are a key that somebody may sign with: a point of the curve, and not of small order.
pub fn is_usable_key(key: &[u8; 32]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak())
}

fn message(digest: &[u8; 32]) -> Vec<u8> {
    [SIGNED_PREFIX, digest.as_slice()].concat()
}

/// Where and by whom a batch is recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CommandPlace {
    /// The hash of record 0.
    pub genesis: RecordHash,
    /// The hash of the record before the batch.
    pub previous: RecordHash,
    /// The command's id.
    pub command_id: [u8; 16],
    /// Who records.
    pub actor: u64,
    /// When it is recorded.
    pub recorded_at: i64,
}

/// The digest of a command, event by event.
#[derive(Clone, Debug)]
pub struct CommandDigest(blake3::Hasher);

impl CommandDigest {
    /// Starts a command.
    pub fn new(place: &CommandPlace) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(COMMAND_CONTEXT);
        hasher.update(place.genesis.as_bytes()).update(place.previous.as_bytes()).update(&place.command_id);
        hasher.update(&place.actor.to_le_bytes()).update(&place.recorded_at.to_le_bytes());
        Self(hasher)
    }

    /// Adds the digest of its next event.
    pub fn push(&mut self, event: &[u8; 32]) {
        self.0.update(event);
    }

    /// Returns the digest.
    pub fn finish(&self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }
}

/// An event as it is signed.
#[derive(Clone, Copy, Debug)]
pub struct SignedEvent<'a> {
    /// Its stream.
    pub stream: StreamRef,
    /// Its position there.
    pub position: u32,
    /// When it happened, as claimed.
    pub occurred_at: i64,
    /// How exactly that is known.
    pub precision: Precision,
    /// Its type.
    pub event_type: u16,
    /// The shape of the body.
    pub schema_version: u16,
    /// The body.
    pub body: &'a [u8],
}

impl SignedEvent<'_> {
    /// Returns its digest.
    pub fn digest(&self, commitments: impl ExactSizeIterator<Item = (u16, Commitment)>) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(EVENT_CONTEXT);
        hasher.update(&self.stream.kind.to_le_bytes()).update(&self.stream.id.to_le_bytes());
        hasher.update(&self.position.to_le_bytes()).update(&self.occurred_at.to_le_bytes());
        hasher.update(&[self.precision as u8]);
        hasher.update(&self.event_type.to_le_bytes()).update(&self.schema_version.to_le_bytes());
        hasher.update(&(commitments.len() as u64).to_le_bytes());
        for (field, commitment) in commitments {
            hasher.update(&field.to_le_bytes()).update(commitment.as_bytes());
        }
        hasher.update(self.body);
        *hasher.finalize().as_bytes()
    }

    /// Returns the digest of the event in a record.
    pub fn digest_of(view: &RecordView<'_>) -> [u8; 32] {
        let event = SignedEvent {
            stream: view.stream,
            position: view.position,
            occurred_at: view.occurred_at,
            precision: view.precision,
            event_type: view.event_type,
            schema_version: view.schema_version,
            body: view.body,
        };
        event.digest(view.commitments.iter())
    }
}
