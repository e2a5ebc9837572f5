use serde::{Deserialize, Serialize};

use super::RuleSet;
use crate::time::Timestamp;

/// A rule set as it was adopted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Adopted {
    /// From this moment on it is in force.
    pub in_force_from: Timestamp,
    /// The record that adopted it.
    pub record: u64,
    /// The rules.
    pub rules: RuleSet,
}

/// The rule sets a ledger has adopted: which one is in force at a moment.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct RulesBook {
    /// Ascending by moment, then by record.
    adopted: Vec<Adopted>,
}

impl RulesBook {
    /// Enters a rule set. It may come into force before others that were adopted earlier.
    pub fn adopt(&mut self, adopted: Adopted) {
        let key = (adopted.in_force_from, adopted.record);
        let behind = self.adopted.partition_point(|other| (other.in_force_from, other.record) <= key);
        self.adopted.insert(behind, adopted);
    }

    /// Returns the rule set in force at a moment: the last to come into force until then, and of several at the same
    /// moment the one recorded last.
    pub fn at(&self, moment: Timestamp) -> Option<&Adopted> {
        let behind = self.adopted.partition_point(|adopted| adopted.in_force_from <= moment);
        self.adopted.get(behind.checked_sub(1)?)
    }

    /// Returns all of them, in the order in which they come into force.
    pub fn all(&self) -> &[Adopted] {
        &self.adopted
    }
}
