//! Appending: batches are encoded under one lock and made durable together (group commit), or gathered into parts that
//! threads of the writer's own encode and make durable (the bulk path).

use std::{
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Instant,
};

use docket_proof::{
    Checkpoint, LogKeys, MAX_LOG_KEYS, Precision, RecordHash, RecordIndex, RootHash, SYSTEM_SCHEMA_VERSION,
    SigningKey, StreamRef, SystemRecord,
};

use crate::{
    batch::{Appended, Batch, NewRecord},
    bulk::{self, Bulk},
    checkpoint_file::CheckpointFiles,
    commit::{Gathering, OpenFiles},
    cut::describe_cut,
    disk::Disk,
    encode::{Encoder, Signed},
    error::StoreError,
    files::SEGMENT_RECORDS,
    heads::Heads,
    identity::Identity,
    keys::Signer,
    recovery::Recovered,
    sealed_tree,
    sources::{Clock, CommandSigner, Entropy},
    state::{MAX_CLOCK_BEHIND_US, Shared, State},
    system_history::SystemHistory,
    tail_tree,
};

/// The one writer of a ledger. Threads share it by reference.
pub struct Writer {
    shared: Arc<Shared>,
    signing: Mutex<Signing>,
    /// The threads of the bulk path, once it was used.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct Signing {
    keys: LogKeys,
    signer: Signer,
    files: CheckpointFiles,
}

/// Whether a clock far behind stands against a system record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockRule {
    Asked,
    Any,
}

impl Recovered {
    /// Turns a recovered ledger into its writer, and records the cuts that no record tells of yet.
    ///
    /// `heads` are those at [`size`](Self::size).
    ///
    /// # Errors
    /// When the disk says no.
    pub fn into_writer(
        self,
        heads: Box<dyn Heads>,
        clock: Box<dyn Clock>,
        entropy: Box<dyn Entropy>,
    ) -> Result<Writer, StoreError> {
        let Self { disk, identity, keys, tail, vault_len, signer, checkpoints, cuts } = self;
        let durable = tail.size;
        let (head, recorded_at) = (tail.head, tail.recorded_at);
        let (mut heads, mut clock) = (heads, clock);
        let is_behind = recorded_at.saturating_sub(clock.now()) > MAX_CLOCK_BEHIND_US;
        let history = SystemHistory::read(&disk, heads.as_mut(), cuts > 0, is_behind, recorded_at)?;
        let state = State {
            size: durable,
            recorded_at,
            heads,
            clock,
            clock_confirmed: history.clock_confirmed,
            unread_until: (tail.footer.passed() > 0).then(|| (tail.segment + 1) * SEGMENT_RECORDS),
            encoder: Some(Encoder { tail, vault_len, entropy }),
            head,
            encoded: durable,
            pending: Vec::new(),
            spare: Vec::new(),
            bulk: Bulk::new(durable),
            durable,
            gathering: Gathering::new(Instant::now()),
            files: Some(OpenFiles::default()),
            poisoned: false,
            failure: None,
        };
        let signing = Mutex::new(Signing { keys, signer, files: checkpoints });
        let shared = Arc::new(Shared { disk, identity, state: Mutex::new(state), changed: Condvar::new() });
        let writer = Writer { shared, signing, threads: Mutex::default() };
        for number in history.recorded_cuts..cuts {
            let cut = describe_cut(writer.shared.disk.as_ref(), &writer.shared.identity, number)?;
            // Bounded by what a crash can leave: the clock is not asked whether it may.
            writer.append_system(&SystemRecord::TailCut(cut), ClockRule::Any)?;
        }
        Ok(writer)
    }
}

impl Writer {
    /// Appends a batch. All of it is durable on return: a crash right after loses none of it.
    ///
    /// May be called from many threads at once; they share syncs.
    ///
    /// # Errors
    /// When the batch breaks a limit, does not continue its streams or comes while the clock stands too far behind
    /// (nothing is appended then), and when the disk says no (the writer is closed then: what the disk holds is unknown
    /// until the ledger is opened again).
    pub fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        self.append_signed(batch, None)
    }

    /// As [`append`](Self::append), signed by its actor: the signature is made once the batch has its place, so it is
    /// valid there and nowhere else.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn append_signed(
        &self,
        batch: &Batch,
        signer: Option<&dyn CommandSigner>,
    ) -> Result<Appended, StoreError> {
        let (state, appended) = self.encode_batch(batch, signer, State::claim)?;
        self.shared.wait_durable(state, appended.size)?;
        Ok(appended)
    }

    /// Appends a batch without waiting for it to be durable: the bulk path. It is acknowledged only once
    /// [`flush`](Self::flush) returns, and until then a crash may lose it, whole.
    ///
    /// Batches are gathered into parts; threads of the writer's own encode a part while they write and sync the one
    /// before it, and who appends waits only when several parts are under way. What the records say was durable before
    /// them follows from where the parts end, so from the batches alone, and never from how fast the disk is.
    ///
    /// # Errors
    /// As [`append`](Self::append). An error of the disk may concern batches before this one: none of them is durable.
    pub fn append_deferred(&self, batch: Batch) -> Result<Appended, StoreError> {
        batch.check()?;
        let mut state = self.lock();
        let done = mem::take(&mut state.bulk.done);
        // What is named last goes first: nobody waits for the lock while the memory is let go of.
        let (_done, state) = (done, state);
        let mut state = self.read_unread(state, batch.records.len())?;
        let claimed = state.bulk.claimed;
        let (placed, appended) = state.place(self.shared.identity.genesis.clock, batch, claimed)?;
        if state.bulk.gather(placed) {
            self.ship(state)?;
        }
        Ok(appended)
    }

    /// As [`append_deferred`](Self::append_deferred), signed by its actor. The signature needs the hash of the record
    /// before: the batch is encoded at once, behind all that was appended before it.
    ///
    /// # Errors
    /// As [`append_deferred`](Self::append_deferred).
    pub fn append_deferred_signed(
        &self,
        batch: &Batch,
        signer: &dyn CommandSigner,
    ) -> Result<Appended, StoreError> {
        let (mut state, appended) = self.encode_batch(batch, Some(signer), |state| state.bulk.claimed)?;
        if state.bulk.count_encoded(batch) {
            self.settle_durable(state, appended.size)?;
        }
        Ok(appended)
    }

    /// Makes everything appended so far durable.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn flush(&self) -> Result<u64, StoreError> {
        let state = self.settled()?;
        let size = state.size;
        self.settle_durable(state, size)?;
        Ok(size)
    }

    /// Confirms that the clock, far behind the last record, is right now: records go on with the time held.
    ///
    /// # Errors
    /// When the clock is not behind, or the disk says no.
    pub fn confirm_clock(&self) -> Result<Appended, StoreError> {
        let clock = {
            let mut state = self.lock();
            let now = state.clock.now();
            if now >= state.recorded_at {
                return Err(StoreError::Batch { why: "the clock is not behind the last record" });
            }
            state.clock_confirmed = Some(now);
            now
        };
        self.append_system(&SystemRecord::ClockCorrected { clock }, ClockRule::Asked)
    }

    /// Signs a checkpoint over everything that was appended, which is durable then, stores it, and returns the note.
    ///
    /// A size that is signed already is not signed again.
    ///
    /// # Errors
    /// [`StoreError::Forked`] when the key has signed another history, and when the disk says no.
    pub fn checkpoint(&self) -> Result<(Checkpoint, Vec<u8>), StoreError> {
        let mut signing = self.signing.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.settled()?;
        let Some(Encoder { tail, .. }) = &state.encoder else { return Err(StoreError::Poisoned) };
        let (size, root) = (tail.size, tail.root());
        let (segment, groups) = (tail.segment, tail.footer.groups());
        let sealed = tail.sealed.clone();
        self.settle_durable(state, size)?;
        let is_new = signing.files.last().is_none_or(|(last, _)| last.size() != size);
        let signed = self.sign(&mut signing, size, root);
        if is_new && signed.is_ok() {
            let disk = self.shared.disk.as_ref();
            tail_tree::store(disk, segment, &groups);
            if !sealed_tree::has(disk, sealed.len()) {
                sealed_tree::store(disk, &sealed);
            }
        }
        if let Err(StoreError::Io { .. }) = signed {
            // What the disk holds of the note, or of the memory, is unknown.
            self.lock().poisoned = true;
        }
        signed
    }

    /// Hands the log over to another key: records it, signed by both keys, lets the old key sign its last checkpoint,
    /// which ends with that record, and puts the new key in its place. Durable on return.
    ///
    /// A crash on the way leaves the old key in force, or a handover that the next opening ends.
    ///
    /// # Errors
    /// When the new key is not named as the origin or was the log's before (nothing has happened then), and when the
    /// disk says no.
    pub fn rotate_key(&self, new: SigningKey) -> Result<Appended, StoreError> {
        let mut signing = self.signing.lock().unwrap_or_else(PoisonError::into_inner);
        let identity = &self.shared.identity;
        if new.name() != identity.genesis.origin {
            return Err(StoreError::Key { why: "its name is not the ledger's origin" });
        }
        if signing.keys.iter().any(|key| key.verifier.id() == new.verifier().id()) {
            return Err(StoreError::Key {
                why: "the new key was the log's before, or has the id of one that was",
            });
        }
        if signing.keys.iter().count() >= MAX_LOG_KEYS {
            return Err(StoreError::Key { why: "the log has had as many keys as it may have" });
        }
        // A crash behind this leaves a key that nothing was signed with, and that the next rotation replaces.
        signing.signer.prepare(new).inspect_err(|_| self.lock().poisoned = true)?;
        let mut state = self.read_unread(self.settled()?, 1)?;
        let (size, previous) = (state.size, state.head);
        let rotation = signing
            .signer
            .hand_over(&identity.hash, &previous, size)
            .ok_or(StoreError::Key { why: "there is no next key" })?;
        let mut keys = signing.keys.clone();
        keys.rotate(RecordIndex(size), &previous, &rotation)
            .map_err(|_| StoreError::Key { why: "the handover does not verify" })?;
        let appended =
            self.encode_system(&mut state, &SystemRecord::KeyRotated(rotation), ClockRule::Asked)?;
        let Some(root) = state.encoder.as_ref().map(|encoder| encoder.tail.root()) else {
            return Err(StoreError::Poisoned);
        };
        // From here on the handover may be in the log: only who opens the ledger again can tell.
        let ended = self.settle_durable(state, appended.size).and_then(|()| {
            self.sign(&mut signing, appended.size, root)?;
            signing.signer.take_over()
        });
        if ended.is_err() {
            self.lock().poisoned = true;
        }
        ended?;
        signing.keys = keys;
        Ok(appended)
    }

    fn sign(
        &self,
        signing: &mut Signing,
        size: u64,
        root: RootHash,
    ) -> Result<(Checkpoint, Vec<u8>), StoreError> {
        if let Some(last) = signing.files.last().filter(|last| last.0.size() == size).cloned() {
            signing.files.make_certain()?;
            return Ok(last);
        }
        // Recovery has shown that the log extends what was signed last, and from there on this writer alone added.
        let checkpoint = Checkpoint::new(&self.shared.identity.genesis.origin, size, root)
            .map_err(|source| StoreError::Checkpoint { path: "checkpoint".to_owned(), source })?;
        let note = signing.signer.sign(&checkpoint)?;
        signing.files.append(checkpoint.clone(), note.clone())?;
        Ok((checkpoint, note))
    }

    /// Returns the number of records, those included that are not durable yet.
    pub fn size(&self) -> u64 {
        self.lock().size
    }

    /// Returns the number of records that are durable.
    pub fn durable_size(&self) -> u64 {
        self.lock().durable
    }

    /// Returns the hash of the last record appended; of the last one encoded, once the writer is closed.
    pub fn head(&self) -> RecordHash {
        self.settled().map_or_else(|_| self.lock().head, |state| state.head)
    }

    /// Returns who the ledger is.
    pub fn identity(&self) -> &Identity {
        &self.shared.identity
    }

    /// Returns the time that a record would get now.
    pub fn next_time(&self) -> i64 {
        let mut state = self.lock();
        state.clock.now().max(state.recorded_at)
    }

    pub(crate) fn disk(&self) -> Arc<dyn Disk> {
        self.shared.disk.clone()
    }

    pub(crate) fn append_system(
        &self,
        system: &SystemRecord,
        clock: ClockRule,
    ) -> Result<Appended, StoreError> {
        let mut state = self.read_unread(self.settled()?, 1)?;
        let appended = self.encode_system(&mut state, system, clock)?;
        self.settle_durable(state, appended.size)?;
        Ok(appended)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }

    /// Returns the state once all that was appended is encoded. Who goes on to wait keeps the lock: it is what many
    /// threads want at once.
    fn settled(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let mut state = self.lock();
        loop {
            if state.poisoned {
                return Err(state.refusal());
            }
            if state.encoder.is_some() && !state.bulk.is_waiting() {
                break;
            }
            state = self.shared.wait(state);
        }
        let gathered = state.bulk.take_gathered();
        for placed in &gathered.batches {
            state.encode(&self.shared.identity, placed, None);
        }
        Ok(state)
    }

    /// Waits until `size` records, which are encoded, are durable; those that follow may say so.
    fn settle_durable(&self, state: MutexGuard<'_, State>, size: u64) -> Result<(), StoreError> {
        self.shared.wait_durable(state, size)?;
        self.lock().bulk.waited_for(size);
        Ok(())
    }

    /// Encodes a batch behind the last one.
    fn encode_batch(
        &self,
        batch: &Batch,
        signer: Option<&dyn CommandSigner>,
        durable_to: impl FnOnce(&State) -> u64,
    ) -> Result<(MutexGuard<'_, State>, Appended), StoreError> {
        batch.check()?;
        if signer.is_some() && batch.actor == 0 {
            return Err(StoreError::Batch { why: "a signed batch names its actor" });
        }
        let identity = &self.shared.identity;
        let mut state = self.read_unread(self.settled()?, batch.records.len())?;
        let durable_to = durable_to(&state);
        let (placed, appended) = state.place(identity.genesis.clock, batch, durable_to)?;
        let mut signed = signer.map(|signer| Signed::begin(identity, state.head, &placed, signer));
        state.encode(identity, &placed, signed.as_mut());
        Ok((state, appended))
    }

    /// Reads what the footer of the current segment says of records that were passed when the log was opened, if `records`
    /// more may fill it.
    fn read_unread<'s>(
        &'s self,
        mut state: MutexGuard<'s, State>,
        records: usize,
    ) -> Result<MutexGuard<'s, State>, StoreError> {
        while state.unread_until.is_some_and(|end| state.size + records as u64 >= end) {
            if state.poisoned {
                return Err(state.refusal());
            }
            match &mut state.encoder {
                None => state = self.shared.wait(state),
                Some(encoder) => {
                    encoder.tail.fill_in(self.shared.disk.as_ref(), &self.shared.identity.key)?;
                    state.unread_until = None;
                }
            }
        }
        Ok(state)
    }

    /// Encodes a system record behind the last record, all of which are encoded.
    fn encode_system(
        &self,
        state: &mut State,
        system: &SystemRecord,
        clock: ClockRule,
    ) -> Result<Appended, StoreError> {
        let (recorded_at, held) = match clock {
            ClockRule::Asked => state.time(self.shared.identity.genesis.clock)?,
            ClockRule::Any => {
                let now = state.clock.now();
                (now.max(state.recorded_at), now < state.recorded_at)
            }
        };
        let record = NewRecord {
            stream: StreamRef::SYSTEM,
            occurred_at: recorded_at,
            precision: Precision::Microsecond,
            event_type: system.event_type(),
            schema_version: SYSTEM_SCHEMA_VERSION,
            body: system.encode(),
            personal: Vec::new(),
        };
        let mut command_id = [0; 16];
        if let Some(encoder) = &mut state.encoder {
            encoder.entropy.fill(&mut command_id);
        }
        let batch = Batch { command_id, actor: 0, records: vec![record] };
        let durable_to = state.claim();
        let (placed, appended) = state.place_at(recorded_at, held, batch, durable_to)?;
        state.encode(&self.shared.identity, &placed, None);
        Ok(appended)
    }

    /// Hands the part that was gathered to the threads of the bulk path, and waits while too many are under way.
    fn ship<'s>(&'s self, mut state: MutexGuard<'s, State>) -> Result<(), StoreError> {
        let end = state.size;
        if self.has_threads(&mut state) {
            state.bulk.ship(end);
            self.shared.changed.notify_all();
        } else {
            // Slower, with the same bytes.
            drop(state);
            let settled = self.settled()?;
            self.shared.wait_durable(settled, end)?;
            state = self.lock();
            state.bulk.under_way.push_back(end);
        }
        while let Some(first) = state.bulk.surplus() {
            while state.durable < first {
                if state.poisoned {
                    return Err(state.refusal());
                }
                state = self.shared.wait(state);
            }
            state.bulk.waited_for(first);
        }
        Ok(())
    }

    /// Says whether the bulk path has its threads, which are started when it is first used. The system may have none.
    fn has_threads(&self, state: &mut State) -> bool {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if threads.is_empty() && !state.bulk.lacks_threads {
            match bulk::start(&self.shared) {
                Ok(started) => *threads = started,
                Err(_) => state.bulk.lacks_threads = true,
            }
        }
        !threads.is_empty()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.lock().bulk.is_closing = true;
        self.shared.changed.notify_all();
        let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner);
        for thread in mem::take(threads) {
            // A panic there has poisoned the writer, and was told to whoever waited.
            let _ = thread.join();
        }
        let mut state = self.lock();
        if !state.poisoned
            && let Some(files) = &mut state.files
        {
            files.leave();
        }
    }
}
