//! Actors' signatures: whether each is one over its batch, and whether the key is its actor's (FORMAT.md section 10).
//!
//! The first is arithmetic and done segment by segment on all cores. The second is for the field's events to say, of which
//! a scan knows nothing: it hands those on that somebody asks for, and asks back.

use docket_proof::{
    ActorSignature, CommandDigest, CommandPlace, Flags, RecordHash, RecordView, SignedEvent, StreamRef,
};
use rayon::prelude::*;

use crate::files::{Family, SEGMENT_RECORDS};

use super::report::{Finding, Report};

/// What is known of an actor's key where a record stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It is the actor's, and in force.
    InForce,
    /// It is not: never registered for this actor, replaced or revoked before.
    NotInForce,
    /// A record of a newer version stands before.
    Unknown,
}

/// Whoever knows from the field's events whose key is whose. A scan tells of records in their order, and asks about
/// signatures between them.
pub trait ActorKeys {
    /// Returns the event types whose records it wants to be told of.
    fn event_types(&self) -> &'static [u16];
    /// Takes the event of a record: its stream, type, schema version and body.
    fn take(&self, stream: StreamRef, event_type: u16, version: u16, body: &[u8]);
    /// Says what a key is that an actor has signed with behind the records taken so far.
    fn standing(&self, actor: u64, key: &[u8; 32]) -> Standing;
}

/// A record that says something of actors' keys.
pub(crate) struct KeyRecord {
    index: u64,
    stream: StreamRef,
    event_type: u16,
    version: u16,
    body: Vec<u8>,
}

/// A signed batch, its signature not checked yet.
struct Candidate {
    first: u64,
    last: u64,
    actor: u64,
    signature: ActorSignature,
    digest: [u8; 32],
}

/// A signed batch whose last record is still to come.
#[derive(Clone)]
pub(crate) struct OpenCommand {
    first: u64,
    actor: u64,
    digest: CommandDigest,
}

/// The rest of a signed batch that began in the segment before.
#[derive(Default)]
struct Leading {
    events: Vec<[u8; 32]>,
    end: Option<(u64, u64, ActorSignature)>,
}

/// What one segment holds of signatures.
#[derive(Default)]
pub(crate) struct SegmentSignatures {
    wanted: &'static [u16],
    candidates: Vec<Candidate>,
    records: Vec<KeyRecord>,
    leading: Leading,
    open: Option<OpenCommand>,
    saw_first: bool,
    findings: Vec<(u64, &'static str)>,
}

const MIXED: &str = "a batch is signed as a whole or not at all, by the one actor whom all its records name";
const NOT_SIGNED: &str = "the actor's signature is not one over this batch at this place in this ledger";
const NOT_THEIRS: &str = "the key was not the actor's when this was recorded";

impl SegmentSignatures {
    pub(crate) fn new(wanted: &'static [u16]) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Takes the next record, behind the one with hash `previous`.
    #[inline]
    pub(crate) fn take(&mut self, view: &RecordView<'_>, genesis: &RecordHash, previous: RecordHash) {
        if self.wanted.contains(&view.event_type) {
            self.records.push(KeyRecord {
                index: view.index.0,
                stream: view.stream,
                event_type: view.event_type,
                version: view.schema_version,
                body: view.body.to_vec(),
            });
        }
        self.saw_first |= view.flags.has(Flags::FIRST);
        if view.flags.has(Flags::SIGNED) {
            self.take_signed(view, genesis, previous);
        } else if self.open.take().is_some() {
            self.findings.push((view.index.0, MIXED));
        }
    }

    fn take_signed(&mut self, view: &RecordView<'_>, genesis: &RecordHash, previous: RecordHash) {
        let event = SignedEvent::digest_of(view);
        let index = view.index.0;
        if let Some(command_id) = view.command_id {
            let place = CommandPlace {
                genesis: *genesis,
                previous,
                command_id: *command_id,
                actor: view.actor,
                recorded_at: view.recorded_at,
            };
            self.open =
                Some(OpenCommand { first: index, actor: view.actor, digest: CommandDigest::new(&place) });
        }
        if view.actor == 0 || self.open.as_ref().is_some_and(|open| open.actor != view.actor) {
            self.findings.push((index, MIXED));
        }
        match (self.open.take(), view.signature) {
            (Some(mut open), signature) => {
                open.digest.push(&event);
                match signature {
                    None => self.open = Some(open),
                    Some(signature) => {
                        let OpenCommand { first, actor, digest } = open;
                        let digest = digest.finish();
                        self.candidates.push(Candidate { first, last: index, actor, signature, digest });
                    }
                }
            }
            (None, _) if self.saw_first => self.findings.push((index, MIXED)),
            (None, signature) => {
                self.leading.events.push(event);
                self.leading.end = signature.map(|signature| (index, view.actor, signature));
            }
        }
    }
}

/// Follows signatures through the log.
pub(crate) struct Signatures<'a> {
    keys: Option<&'a dyn ActorKeys>,
    /// A signed batch that goes on in the next segment.
    open: Option<OpenCommand>,
    /// What was read so far belongs to a batch that began before it: what was signed is not known.
    in_unread_batch: bool,
}

impl<'a> Signatures<'a> {
    pub(crate) fn new(keys: Option<&'a dyn ActorKeys>) -> Self {
        Self { keys, open: None, in_unread_batch: false }
    }

    /// Begins where a batch may be under way.
    pub(crate) fn join(&mut self) {
        self.in_unread_batch = true;
    }

    pub(crate) fn key_events(&self) -> &'static [u16] {
        self.keys.map_or(&[], ActorKeys::event_types)
    }

    /// Takes what a segment holds.
    pub(crate) fn take(&mut self, number: u64, mut found: SegmentSignatures, report: &mut Report) {
        let path = Family::Segment.path(number);
        let find = |record: u64, what: &str, report: &mut Report| {
            let path = Family::Segment.path(record / SEGMENT_RECORDS);
            report.find(Finding::new("signature", &path, what).record(record));
        };
        let is_unread = self.in_unread_batch;
        self.in_unread_batch &= !found.saw_first && found.leading.end.is_none();
        match (self.open.take(), found.leading.end) {
            _ if is_unread => {}
            (Some(mut open), Some((last, actor, signature))) if actor == open.actor => {
                found.leading.events.iter().for_each(|event| open.digest.push(event));
                let digest = open.digest.finish();
                let OpenCommand { first, actor, .. } = open;
                found.candidates.insert(0, Candidate { first, last, actor, signature, digest });
            }
            (None, None) if found.leading.events.is_empty() => {}
            // The log may end inside the batch, which is judged elsewhere.
            (Some(_), None) if !found.saw_first => {}
            (open, end) => {
                let at = end.map(|(last, ..)| last).or(open.map(|open| open.first));
                find(at.unwrap_or(number * SEGMENT_RECORDS), MIXED, report);
            }
        }
        self.open = found.open;
        for (record, what) in found.findings {
            find(record, what, report);
        }
        let holds: Vec<bool> = found
            .candidates
            .par_iter()
            .map(|candidate| candidate.signature.has_signed(&candidate.digest))
            .collect();
        let mut records = found.records.into_iter().peekable();
        for (candidate, holds) in found.candidates.iter().zip(holds) {
            report.signatures += 1;
            if !holds {
                find(candidate.last, NOT_SIGNED, report);
            }
            let Some(keys) = self.keys else { continue };
            while let Some(record) = records.next_if(|record| record.index < candidate.first) {
                keys.take(record.stream, record.event_type, record.version, &record.body);
            }
            match keys.standing(candidate.actor, &candidate.signature.key) {
                Standing::InForce => {}
                Standing::NotInForce => find(candidate.last, NOT_THEIRS, report),
                Standing::Unknown => {
                    let why = "a newer version says whose key it is".to_owned();
                    report.undecide(&path, Some(candidate.last), why);
                }
            }
        }
        if let Some(keys) = self.keys {
            for record in records {
                keys.take(record.stream, record.event_type, record.version, &record.body);
            }
        }
    }
}
