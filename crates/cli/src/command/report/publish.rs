//! Publishing a report: its figures become a claim in the record, which `docket verify --reports` makes again.

use docket_domain::{
    Act, Day, Label, MAX_PUBLISHED_FIGURES, NoPersonal, OfficialId, PublishedFigure, ReportPublished, UnitId,
};
use docket_projection::{Language, Report};

use super::{
    Given,
    json::{Published, ReportJson},
};
use crate::{
    deed::When,
    failure::Failure,
    output::{self, Output},
    session::Place,
};

/// Returns the first and the last day of a period. What is published is about whole days.
pub(super) fn days(period: Option<&str>) -> Result<Option<(Day, Day)>, Failure> {
    let Some(period) = period else { return Ok(None) };
    let days = period.split_once("..").and_then(|(from, until)| {
        Some((from.trim().parse::<Day>().ok()?, until.trim().parse::<Day>().ok()?))
    });
    days.map(Some).ok_or_else(|| {
        Failure::usage(format!("a published report is about whole days, not {period:?}"))
            .hint("write the first and the last day: 2010-01-01..2010-12-31")
    })
}

/// Returns the line of JSON that is handed out, in English, and its hash.
pub(super) fn digest(report: &Report, given: Given<'_>) -> Result<[u8; 32], Failure> {
    let line = output::json_line(&ReportJson::new(report, given, Language::English))?;
    Ok(*blake3::hash(line.as_bytes()).as_bytes())
}

/// Records that a unit publishes a report.
pub(super) fn record(
    report: &Report,
    unit: UnitId,
    by: Option<OfficialId>,
    days: Option<(Day, Day)>,
    given: Given<'_>,
    place: &Place,
    output: &mut Output,
) -> Result<Published, Failure> {
    let digest = digest(report, Given { as_of: None, ..given })?;
    let figures = report.published_figures();
    if figures.len() > MAX_PUBLISHED_FIGURES {
        return Err(Failure::usage(format!(
            "a published report holds {MAX_PUBLISHED_FIGURES} figures or fewer"
        )));
    }
    let figure = |(name, numerator, denominator): &(&str, u64, u64)| {
        let too_large = || Failure::usage(format!("the figure {name} is too large to be published"));
        Ok::<_, Failure>(PublishedFigure {
            name: Label::new(name).map_err(Failure::usage)?,
            numerator: i64::try_from(*numerator).map_err(|_| too_large())?,
            denominator: *denominator,
        })
    };
    let scope = &report.scope;
    let body = ReportPublished {
        name: Label::new(report.name.term().name).map_err(Failure::usage)?,
        from: days.map(|(from, _)| from),
        until: days.map(|(_, until)| until),
        as_of_size: scope.as_of_size,
        unit: scope.unit,
        official: scope.official,
        household: scope.household,
        state: scope.status,
        digest,
        figures: figures.iter().map(figure).collect::<Result<_, _>>()?,
        origin: None,
    };
    let command = When { at: None, by }.command(Act::on(unit, body, NoPersonal), &place.zone()?)?;
    let appended = place.work(output)?.record_one(command, output)?.appended;
    Ok(Published { unit: unit.to_string(), record: appended.first.0, digest: crate::text::hex(&digest) })
}
