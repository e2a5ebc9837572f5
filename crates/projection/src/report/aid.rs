//! The report on aid 帮扶: what was delivered and received, projects, difficulties, and the distinct persons reached.

use docket_domain::{AidState, HouseholdId, HouseholdState, ProjectState, View as _};

use super::{
    lens::Lens,
    making::Making,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
};

tally! {
    struct Aid {
        deliveries: figure AidDeliveries, Deliveries, Occurred;
        confirmed: ratio AidConfirmed, Deliveries, Occurred;
        delivered_fen: figure AidDeliveredFen, Fen, Occurred;
        confirmed_fen: figure AidConfirmedFen, Fen, Occurred;
        unconfirmed_fen: figure AidUnconfirmedFen, Fen, Occurred;
        projects: figure Projects, Projects, Occurred;
        verified: figure ProjectsVerified, Projects, Occurred;
        unverified: figure ProjectsUnverified, Projects, Occurred;
        budget_fen: figure ProjectsBudgetFen, Fen, Occurred;
        spent_fen: figure ProjectsSpentFen, Fen, Occurred;
        served: figure ProjectBeneficiaries, Persons, Occurred;
        money_fen: figure AidMoneyFen, Fen, Occurred;
        difficulties: figure Difficulties, Difficulties, Occurred;
        beneficiaries: figure Beneficiaries, Persons, Occurred;
    }
}

const SUMS: &[(FigureName, &[FigureName])] = &[
    (FigureName::AidDeliveredFen, &[FigureName::AidConfirmedFen, FigureName::AidUnconfirmedFen]),
    (FigureName::Projects, &[FigureName::ProjectsVerified, FigureName::ProjectsUnverified]),
    MONEY,
];

/// What the money consists of.
const MONEY: (FigureName, &[FigureName]) =
    (FigureName::AidMoneyFen, &[FigureName::AidConfirmedFen, FigureName::ProjectsSpentFen]);

/// Makes the report.
pub(super) fn report(making: &Making<'_>) -> Report {
    let lens = &making.lens;
    let mut tallies = Tallies::<Aid>::new(lens);
    for (_, aid) in lens.states.aids().filter(|(_, aid)| takes(lens, aid)) {
        tallies.of(Some(aid.unit), |counts| counts.add_aid(lens, &aid));
    }
    if lens.scope.household.is_none() {
        for (_, project) in lens.states.projects() {
            if lens.has(project.started.occurred().at) && lens.takes_official(Some(project.by)) {
                tallies.of(Some(project.unit), |counts| counts.add_project(lens, &project));
            }
        }
    }
    tallies.merge(&making.households().aid);
    each_beneficiary_household(lens, |unit, persons, record| {
        tallies.of(unit, |counts| counts.beneficiaries.add_many(persons, record));
    });
    tallies.report(ReportName::Aid, SUMS)
}

fn takes(lens: &Lens<'_>, aid: &AidState) -> bool {
    lens.has(aid.delivered.occurred().at)
        && lens.takes_official(Some(aid.by))
        && lens.takes_household(aid.household)
}

/// Counts the difficulties of a household that were resolved in the period, each for its unit then.
pub(super) fn count_household(tallies: &mut Tallies<'_, Aid>, lens: &Lens<'_>, household: &HouseholdState) {
    if lens.scope.official.is_some() {
        return;
    }
    for done in household.difficulties().iter().map(|done| done.resolved) {
        if lens.has(done.occurred().at) {
            let unit = lens.unit_of_household(household, done.occurred());
            tallies.of(unit, |counts| counts.difficulties.add(done.record()));
        }
    }
}

/// Goes through the households that aid delivered in the period reached: each with its unit at the last moment, how many
/// of its members were reached, each counted once, and the record that confirmed the first receipt.
fn each_beneficiary_household(
    lens: &Lens<'_>,
    mut each: impl FnMut(Option<docket_domain::UnitId>, u64, u64),
) {
    let mut reached: Vec<(HouseholdId, u64, u32)> = lens
        .states
        .aids()
        .filter(|(_, aid)| takes(lens, aid))
        .filter_map(|(_, aid)| Some((aid.household, confirmed(lens, &aid)?, aid.members)))
        .collect();
    reached.sort_unstable();
    for same in reached.chunk_by(|one, other| one.0 == other.0) {
        let Some((household, record, _)) = same.first() else { continue };
        let members = same.iter().fold(0_u32, |members, (_, _, more)| members | more);
        let unit =
            lens.states.household(*household).and_then(|state| lens.unit_of_household(state, lens.end()));
        each(unit, u64::from(members.count_ones()), *record);
    }
}

/// Returns the record that confirmed the receipt until the last moment.
fn confirmed(lens: &Lens<'_>, aid: &AidState) -> Option<u64> {
    let (_, mark) = aid.confirmed?;
    lens.knows(mark).then_some(mark.record())
}

impl Aid {
    fn add_aid(&mut self, lens: &Lens<'_>, aid: &AidState) {
        let delivered = aid.delivered.record();
        self.deliveries.add(delivered);
        self.delivered_fen.add_many(aid.amount_fen, delivered);
        let confirmed = confirmed(lens, aid);
        self.confirmed.ask(confirmed.is_some(), confirmed.unwrap_or(delivered));
        match confirmed {
            Some(record) => {
                self.confirmed_fen.add_many(aid.amount_fen, record);
                self.money_fen.add_many(aid.amount_fen, record);
            }
            None => self.unconfirmed_fen.add_many(aid.amount_fen, delivered),
        }
    }

    fn add_project(&mut self, lens: &Lens<'_>, project: &ProjectState) {
        let started = project.started.record();
        self.projects.add(started);
        self.budget_fen.add_many(project.budget_fen, started);
        match project.verified.filter(|verified| lens.knows(verified.at)) {
            Some(verified) => {
                self.verified.add(verified.at.record());
                self.spent_fen.add_many(verified.spent_fen, verified.at.record());
                self.money_fen.add_many(verified.spent_fen, verified.at.record());
                self.served.add_many(u64::from(verified.beneficiaries), verified.at.record());
            }
            None => self.unverified.add(started),
        }
    }
}
