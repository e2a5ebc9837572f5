//! Officials.

use serde::{Deserialize, Serialize};

use crate::{
    id::{StreamRef, UnitId},
    record::RecordMeta,
    rules::Rules,
    source::SourceRow,
    subject::Role,
    time::OccurredAt,
    view::Store,
    violation::Violation,
};

crate::event! {
    /// An official entered the register. The name is a personal field.
    pub struct OfficialRegistered {
        /// The unit they belong to.
        pub unit: UnitId,
        /// Their rank: a number of the rules in force.
        pub rank: Option<u16>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 288, version 1, opens OfficialId;
    personal OfficialRegisteredPersonal { name: Name, contact: Contact } requires [Name];
}

/// What is known of an official.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OfficialState {
    /// The unit they belong to.
    pub unit: UnitId,
    /// Their rank.
    pub rank: Option<u16>,
    /// Since when they are registered, as claimed.
    pub registered: OccurredAt,
    /// The record that registered them.
    pub record: u64,
}

impl Rules for OfficialRegistered {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Member, self.unit.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_official(OfficialState {
            unit: self.unit,
            rank: self.rank,
            registered: meta.occurred,
            record: meta.index,
        });
        Ok(())
    }
}
