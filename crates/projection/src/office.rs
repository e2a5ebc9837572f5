//! Writing: commands are decided, recorded and folded in, one batch at a time.

use std::{path::Path, sync::Arc};

use docket_domain::{
    Command, NewEvent, OfficialId, RecordMeta, Refusal, RulesId, StreamKind, StreamRef, Timestamp, View as _,
    apply_decided, decide,
};
use docket_log::{
    Appended, Batch, Clock, CommandSigner, Cosigned, Disk, Entropy, ImportError, KeyFolder, NewRecord,
    NewValue, Reader, Recovered, Writer,
};
use docket_proof::{ActorKey, Checkpoint, Precision, RecordIndex, SigningKey, VerifierKey};

use crate::{
    cited::{self, Kind, Recent, read_kind},
    error::ProjectionError,
    follow::{Folded, Purpose, mismatch, scope_of, zone_of},
    index::{CommandId, Index, IndexError, Old},
    overlay::Overlay,
    states::{FoldError, States},
};

/// A ledger open for work. The caller holds the ledger's lock.
pub struct Office {
    disk: Arc<dyn Disk>,
    writer: Writer,
    folded: Folded,
    recorded_at: i64,
    /// What was recorded last in this session.
    recent: Recent,
    /// The log as it was when it was last asked what a record is.
    reader: Option<Reader>,
    /// Signs what is recorded.
    signer: Option<ActorKey>,
}

/// How far ahead a rule set that asks for signatures is looked for, in microseconds.
const RULES_AHEAD_US: i64 = 60_000_000;
/// Records that an opening folds in at most without storing in the index that it did.
const MAX_CATCH_UP: u64 = 8_192;

/// Whether an acknowledgement is wanted at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acknowledge {
    /// The batch is durable on return.
    Now,
    /// Not before [`Office::flush`] returns: for long imports.
    Later,
}

impl Office {
    /// Opens the ledger on `disk` for work: recovers the log, brings the index in `folder` up to it.
    ///
    /// An index that is damaged or of another history is set aside and built again; one that another process has, or
    /// whose folder cannot be used, is done without. [`notices`](Self::notices) say so.
    ///
    /// # Errors
    /// When the log cannot be opened for writing or folded.
    pub fn open(
        disk: Arc<dyn Disk>,
        keys: &KeyFolder,
        folder: &Path,
        clock: Box<dyn Clock>,
        entropy: Box<dyn Entropy>,
        progress: &dyn Fn(u64),
    ) -> Result<Self, ProjectionError> {
        let recovered = Recovered::open(disk.clone(), keys)?;
        let reader = recovered.reader();
        let mut folded = start(&reader, folder)?;
        let before = folded.size;
        folded.catch_up(&reader, progress)?;
        // The writer looks up the ledger's own stream when it records what recovery did.
        folded.ask(|| Ok(&reader), |folded| folded.heads.find(docket_proof::StreamRef::SYSTEM))?;
        let heads = Box::new(folded.heads.clone());
        let writer = recovered.into_writer(heads, clock, entropy)?;
        // Records of its own change heads only, which the writer has set.
        folded.size = writer.size();
        let mut office = Self {
            disk,
            writer,
            folded,
            recorded_at: i64::MIN,
            recent: Recent::default(),
            reader: None,
            signer: None,
        };
        // A long way is not gone again, even if this session records nothing.
        if office.folded.size.saturating_sub(before) > MAX_CATCH_UP {
            office.store();
        }
        Ok(office)
    }

    /// Returns what a person should know about how the index came about.
    pub fn notices(&self) -> &[String] {
        &self.folded.notices
    }

    /// Returns the first record of the batch that a command id has appended, if there is one.
    ///
    /// # Errors
    /// When the index cannot be read, and the log neither.
    pub fn find_command(&mut self, id: &CommandId) -> Result<Option<RecordIndex>, ProjectionError> {
        self.ask(|folded| folded.find_command(id))
    }

    /// Returns the record that claimed a unique key, if one did.
    ///
    /// # Errors
    /// When the index cannot be read, and the log neither.
    pub fn find_key(&mut self, key: &docket_domain::UniqueKey) -> Result<Option<u64>, ProjectionError> {
        self.ask(|folded| folded.load_keys(std::slice::from_ref(key)))?;
        Ok(self.folded.states.claimed(key))
    }

    /// Returns states in which those of `streams` are loaded.
    ///
    /// # Errors
    /// When the index cannot be read, and the log neither.
    pub fn states_of(&mut self, streams: &[docket_domain::StreamRef]) -> Result<&States, ProjectionError> {
        self.load(streams)?;
        Ok(&self.folded.states)
    }

    /// Returns states in which all of these kinds are loaded.
    ///
    /// # Errors
    /// When the index cannot be read, and the log neither.
    pub fn states_of_kinds(&mut self, kinds: &[StreamKind]) -> Result<&States, ProjectionError> {
        self.ask(|folded| folded.load_kinds(kinds))?;
        Ok(&self.folded.states)
    }

    /// Decides commands one after the other and records what they yield as one batch, all or nothing.
    ///
    /// Later commands see what earlier ones of the batch would do. All have one actor. Whoever wants a command recorded
    /// once asks [`find_command`](Self::find_command) before.
    ///
    /// # Errors
    /// [`ProjectionError::Refused`] where a rule stands against one of them, [`ProjectionError::Actors`] where they have
    /// several actors; nothing is recorded then.
    pub fn record(
        &mut self,
        command_id: CommandId,
        commands: Vec<Command>,
        acknowledge: Acknowledge,
    ) -> Result<Appended, ProjectionError> {
        let actor = commands.first().and_then(|command| command.actor);
        if commands.iter().any(|command| command.actor != actor) {
            return Err(ProjectionError::Actors);
        }
        let mut events = self.decide_all(commands)?;
        self.check_signer(actor, &events)?;
        if self.folded.loads() {
            // The writer looks these up; an index that fails is to fail before.
            let streams: Vec<_> = events.iter().map(stream_of).collect();
            self.ask(|folded| streams.iter().try_for_each(|stream| folded.heads.find(*stream).map(drop)))?;
        }
        let records = events.iter_mut().map(record_of).collect::<Result<_, _>>()?;
        let batch = Batch { command_id, actor: actor.map_or(0, |actor| actor.number()), records };
        let appended = match acknowledge {
            Acknowledge::Now => self.writer.append_signed(&batch, self.signer())?,
            Acknowledge::Later => match self.signer() {
                Some(signer) => self.writer.append_deferred_signed(&batch, signer)?,
                None => self.writer.append_deferred(batch)?,
            },
        };
        self.recorded_at = appended.recorded_at;
        for (index, new) in (appended.first.0..).zip(&events) {
            let meta = meta_of(new, index, appended.recorded_at);
            self.recent.note(index, (new.stream, new.event.event_type()));
            self.folded.states.apply_decided(&new.event, &meta)?;
        }
        self.folded.note_claims();
        self.folded.commands.entry(command_id).or_insert(appended.first);
        self.folded.size = appended.size;
        Ok(appended)
    }

    /// Signs all that is recorded from now on with the actor's key, which must be the one in force for them.
    pub fn sign_with(&mut self, key: ActorKey) {
        self.signer = Some(key);
    }

    fn signer(&self) -> Option<&dyn CommandSigner> {
        self.signer.as_ref().map(|key| key as &dyn CommandSigner)
    }

    /// Checks that the key is the actor's, or that none is asked for.
    fn check_signer(
        &mut self,
        actor: Option<OfficialId>,
        events: &[NewEvent],
    ) -> Result<(), ProjectionError> {
        if let Some(public_key) = self.signer.as_ref().map(ActorKey::public_key) {
            let streams: Vec<_> = actor.map(OfficialId::stream).into_iter().collect();
            let states = self.states_of(&streams)?;
            let known = actor.and_then(|actor| states.official(actor)?.key());
            return match known {
                Some(known) if known.key == public_key => Ok(()),
                _ => Err(ProjectionError::OthersKey {
                    actor: actor.map_or_else(|| "nobody, who is named".to_owned(), |actor| actor.to_string()),
                }),
            };
        }
        let states = &self.folded.states;
        let mut sets =
            (1..=states.count(StreamKind::RULES)).filter_map(|number| states.rules(RulesId::new(number)?));
        if !sets.any(|state| !state.rules.signatures.is_empty()) {
            return Ok(());
        }
        // Its time is the log's to give, and a rule set may come into force in between.
        let now = self.writer.next_time();
        for moment in [now, now.saturating_add(RULES_AHEAD_US)] {
            let Some(state) = self.folded.states.rules_at(Timestamp(moment)) else { continue };
            let asked = events.iter().find(|new| state.rules.requires_signature(new.event.name()));
            if let Some(new) = asked {
                let (event, rules) = (new.event.name(), state.rules.name.to_string());
                return Err(ProjectionError::Unsigned { event, rules });
            }
        }
        Ok(())
    }

    /// Decides commands without recording anything: what a dry run shows.
    ///
    /// # Errors
    /// [`ProjectionError::Refused`] where a rule stands against one of them.
    pub fn decide_all(&mut self, commands: Vec<Command>) -> Result<Vec<NewEvent>, ProjectionError> {
        let mut events = Vec::with_capacity(commands.len());
        if self.folded.loads() {
            let reads: Vec<_> = commands.iter().flat_map(Command::reads).collect();
            self.load(&reads)?;
            let claims: Vec<_> = commands.iter().flat_map(|command| command.act.event().claims()).collect();
            self.ask(|folded| folded.load_keys(&claims))?;
        }
        let (size, recorded_at) = (self.writer.size(), self.recorded_at);
        let Self { disk, writer, folded, recent, reader, .. } = self;
        let mut overlay = Overlay::new(&folded.states);
        for (index, command) in (size..).zip(commands) {
            for event in decide(&overlay, command)? {
                let judged = cited::judge(&event.event, index, |older| match older.checked_sub(size) {
                    Some(place) => Ok(kind_in(&events, place)),
                    None => find_kind(older, recent, reader, writer, disk),
                })?;
                judged.map_err(Refusal)?;
                // Its time is provisional: the log gives it when it is appended, and no rule looks at it.
                let meta = meta_of(&event, index, recorded_at);
                apply_decided(&mut overlay, &event.event, &meta).map_err(FoldError::Rule)?;
                events.push(event);
            }
        }
        Ok(events)
    }

    /// Loads the states of these streams, and the pages that new ones go to.
    fn load(&mut self, streams: &[docket_domain::StreamRef]) -> Result<(), ProjectionError> {
        self.ask(|folded| {
            folded.load(streams)?;
            folded.load_ends()
        })
    }

    /// Asks something that the index may be needed for. Where it fails, everything recorded so far is made durable, and
    /// folded from the log.
    fn ask<T>(&mut self, ask: impl Fn(&mut Folded) -> Result<T, IndexError>) -> Result<T, ProjectionError> {
        let Self { disk, writer, folded, .. } = self;
        let log = || {
            writer.flush()?;
            Ok(Reader::open(disk.clone())?)
        };
        folded.ask(log, ask)
    }

    /// Brings the index up to the log, which is durable. One that cannot be stored is no error: the next session builds it.
    fn store(&mut self) {
        let stored = if self.folded.size == self.writer.size() {
            self.folded.commit(&self.writer.identity().hash, &self.writer.head())
        } else {
            // A record that could not be folded in after it was appended.
            Err(IndexError::Damaged("its states are not those of the log"))
        };
        if let Err(error) = stored {
            self.folded.notices.push(format!("the index was not stored and will be built again: {error}"));
        }
    }

    /// Returns the stream in which a record stands; `None` where there is no such record.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn stream_of_record(&mut self, record: u64) -> Result<Option<StreamRef>, ProjectionError> {
        let Self { disk, writer, recent, reader, .. } = self;
        if record >= writer.size() {
            return Ok(None);
        }
        find_kind(record, recent, reader, writer, disk).map(|(stream, _)| Some(stream))
    }

    /// Makes everything recorded so far durable, which acknowledges it.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn flush(&self) -> Result<u64, ProjectionError> {
        Ok(self.writer.flush()?)
    }

    /// Signs a checkpoint over everything recorded.
    ///
    /// # Errors
    /// When the disk says no, or the key has signed another history.
    pub fn checkpoint(&self) -> Result<(Checkpoint, Vec<u8>), ProjectionError> {
        Ok(self.writer.checkpoint()?)
    }

    /// Confirms a clock that stands far behind the last record.
    ///
    /// # Errors
    /// When it does not, or the disk says no.
    pub fn confirm_clock(&mut self) -> Result<Appended, ProjectionError> {
        let appended = self.writer.confirm_clock()?;
        self.folded.size = appended.size;
        Ok(appended)
    }

    /// Hands the log over to another key.
    ///
    /// # Errors
    /// As [`Writer::rotate_key`].
    pub fn rotate_key(&mut self, new: SigningKey) -> Result<Appended, ProjectionError> {
        let appended = self.writer.rotate_key(new)?;
        self.folded.size = appended.size;
        Ok(appended)
    }

    /// Records what a witness says on a cosigned checkpoint of this ledger.
    ///
    /// # Errors
    /// As [`Writer::record_cosignature`].
    pub fn record_cosignature(
        &mut self,
        note: &[u8],
        witness: &VerifierKey,
    ) -> Result<Cosigned, ImportError> {
        let cosigned = self.writer.record_cosignature(note, witness)?;
        if let Cosigned::Recorded(appended) = cosigned {
            self.folded.size = appended.size;
        }
        Ok(cosigned)
    }

    /// Ends the work: everything durable, a checkpoint over it, the index brought up to it.
    ///
    /// # Errors
    /// As [`checkpoint`](Self::checkpoint). An index that cannot be stored is no error, but a notice: the next session
    /// builds it.
    pub fn finish(mut self) -> Result<(Checkpoint, Vec<u8>, Vec<String>), ProjectionError> {
        let (checkpoint, note) = self.writer.checkpoint()?;
        self.store();
        if !self.folded.loads() {
            // All of it is at hand: whoever asks for a report next need not load it.
            let reader = Reader::open(self.disk)?;
            self.folded.keep_all(&scope_of(&reader, self.folded.size)?);
        }
        Ok((checkpoint, note, self.folded.notices))
    }
}

/// Starts from the index in `folder`, if it can be had, else from nothing. One that is not of this log begins anew.
fn start(reader: &Reader, folder: &Path) -> Result<Folded, ProjectionError> {
    let zone = zone_of(reader)?;
    let (mut index, mut notice) = match Index::open(folder) {
        Err(error) => return Ok(Folded::without(Purpose::Record, zone, &error.to_string())),
        Ok(opened) => {
            let lost = opened.was_empty && reader.size() > 1;
            (opened.index, opened.set_aside.or_else(|| lost.then(|| "it was empty".to_owned())))
        }
    };
    if let Some(why) = index.meta().map(|meta| mismatch(meta, reader)).transpose()?.flatten() {
        notice = Some(why.to_string());
        if let Err(error) = index.begin_anew(Old::SetAside) {
            return Ok(Folded::without(Purpose::Record, zone, &error.to_string()));
        }
    }
    let mut folded = match index.meta() {
        Some(_) => Folded::over(Purpose::Record, zone, index),
        None => Folded::into_index(zone, index),
    };
    folded.notices.extend(notice.map(|why| format!("the index is built again: {why}")));
    Ok(folded)
}

/// Returns what an event of a batch will be that is not recorded yet.
fn kind_in(events: &[NewEvent], place: u64) -> Kind {
    let event = usize::try_from(place).ok().and_then(|place| events.get(place));
    // Only older ones are asked for, and they are all there.
    event.map_or((StreamRef { kind: StreamKind::SYSTEM, id: 0 }, 0), |new| {
        (new.stream, new.event.event_type())
    })
}

/// Returns what a record of the log is. What was recorded last is known; for what was recorded earlier, and after the log
/// was last read, everything is made durable and covered by a checkpoint.
fn find_kind(
    record: u64,
    recent: &Recent,
    reader: &mut Option<Reader>,
    writer: &Writer,
    disk: &Arc<dyn Disk>,
) -> Result<Kind, ProjectionError> {
    if let Some(kind) = recent.find(record) {
        return Ok(kind);
    }
    let known = match reader.take().filter(|known| record < known.size()) {
        Some(known) => known,
        None => {
            // A reader hashes what no checkpoint covers, which can be millions of records of a long import.
            writer.checkpoint()?;
            Reader::open(disk.clone())?
        }
    };
    let known = reader.insert(known);
    Ok(read_kind(known, record)?)
}

fn stream_of(new: &NewEvent) -> docket_proof::StreamRef {
    docket_proof::StreamRef { kind: new.stream.kind.0, id: new.stream.id }
}

fn meta_of(new: &NewEvent, index: u64, recorded_at: i64) -> RecordMeta {
    let NewEvent { stream, actor, occurred, .. } = *new;
    RecordMeta { index, recorded_at: Timestamp(recorded_at), occurred, actor, stream, position: 0 }
}

/// Makes the record of an event. Personal values move into it.
fn record_of(new: &mut NewEvent) -> Result<NewRecord, ProjectionError> {
    Ok(NewRecord {
        stream: stream_of(new),
        occurred_at: new.occurred.at.0,
        precision: precision_of(new.occurred.precision),
        event_type: new.event.event_type(),
        schema_version: new.event.version(),
        body: new.event.encode()?,
        personal: std::mem::take(&mut new.personal)
            .into_iter()
            .map(|value| NewValue { field: value.field.number(), value: value.text.into_bytes() })
            .collect(),
    })
}

fn precision_of(precision: docket_domain::Precision) -> Precision {
    match precision {
        docket_domain::Precision::Day => Precision::Day,
        docket_domain::Precision::Minute => Precision::Minute,
        docket_domain::Precision::Second => Precision::Second,
        docket_domain::Precision::Microsecond => Precision::Microsecond,
    }
}
