//! The keys that officials sign their commands with.
//!
//! What a signature is and whether one holds is for the log to say. Here stands whose key is whose, record by record.

use serde::{Deserialize, Serialize};

use super::{OfficialState, OfficialViolation, state::in_service};
use crate::{
    id::{OfficialId, StreamRef},
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// An official has a key: commands signed with it from the next record on are theirs.
    pub struct OfficialKeyRegistered {
        /// The Ed25519 public key.
        pub key: [u8; 32],
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 292, version 1, continues OfficialId;
    personal none;
}

crate::event! {
    /// An official has another key from the next record on. What the old one signed before stays theirs.
    pub struct OfficialKeyRotated {
        /// The new Ed25519 public key.
        pub key: [u8; 32],
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 293, version 1, continues OfficialId;
    personal none;
}

crate::event! {
    /// An official has no key any more from the next record on: it was lost, or may have been seen by others.
    pub struct OfficialKeyRevoked {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 294, version 1, continues OfficialId;
    personal none;
}

/// A key of an official.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OfficialKey {
    /// The Ed25519 public key.
    pub key: [u8; 32],
    /// The record that put it in force.
    pub record: u64,
    /// The record that ended that; `None` while it is in force.
    pub ended: Option<u64>,
}

impl OfficialState {
    /// Returns the key in force.
    pub fn key(&self) -> Option<&OfficialKey> {
        self.keys.last().filter(|key| key.ended.is_none())
    }

    fn end_key(&mut self, record: u64) {
        if let Some(key) = self.keys.last_mut() {
            key.ended.get_or_insert(record);
        }
    }

    fn take_key(&mut self, key: [u8; 32], record: u64) {
        self.end_key(record);
        self.keys.push(OfficialKey { key, record, ended: None });
    }

    fn check_new(&self, official: OfficialId, key: &[u8; 32]) -> Result<(), OfficialViolation> {
        match self.keys.iter().find(|known| known.key == *key) {
            Some(known) => Err(OfficialViolation::KeyKnown { official, record: known.record }),
            None => Ok(()),
        }
    }

    fn check_held(&self, official: OfficialId) -> Result<(), OfficialViolation> {
        let ended = || self.keys.last().and_then(|key| key.ended).unwrap_or(self.record);
        self.key().map(drop).ok_or_else(|| OfficialViolation::NoKey { official, record: ended() })
    }
}

impl Rules for OfficialKeyRegistered {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (official, _) = own::<Self>(view, place.stream)?;
        let state = in_service(view, Role::Member, official, place.occurred)?;
        if let Some(held) = state.key() {
            return Err(OfficialViolation::KeyHeld { official, record: held.record }.into());
        }
        Ok(state.check_new(official, &self.key)?)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.take_key(self.key, meta.index);
        Ok(())
    }
}

impl Rules for OfficialKeyRotated {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (official, state) = own::<Self>(view, place.stream)?;
        state.check_held(official)?;
        Ok(state.check_new(official, &self.key)?)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.take_key(self.key, meta.index);
        Ok(())
    }
}

impl Rules for OfficialKeyRevoked {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (official, state) = own::<Self>(view, place.stream)?;
        Ok(state.check_held(official)?)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.end_key(meta.index);
        Ok(())
    }
}
