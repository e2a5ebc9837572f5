//! The bulk path: batches are gathered into parts. One thread encodes and hashes a part while another writes and syncs
//! the part before, and whoever appends goes on with the next.

use std::{collections::VecDeque, io, mem, sync::Arc, thread};

use crate::{batch::Batch, encode::Placed, state::Shared};

/// Records that a part has, or a few more: a batch is never divided.
const PART_RECORDS: usize = 16_384;
/// Bytes of bodies and values after which a part ends all the same.
const PART_BYTES: usize = 8 << 20;
/// Parts under way: one that is written, one that is encoded, and one that waits for its turn.
const MAX_UNDER_WAY: usize = 3;
/// Buffers that are kept for later pieces.
pub(crate) const MAX_SPARE: usize = 4;

/// How much there is of something.
#[derive(Default)]
struct Amount {
    records: usize,
    bytes: usize,
}

impl Amount {
    /// Counts a batch, and says whether that is enough for a part.
    fn add(&mut self, batch: &Batch) -> bool {
        self.records += batch.records.len();
        self.bytes += batch.content_len();
        self.records >= PART_RECORDS || self.bytes >= PART_BYTES
    }
}

/// Batches that go the same way together.
#[derive(Default)]
pub(crate) struct Part {
    pub(crate) batches: Vec<Placed<Batch>>,
    amount: Amount,
}

/// Where the parts stand.
pub(crate) struct Bulk {
    gathered: Part,
    /// Deferred batches that were encoded at once, since somebody last waited.
    encoded: Amount,
    /// Whole, for the thread that encodes.
    waiting: VecDeque<Part>,
    /// Encoded: whoever appends lets go of what they made. Another thread would be in their way in the allocator.
    pub(crate) done: Vec<Part>,
    /// Sizes of the log at the ends of the parts that nobody has waited for yet.
    pub(crate) under_way: VecDeque<u64>,
    /// The size that was last waited for, which records may claim to be durable: it depends on the batches alone.
    pub(crate) claimed: u64,
    /// The parts up to this size are to be made durable.
    commit_to: u64,
    /// The system had no threads to give.
    pub(crate) lacks_threads: bool,
    pub(crate) is_closing: bool,
}

impl Bulk {
    pub(crate) fn new(durable: u64) -> Self {
        Self {
            gathered: Part::default(),
            encoded: Amount::default(),
            waiting: VecDeque::new(),
            done: Vec::new(),
            under_way: VecDeque::new(),
            claimed: durable,
            commit_to: durable,
            lacks_threads: false,
            is_closing: false,
        }
    }

    /// Takes a batch, and says whether the part is whole with it.
    pub(crate) fn gather(&mut self, placed: Placed<Batch>) -> bool {
        let is_whole = self.gathered.amount.add(&placed.batch);
        self.gathered.batches.push(placed);
        is_whole
    }

    /// Counts a deferred batch that was encoded at once, and says whether it is time to wait for what was.
    pub(crate) fn count_encoded(&mut self, batch: &Batch) -> bool {
        self.encoded.add(batch)
    }

    pub(crate) fn take_gathered(&mut self) -> Part {
        mem::take(&mut self.gathered)
    }

    /// Says whether parts wait to be encoded.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Sends the part on its way; the log has `end` records with it.
    pub(crate) fn ship(&mut self, end: u64) {
        let part = self.take_gathered();
        self.waiting.push_back(part);
        self.under_way.push_back(end);
    }

    /// Returns what must be durable before there is room for one more part.
    pub(crate) fn surplus(&self) -> Option<u64> {
        self.under_way.front().copied().filter(|_| self.under_way.len() > MAX_UNDER_WAY)
    }

    /// Notes that somebody has waited until `size` records were durable.
    pub(crate) fn waited_for(&mut self, size: u64) {
        self.under_way.retain(|end| *end > size);
        self.encoded = Amount::default();
        self.claimed = self.claimed.max(size);
    }
}

/// Starts the two threads.
pub(crate) fn start(shared: &Arc<Shared>) -> io::Result<Vec<thread::JoinHandle<()>>> {
    let spawn = |name: &str, work: fn(&Shared)| {
        let shared = shared.clone();
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _guard = PoisonOnPanic(&shared);
            work(&shared);
        })
    };
    let committing = spawn("docket-commit", commit_parts)?;
    match spawn("docket-encode", encode_parts) {
        Ok(encoding) => Ok(vec![encoding, committing]),
        Err(error) => {
            // The one that runs has nothing to do, and goes with the writer.
            drop(committing);
            Err(error)
        }
    }
}

/// Encodes parts, in order, until the writer goes.
fn encode_parts(shared: &Shared) {
    let mut state = shared.lock();
    while !state.bulk.is_closing && !state.poisoned {
        let Some(part) = state.bulk.waiting.pop_front() else {
            state = shared.wait(state);
            continue;
        };
        // Nobody else takes it away, and who needs it waits.
        let Some(mut encoder) = state.encoder.take() else { return };
        let mut spare = mem::take(&mut state.spare);
        drop(state);
        let mut pieces = Vec::new();
        for placed in &part.batches {
            encoder.encode(&shared.identity, placed, None, &mut pieces, &mut spare);
        }
        state = shared.lock();
        state.bulk.done.push(part);
        state.encoder = Some(encoder);
        state.note_encoded();
        state.bulk.commit_to = state.encoded;
        state.pending.append(&mut pieces);
        state.spare.append(&mut spare);
        shared.changed.notify_all();
    }
}

/// Makes encoded parts durable, in order, until the writer goes.
fn commit_parts(shared: &Shared) {
    let mut state = shared.lock();
    while !state.bulk.is_closing && !state.poisoned {
        let is_due = state.bulk.commit_to > state.durable;
        let Some(files) = state.files.take_if(|_| is_due) else {
            state = shared.wait(state);
            continue;
        };
        let (after, written) = shared.commit_all(state, files);
        state = after;
        if let Err(error) = written {
            // Whoever comes next is told.
            state.failure = Some(error);
        }
    }
}

/// Closes the writer when a thread panics: whoever waits for it would wait forever.
struct PoisonOnPanic<'a>(&'a Shared);

impl Drop for PoisonOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.lock().poisoned = true;
            self.0.changed.notify_all();
        }
    }
}
