//! Units: villages, communities, and what stands above them.

use serde::{Deserialize, Serialize};

use crate::{
    finance::UnitFinance,
    id::{StreamRef, UnitId},
    label::Label,
    numbered::numbered,
    papers::UnitPapers,
    record::RecordMeta,
    rules::{Rules, subject},
    source::SourceRow,
    stamp::TooEarly,
    subject::Role,
    time::OccurredAt,
    view::{Store, View},
    violation::Violation,
};

numbered! {
    /// The level of a unit.
    pub enum UnitLevel ("unit level") {
        /// 村
        Village = 1, "village";
        /// 社区
        Community = 2, "community";
        /// 镇
        Town = 3, "town";
        /// 区县
        District = 4, "district";
        /// 市
        City = 5, "city";
        /// 部门
        Department = 6, "department";
    }
}

crate::event! {
    /// A unit entered the register.
    pub struct UnitRegistered {
        /// Its level.
        pub level: UnitLevel,
        /// The unit above it, registered before.
        pub parent: Option<UnitId>,
        /// Its name: public, as that of an office is.
        pub name: Label,
        /// Its code in somebody else's register.
        pub code: Option<Label>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 256, version 1, opens UnitId;
    personal none;
}

/// What is known of a unit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UnitState {
    /// Its level.
    pub level: UnitLevel,
    /// The unit above it.
    pub parent: Option<UnitId>,
    /// Its name.
    pub name: Label,
    /// Its code in somebody else's register.
    pub code: Option<Label>,
    /// Since when it is registered, as claimed.
    pub registered: OccurredAt,
    /// The record that registered it.
    pub record: u64,
    /// Its finance, once something is known of it.
    pub finance: Option<Box<UnitFinance>>,
    /// What it cited and published.
    pub papers: Option<Box<UnitPapers>>,
}

impl UnitState {
    /// Checks that the unit, whose id is `own`, stood at that time.
    pub(crate) fn alive(&self, own: UnitId, then: OccurredAt) -> Result<(), TooEarly> {
        if then.is_certainly_before(self.registered) {
            return Err(TooEarly { subject: own.stream(), was: "was registered", record: self.record });
        }
        Ok(())
    }
}

/// Returns the state of a unit that an event names, if the unit stood at that time.
pub(crate) fn alive_at(
    view: &impl View,
    role: Role,
    unit: UnitId,
    then: OccurredAt,
) -> Result<&UnitState, Violation> {
    let state = subject(view, role, unit)?;
    state.alive(unit, then)?;
    Ok(state)
}

impl Rules for UnitRegistered {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(parent) = self.parent {
            name(Role::Parent, parent.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_unit(UnitState {
            level: self.level,
            parent: self.parent,
            name: self.name.clone(),
            code: self.code.clone(),
            registered: meta.occurred,
            record: meta.index,
            finance: None,
            papers: None,
        });
        Ok(())
    }
}
