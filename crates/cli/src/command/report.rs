//! `docket report`.

use docket_projection::{CasesReport, Desk, Figure, ProjectionError, Scope, cases_report};
use serde::Serialize;

use crate::{failure::Failure, output::Output, session::Place, text::escape, times};

/// Rebuild a report from the record
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which report
    #[arg(value_enum)]
    name: Name,
    /// Only cases registered in these days, the last one included: 2011-01-01..2011-06-30
    #[arg(long, value_name = "A..B")]
    period: Option<String>,
    /// As it was known at this time, by what had been recorded until then
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// Also by the unit responsible
    #[arg(long)]
    by_unit: bool,
}

impl Args {
    /// Asks for the whole report on cases.
    pub(crate) const fn cases() -> Self {
        Self { name: Name::Cases, period: None, as_of: None, by_unit: false }
    }
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Name {
    /// How many cases, how far, and how they stand to the due date their source stated
    Cases,
}

#[derive(Serialize)]
struct ReportJson<'a> {
    report: &'static str,
    period: Option<&'a str>,
    as_of: Option<&'a str>,
    as_of_size: u64,
    figures: &'a [Figure],
    #[serde(skip_serializing_if = "Option::is_none")]
    by_unit: Option<&'a [docket_projection::CaseRow]>,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let Name::Cases = args.name;
    let zone = {
        let identity = docket_log::Identity::read(place.disk().as_ref())?;
        times::zone(&identity.genesis.time_zone)?
    };
    let period = args.period.as_deref().map(|period| parse_period(period, &zone)).transpose()?;
    let mut desk = match &args.as_of {
        None => place.desk(output)?,
        Some(as_of) => {
            let until = times::end_of(times::parse(as_of, &zone)?, &zone) - 1;
            Desk::open_at(place.disk(), |reader| reader.size_at(until).map_err(ProjectionError::from))?
        }
    };
    let scope = Scope { period, as_of_size: desk.size() };
    let report = cases_report(desk.states()?, scope, args.by_unit);
    if output.json {
        return output.object(&ReportJson {
            report: "cases",
            period: args.period.as_deref(),
            as_of: args.as_of.as_deref(),
            as_of_size: report.scope.as_of_size,
            figures: &report.figures,
            by_unit: report.by_unit.as_deref(),
        });
    }
    tell(args, &report, output)
}

fn tell(args: &Args, report: &CasesReport, output: &mut Output) -> Result<(), Failure> {
    let period = args.period.as_deref().unwrap_or("all time");
    let as_of = args.as_of.as_deref().unwrap_or("now");
    output.line(format_args!(
        "cases registered in {period}, as known {as_of} (log of {} records)",
        report.scope.as_of_size
    ))?;
    figures(&report.figures, "", output)?;
    for row in report.by_unit.iter().flatten() {
        let unit = row.unit.as_deref().unwrap_or("no unit");
        output.line(format_args!("{unit} {}", escape(row.name.as_deref().unwrap_or_default())))?;
        figures(&row.figures, "  ", output)?;
    }
    Ok(())
}

fn figures(figures: &[Figure], indent: &str, output: &mut Output) -> Result<(), Failure> {
    figures.iter().try_for_each(|figure| {
        output.line(format_args!("{indent}{:>10} {}  {}", figure.value, figure.unit_of_count, figure.label))
    })
}

fn parse_period(text: &str, zone: &jiff::tz::TimeZone) -> Result<(i64, i64), Failure> {
    let (from, to) = text.split_once("..").ok_or_else(|| {
        Failure::usage(format!("{text:?} is not a period"))
            .hint("write the first and the last day: 2011-01-01..2011-06-30")
    })?;
    let (from, to) = (times::parse(from, zone)?.at.0, times::end_of(times::parse(to, zone)?, zone));
    if from >= to {
        return Err(Failure::usage(format!("the period {text:?} ends before it begins"))
            .hint("write the first day first: 2011-01-01..2011-06-30"));
    }
    Ok((from, to))
}
