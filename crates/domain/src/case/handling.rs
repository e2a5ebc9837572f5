//! What is done while a case is handled.

use crate::{
    case::{
        act::{
            accepts_first, advance, advance_to, case_subjects, follows, not_handled_by, not_the_handler,
            of_unit, permitted, rules,
        },
        clocks::current,
        rare::{ExtensionTime, Supervision, Suspension},
        state::CaseState,
        status::{CaseAct, CaseStatus},
        violation::CaseViolation,
    },
    id::{CaseId, OfficialId, UnitId},
    label::Label,
    mark::Mark,
    record::RecordMeta,
    rule_set::{Approver, Clock},
    rules::{Place, Rules, own},
    source::SourceRow,
    subject::Role,
    view::{Store, View},
    violation::Violation,
};

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
    /// A running term was extended 延期, and the petitioner told why: that of handling, or that of the review or re-check
    /// under way.
    pub struct ExtensionGranted {
        /// By how many days, counted like the term.
        pub days: u32,
        /// Who granted it; in no case the handler.
        pub approver: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 395, version 1, continues CaseId;
    personal ExtensionGrantedPersonal { reason: Reason } requires [Reason];
}

crate::event! {
    /// What is under way was suspended 中止. The evidence for the ground is a personal field.
    pub struct CaseSuspended {
        /// The ground: a word of the rule set in force.
        pub ground: Label,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 396, version 1, continues CaseId;
    personal CaseSuspendedPersonal { reason: Reason } requires [Reason];
}

crate::event! {
    /// What was suspended goes on 恢复.
    pub struct CaseResumed {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 397, version 1, continues CaseId;
    personal none;
}

crate::event! {
    /// A case was given to a further unit 协办. The first stays responsible.
    pub struct CaseCoassigned {
        /// The further unit.
        pub unit: UnitId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 398, version 1, continues CaseId;
    personal none;
}

crate::event! {
    /// A case was brought before a unit above 报请. The unit that has it stays responsible.
    pub struct CaseEscalated {
        /// The unit it was brought before.
        pub to: UnitId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 399, version 1, continues CaseId;
    personal CaseEscalatedPersonal { reason: Reason } requires [Reason];
}

crate::event! {
    /// Supervision was ordered 督办.
    pub struct SupervisionOrdered {
        /// The unit that ordered it.
        pub unit: UnitId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 400, version 1, continues CaseId;
    personal SupervisionOrderedPersonal { text: Text } requires [];
}

crate::event! {
    /// A supervision was answered.
    pub struct SupervisionAnswered {
        /// The unit that ordered it; the oldest of its orders without an answer is answered.
        pub unit: UnitId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 410, version 1, continues CaseId;
    personal SupervisionAnsweredPersonal { text: Text } requires [];
}

impl Rules for StepTaken {
    case_subjects!();

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        permitted::<Self>(CaseAct::Step, view, place).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let (_, case) = own::<Self>(store, meta.stream)?;
        // Where handling begins with an acceptance, a step before it takes nothing up.
        let stays = case.status == CaseStatus::Assigned
            && accepts_first(case, store, meta.occurred, self.origin.as_ref());
        match stays {
            true => advance_to::<Self>(CaseStatus::Assigned, store, meta).map(drop),
            false => advance::<Self>(CaseAct::Step, store, meta).map(drop),
        }
    }
}

impl Rules for ExtensionGranted {
    case_subjects!(approver as Approver);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Extend, view, place)?;
        not_the_handler(id, case, self.approver)?;
        let clock = clock_of(case.status);
        let Some(running) = current(case, view, clock, place.occurred.at) else {
            let rules = rules(view, place.occurred).map(|rules| rules.name.clone());
            return Err(CaseViolation::NoTerm { case: id, clock, rules }.into());
        };
        let Some(extension) = running.term.and_then(|term| term.extension.as_ref()) else {
            let rules = running.rules.rules.name.clone();
            return Err(CaseViolation::NotExtendable { case: id, clock, rules }.into());
        };
        follows(id, place.occurred, running.start, "what its term began with")?;
        if view.zone().day_of(place.occurred.at) > running.due {
            let record = running.start.record();
            return Err(CaseViolation::TermEnded { case: id, clock, due: running.due, record }.into());
        }
        let before = case.run_rare().map_or(&[][..], |run| &run.extensions);
        let before: Vec<_> = before.iter().filter(|extension| extension.clock == clock).collect();
        if let Some(last) = before.last().filter(|_| before.len() >= usize::from(extension.times)) {
            let (times, record) = (extension.times, last.granted.record());
            return Err(CaseViolation::ExtendedAlready { case: id, clock, times, record }.into());
        }
        if !(1..=extension.days).contains(&self.days) {
            return Err(
                CaseViolation::ExtensionLength { case: id, days: self.days, max: extension.days }.into()
            );
        }
        approved_by(id, case, extension.approver, self.approver, view, place)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let case = advance::<Self>(CaseAct::Extend, store, meta)?;
        let clock = clock_of(case.status);
        let granted = ExtensionTime { granted: Mark::of(meta), clock, days: self.days };
        case.rare_mut().run.extensions.push(granted);
        Ok(())
    }
}

/// Returns the clock that runs while a case is decided on.
const fn clock_of(status: CaseStatus) -> Clock {
    match status {
        CaseStatus::UnderReview => Clock::ReviewDecide,
        CaseStatus::UnderRecheck => Clock::RecheckDecide,
        _ => Clock::Handle,
    }
}

/// Refuses an approver that the rules do not name.
fn approved_by(
    id: CaseId,
    case: &CaseState,
    allowed: Approver,
    approver: OfficialId,
    view: &impl View,
    place: &Place<'_>,
) -> Result<(), Violation> {
    let unit = match allowed {
        Approver::Head => case.responsible(),
        Approver::OneLevelUp => case.above,
        Approver::AnotherPerson => None,
    };
    // In a review the body that decides is not known yet.
    let unit = unit.filter(|_| case.status == CaseStatus::InProgress);
    if unit.is_some_and(|unit| of_unit(view, Role::Approver, approver, unit, place.occurred).is_err()) {
        return Err(CaseViolation::WrongApprover { case: id, approver, allowed }.into());
    }
    Ok(())
}

impl Rules for CaseSuspended {
    case_subjects!();

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, _) = permitted::<Self>(CaseAct::Suspend, view, place)?;
        let rules = rules(view, place.occurred);
        if rules.is_some_and(|rules| rules.ground(&self.ground).is_some()) {
            return Ok(());
        }
        let grounds = rules.map_or(&[][..], |rules| &rules.suspension).iter();
        let listed: Vec<_> = grounds.map(|listed| listed.ground.as_str()).collect();
        let listed = if listed.is_empty() { "none".to_owned() } else { listed.join(", ") };
        let rules = rules.map(|rules| rules.name.clone());
        Err(CaseViolation::NoGround { case: id, ground: self.ground.clone(), rules, listed }.into())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let (_, case) = own::<Self>(store, meta.stream)?;
        let from = case.status;
        let rare = advance::<Self>(CaseAct::Suspend, store, meta)?.rare_mut();
        rare.suspended_from = Some(from);
        let suspension = Suspension { from: Mark::of(meta), until: None, ground: self.ground.clone() };
        rare.run.suspensions.push(suspension);
        Ok(())
    }
}

impl Rules for CaseResumed {
    case_subjects!();

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Resume, view, place)?;
        match case.run_rare().and_then(|run| run.suspensions.last()) {
            Some(suspension) => follows(id, place.occurred, suspension.from, "the suspension"),
            None => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let (_, case) = own::<Self>(store, meta.stream)?;
        let back = case.rare().and_then(|rare| rare.suspended_from).unwrap_or(CaseStatus::InProgress);
        let rare = advance_to::<Self>(back, store, meta)?.rare_mut();
        rare.suspended_from = None;
        if let Some(suspension) = rare.run.suspensions.last_mut() {
            suspension.until = Some(Mark::of(meta));
        }
        Ok(())
    }
}

impl Rules for CaseCoassigned {
    case_subjects!(unit as CoHandling);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Coassign, view, place)?;
        not_handled_by(id, case, self.unit, "co-handling")
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        advance::<Self>(CaseAct::Coassign, store, meta)?.rare_mut().co_units.push(self.unit);
        Ok(())
    }
}

impl Rules for CaseEscalated {
    case_subjects!(to as EscalatedTo);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Escalate, view, place)?;
        not_handled_by(id, case, self.to, "escalation")
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let escalated = (self.to, Mark::of(meta));
        advance::<Self>(CaseAct::Escalate, store, meta)?.rare_mut().escalated.push(escalated);
        Ok(())
    }
}

impl Rules for SupervisionOrdered {
    case_subjects!(unit as SupervisedBy);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Supervise, view, place)?;
        not_handled_by(id, case, self.unit, "supervision")
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let order = Supervision { unit: self.unit, ordered: Mark::of(meta), answered: None };
        advance::<Self>(CaseAct::Supervise, store, meta)?.rare_mut().supervisions.push(order);
        Ok(())
    }
}

impl Rules for SupervisionAnswered {
    case_subjects!(unit as SupervisedBy);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::AnswerSupervision, view, place)?;
        let orders = case.rare().map_or(&[][..], |rare| &rare.supervisions);
        match orders.iter().find(|order| order.unit == self.unit && order.answered.is_none()) {
            Some(order) => follows(id, place.occurred, order.ordered, "the order of supervision"),
            None => Err(CaseViolation::NoSupervision { case: id, unit: self.unit }.into()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let rare = advance::<Self>(CaseAct::AnswerSupervision, store, meta)?.rare_mut();
        let mut open = rare.supervisions.iter_mut();
        if let Some(order) = open.find(|order| order.unit == self.unit && order.answered.is_none()) {
            order.answered = Some(Mark::of(meta));
        }
        Ok(())
    }
}
