//! From recorded events to states.

use crate::{
    event::Event,
    record::{EventRef, RecordMeta},
    rules::Place,
    view::Store,
    violation::{ReplayError, Violation},
};

/// Applies a recorded event.
///
/// The rules are those of [`decide`](crate::decide), checked again: a history that no command could have made is found
/// here. `store` needs the states of [`Event::reads`](crate::Event::reads) only.
///
/// # Errors
/// When a rule stands against the event. The states are then as before.
pub fn apply(store: &mut impl Store, recorded: &EventRef<'_>) -> Result<(), ReplayError> {
    let EventRef { event, meta, personal } = *recorded;
    let place = Place { stream: meta.stream, actor: meta.actor, occurred: meta.occurred, personal };
    event.admit(store, &place).map_err(|violation| refused(event, meta, violation))?;
    apply_decided(store, event, meta)
}

/// Applies an event that [`decide`](crate::decide) has just yielded against these very states: the rules, which it obeys,
/// are not gone through a second time.
///
/// For whoever decides and records; whoever reads a log calls [`apply`].
///
/// # Errors
/// When the states are not those it was decided against.
pub fn apply_decided(store: &mut impl Store, event: &Event, meta: &RecordMeta) -> Result<(), ReplayError> {
    event.fold(store, meta).map_err(|violation| refused(event, meta, violation))?;
    for key in event.claims() {
        store.claim(key, meta.index);
    }
    Ok(())
}

fn refused(event: &Event, meta: &RecordMeta, violation: Violation) -> ReplayError {
    ReplayError { record: meta.index, event: event.name(), violation }
}
