//! Whose key is whose, for a scan that has met signatures.
//!
//! Follows the three events of keys and nothing else, without judging them: whether they could have been recorded is for
//! the rules (`verify --rules`). So a verdict on signatures hangs on no other event that this version may not know.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use docket_domain::{
    Event, EventBody, OfficialKeyRegistered, OfficialKeyRevoked, OfficialKeyRotated, StreamKind,
};
use docket_log::{ActorKeys, Standing};
use docket_proof::StreamRef;

/// The keys in force, by the number of the official.
#[derive(Default)]
pub struct KeyRegister {
    in_force: RefCell<BTreeMap<u64, [u8; 32]>>,
    /// Officials of whom an event could not be read.
    unknown: RefCell<BTreeSet<u64>>,
}

impl ActorKeys for KeyRegister {
    fn event_types(&self) -> &'static [u16] {
        &[OfficialKeyRegistered::TYPE, OfficialKeyRotated::TYPE, OfficialKeyRevoked::TYPE]
    }

    fn take(&self, stream: StreamRef, event_type: u16, version: u16, body: &[u8]) {
        // In another stream it says nothing of an official, and the rules call it impossible.
        if stream.kind != StreamKind::OFFICIAL.0 {
            return;
        }
        let stream = stream.id;
        let mut in_force = self.in_force.borrow_mut();
        match Event::decode(event_type, version, body) {
            Ok(Event::OfficialKeyRegistered(event)) => drop(in_force.insert(stream, event.key)),
            Ok(Event::OfficialKeyRotated(event)) => drop(in_force.insert(stream, event.key)),
            Ok(Event::OfficialKeyRevoked(_)) => drop(in_force.remove(&stream)),
            _ => drop(self.unknown.borrow_mut().insert(stream)),
        }
    }

    fn standing(&self, actor: u64, key: &[u8; 32]) -> Standing {
        if self.unknown.borrow().contains(&actor) {
            return Standing::Unknown;
        }
        match self.in_force.borrow().get(&actor) {
            Some(known) if known == key => Standing::InForce,
            _ => Standing::NotInForce,
        }
    }
}
