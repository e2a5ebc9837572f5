//! What all acts on a case have in common.

use crate::{
    body::EventBody,
    case::{
        state::{CaseState, permit},
        status::{CaseAct, CaseStatus},
        violation::CaseViolation,
    },
    id::{CaseId, OfficialId, UnitId},
    mark::Mark,
    official::OfficialState,
    record::RecordMeta,
    rule_set::{HandleTerm, RuleSet, TermStart},
    rules::{Place, own, own_mut, subject},
    source::SourceRow,
    subject::Role,
    time::OccurredAt,
    view::{Store, View},
    violation::Violation,
};

/// Returns the case of the stream, if the act is permitted on it.
pub(super) fn permitted<'v, B: EventBody<Id = CaseId>>(
    act: CaseAct,
    view: &'v impl View,
    place: &Place<'_>,
) -> Result<(CaseId, &'v CaseState), Violation> {
    let (id, case) = own::<B>(view, place.stream)?;
    permit(id, case, act, place.occurred)?;
    Ok((id, case))
}

/// Takes the case of the stream on to the status after the act, and counts the record.
pub(super) fn advance<'s, B: EventBody<Id = CaseId>>(
    act: CaseAct,
    store: &'s mut impl Store,
    meta: &RecordMeta,
) -> Result<&'s mut CaseState, Violation> {
    let (id, case) = own::<B>(store, meta.stream)?;
    let status = permit(id, case, act, meta.occurred)?;
    advance_to::<B>(status, store, meta)
}

/// As [`advance`], to a status that the act itself decides.
pub(super) fn advance_to<'s, B: EventBody<Id = CaseId>>(
    status: CaseStatus,
    store: &'s mut impl Store,
    meta: &RecordMeta,
) -> Result<&'s mut CaseState, Violation> {
    let case = own_mut::<B>(store, meta.stream)?;
    case.advance(status, meta);
    case.count(meta);
    Ok(case)
}

/// Returns the rules in force.
pub(super) fn rules(view: &impl View, occurred: OccurredAt) -> Option<&RuleSet> {
    view.rules_at(occurred.at).map(|state| &state.rules)
}

/// Says whether handling begins with an acceptance: whether its term does, under the rules in force. A row of an
/// imported file is its source's claim, and needs none.
pub(super) fn accepts_first(
    case: &CaseState,
    view: &impl View,
    occurred: OccurredAt,
    origin: Option<&SourceRow>,
) -> bool {
    let term = rules(view, occurred)
        .and_then(|rules| rules.handle_term(case.category.as_ref(), case.stated_due().is_some()));
    origin.is_none() && matches!(term, Some(HandleTerm::Days(term)) if term.starts == TermStart::Accepted)
}

/// Refuses what certainly happened before what it follows from.
pub(super) fn follows(
    case: CaseId,
    occurred: OccurredAt,
    cause: Mark,
    what: &'static str,
) -> Result<(), Violation> {
    if occurred.is_certainly_before(cause.occurred()) {
        return Err(CaseViolation::BeforeCause { case, what, record: cause.record() }.into());
    }
    Ok(())
}

/// Refuses a unit that handles the case, alone or with others.
pub(super) fn not_handled_by(
    id: CaseId,
    case: &CaseState,
    unit: UnitId,
    act: &'static str,
) -> Result<(), Violation> {
    if case.responsible() == Some(unit) || case.co_units().contains(&unit) {
        let record = case.assigned.map_or(case.registered_record(), Mark::record);
        return Err(CaseViolation::OwnUnit { case: id, unit, act, record }.into());
    }
    Ok(())
}

/// Refuses an official who does not belong to the unit.
pub(super) fn of_unit(
    view: &impl View,
    role: Role,
    official: OfficialId,
    unit: UnitId,
    then: OccurredAt,
) -> Result<(), Violation> {
    let state = subject(view, role, official)?;
    if !belongs(state, unit, then) {
        return Err(CaseViolation::NotOfUnit { official, unit, record: state.record }.into());
    }
    Ok(())
}

/// Says whether an official belongs to a unit: by an office held there, or where they hold none, by their registration.
pub(super) fn belongs(official: &OfficialState, unit: UnitId, then: OccurredAt) -> bool {
    let mut posts = official.posts_at(then).peekable();
    if posts.peek().is_none() { official.unit == unit } else { posts.any(|post| post.unit == unit) }
}

/// Refuses the handler of the case as one who approves.
pub(super) fn not_the_handler(id: CaseId, case: &CaseState, approver: OfficialId) -> Result<(), Violation> {
    if case.handler == Some(approver) {
        let record = case.assigned.map_or(case.registered_record(), Mark::record);
        return Err(Violation::ApproverIsHandler { case: id, approver, record });
    }
    Ok(())
}

/// Refuses to end a case that answers for others, merged into it, whose petitioners still wait.
pub(super) fn owes_no_reply(id: CaseId, case: &CaseState) -> Result<(), Violation> {
    match case.merged().first() {
        Some(merged) if case.reply.is_none() => {
            Err(CaseViolation::ReplyOwed { case: id, merged: *merged, record: case.last_record }.into())
        }
        _ => Ok(()),
    }
}

/// Writes what is the same in the rules of nearly all events of a case: its subjects and its origin.
macro_rules! case_subjects {
    ($( $field:ident as $role:ident ),* $(,)?) => {
        fn subjects(&self, name: &mut impl FnMut(crate::subject::Role, crate::id::StreamRef)) {
            $( crate::case::act::Named::name(&self.$field, crate::subject::Role::$role, name); )*
            crate::source::SourceRow::name(self.origin.as_ref(), name);
        }

        fn origin(&self) -> Option<&crate::source::SourceRow> {
            self.origin.as_ref()
        }
    };
}

pub(super) use case_subjects;

/// A field that names a subject, or may.
pub(super) trait Named {
    fn name(&self, role: Role, name: &mut impl FnMut(Role, crate::id::StreamRef));
}

impl Named for UnitId {
    fn name(&self, role: Role, name: &mut impl FnMut(Role, crate::id::StreamRef)) {
        name(role, self.stream());
    }
}

impl Named for OfficialId {
    fn name(&self, role: Role, name: &mut impl FnMut(Role, crate::id::StreamRef)) {
        name(role, self.stream());
    }
}

impl Named for CaseId {
    fn name(&self, role: Role, name: &mut impl FnMut(Role, crate::id::StreamRef)) {
        name(role, self.stream());
    }
}

impl<T: Named> Named for Option<T> {
    fn name(&self, role: Role, name: &mut impl FnMut(Role, crate::id::StreamRef)) {
        if let Some(named) = self {
            named.name(role, name);
        }
    }
}
