//! The reply, and the follow-up on it.

use crate::{
    case::{
        act::{accepts_first, advance, case_subjects, follows, not_handled_by, not_the_handler, permitted},
        reason::Outcome,
        state::CaseReply,
        status::{CaseAct, CaseStatus},
        violation::CaseViolation,
    },
    id::{OfficialId, UnitId},
    mark::Mark,
    record::RecordMeta,
    rules::{Place, Rules},
    source::SourceRow,
    view::{Store, View},
    violation::Violation,
};

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
    /// Somebody followed up on the reply 回访: a body other than those that handled the case.
    pub struct FollowUpMade {
        /// The unit that followed up.
        pub unit: UnitId,
        /// The official who did.
        pub by: Option<OfficialId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 401, version 1, continues CaseId;
    personal FollowUpMadePersonal { text: Text } requires [];
}

impl Rules for ReplyDelivered {
    case_subjects!(approver as Approver);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Reply, view, place)?;
        if accepts_first(case, view, place.occurred, self.origin.as_ref()) {
            if case.status == CaseStatus::Assigned {
                let record = case.assigned.map_or(case.registered_record(), Mark::record);
                return Err(CaseViolation::NotAccepted { case: id, record }.into());
            }
            if let Some(accepted) = case.accepted {
                follows(id, place.occurred, accepted, "the acceptance")?;
            }
            if self.approver.is_none() {
                return Err(CaseViolation::NoApprover { case: id, status: case.status }.into());
            }
        }
        self.approver.map_or(Ok(()), |approver| not_the_handler(id, case, approver))
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let case = advance::<Self>(CaseAct::Reply, store, meta)?;
        case.reply = Some(CaseReply { mark: Mark::of(meta), approver: self.approver, outcome: self.outcome });
        Ok(())
    }
}

impl Rules for FollowUpMade {
    case_subjects!(unit as FollowedUpBy, by as AskedBy);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::FollowUp, view, place)?;
        not_handled_by(id, case, self.unit, "a follow-up")?;
        if let Some(reply) = case.reply {
            follows(id, place.occurred, reply.mark, "the reply")?;
        }
        self.by.map_or(Ok(()), |by| not_the_handler(id, case, by))
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        advance::<Self>(CaseAct::FollowUp, store, meta)?.followed_up = Some(Mark::of(meta));
        Ok(())
    }
}
