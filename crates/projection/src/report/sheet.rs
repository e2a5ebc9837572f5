//! A report: figures over everything, by subject, and the sums that must hold.

use docket_domain::{CaseStatus, HouseholdId, OfficialId, Timestamp, UnitId};
use serde::{Deserialize, Serialize};

use super::{
    figure::{Figure, Value},
    names::{FigureName, ReportName},
    term::terms,
};

/// What a report is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Scope {
    /// The time that counts, `[from, to)` in microseconds UTC; `None` for all.
    pub period: Option<(i64, i64)>,
    /// Records that are known: the report is as of this size of the log.
    pub as_of_size: u64,
    /// When the last of these was recorded. What nobody did until then, or until the period's end if that is earlier, is
    /// not done; so a report depends on the log alone.
    pub known_until: Timestamp,
    /// Also by the unit responsible.
    pub by_unit: bool,
    /// Also by the official responsible, and then not by unit.
    pub by_official: bool,
    /// The figure whose records are to be listed.
    pub explained: Option<FigureName>,
    /// Only what is of this unit, of those merged into it, and of those below.
    pub unit: Option<UnitId>,
    /// Only what is of this official.
    pub official: Option<OfficialId>,
    /// Only what is of this household.
    pub household: Option<HouseholdId>,
    /// Only cases of this state.
    pub status: Option<CaseStatus>,
}

impl Scope {
    /// Begins with everything that is known.
    pub const fn all(as_of_size: u64, known_until: Timestamp) -> Self {
        Self {
            period: None,
            as_of_size,
            known_until,
            by_unit: false,
            by_official: false,
            explained: None,
            unit: None,
            official: None,
            household: None,
            status: None,
        }
    }

    /// Says whether figures are asked for by unit or by official too.
    pub(crate) const fn has_rows(&self) -> bool {
        self.by_unit || self.by_official
    }

    /// Says whether a moment counts.
    pub fn has(&self, at: Timestamp) -> bool {
        self.period.is_none_or(|(from, to)| (from..to).contains(&at.0))
    }

    /// Returns the filters that are set, with what they are set to.
    pub fn filters(&self) -> Vec<(Filter, String)> {
        [
            self.unit.map(|unit| (Filter::Unit, unit.to_string())),
            self.official.map(|official| (Filter::Official, official.to_string())),
            self.household.map(|household| (Filter::Household, household.to_string())),
            self.status.map(|status| (Filter::State, status.to_string())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

terms! {
    /// What a report can be narrowed to.
    pub enum Filter {
        Unit = "unit", "unit", "单位";
        Official = "official", "official", "干部";
        Household = "household", "household", "户";
        State = "state", "state", "状态";
    }
}

/// A report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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
    /// The rule sets that decided something, in the order of their records.
    pub rules: Vec<RulesInForce>,
    /// Statistics from outside: cited, never computed.
    pub citations: Vec<Citation>,
}

/// A rule set that decided something in a report.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct RulesInForce {
    /// The record that adopted it.
    pub record: u64,
    /// What it is called for short.
    pub name: String,
}

/// A statistic from outside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Citation {
    /// The unit that cites it.
    pub unit: UnitId,
    /// What it is.
    pub name: String,
    /// Its value is this many ...
    pub numerator: i64,
    /// ... of so many.
    pub denominator: u64,
    /// What is counted.
    pub counted_in: String,
    /// What time it is about.
    pub period: String,
    /// Who says so.
    pub source: String,
    /// The record that cites it.
    pub record: u64,
}

/// The figures of one subject.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Which unit; `None` for what is of none, and where the rows are officials.
    pub unit: Option<UnitId>,
    /// Which official, where the rows are officials; `None` for what is of none.
    pub official: Option<OfficialId>,
    /// Its public name.
    pub name: Option<String>,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// A sum that must hold between figures of a report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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
    /// Compares a figure with the sum of others; `None` where one of them is missing, or is no count.
    pub(super) fn of(figures: &[Figure], whole: FigureName, parts: &[FigureName]) -> Option<Self> {
        let count = |name| match figures.iter().find(|figure| figure.name == name)?.value {
            Value::Count(count) => Some(count),
            Value::Ratio { .. } => None,
        };
        let found = parts.iter().try_fold(0_u64, |sum, part| Some(sum.saturating_add(count(*part)?)))?;
        Some(Self { whole, parts: parts.to_vec(), expected: count(whole)?, found })
    }

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
