//! Reports as CSV (RFC 4180): a line a figure, whatever it is a figure of.

use docket_projection::{Figure, Language, Report, Value};

use super::{Given, percent};
use crate::{failure::Failure, output::Output};

const HEADER: [&str; 17] = [
    "report",
    "unit",
    "unit_name",
    "figure",
    "label",
    "unit_of_count",
    "basis",
    "value",
    "numerator",
    "denominator",
    "percent",
    "doubtful",
    "period",
    "as_of",
    "as_of_size",
    "filters",
    "rules",
];

pub(super) fn write(
    reports: &[Report],
    given: Given<'_>,
    language: Language,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Failure::undecided(error.to_string());
    writer.write_record(HEADER).map_err(failed)?;
    for report in reports {
        let mut line = |code: &str, name: &str, figure: &Figure| {
            writer.write_record(cells(report, given, language, code, name, figure)).map_err(failed)
        };
        report.figures.iter().try_for_each(|figure| line("", "", figure))?;
        for row in &report.rows {
            let code = row.unit.map(|unit| unit.to_string());
            let code = code.or(row.official.map(|official| official.to_string()));
            let code = code.unwrap_or_else(|| "-".to_owned());
            let name = row.name.as_deref().unwrap_or_default();
            row.figures.iter().try_for_each(|figure| line(&code, name, figure))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| Failure::undecided(error.to_string()))?;
    output.raw(&bytes)
}

fn cells(
    report: &Report,
    given: Given<'_>,
    language: Language,
    code: &str,
    name: &str,
    figure: &Figure,
) -> [String; 17] {
    let (value, numerator, denominator) = match figure.value {
        Value::Count(value) => (value.to_string(), String::new(), String::new()),
        Value::Ratio { numerator, denominator } => {
            (String::new(), numerator.to_string(), denominator.to_string())
        }
    };
    let filters = report.scope.filters();
    let filters: Vec<_> =
        filters.iter().map(|(filter, value)| format!("{}={value}", filter.term().name)).collect();
    let rules: Vec<_> = report.rules.iter().map(|rules| rules.name.as_str()).collect();
    [
        report.name.term().name.to_owned(),
        guarded(code),
        guarded(name),
        figure.name.term().name.to_owned(),
        figure.name.term().word(language).to_owned(),
        figure.unit_of_count.term().name.to_owned(),
        figure.basis.term().name.to_owned(),
        value,
        numerator,
        denominator,
        percent(figure.value).unwrap_or_default(),
        if figure.doubt.is_some() { "doubtful" } else { "" }.to_owned(),
        guarded(given.period.unwrap_or_default()),
        guarded(given.as_of.unwrap_or_default()),
        report.scope.as_of_size.to_string(),
        filters.join(" "),
        guarded(&rules.join(" ")),
    ]
}

/// Keeps a spreadsheet from taking a cell for a formula.
fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell != "-" {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(guarded("=1+1"), "'=1+1");
        assert_eq!(guarded("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(guarded("Shiping"), "Shiping");
    }
}
