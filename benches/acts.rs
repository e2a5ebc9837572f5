//! What is recorded: acts of the size of real events.

use docket_log::{Batch, NewRecord, NewValue};
use docket_proof::{Precision, StreamRef};
use zeroize::Zeroizing;

/// Bytes of a personal value.
pub(crate) const VALUE_LEN: usize = 64;
/// A kind of the field's streams.
const KIND: u16 = 4;
const OCCURRED: i64 = 1_300_000_000_000_000;

/// Yields acts: every second one begins a stream, the others continue a random earlier one.
pub(crate) struct Acts {
    made: u64,
    random: u64,
    with_values: bool,
}

impl Acts {
    pub(crate) fn new(with_values: bool) -> Self {
        Self { made: 0, random: 1, with_values }
    }

    /// Goes on where so many acts have been recorded already.
    pub(crate) fn continuing(made: u64) -> Self {
        Self { made, ..Self::new(false) }
    }

    /// Returns a batch of `len` acts.
    pub(crate) fn batch(&mut self, len: usize) -> Batch {
        let records = (0..len).map(|_| self.next()).collect();
        Batch { command_id: command_id(self.made), actor: 1, records }
    }

    fn next(&mut self) -> NewRecord {
        let begun = self.made.div_ceil(2);
        let id = if self.made.is_multiple_of(2) { begun + 1 } else { self.random() % begun + 1 };
        self.made += 1;
        let body = self.bytes(20 + (self.made % 21) as usize);
        let value = self.with_values.then(|| self.bytes(VALUE_LEN));
        act(id, body, value)
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.random() as u8).collect()
    }

    /// Steele and Vigna's SplitMix64.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// A batch of one act in the stream `id`.
pub(crate) fn single(id: u64, with_value: bool) -> Batch {
    let record = act(id, vec![b'b'; 30], with_value.then(|| vec![b'v'; VALUE_LEN]));
    Batch { command_id: command_id(id), actor: 1, records: vec![record] }
}

fn act(id: u64, body: Vec<u8>, value: Option<Vec<u8>>) -> NewRecord {
    NewRecord {
        stream: StreamRef { kind: KIND, id },
        occurred_at: OCCURRED,
        precision: Precision::Minute,
        event_type: 300,
        schema_version: 1,
        body,
        personal: value
            .into_iter()
            .map(|value| NewValue { field: 1, value: Zeroizing::new(value) })
            .collect(),
    }
}

fn command_id(number: u64) -> [u8; 16] {
    u128::from(number).to_be_bytes()
}
