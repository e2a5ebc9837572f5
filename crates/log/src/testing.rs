//! A clock and a source of "randomness" for tests, each as predictable as the simulated disk.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use crate::sources::{Clock, Entropy};

/// A clock that steps a second at each look, and can be set from outside.
#[derive(Clone, Debug)]
pub struct StepClock(Arc<AtomicI64>);

impl StepClock {
    /// Starts at `time`, microseconds UTC.
    pub fn new(time: i64) -> Self {
        Self(Arc::new(AtomicI64::new(time)))
    }

    /// Sets the time of the next look.
    pub fn set(&self, time: i64) {
        self.0.store(time, Ordering::Relaxed);
    }
}

impl Clock for StepClock {
    fn now(&mut self) -> i64 {
        self.0.fetch_add(1_000_000, Ordering::Relaxed)
    }
}

/// Counts instead of drawing: bytes are never twice the same eight in a row.
#[derive(Clone, Debug, Default)]
pub struct CountedEntropy(u64);

impl CountedEntropy {
    /// Starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl Entropy for CountedEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.0 = self.0.wrapping_add(1);
            chunk.iter_mut().zip(self.0.to_le_bytes()).for_each(|(byte, count)| *byte = count);
        }
    }
}
