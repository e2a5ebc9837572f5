//! The compression function, one input a lane (J. O'Connor et al., "BLAKE3: one function, fast everywhere", 2021, sections
//! 2.2 to 2.4). An input of one chunk is a chain of blocks; where it ends, its lane takes the next input.
#![expect(clippy::indexing_slicing, reason = "by constants, and by lanes and words that the arrays have")]

use fearless_simd::{Simd, prelude::*};

use super::{CHUNK_LEN, Mode};

/// Lanes of the widest vector.
const MOST: usize = 16;
const BLOCK_LEN: usize = 64;
/// Words of a block.
const WORDS: usize = 16;
/// Words of a digest.
const DIGEST_WORDS: usize = 8;
const IV: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
/// Which words of the message each round takes.
const ROUNDS: [[usize; WORDS]; 7] = rounds();
const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 1 << 1;
const ROOT: u32 = 1 << 3;
const KEYED_HASH: u32 = 1 << 4;
const DERIVE_KEY_MATERIAL: u32 = 1 << 6;

const fn rounds() -> [[usize; WORDS]; 7] {
    const PERMUTATION: [usize; WORDS] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
    let mut rounds = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]; 7];
    let mut round = 1;
    while round < rounds.len() {
        let mut word = 0;
        while word < WORDS {
            rounds[round][word] = rounds[round - 1][PERMUTATION[word]];
            word += 1;
        }
        round += 1;
    }
    rounds
}

/// An input on its way.
struct Lane<'a, 'o> {
    rest: &'a [u8],
    /// Where its digest goes; `None` where the lane is free.
    digest: Option<&'o mut [u8; 32]>,
}

/// Hashes all inputs, each into its place.
#[inline(always)]
pub(super) fn hash<'a, 'o, S: Simd>(
    simd: S,
    mode: Mode<'_>,
    mut jobs: impl Iterator<Item = (&'a [u8], &'o mut [u8; 32])>,
) {
    let width = const {
        assert!(S::u32s::LEN <= MOST);
        S::u32s::LEN
    };
    let (key, mode_flags) = match mode {
        Mode::Keyed(key) => (key, KEYED_HASH),
        Mode::Derived(key) => (key, DERIVE_KEY_MATERIAL),
    };
    let key: [S::u32s; 8] = to_words::<8, _>(key).map(|word| S::u32s::splat(simd, word));
    let row = |words: &[u32; MOST]| S::u32s::from_slice(simd, &words[..width]);
    let mut chaining = key;
    let mut lanes: [Lane<'_, '_>; MOST] = std::array::from_fn(|_| Lane { rest: &[], digest: None });
    // What a free lane holds is compressed too, and of no use.
    let mut blocks = [[0; WORDS]; MOST];
    loop {
        let (mut is_new, mut len, mut flags) = ([0; MOST], [64; MOST], [mode_flags; MOST]);
        let mut is_done = true;
        for at in 0..width {
            let lane = &mut lanes[at];
            if lane.digest.is_none() {
                let Some((input, digest)) = next_short(mode, &mut jobs) else { continue };
                (lane.rest, lane.digest) = (input, Some(digest));
                is_new[at] = u32::MAX;
                flags[at] |= CHUNK_START;
            }
            is_done = false;
            match lane.rest.split_first_chunk::<BLOCK_LEN>() {
                Some((block, rest)) if !rest.is_empty() => {
                    blocks[at] = to_words(block);
                    lane.rest = rest;
                }
                _ => {
                    let mut block = [0; BLOCK_LEN];
                    block[..lane.rest.len()].copy_from_slice(lane.rest);
                    (blocks[at], len[at]) = (to_words(&block), u32::try_from(lane.rest.len()).unwrap_or(0));
                    flags[at] |= CHUNK_END | ROOT;
                    lane.rest = &[];
                }
            }
        }
        if is_done {
            return;
        }
        let is_new = row(&is_new);
        for (chaining, key) in chaining.iter_mut().zip(key) {
            *chaining = *chaining ^ ((*chaining ^ key) & is_new);
        }
        let message = to_message(simd, &blocks);
        chaining = compress(simd, &chaining, &message, row(&len), row(&flags));
        let digests = to_digests(simd, &chaining);
        for (at, lane) in lanes.iter_mut().enumerate().take(width) {
            if lane.rest.is_empty()
                && let Some(digest) = lane.digest.take()
            {
                for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(words_of::<S>(&digests, at)) {
                    *bytes = word.to_le_bytes();
                }
            }
        }
    }
}

/// Takes the next input of one chunk. Longer ones on the way are hashed by themselves.
#[inline(always)]
fn next_short<'a, 'o>(
    mode: Mode<'_>,
    jobs: &mut impl Iterator<Item = (&'a [u8], &'o mut [u8; 32])>,
) -> Option<(&'a [u8], &'o mut [u8; 32])> {
    loop {
        let (input, digest) = jobs.next()?;
        if input.len() <= CHUNK_LEN {
            return Some((input, digest));
        }
        *digest = mode.hash(input);
    }
}

#[inline(always)]
fn to_words<const W: usize, const N: usize>(bytes: &[u8; N]) -> [u32; W] {
    const { assert!(4 * W == N) };
    std::array::from_fn(|word| u32::from_le_bytes(bytes.as_chunks().0[word]))
}

/// Turns the blocks of all lanes into rows of their first words, of their second ones, and so on.
#[inline(always)]
fn to_message<S: Simd>(simd: S, blocks: &[[u32; WORDS]; MOST]) -> [S::u32s; WORDS] {
    let width = S::u32s::LEN;
    let zero = S::u32s::splat(simd, 0);
    let mut message = [zero; WORDS];
    for from in (0..WORDS).step_by(width) {
        let mut rows = [zero; MOST];
        for (row, block) in rows.iter_mut().zip(blocks).take(width) {
            *row = S::u32s::from_slice(simd, &block[from..from + width]);
        }
        message[from..from + width].copy_from_slice(&transpose::<S>(rows)[..width]);
    }
    message
}

/// Turns the rows back: the digest of lane `n` stands in rows `n` of the parts, one behind the other.
#[inline(always)]
fn to_digests<S: Simd>(simd: S, chaining: &[S::u32s; DIGEST_WORDS]) -> [[S::u32s; MOST]; 2] {
    let zero = S::u32s::splat(simd, 0);
    let mut parts = [[zero; MOST]; 2];
    for (part, words) in parts.iter_mut().zip(chaining.chunks(S::u32s::LEN)) {
        let mut rows = [zero; MOST];
        rows[..words.len()].copy_from_slice(words);
        *part = transpose::<S>(rows);
    }
    parts
}

#[inline(always)]
fn words_of<S: Simd>(digests: &[[S::u32s; MOST]; 2], lane: usize) -> [u32; DIGEST_WORDS] {
    let width = S::u32s::LEN;
    let mut words = [0; 2 * MOST];
    for (part, words) in digests.iter().zip(words.chunks_mut(width)) {
        part[lane].store_slice(words);
    }
    std::array::from_fn(|word| words[word])
}

/// Transposes the square of the first rows: each stage lays the halves of all rows between each other.
#[inline(always)]
fn transpose<S: Simd>(mut rows: [S::u32s; MOST]) -> [S::u32s; MOST] {
    let half = S::u32s::LEN / 2;
    let mut stage = 1;
    while stage < S::u32s::LEN {
        let before = rows;
        for row in 0..half {
            rows[2 * row] = before[row].zip_low(before[row + half]);
            rows[2 * row + 1] = before[row].zip_high(before[row + half]);
        }
        stage *= 2;
    }
    rows
}

#[inline(always)]
fn rotate_right<S: Simd, const BITS: u32>(word: S::u32s) -> S::u32s {
    (word >> BITS) | (word << (32 - BITS))
}

/// The quarter round.
#[inline(always)]
fn mix<S: Simd>(v: &mut [S::u32s; 16], [a, b, c, d]: [usize; 4], x: S::u32s, y: S::u32s) {
    v[a] += v[b] + x;
    v[d] = rotate_right::<S, 16>(v[d] ^ v[a]);
    v[c] += v[d];
    v[b] = rotate_right::<S, 12>(v[b] ^ v[c]);
    v[a] += v[b] + y;
    v[d] = rotate_right::<S, 8>(v[d] ^ v[a]);
    v[c] += v[d];
    v[b] = rotate_right::<S, 7>(v[b] ^ v[c]);
}

/// Compresses one block of each lane. The counter is 0: there is one chunk, and one block of output.
#[inline(always)]
fn compress<S: Simd>(
    simd: S,
    chaining: &[S::u32s; 8],
    message: &[S::u32s; WORDS],
    len: S::u32s,
    flags: S::u32s,
) -> [S::u32s; 8] {
    let mut v = [S::u32s::splat(simd, 0); 16];
    v[..8].copy_from_slice(chaining);
    for (row, word) in v[8..12].iter_mut().zip(IV) {
        *row = S::u32s::splat(simd, word);
    }
    (v[14], v[15]) = (len, flags);
    for round in &ROUNDS {
        let word = |at: usize| message[round[at]];
        mix::<S>(&mut v, [0, 4, 8, 12], word(0), word(1));
        mix::<S>(&mut v, [1, 5, 9, 13], word(2), word(3));
        mix::<S>(&mut v, [2, 6, 10, 14], word(4), word(5));
        mix::<S>(&mut v, [3, 7, 11, 15], word(6), word(7));
        mix::<S>(&mut v, [0, 5, 10, 15], word(8), word(9));
        mix::<S>(&mut v, [1, 6, 11, 12], word(10), word(11));
        mix::<S>(&mut v, [2, 7, 8, 13], word(12), word(13));
        mix::<S>(&mut v, [3, 4, 9, 14], word(14), word(15));
    }
    std::array::from_fn(|word| v[word] ^ v[word + 8])
}
