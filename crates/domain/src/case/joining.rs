//! Cases that become one, and cases that become several.

use crate::{
    case::{
        act::{advance, case_subjects, permitted},
        state::{CaseState, permit},
        status::CaseAct,
        violation::CaseViolation,
    },
    id::CaseId,
    label::Label,
    labels::Labels,
    mark::Mark,
    record::RecordMeta,
    rules::{Place, Rules, own, subject},
    source::SourceRow,
    subject::Role,
    view::{HasState as _, Store, View},
    violation::Violation,
};

crate::event! {
    /// A case was merged into another 合并, which answers for it from then on: its terms run from the earlier start, and the
    /// reply to it is a reply to this one's petitioner too.
    pub struct CaseMerged {
        /// The other case.
        pub into: CaseId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 406, version 1, continues CaseId;
    personal none;
}

crate::event! {
    /// A case was split off another 拆分. It keeps the other's start, and what was done by then.
    pub struct CaseSplit {
        /// The other case.
        pub parent: CaseId,
        /// Its category.
        pub category: Option<Label>,
        /// Further terms.
        pub labels: Labels,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 407, version 1, opens CaseId;
    personal CaseSplitPersonal { title: Title, text: Text } requires [];
}

impl Rules for CaseMerged {
    case_subjects!(into as MergedInto);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, _) = permitted::<Self>(CaseAct::Merge, view, place)?;
        if self.into == id {
            return Err(CaseViolation::IntoItself { case: id }.into());
        }
        // What is merged is not live. So a live target was merged into nothing, and no cycle can arise.
        let target = subject(view, Role::MergedInto, self.into)?;
        if target.is_live() && target.reply.is_none() {
            return Ok(());
        }
        let (status, record) = (target.status, target.status_record);
        Err(CaseViolation::NotLive { into: self.into, status, record }.into())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let (id, case) = own::<Self>(store, meta.stream)?;
        let starts = case.starts();
        let missing = Violation::NoSuchSubject { role: Role::MergedInto, subject: self.into.stream() };
        let target = self.into.state_mut(store).ok_or(missing)?.rare_mut();
        target.merged.push(id);
        target.earliest.get_or_insert_default().take(starts);
        let rare = advance::<Self>(CaseAct::Merge, store, meta)?.rare_mut();
        rare.merged_into = Some(self.into);
        rare.ended = Some(Mark::of(meta));
        Ok(())
    }
}

impl Rules for CaseSplit {
    case_subjects!(parent as SplitFrom);

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let parent = subject(view, Role::SplitFrom, self.parent)?;
        permit(self.parent, parent, CaseAct::Split, place.occurred).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let missing = Violation::NoSuchSubject { role: Role::SplitFrom, subject: self.parent.stream() };
        let parent = self.parent.state_mut(store).ok_or(missing)?;
        let child = split(self, parent, meta);
        if let Some(child) = CaseId::from_stream(meta.stream) {
            parent.rare_mut().children.push(child);
        }
        store.push_case(child);
        Ok(())
    }
}

/// Returns the state of a case that is split off.
fn split(body: &CaseSplit, parent: &CaseState, meta: &RecordMeta) -> CaseState {
    let mut child = CaseState {
        runs: 1,
        records: 1,
        status_record: meta.index,
        last_record: meta.index,
        registration: Mark::of(meta),
        category: body.category.clone(),
        backlog: None,
        surveys: None,
        rare: None,
        ..parent.clone()
    };
    let extensions = parent.run_rare().map(|run| run.extensions.clone()).unwrap_or_default();
    let first_assigned = parent.rare().and_then(|rare| rare.first_assigned.clone());
    let rare = child.rare_mut();
    rare.first_assigned = first_assigned;
    rare.split_from = Some(body.parent);
    rare.earliest = Some(Box::new(parent.starts()));
    rare.run.extensions = extensions;
    child
}
