//! Who owes how many pairings on a day, and has them.

use std::{borrow::Borrow, collections::BTreeMap};

use crate::{
    day::Day,
    id::{OfficialId, UnitId},
    official::OfficialState,
    rule_set::{QuotaBearer, RuleSet},
    time::{OccurredAt, Precision},
    zone::Zone,
};

/// Who owes pairings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PairingBearer {
    /// An official alone.
    Official(OfficialId),
    /// A branch 支部: those of its members whose rank owes nothing alone, together.
    Branch(UnitId),
}

/// What one bearer owes and has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PairingDuty {
    /// Who.
    pub bearer: PairingBearer,
    /// How many households are due.
    pub due: u16,
    /// The records that established the pairings that live on the day.
    pub pairings: Vec<u64>,
}

impl PairingDuty {
    /// Says whether there are as many as are due.
    pub fn is_met(&self) -> bool {
        self.pairings.len() >= usize::from(self.due)
    }
}

/// What all bearers owe and have on a day.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PairingDuties {
    /// Bearers ascending: officials, then branches.
    pub duties: Vec<PairingDuty>,
    /// Officials whose rank owes through a branch, and who belong to none: nobody's duty.
    pub without_branch: Vec<OfficialId>,
}

/// Says who owes how many pairings on a day, by the rank held on that day, and who has them. A branch owes what the lowest
/// rank among those of its members asks that owe together. Those who left the service owe nothing.
pub fn pairing_duties(
    officials: impl IntoIterator<Item = (OfficialId, impl Borrow<OfficialState>)>,
    rules: &RuleSet,
    day: Day,
    zone: &Zone,
) -> PairingDuties {
    let then = OccurredAt { at: zone.start_of(day), precision: Precision::Day };
    let mut without_branch = Vec::new();
    // By bearer: the lowest rank, what it asks, and what there is.
    let mut bearers: BTreeMap<PairingBearer, (u16, PairingDuty)> = BTreeMap::new();
    for (id, official) in officials {
        let official = official.borrow();
        if !official.is_in_service(then) {
            continue;
        }
        let Some(rank) = official.rank_at(then).and_then(|number| rules.rank(number)) else { continue };
        let Some(quota) = rank.pairing else { continue };
        let bearer = match quota.per {
            QuotaBearer::Person => PairingBearer::Official(id),
            QuotaBearer::Branch => match official.branch_at(then).and_then(|membership| membership.branch) {
                Some(branch) => PairingBearer::Branch(branch),
                None => {
                    without_branch.push(id);
                    continue;
                }
            },
        };
        let (lowest, duty) =
            bearers.entry(bearer).or_insert((0, PairingDuty { bearer, due: 0, pairings: Vec::new() }));
        // A greater number is a lower rank.
        if rank.number > *lowest {
            (*lowest, duty.due) = (rank.number, quota.households);
        }
        let live = official.pairings().iter().filter(|tie| tie.span.lasts_on(day, zone));
        duty.pairings.extend(live.map(|tie| tie.span.record));
    }
    PairingDuties { duties: bearers.into_values().map(|(_, duty)| duty).collect(), without_branch }
}
