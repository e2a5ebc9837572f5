//! Commands: requests that may be refused.

use crate::{
    case::{
        CaseAssigned, CaseClosed, CaseClosedPersonal, CaseRegistered, CaseRegisteredPersonal, CaseReopened,
        CaseReopenedPersonal, ReplyDelivered, ReplyDeliveredPersonal, StepTaken, StepTakenPersonal,
    },
    event::Event,
    id::{CaseId, OfficialId, StreamKind, StreamRef},
    official::{OfficialRegistered, OfficialRegisteredPersonal},
    personal::PersonalValue,
    source::SourceRegistered,
    time::OccurredAt,
    unit::UnitRegistered,
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

/// What is to be recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Act {
    /// Enter a unit in the register.
    RegisterUnit(UnitRegistered),
    /// Enter an official in the register.
    RegisterOfficial(OfficialRegistered, OfficialRegisteredPersonal),
    /// Take up a file for import.
    RegisterSource(SourceRegistered),
    /// Enter a case.
    RegisterCase(Box<(CaseRegistered, CaseRegisteredPersonal)>),
    /// Give a case to a unit.
    AssignCase(CaseId, CaseAssigned),
    /// Note a step.
    TakeStep(CaseId, StepTaken, StepTakenPersonal),
    /// Deliver the reply.
    DeliverReply(CaseId, ReplyDelivered, ReplyDeliveredPersonal),
    /// Close a case.
    CloseCase(CaseId, CaseClosed, CaseClosedPersonal),
    /// Take a closed case up again.
    ReopenCase(CaseId, CaseReopened, CaseReopenedPersonal),
}

impl Command {
    /// Returns the streams whose states [`decide`](crate::decide) may look at. Ascending, each once.
    pub fn reads(&self) -> Vec<StreamRef> {
        let (stream, event) = self.act.event();
        event.reads(stream, self.actor)
    }
}

impl Act {
    /// Returns the stream it is about, if that is there already, and the event it would yield.
    fn event(&self) -> (Option<StreamRef>, Event) {
        match self {
            Self::RegisterUnit(body) => (None, body.clone().into()),
            Self::RegisterOfficial(body, _) => (None, body.clone().into()),
            Self::RegisterSource(body) => (None, body.clone().into()),
            Self::RegisterCase(case) => (None, case.0.clone().into()),
            Self::AssignCase(case, body) => (Some(case.stream()), body.clone().into()),
            Self::TakeStep(case, body, _) => (Some(case.stream()), body.clone().into()),
            Self::DeliverReply(case, body, _) => (Some(case.stream()), body.clone().into()),
            Self::CloseCase(case, body, _) => (Some(case.stream()), body.clone().into()),
            Self::ReopenCase(case, body, _) => (Some(case.stream()), body.clone().into()),
        }
    }

    /// Returns the kind of stream that it begins, if it begins one.
    pub fn opens(&self) -> Option<StreamKind> {
        let (_, event) = self.event();
        event.opens().then(|| event.stream_kind())
    }

    /// Returns the event it would yield and its personal values, undecided: to compare with what is recorded.
    pub fn into_parts(self) -> (Event, Vec<PersonalValue>) {
        let (_, event, personal) = self.into_event();
        (event, personal)
    }

    /// As [`event`](Self::event), with the personal values.
    pub(crate) fn into_event(self) -> (Option<StreamRef>, Event, Vec<PersonalValue>) {
        match self {
            Self::RegisterUnit(body) => (None, body.into(), Vec::new()),
            Self::RegisterOfficial(body, personal) => (None, body.into(), personal.into_values()),
            Self::RegisterSource(body) => (None, body.into(), Vec::new()),
            Self::RegisterCase(case) => (None, case.0.into(), case.1.into_values()),
            Self::AssignCase(case, body) => (Some(case.stream()), body.into(), Vec::new()),
            Self::TakeStep(case, body, personal) => {
                (Some(case.stream()), body.into(), personal.into_values())
            }
            Self::DeliverReply(case, body, personal) => {
                (Some(case.stream()), body.into(), personal.into_values())
            }
            Self::CloseCase(case, body, personal) => {
                (Some(case.stream()), body.into(), personal.into_values())
            }
            Self::ReopenCase(case, body, personal) => {
                (Some(case.stream()), body.into(), personal.into_values())
            }
        }
    }
}
