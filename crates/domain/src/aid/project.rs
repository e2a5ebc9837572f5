//! Projects: aid to many at once, verified by somebody else.

use serde::{Deserialize, Serialize};

use super::AidViolation;
use crate::{
    id::{OfficialId, StreamRef, UnitId},
    label::Label,
    mark::Mark,
    official::in_service,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// A project was started.
    pub struct ProjectStarted {
        /// The unit that runs it.
        pub unit: UnitId,
        /// The official who answers for it.
        pub by: OfficialId,
        /// Its name, which is public.
        pub name: Label,
        /// What it may cost, in fen.
        pub budget_fen: u64,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 770, version 1, opens ProjectId;
    personal none;
}

crate::event! {
    /// Another party verified that a project is done.
    pub struct ProjectVerified {
        /// The official who verified it; not the one who answers for it.
        pub by: OfficialId,
        /// What it cost, in fen.
        pub spent_fen: u64,
        /// How many persons it serves, as counted by who verified it.
        pub beneficiaries: u32,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 771, version 1, continues ProjectId;
    personal none;
}

/// What is known of a project.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProjectState {
    /// The unit that runs it.
    pub unit: UnitId,
    /// The official who answers for it.
    pub by: OfficialId,
    /// Its name.
    pub name: Label,
    /// What it may cost, in fen.
    pub budget_fen: u64,
    /// Its start.
    pub started: Mark,
    /// Its verification; `None`: it does not count yet.
    pub verified: Option<Verification>,
}

/// The verification of a project.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Verification {
    /// Who verified it.
    pub by: OfficialId,
    /// What it cost, in fen.
    pub spent_fen: u64,
    /// How many persons it serves: not the distinct persons that deliveries of aid reached, and not to be added to them.
    pub beneficiaries: u32,
    /// When.
    pub at: Mark,
}

impl Rules for ProjectStarted {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Organiser, self.unit.stream());
        name(Role::Answerable, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        alive_at(view, Role::Organiser, self.unit, place.occurred)?;
        in_service(view, Role::Answerable, self.by, place.occurred).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_project(ProjectState {
            unit: self.unit,
            by: self.by,
            name: self.name.clone(),
            budget_fen: self.budget_fen,
            started: Mark::of(meta),
            verified: None,
        });
        Ok(())
    }
}

impl Rules for ProjectVerified {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Verifier, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, project) = own::<Self>(view, place.stream)?;
        if let Some(verified) = &project.verified {
            return Err(AidViolation::Verified { project: id, record: verified.at.record() }.into());
        }
        // Who answers for it neither verifies it nor records that somebody else did.
        if self.by == project.by || place.actor == Some(project.by) {
            let record = project.started.record();
            return Err(AidViolation::OwnProject { project: id, official: project.by, record }.into());
        }
        project.started.precedes(place.occurred, id.stream(), "was started")?;
        in_service(view, Role::Verifier, self.by, place.occurred).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.verified = Some(Verification {
            by: self.by,
            spent_fen: self.spent_fen,
            beneficiaries: self.beneficiaries,
            at: Mark::of(meta),
        });
        Ok(())
    }
}
