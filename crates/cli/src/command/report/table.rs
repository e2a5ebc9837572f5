//! A report for people.

use docket_projection::{Citation, Figure, Language, Report, UnitOfCount, Value};

use super::{Given, percent};
use crate::{failure::Failure, output::Output, text::escape};

/// The words around the figures.
struct Words {
    all_time: &'static str,
    now: &'static str,
    no_unit: &'static str,
    no_official: &'static str,
    only: &'static str,
    by_rules: &'static str,
    record: &'static str,
    cited: &'static str,
    holds: &'static str,
    fails: &'static str,
}

const ENGLISH: Words = Words {
    all_time: "all time",
    now: "now",
    no_unit: "no unit",
    no_official: "no official",
    only: "only",
    by_rules: "by the rules",
    record: "record",
    cited: "cited, not computed",
    holds: "the sum holds",
    fails: "THE SUM DOES NOT HOLD",
};

const CHINESE: Words = Words {
    all_time: "全部时间",
    now: "现在",
    no_unit: "未注明单位",
    no_official: "未注明干部",
    only: "仅限",
    by_rules: "依据规则",
    record: "记录",
    cited: "引用，非本账计算",
    holds: "合计相符",
    fails: "合计不符",
};

pub(super) fn write(
    report: &Report,
    given: Given<'_>,
    language: Language,
    output: &mut Output,
) -> Result<(), Failure> {
    let words = match language {
        Language::English => ENGLISH,
        Language::Chinese => CHINESE,
    };
    let period = given.period.unwrap_or(words.all_time);
    let as_of = given.as_of.unwrap_or(words.now);
    let (name, size) = (report.name.term().word(language), report.scope.as_of_size);
    match language {
        Language::English => {
            output.line(format_args!("{name}: {period}, as known {as_of} (log of {size} records)"))?;
        }
        Language::Chinese => {
            output.line(format_args!("{name}：{period}，按{as_of}已知（日志 {size} 条记录）"))?;
        }
    }
    header(report, language, &words, output)?;
    let figures = |figures: &[Figure], indent: &str, output: &mut Output| {
        figures.iter().try_for_each(|figure| self::figure(figure, indent, language, output))
    };
    figures(&report.figures, "", output)?;
    for check in &report.checks {
        let parts: Vec<_> = check.parts.iter().map(|part| part.term().word(language)).collect();
        let verdict = if check.holds() { words.holds } else { words.fails };
        let whole = check.whole.term().word(language);
        let (expected, found) = (check.expected, check.found);
        output.line(format_args!("{whole} {expected} = {} {found}: {verdict}", parts.join(" + ")))?;
    }
    report.citations.iter().try_for_each(|cited| citation(cited, &words, output))?;
    for row in &report.rows {
        let nobody = if report.scope.by_official { words.no_official } else { words.no_unit };
        let subject = row.unit.map(|unit| unit.to_string());
        let subject = subject.or(row.official.map(|official| official.to_string()));
        let subject = subject.unwrap_or_else(|| nobody.to_owned());
        output.line(format_args!("{subject} {}", escape(row.name.as_deref().unwrap_or_default())))?;
        figures(&row.figures, "  ", output)?;
    }
    Ok(())
}

fn doubt(figure: &Figure, language: Language) -> String {
    let Some(doubt) = figure.doubt else { return String::new() };
    let why = doubt.term().word(language);
    match language {
        Language::English => format!(" (doubtful: {why})"),
        Language::Chinese => format!("（存疑：{why}）"),
    }
}

/// Writes what was asked for, and by which rules it was decided.
fn header(report: &Report, language: Language, words: &Words, output: &mut Output) -> Result<(), Failure> {
    for (filter, value) in report.scope.filters() {
        output.line(format_args!("{} {} {value}", words.only, filter.term().word(language)))?;
    }
    for rules in &report.rules {
        let (name, record) = (escape(&rules.name), rules.record);
        output.line(format_args!("{} {name} ({} {record})", words.by_rules, words.record))?;
    }
    Ok(())
}

fn citation(cited: &Citation, words: &Words, output: &mut Output) -> Result<(), Failure> {
    let value = match cited.denominator {
        1 => cited.numerator.to_string(),
        // A percentage with two decimals.
        10_000 => {
            let (sign, hundredths) =
                (if cited.numerator < 0 { "-" } else { "" }, cited.numerator.unsigned_abs());
            format!("{sign}{}.{:02} %", hundredths / 100, hundredths % 100)
        }
        denominator => format!("{} / {denominator}", cited.numerator),
    };
    let [counted_in, name, period, source] =
        [&cited.counted_in, &cited.name, &cited.period, &cited.source].map(|text| escape(text));
    let (unit, record) = (cited.unit, cited.record);
    output.line(format_args!(
        "{value:>14} {counted_in}  {name}, {period}: {source} ({}, {unit}, {} {record})",
        words.cited, words.record
    ))
}

/// Returns points, which are kept in hundredths.
fn points_of(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn figure(figure: &Figure, indent: &str, language: Language, output: &mut Output) -> Result<(), Failure> {
    let label = figure.name.term().word(language);
    let unit = figure.unit_of_count.term().word(language);
    let doubtful = doubt(figure, language);
    match figure.value {
        Value::Count(fen) if figure.unit_of_count == UnitOfCount::Fen => {
            let yuan = if language == Language::Chinese { "元" } else { "yuan" };
            let value = format!("{}.{:02}", fen / 100, fen % 100);
            output.line(format_args!("{indent}{value:>14} {yuan}  {label}{doubtful}"))?;
        }
        Value::Count(hundredths) if figure.unit_of_count == UnitOfCount::PointHundredths => {
            let points = if language == Language::Chinese { "分" } else { "points" };
            let value = points_of(hundredths);
            output.line(format_args!("{indent}{value:>14} {points}  {label}{doubtful}"))?;
        }
        Value::Ratio { numerator, denominator } if figure.unit_of_count == UnitOfCount::PointHundredths => {
            let points = if language == Language::Chinese { "分" } else { "points" };
            let (value, full) = (points_of(numerator), points_of(denominator));
            let value = if denominator == 0 { "-".to_owned() } else { value };
            output.line(format_args!("{indent}{value:>14} {points}  {label}, of {full}{doubtful}"))?;
        }
        Value::Count(value) => {
            output.line(format_args!("{indent}{value:>14} {unit}  {label}{doubtful}"))?;
        }
        Value::Ratio { numerator, denominator } => {
            let percent =
                percent(figure.value).map_or_else(|| "-".to_owned(), |percent| format!("{percent} %"));
            let basis = figure.basis.term().word(language);
            output.line(format_args!(
                "{indent}{percent:>14} {label}: {numerator} / {denominator} {unit}, {basis}{doubtful}"
            ))?;
        }
    }
    let Some(evidence) = &figure.evidence else { return Ok(()) };
    let list = |records: &[u64]| records.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    for (what, records) in [("counted", &evidence.counted), ("missed", &evidence.missed)] {
        if !records.is_empty() {
            output.line(format_args!("{indent}  {what}: records {}", list(records)))?;
        }
    }
    if evidence.more > 0 {
        output.line(format_args!("{indent}  and {} more", evidence.more))?;
    }
    Ok(())
}
