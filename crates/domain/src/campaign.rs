//! Backlog campaigns 大下访: old cases on a list, each with one leader who answers for it, until the campaign is closed.

mod backlog;
mod violation;

use serde::{Deserialize, Serialize};

pub use backlog::{Backlog, BacklogOutcome, Listing};
pub use violation::CampaignViolation;

use crate::{
    case::CaseState,
    id::{CampaignId, CaseId, OfficialId, StreamRef, UnitId},
    label::Label,
    mark::Mark,
    official::in_service,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut, subject, subject_mut},
    source::SourceRow,
    subject::Role,
    time::OccurredAt,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
};

crate::event! {
    /// A campaign to settle old cases was opened.
    pub struct CampaignOpened {
        /// The unit that runs it.
        pub unit: UnitId,
        /// Its name, which is public.
        pub name: Label,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 672, version 1, opens CampaignId;
    personal none;
}

crate::event! {
    /// A live case was put on a campaign's list. It stands in one open campaign only.
    pub struct BacklogListed {
        /// The case.
        pub case: CaseId,
        /// The closed campaign whose list it stood on last; nothing when it was never listed.
        pub before: Option<CampaignId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 673, version 1, continues CampaignId;
    personal none;
}

crate::event! {
    /// A campaign was closed. What became of each case on its list follows from the cases.
    pub struct CampaignClosed {
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 674, version 1, continues CampaignId;
    personal none;
}

crate::event! {
    /// A listed case got the one leader who answers for it (包案), or another one in their place.
    pub struct CaseAssignedToLeader {
        /// The open campaign whose list it stands on.
        pub campaign: CampaignId,
        /// The leader.
        pub leader: OfficialId,
        /// The leader they take the place of; nothing when there was none.
        pub replaces: Option<OfficialId>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 675, version 1, continues CaseId;
    personal none;
}

/// What is known of a campaign.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CampaignState {
    /// The unit that runs it.
    pub unit: UnitId,
    /// Its name.
    pub name: Label,
    /// Its opening.
    pub opened: Mark,
    /// The last that happened in it by its own date, before its closing: the opening or a listing.
    pub latest: Mark,
    /// Its closing; `None` while it is open.
    pub closed: Option<Mark>,
    /// How many cases were put on its list.
    pub listed: u64,
}

/// What became of a case in a campaign, and who answers for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BacklogStanding {
    /// What became of it: by the campaign's closing, or so far.
    pub outcome: BacklogOutcome,
    /// The record that decided it.
    pub record: u64,
    /// The leader who answers for it, and the record that says so.
    pub leader: Option<(OfficialId, u64)>,
}

impl CampaignState {
    /// Returns what became of a case on this campaign's list by the day the campaign was closed, or so far while it is open.
    /// What happened within the same time as the closing counts. `None` for a case that was not on the list.
    pub fn standing(&self, id: CampaignId, case: &CaseState) -> Option<BacklogStanding> {
        Self::stood(id, case, self.closed.map(|closed| closed.occurred()))
    }

    /// As [`standing`](Self::standing), as it was at a moment: a later closing does not count yet.
    pub fn standing_at(&self, id: CampaignId, case: &CaseState, then: OccurredAt) -> Option<BacklogStanding> {
        let closed = self.closed.map(|closed| closed.occurred()).filter(|closed| closed.at <= then.at);
        Self::stood(id, case, Some(closed.unwrap_or(then)))
    }

    fn stood(id: CampaignId, case: &CaseState, until: Option<OccurredAt>) -> Option<BacklogStanding> {
        let backlog = case.backlog.as_deref()?;
        let listing = backlog.listing(id)?;
        let (outcome, record) = backlog.outcome(until);
        Some(BacklogStanding { outcome, record: record.max(listing.listed.record()), leader: listing.leader })
    }

    /// Checks that the campaign goes on, and went on then.
    fn permits(&self, id: CampaignId, place: &Place<'_>) -> Result<(), Violation> {
        if let Some(closed) = self.closed {
            return Err(CampaignViolation::Closed { campaign: id, record: closed.record() }.into());
        }
        Ok(self.opened.precedes(place.occurred, id.stream(), "was opened")?)
    }
}

impl Rules for CampaignOpened {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Organiser, self.unit.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        alive_at(view, Role::Organiser, self.unit, place.occurred).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let opened = Mark::of(meta);
        store.push_campaign(CampaignState {
            unit: self.unit,
            name: self.name.clone(),
            opened,
            latest: opened,
            closed: None,
            listed: 0,
        });
        Ok(())
    }
}

impl Rules for BacklogListed {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Listed, self.case.stream());
        if let Some(before) = self.before {
            name(Role::EarlierCampaign, before.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, campaign) = own::<Self>(view, place.stream)?;
        campaign.permits(id, place)?;
        let case = subject(view, Role::Listed, self.case)?;
        is_live(self.case, case, place)?;
        let last = case.backlog.as_deref().and_then(Backlog::last);
        match (last, self.before) {
            (None, None) => Ok(()),
            (Some(last), Some(before)) if last.campaign == before => {
                let earlier = subject(view, Role::EarlierCampaign, before)?;
                match earlier.closed {
                    None => Err(stands(self.case, last)),
                    Some(closed) => Ok(closed.precedes(place.occurred, before.stream(), "was closed")?),
                }
            }
            (Some(last), _) => Err(stands(self.case, last)),
            (None, Some(campaign)) => Err(CampaignViolation::NotListed { case: self.case, campaign }.into()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let (id, _) = own::<Self>(store, meta.stream)?;
        let listed = Mark::of(meta);
        let case = subject_mut(store, Role::Listed, self.case)?;
        let status = case.status;
        let backlog = case.backlog.get_or_insert_default();
        backlog.list(id, listed);
        backlog.turn(status, listed);
        let campaign = own_mut::<Self>(store, meta.stream)?;
        campaign.listed = campaign.listed.saturating_add(1);
        if campaign.latest.occurred().at < listed.occurred().at {
            campaign.latest = listed;
        }
        Ok(())
    }
}

impl Rules for CampaignClosed {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, campaign) = own::<Self>(view, place.stream)?;
        campaign.permits(id, place)?;
        Ok(campaign.latest.precedes(place.occurred, id.stream(), "listed a case")?)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.closed = Some(Mark::of(meta));
        Ok(())
    }
}

impl Rules for CaseAssignedToLeader {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::Campaign, self.campaign.stream());
        name(Role::Leader, self.leader.stream());
        if let Some(replaced) = self.replaces {
            name(Role::ReplacedLeader, replaced.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (id, case) = own::<Self>(view, place.stream)?;
        let campaign = subject(view, Role::Campaign, self.campaign)?;
        campaign.permits(self.campaign, place)?;
        is_live(id, case, place)?;
        let listing = case
            .backlog
            .as_deref()
            .and_then(|backlog| backlog.listing(self.campaign))
            .ok_or(CampaignViolation::NotListed { case: id, campaign: self.campaign })?;
        listing.listed.precedes(place.occurred, id.stream(), "was listed")?;
        in_service(view, Role::Leader, self.leader, place.occurred)?;
        match listing.leader {
            Some((leader, record)) if leader == self.leader || self.replaces != Some(leader) => {
                Err(CampaignViolation::HasLeader { case: id, leader, record }.into())
            }
            None if self.replaces.is_some() => Err(CampaignViolation::HasNoLeader { case: id }.into()),
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let case = own_mut::<Self>(store, meta.stream)?;
        case.count(meta);
        if let Some(backlog) = case.backlog.as_deref_mut() {
            backlog.lead(self.campaign, self.leader, meta.index);
        }
        Ok(())
    }
}

fn stands(case: CaseId, last: &Listing) -> Violation {
    CampaignViolation::StandsInCampaign { case, campaign: last.campaign, record: last.listed.record() }.into()
}

fn is_live(id: CaseId, case: &CaseState, place: &Place<'_>) -> Result<(), Violation> {
    if !case.status.is_live() {
        let (status, record) = (case.status, case.status_record);
        return Err(CampaignViolation::Settled { case: id, status, record }.into());
    }
    if place.occurred.is_certainly_before(case.registered()) {
        return Err(Violation::BeforeRegistration { case: id, record: case.registered_record() });
    }
    Ok(())
}
