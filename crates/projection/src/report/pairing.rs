//! The report on pairing 结穷亲: who is paired with whom, and whose quota is met.

use std::collections::BTreeSet;

use docket_domain::{HouseholdId, PairingBearer, View as _, pairing_duties};

use super::{
    lens::Lens,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
};

tally! {
    struct Pairings {
        established: figure PairingsEstablished, Pairings, Occurred;
        lasting: figure PairingsLasting, Pairings, Occurred;
        ended: figure PairingsEnded, Pairings, Occurred;
        live: figure PairingsLive, Pairings, AsOf;
        households: figure HouseholdsPaired, Households, AsOf;
        attainment: ratio PairingAttainment, DutyHolders, AsOf;
        officials: ratio PairingByOfficials, DutyHolders, AsOf;
        branches: ratio PairingByBranches, DutyHolders, AsOf;
        without_branch: figure OfficialsWithoutBranch, Officials, AsOf;
    }
}

/// Makes the report.
pub(super) fn report(lens: &Lens<'_>) -> Report {
    let mut tallies = Tallies::<Pairings>::new(lens);
    ties(lens, &mut tallies);
    each_duty(lens, |duty| {
        tallies.ruled_by(duty.rules);
        let official = match duty.bearer {
            Some(PairingBearer::Official(official)) => Some(official),
            _ => None,
        };
        tallies.of_both(duty.unit, official, |counts| {
            let by_bearer = match duty.bearer {
                None => return counts.without_branch.add(duty.record),
                Some(PairingBearer::Official(_)) => &mut counts.officials,
                Some(PairingBearer::Branch(_)) => &mut counts.branches,
            };
            by_bearer.ask(duty.is_met, duty.record);
            counts.attainment.ask(duty.is_met, duty.record);
        });
    });
    let parts = &[FigureName::PairingsLasting, FigureName::PairingsEnded];
    tallies.report(ReportName::Pairing, &[(FigureName::PairingsEstablished, parts)])
}

/// Counts the pairings themselves, each for the unit to which its official belonged when it was established.
fn ties(lens: &Lens<'_>, tallies: &mut Tallies<'_, Pairings>) {
    let mut paired: BTreeSet<HouseholdId> = BTreeSet::new();
    for (_, pairing) in lens.states.pairings() {
        let asked = lens.takes_official(Some(pairing.official)) && lens.takes_household(pairing.household);
        if !asked {
            continue;
        }
        let established = pairing.established;
        let ended = pairing.ended.map(|(_, stamp)| stamp).filter(|stamp| lens.knows(*stamp));
        let counts_now = lens.stands(established.occurred(), ended.map(|ended| ended.occurred()));
        let unit = lens.unit_of(pairing.official, established.occurred());
        let is_new = counts_now && lens.takes(unit) && paired.insert(pairing.household);
        tallies.of_both(unit, Some(pairing.official), |counts| {
            if lens.has(established.occurred().at) {
                counts.established.add(established.record());
                match ended {
                    Some(ended) => counts.ended.add(ended.record()),
                    None => counts.lasting.add(established.record()),
                }
            }
            if counts_now {
                counts.live.add(established.record());
            }
            if is_new {
                counts.households.add(established.record());
            }
        });
    }
}

/// What one bearer owes at the last moment.
struct Duty<'a> {
    rules: &'a docket_domain::RulesState,
    unit: Option<docket_domain::UnitId>,
    /// `None`: an official who owes through a branch and belongs to none.
    bearer: Option<PairingBearer>,
    is_met: bool,
    /// The last pairing that counts, or else the record that registered the bearer.
    record: u64,
}

/// Goes through the duties of pairing as they stand at the last moment, by the rules in force then.
fn each_duty(lens: &Lens<'_>, mut each: impl FnMut(Duty<'_>)) {
    let Some(rules) = lens.states.rules_at(lens.last_moment()) else { return };
    if lens.scope.household.is_some() {
        return;
    }
    let officials = lens.states.officials().filter(|(id, _)| lens.takes_official(Some(*id)));
    let duties = pairing_duties(officials, &rules.rules, lens.last_day(), lens.zone());
    for duty in duties.duties {
        let (unit, registered) = match duty.bearer {
            PairingBearer::Official(id) => {
                (lens.unit_of(id, lens.end()), lens.states.official(id).map(|state| state.record))
            }
            PairingBearer::Branch(id) => (Some(id), lens.states.unit(id).map(|state| state.record)),
        };
        let record = duty.pairings.last().copied().or(registered).unwrap_or_default();
        each(Duty { rules, unit, bearer: Some(duty.bearer), is_met: duty.is_met(), record });
    }
    for id in duties.without_branch {
        let record = lens.states.official(id).map_or(0, |state| state.record);
        let unit = lens.unit_of(id, lens.end());
        each(Duty { rules, unit, bearer: None, is_met: false, record });
    }
}
