//! Asks of every record whether the rules admit it where it stands: what `verify --rules` does.

use docket_domain::{Event, ReplayError, View as _};
use docket_log::{Reader, StoreError};

use crate::{
    ahead::{ReadRecord, for_each_read},
    cited::{self, Recent, read_kind},
    error::ProjectionError,
    follow::zone_of,
    states::{FoldError, States},
};

/// What the rules say of a history.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use]
pub struct HistoryCheck {
    /// Records that were judged.
    pub size: u64,
    /// Records whose event this version does not know: they were not judged.
    pub unknown: u64,
    /// The first records that no command could have made, in order. What follows from one may count again.
    pub impossible: Vec<Impossible>,
    /// How many more there are than are listed.
    pub more: u64,
    /// The first record whose event this version does not know.
    pub first_unknown: Option<u64>,
    /// The first record behind it that no command could have made without it. What it opened or changed nobody here
    /// knows, so such a record is not called impossible.
    pub first_open: Option<Impossible>,
    /// How many of these there are.
    pub open: u64,
}

/// A record that no command could have made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Impossible {
    /// A rule stands against it.
    #[error("{error}: {}", error.violation)]
    Rule {
        /// The record, the event and the rule.
        error: ReplayError,
    },
    /// The rules in force when it was recorded ask for its actor's signature, and it has none.
    #[error(
        "record {record}: {event} is not signed, and the rule set of record {against} asks for its actor's signature"
    )]
    Unsigned {
        /// The record.
        record: u64,
        /// The event.
        event: &'static str,
        /// The record that adopted the rules.
        against: u64,
    },
    /// Its body is not what its type and version say.
    #[error("record {record}: the body cannot be read: {why}")]
    Body {
        /// The record.
        record: u64,
        /// What is wrong with it.
        why: String,
    },
}

impl Impossible {
    /// Returns the record.
    pub const fn record(&self) -> u64 {
        match self {
            Self::Rule { error } => error.record,
            Self::Body { record, .. } | Self::Unsigned { record, .. } => *record,
        }
    }

    /// Returns the name of the rule that stands against it, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Rule { error } => error.violation.rule(),
            Self::Body { .. } => "body-readable",
            Self::Unsigned { .. } => "actor-signature",
        }
    }
}

/// Records that are listed at most.
const MAX_LISTED: usize = 100;

/// Replays the log through the rules that every command obeys.
///
/// A record against which a rule stands changes no state; what comes after it is judged without it. All but one of
/// `threads` read ahead of the judge; the answer is the same for any number.
///
/// # Errors
/// When the log cannot be read.
pub fn check_history(
    reader: &Reader,
    threads: usize,
    progress: &dyn Fn(u64),
) -> Result<HistoryCheck, ProjectionError> {
    let mut states = States::new(zone_of(reader)?);
    let mut found = Found::default();
    // A stream that begins with an event of a newer version: nothing can be said of what names it.
    let mut unknown = 0;
    let mut recent = Recent::default();
    for_each_read(reader, 0..reader.size(), threads, &mut |record: &mut ReadRecord, personal: &[u16]| {
        if record.meta.index.is_multiple_of(8_192) {
            progress(record.meta.index);
        }
        if let Some(unsigned) = unsigned(&states, record) {
            found.note(unsigned);
        }
        let unknown_before = states.unknown();
        let judged = judge(&mut states, &recent, reader, record, personal);
        if states.unknown() > unknown_before {
            found.first_unknown.get_or_insert(record.meta.index);
        }
        recent.note(record.meta.index, (record.meta.stream, record.event_type));
        match judged? {
            Ok(()) => {}
            Err(FoldError::Newer { index }) => {
                unknown += 1;
                found.first_unknown.get_or_insert(index);
            }
            Err(FoldError::Rule(error)) => found.note(Impossible::Rule { error }),
            Err(FoldError::Body { index, source }) => {
                found.note(Impossible::Body { record: index, why: source.to_string() });
            }
        }
        Ok(())
    })?;
    let Found { impossible, more, first_unknown, first_open, open } = found;
    let unknown = unknown + states.unknown();
    Ok(HistoryCheck { size: reader.size(), unknown, impossible, more, first_unknown, first_open, open })
}

/// What stands against records.
#[derive(Default)]
struct Found {
    impossible: Vec<Impossible>,
    more: u64,
    first_unknown: Option<u64>,
    first_open: Option<Impossible>,
    open: u64,
}

impl Found {
    fn note(&mut self, one: Impossible) {
        // A body says by itself that it is none.
        if self.first_unknown.is_some() && !matches!(one, Impossible::Body { .. }) {
            self.open += 1;
            self.first_open.get_or_insert(one);
        } else if self.impossible.len() < MAX_LISTED {
            self.impossible.push(one);
        } else {
            self.more += 1;
        }
    }
}

/// Looks for a signature that the rules ask for: those in force when it was recorded, not when it is said to have happened,
/// which whoever leaves the signature out could choose.
fn unsigned(states: &States, record: &ReadRecord) -> Option<Impossible> {
    if record.is_signed {
        return None;
    }
    let rules = states.rules_at(record.meta.recorded_at)?;
    let event = Event::ALL.iter().find(|(number, ..)| *number == record.event_type)?.2;
    rules.rules.requires_signature(event).then_some(Impossible::Unsigned {
        record: record.meta.index,
        event,
        against: rules.record,
    })
}

/// Judges a record, and folds it in if nothing stands against it.
fn judge(
    states: &mut States,
    recent: &Recent,
    reader: &Reader,
    record: &mut ReadRecord,
    personal: &[u16],
) -> Result<Result<(), FoldError>, StoreError> {
    if let Some(event) = record.event() {
        let find = |older| recent.find(older).map_or_else(|| read_kind(reader, older), Ok);
        if let Err(violation) = cited::judge(event, record.meta.index, find)? {
            let error = ReplayError { record: record.meta.index, event: event.name(), violation };
            return Ok(Err(FoldError::Rule(error)));
        }
    }
    Ok(states.fold_read(record, personal))
}
