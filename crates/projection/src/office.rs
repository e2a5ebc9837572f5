//! Writing: commands are decided, recorded and folded in, one batch at a time.

use std::{path::Path, sync::Arc};

use docket_domain::{Command, EventRef, NewEvent, OccurredAt, RecordMeta, Timestamp, apply, decide};
use docket_log::{
    Appended, Batch, Clock, Disk, Entropy, KeyFolder, NewRecord, NewValue, Reader, Recovered, Writer,
};
use docket_proof::{Checkpoint, Precision, RecordIndex};
use zeroize::Zeroizing;

use crate::{
    error::ProjectionError,
    follow::{Folded, Missing, locked},
    index::CommandId,
    overlay::Overlay,
    states::{FoldError, States},
};

/// A ledger open for work. The caller holds the ledger's lock.
pub struct Office {
    writer: Writer,
    folded: Folded,
    recorded_at: i64,
}

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
        let reader = Reader::open(disk.clone())?;
        let mut folded = Folded::start(&reader, folder, Missing::Create)?;
        folded.follow(&reader, recovered.size(), progress)?;
        let heads = Box::new(folded.heads.clone());
        let before = recovered.size();
        let writer = recovered.into_writer(heads, clock, entropy)?;
        let mut office = Self { writer, folded, recorded_at: i64::MIN };
        // A recovery may have added records of its own.
        if office.writer.size() > before {
            let reader = Reader::open(disk)?;
            office.folded.follow(&reader, office.writer.size(), &|_| {})?;
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
    /// When the index cannot be read.
    pub fn find_command(&self, id: &CommandId) -> Result<Option<RecordIndex>, ProjectionError> {
        Ok(self.folded.find_command(id)?)
    }

    /// Returns states in which those of `streams` are loaded.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn states_of(&mut self, streams: &[docket_domain::StreamRef]) -> Result<&States, ProjectionError> {
        self.load(streams)?;
        Ok(&self.folded.states)
    }

    /// Returns all states.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn states(&mut self) -> Result<&States, ProjectionError> {
        self.folded.load_all()?;
        Ok(&self.folded.states)
    }

    /// Decides commands one after the other and records what they yield as one batch, all or nothing.
    ///
    /// Later commands see what earlier ones of the batch would do. All have one actor, that of the first.
    ///
    /// # Errors
    /// [`ProjectionError::Refused`] where a rule stands against one of them; nothing is recorded then.
    pub fn record(
        &mut self,
        command_id: CommandId,
        commands: Vec<Command>,
        acknowledge: Acknowledge,
    ) -> Result<Appended, ProjectionError> {
        let actor = commands.first().and_then(|command| command.actor);
        let events = self.decide_all(commands)?;
        let mut records = Vec::with_capacity(events.len());
        let mut metas = Vec::with_capacity(events.len());
        for event in events {
            let fields = event.personal_fields();
            let meta = (event.stream, event.occurred, event.actor);
            records.push(record_of(&event)?);
            metas.push((event.event, meta, fields));
        }
        let batch = Batch { command_id, actor: actor.map_or(0, |actor| actor.number()), records };
        let appended = match acknowledge {
            Acknowledge::Now => self.writer.append(&batch)?,
            Acknowledge::Later => self.writer.append_deferred(&batch)?,
        };
        self.recorded_at = appended.recorded_at;
        for (index, (event, (stream, occurred, actor), fields)) in (appended.first.0..).zip(metas) {
            let recorded_at = Timestamp(appended.recorded_at);
            let meta = RecordMeta { index, recorded_at, occurred, actor, stream, position: 0 };
            self.folded.states.apply(&event, &meta, fields.into_iter())?;
        }
        self.folded.commands.insert(command_id, appended.first);
        self.folded.size = appended.size;
        Ok(appended)
    }

    /// Decides commands without recording anything: what a dry run shows.
    ///
    /// # Errors
    /// [`ProjectionError::Refused`] where a rule stands against one of them.
    pub fn decide_all(&mut self, commands: Vec<Command>) -> Result<Vec<NewEvent>, ProjectionError> {
        let mut events = Vec::with_capacity(commands.len());
        for command in &commands {
            self.load(&command.reads())?;
        }
        let mut overlay = Overlay::new(&self.folded.states);
        for (index, command) in (self.writer.size()..).zip(commands) {
            for event in decide(&overlay, command)? {
                let meta = RecordMeta {
                    index,
                    // Provisional: the log gives it when it is appended, and no rule looks at it.
                    recorded_at: Timestamp(self.recorded_at),
                    occurred: event.occurred,
                    actor: event.actor,
                    stream: event.stream,
                    position: 0,
                };
                let fields = event.personal_fields();
                apply(&mut overlay, &EventRef { event: &event.event, meta: &meta, personal: &fields })
                    .map_err(FoldError::Rule)?;
                events.push(event);
            }
        }
        Ok(events)
    }

    fn load(&mut self, streams: &[docket_domain::StreamRef]) -> Result<(), ProjectionError> {
        if let Some(index) = &self.folded.index {
            let index = locked(index);
            self.folded.states.load(&index, streams)?;
            self.folded.states.load_ends(&index)?;
        }
        Ok(())
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

    /// Ends the work: everything durable, a checkpoint over it, the index brought up to it.
    ///
    /// # Errors
    /// As [`checkpoint`](Self::checkpoint). An index that cannot be stored is no error: the next session builds it.
    pub fn finish(mut self) -> Result<(Checkpoint, Vec<u8>, Vec<String>), ProjectionError> {
        let (checkpoint, note) = self.writer.checkpoint()?;
        let (genesis, head) = (self.writer.identity().hash, self.writer.head());
        if let Err(error) = self.folded.commit(&genesis, &head) {
            self.folded.notices.push(format!("the index was not stored and will be built again: {error}"));
        }
        Ok((checkpoint, note, self.folded.notices))
    }
}

fn record_of(new: &NewEvent) -> Result<NewRecord, ProjectionError> {
    let OccurredAt { at, precision } = new.occurred;
    Ok(NewRecord {
        stream: docket_proof::StreamRef { kind: new.stream.kind.0, id: new.stream.id },
        occurred_at: at.0,
        precision: precision_of(precision),
        event_type: new.event.event_type(),
        schema_version: new.event.version(),
        body: new.event.encode()?,
        personal: new
            .personal
            .iter()
            .map(|value| NewValue {
                field: value.field.number(),
                value: Zeroizing::new(value.text.expose().as_bytes().to_vec()),
            })
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
