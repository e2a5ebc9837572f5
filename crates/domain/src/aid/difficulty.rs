//! Difficulties 困难 of households, and what resolved them.

use serde::{Deserialize, Serialize};

use super::AidViolation;
use crate::{
    id::{AidId, HouseholdId, ProjectId, StreamRef},
    mark::Mark,
    numbered::numbered,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut, subject, subject_mut},
    source::SourceRow,
    subject::Role,
    view::{Store, View},
    violation::Violation,
};

numbered! {
    /// What troubled a household.
    pub enum DifficultyKind ("kind of difficulty") {
        /// 饮水
        Water = 1, "water";
        /// 出行
        Roads = 2, "roads";
        /// 住房
        Housing = 3, "housing";
        /// 就医
        Medical = 4, "medical";
        /// 就学
        Schooling = 5, "schooling";
        /// 就业
        Employment = 6, "employment";
        /// 生活
        Livelihood = 7, "livelihood";
        /// 其他
        Other = 9, "other";
    }
}

crate::event! {
    /// A difficulty of a household was resolved: by aid whose receipt is confirmed, or by a verified project.
    pub struct DifficultyResolved {
        /// What it was.
        pub kind: DifficultyKind,
        /// The project that resolved it; nothing where aid did.
        pub project: Option<ProjectId>,
        /// The aid that resolved it; nothing where a project did.
        pub aid: Option<AidId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 772, version 1, continues HouseholdId;
    personal DifficultyResolvedPersonal { text: Text } requires [];
}

/// A difficulty that a household no longer has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ResolvedDifficulty {
    /// What it was.
    pub kind: DifficultyKind,
    /// The project that resolved it; `None` where aid did.
    pub project: Option<ProjectId>,
    /// The aid that resolved it; `None` where a project did.
    pub aid: Option<AidId>,
    /// When.
    pub resolved: Mark,
}

impl Rules for DifficultyResolved {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(project) = self.project {
            name(Role::Project, project.stream());
        }
        if let Some(aid) = self.aid {
            name(Role::Aid, aid.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (household, state) = own::<Self>(view, place.stream)?;
        state.on_register(household, place.occurred)?;
        match (self.project, self.aid) {
            (Some(project), None) => {
                let same =
                    |done: &&ResolvedDifficulty| done.project == Some(project) && done.kind == self.kind;
                if let Some(done) = state.difficulties().iter().find(same) {
                    let record = done.resolved.record();
                    return Err(AidViolation::ResolvedAlready { household, kind: self.kind, record }.into());
                }
                by_project(view, place, project)
            }
            (None, Some(aid)) => by_aid(view, place, household, aid),
            _ => Err(AidViolation::OneMeans.into()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        if let Some(aid) = self.aid {
            subject_mut(store, Role::Aid, aid)?.resolved = Some(meta.index);
        }
        let resolved = ResolvedDifficulty {
            kind: self.kind,
            project: self.project,
            aid: self.aid,
            resolved: Mark::of(meta),
        };
        own_mut::<Self>(store, meta.stream)?.resolve(resolved);
        Ok(())
    }
}

fn by_project(view: &impl View, place: &Place<'_>, id: ProjectId) -> Result<(), Violation> {
    let project = subject(view, Role::Project, id)?;
    match &project.verified {
        None => Err(AidViolation::NotVerified { project: id, record: project.started.record() }.into()),
        Some(verified) => Ok(verified.at.precedes(place.occurred, id.stream(), "was verified")?),
    }
}

fn by_aid(view: &impl View, place: &Place<'_>, household: HouseholdId, id: AidId) -> Result<(), Violation> {
    let aid = subject(view, Role::Aid, id)?;
    let record = aid.delivered.record();
    if aid.household != household {
        return Err(AidViolation::OtherHousehold { aid: id, household: aid.household, record }.into());
    }
    if let Some(record) = aid.resolved {
        return Err(AidViolation::Spent { aid: id, record }.into());
    }
    match aid.confirmed {
        None => Err(AidViolation::NotConfirmed { aid: id, record }.into()),
        Some((_, confirmed)) => Ok(confirmed.precedes(place.occurred, id.stream(), "was confirmed")?),
    }
}
