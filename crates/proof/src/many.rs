//! BLAKE3 of many short inputs at once.
//!
//! The `blake3` crate takes the chunks of one long input side by side. What a ledger hashes is shorter than a chunk, and there
//! are millions of it, none of which waits for another once it lies on disk: here the inputs stand side by side, one in
//! each lane of the processor's vectors.
//!
//! Nobody need believe it: whoever finds that a hash is not the expected one asks the crate again before saying so.

mod lanes;

use std::sync::LazyLock;

use blake3::hazmat::{ContextKey, HasherExt as _};
use fearless_simd::{Level, dispatch};

/// The longest input that is one chunk.
const CHUNK_LEN: usize = 1_024;
/// Inputs from which on the lanes are faster than one after the other, even where most of them stay idle.
const WORTH_IT: usize = 4;

/// How an input is hashed.
#[derive(Clone, Copy)]
pub(crate) enum Mode<'k> {
    /// `keyed_hash` under this key.
    Keyed(&'k [u8; 32]),
    /// `derive_key` of the context that this key was made from.
    Derived(&'k ContextKey),
}

impl Mode<'_> {
    /// Hashes one input.
    pub(crate) fn hash(self, input: &[u8]) -> [u8; 32] {
        match self {
            Self::Keyed(key) => *blake3::keyed_hash(key, input).as_bytes(),
            Self::Derived(key) => {
                *blake3::Hasher::new_from_context_key(key).update(input).finalize().as_bytes()
            }
        }
    }

    /// Hashes each input into the place beside it, as far as there are both.
    pub(crate) fn hash_each<'a>(
        self,
        inputs: &[&[u8]],
        digests: impl ExactSizeIterator<Item = &'a mut [u8; 32]>,
    ) {
        static LEVEL: LazyLock<Level> = LazyLock::new(Level::new);
        let jobs = inputs.iter().copied().zip(digests);
        if jobs.len() < WORTH_IT {
            jobs.for_each(|(input, digest)| *digest = self.hash(input));
        } else {
            dispatch!(*LEVEL, simd => lanes::hash(simd, self, jobs));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Hashes on vectors of every width that this processor has.
    fn hash_on_all(mode: Mode<'_>, inputs: &[Vec<u8>]) -> Vec<Vec<[u8; 32]>> {
        let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let hash = |level: Level| {
            let mut digests = vec![[0; 32]; inputs.len()];
            let jobs = inputs.iter().copied().zip(&mut digests);
            dispatch!(level, simd => lanes::hash(simd, mode, jobs));
            digests
        };
        let best = Level::new();
        let mut all = vec![hash(best), hash(Level::baseline())];
        #[cfg(target_arch = "x86_64")]
        all.extend(best.as_avx2().map(|avx2| hash(Level::Avx2(avx2))));
        let mut digests = vec![[0; 32]; inputs.len()];
        mode.hash_each(&inputs, digests.iter_mut());
        all.push(digests);
        all
    }

    fn check(inputs: &[Vec<u8>]) {
        let key = [7; 32];
        let context = blake3::hazmat::hash_derive_key_context("a context of this test");
        for mode in [Mode::Keyed(&key), Mode::Derived(&context)] {
            let expected: Vec<[u8; 32]> = inputs.iter().map(|input| mode.hash(input)).collect();
            for (way, digests) in hash_on_all(mode, inputs).into_iter().enumerate() {
                assert!(digests == expected, "way {way} of {} inputs", inputs.len());
            }
        }
    }

    #[test]
    fn every_length_up_to_two_chunks_is_hashed_as_the_crate_does() {
        let bytes: Vec<u8> = (0..=250).cycle().take(2 * CHUNK_LEN + 1).collect();
        check(&(0..=bytes.len()).map(|len| bytes[..len].to_vec()).collect::<Vec<_>>());
        let descending = (0..=bytes.len()).rev().map(|len| bytes[..len].to_vec());
        check(&descending.collect::<Vec<_>>());
    }

    #[test]
    fn there_may_be_no_input_or_more_than_places() {
        check(&[]);
        let (inputs, mut digests) = ([&b"a"[..]; 20], [[0; 32]; 18]);
        let (filled, left) = digests.split_at_mut(17);
        Mode::Keyed(&[1; 32]).hash_each(&inputs, filled.iter_mut());
        assert!(filled.iter().all(|digest| *digest == Mode::Keyed(&[1; 32]).hash(b"a")));
        assert_eq!(left, [[0; 32]]);
    }

    proptest! {
        #[test]
        fn inputs_of_any_lengths_are_hashed_as_the_crate_does(
            inputs in vec(prop_oneof![vec(any::<u8>(), 0..300), vec(any::<u8>(), 0..1_100)], 0..70)
        ) {
            check(&inputs);
        }
    }
}
