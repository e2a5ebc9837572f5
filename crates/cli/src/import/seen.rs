//! The keys of a file: which row had one first, and what it said.

use std::collections::{BTreeMap, btree_map::Entry};

/// The rows of a file that can be imported, by key: 40 bytes for each, and what a tree has beside. It grows little by
/// little, where a table would ask for twice its memory at once.
#[derive(Debug, Default)]
pub(crate) struct Seen(BTreeMap<u128, First>);

#[derive(Clone, Copy, Debug)]
struct First {
    row: u64,
    content: [u8; 16],
}

/// Whether a key was there before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Occurrence {
    /// It was not.
    New,
    /// A row said the same.
    Repeated,
    /// A row, this one, said something else.
    Conflict(u64),
}

impl Seen {
    /// Says whether a row's key was there before, with this content; keeps it if not.
    pub(crate) fn meet(&mut self, row: u64, key: &str, content: [u8; 32]) -> Occurrence {
        // Half of a hash is enough against chance and against a file made to collide (2^64 trials).
        let content = first_half(content);
        match self.0.entry(u128::from_le_bytes(first_half(blake3::hash(key.as_bytes()).into()))) {
            Entry::Vacant(place) => {
                place.insert(First { row, content });
                Occurrence::New
            }
            Entry::Occupied(place) if place.get().content == content => Occurrence::Repeated,
            Entry::Occupied(place) => Occurrence::Conflict(place.get().row),
        }
    }
}

fn first_half(hash: [u8; 32]) -> [u8; 16] {
    let [half, _] = hash.as_chunks::<16>().0 else { unreachable!("32 bytes are two chunks of 16") };
    *half
}
