//! `docket case list`.

use std::collections::BTreeSet;

use docket_domain::{
    CaseRegistered, CaseState, CaseStatus, Event, EventBody as _, HouseholdId, StreamKind, View as _, overdue,
};
use docket_projection::{Desk, ProjectionError, States, event_of};
use serde_json::json;

use crate::{
    failure::Failure,
    list::{Listed, OfHousehold, OfOfficial, OfUnit, Query, Span},
    output::Output,
    session::Place,
    times,
};

/// List cases, by state, unit, handler, household, time, or what is overdue
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only cases in this state, such as registered, assigned, in-progress, replied or closed
    #[arg(long)]
    state: Option<CaseStatus>,
    #[command(flatten)]
    unit: OfUnit,
    #[command(flatten)]
    official: OfOfficial,
    #[command(flatten)]
    household: OfHousehold,
    /// Only cases with a term that is over its due day, by what had happened as of then
    #[arg(long)]
    overdue: bool,
    #[command(flatten)]
    span: Span,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let query = Query::new(&args.span).by(&args.unit).by(&args.official).by(&args.household);
    let household = args.household.household;
    let mut kinds = vec![StreamKind::CASE];
    kinds.extend(household.map(|_| StreamKind::HOUSEHOLD));
    let asked = query.open(&kinds, place, output)?;
    let until = asked.until;
    let raised =
        household.map(|household| raised_in(&asked.desk, household)).transpose()?.unwrap_or_default();
    let each = |states: &States, take: &mut dyn FnMut(Listed)| {
        for (id, case) in states.cases() {
            let is_asked = args.state.is_none_or(|state| case.status == state)
                && (!args.overdue || overdue(&case, states, until).is_some());
            if is_asked {
                let household = household.filter(|_| raised.contains(&case.registered_record()));
                take(Listed { household, ..listed(id.to_string(), &case) });
            }
        }
    };
    asked.write("case", output, each).map(drop)
}

/// Returns the records that registered the cases of a household: those that came from a visit to it. States do not keep
/// where a case came from, so the log is asked from the first visit on.
fn raised_in(desk: &Desk, household: HouseholdId) -> Result<BTreeSet<u64>, Failure> {
    let state = desk.loaded().household(household);
    let visits: BTreeSet<u64> =
        state.into_iter().flat_map(|state| state.visits.newest_first()).map(|visit| visit.record).collect();
    let mut raised = BTreeSet::new();
    let Some(first) = visits.first() else { return Ok(raised) };
    desk.reader().for_each(*first..desk.size(), |record, _| {
        if record.event_type == CaseRegistered::TYPE
            && let Some((Event::CaseRegistered(case), meta)) = event_of(&record)?
            && case.source_record.is_some_and(|source| visits.contains(&source))
        {
            raised.insert(meta.index);
        }
        Ok::<(), ProjectionError>(())
    })?;
    Ok(raised)
}

fn listed(code: String, case: &CaseState) -> Listed {
    let moment = |at: i64| json!(times::rfc3339(at));
    Listed {
        state: Some(case.status.name()),
        unit: case.responsible(),
        official: case.handler,
        more: vec![
            ("category", json!(case.category.as_ref().map(|category| category.as_str()))),
            ("registered_at", moment(case.registered().at.0)),
            ("stated_due", json!(case.stated_due().map(|due| moment(due.0)))),
            ("closed_at", json!(case.closure.map(|closure| moment(closure.mark.at().0)))),
            ("records", json!(case.records)),
        ],
        ..Listed::new(code, case.registered(), case.registered_record())
    }
}
