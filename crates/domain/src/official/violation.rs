//! What stands against an official's part in an event.

use crate::{
    id::{OfficialId, UnitId},
    label::Label,
};

/// A rule about officials that an event breaks.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfficialViolation {
    /// An office was left that was not held.
    #[error("{official} holds no office in {unit} at that time (registered by record {record})")]
    NoOffice {
        /// The official.
        official: OfficialId,
        /// The unit.
        unit: UnitId,
        /// The record of the registration.
        record: u64,
    },
    /// The service was left already.
    #[error("{official} had left the service by then, by record {record}: an appointment would come first")]
    LeftAlready {
        /// The official.
        official: OfficialId,
        /// The record of the leaving.
        record: u64,
    },
    /// The rules in force know no such rank.
    #[error("the rules {rules}, adopted by record {record}, know no rank {rank}")]
    UnknownRank {
        /// The rank.
        rank: u16,
        /// The rule set in force.
        rules: Label,
        /// The record that adopted it.
        record: u64,
    },
    /// Only a unit of the level branch has members.
    #[error("{unit} is not a branch by record {record}: name a unit of the level branch")]
    NotABranch {
        /// The unit.
        unit: UnitId,
        /// The record that registered it.
        record: u64,
    },
    /// A key is in force already.
    #[error("{official} has a key since record {record}: replace it, or revoke it first")]
    KeyHeld {
        /// The official.
        official: OfficialId,
        /// The record that put the key in force.
        record: u64,
    },
    /// No key is in force.
    #[error("{official} has no key in force since record {record}")]
    NoKey {
        /// The official.
        official: OfficialId,
        /// The record that ended the last one, or that registered them.
        record: u64,
    },
    /// The key was theirs before.
    #[error("{official} had this key before, by record {record}: make a new one")]
    KeyKnown {
        /// The official.
        official: OfficialId,
        /// The record that put it in force then.
        record: u64,
    },
    /// The branch was the same before.
    #[error("the branch of {official} is the same since record {record}")]
    SameBranch {
        /// The official.
        official: OfficialId,
        /// The record that says so.
        record: u64,
    },
}

impl OfficialViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NoOffice { .. } => "official-leaves-what-is-held",
            Self::LeftAlready { .. } => "official-leaves-once",
            Self::UnknownRank { .. } => "rank-of-the-rules",
            Self::KeyHeld { .. } => "official-key-one-at-a-time",
            Self::NoKey { .. } => "official-key-held",
            Self::KeyKnown { .. } => "official-key-is-new",
            Self::NotABranch { .. } => "branch-is-a-branch",
            Self::SameBranch { .. } => "branch-changes",
        }
    }

    /// Returns the record that stands against the event.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::NoOffice { record, .. }
            | Self::LeftAlready { record, .. }
            | Self::UnknownRank { record, .. }
            | Self::KeyHeld { record, .. }
            | Self::NoKey { record, .. }
            | Self::KeyKnown { record, .. }
            | Self::NotABranch { record, .. }
            | Self::SameBranch { record, .. } => Some(*record),
        }
    }
}
