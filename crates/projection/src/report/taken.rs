//! What a report takes from another, so that a figure never comes to two values.

use std::collections::BTreeMap;

use super::{
    figure::{Evidence, Figure, Value},
    names::FigureName,
    sheet::{Check, Report, Row},
};

impl Report {
    /// Adds figures of another report, with the rules that decided there and the sums they stand in.
    pub(super) fn take(&mut self, mut other: Report, names: &[FigureName]) {
        let is_taken = |figure: &Figure| names.contains(&figure.name);
        other.figures.retain(is_taken);
        let nothing: Vec<_> = other.figures.iter().map(nothing_of).collect();
        let key = |row: &Row| (row.unit.is_none() && row.official.is_none(), row.unit, row.official);
        let mut others: BTreeMap<_, _> = other.rows.into_iter().map(|row| (key(&row), row)).collect();
        let mut columns: BTreeMap<_, Row> = self.rows.drain(..).map(|row| (key(&row), row)).collect();
        // A unit of which only one of both says something has nothing of the other.
        let empty: Vec<_> = self.figures.iter().map(nothing_of).collect();
        for (key, row) in &others {
            let blank = || Row { name: row.name.clone(), figures: empty.clone(), ..*row };
            columns.entry(*key).or_insert_with(blank);
        }
        for (key, row) in &mut columns {
            match others.remove(key) {
                Some(other) => row.figures.extend(other.figures.into_iter().filter(is_taken)),
                None => row.figures.extend(nothing.iter().cloned()),
            }
        }
        self.rows = columns.into_values().collect();
        self.figures.append(&mut other.figures);
        let is_here =
            |check: &Check| check.parts.iter().chain([&check.whole]).all(|name| names.contains(name));
        self.checks.extend(other.checks.into_iter().filter(is_here));
        self.rules.extend(other.rules);
        self.rules.sort_unstable();
        self.rules.dedup();
    }
}

/// Returns the figure of nothing.
fn nothing_of(figure: &Figure) -> Figure {
    let value = match figure.value {
        Value::Count(_) => Value::Count(0),
        Value::Ratio { .. } => Value::Ratio { numerator: 0, denominator: 0 },
    };
    Figure { value, doubt: None, evidence: figure.evidence.as_ref().map(|_| Evidence::default()), ..*figure }
}
