//! The events of an official's service.

use super::{BranchMembership, Office, OfficialState, OfficialViolation, PostChange};
use crate::{
    id::{OfficialId, StreamRef, UnitId},
    key::KeyKind,
    label::Label,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    unit::{UnitLevel, alive_at},
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// An official entered the register. The name is a personal field.
    pub struct OfficialRegistered {
        /// The unit they belong to.
        pub unit: UnitId,
        /// Their rank: a number of the rules in force.
        pub rank: Option<u16>,
        /// Their code in a staff register: public, never a name. No two officials have the same.
        pub code: Option<Label>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 288, version 2, opens OfficialId;
    personal OfficialRegisteredPersonal { name: Name, contact: Contact } requires [Name];
}

crate::plain! {
    /// Schema version 1 of [`OfficialRegistered`]: there was no code.
    pub struct OfficialRegisteredV1 {
        /// The unit they belong to.
        pub unit: UnitId,
        /// Their rank.
        pub rank: Option<u16>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
}

impl From<OfficialRegisteredV1> for OfficialRegistered {
    fn from(first: OfficialRegisteredV1) -> Self {
        let OfficialRegisteredV1 { unit, rank, origin } = first;
        Self { unit, rank, code: None, origin }
    }
}

crate::event! {
    /// An official took up an office in a unit, instead of the one they held there. Offices in other units stay.
    pub struct OfficialAppointed {
        /// The unit.
        pub unit: UnitId,
        /// The office.
        pub office: Office,
        /// Their rank from then on; nothing where it stays as it was.
        pub rank: Option<u16>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 289, version 1, continues OfficialId;
    personal none;
}

crate::event! {
    /// An official left an office, or the service altogether.
    pub struct OfficialLeft {
        /// The unit whose office they left; nothing where they left the service and with it every office.
        pub unit: Option<UnitId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 290, version 1, continues OfficialId;
    personal none;
}

crate::event! {
    /// An official joined a branch, or left the one they were in.
    pub struct BranchMembershipChanged {
        /// The branch they belong to from then on; nothing where they belong to none.
        pub branch: Option<UnitId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 291, version 1, continues OfficialId;
    personal none;
}

impl Rules for OfficialRegistered {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Member, self.unit.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn claims(&self, claim: &mut impl FnMut(KeyKind, &Label)) {
        if let Some(code) = &self.code {
            claim(KeyKind::OfficialCode, code);
        }
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        alive_at(view, Role::Member, self.unit, place.occurred)?;
        rank_is_known(view, self.rank, place)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_official(OfficialState {
            unit: self.unit,
            rank: self.rank,
            registered: meta.occurred,
            record: meta.index,
            changes: Vec::new(),
            branches: Vec::new(),
            diary: None,
            ties: None,
            keys: Vec::new(),
        });
        Ok(())
    }
}

impl Rules for OfficialAppointed {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Post, self.unit.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        registered::<Self>(view, place)?;
        alive_at(view, Role::Post, self.unit, place.occurred)?;
        rank_is_known(view, self.rank, place)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.enter(PostChange {
            at: meta.occurred,
            unit: Some(self.unit),
            office: Some(self.office),
            rank: self.rank,
            record: meta.index,
        });
        Ok(())
    }
}

impl Rules for OfficialLeft {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(unit) = self.unit {
            name(Role::Post, unit.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (official, state) = registered::<Self>(view, place)?;
        if let Some(left) = state.left_at(place.occurred) {
            return Err(OfficialViolation::LeftAlready { official, record: left.record }.into());
        }
        match self.unit {
            Some(unit) if !state.posts_at(place.occurred).any(|post| post.unit == unit) => {
                Err(OfficialViolation::NoOffice { official, unit, record: state.record }.into())
            }
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.enter(PostChange {
            at: meta.occurred,
            unit: self.unit,
            office: None,
            rank: None,
            record: meta.index,
        });
        Ok(())
    }
}

impl Rules for BranchMembershipChanged {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(branch) = self.branch {
            name(Role::Branch, branch.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (official, state) = registered::<Self>(view, place)?;
        if let Some(unit) = self.branch {
            let branch = alive_at(view, Role::Branch, unit, place.occurred)?;
            if branch.level != UnitLevel::Branch {
                return Err(OfficialViolation::NotABranch { unit, record: branch.record }.into());
            }
        }
        let before = state.branch_at(place.occurred);
        if before.and_then(|membership| membership.branch) == self.branch {
            let record = before.map_or(state.record, |membership| membership.record);
            return Err(OfficialViolation::SameBranch { official, record }.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let change = BranchMembership { at: meta.occurred, branch: self.branch, record: meta.index };
        own_mut::<Self>(store, meta.stream)?.join(change);
        Ok(())
    }
}

/// Checks that a rank is one of the rules in force. Where none are, or they have no ranks, every number may be one.
fn rank_is_known(view: &impl View, rank: Option<u16>, place: &Place<'_>) -> Result<(), Violation> {
    let Some(in_force) = view.rules_at(place.occurred.at).filter(|state| !state.rules.ranks.is_empty())
    else {
        return Ok(());
    };
    match rank.filter(|rank| in_force.rules.rank(*rank).is_none()) {
        Some(rank) => {
            let (rules, record) = (in_force.rules.name.clone(), in_force.record);
            Err(OfficialViolation::UnknownRank { rank, rules, record }.into())
        }
        None => Ok(()),
    }
}

/// Returns the official of the stream, if they were registered when it happened.
fn registered<'v, B: Rules<Id = OfficialId>>(
    view: &'v impl View,
    place: &Place<'_>,
) -> Result<(OfficialId, &'v OfficialState), Violation> {
    let (official, state) = own::<B>(view, place.stream)?;
    state.known(official, place.occurred)?;
    Ok((official, state))
}
