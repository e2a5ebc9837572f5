//! Asks of every record whether the rules admit it where it stands: what `verify --rules` does.

use docket_domain::{ReplayError, StreamKind, StreamRef};
use docket_log::{Reader, StoreError};
use docket_proof::RecordView;

use crate::{
    cited::{self, Kind, Recent, read_kind},
    error::ProjectionError,
    follow::zone_of,
    states::{FoldError, States, read},
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
            Self::Body { record, .. } => *record,
        }
    }

    /// Returns the name of the rule that stands against it, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Rule { error } => error.violation.rule(),
            Self::Body { .. } => "body-readable",
        }
    }
}

/// Records that are listed at most.
const MAX_LISTED: usize = 100;

/// Replays the log through the rules that every command obeys.
///
/// A record against which a rule stands changes no state; what comes after it is judged without it.
///
/// # Errors
/// When the log cannot be read.
pub fn check_history(reader: &Reader, progress: &dyn Fn(u64)) -> Result<HistoryCheck, ProjectionError> {
    let mut states = States::new(zone_of(reader)?);
    let mut impossible = Vec::new();
    let mut more = 0;
    // A stream that begins with an event of a newer version: nothing can be said of what names it.
    let mut unknown = 0;
    let mut recent = Recent::default();
    reader.for_each(0..reader.size(), |record, _| {
        if record.index.0 % 8_192 == 0 {
            progress(record.index.0);
        }
        let judged = judge(&mut states, &recent, reader, &record);
        recent.note(record.index.0, kind_of(&record));
        let found = match judged? {
            Ok(()) => return Ok::<(), ProjectionError>(()),
            Err(FoldError::Newer { .. }) => {
                unknown += 1;
                return Ok(());
            }
            Err(FoldError::Rule(error)) => Impossible::Rule { error },
            Err(FoldError::Body { index, source }) => {
                Impossible::Body { record: index, why: source.to_string() }
            }
        };
        if impossible.len() < MAX_LISTED {
            impossible.push(found);
        } else {
            more += 1;
        }
        Ok(())
    })?;
    Ok(HistoryCheck { size: reader.size(), unknown: unknown + states.unknown(), impossible, more })
}

/// Judges a record, and folds it in if nothing stands against it.
fn judge(
    states: &mut States,
    recent: &Recent,
    reader: &Reader,
    record: &RecordView<'_>,
) -> Result<Result<(), FoldError>, StoreError> {
    let event = match read(record) {
        Ok(event) => event,
        Err(error) => return Ok(Err(error)),
    };
    if let Some((event, meta)) = &event {
        let find = |older| recent.find(older).map_or_else(|| read_kind(reader, older), Ok);
        if let Err(violation) = cited::judge(event, meta.index, find)? {
            let error = ReplayError { record: meta.index, event: event.name(), violation };
            return Ok(Err(FoldError::Rule(error)));
        }
    }
    Ok(states.fold_read(record, event.as_ref()))
}

fn kind_of(record: &RecordView<'_>) -> Kind {
    (StreamRef { kind: StreamKind(record.stream.kind), id: record.stream.id }, record.event_type)
}
