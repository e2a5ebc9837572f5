//! `docket case list`.

use docket_domain::{CaseId, CaseState, CaseStatus, Timestamp, UnitId, overdue};
use docket_projection::Desk;
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Output,
    session::{Place, SystemClock},
    text::escape,
    times,
};

/// List cases, by state or unit
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only cases in this state, such as registered, assigned, in-progress, replied or closed
    #[arg(long)]
    state: Option<CaseStatus>,
    /// Only cases of this unit
    #[arg(long, value_name = "U-N")]
    unit: Option<UnitId>,
    /// Only cases with a term that is over its due day
    #[arg(long)]
    overdue: bool,
    /// As it was known at this time, by what had been recorded until then; terms as they stood then
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// List so many at most
    #[arg(short = 'n', long, value_name = "COUNT")]
    count: Option<usize>,
}

#[derive(Serialize)]
struct CaseJson<'a> {
    case: String,
    state: &'static str,
    unit: Option<String>,
    category: Option<&'a str>,
    registered_at: String,
    stated_due: Option<String>,
    closed_at: Option<String>,
    records: u32,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let zone = place.zone()?;
    let (mut desk, as_of) = match &args.as_of {
        None => (place.desk(output)?, SystemClock::time()),
        Some(text) => {
            let until = times::end_of(times::parse(text, &zone)?, &zone) - 1;
            let size = |reader: &docket_log::Reader| Ok(reader.size_at(until)?);
            (Desk::open_at(place.disk(), size)?, until)
        }
    };
    let states = desk.states()?;
    let wanted = |case: &CaseState| {
        args.state.is_none_or(|state| case.status == state)
            && args.unit.is_none_or(|unit| case.responsible() == Some(unit))
            && (!args.overdue || overdue(case, states, Timestamp(as_of)).is_some())
    };
    for (id, case) in states.cases().filter(|(_, case)| wanted(case)).take(args.count.unwrap_or(usize::MAX)) {
        if output.json {
            output.object(&json(id, case))?;
        } else {
            let unit = case.responsible().map(|unit| unit.to_string()).unwrap_or_default();
            let category =
                case.category.as_ref().map(|category| escape(category.as_str())).unwrap_or_default();
            let registered = times::show(case.registered.at.0, case.registered.precision, &zone);
            output
                .line(format_args!("{id:<9} {:<12} {unit:<6} {registered:<19}  {category}", case.status))?;
        }
    }
    Ok(())
}

fn json(id: CaseId, case: &CaseState) -> CaseJson<'_> {
    CaseJson {
        case: id.to_string(),
        state: case.status.name(),
        unit: case.responsible().map(|unit| unit.to_string()),
        category: case.category.as_ref().map(|category| category.as_str()),
        registered_at: times::rfc3339(case.registered.at.0),
        stated_due: case.stated_due.map(|due| times::rfc3339(due.0)),
        closed_at: case.closure.map(|closure| times::rfc3339(closure.mark.at().0)),
        records: case.records,
    }
}
