//! Reviews 复查 of a reply and re-checks 复核 of a review.

use crate::{
    case::{
        act::{advance, advance_to, case_subjects, follows, of_unit, permitted, rules},
        intake::within,
        rare::{Appeal, AppealDecision},
        reason::{CloseReason, ReviewOutcome},
        state::{CaseClosure, CaseState},
        status::{CaseAct, CaseStatus},
        violation::CaseViolation,
    },
    id::{CaseId, OfficialId, UnitId},
    mark::Mark,
    record::RecordMeta,
    rule_set::{Clock, Decider, RuleSet},
    rules::{Place, Rules, subject},
    source::SourceRow,
    subject::Role,
    time::Timestamp,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// The petitioner asked for a review of the reply 申请复查.
    pub struct ReviewRequested {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 402, version 1, continues CaseId;
    personal ReviewRequestedPersonal { text: Text } requires [];
}

crate::event! {
    /// A review was decided 复查意见. A reply that stands closes the case; one set aside begins a new run.
    pub struct ReviewDecided {
        /// The unit that decided.
        pub unit: UnitId,
        /// The official of that unit who decided: nobody who decided before.
        pub by: OfficialId,
        /// What was decided.
        pub outcome: ReviewOutcome,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 403, version 1, continues CaseId;
    personal ReviewDecidedPersonal { text: Text } requires [];
}

crate::event! {
    /// The petitioner asked for a re-check of the review 申请复核.
    pub struct RecheckRequested {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 404, version 1, continues CaseId;
    personal RecheckRequestedPersonal { text: Text } requires [];
}

crate::event! {
    /// A re-check was decided 复核意见. It is final 终结.
    pub struct RecheckDecided {
        /// The unit that decided.
        pub unit: UnitId,
        /// The official of that unit who decided: nobody who decided before.
        pub by: OfficialId,
        /// What was decided.
        pub outcome: ReviewOutcome,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 405, version 1, continues CaseId;
    personal RecheckDecidedPersonal { text: Text } requires [];
}

impl Rules for ReviewRequested {
    case_subjects!();

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::RequestReview, view, place)?;
        if let Some(review) = case.review() {
            return Err(CaseViolation::ReviewedAlready { case: id, record: review.requested.record() }.into());
        }
        let Some(reply) = case.reply else {
            return Err(Violation::NoReply { case: id, status: case.status, record: case.status_record });
        };
        follows(id, place.occurred, reply.mark, "the reply")?;
        in_window(id, case, (Clock::ReviewWindow, Clock::ReviewDecide), reply.mark.at(), view, place)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let requested = Box::new(Appeal { requested: Mark::of(meta), decision: None });
        advance::<Self>(CaseAct::RequestReview, store, meta)?.rare_mut().run.review = Some(requested);
        Ok(())
    }
}

/// Refuses an appeal that the rules do not know, or whose window is over. A window runs by the rules of when it began;
/// where those had none, the appeal may be asked for at any time.
fn in_window(
    id: CaseId,
    case: &CaseState,
    (window, decide): (Clock, Clock),
    began: Timestamp,
    view: &impl View,
    place: &Place<'_>,
) -> Result<(), Violation> {
    let rules = rules(view, place.occurred);
    if rules.and_then(|rules| rules.term(decide)).is_none() {
        let rules = rules.map(|rules| rules.name.clone());
        return Err(CaseViolation::NoTerm { case: id, clock: decide, rules }.into());
    }
    match view.rules_at(began) {
        Some(then) if then.rules.term(window).is_some() => within(id, case, window, view, place),
        _ => Ok(()),
    }
}

impl Rules for ReviewDecided {
    case_subjects!(unit as DecidingUnit, by as DecidedBy);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::DecideReview, view, place)?;
        if let Some(review) = case.review() {
            follows(id, place.occurred, review.requested, "the request for the review")?;
        }
        self.decider().check(id, case, view, place)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let decision = self.decider().decision(self.outcome, store, meta)?;
        let status = match self.outcome {
            ReviewOutcome::Upheld => CaseStatus::Closed,
            ReviewOutcome::SetAside => CaseStatus::InProgress,
        };
        let case = advance_to::<Self>(status, store, meta)?;
        if let Some(review) = &mut case.rare_mut().run.review {
            review.decision = Some(decision);
        }
        match self.outcome {
            ReviewOutcome::Upheld => close(case, meta),
            ReviewOutcome::SetAside => case.begin_run(Mark::of(meta)),
        }
        Ok(())
    }
}

impl ReviewDecided {
    const fn decider(&self) -> Deciding {
        Deciding { unit: self.unit, by: self.by, clock: Clock::ReviewDecide }
    }
}

/// Closes a case that was under review or re-check, unless it was closed before.
fn close(case: &mut CaseState, meta: &RecordMeta) {
    case.closure.get_or_insert(CaseClosure { mark: Mark::of(meta), reason: CloseReason::Replied });
}

impl Rules for RecheckRequested {
    case_subjects!();

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::RequestRecheck, view, place)?;
        let Some(decision) = case.review().and_then(|review| review.decision) else {
            return Err(CaseViolation::NotReviewed { case: id, record: case.status_record }.into());
        };
        follows(id, place.occurred, decision.decided, "the decision of the review")?;
        let clocks = (Clock::RecheckWindow, Clock::RecheckDecide);
        in_window(id, case, clocks, decision.decided.at(), view, place)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let requested = Box::new(Appeal { requested: Mark::of(meta), decision: None });
        advance::<Self>(CaseAct::RequestRecheck, store, meta)?.rare_mut().run.recheck = Some(requested);
        Ok(())
    }
}

impl Rules for RecheckDecided {
    case_subjects!(unit as DecidingUnit, by as DecidedBy);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::DecideRecheck, view, place)?;
        if let Some(recheck) = case.recheck() {
            follows(id, place.occurred, recheck.requested, "the request for the re-check")?;
        }
        self.decider().check(id, case, view, place)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let decision = self.decider().decision(self.outcome, store, meta)?;
        let case = advance::<Self>(CaseAct::DecideRecheck, store, meta)?;
        let rare = case.rare_mut();
        rare.ended = Some(Mark::of(meta));
        if let Some(recheck) = &mut rare.run.recheck {
            recheck.decision = Some(decision);
        }
        close(case, meta);
        Ok(())
    }
}

impl RecheckDecided {
    const fn decider(&self) -> Deciding {
        Deciding { unit: self.unit, by: self.by, clock: Clock::RecheckDecide }
    }
}

/// Who decides an appeal.
struct Deciding {
    unit: UnitId,
    by: OfficialId,
    clock: Clock,
}

impl Deciding {
    fn decision(
        &self,
        outcome: ReviewOutcome,
        view: &impl View,
        meta: &RecordMeta,
    ) -> Result<AppealDecision, Violation> {
        let above = subject(view, Role::DecidingUnit, self.unit)?.parent;
        Ok(AppealDecision { decided: Mark::of(meta), outcome, unit: self.unit, above, by: self.by })
    }

    fn check(
        &self,
        id: CaseId,
        case: &CaseState,
        view: &impl View,
        place: &Place<'_>,
    ) -> Result<(), Violation> {
        of_unit(view, Role::DecidedBy, self.by, self.unit, place.occurred)?;
        for (official, record) in earlier_deciders(case) {
            if official == self.by {
                return Err(CaseViolation::DecidedEarlier { case: id, by: self.by, record }.into());
            }
        }
        if rules(view, place.occurred).is_some_and(|rules| self.goes_up(rules)) {
            return self.is_above(id, case);
        }
        Ok(())
    }

    fn goes_up(&self, rules: &RuleSet) -> bool {
        rules.stages.iter().any(|stage| stage.clock == self.clock && stage.decider == Decider::OneLevelUp)
    }

    /// Refuses a unit that is not the one above the last to decide. Where the register has none above it, any other will do.
    fn is_above(&self, id: CaseId, case: &CaseState) -> Result<(), Violation> {
        let review = case.review().and_then(|review| review.decision);
        let (below, above, record) = match review {
            Some(review) => (Some(review.unit), review.above, review.decided.record()),
            None => {
                (case.responsible(), case.above, case.reply.map_or(case.status_record, |r| r.mark.record()))
            }
        };
        let Some(below) = below else { return Ok(()) };
        if above.map_or(self.unit != below, |above| self.unit == above) {
            return Ok(());
        }
        Err(CaseViolation::NotOneLevelUp { case: id, unit: self.unit, below, above, record }.into())
    }
}

/// Lists who decided on the case before: the handler, who approved the reply, who decided the review.
fn earlier_deciders(case: &CaseState) -> impl Iterator<Item = (OfficialId, u64)> {
    let assigned = case.assigned.map_or(case.registered_record(), Mark::record);
    let handler = case.handler.map(|handler| (handler, assigned));
    let approver = case.reply.and_then(|reply| Some((reply.approver?, reply.mark.record())));
    let review = case.review().and_then(|review| review.decision);
    let review = review.map(|made| (made.by, made.decided.record()));
    handler.into_iter().chain(approver).chain(review)
}
