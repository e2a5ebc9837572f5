//! What a writer is given from outside: time, chance, and its actors' signatures.

use docket_proof::{ActorKey, ActorSignature, CommandDigest};

/// Tells the time, microseconds UTC.
pub trait Clock: Send {
    /// Returns the time now.
    fn now(&mut self) -> i64;
}

/// A source of bytes that nobody can guess: blinds and salts hide what records commit to.
pub trait Entropy: Send {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// Signs commands for their actor. It is asked under the writer's lock: it must not ask the writer anything.
pub trait CommandSigner {
    /// Signs a command that has its place.
    fn sign(&self, command: &CommandDigest) -> ActorSignature;
}

impl CommandSigner for ActorKey {
    fn sign(&self, command: &CommandDigest) -> ActorSignature {
        Self::sign(self, command)
    }
}
