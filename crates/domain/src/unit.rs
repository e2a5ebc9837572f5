//! Units: villages, communities, and what stands above them.

use serde::{Deserialize, Serialize};

use crate::{
    id::{StreamRef, UnitId},
    label::Label,
    numbered::numbered,
    record::RecordMeta,
    rules::Rules,
    source::SourceRow,
    subject::Role,
    time::OccurredAt,
    view::Store,
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
        });
        Ok(())
    }
}
