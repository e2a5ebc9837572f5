//! What is known of a case.

use serde::{Deserialize, Serialize};

use crate::{
    campaign::Backlog,
    case::{
        intake::CaseRegistered,
        rare::CaseRare,
        reason::{Channel, CloseReason, Outcome, ReviewOutcome},
        status::{CaseAct, CaseStatus},
    },
    id::{CaseId, OfficialId, UnitId},
    label::Label,
    mark::Mark,
    record::RecordMeta,
    satisfaction::Surveys,
    time::{OccurredAt, Timestamp},
    violation::Violation,
};

/// What is known of a case. No personal values: it is kept in index pages. Compact: what only some cases have is boxed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CaseState {
    /// Where it stands.
    pub status: CaseStatus,
    /// By which way it came in.
    pub channel: Channel,
    /// Whether nobody is named whom one could tell or reply to.
    pub anonymous: bool,
    /// Whether its source states until when it is due.
    pub(super) has_due: bool,
    /// How many times it was taken up: 1, and one more for each reopening.
    pub runs: u16,
    /// How many records of its stream were applied.
    pub records: u32,
    /// The record that set the status.
    pub status_record: u64,
    /// The last record of its stream.
    pub last_record: u64,
    /// When it was raised, as claimed, and the record that registered it, or split it off.
    pub(super) registration: Mark,
    /// Its category.
    pub category: Option<Label>,
    /// The unit where it was raised.
    pub raised_at: Option<UnitId>,
    /// The unit it was last assigned to.
    pub unit: Option<UnitId>,
    /// The unit above that one, as the register had it then.
    pub above: Option<UnitId>,
    /// The official it was last assigned to.
    pub handler: Option<OfficialId>,
    /// The unit of the official who last assigned it.
    pub sender: Option<UnitId>,
    /// The last assignment.
    pub assigned: Option<Mark>,
    /// The acceptance; where a later run began, its beginning.
    pub accepted: Option<Mark>,
    /// Until when it is due according to its source, if that states anything.
    pub(super) due: Timestamp,
    /// The reply of the current run.
    pub reply: Option<CaseReply>,
    /// The closing of the current run; `None` while it is open.
    pub closure: Option<CaseClosure>,
    /// The follow-up on the reply of the current run. Most cases have one: it is not among what only some have.
    pub followed_up: Option<Mark>,
    /// The lists of campaigns it stood on; `None` for a case that was on none.
    pub backlog: Option<Box<Backlog>>,
    /// The times its petitioner was asked whether they are satisfied.
    pub(crate) surveys: Option<Box<Surveys>>,
    pub(crate) rare: Option<Box<CaseRare>>,
}

/// The reply to a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CaseReply {
    /// When it was delivered, as claimed, and the record.
    pub mark: Mark,
    /// Who approved it.
    pub approver: Option<OfficialId>,
    /// What it says to the request.
    pub outcome: Outcome,
}

/// The closing of a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CaseClosure {
    /// When it was closed, as claimed, and the record.
    pub mark: Mark,
    /// Why.
    pub reason: CloseReason,
}

/// How a case stands to the due date that its source states. What is open counts as open, however late.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Timeliness {
    /// Closed at the stated moment or before.
    ClosedByIt,
    /// Closed after it.
    ClosedAfterIt,
    /// Open, with a stated due date.
    Open,
    /// Declined, withdrawn, merged or void, with a stated due date.
    Ended,
    /// No due date is stated.
    NoneStated,
}

impl CaseState {
    /// Returns the unit that answers for it: the one it is assigned to, or else the one where it was raised.
    pub fn responsible(&self) -> Option<UnitId> {
        self.unit.or(self.raised_at)
    }

    /// Returns when it was raised, as claimed.
    pub fn registered(&self) -> OccurredAt {
        self.registration.occurred()
    }

    /// Returns the record that registered it, or split it off.
    pub const fn registered_record(&self) -> u64 {
        self.registration.record()
    }

    /// Returns until when it is due according to its source.
    pub const fn stated_due(&self) -> Option<Timestamp> {
        if self.has_due { Some(self.due) } else { None }
    }

    /// Says how it stands to its stated due date. The first moment of a closing known less exactly counts.
    pub fn stated_timeliness(&self) -> Timeliness {
        match (self.stated_due(), self.closed()) {
            (None, _) => Timeliness::NoneStated,
            (Some(_), _) if self.is_live() => Timeliness::Open,
            (Some(_), None) => Timeliness::Ended,
            (Some(due), Some(closure)) if closure.mark.at() <= due => Timeliness::ClosedByIt,
            (Some(_), Some(_)) => Timeliness::ClosedAfterIt,
        }
    }

    /// Returns how it was closed, if it is closed or final. A case under review keeps its closing, and is open.
    pub fn closed(&self) -> Option<&CaseClosure> {
        self.closure.as_ref().filter(|_| matches!(self.status, CaseStatus::Closed | CaseStatus::Final))
    }

    /// Returns when it was accepted first, whatever run it is in.
    pub fn first_accepted(&self) -> Option<Mark> {
        let first = self.rare().and_then(|rare| rare.past.first());
        first.map_or(self.accepted, |first| first.accepted)
    }

    /// Says whether the same person raised the same matter again: whether it was reopened. A review that set the reply
    /// aside took it up again too, and raised nothing new.
    pub fn is_raised_again(&self) -> bool {
        let past = self.rare().map_or(&[][..], |rare| &rare.past);
        past.iter().any(|run| {
            run.rare
                .review
                .as_deref()
                .and_then(|review| review.decision)
                .is_none_or(|made| made.outcome == ReviewOutcome::Upheld)
        })
    }

    /// Says whether the office still has something to do.
    pub const fn is_live(&self) -> bool {
        self.status.is_live()
    }

    pub(crate) fn new(body: &CaseRegistered, meta: &RecordMeta) -> Self {
        Self {
            status: CaseStatus::Registered,
            channel: body.channel,
            anonymous: body.anonymous,
            runs: 1,
            records: 1,
            status_record: meta.index,
            last_record: meta.index,
            registration: Mark::of(meta),
            category: body.category.clone(),
            raised_at: body.unit,
            unit: None,
            above: None,
            handler: None,
            sender: None,
            assigned: None,
            accepted: None,
            due: body.stated_due.unwrap_or(Timestamp(0)),
            has_due: body.stated_due.is_some(),
            reply: None,
            closure: None,
            followed_up: None,
            backlog: None,
            surveys: None,
            rare: None,
        }
    }

    /// Counts a record of its stream.
    pub(crate) fn count(&mut self, meta: &RecordMeta) {
        self.records = self.records.saturating_add(1);
        self.last_record = meta.index;
    }

    /// Takes it on to a status.
    pub(crate) fn advance(&mut self, status: CaseStatus, meta: &RecordMeta) {
        if status == self.status {
            return;
        }
        self.status = status;
        self.status_record = meta.index;
        if let Some(backlog) = self.backlog.as_deref_mut() {
            backlog.turn(status, Mark::of(meta));
        }
    }
}

/// Returns the status after the act, if the case's status and registration permit it.
pub(crate) fn permit(
    id: CaseId,
    case: &CaseState,
    act: CaseAct,
    occurred: OccurredAt,
) -> Result<CaseStatus, Violation> {
    let status = case.status.after(act).ok_or(Violation::NotAllowed {
        case: id,
        act,
        status: case.status,
        record: case.status_record,
    })?;
    if occurred.is_certainly_before(case.registered()) {
        return Err(Violation::BeforeRegistration { case: id, record: case.registered_record() });
    }
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Labels, Precision, StreamKind, StreamRef};

    #[test]
    fn millions_of_cases_are_small() {
        assert!(size_of::<CaseState>() <= 216, "{}", size_of::<CaseState>());
        assert!(size_of::<CaseRare>() <= 136, "{}", size_of::<CaseRare>());
        assert!(size_of::<Surveys>() <= 64, "{}", size_of::<Surveys>());
    }

    #[test]
    fn closing_at_the_stated_moment_is_in_time() {
        let at = |at| OccurredAt { at: Timestamp(at), precision: Precision::Second };
        let meta = RecordMeta {
            index: 0,
            recorded_at: Timestamp(0),
            occurred: at(0),
            actor: None,
            stream: StreamRef { kind: StreamKind::CASE, id: 1 },
            position: 0,
        };
        let body = CaseRegistered {
            unit: None,
            channel: Channel::Other,
            category: None,
            labels: Labels::default(),
            stated_due: Some(Timestamp(10)),
            ambiguous_due: false,
            anonymous: false,
            source_record: None,
            origin: None,
        };
        let mut case = CaseState::new(&body, &meta);
        assert_eq!(case.stated_timeliness(), Timeliness::Open);
        let closed =
            |moment| CaseClosure { mark: Mark::new(at(moment), 1), reason: CloseReason::AsStatedBySource };
        for (moment, expected) in [(10, Timeliness::ClosedByIt), (11, Timeliness::ClosedAfterIt)] {
            (case.status, case.closure) = (CaseStatus::Closed, Some(closed(moment)));
            assert_eq!(case.stated_timeliness(), expected);
        }
        case.status = CaseStatus::UnderReview;
        assert_eq!(case.stated_timeliness(), Timeliness::Open);
        case.status = CaseStatus::Withdrawn;
        assert_eq!(case.stated_timeliness(), Timeliness::Ended);
        case.has_due = false;
        assert_eq!(case.stated_timeliness(), Timeliness::NoneStated);
    }
}
