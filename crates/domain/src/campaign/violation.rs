//! What stands against an event of a campaign.

use crate::{
    case::CaseStatus,
    id::{CampaignId, CaseId, OfficialId},
};

/// A rule of campaigns that an event breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CampaignViolation {
    /// The campaign is closed.
    #[error("{campaign} was closed by record {record}: nothing more happens in it")]
    Closed {
        /// The campaign.
        campaign: CampaignId,
        /// The record that closed it.
        record: u64,
    },
    /// The case is settled.
    #[error("{case} is {status} since record {record}: only a live case is listed and given to a leader")]
    Settled {
        /// The case.
        case: CaseId,
        /// Its status.
        status: CaseStatus,
        /// The record that set it.
        record: u64,
    },
    /// The case stands on a list already.
    #[error(
        "{case} stands in {campaign} by record {record}: once {campaign} is closed, it can be listed anew with {campaign} as the one before"
    )]
    StandsInCampaign {
        /// The case.
        case: CaseId,
        /// The campaign.
        campaign: CampaignId,
        /// The record that listed it.
        record: u64,
    },
    /// The case is not on the list of that campaign.
    #[error("{case} does not stand in {campaign}")]
    NotListed {
        /// The case.
        case: CaseId,
        /// The campaign.
        campaign: CampaignId,
    },
    /// The case has its one leader.
    #[error(
        "{case} has {leader} as its leader by record {record}: another one must be named as replacing {leader}"
    )]
    HasLeader {
        /// The case.
        case: CaseId,
        /// The leader.
        leader: OfficialId,
        /// The record that says so.
        record: u64,
    },
    /// Nobody can be replaced.
    #[error("{case} has no leader to be replaced")]
    HasNoLeader {
        /// The case.
        case: CaseId,
    },
}

impl CampaignViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "campaign-open",
            Self::Settled { .. } => "backlog-case-live",
            Self::StandsInCampaign { .. } => "backlog-one-open-campaign",
            Self::NotListed { .. } => "backlog-case-listed",
            Self::HasLeader { .. } | Self::HasNoLeader { .. } => "one-leader-a-case",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::Closed { record, .. }
            | Self::Settled { record, .. }
            | Self::StandsInCampaign { record, .. }
            | Self::HasLeader { record, .. } => Some(*record),
            Self::NotListed { .. } | Self::HasNoLeader { .. } => None,
        }
    }
}
