//! What is known of an official.

use serde::{Deserialize, Serialize};

use crate::{
    diary::Diary,
    id::{OfficialId, UnitId},
    numbered::numbered,
    official::{OfficialKey, OfficialViolation, PairingTie, StayTie, Ties},
    room::make_room,
    rules::subject,
    subject::Role,
    time::OccurredAt,
    too_early::TooEarly,
    view::View,
    violation::Violation,
};

numbered! {
    /// An office that an official holds in a unit.
    pub enum Office ("office") {
        /// 书记
        Secretary = 1, "secretary";
        /// 班子成员
        TeamMember = 2, "team-member";
        /// 工作人员
        Staff = 3, "staff";
    }
}

impl Office {
    /// Says whether its holder belongs to the unit's team 班子, to which the secretary belongs too.
    pub const fn is_of_team(self) -> bool {
        matches!(self, Self::Secretary | Self::TeamMember)
    }
}

/// What is known of an official.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OfficialState {
    /// The unit they belonged to when they were registered.
    pub unit: UnitId,
    /// Their rank when they were registered.
    pub rank: Option<u16>,
    /// Since when they are registered, as claimed.
    pub registered: OccurredAt,
    /// The record that registered them.
    pub record: u64,
    /// Appointments and leavings, in the order in which they happened.
    pub changes: Vec<PostChange>,
    /// Branches joined and left, in the order in which that happened.
    pub branches: Vec<BranchMembership>,
    /// Their diary; `None` for those who wrote none.
    pub diary: Option<Box<Diary>>,
    /// Stays and pairings; `None` for one who has none.
    pub ties: Option<Box<Ties>>,
    /// Keys to sign commands with, in the order of their records.
    pub keys: Vec<OfficialKey>,
}

/// An appointment or a leaving.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PostChange {
    /// When, as claimed.
    pub at: OccurredAt,
    /// The unit; `None` where the service was left altogether.
    pub unit: Option<UnitId>,
    /// The office held there from then on; `None` where it was left.
    pub office: Option<Office>,
    /// The rank from then on; `None` where it stayed as it was.
    pub rank: Option<u16>,
    /// The record.
    pub record: u64,
}

/// A change of branch 支部.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BranchMembership {
    /// When, as claimed.
    pub at: OccurredAt,
    /// The branch from then on; `None` where they left the one they were in.
    pub branch: Option<UnitId>,
    /// The record.
    pub record: u64,
}

/// An office held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Post {
    /// In which unit.
    pub unit: UnitId,
    /// Which office.
    pub office: Office,
    /// Since when, as claimed.
    pub since: OccurredAt,
    /// The record of the appointment.
    pub record: u64,
}

impl OfficialState {
    /// Iterates over the offices held at a time. On the day of a change both the old and the new one are.
    pub fn posts_at(&self, then: OccurredAt) -> impl Iterator<Item = Post> {
        let mut rest = self.changes.iter();
        std::iter::from_fn(move || {
            loop {
                let change = rest.next()?;
                let (Some(unit), Some(office)) = (change.unit, change.office) else { continue };
                let ended = rest.clone().find(|later| later.unit.is_none_or(|other| other == unit));
                if !then.is_certainly_before(change.at)
                    && !ended.is_some_and(|later| later.at.is_certainly_before(then))
                {
                    return Some(Post { unit, office, since: change.at, record: change.record });
                }
            }
        })
    }

    /// Returns the record of the appointment by which the office in this unit is held at a time, if it is.
    pub fn holds(&self, unit: UnitId, office: Office, then: OccurredAt) -> Option<u64> {
        self.posts_at(then).find(|post| post.unit == unit && post.office == office).map(|post| post.record)
    }

    /// Returns the unit at a time: that of the last appointment until then, or else of the registration. Who left belongs to
    /// the unit they left.
    pub fn unit_at(&self, then: OccurredAt) -> UnitId {
        let until_then = self.changes.iter().rev().filter(|change| !then.is_certainly_before(change.at));
        until_then.filter_map(|change| change.unit).next().unwrap_or(self.unit)
    }

    /// Returns the rank at a time: that of the last appointment that gave one, or else of the registration.
    pub fn rank_at(&self, then: OccurredAt) -> Option<u16> {
        let until_then = self.changes.iter().rev().filter(|change| !then.is_certainly_before(change.at));
        until_then.filter_map(|change| change.rank).next().or(self.rank)
    }

    /// Returns the last change of branch until a time.
    pub fn branch_at(&self, then: OccurredAt) -> Option<&BranchMembership> {
        self.branches.iter().rev().find(|change| !then.is_certainly_before(change.at))
    }

    /// Returns the leaving by which they are out of the service at a time, if they are.
    pub(crate) fn left_at(&self, then: OccurredAt) -> Option<&PostChange> {
        let until_then = self.changes.iter().rev().find(|change| !then.is_certainly_before(change.at));
        until_then.filter(|change| change.unit.is_none())
    }

    /// Says whether they are registered at a time and have not left the service.
    pub fn is_in_service(&self, then: OccurredAt) -> bool {
        !then.is_certainly_before(self.registered) && self.left_at(then).is_none()
    }

    /// Says whether they hold an office in the unit at a time, or were registered there and have not changed since.
    pub fn belongs_to(&self, unit: UnitId, then: OccurredAt) -> bool {
        let unchanged = || self.changes.iter().all(|change| then.is_certainly_before(change.at));
        self.posts_at(then).any(|post| post.unit == unit) || (self.unit == unit && unchanged())
    }

    /// Returns their stays, in the order of their records.
    pub fn stays(&self) -> &[StayTie] {
        self.ties.as_deref().map_or(&[], |ties| &ties.stays)
    }

    /// Returns their pairings, in the order of their records.
    pub fn pairings(&self) -> &[PairingTie] {
        self.ties.as_deref().map_or(&[], |ties| &ties.pairings)
    }

    /// Enters an appointment or a leaving behind those that happened before it.
    pub(crate) fn enter(&mut self, change: PostChange) {
        let behind = self.changes.partition_point(|other| other.at.at <= change.at.at);
        make_room(&mut self.changes);
        self.changes.insert(behind, change);
    }

    /// Enters a change of branch behind those that happened before it.
    pub(crate) fn join(&mut self, change: BranchMembership) {
        let behind = self.branches.partition_point(|other| other.at.at <= change.at.at);
        make_room(&mut self.branches);
        self.branches.insert(behind, change);
    }

    /// Checks that they were registered at a time.
    pub(crate) fn known(&self, own: OfficialId, then: OccurredAt) -> Result<(), TooEarly> {
        if then.is_certainly_before(self.registered) {
            return Err(TooEarly { subject: own.stream(), was: "was registered", record: self.record });
        }
        Ok(())
    }
}

/// Returns the state of an official who was registered and in the service at a time.
pub(crate) fn in_service(
    view: &impl View,
    role: Role,
    official: OfficialId,
    then: OccurredAt,
) -> Result<&OfficialState, Violation> {
    let state = subject(view, role, official)?;
    state.known(official, then)?;
    match state.left_at(then) {
        Some(left) => Err(OfficialViolation::LeftAlready { official, record: left.record }.into()),
        None => Ok(state),
    }
}
