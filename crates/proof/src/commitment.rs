//! Commitments: what a record says of a personal value without holding it (FORMAT.md section 9).

use std::{fmt, sync::LazyLock};

use blake3::{
    Hasher,
    hazmat::{ContextKey, HasherExt as _, hash_derive_key_context},
};

use crate::{hash::COMMITMENT_CONTEXT, many::Mode};

/// The largest personal value, in bytes.
pub const MAX_VALUE_LEN: usize = 1 << 20;

/// A hiding and binding commitment to one field's value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commitment([u8; 32]);

impl Commitment {
    /// Takes 32 raw bytes for a commitment.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Commits to `value` of field number `field` under a salt that is random and of this field's own.
    pub fn new(salt: &[u8; 32], field: u16, value: &[u8]) -> Self {
        let mut hasher = Hasher::new_from_context_key(&CONTEXT);
        hasher.update(salt).update(&field.to_le_bytes()).update(value);
        Self(*hasher.finalize().as_bytes())
    }

    /// Commits to `salt || field || value` as these lie one behind the other in a vault entry.
    pub fn of_opening(opening: &[u8]) -> Self {
        Self(Mode::Derived(&CONTEXT).hash(opening))
    }

    /// Commits to many openings as [`of_opening`](Self::of_opening) does, several at once: each into the place beside it, as
    /// far as there are both.
    pub fn of_each_opening(openings: &[&[u8]], commitments: &mut [Self]) {
        Mode::Derived(&CONTEXT)
            .hash_each(openings, commitments.iter_mut().map(|commitment| &mut commitment.0));
    }
}

/// The key of the context, computed once in a process.
static CONTEXT: LazyLock<ContextKey> = LazyLock::new(|| hash_derive_key_context(COMMITMENT_CONTEXT));

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Commitment({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_commit_agree_with_plain_derive_key() {
        let mut opening = [7_u8; 32].to_vec();
        opening.extend(5_u16.to_le_bytes());
        opening.extend(b"a value");
        let plain = blake3::derive_key("docket 2026 commitment v1", &opening);
        assert_eq!(Commitment::new(&[7; 32], 5, b"a value").as_bytes(), &plain);
        assert_eq!(Commitment::of_opening(&opening).as_bytes(), &plain);
        assert_ne!(Commitment::new(&[7; 32], 6, b"a value").as_bytes(), &plain);
    }
}
