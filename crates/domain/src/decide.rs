//! From a command to the events it yields, or to a refusal.

use crate::{
    command::Command,
    event::Event,
    id::{OfficialId, StreamRef},
    personal::PersonalValue,
    rules::Place,
    time::OccurredAt,
    view::View,
    violation::Refusal,
};

/// An event about to be recorded. Its index and its recorded_at are the log's to give.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEvent {
    /// The stream it belongs to.
    pub stream: StreamRef,
    /// Who records it.
    pub actor: Option<OfficialId>,
    /// When it happened, as claimed.
    pub occurred: OccurredAt,
    /// What stands in the log.
    pub event: Event,
    /// What lies outside it, field numbers ascending.
    pub personal: Vec<PersonalValue>,
}

impl NewEvent {
    /// Returns the numbers of the personal fields, ascending.
    pub fn personal_fields(&self) -> Vec<u16> {
        self.personal.iter().map(|value| value.field.number()).collect()
    }
}

/// Returns the events that a command yields, to be recorded all or none.
///
/// Takes the command over, so that personal values are not copied. `view` needs the states of
/// [`Command::reads`] only.
///
/// # Errors
/// When a rule stands against it; nothing may then be recorded.
pub fn decide(view: &impl View, command: Command) -> Result<Vec<NewEvent>, Refusal> {
    let Command { actor, occurred, act } = command;
    let (stream, event, personal) = act.into_event();
    let kind = event.stream_kind();
    let stream = stream.unwrap_or_else(|| StreamRef { kind, id: view.count(kind).saturating_add(1) });
    let new = NewEvent { stream, actor, occurred, event, personal };
    let place = Place { stream, actor, occurred, personal: &new.personal_fields() };
    new.event.admit(view, &place).map_err(Refusal)?;
    Ok(vec![new])
}
