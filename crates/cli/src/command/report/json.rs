//! A report as one JSON object.

use std::collections::BTreeMap;

use docket_projection::{Check, Citation, Figure, Language, Report, Row, Value};
use serde::Serialize;

use super::{Given, percent};

#[derive(Serialize)]
pub(super) struct ReportJson<'a> {
    report: &'static str,
    period: Option<&'a str>,
    as_of: Option<&'a str>,
    as_of_size: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    filters: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rules: Vec<RulesJson<'a>>,
    figures: Vec<FigureJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_unit: Option<Vec<RowJson<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_official: Option<Vec<OfficialJson<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<CheckJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    citations: Vec<CitationJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<&'a Published>,
}

/// That it was published.
#[derive(Serialize)]
pub(super) struct Published {
    /// By which unit.
    pub(super) unit: String,
    /// The record that says so.
    pub(super) record: u64,
    /// The BLAKE3 hash of this object without this field.
    pub(super) digest: String,
}

#[derive(Serialize)]
struct RulesJson<'a> {
    name: &'a str,
    record: u64,
}

#[derive(Serialize)]
struct CitationJson<'a> {
    unit: String,
    name: &'a str,
    numerator: i64,
    denominator: u64,
    counted_in: &'a str,
    period: &'a str,
    source: &'a str,
    record: u64,
}

#[derive(Serialize)]
struct RowJson<'a> {
    unit: Option<String>,
    name: Option<&'a str>,
    figures: Vec<FigureJson<'a>>,
}

#[derive(Serialize)]
struct OfficialJson<'a> {
    official: Option<String>,
    figures: Vec<FigureJson<'a>>,
}

#[derive(Serialize)]
struct FigureJson<'a> {
    name: &'static str,
    label: &'static str,
    unit_of_count: &'static str,
    basis: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    numerator: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    denominator: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    doubtful: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<EvidenceJson<'a>>,
}

#[derive(Serialize)]
struct EvidenceJson<'a> {
    counted: &'a [u64],
    missed: &'a [u64],
    more: u64,
}

#[derive(Serialize)]
struct CheckJson {
    whole: &'static str,
    parts: Vec<&'static str>,
    expected: u64,
    found: u64,
    holds: bool,
}

impl<'a> ReportJson<'a> {
    pub(super) fn new(report: &'a Report, given: Given<'a>, language: Language) -> Self {
        let figures = |figures: &'a [Figure]| figures.iter().map(|figure| of(figure, language)).collect();
        let of_official = |row: &'a Row| OfficialJson {
            official: row.official.map(|official| official.to_string()),
            figures: figures(&row.figures),
        };
        let row = |row: &'a Row| RowJson {
            unit: row.unit.map(|unit| unit.to_string()),
            name: row.name.as_deref(),
            figures: figures(&row.figures),
        };
        Self {
            report: report.name.term().name,
            period: given.period,
            as_of: given.as_of,
            as_of_size: report.scope.as_of_size,
            filters: report
                .scope
                .filters()
                .into_iter()
                .map(|(filter, value)| (filter.term().name, value))
                .collect(),
            rules: report
                .rules
                .iter()
                .map(|rules| RulesJson { name: &rules.name, record: rules.record })
                .collect(),
            figures: figures(&report.figures),
            by_unit: report.scope.by_unit.then(|| report.rows.iter().map(row).collect()),
            by_official: report.scope.by_official.then(|| report.rows.iter().map(of_official).collect()),
            checks: report.checks.iter().map(check).collect(),
            citations: report.citations.iter().map(citation).collect(),
            published: None,
        }
    }

    /// Says that it was published, if it was.
    pub(super) fn published(self, published: Option<&'a Published>) -> Self {
        Self { published, ..self }
    }
}

fn of(figure: &Figure, language: Language) -> FigureJson<'_> {
    let term = figure.name.term();
    let (value, ratio) = match figure.value {
        Value::Count(value) => (Some(value), None),
        Value::Ratio { numerator, denominator } => (None, Some((numerator, denominator))),
    };
    FigureJson {
        name: term.name,
        label: term.word(language),
        unit_of_count: figure.unit_of_count.term().name,
        basis: figure.basis.term().name,
        value,
        numerator: ratio.map(|(numerator, _)| numerator),
        denominator: ratio.map(|(_, denominator)| denominator),
        percent: percent(figure.value),
        doubtful: figure.doubt.is_some(),
        doubt: figure.doubt.map(|doubt| doubt.term().name),
        evidence: figure.evidence.as_ref().map(|evidence| EvidenceJson {
            counted: &evidence.counted,
            missed: &evidence.missed,
            more: evidence.more,
        }),
    }
}

fn citation(cited: &Citation) -> CitationJson<'_> {
    CitationJson {
        unit: cited.unit.to_string(),
        name: &cited.name,
        numerator: cited.numerator,
        denominator: cited.denominator,
        counted_in: &cited.counted_in,
        period: &cited.period,
        source: &cited.source,
        record: cited.record,
    }
}

fn check(check: &Check) -> CheckJson {
    CheckJson {
        whole: check.whole.term().name,
        parts: check.parts.iter().map(|part| part.term().name).collect(),
        expected: check.expected,
        found: check.found,
        holds: check.holds(),
    }
}
