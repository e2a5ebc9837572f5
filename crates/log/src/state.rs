//! What an append changes, and the places that batches get.

use std::{
    borrow::Borrow,
    collections::HashMap,
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use docket_proof::{ClockKind, RecordHash, RecordIndex, StreamRef};

use crate::{
    batch::{Appended, Batch, NewRecord},
    bulk::{self, Bulk},
    commit::{Gathering, OpenFiles, Piece},
    disk::Disk,
    encode::{Encoder, Place, Placed, Signed},
    error::{Doing, StoreError},
    heads::{HEADS, Head, HeadError, Heads},
    identity::Identity,
    sources::Clock,
};

/// How far the clock may stand behind the last record, in microseconds.
pub const MAX_CLOCK_BEHIND_US: i64 = 5 * 60 * 1_000_000;

/// What the threads of the bulk path share with whoever appends.
pub(crate) struct Shared {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) identity: Identity,
    pub(crate) state: Mutex<State>,
    /// Woken when a part comes or is encoded, when a commit ends, and when the writer goes.
    pub(crate) changed: Condvar,
}

/// What an append changes, under one lock that is never held while the disk works.
pub(crate) struct State {
    /// Records there are, encoded or not.
    pub(crate) size: u64,
    /// When the last of them was recorded.
    pub(crate) recorded_at: i64,
    pub(crate) heads: Box<dyn Heads>,
    pub(crate) clock: Box<dyn Clock>,
    /// The clock's time that a ClockCorrected record vouches for.
    pub(crate) clock_confirmed: Option<i64>,
    /// The size at which a segment is full whose first records were not read when the log was opened; none once they
    /// were.
    pub(crate) unread_until: Option<u64>,
    /// `None` while a part is encoded.
    pub(crate) encoder: Option<Encoder>,
    /// Hash of the last record that is encoded.
    pub(crate) head: RecordHash,
    /// Records that are encoded.
    pub(crate) encoded: u64,
    /// Encoded bytes that nobody writes yet, in order.
    pub(crate) pending: Vec<Piece>,
    /// Buffers to be used again.
    pub(crate) spare: Vec<Piece>,
    pub(crate) bulk: Bulk,
    /// Records that are synced.
    pub(crate) durable: u64,
    /// Who waits for more.
    pub(crate) gathering: Gathering,
    /// The files, while nobody commits.
    pub(crate) files: Option<OpenFiles>,
    pub(crate) poisoned: bool,
    /// What poisoned it on a thread of the bulk path, until somebody was told.
    pub(crate) failure: Option<StoreError>,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(half_made)
    }

    pub(crate) fn wait<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.changed.wait(state).unwrap_or_else(half_made)
    }

    /// Makes durable all that is encoded so far, while others append more.
    pub(crate) fn commit_all<'s>(
        &'s self,
        mut state: MutexGuard<'s, State>,
        mut files: OpenFiles,
    ) -> (MutexGuard<'s, State>, Result<(), StoreError>) {
        let pieces = mem::take(&mut state.pending);
        let target = state.encoded;
        let group = state.gathering.begin(Instant::now());
        drop(state);
        let written = files.commit(self.disk.as_ref(), &pieces);
        let mut state = self.lock();
        state.files = Some(files);
        state.keep_spare(pieces);
        match &written {
            Ok(()) => {
                state.durable = target;
                state.gathering.end(&group, Instant::now());
            }
            Err(_) => state.poisoned = true,
        }
        self.changed.notify_all();
        (state, written)
    }

    /// Returns once `size` records, which are encoded, are durable. One of those who wait commits for all of them.
    pub(crate) fn wait_durable(&self, mut state: MutexGuard<'_, State>, size: u64) -> Result<(), StoreError> {
        if state.durable >= size {
            return Ok(());
        }
        state.gathering.join();
        loop {
            if state.durable >= size {
                return Ok(());
            }
            if state.poisoned {
                return Err(state.refusal());
            }
            if state.files.is_none() {
                state = self.wait(state);
                continue;
            }
            if let Some(patience) = state.gathering.patience(Instant::now()) {
                // Nobody is woken by those who come: the last of them commits.
                let woken = self.changed.wait_timeout(state, patience);
                state = match woken {
                    Ok((state, _)) => state,
                    Err(poison) => half_made(PoisonError::new(poison.into_inner().0)),
                };
                continue;
            }
            let Some(files) = state.files.take() else { continue };
            return self.commit_all(state, files).1;
        }
    }
}

/// Takes the state from a thread that panicked while it encoded: it is half-made, and `poisoned` says so.
fn half_made(poison: PoisonError<MutexGuard<'_, State>>) -> MutexGuard<'_, State> {
    let mut state = poison.into_inner();
    state.poisoned = true;
    state
}

fn next_place(head: Head) -> Result<Place, StoreError> {
    let position = head.position.checked_add(1).ok_or(StoreError::Batch { why: "the stream is full" })?;
    Ok((position, Some(head.last)))
}

impl State {
    /// Returns why nothing is appended any more: what went wrong, to the first who asks.
    pub(crate) fn refusal(&mut self) -> StoreError {
        self.failure.take().unwrap_or(StoreError::Poisoned)
    }

    /// Returns the size that the next record may say was durable before it. While parts are under way, how far they have
    /// come is left to the disk's speed, and no record tells of it: the bytes follow from the batches alone.
    pub(crate) fn claim(&self) -> u64 {
        if self.bulk.under_way.is_empty() { self.durable } else { self.bulk.claimed }
    }

    /// Returns the time of the next record and whether the clock was held.
    pub(crate) fn time(&mut self, kind: ClockKind) -> Result<(i64, bool), StoreError> {
        let (now, last) = (self.clock.now(), self.recorded_at);
        let floor = self.clock_confirmed.unwrap_or(last).min(last);
        let behind = floor.saturating_sub(now);
        if kind == ClockKind::System && behind > MAX_CLOCK_BEHIND_US {
            let behind_s = last.saturating_sub(now) / 1_000_000;
            return Err(StoreError::ClockBehind { behind_s, last: self.size - 1 });
        }
        Ok((now.max(last), now < last))
    }

    /// Gives a batch its time and place, behind the last one. Everything that can be refused is refused here.
    pub(crate) fn place<B: Borrow<Batch>>(
        &mut self,
        kind: ClockKind,
        batch: B,
        durable_to: u64,
    ) -> Result<(Placed<B>, Appended), StoreError> {
        if self.poisoned {
            return Err(self.refusal());
        }
        let (recorded_at, held) = self.time(kind)?;
        self.place_at(recorded_at, held, batch, durable_to)
    }

    pub(crate) fn place_at<B: Borrow<Batch>>(
        &mut self,
        recorded_at: i64,
        held: bool,
        batch: B,
        durable_to: u64,
    ) -> Result<(Placed<B>, Appended), StoreError> {
        let places = self.places(&batch.borrow().records)?;
        // No record claims less than one before it did.
        self.bulk.claimed = self.bulk.claimed.max(durable_to);
        let first = RecordIndex(self.size);
        self.size += places.len() as u64;
        self.recorded_at = recorded_at;
        let appended = Appended { first, size: self.size, recorded_at };
        Ok((Placed { batch, recorded_at, held, durable_to, places }, appended))
    }

    /// Returns where the next record of a stream stands, when `begun` streams of its kind are about to be new.
    fn next_in(&mut self, stream: StreamRef, begun: u64) -> Result<Place, StoreError> {
        if let Some(head) = self.heads.head(stream).doing("read", HEADS)? {
            return next_place(head);
        }
        let next = self.heads.count(stream.kind).doing("read", HEADS)? + begun + 1;
        if stream.id == next { Ok((0, None)) } else { Err(HeadError::IdOutOfOrder { stream, next }.into()) }
    }

    /// Finds the places of a batch's records. Heads change only once all of it can be appended.
    fn places(&mut self, records: &[NewRecord]) -> Result<Vec<Place>, StoreError> {
        let first = self.size;
        let mut places = Vec::with_capacity(records.len());
        // Streams that this batch itself touched, in the order in which it did, and where each stands there.
        let mut touched: Vec<(StreamRef, Head)> = Vec::with_capacity(records.len());
        let mut known: HashMap<StreamRef, usize> = HashMap::new();
        // How many it begins of each kind. They are few.
        let mut begun: Vec<(u16, u64)> = Vec::new();
        for (index, record) in (first..).zip(records) {
            let stream = record.stream;
            // Mostly one after the other goes to the same stream, or none does.
            let found = match touched.last() {
                Some((last, _)) if *last == stream => Some(touched.len() - 1),
                _ if known.is_empty() => None,
                _ => known.get(&stream).copied(),
            };
            if let Some((_, head)) = found.and_then(|found| touched.get_mut(found)) {
                let place = next_place(*head)?;
                *head = Head { last: RecordIndex(index), position: place.0 };
                places.push(place);
                continue;
            }
            let new = begun.iter().position(|(kind, _)| *kind == stream.kind);
            let of_kind = new.and_then(|new| begun.get(new)).map_or(0, |(_, count)| *count);
            let place = self.next_in(stream, of_kind)?;
            if place.1.is_none() {
                match new.and_then(|new| begun.get_mut(new)) {
                    Some((_, count)) => *count += 1,
                    None => begun.push((stream.kind, 1)),
                }
            }
            known.insert(stream, touched.len());
            touched.push((stream, Head { last: RecordIndex(index), position: place.0 }));
            places.push(place);
        }
        // New streams of a kind come in the order of their ids, as they were begun.
        for (stream, head) in touched {
            // Some of them set and no record appended: the next batch would continue what is not there.
            self.heads.set(stream, head).doing("note", HEADS).inspect_err(|_| self.poisoned = true)?;
        }
        Ok(places)
    }

    /// Encodes a batch behind the last one, and lets its actor sign it where one is to.
    pub(crate) fn encode<B: Borrow<Batch>>(
        &mut self,
        identity: &Identity,
        placed: &Placed<B>,
        signed: Option<&mut Signed<'_>>,
    ) {
        let Some(encoder) = &mut self.encoder else { return };
        encoder.encode(identity, placed, signed, &mut self.pending, &mut self.spare);
        self.note_encoded();
    }

    /// Notes how far the encoder has come.
    pub(crate) fn note_encoded(&mut self) {
        if let Some(Encoder { tail, .. }) = &self.encoder {
            (self.encoded, self.head) = (tail.size, tail.head);
        }
    }

    fn keep_spare(&mut self, pieces: Vec<Piece>) {
        let room = bulk::MAX_SPARE.saturating_sub(self.spare.len());
        self.spare.extend(pieces.into_iter().take(room));
    }
}
