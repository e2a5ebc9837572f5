//! The assessment 考核: a score that follows from the events alone, by the weights of the rule set in force.
//!
//! Each measure is taken from the report that counts it. What nothing was due for is not measured, and its weight is left
//! out of the score: a village where nobody was surveyed loses nothing by it, and gains nothing.

use docket_domain::{Measure, RulesState, View as _, Weight};

use super::{
    figure::{Basis, Figure, UnitOfCount, Value},
    lens::Lens,
    making::Making,
    names::{FigureName, ReportName},
    sheet::{Check, Report, RulesInForce, Scope},
};

/// The reports that measures are taken from, in the order in which measures are shown.
pub(super) const TAKEN_FROM: &[ReportName] = &[
    ReportName::Receptions,
    ReportName::Visits,
    ReportName::Cases,
    ReportName::Timeliness,
    ReportName::Satisfaction,
    ReportName::Pairing,
    ReportName::Stays,
];

/// Where a measure is counted, as which figure, and as what its points are shown.
struct Source {
    measure: Measure,
    /// Its report, as a place in [`TAKEN_FROM`].
    from: usize,
    figure: FigureName,
    points: FigureName,
}

macro_rules! sources {
    ($( $measure:ident: $from:literal $figure:ident $points:ident; )+) => {
        const SOURCES: &[Source] = &[$( Source {
            measure: Measure::$measure,
            from: $from,
            figure: FigureName::$figure,
            points: FigureName::$points,
        } ),+];
    };
}

sources! {
    ReceptionAttainment: 0 ReceptionAttainment PointsReceptionAttainment;
    VisitCoverage: 1 VisitCoverage PointsVisitCoverage;
    VisitAttainment: 1 VisitAttainment PointsVisitAttainment;
    ResponseRate: 2 ResponseRate PointsResponseRate;
    ClosureRate: 2 ClosureRate PointsClosureRate;
    RepeatRate: 2 RepeatRate PointsRepeatRate;
    AcceptanceInTime: 3 AcceptanceInTime PointsAcceptanceInTime;
    InTermRate: 3 InTermRate PointsInTermRate;
    SolvedRate: 4 SolvedRate PointsSolvedRate;
    Satisfaction: 4 SatisfactionRate PointsSatisfaction;
    AnswerRate: 4 AnswerRate PointsAnswerRate;
    PairingAttainment: 5 PairingAttainment PointsPairingAttainment;
    StayAttainment: 6 StayAttainment PointsStayAttainment;
}

const SUMS: (FigureName, &[FigureName]) =
    (FigureName::ScoreWeights, &[FigureName::ScoreMeasured, FigureName::ScoreNotMeasured]);

/// Makes the report.
pub(super) fn report(making: &Making<'_>) -> Report {
    let lens = &making.lens;
    let Some(official) = lens.scope.official else { return of_all(making) };
    // Of one official: their row of the assessment of all.
    let scope = Scope { official: None, by_official: true, by_unit: false, ..lens.scope.clone() };
    let mut report = of_all(&Making::of(&[ReportName::Assessment], lens.states, &scope, making.threads));
    let own = report.rows.drain(..).find(|row| row.official == Some(official));
    let nothing = |figure: &Figure| matches!(figure.value, Value::Ratio { .. });
    report.figures = match own {
        Some(row) => row.figures,
        // Nothing was ever owed by them: no measure has a denominator.
        None => {
            report.figures.retain(nothing);
            let weights = weights(lens);
            let measured =
                report.figures.iter().filter(|figure| figure.unit_of_count != UnitOfCount::PointHundredths);
            let mut figures: Vec<_> = measured
                .map(|figure| Figure {
                    value: Value::Ratio { numerator: 0, denominator: 0 },
                    ..figure.clone()
                })
                .collect();
            score(&mut figures, weights.map(|(_, weights)| weights).unwrap_or_default());
            figures
        }
    };
    report.checks = Check::of(&report.figures, SUMS.0, SUMS.1).into_iter().collect();
    report.scope = lens.scope.clone();
    report
}

/// Returns the rule set in force at the last moment, and its weights.
fn weights<'a>(lens: &Lens<'a>) -> Option<(&'a RulesState, &'a [Weight])> {
    lens.states.rules_at(lens.last_moment()).map(|rules| (rules, rules.rules.assessment.as_slice()))
}

fn of_all(making: &Making<'_>) -> Report {
    let lens = &making.lens;
    let mut report = Report {
        name: ReportName::Assessment,
        scope: lens.scope.clone(),
        figures: Vec::new(),
        rows: Vec::new(),
        checks: Vec::new(),
        rules: Vec::new(),
        citations: Vec::new(),
    };
    let (rules, weights) = weights(lens).map_or((None, &[][..]), |(rules, weights)| (Some(rules), weights));
    for (number, from) in TAKEN_FROM.iter().enumerate() {
        let is_weighed = |source: &&Source| {
            source.from == number && weights.iter().any(|weight| weight.measure == source.measure)
        };
        let names: Vec<_> = SOURCES.iter().filter(is_weighed).map(|source| source.figure).collect();
        if !names.is_empty() {
            report.take(making.report(*from).clone(), &names);
        }
    }
    score(&mut report.figures, weights);
    report.rows.iter_mut().for_each(|row| score(&mut row.figures, weights));
    report.checks = Check::of(&report.figures, SUMS.0, SUMS.1).into_iter().collect();
    if let Some(rules) = rules {
        report.rules.push(RulesInForce { record: rules.record, name: rules.rules.name.to_string() });
        report.rules.sort_unstable();
        report.rules.dedup();
    }
    report
}

/// Adds to measures their points, and the score that these make, in hundredths of a point.
fn score(figures: &mut Vec<Figure>, weights: &[Weight]) {
    let (mut scored, mut measured, mut all) = (0_u64, 0_u64, 0_u64);
    let mut points = Vec::with_capacity(weights.len());
    for source in SOURCES {
        let Some(weight) = weights.iter().find(|weight| weight.measure == source.measure) else { continue };
        let figure = figures.iter().find(|figure| figure.name == source.figure);
        let full = u64::from(weight.weight) * 100;
        all += full;
        let reached = figure.and_then(|figure| reached(figure.value, full, weight.less_is_better));
        let value = match reached {
            Some(reached) => {
                (scored, measured) = (scored + reached, measured + full);
                Value::Ratio { numerator: reached, denominator: full }
            }
            None => Value::Ratio { numerator: 0, denominator: 0 },
        };
        points.push(of_points(source.points, value));
    }
    let count = |name, hundredths| of_points(name, Value::Count(hundredths));
    figures.append(&mut points);
    figures.push(of_points(FigureName::Score, Value::Ratio { numerator: scored, denominator: measured }));
    figures.push(count(FigureName::ScoreWeights, all));
    figures.push(count(FigureName::ScoreMeasured, measured));
    figures.push(count(FigureName::ScoreNotMeasured, all - measured));
}

const fn of_points(name: FigureName, value: Value) -> Figure {
    Figure {
        name,
        unit_of_count: UnitOfCount::PointHundredths,
        basis: Basis::AsOf,
        value,
        doubt: None,
        evidence: None,
    }
}

/// Returns what of `full` a measure reaches, half of a hundredth rounded up; `None` where nothing was due.
fn reached(value: Value, full: u64, less_is_better: bool) -> Option<u64> {
    let Value::Ratio { numerator, denominator } = value else { return None };
    let good = if less_is_better { denominator.saturating_sub(numerator) } else { numerator };
    let twice = u128::from(denominator) * 2;
    let reached = (u128::from(good) * u128::from(full) * 2 + u128::from(denominator)).checked_div(twice)?;
    u64::try_from(reached).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_hundredths_rounded_half_up() {
        let of = |numerator, denominator| reached(Value::Ratio { numerator, denominator }, 1_500, false);
        assert_eq!(of(1, 3), Some(500));
        assert_eq!(of(2, 7), Some(429));
        assert_eq!(of(1, 3_000), Some(1));
        assert_eq!(of(1, 3_001), Some(0));
        assert_eq!(of(7, 7), Some(1_500));
        assert_eq!(of(0, 0), None);
        assert_eq!(of(u64::MAX, u64::MAX), Some(1_500));
        assert_eq!(reached(Value::Ratio { numerator: 1, denominator: 4 }, 1_000, true), Some(750));
        assert_eq!(reached(Value::Count(1), 1_000, false), None);
    }

    #[test]
    fn every_measure_has_its_source() {
        for measure in Measure::ALL {
            assert_eq!(SOURCES.iter().filter(|source| source.measure == *measure).count(), 1, "{measure}");
        }
        assert!(SOURCES.iter().all(|source| source.from < TAKEN_FROM.len()));
    }
}
