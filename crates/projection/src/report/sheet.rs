//! A report: figures over everything, by subject, and the sums that must hold.

use super::{
    figure::Figure,
    names::{FigureName, ReportName},
};

/// What a report is about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scope {
    /// The time that counts, `[from, to)` in microseconds UTC; `None` for all.
    pub period: Option<(i64, i64)>,
    /// Records that are known: the report is as of this size of the log.
    pub as_of_size: u64,
    /// Also by the unit responsible.
    pub by_unit: bool,
    /// List the records behind the figures.
    pub explains: bool,
}

impl Scope {
    /// Says whether a moment counts.
    pub fn has(&self, at: docket_domain::Timestamp) -> bool {
        self.period.is_none_or(|(from, to)| (from..to).contains(&at.0))
    }
}

/// A report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Which.
    pub name: ReportName,
    /// What it is about.
    pub scope: Scope,
    /// Over everything.
    pub figures: Vec<Figure>,
    /// By subject, in order of id; what has none comes last. Empty where nothing else was asked for.
    pub rows: Vec<Row>,
    /// Sums that must hold.
    pub checks: Vec<Check>,
}

/// The figures of one subject.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its code, such as `U-12`.
    pub code: Option<String>,
    /// Its public name.
    pub name: Option<String>,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// A sum that must hold between figures of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// The whole.
    pub whole: FigureName,
    /// Its parts.
    pub parts: Vec<FigureName>,
    /// What the whole comes to.
    pub expected: u64,
    /// What the parts come to.
    pub found: u64,
}

impl Check {
    /// Says whether the parts sum to the whole.
    pub fn holds(&self) -> bool {
        self.expected == self.found
    }
}

impl Report {
    /// Returns a figure over everything.
    pub fn figure(&self, name: FigureName) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.name == name)
    }
}
