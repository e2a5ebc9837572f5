//! How a case comes in: registered, assigned, objected to, accepted or declined.

use crate::{
    body::EventBody,
    campaign::{BacklogListed, CampaignOpened},
    case::{
        act::{advance, advance_to, belongs, case_subjects, follows, permitted, rules},
        clocks::current,
        rare::CaseRare,
        reason::{Channel, DeclineGround, Notice, ObjectionOutcome},
        state::CaseState,
        status::{CaseAct, CaseStatus},
        violation::CaseViolation,
    },
    cited::Cited,
    id::{CaseId, OfficialId, UnitId},
    label::Label,
    labels::Labels,
    mark::Mark,
    personal::PersonalField,
    reception::{PersonReceived, ReceptionHeld},
    record::RecordMeta,
    rule_set::Clock,
    rules::{Place, Rules, subject},
    source::SourceRow,
    subject::Role,
    time::Timestamp,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
    visit::{VisitAttempted, VisitMade},
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
        /// Nobody is named whom one could tell or reply to.
        pub anonymous: bool,
        /// The record of the reception, the visit or the campaign from which it came.
        pub source_record: Option<u64>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 384, version 2, opens CaseId;
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

crate::plain! {
    /// Schema version 1 of [`CaseRegistered`]: it said neither whether the case is anonymous nor from what record it came.
    pub struct CaseRegisteredV1 {
        /// The unit where it was raised.
        pub unit: Option<UnitId>,
        /// By which way it came in.
        pub channel: Channel,
        /// Its category.
        pub category: Option<Label>,
        /// Further terms.
        pub labels: Labels,
        /// Until when it is due according to its source.
        pub stated_due: Option<Timestamp>,
        /// The civil time of `stated_due` occurred twice in its zone.
        pub ambiguous_due: bool,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
}

impl From<CaseRegisteredV1> for CaseRegistered {
    fn from(first: CaseRegisteredV1) -> Self {
        let CaseRegisteredV1 { unit, channel, category, labels, stated_due, ambiguous_due, origin } = first;
        Self {
            unit,
            channel,
            category,
            labels,
            stated_due,
            ambiguous_due,
            anonymous: false,
            source_record: None,
            origin,
        }
    }
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
    /// A case was passed on to another unit.
    pub struct CaseTransferred {
        /// The unit that is to handle it.
        pub unit: UnitId,
        /// The official who is to handle it.
        pub handler: Option<OfficialId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 390, version 1, continues CaseId;
    personal none;
}

crate::event! {
    /// The unit objected to the assignment 异议: another body is competent.
    pub struct AssignmentObjected {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 391, version 1, continues CaseId;
    personal AssignmentObjectedPersonal { reason: Reason } requires [Reason];
}

crate::event! {
    /// The sender decided on the objection.
    pub struct ObjectionDecided {
        /// What was decided.
        pub outcome: ObjectionOutcome,
        /// Who decided: of the unit that sent it.
        pub by: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 392, version 1, continues CaseId;
    personal ObjectionDecidedPersonal { reason: Reason } requires [];
}

crate::event! {
    /// A case was accepted 受理, and the petitioner told so.
    pub struct CaseAccepted {
        /// Whether the petitioner was told.
        pub notice: Notice,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 393, version 1, continues CaseId;
    personal CaseAcceptedPersonal { text: Text } requires [];
}

crate::event! {
    /// A case was not accepted 不予受理.
    pub struct CaseDeclined {
        /// Why.
        pub ground: DeclineGround,
        /// Where to go with it: a body, an office, a procedure. Public.
        pub refer_to: Label,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 394, version 1, continues CaseId;
    personal CaseDeclinedPersonal { reason: Reason } requires [Reason];
}

impl Rules for CaseRegistered {
    case_subjects!(unit as RaisedAt);

    fn cites(&self, cite: &mut impl FnMut(Cited)) {
        if let Some(record) = self.source_record {
            cite(Cited::of(record, sources(self.channel)));
        }
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        // A row of an imported file is its source's claim: its unit may have entered the register later.
        if let Some(unit) = self.unit.filter(|_| self.origin.is_none()) {
            alive_at(view, Role::RaisedAt, unit, place.occurred)?;
        }
        let names_somebody = [PersonalField::Petitioner, PersonalField::Contact, PersonalField::Address]
            .into_iter()
            .any(|field| place.has(field));
        if self.anonymous && names_somebody {
            return Err(CaseViolation::NotAnonymous.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_case(CaseState::new(self, meta));
        Ok(())
    }
}

/// Returns the types of the events from which a case can come by a way.
const fn sources(channel: Channel) -> &'static [u16] {
    const ALL: &[u16] = &[
        ReceptionHeld::TYPE,
        PersonReceived::TYPE,
        VisitMade::TYPE,
        VisitAttempted::TYPE,
        CampaignOpened::TYPE,
        BacklogListed::TYPE,
    ];
    match channel {
        Channel::Reception => &[ReceptionHeld::TYPE, PersonReceived::TYPE],
        Channel::Visit => &[VisitMade::TYPE, VisitAttempted::TYPE],
        Channel::Backlog => &[CampaignOpened::TYPE, BacklogListed::TYPE],
        Channel::Letter | Channel::Hotline | Channel::Online | Channel::Other => ALL,
    }
}

impl Rules for CaseAssigned {
    case_subjects!(unit as Responsible, handler as Handler);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, _) = permitted::<Self>(CaseAct::Assign, view, place)?;
        alive_at(view, Role::Responsible, self.unit, place.occurred)?;
        sender_known(id, view, place, self.origin.as_ref())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        assign::<Self>(CaseAct::Assign, self.unit, self.handler, store, meta)
    }
}

impl Rules for CaseTransferred {
    case_subjects!(unit as Responsible, handler as Handler);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Transfer, view, place)?;
        if case.responsible() == Some(self.unit) {
            let record = case.assigned.map_or(case.registered_record(), Mark::record);
            return Err(CaseViolation::SameUnit { case: id, unit: self.unit, record }.into());
        }
        alive_at(view, Role::Responsible, self.unit, place.occurred)?;
        sender_known(id, view, place, self.origin.as_ref())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        assign::<Self>(CaseAct::Transfer, self.unit, self.handler, store, meta)
    }
}

/// Where a unit can object to an assignment, somebody must have made it.
fn sender_known(
    case: CaseId,
    view: &impl View,
    place: &Place<'_>,
    origin: Option<&SourceRow>,
) -> Result<(), Violation> {
    match rules(view, place.occurred) {
        Some(set) if place.actor.is_none() && origin.is_none() && set.term(Clock::Object).is_some() => {
            Err(CaseViolation::SenderUnknown { case, rules: set.name.clone() }.into())
        }
        _ => Ok(()),
    }
}

fn assign<B: Rules<Id = CaseId>>(
    act: CaseAct,
    unit: UnitId,
    handler: Option<OfficialId>,
    store: &mut impl Store,
    meta: &RecordMeta,
) -> Result<(), Violation> {
    let above = subject(store, Role::Responsible, unit)?.parent;
    let sender = match meta.actor {
        Some(actor) => Some(subject(store, Role::Actor, actor)?.unit),
        None => None,
    };
    let case = advance::<B>(act, store, meta)?;
    if let Some(first) = case.assigned {
        case.rare_mut().first_assigned.get_or_insert_with(|| Box::new(first));
    }
    (case.unit, case.above, case.handler, case.sender) = (Some(unit), above, handler, sender);
    case.assigned = Some(Mark::of(meta));
    Ok(())
}

impl Rules for AssignmentObjected {
    case_subjects!();

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Object, view, place)?;
        within(id, case, Clock::Object, view, place)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        advance::<Self>(CaseAct::Object, store, meta)?.rare_mut().objected = Some(Box::new(Mark::of(meta)));
        Ok(())
    }
}

/// Refuses what is asked for after its term, and where no such term runs.
pub(super) fn within(
    id: CaseId,
    case: &CaseState,
    clock: Clock,
    view: &impl View,
    place: &Place<'_>,
) -> Result<(), Violation> {
    let Some(term) = current(case, view, clock, place.occurred.at) else {
        let rules = rules(view, place.occurred).map(|rules| rules.name.clone());
        return Err(CaseViolation::NoTerm { case: id, clock, rules }.into());
    };
    follows(id, place.occurred, term.start, "what its term began with")?;
    if view.zone().day_of(place.occurred.at) > term.due {
        return Err(
            CaseViolation::TermEnded { case: id, clock, due: term.due, record: term.start.record() }.into()
        );
    }
    Ok(())
}

impl Rules for ObjectionDecided {
    case_subjects!(by as DecidedBy);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::DecideObjection, view, place)?;
        if let Some(objected) = case.rare().and_then(CaseRare::objected) {
            follows(id, place.occurred, objected, "the objection")?;
        }
        let decider = subject(view, Role::DecidedBy, self.by)?;
        let is_of = |unit| belongs(decider, unit, place.occurred);
        let is_sender = match case.sender {
            Some(sender) => is_of(sender),
            // Nobody says who sent it: anybody but the unit that objects.
            None => !case.unit.is_some_and(is_of),
        };
        if is_sender {
            return Ok(());
        }
        let record = case.assigned.map_or(case.registered_record(), Mark::record);
        Err(CaseViolation::NotTheSender { case: id, by: self.by, record }.into())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        match self.outcome {
            ObjectionOutcome::Rejected => advance::<Self>(CaseAct::DecideObjection, store, meta).map(drop),
            ObjectionOutcome::Upheld => {
                let case = advance_to::<Self>(CaseStatus::Registered, store, meta)?;
                if let Some(assigned) = case.assigned.take() {
                    case.rare_mut().first_assigned.get_or_insert_with(|| Box::new(assigned));
                }
                (case.unit, case.above, case.handler, case.sender) = (None, None, None, None);
                Ok(())
            }
        }
    }
}

impl Rules for CaseAccepted {
    case_subjects!();

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = permitted::<Self>(CaseAct::Accept, view, place)?;
        if let Some(assigned) = case.assigned {
            follows(id, place.occurred, assigned, "the assignment")?;
        }
        if self.notice == Notice::Anonymous && !case.anonymous {
            return Err(CaseViolation::NoticeOwed { case: id, record: case.registered_record() }.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        advance::<Self>(CaseAct::Accept, store, meta)?.accepted = Some(Mark::of(meta));
        Ok(())
    }
}

impl Rules for CaseDeclined {
    case_subjects!();

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        permitted::<Self>(CaseAct::Decline, view, place).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        advance::<Self>(CaseAct::Decline, store, meta)?.rare_mut().ended = Some(Mark::of(meta));
        Ok(())
    }
}
