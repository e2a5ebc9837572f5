//! Makes published reports again and compares them: what `verify --reports` does.

use docket_domain::{
    Event, EventBody as _, Label, PublishedFigure, ReportPublished, Timestamp, View as _, Zone,
};
use docket_log::Reader;
use docket_proof::RecordIndex;

use crate::{
    error::ProjectionError,
    follow::{event_of, zone_of},
    report::{Report, ReportName, Scope, Value},
    states::States,
};

/// What became of the reports that units published.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[must_use]
pub struct PublishedCheck {
    /// Reports that were published.
    pub published: u64,
    /// Figures of them that were made again and are the same.
    pub same: u64,
    /// The first figures that are not what the log gives, in the order of the sizes their reports are made from.
    pub differing: Vec<DifferingFigure>,
    /// How many more there are than are listed.
    pub more: u64,
    /// What this version cannot make again.
    pub unknown: Vec<UnknownFigure>,
}

/// A published figure that does not replay.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "record {record}: the figure {figure} of the report {report} was published as {}, and the first {size} records give {}",
    self.published_text(),
    self.found_text()
)]
pub struct DifferingFigure {
    /// The record that published it.
    pub record: u64,
    /// The report.
    pub report: Label,
    /// The figure.
    pub figure: Label,
    /// It was made from the first so many records.
    pub size: u64,
    /// Numerator and denominator, as published.
    pub published: (i128, u64),
    /// Numerator and denominator, as they follow from the log.
    pub found: (i128, u64),
}

impl DifferingFigure {
    /// Returns it as it was published: a number, or one of another.
    pub fn published_text(&self) -> String {
        share(self.published)
    }

    /// Returns it as it follows from the log.
    pub fn found_text(&self) -> String {
        share(self.found)
    }
}

/// A report, or a figure of one, that this version does not know.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("record {record}: {why}")]
pub struct UnknownFigure {
    /// The record that published it.
    pub record: u64,
    /// What is not known of it.
    pub why: String,
}

/// Figures that are listed at most.
const MAX_LISTED: usize = 100;

/// Makes every published report again from the records it was made from, and compares its figures.
///
/// `seen` is told of each that was made again: the record, what was published, and the report as it follows from the log.
///
/// # Errors
/// When the log cannot be read, or holds a history that cannot be folded.
pub fn check_published(
    reader: &Reader,
    progress: &dyn Fn(u64),
    seen: &mut dyn FnMut(u64, &ReportPublished, &Report),
) -> Result<PublishedCheck, ProjectionError> {
    let mut published = find(reader, progress)?;
    published.sort_by_key(|(record, report)| (report.as_of_size, *record));
    let mut check = PublishedCheck { published: published.len() as u64, ..PublishedCheck::default() };
    let mut states = States::new(zone_of(reader)?);
    let mut size = 0;
    for (record, claim) in &published {
        let name = ReportName::ALL.iter().find(|name| name.term().name == claim.name.as_str());
        let Some(name) = name else {
            check.unknown.push(UnknownFigure {
                record: *record,
                why: format!("this version has no report {}", claim.name),
            });
            continue;
        };
        let Some(last) = claim.as_of_size.checked_sub(1).filter(|last| last < record) else {
            check.unknown.push(UnknownFigure {
                record: *record,
                why: format!(
                    "its report is made from {} records, which do not stand before it",
                    claim.as_of_size
                ),
            });
            continue;
        };
        reader.for_each(size..claim.as_of_size, |record, _| {
            if record.index.0 % 8_192 == 0 {
                progress(record.index.0);
            }
            states.fold(&record).map_err(ProjectionError::from)
        })?;
        size = claim.as_of_size;
        let known_until = Timestamp(reader.record(RecordIndex(last))?.view().recorded_at);
        let report = name.make(&states, &scope_of(claim, known_until, states.zone()));
        seen(*record, claim, &report);
        check.compare(*record, claim, &report);
    }
    Ok(check)
}

/// Returns the reports that were published, with their records. They are as many as the log holds.
fn find(reader: &Reader, progress: &dyn Fn(u64)) -> Result<Vec<(u64, ReportPublished)>, ProjectionError> {
    let mut published = Vec::new();
    reader.for_each(0..reader.size(), |record, _| {
        if record.index.0 % 8_192 == 0 {
            progress(record.index.0);
        }
        if record.event_type == ReportPublished::TYPE
            && let Some((Event::ReportPublished(report), meta)) = event_of(&record)?
        {
            published.push((meta.index, report));
        }
        Ok::<(), ProjectionError>(())
    })?;
    Ok(published)
}

/// Returns what a published report is about.
fn scope_of(claim: &ReportPublished, known_until: Timestamp, zone: &Zone) -> Scope {
    let period = match (claim.from, claim.until) {
        (None, None) => None,
        (from, until) => Some((
            from.map_or(i64::MIN, |from| zone.start_of(from).0),
            until.map_or(i64::MAX, |until| zone.start_of(until.next()).0),
        )),
    };
    Scope {
        period,
        unit: claim.unit,
        official: claim.official,
        household: claim.household,
        status: claim.state,
        ..Scope::all(claim.as_of_size, known_until)
    }
}

impl Report {
    /// Returns its figures as they are published: a count has the denominator 1, a share of nothing is left out.
    pub fn published_figures(&self) -> Vec<(&'static str, u64, u64)> {
        let share = |value| match value {
            Value::Count(count) => Some((count, 1)),
            Value::Ratio { numerator, denominator } => {
                Some((numerator, denominator)).filter(|(_, denominator)| *denominator > 0)
            }
        };
        self.figures
            .iter()
            .filter_map(|figure| share(figure.value).map(|(n, d)| (figure.name.term().name, n, d)))
            .collect()
    }
}

impl PublishedCheck {
    fn compare(&mut self, record: u64, claim: &ReportPublished, report: &Report) {
        for PublishedFigure { name, numerator, denominator } in &claim.figures {
            let figure = report.figures.iter().find(|figure| figure.name.term().name == name.as_str());
            let Some(figure) = figure else {
                let why = format!("this version has no figure {name} in the report {}", claim.name);
                self.unknown.push(UnknownFigure { record, why });
                continue;
            };
            let found = match figure.value {
                Value::Count(count) => (i128::from(count), 1),
                Value::Ratio { numerator, denominator } => (i128::from(numerator), denominator),
            };
            let published = (i128::from(*numerator), *denominator);
            if published == found {
                self.same += 1;
            } else if self.differing.len() < MAX_LISTED {
                self.differing.push(DifferingFigure {
                    record,
                    report: claim.name.clone(),
                    figure: name.clone(),
                    size: claim.as_of_size,
                    published,
                    found,
                });
            } else {
                self.more += 1;
            }
        }
    }
}

fn share((numerator, denominator): (i128, u64)) -> String {
    match denominator {
        1 => numerator.to_string(),
        denominator => format!("{numerator} / {denominator}"),
    }
}
