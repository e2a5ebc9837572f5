//! The report on backlog campaigns 大下访: which old cases were listed, who answers for each, and what became of it.

use docket_domain::{BacklogOutcome, CaseState, Listing, View as _};

use super::{
    lens::Lens,
    making::Making,
    names::{FigureName, ReportName},
    sheet::Report,
    tally::{Tallies, tally},
};

tally! {
    struct Campaigns {
        opened: figure CampaignsOpened, Campaigns, Occurred;
        listed: figure BacklogListed, ListedCases, Occurred;
        resolved: figure BacklogResolved, ListedCases, Occurred;
        terminated: figure BacklogTerminated, ListedCases, Occurred;
        carried_over: figure BacklogCarriedOver, ListedCases, Occurred;
        resolved_rate: ratio BacklogResolvedRate, ListedCases, Occurred;
        led: ratio BacklogLed, ListedCases, Occurred;
    }
}

const SUMS: &[(FigureName, &[FigureName])] = &[(
    FigureName::BacklogListed,
    &[FigureName::BacklogResolved, FigureName::BacklogTerminated, FigureName::BacklogCarriedOver],
)];

/// Makes the report. A case that was carried over and listed anew stands on two lists, and counts on each.
pub(super) fn report(making: &Making<'_>) -> Report {
    let lens = &making.lens;
    let mut tallies = Tallies::<Campaigns>::new(lens);
    if lens.scope.official.is_none() {
        for (_, campaign) in lens.states.campaigns() {
            if lens.has(campaign.opened.occurred().at) {
                tallies.of(Some(campaign.unit), |counts| counts.opened.add(campaign.opened.record()));
            }
        }
    }
    tallies.merge(&making.cases().campaigns);
    tallies.report(ReportName::Campaigns, SUMS)
}

/// Counts the lists on which a case stood.
pub(super) fn count_case(tallies: &mut Tallies<'_, Campaigns>, lens: &Lens<'_>, case: &CaseState) {
    let listings = case.backlog.iter().flat_map(|backlog| backlog.listings());
    for listing in listings.filter(|listing| lens.has(listing.listed.occurred().at)) {
        if lens.takes_official(listing.leader.map(|(leader, _)| leader)) {
            tallies.of(case.responsible(), |counts| counts.add(lens, case, listing));
        }
    }
}

impl Campaigns {
    fn add(&mut self, lens: &Lens<'_>, case: &CaseState, listing: &Listing) {
        let listed = listing.listed.record();
        self.listed.add(listed);
        self.led.ask(listing.leader.is_some(), listing.leader.map_or(listed, |(_, record)| record));
        let campaign = lens.states.campaign(listing.campaign);
        let standing = campaign.and_then(|state| state.standing_at(listing.campaign, case, lens.end()));
        let (outcome, record) = standing
            .map_or((BacklogOutcome::CarriedOver, listed), |standing| (standing.outcome, standing.record));
        let by_outcome = match outcome {
            BacklogOutcome::Resolved => &mut self.resolved,
            BacklogOutcome::Terminated => &mut self.terminated,
            BacklogOutcome::CarriedOver => &mut self.carried_over,
        };
        by_outcome.add(record);
        self.resolved_rate.ask(outcome == BacklogOutcome::Resolved, record);
    }
}
