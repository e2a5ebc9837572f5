//! Rule sets as they are adopted: from then on they bind.

use serde::{Deserialize, Serialize};

use crate::{
    id::StreamRef,
    public_text::PublicText,
    record::RecordMeta,
    rule_set::RuleSet,
    rules::{Place, Rules},
    subject::Role,
    time::{OccurredAt, Timestamp},
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// A rule set was adopted. What happens from a moment on is judged by it, until another one comes into force.
    pub struct RulesAdopted {
        /// The whole rule set, as RULES.md describes it.
        pub text: PublicText,
        /// From this moment on it is in force.
        pub in_force_from: Timestamp,
    }
    type 1056, version 1, opens RulesId;
    personal none;
}

/// What is known of an adopted rule set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RulesState {
    /// From this moment on it is in force.
    pub in_force_from: Timestamp,
    /// When it was adopted, as claimed.
    pub adopted: OccurredAt,
    /// The record that adopted it.
    pub record: u64,
    /// The rules.
    pub rules: RuleSet,
}

impl RulesAdopted {
    fn parse(&self) -> Result<RuleSet, Violation> {
        RuleSet::parse(self.text.as_str()).map_err(|why| Violation::RulesUnreadable { why: why.to_string() })
    }
}

impl Rules for RulesAdopted {
    fn subjects(&self, _name: &mut impl FnMut(Role, StreamRef)) {}

    fn check(&self, _view: &impl View, _place: &Place<'_>) -> Result<(), Violation> {
        self.parse().map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_rules(RulesState {
            in_force_from: self.in_force_from,
            adopted: meta.occurred,
            record: meta.index,
            rules: self.parse()?,
        });
        Ok(())
    }
}
