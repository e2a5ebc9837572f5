//! Appending: batches are encoded under one lock and made durable together (group commit).

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use docket_proof::{
    ActorKey, ActorSignature, Checkpoint, ClockKind, CommandDigest, CommandPlace, Commitment, LogKeys,
    MAX_LOG_KEYS, Precision, RecordDraft, RecordHash, RecordIndex, RootHash, SYSTEM_SCHEMA_VERSION,
    SignedEvent, SigningKey, StreamRef, SystemRecord,
};

use crate::{
    batch::{Appended, Batch, NewRecord},
    checkpoint_file::CheckpointFiles,
    commit::{Gathering, OpenFiles, Piece},
    cut::describe_cut,
    disk::Disk,
    error::{Doing, StoreError},
    files::{SEGMENT_RECORDS, SegmentHeader, VAULT_HEADER_LEN, encode_vault_header},
    footer::FooterBuilder,
    heads::{Head, HeadError, Heads},
    identity::Identity,
    keys::Signer,
    reader::Reader,
    recovery::Recovered,
    sealed_tree,
    tail::Tail,
    tail_tree,
    vault::put_entry,
};

/// How far the clock may stand behind the last record, in microseconds.
pub const MAX_CLOCK_BEHIND_US: i64 = 5 * 60 * 1_000_000;
/// Encoded bytes that may wait; whoever adds more makes them durable first.
const MAX_PENDING_BYTES: usize = 8 << 20;

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

/// The one writer of a ledger. Threads share it by reference.
pub struct Writer {
    disk: Arc<dyn Disk>,
    identity: Identity,
    state: Mutex<State>,
    /// Woken when a commit ends.
    committed: Condvar,
    signing: Mutex<Signing>,
}

/// What an append changes, under one lock that is never held while the disk works.
struct State {
    tail: Tail,
    vault_len: u64,
    heads: Box<dyn Heads>,
    clock: Box<dyn Clock>,
    entropy: Box<dyn Entropy>,
    /// The clock's time that a ClockCorrected record vouches for.
    clock_confirmed: Option<i64>,
    pending: Vec<Piece>,
    pending_bytes: usize,
    /// Records that are synced.
    durable: u64,
    /// Who waits for more.
    gathering: Gathering,
    /// The files, while nobody commits.
    files: Option<OpenFiles>,
    poisoned: bool,
}

struct Signing {
    keys: LogKeys,
    signer: Signer,
    files: CheckpointFiles,
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
        let (mut heads, mut clock) = (heads, clock);
        let is_behind = tail.recorded_at.saturating_sub(clock.now()) > MAX_CLOCK_BEHIND_US;
        let history = SystemHistory::read(&disk, heads.as_mut(), cuts > 0, is_behind, tail.recorded_at)?;
        let state = State {
            tail,
            vault_len,
            heads,
            clock,
            entropy,
            clock_confirmed: history.clock_confirmed,
            pending: Vec::new(),
            pending_bytes: 0,
            durable,
            gathering: Gathering::new(Instant::now()),
            files: Some(OpenFiles::default()),
            poisoned: false,
        };
        let signing = Mutex::new(Signing { keys, signer, files: checkpoints });
        let writer = Writer { disk, identity, state: Mutex::new(state), committed: Condvar::new(), signing };
        for number in history.recorded_cuts..cuts {
            let cut = describe_cut(writer.disk.as_ref(), &writer.identity, number)?;
            // Bounded by what a crash can leave: the clock is not asked whether it may.
            writer.append_system(&SystemRecord::TailCut(cut), ClockRule::Any)?;
        }
        Ok(writer)
    }
}

/// What the ledger's own stream tells a writer that opens.
#[derive(Default)]
struct SystemHistory {
    /// TailCut records there are.
    recorded_cuts: u64,
    /// The clock's time that was confirmed since the last record's time is held.
    clock_confirmed: Option<i64>,
}

impl SystemHistory {
    /// Walks the stream back as far as it must, which mostly is not at all.
    fn read(
        disk: &Arc<dyn Disk>,
        heads: &mut dyn Heads,
        mut want_cuts: bool,
        mut want_clock: bool,
        recorded_at: i64,
    ) -> Result<Self, StoreError> {
        let mut history = Self::default();
        if !want_cuts && !want_clock {
            return Ok(history);
        }
        let reader = Reader::open(disk.clone())?;
        let mut next = heads.head(StreamRef::SYSTEM).doing("read", HEADS)?.map(|head| head.last);
        while let Some(index) = next.filter(|_| want_cuts || want_clock) {
            let record = reader.record(index)?;
            let view = record.view();
            let system = SystemRecord::decode(view.event_type, view.schema_version, view.body)
                .map_err(|source| StoreError::System { index: index.0, source })?;
            want_clock &= view.recorded_at == recorded_at;
            match system {
                SystemRecord::TailCut(cut) if want_cuts => {
                    history.recorded_cuts = cut.number + 1;
                    want_cuts = false;
                }
                SystemRecord::ClockCorrected { clock } if want_clock => {
                    history.clock_confirmed = Some(clock);
                    want_clock = false;
                }
                _ => {}
            }
            next = view.previous;
        }
        Ok(history)
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
        let (state, appended) = self.enqueue(batch, signer)?;
        self.wait_durable(state, appended.size)?;
        Ok(appended)
    }

    /// Appends a batch without waiting for it to be durable. It is acknowledged only once [`flush`](Self::flush)
    /// returns, and until then a crash may lose it, whole.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn append_deferred(&self, batch: &Batch) -> Result<Appended, StoreError> {
        self.append_deferred_signed(batch, None)
    }

    /// As [`append_deferred`](Self::append_deferred), signed by its actor.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn append_deferred_signed(
        &self,
        batch: &Batch,
        signer: Option<&dyn CommandSigner>,
    ) -> Result<Appended, StoreError> {
        let (state, appended) = self.enqueue(batch, signer)?;
        if state.pending_bytes >= MAX_PENDING_BYTES {
            self.wait_durable(state, appended.size)?;
        }
        Ok(appended)
    }

    /// Makes everything appended so far durable.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn flush(&self) -> Result<u64, StoreError> {
        let state = self.lock();
        let size = state.tail.size;
        self.wait_durable(state, size)?;
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
            if now >= state.tail.recorded_at {
                return Err(StoreError::Batch { why: "the clock is not behind the last record" });
            }
            state.clock_confirmed = Some(now);
            now
        };
        self.append_system(&SystemRecord::ClockCorrected { clock }, ClockRule::Asked)
    }

    /// Signs a checkpoint over everything that is durable, stores it, and returns the note.
    ///
    /// A size that is signed already is not signed again.
    ///
    /// # Errors
    /// [`StoreError::Forked`] when the key has signed another history, and when the disk says no.
    pub fn checkpoint(&self) -> Result<(Checkpoint, Vec<u8>), StoreError> {
        let mut signing = self.signing.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.lock();
        if state.poisoned {
            return Err(StoreError::Poisoned);
        }
        let (size, root) = (state.tail.size, state.tail.root());
        let (segment, groups) = (state.tail.segment, state.tail.footer.level8().to_vec());
        let segments = state.tail.sealed.len();
        self.wait_durable(state, size)?;
        let is_new = signing.files.last().is_none_or(|(last, _)| last.size() != size);
        let signed = self.sign(&mut signing, size, root);
        if is_new && signed.is_ok() {
            tail_tree::store(self.disk.as_ref(), segment, &groups);
            if !sealed_tree::has(self.disk.as_ref(), segments) {
                let sealed = self.lock().tail.sealed.iter().take(segments).copied().collect::<Vec<_>>();
                sealed_tree::store(self.disk.as_ref(), &sealed);
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
        if new.name() != self.identity.genesis.origin {
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
        let mut state = self.lock();
        if state.poisoned {
            return Err(StoreError::Poisoned);
        }
        let (size, previous) = (state.tail.size, state.tail.head);
        let rotation = signing
            .signer
            .hand_over(&self.identity.hash, &previous, size)
            .ok_or(StoreError::Key { why: "there is no next key" })?;
        let mut keys = signing.keys.clone();
        keys.rotate(RecordIndex(size), &previous, &rotation)
            .map_err(|_| StoreError::Key { why: "the handover does not verify" })?;
        let appended =
            self.encode_system(&mut state, &SystemRecord::KeyRotated(rotation), ClockRule::Asked)?;
        let root = state.tail.root();
        // From here on the handover may be in the log: only who opens the ledger again can tell.
        let ended = self.wait_durable(state, appended.size).and_then(|()| {
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
        let checkpoint = Checkpoint::new(&self.identity.genesis.origin, size, root)
            .map_err(|source| StoreError::Checkpoint { path: "checkpoint".to_owned(), source })?;
        let note = signing.signer.sign(&checkpoint)?;
        signing.files.append(checkpoint.clone(), note.clone())?;
        Ok((checkpoint, note))
    }

    /// Returns the number of records, those included that are not durable yet.
    pub fn size(&self) -> u64 {
        self.lock().tail.size
    }

    /// Returns the number of records that are durable.
    pub fn durable_size(&self) -> u64 {
        self.lock().durable
    }

    /// Returns the hash of the last record appended.
    pub fn head(&self) -> RecordHash {
        self.lock().tail.head
    }

    /// Returns who the ledger is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(half_made)
    }

    /// Encodes a batch behind the last one. Who goes on to wait keeps the lock: it is what many threads want at once.
    fn enqueue(
        &self,
        batch: &Batch,
        signer: Option<&dyn CommandSigner>,
    ) -> Result<(MutexGuard<'_, State>, Appended), StoreError> {
        batch.check()?;
        if signer.is_some() && batch.actor == 0 {
            return Err(StoreError::Batch { why: "a signed batch names its actor" });
        }
        let mut state = self.lock();
        if state.poisoned {
            return Err(StoreError::Poisoned);
        }
        let (recorded_at, held) = state.time(self.identity.genesis.clock)?;
        // Everything that can be refused is refused before the first byte is encoded.
        let places = state.places(&batch.records)?;
        let first = RecordIndex(state.tail.size);
        let durable_to = state.durable;
        let last = batch.records.len() - 1;
        let mut command = signer.map(|signer| {
            let place = CommandPlace {
                genesis: self.identity.hash,
                previous: state.tail.head,
                command_id: batch.command_id,
                actor: batch.actor,
                recorded_at,
            };
            (CommandDigest::new(&place), signer)
        });
        for (number, (record, (position, previous))) in batch.records.iter().zip(places).enumerate() {
            let envelope = Envelope {
                actor: batch.actor,
                recorded_at,
                held,
                position,
                previous,
                command_id: (number == 0).then_some(batch.command_id),
                durable_to: (number == last).then_some(durable_to),
            };
            state.encode(&self.identity, record, &envelope, command.as_mut())?;
        }
        let appended = Appended { first, size: state.tail.size, recorded_at };
        Ok((state, appended))
    }

    /// Returns the time that a record would get now.
    pub fn next_time(&self) -> i64 {
        let mut state = self.lock();
        state.clock.now().max(state.tail.recorded_at)
    }

    pub(crate) fn disk(&self) -> Arc<dyn Disk> {
        self.disk.clone()
    }

    pub(crate) fn append_system(
        &self,
        system: &SystemRecord,
        clock: ClockRule,
    ) -> Result<Appended, StoreError> {
        let mut state = self.lock();
        let appended = self.encode_system(&mut state, system, clock)?;
        self.wait_durable(state, appended.size)?;
        Ok(appended)
    }

    /// Encodes a system record behind the last record.
    fn encode_system(
        &self,
        state: &mut State,
        system: &SystemRecord,
        clock: ClockRule,
    ) -> Result<Appended, StoreError> {
        if state.poisoned {
            return Err(StoreError::Poisoned);
        }
        let (recorded_at, held) = match clock {
            ClockRule::Asked => state.time(self.identity.genesis.clock)?,
            ClockRule::Any => {
                let now = state.clock.now();
                (now.max(state.tail.recorded_at), now < state.tail.recorded_at)
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
        let (position, previous) = state.places(std::slice::from_ref(&record))?.pop().unwrap_or_default();
        let mut command_id = [0; 16];
        state.entropy.fill(&mut command_id);
        let envelope = Envelope {
            actor: 0,
            recorded_at,
            held,
            position,
            previous,
            command_id: Some(command_id),
            durable_to: Some(state.durable),
        };
        let first = RecordIndex(state.tail.size);
        state.encode(&self.identity, &record, &envelope, None)?;
        Ok(Appended { first, size: state.tail.size, recorded_at })
    }

    /// Returns once `size` records are durable. One of those who wait commits for all of them.
    fn wait_durable(&self, mut state: MutexGuard<'_, State>, size: u64) -> Result<(), StoreError> {
        if state.durable >= size {
            return Ok(());
        }
        state.gathering.join();
        loop {
            if state.durable >= size {
                return Ok(());
            }
            if state.poisoned {
                return Err(StoreError::Poisoned);
            }
            if state.files.is_none() {
                state = self.committed.wait(state).unwrap_or_else(half_made);
                continue;
            }
            if let Some(patience) = state.gathering.patience(Instant::now()) {
                // Nobody is woken by those who come: the last of them commits.
                let woken = self.committed.wait_timeout(state, patience);
                state = match woken {
                    Ok((state, _)) => state,
                    Err(poison) => half_made(PoisonError::new(poison.into_inner().0)),
                };
                continue;
            }
            let Some(files) = state.files.take() else { continue };
            return self.commit_all(state, files);
        }
    }

    /// Makes durable all that was appended so far, while others append more.
    fn commit_all(&self, mut state: MutexGuard<'_, State>, mut files: OpenFiles) -> Result<(), StoreError> {
        let pieces = std::mem::take(&mut state.pending);
        state.pending_bytes = 0;
        let target = state.tail.size;
        let group = state.gathering.begin(Instant::now());
        drop(state);
        let written = files.commit(self.disk.as_ref(), &pieces);
        let mut state = self.lock();
        state.files = Some(files);
        match &written {
            Ok(()) => {
                state.durable = target;
                state.gathering.end(&group, Instant::now());
            }
            Err(_) => state.poisoned = true,
        }
        drop(state);
        self.committed.notify_all();
        written
    }
}

/// Takes the state from a thread that panicked while it encoded: it is half-made, and `poisoned` says so.
fn half_made(poison: PoisonError<MutexGuard<'_, State>>) -> MutexGuard<'_, State> {
    let mut state = poison.into_inner();
    state.poisoned = true;
    state
}

/// Whether a clock far behind stands against a system record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockRule {
    Asked,
    Any,
}

/// What a record gets beside its content.
struct Envelope {
    actor: u64,
    recorded_at: i64,
    held: bool,
    position: u32,
    previous: Option<RecordIndex>,
    command_id: Option<[u8; 16]>,
    durable_to: Option<u64>,
}

/// Position in the stream and back-link.
type Place = (u32, Option<RecordIndex>);

/// What errors call the table of heads.
const HEADS: &str = "the streams' heads";

fn next_place(head: Head) -> Result<Place, StoreError> {
    let position = head.position.checked_add(1).ok_or(StoreError::Batch { why: "the stream is full" })?;
    Ok((position, Some(head.last)))
}

impl State {
    /// Returns the time of the next record and whether the clock was held.
    fn time(&mut self, kind: ClockKind) -> Result<(i64, bool), StoreError> {
        let (now, last) = (self.clock.now(), self.tail.recorded_at);
        let floor = self.clock_confirmed.unwrap_or(last).min(last);
        let behind = floor.saturating_sub(now);
        if kind == ClockKind::System && behind > MAX_CLOCK_BEHIND_US {
            let behind_s = last.saturating_sub(now) / 1_000_000;
            return Err(StoreError::ClockBehind { behind_s, last: self.tail.size - 1 });
        }
        Ok((now.max(last), now < last))
    }

    /// Returns where the next record of a stream stands, when `begun` streams of its kind are about to be new.
    fn place(&mut self, stream: StreamRef, begun: u64) -> Result<Place, StoreError> {
        if let Some(head) = self.heads.head(stream).doing("read", HEADS)? {
            return next_place(head);
        }
        let next = self.heads.count(stream.kind).doing("read", HEADS)? + begun + 1;
        if stream.id == next { Ok((0, None)) } else { Err(HeadError::IdOutOfOrder { stream, next }.into()) }
    }

    /// Finds the places of a batch's records. Heads change only once all of it can be appended.
    fn places(&mut self, records: &[NewRecord]) -> Result<Vec<Place>, StoreError> {
        let first = self.tail.size;
        let mut places = Vec::with_capacity(records.len());
        // Streams that this batch itself touched, and how many it begins of each kind.
        let mut touched: BTreeMap<StreamRef, Head> = BTreeMap::new();
        let mut begun: BTreeMap<u16, u64> = BTreeMap::new();
        for (index, record) in (first..).zip(records) {
            let stream = record.stream;
            let place = match touched.get(&stream) {
                Some(head) => next_place(*head)?,
                None => self.place(stream, begun.get(&stream.kind).copied().unwrap_or(0))?,
            };
            if place.1.is_none() {
                *begun.entry(stream.kind).or_default() += 1;
            }
            touched.insert(stream, Head { last: RecordIndex(index), position: place.0 });
            places.push(place);
        }
        // Ascending ids, so that new streams of a kind come in order.
        for (stream, head) in touched {
            // Some of them set and no record appended: the next batch would continue what is not there.
            self.heads.set(stream, head).doing("note", HEADS).inspect_err(|_| self.poisoned = true)?;
        }
        Ok(places)
    }

    /// Encodes a record behind the last one, and closes its segment when it is full.
    fn encode(
        &mut self,
        identity: &Identity,
        record: &NewRecord,
        envelope: &Envelope,
        command: Option<&mut (CommandDigest, &dyn CommandSigner)>,
    ) -> Result<(), StoreError> {
        let index = self.tail.size;
        let segment = self.tail.segment;
        if self.pending.last().is_none_or(|piece| piece.segment != segment) {
            let piece = self.new_piece(identity);
            self.pending.push(piece);
        }
        let vault_offset = self.vault_len;
        let Some(piece) = self.pending.last_mut() else { return Err(StoreError::Poisoned) };
        let before = piece.log.len() + piece.vault.len();

        let mut commitments: Vec<(u16, Commitment)> = Vec::with_capacity(record.personal.len());
        let vault_start = piece.vault.len();
        let mut first_entry = vault_offset;
        if !record.personal.is_empty() && vault_offset == 0 {
            piece.vault.extend_from_slice(&encode_vault_header(segment, &identity.hash));
            first_entry = VAULT_HEADER_LEN as u64;
        }
        for value in &record.personal {
            let mut salt = [0; 32];
            self.entropy.fill(&mut salt);
            commitments
                .push((value.field, put_entry(&mut piece.vault, index, value.field, &salt, &value.value)));
        }
        self.vault_len += (piece.vault.len() - vault_start) as u64;

        let mut blind = [0; 16];
        self.entropy.fill(&mut blind);
        let is_signed = command.is_some();
        let signature = command.and_then(|(digest, signer)| {
            let event = SignedEvent {
                stream: record.stream,
                position: envelope.position,
                occurred_at: record.occurred_at,
                precision: record.precision,
                event_type: record.event_type,
                schema_version: record.schema_version,
                body: &record.body,
            };
            digest.push(&event.digest(commitments.iter().copied()));
            envelope.durable_to.is_some().then(|| signer.sign(digest))
        });
        let draft = RecordDraft {
            is_signed,
            signature,
            index: RecordIndex(index),
            recorded_at: envelope.recorded_at,
            occurred_at: record.occurred_at,
            precision: record.precision,
            actor: envelope.actor,
            stream: record.stream,
            position: envelope.position,
            previous: envelope.previous,
            event_type: record.event_type,
            schema_version: record.schema_version,
            held: envelope.held,
            blind,
            command_id: envelope.command_id,
            vault_offset: first_entry,
            commitments: &commitments,
            body: &record.body,
            durable_to: envelope.durable_to,
        };
        // The hash covers the hash before and the record, one behind the other, as they lie on disk. In front of the
        // first record of a piece the hash before lies in the file already.
        let log_start = piece.log.len();
        draft.encode(&mut piece.log);
        let record_bytes = piece.log.get(log_start..).unwrap_or_default();
        let hash = match log_start.checked_sub(32).and_then(|from| piece.log.get(from..)) {
            Some(preceded) => identity.key.hash_chained(preceded),
            None => identity.key.hash_chained(&[self.tail.head.as_bytes().as_slice(), record_bytes].concat()),
        };
        piece.log.extend_from_slice(hash.as_bytes());

        self.tail.footer.push(piece.log.len() - log_start, &hash);
        self.tail.head = hash;
        self.tail.size += 1;
        self.tail.recorded_at = envelope.recorded_at;
        if self.tail.footer.is_full() {
            let (footer, level16) = self.tail.footer.finish(segment, &identity.key);
            piece.log.extend_from_slice(&footer);
            self.tail.sealed.push(level16);
            self.tail.footer = FooterBuilder::new();
            self.tail.segment += 1;
            self.vault_len = 0;
        }
        self.pending_bytes += piece.log.len() + piece.vault.len() - before;
        debug_assert_eq!(self.tail.size, self.tail.segment * SEGMENT_RECORDS + self.tail.footer.count());
        Ok(())
    }

    /// Begins the bytes of the current segment that are not written yet.
    fn new_piece(&self, identity: &Identity) -> Piece {
        let segment = self.tail.segment;
        let is_new = self.tail.footer.count() == 0;
        let log = if is_new {
            SegmentHeader { genesis: identity.hash, previous: self.tail.head }.encode(segment)
        } else {
            Vec::new()
        };
        let log_at = if is_new { 0 } else { self.tail.footer.end() };
        Piece { segment, log_at, log, vault_at: self.vault_len, vault: Vec::new() }
    }
}
