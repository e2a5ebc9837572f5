//! How a case ends, and begins again.

use crate::{
    case::{
        act::{advance, case_subjects, owes_no_reply, permitted},
        reason::{CloseReason, ReopenGround},
        state::CaseClosure,
        status::CaseAct,
        violation::CaseViolation,
    },
    id::OfficialId,
    mark::Mark,
    personal::PersonalField,
    record::RecordMeta,
    rules::{Place, Rules},
    source::SourceRow,
    view::{Store, View},
    violation::Violation,
};

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

crate::event! {
    /// The petitioner withdrew the case 撤回.
    pub struct CaseWithdrawn {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 408, version 1, continues CaseId;
    personal CaseWithdrawnPersonal { text: Text } requires [];
}

crate::event! {
    /// A case was voided 作废: it should never have been entered.
    pub struct CaseVoided {
        /// Who approved it: not the one who records it.
        pub approver: Option<OfficialId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 409, version 1, continues CaseId;
    personal CaseVoidedPersonal { reason: Reason } requires [Reason];
}

impl Rules for CaseClosed {
    case_subjects!();

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
            _ => owes_no_reply(id, case),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        advance::<Self>(CaseAct::Close, store, meta)?.closure =
            Some(CaseClosure { mark: Mark::of(meta), reason: self.reason });
        Ok(())
    }
}

impl Rules for CaseReopened {
    case_subjects!();

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        permitted::<Self>(CaseAct::Reopen, view, place).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        // The reply and the closing belong to the run that ended; the next one needs its own.
        advance::<Self>(CaseAct::Reopen, store, meta)?.begin_run(Mark::of(meta));
        Ok(())
    }
}

impl Rules for CaseWithdrawn {
    case_subjects!();

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Withdraw, view, place)?;
        owes_no_reply(id, case)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        advance::<Self>(CaseAct::Withdraw, store, meta)?.rare_mut().ended = Some(Mark::of(meta));
        Ok(())
    }
}

impl Rules for CaseVoided {
    case_subjects!(approver as Approver);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Void, view, place)?;
        owes_no_reply(id, case)?;
        match self.approver {
            Some(approver) if place.actor == Some(approver) => {
                Err(CaseViolation::VoidedByOne { case: id, approver }.into())
            }
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        advance::<Self>(CaseAct::Void, store, meta)?.rare_mut().ended = Some(Mark::of(meta));
        Ok(())
    }
}
