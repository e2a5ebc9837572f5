//! What stands against an event of aid.

use super::DifficultyKind;
use crate::id::{AidId, HouseholdId, OfficialId, ProjectId};

/// A rule about aid, projects and difficulties that an event breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AidViolation {
    /// The members it is for are not members of the household.
    #[error("{household} has {members} members by record {record}: aid is for one of them or more")]
    Members {
        /// The household.
        household: HouseholdId,
        /// How many members it has.
        members: u8,
        /// The record that says so.
        record: u64,
    },
    /// Cash without an amount.
    #[error("aid in cash has an amount")]
    NoAmount,
    /// The receipt is confirmed already.
    #[error("the receipt of {aid} was confirmed by record {record}")]
    Confirmed {
        /// The aid.
        aid: AidId,
        /// The record that confirmed it.
        record: u64,
    },
    /// The aid went to another household.
    #[error("{aid} went to {household} by record {record}")]
    OtherHousehold {
        /// The aid.
        aid: AidId,
        /// Where it went.
        household: HouseholdId,
        /// The record of the delivery.
        record: u64,
    },
    /// Who delivered it does not confirm it.
    #[error(
        "{official} delivered {aid} by record {record}: another party confirms, and records, the receipt"
    )]
    ConfirmedByDeliverer {
        /// The aid.
        aid: AidId,
        /// The official.
        official: OfficialId,
        /// The record of the delivery.
        record: u64,
    },
    /// The project is verified already.
    #[error("{project} was verified by record {record}")]
    Verified {
        /// The project.
        project: ProjectId,
        /// The record that verified it.
        record: u64,
    },
    /// Who answers for a project does not verify it.
    #[error("{official} answers for {project} by record {record}: another party verifies, and records, it")]
    OwnProject {
        /// The project.
        project: ProjectId,
        /// The official.
        official: OfficialId,
        /// The record that started it.
        record: u64,
    },
    /// A difficulty is resolved by one thing.
    #[error("a difficulty is resolved by aid or by a project: name one of them")]
    OneMeans,
    /// The project resolved that difficulty already.
    #[error("that project resolved the difficulty {kind} of {household} by record {record}")]
    ResolvedAlready {
        /// The household.
        household: HouseholdId,
        /// The difficulty.
        kind: DifficultyKind,
        /// The record that says so.
        record: u64,
    },
    /// The aid resolved a difficulty already.
    #[error("{aid} resolved a difficulty by record {record}: it resolves one")]
    Spent {
        /// The aid.
        aid: AidId,
        /// The record that says so.
        record: u64,
    },
    /// The receipt is not confirmed.
    #[error("the receipt of {aid}, delivered by record {record}, is not confirmed: it counts from then on")]
    NotConfirmed {
        /// The aid.
        aid: AidId,
        /// The record of the delivery.
        record: u64,
    },
    /// The project is not verified.
    #[error("{project}, started by record {record}, is not verified: it counts from then on")]
    NotVerified {
        /// The project.
        project: ProjectId,
        /// The record that started it.
        record: u64,
    },
}

impl AidViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Members { .. } => "aid-for-members",
            Self::NoAmount => "cash-has-an-amount",
            Self::Confirmed { .. } => "receipt-confirmed-once",
            Self::OtherHousehold { .. } => "aid-of-that-household",
            Self::ConfirmedByDeliverer { .. } => "receipt-confirmed-by-another",
            Self::Verified { .. } => "project-verified-once",
            Self::OwnProject { .. } => "project-verified-by-another",
            Self::OneMeans => "difficulty-resolved-by-one",
            Self::ResolvedAlready { .. } | Self::Spent { .. } => "difficulty-resolved-once",
            Self::NotConfirmed { .. } | Self::NotVerified { .. } => "difficulty-resolved-by-what-counts",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::Members { record, .. }
            | Self::Confirmed { record, .. }
            | Self::OtherHousehold { record, .. }
            | Self::ConfirmedByDeliverer { record, .. }
            | Self::Verified { record, .. }
            | Self::OwnProject { record, .. }
            | Self::ResolvedAlready { record, .. }
            | Self::Spent { record, .. }
            | Self::NotConfirmed { record, .. }
            | Self::NotVerified { record, .. } => Some(*record),
            Self::NoAmount | Self::OneMeans => None,
        }
    }
}
