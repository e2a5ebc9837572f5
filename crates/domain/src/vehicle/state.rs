//! What is known of a vehicle.

use serde::{Deserialize, Serialize};

use crate::{
    day::Day,
    id::{OfficialId, UnitId},
    label::Label,
    mark::Mark,
    numbered::numbered,
    rule_set::Cutoffs,
    zone::Zone,
};

numbered! {
    /// How a vehicle over standard is disposed of.
    pub enum DisposalKind ("kind of disposal") {
        /// 过渡: kept in use until a day, as somebody approved.
        Transitional = 1, "transitional";
        /// 调剂: given to where it is not over standard.
        Reassigned = 2, "reassigned";
        /// 拍卖
        Auctioned = 3, "auctioned";
    }
}

numbered! {
    /// How it stands with a vehicle over standard on a day. Not stored in bodies.
    pub enum VehicleStanding ("standing of a vehicle") {
        /// 未处理: no disposal is live.
        Open = 1, "open";
        /// 过渡
        Transitional = 2, "transitional";
        /// 过渡逾期: in use beyond the last day of its transition.
        Overrun = 3, "overrun";
        /// 调剂
        Reassigned = 4, "reassigned";
        /// 拍卖
        Auctioned = 5, "auctioned";
    }
}

/// What is known of a vehicle over standard.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct VehicleState {
    /// The unit that had it when it was found.
    pub unit: UnitId,
    /// Its number in the vehicle register.
    pub code: Label,
    /// Whether the unit found it by checking itself.
    pub self_checked: bool,
    /// When it was found.
    pub found: Mark,
    /// The live disposal.
    pub disposal: Option<Disposal>,
    /// How many transitions expired.
    pub expired: u32,
    /// When the last of them was noted to have expired.
    pub last_expiry: Option<Mark>,
}

/// A disposal of a vehicle.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Disposal {
    /// Of what kind.
    pub kind: DisposalKind,
    /// When it was decided.
    pub disposed: Mark,
    /// Who approved it.
    pub approver: Option<OfficialId>,
    /// The last day of a transition.
    pub until: Option<Day>,
    /// The unit that it was given to.
    pub to: Option<UnitId>,
    /// What an auction brought, in fen.
    pub proceeds_fen: Option<u64>,
}

impl VehicleState {
    /// Returns how it stands on a day.
    pub fn standing(&self, today: Day) -> VehicleStanding {
        match self.disposal {
            None => VehicleStanding::Open,
            Some(Disposal { kind: DisposalKind::Transitional, until, .. }) => {
                if until.is_some_and(|until| until < today) {
                    VehicleStanding::Overrun
                } else {
                    VehicleStanding::Transitional
                }
            }
            Some(Disposal { kind: DisposalKind::Reassigned, .. }) => VehicleStanding::Reassigned,
            Some(Disposal { kind: DisposalKind::Auctioned, .. }) => VehicleStanding::Auctioned,
        }
    }

    /// Says whether the unit found it itself by the cut-off day; `None` where there is no such day.
    pub fn self_checked_in_time(&self, cutoffs: &Cutoffs, zone: &Zone) -> Option<bool> {
        let found = zone.day_of(self.found.occurred().at);
        cutoffs.vehicles.map(|cutoff| self.self_checked && cutoffs.is_in_time(found, cutoff))
    }
}
