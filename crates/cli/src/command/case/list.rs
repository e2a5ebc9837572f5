//! `docket case list`.

use std::collections::BTreeSet;

use docket_domain::{CaseState, CaseStatus, HouseholdId, StreamKind, View as _, overdue};
use docket_projection::States;
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
    let visits = household.map(|household| visits_of(asked.desk.loaded(), household)).unwrap_or_default();
    let each = |states: &States, take: &mut dyn FnMut(Listed)| {
        for (id, case) in states.cases() {
            let is_asked = args.state.is_none_or(|state| case.status == state)
                && (!args.overdue || overdue(case, states, until).is_some());
            if is_asked {
                let household =
                    household.filter(|_| case.source_record.is_some_and(|record| visits.contains(&record)));
                take(Listed { household, ..listed(id.to_string(), case) });
            }
        }
    };
    asked.write("case", output, each).map(drop)
}

/// Returns the records of the visits to a household: a case is of the household if it came from one of them.
fn visits_of(states: &States, household: HouseholdId) -> BTreeSet<u64> {
    let state = states.household(household);
    state.into_iter().flat_map(|state| state.visits.newest_first()).map(|visit| visit.record).collect()
}

fn listed(code: String, case: &CaseState) -> Listed {
    let moment = |at: i64| json!(times::rfc3339(at));
    Listed {
        state: Some(case.status.name()),
        unit: case.responsible(),
        official: case.handler,
        more: vec![
            ("category", json!(case.category.as_ref().map(|category| category.as_str()))),
            ("registered_at", moment(case.registered.at.0)),
            ("stated_due", json!(case.stated_due.map(|due| moment(due.0)))),
            ("closed_at", json!(case.closure.map(|closure| moment(closure.mark.at().0)))),
            ("records", json!(case.records)),
        ],
        ..Listed::new(code, case.registered, case.registered_record)
    }
}
