//! The events of a case.

use crate::{
    body::EventBody,
    case::{
        reason::{Channel, CloseReason, Outcome, ReopenGround},
        state::{CaseClosure, CaseReply, CaseState, permit},
        status::CaseAct,
    },
    id::{CaseId, OfficialId, StreamRef, UnitId},
    label::Label,
    labels::Labels,
    personal::PersonalField,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    time::Timestamp,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// A case entered the ledger. What it is about, in words, and who raised it are personal fields.
    pub struct CaseRegistered {
        /// The unit where it was raised.
        pub unit: Option<UnitId>,
        /// By which way it came in.
        pub channel: Channel,
        /// Its category: the term that rules and reports go by.
        pub category: Option<Label>,
        /// Further terms.
        pub labels: Labels,
        /// Until when it is due according to its source: a claim, beside the terms that rules compute. May lie before
        /// the registration, as the source has it.
        pub stated_due: Option<Timestamp>,
        /// The civil time of `stated_due` occurred twice in its zone; the earlier moment was taken.
        pub ambiguous_due: bool,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 384, version 1, opens CaseId;
    personal CaseRegisteredPersonal {
        contact: Contact,
        address: Address,
        title: Title,
        text: Text,
        petitioner: Petitioner,
        location: Location,
        street: Street,
        postal_code: PostalCode,
        coordinates: Coordinates,
    } requires [];
}

crate::event! {
    /// A case was given to a unit, or to another one.
    pub struct CaseAssigned {
        /// The unit that is to handle it.
        pub unit: UnitId,
        /// The official who is to handle it.
        pub handler: Option<OfficialId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 385, version 1, continues CaseId;
    personal none;
}

crate::event! {
    /// Something was done about a case.
    pub struct StepTaken {
        /// The name of the activity, a term of the office's or of the imported process.
        pub activity: Label,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 386, version 1, continues CaseId;
    personal StepTakenPersonal { text: Text } requires [];
}

crate::event! {
    /// The reply was delivered to the petitioner.
    pub struct ReplyDelivered {
        /// What it says to the request.
        pub outcome: Outcome,
        /// Who approved it; not the case's handler.
        pub approver: Option<OfficialId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 387, version 1, continues CaseId;
    personal ReplyDeliveredPersonal { text: Text } requires [];
}

crate::event! {
    /// A case was closed.
    pub struct CaseClosed {
        /// Why.
        pub reason: CloseReason,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 388, version 1, continues CaseId;
    personal CaseClosedPersonal { reason: Reason } requires [];
}

crate::event! {
    /// A closed case was taken up again: a new run begins.
    pub struct CaseReopened {
        /// Why.
        pub ground: ReopenGround,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 389, version 1, continues CaseId;
    personal CaseReopenedPersonal { text: Text } requires [];
}

impl Rules for CaseRegistered {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(unit) = self.unit {
            name(Role::RaisedAt, unit.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_case(CaseState::registered(self, meta));
        Ok(())
    }
}

impl Rules for CaseAssigned {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Responsible, self.unit.stream());
        if let Some(handler) = self.handler {
            name(Role::Handler, handler.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        permitted::<Self>(CaseAct::Assign, view, place).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let case = advance::<Self>(CaseAct::Assign, store, meta)?;
        case.unit = Some(self.unit);
        case.handler = self.handler;
        case.assigned_record = Some(meta.index);
        Ok(())
    }
}

impl Rules for StepTaken {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        permitted::<Self>(CaseAct::Step, view, place).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        advance::<Self>(CaseAct::Step, store, meta).map(drop)
    }
}

impl Rules for ReplyDelivered {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(approver) = self.approver {
            name(Role::Approver, approver.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Reply, view, place)?;
        match self.approver {
            Some(approver) if case.handler == Some(approver) => Err(Violation::ApproverIsHandler {
                case: id,
                approver,
                record: case.assigned_record.unwrap_or(case.registered_record),
            }),
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let case = advance::<Self>(CaseAct::Reply, store, meta)?;
        case.reply = Some(CaseReply {
            delivered: meta.occurred,
            recorded_at: meta.recorded_at,
            record: meta.index,
            outcome: self.outcome,
        });
        Ok(())
    }
}

impl Rules for CaseClosed {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Close, view, place)?;
        let status = case.status;
        match self.reason {
            CloseReason::Replied if case.reply.is_none() => {
                Err(Violation::NoReply { case: id, status, record: case.status_record })
            }
            CloseReason::AsStatedBySource if self.origin.is_none() => {
                Err(Violation::NoOrigin { case: id, status })
            }
            CloseReason::Anonymous | CloseReason::Unreachable | CloseReason::Other
                if !place.has(PersonalField::Reason) =>
            {
                Err(Violation::NoReasonInWords { case: id, status })
            }
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let case = advance::<Self>(CaseAct::Close, store, meta)?;
        case.closure = Some(CaseClosure {
            closed: meta.occurred,
            recorded_at: meta.recorded_at,
            record: meta.index,
            reason: self.reason,
        });
        Ok(())
    }
}

impl Rules for CaseReopened {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        permitted::<Self>(CaseAct::Reopen, view, place).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let case = advance::<Self>(CaseAct::Reopen, store, meta)?;
        case.runs = case.runs.saturating_add(1);
        // The reply and the closing belong to the run that ended; this one needs its own.
        case.reply = None;
        case.closure = None;
        Ok(())
    }
}

/// Returns the case of the stream, if the act is permitted on it.
fn permitted<'v, B: EventBody<Id = CaseId>>(
    act: CaseAct,
    view: &'v impl View,
    place: &Place<'_>,
) -> Result<(CaseId, &'v CaseState), Violation> {
    let (id, case) = own::<B>(view, place.stream)?;
    permit(id, case, act, place.occurred)?;
    Ok((id, case))
}

/// Takes the case of the stream on to the status after the act, and counts the record.
fn advance<'s, B: EventBody<Id = CaseId>>(
    act: CaseAct,
    store: &'s mut impl Store,
    meta: &RecordMeta,
) -> Result<&'s mut CaseState, Violation> {
    let (id, case) = own::<B>(store, meta.stream)?;
    let status = permit(id, case, act, meta.occurred)?;
    let case = own_mut::<B>(store, meta.stream)?;
    case.advance(status, meta);
    case.count(meta);
    Ok(case)
}
