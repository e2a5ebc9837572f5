//! What is recorded, as it is put down: commands, the ids they will get and the records they will be.

use docket_domain::{
    Act, Command, EntityId, Event, EventBody, OccurredAt, OfficialId, StreamKind, StreamRef, UnitId,
};

use crate::days::moment;

/// Commands that one official records at one time.
#[derive(Debug)]
pub struct Session {
    /// When it is recorded, microseconds UTC. No session is recorded before the one in front of it.
    pub recorded_at: i64,
    /// The record that its first command becomes.
    pub first: u64,
    /// Each yields one event.
    pub commands: Vec<Command>,
}

/// The commands of a session are cut into batches of at most so many.
const MAX_COMMANDS: usize = 512;
/// Streams are counted by kind, of which there are fewer.
const KINDS: usize = 64;

/// Where commands are put down.
#[derive(Debug)]
pub(crate) struct Out {
    recorded_at: i64,
    minute: u64,
    actor: Option<OfficialId>,
    /// The record that the next command becomes.
    next: u64,
    /// Streams there are, by kind.
    streams: [u64; KINDS],
    commands: Vec<Command>,
    full: Vec<Session>,
}

/// Names an official by number.
pub(crate) fn official(number: u64) -> OfficialId {
    OfficialId::new(number).expect("officials are counted from 1")
}

/// Names a unit by number.
pub(crate) fn unit(number: u64) -> UnitId {
    UnitId::new(number).expect("units are counted from 1")
}

impl Out {
    /// Begins behind so many records.
    pub(crate) fn new(next: u64) -> Self {
        let (commands, full) = (Vec::new(), Vec::new());
        Self { recorded_at: i64::MIN, minute: 0, actor: None, next, streams: [0; KINDS], commands, full }
    }

    /// Begins a session. What was put down before belongs to the one before.
    pub(crate) fn begin(&mut self, minute: u64, actor: Option<OfficialId>) {
        self.cut();
        self.minute = minute.max(self.minute);
        self.recorded_at = moment(self.minute);
        self.actor = actor;
    }

    fn cut(&mut self) {
        if self.commands.is_empty() {
            return;
        }
        let room = self.commands.len();
        let commands = std::mem::replace(&mut self.commands, Vec::with_capacity(room));
        let first = self.next - commands.len() as u64;
        self.full.push(Session { recorded_at: self.recorded_at, first, commands });
    }

    /// Takes the sessions that are whole, last first.
    pub(crate) fn take(&mut self) -> Vec<Session> {
        self.cut();
        let mut full = std::mem::take(&mut self.full);
        full.reverse();
        full
    }

    fn put(&mut self, occurred: OccurredAt, act: Act) -> u64 {
        if self.commands.len() >= MAX_COMMANDS {
            self.cut();
        }
        self.commands.push(Command { actor: self.actor, occurred, act });
        self.next += 1;
        self.next - 1
    }

    /// Returns the minute at which is recorded what is put down now.
    pub(crate) const fn minute(&self) -> u64 {
        self.minute
    }

    /// Returns how many streams of a kind there are.
    pub(crate) fn count(&self, kind: StreamKind) -> u64 {
        self.streams.get(usize::from(kind.0)).copied().unwrap_or(0)
    }

    /// Puts down an event that opens a stream. Returns the stream's id, and the record.
    pub(crate) fn open<B: EventBody + Into<Event>>(
        &mut self,
        occurred: OccurredAt,
        body: B,
        personal: B::Personal,
    ) -> (B::Id, u64) {
        let id = self.count(B::STREAM) + 1;
        if let Some(count) = self.streams.get_mut(usize::from(B::STREAM.0)) {
            *count = id;
        }
        let record = self.put(occurred, Act::open(body, personal));
        (B::Id::of(StreamRef { kind: B::STREAM, id }).expect("ids count from 1"), record)
    }

    /// Puts down an event that continues a stream. Returns the record.
    pub(crate) fn on<B: EventBody + Into<Event>>(
        &mut self,
        id: B::Id,
        occurred: OccurredAt,
        body: B,
        personal: B::Personal,
    ) -> u64 {
        self.put(occurred, Act::on(id, body, personal))
    }
}
