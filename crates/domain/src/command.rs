//! Commands: requests that may be refused.

use crate::{
    body::EventBody,
    event::Event,
    id::{OfficialId, StreamKind, StreamRef},
    personal::PersonalValue,
    time::OccurredAt,
};

/// A request to record something that somebody did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Command {
    /// Who records it; `None` when nobody is named.
    pub actor: Option<OfficialId>,
    /// When it happened, as claimed.
    pub occurred: OccurredAt,
    /// What.
    pub act: Act,
}

/// What is to be recorded: an event, the stream it continues, and its personal values.
///
/// Made by [`open`](Self::open) and [`on`](Self::on), which take the personal values of that event and no other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Act {
    stream: Option<StreamRef>,
    event: Event,
    personal: Vec<PersonalValue>,
}

impl Command {
    /// Returns the streams whose states [`decide`](crate::decide) may look at. Ascending, each once.
    pub fn reads(&self) -> Vec<StreamRef> {
        self.act.event.reads(self.act.stream, self.actor)
    }
}

impl Act {
    /// Asks for an event that opens a stream of its own: a registration. The stream gets the next id of its kind.
    pub fn open<B: EventBody + Into<Event>>(body: B, personal: B::Personal) -> Self {
        Self { stream: None, event: body.into(), personal: personal.into() }
    }

    /// Asks for an event that continues the stream of `id`.
    pub fn on<B: EventBody + Into<Event>>(id: B::Id, body: B, personal: B::Personal) -> Self {
        Self { stream: Some(id.into()), event: body.into(), personal: personal.into() }
    }

    /// Returns the kind of stream that it begins, if it begins one.
    pub fn opens(&self) -> Option<StreamKind> {
        self.event.opens().then(|| self.event.stream_kind())
    }

    /// Returns the event it would yield.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// Returns the event it would yield and its personal values, undecided: to compare with what is recorded.
    pub fn into_parts(self) -> (Event, Vec<PersonalValue>) {
        (self.event, self.personal)
    }

    /// As [`into_parts`](Self::into_parts), with the stream.
    pub(crate) fn into_event(self) -> (Option<StreamRef>, Event, Vec<PersonalValue>) {
        (self.stream, self.event, self.personal)
    }
}
