//! What a case keeps of the campaigns whose lists it stood on.

use serde::{Deserialize, Serialize};

use crate::{
    case::CaseStatus,
    id::{CampaignId, OfficialId},
    mark::Mark,
    numbered::numbered,
    room::make_room,
    time::OccurredAt,
};

numbered! {
    /// What became of a case on a campaign's list. Not stored in bodies: it follows from the case's status.
    pub enum BacklogOutcome ("outcome of a listed case") {
        /// 办结: replied to, followed up, closed or final.
        Resolved = 1, "resolved";
        /// 终止: declined, withdrawn, merged or void.
        Terminated = 2, "terminated";
        /// 结转: neither, when the campaign was closed.
        CarriedOver = 3, "carried-over";
    }
}

impl BacklogOutcome {
    /// Returns what a listed case with this status counts as.
    pub const fn of(status: CaseStatus) -> Self {
        match status {
            CaseStatus::Replied | CaseStatus::FollowedUp | CaseStatus::Closed | CaseStatus::Final => {
                Self::Resolved
            }
            CaseStatus::Declined | CaseStatus::Withdrawn | CaseStatus::Merged | CaseStatus::Void => {
                Self::Terminated
            }
            _ => Self::CarriedOver,
        }
    }
}

/// A case's place on the list of a campaign.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Listing {
    /// The campaign.
    pub campaign: CampaignId,
    /// When it was put on the list.
    pub listed: Mark,
    /// The leader who answers for it, and the record that says so.
    pub leader: Option<(OfficialId, u64)>,
}

/// A moment from which a listed case counted as something else.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Turn {
    since: Mark,
    outcome: BacklogOutcome,
}

/// The lists that a case stood on, and how it stood from the first of them on.
///
/// A case outlives a campaign: what it counted as when the campaign was closed must still be known when it is reopened
/// later, or resolved.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Backlog {
    listings: Vec<Listing>,
    turns: Vec<Turn>,
}

impl Backlog {
    /// Returns its places on lists, in the order of their records.
    pub fn listings(&self) -> &[Listing] {
        &self.listings
    }

    /// Returns its place on the list of a campaign.
    pub fn listing(&self, campaign: CampaignId) -> Option<&Listing> {
        self.listings.iter().find(|listing| listing.campaign == campaign)
    }

    /// Returns its last place.
    pub fn last(&self) -> Option<&Listing> {
        self.listings.last()
    }

    /// Returns what it counted as at a moment, or counts as now, and the record that made it so.
    pub(crate) fn outcome(&self, at: Option<OccurredAt>) -> (BacklogOutcome, u64) {
        let counts = |turn: &&Turn| at.is_none_or(|at| !at.is_certainly_before(turn.since.occurred()));
        let last = self.turns.iter().rfind(counts);
        last.map_or((BacklogOutcome::CarriedOver, 0), |turn| (turn.outcome, turn.since.record()))
    }

    pub(crate) fn list(&mut self, campaign: CampaignId, listed: Mark) {
        make_room(&mut self.listings);
        self.listings.push(Listing { campaign, listed, leader: None });
    }

    pub(crate) fn lead(&mut self, campaign: CampaignId, leader: OfficialId, record: u64) {
        if let Some(listing) = self.listings.iter_mut().rfind(|listing| listing.campaign == campaign) {
            listing.leader = Some((leader, record));
        }
    }

    /// Notes a status of the case.
    pub(crate) fn turn(&mut self, status: CaseStatus, since: Mark) {
        let outcome = BacklogOutcome::of(status);
        if self.outcome(None).0 != outcome {
            make_room(&mut self.turns);
            self.turns.push(Turn { since, outcome });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Precision, Timestamp};

    fn at(moment: i64) -> Mark {
        let occurred = OccurredAt { at: Timestamp(moment), precision: Precision::Microsecond };
        Mark::new(occurred, u64::try_from(moment).unwrap())
    }

    #[test]
    fn what_it_counted_as_at_a_moment_outlives_what_came_later() {
        let mut backlog = Backlog::default();
        backlog.list(CampaignId::new(1).unwrap(), at(1));
        backlog.turn(CaseStatus::InProgress, at(2));
        backlog.turn(CaseStatus::Replied, at(10));
        backlog.turn(CaseStatus::Closed, at(20));
        backlog.turn(CaseStatus::InProgress, at(30));
        backlog.turn(CaseStatus::Void, at(40));
        let outcome = |moment| backlog.outcome(Some(at(moment).occurred()));
        assert_eq!(outcome(9), (BacklogOutcome::CarriedOver, 0));
        assert_eq!(outcome(10), (BacklogOutcome::Resolved, 10));
        assert_eq!(outcome(29), (BacklogOutcome::Resolved, 10));
        assert_eq!(outcome(30), (BacklogOutcome::CarriedOver, 30));
        assert_eq!(backlog.outcome(None), (BacklogOutcome::Terminated, 40));
    }
}
