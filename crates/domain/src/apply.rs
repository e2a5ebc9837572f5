//! From recorded events to states.

use crate::{record::EventRef, rules::Place, view::Store, violation::ReplayError};

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
    event.admit(store, &place).and_then(|()| event.fold(store, meta)).map_err(|violation| ReplayError {
        record: meta.index,
        event: event.name(),
        violation,
    })?;
    for key in event.claims() {
        store.claim(key, meta.index);
    }
    Ok(())
}
