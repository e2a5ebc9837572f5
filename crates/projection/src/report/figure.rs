//! A figure: a count with everything one must know to compare it with another.

use serde::Serialize;

/// What a report is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Scope {
    /// Days of registration that count, `[from, to)` in microseconds UTC; `None` for all.
    pub period: Option<(i64, i64)>,
    /// Records that are known: the report is as of this size of the log.
    pub as_of_size: u64,
}

/// One figure of a report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Figure {
    /// A stable name.
    pub name: &'static str,
    /// What it counts, in words.
    pub label: &'static str,
    /// The unit of count: figures of different units must not be mixed.
    pub unit_of_count: &'static str,
    /// The count.
    pub value: u64,
}
