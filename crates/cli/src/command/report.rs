//! `docket report`.

mod csv;
mod json;
mod publish;
mod table;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use docket_domain::{CaseStatus, HouseholdId, OfficialId, ReportPublished, UnitId};
use docket_log::Reader;
use docket_projection::{
    Desk, Figure, FigureName, Language, ProjectionError, Report, ReportName, Scope, Value, all_threads,
};

use crate::{failure::Failure, output::Output, session::Place, times};

/// Rebuild a report from the record
///
/// A report on everything that the index keeps is shown at once; where it is stale, or where the index is not to be had,
/// the record is replayed. The figures are the same either way, and on any number of threads.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which reports; one replay serves all of them
    #[arg(value_parser = names(), required = true, value_name = "NAME")]
    names: Vec<Asked>,
    /// Only what counts in these days, the last one included: 2011-01-01..2011-06-30
    #[arg(long, value_name = "A..B")]
    period: Option<String>,
    /// As it was known at this time, by what had been recorded until then
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// As it was known when the log held so many records
    #[arg(long, value_name = "SIZE", conflicts_with = "as_of")]
    as_of_size: Option<u64>,
    /// Also by the unit responsible
    #[arg(long)]
    by_unit: bool,
    /// Also by the official responsible
    #[arg(long, conflicts_with = "by_unit")]
    by_official: bool,
    /// Only what is of this unit, of those merged into it and of those below it
    #[arg(long, value_name = "U-N")]
    unit: Option<UnitId>,
    /// Only what is of this official: handled, held, made or owed by them
    #[arg(long, value_name = "O-N")]
    official: Option<OfficialId>,
    /// Only what is of this household
    #[arg(long, value_name = "H-N")]
    household: Option<HouseholdId>,
    /// Only cases in this state, such as registered, in-progress, replied or closed
    #[arg(long)]
    state: Option<CaseStatus>,
    /// Show this figure only, with the records behind it
    #[arg(long, value_name = "FIGURE")]
    explain: Option<String>,
    /// Publish it under the name of this unit: record its figures as a claim that anybody can make again
    #[arg(long, value_name = "U-N", conflicts_with_all = ["by_unit", "by_official", "explain", "csv"])]
    publish: Option<UnitId>,
    /// Who publishes it
    #[arg(long, value_name = "O-N", requires = "publish")]
    by: Option<OfficialId>,
    /// Print CSV, a line a figure
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// The language of words: en or zh
    #[arg(long, value_name = "LANG", env = "DOCKET_LANG", default_value = "en", hide_env_values = true)]
    lang: Lang,
    /// Replay and count on so many threads [default: all cores]
    #[arg(long, value_name = "COUNT")]
    threads: Option<std::num::NonZeroUsize>,
}

/// A word for a report, or for all of them.
#[derive(Clone, Copy, Debug)]
enum Asked {
    One(ReportName),
    All,
}

const ALL: &str = "all";

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Lang {
    En,
    Zh,
}

fn names() -> impl clap::builder::TypedValueParser<Value = Asked> {
    let words = ReportName::ALL.iter().map(|name| name.term().name);
    PossibleValuesParser::new(words.chain([ALL])).try_map(|word| {
        let found = ReportName::ALL.iter().find(|name| name.term().name == word);
        match found {
            Some(name) => Ok(Asked::One(*name)),
            None if word == ALL => Ok(Asked::All),
            None => Err("no such report"),
        }
    })
}

impl Args {
    /// Asks for the whole report on cases.
    pub(crate) fn cases() -> Self {
        Self {
            names: vec![Asked::One(ReportName::Cases)],
            period: None,
            as_of: None,
            as_of_size: None,
            by_unit: false,
            by_official: false,
            unit: None,
            official: None,
            household: None,
            state: None,
            explain: None,
            publish: None,
            by: None,
            csv: false,
            lang: Lang::En,
            threads: None,
        }
    }

    /// Returns the reports asked for, each once, in the order asked for.
    fn reports(&self) -> Vec<ReportName> {
        let asked = self.names.iter().flat_map(|asked| match asked {
            Asked::One(name) => std::slice::from_ref(name),
            Asked::All => ReportName::ALL,
        });
        let mut names: Vec<ReportName> = Vec::new();
        for name in asked {
            if !names.contains(name) {
                names.push(*name);
            }
        }
        names
    }

    fn threads(&self) -> usize {
        self.threads.map_or_else(all_threads, Into::into)
    }
}

/// What was asked for, in the words it was asked in.
#[derive(Clone, Copy)]
struct Given<'a> {
    period: Option<&'a str>,
    as_of: Option<&'a str>,
}

pub(crate) fn run(args: &Args, place: &Place, output: &mut Output) -> Result<(), Failure> {
    let explained = args.explain.as_deref().map(figure_named).transpose()?;
    let zone = {
        let identity = docket_log::Identity::read(place.disk().as_ref())?;
        times::zone(&identity.genesis.time_zone)?
    };
    let days = args.publish.map(|_| publish::days(args.period.as_deref())).transpose()?;
    let period = args.period.as_deref().map(|period| parse_period(period, &zone)).transpose()?;
    let names = args.reports();
    if args.publish.is_some() && names.len() != 1 {
        return Err(
            Failure::usage("one report is published at a time").hint("name one: report cases --publish U-1")
        );
    }
    let threads = args.threads();
    let mut desk = match (&args.as_of, args.as_of_size) {
        (None, None) => place.desk_for_figures(threads, output)?,
        (None, Some(size)) => at_size(place, threads, size)?,
        (Some(as_of), _) => {
            let until = times::end_of(times::parse(as_of, &zone)?, &zone) - 1;
            let size = |reader: &Reader| reader.size_at(until).map_err(ProjectionError::from);
            Desk::open_at_for_figures(place.disk(), threads, size)?
        }
    };
    let scope = Scope {
        period,
        by_unit: args.by_unit,
        by_official: args.by_official,
        explained,
        unit: args.unit,
        official: args.official,
        household: args.household,
        status: args.state,
        ..desk.scope()?
    };
    if let Some(name) = names.iter().find(|name| args.by_official && !name.is_by_official()) {
        let name = name.term().name;
        return Err(Failure::usage(format!("the report {name} is not known by official"))
            .hint("it can be had by unit: --by-unit"));
    }
    names.iter().try_for_each(|name| takes(*name, &scope))?;
    exists(&desk, &scope)?;
    let mut reports = desk.reports(&names, &scope)?;
    if let Some(name) = explained {
        reports.iter_mut().for_each(|report| retain(report, name));
        reports.retain(|report| !report.figures.is_empty());
        if reports.is_empty() {
            let words: Vec<_> = names.iter().map(|report| report.term().name).collect();
            let (report, has) = if words.len() == 1 { ("report", "has") } else { ("reports", "have") };
            let (words, figure) = (words.join(", "), name.term().name);
            return Err(Failure::usage(format!("the {report} {words} {has} no figure {figure}"))
                .hint("without --explain the report lists its figures; --json shows their names"));
        }
    }
    let given = Given { period: args.period.as_deref(), as_of: args.as_of.as_deref() };
    let language = match args.lang {
        Lang::En => Language::English,
        Lang::Zh => Language::Chinese,
    };
    let published = match (args.publish, days, reports.first()) {
        (Some(unit), Some(days), Some(report)) => {
            Some(publish::record(report, unit, args.by, days, given, place, output)?)
        }
        _ => None,
    };
    if args.csv && !output.json {
        return csv::write(&reports, given, language, output);
    }
    for (number, report) in reports.iter().enumerate() {
        if output.json {
            output.object(&json::ReportJson::new(report, given, language).published(published.as_ref()))?;
            continue;
        }
        if number > 0 {
            output.line("")?;
        }
        table::write(report, given, language, output)?;
    }
    match published.filter(|_| !output.json) {
        Some(published) => output.line(format_args!(
            "published by {} as record {}, BLAKE3 {}",
            published.unit, published.record, published.digest
        )),
        None => Ok(()),
    }
}

/// Leaves of a report one figure only.
fn retain(report: &mut Report, name: FigureName) {
    let keep = |figures: &mut Vec<Figure>| figures.retain(|figure| figure.name == name);
    keep(&mut report.figures);
    report.rows.iter_mut().for_each(|row| keep(&mut row.figures));
}

/// Opens the ledger as it stood when it held so many records.
fn at_size(place: &Place, threads: usize, size: u64) -> Result<Desk, Failure> {
    let held = place.reader()?.size();
    if size == 0 || size > held {
        return Err(Failure::usage(format!("the log never held {size} records and nothing more"))
            .hint(format!("it holds {held}")));
    }
    Ok(Desk::open_at_for_figures(place.disk(), threads, |_| Ok(size))?)
}

fn figure_named(name: &str) -> Result<FigureName, Failure> {
    let found = FigureName::ALL.iter().find(|figure| figure.term().name == name);
    found.copied().ok_or_else(|| {
        Failure::usage(format!("there is no figure {name:?}"))
            .hint("the names stand in the report's --json, such as registered or closed")
    })
}

/// Says whether this version prints a published report to the byte as it was handed out. A later one may say more of it.
pub(crate) fn is_published_json(claim: &ReportPublished, report: &docket_projection::Report) -> bool {
    let period = claim.from.zip(claim.until).map(|(from, until)| format!("{from}..{until}"));
    let given = Given { period: period.as_deref(), as_of: None };
    publish::digest(report, given).is_ok_and(|digest| digest == claim.digest)
}

/// Refuses a filter that would narrow nothing.
fn takes(name: ReportName, scope: &Scope) -> Result<(), Failure> {
    let foreign = scope.filters().into_iter().find(|(filter, _)| !name.filters().contains(filter));
    let Some((filter, _)) = foreign else { return Ok(()) };
    let taken: Vec<_> = name.filters().iter().map(|filter| format!("--{}", filter.term().name)).collect();
    let (name, filter) = (name.term().name, filter.term().name);
    Err(Failure::usage(format!("the report {name} cannot be narrowed by --{filter}"))
        .hint(format!("it takes {}", taken.join(", "))))
}

/// Refuses a filter that names something nobody registered.
fn exists(desk: &Desk, scope: &Scope) -> Result<(), Failure> {
    let named = [
        scope.unit.map(UnitId::stream),
        scope.official.map(OfficialId::stream),
        scope.household.map(HouseholdId::stream),
    ];
    match named.into_iter().flatten().find(|stream| stream.id > desk.count(stream.kind)) {
        Some(stream) => Err(Failure::usage(format!("there is no {stream} in what is known then"))
            .hint("docket unit list and docket official list show which there are")),
        None => Ok(()),
    }
}

/// Returns a ratio in percent with two decimals.
fn percent(value: Value) -> Option<String> {
    value.basis_points().map(|points| format!("{}.{:02}", points / 100, points % 100))
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
