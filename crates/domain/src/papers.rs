//! What a unit puts its name to: statistics from outside, cited, and reports it publishes.

use serde::{Deserialize, Serialize};

use crate::{
    case::CaseStatus,
    cited::Cited,
    day::Day,
    id::{HouseholdId, OfficialId, StreamRef, UnitId},
    label::Label,
    mark::Mark,
    record::RecordMeta,
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    view::{Store, View},
    violation::Violation,
};

/// The most figures of a published report that an event holds.
pub const MAX_PUBLISHED_FIGURES: usize = 256;

crate::event! {
    /// A statistic from outside was cited. It cannot be derived from this ledger and is never computed.
    pub struct StatisticCited {
        /// What it is.
        pub name: Label,
        /// Its value is this many ...
        pub numerator: i64,
        /// ... of so many; 1 for a count, 10,000 for a percentage with two decimals. Never 0.
        pub denominator: u64,
        /// What is counted: the word for it.
        pub counted_in: Label,
        /// What time it is about, as its source has it.
        pub period: Label,
        /// Who says so.
        pub source: Label,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 992, version 1, continues UnitId;
    personal none;
}

crate::plain! {
    /// A figure of a published report: a claim that anyone can recompute.
    pub struct PublishedFigure {
        /// Its name in the report.
        pub name: Label,
        /// Its value is this many ...
        pub numerator: i64,
        /// ... of so many; 1 for a count. Never 0.
        pub denominator: u64,
    }
}

crate::event! {
    /// A unit published a report that was made from this ledger.
    pub struct ReportPublished {
        /// The report's name.
        pub name: Label,
        /// The first day of its period; from the beginning without one.
        pub from: Option<Day>,
        /// The last day of its period; without end without one.
        pub until: Option<Day>,
        /// It was made from the first so many records; never 0.
        pub as_of_size: u64,
        /// It is only about this unit, those merged into it and those below it.
        pub unit: Option<UnitId>,
        /// It is only about this official.
        pub official: Option<OfficialId>,
        /// It is only about this household.
        pub household: Option<HouseholdId>,
        /// It is only about cases in this state.
        pub state: Option<CaseStatus>,
        /// The BLAKE3 hash of the JSON that was handed out.
        pub digest: [u8; 32],
        /// The figures that were published, at most [`MAX_PUBLISHED_FIGURES`].
        pub figures: Vec<PublishedFigure>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 1024, version 2, continues UnitId;
    personal none;
}

crate::plain! {
    /// Schema version 1 of [`ReportPublished`]: it was about everything.
    pub struct ReportPublishedV1 {
        /// The report's name.
        pub name: Label,
        /// The first day of its period.
        pub from: Option<Day>,
        /// The last day of its period.
        pub until: Option<Day>,
        /// It was made from the first so many records.
        pub as_of_size: u64,
        /// The BLAKE3 hash of the JSON that was handed out.
        pub digest: [u8; 32],
        /// The figures that were published.
        pub figures: Vec<PublishedFigure>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
}

impl From<ReportPublishedV1> for ReportPublished {
    fn from(first: ReportPublishedV1) -> Self {
        let ReportPublishedV1 { name, from, until, as_of_size, digest, figures, origin } = first;
        Self {
            name,
            from,
            until,
            as_of_size,
            unit: None,
            official: None,
            household: None,
            state: None,
            digest,
            figures,
            origin,
        }
    }
}

/// What a unit put its name to.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct UnitPapers {
    /// The statistics it cited, in the order of the records.
    pub statistics: Vec<CitedStatistic>,
    /// The reports it published, in the order of the records.
    pub reports: Vec<PublishedReport>,
}

/// A statistic from outside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CitedStatistic {
    /// What it is.
    pub name: Label,
    /// Its value is this many ...
    pub numerator: i64,
    /// ... of so many.
    pub denominator: u64,
    /// What is counted.
    pub counted_in: Label,
    /// What time it is about.
    pub period: Label,
    /// Who says so.
    pub source: Label,
    /// When it was cited.
    pub cited: Mark,
}

/// A report as it was published. Its figures stand in the record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PublishedReport {
    /// The report's name.
    pub name: Label,
    /// The first day of its period.
    pub from: Option<Day>,
    /// The last day of its period.
    pub until: Option<Day>,
    /// It was made from the first so many records.
    pub as_of_size: u64,
    /// The BLAKE3 hash of its JSON.
    pub digest: [u8; 32],
    /// When it was published.
    pub published: Mark,
}

/// What stands against a statistic or a published report.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PaperViolation {
    /// A figure is a share of nothing.
    #[error("the figure {name} is a share of nothing (its denominator is 0)")]
    NoDenominator {
        /// The figure.
        name: Label,
    },
    /// The period ends before it begins.
    #[error("a period from {from} cannot last until {until}")]
    EndsBeforeItBegins {
        /// Its first day.
        from: Day,
        /// Its last day.
        until: Day,
    },
    /// It was made from nothing.
    #[error("a report is made from 1 record or more")]
    FromNothing,
    /// It has too many figures.
    #[error("a published report holds {MAX_PUBLISHED_FIGURES} figures or fewer ({len})")]
    TooManyFigures {
        /// How many it has.
        len: usize,
    },
}

impl PaperViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NoDenominator { .. } => "figure-has-a-denominator",
            Self::EndsBeforeItBegins { .. } => "period-has-days",
            Self::FromNothing => "report-made-from-records",
            Self::TooManyFigures { .. } => "published-figures",
        }
    }

    /// Returns the record that stands against the event: nothing recorded does.
    pub const fn against(&self) -> Option<u64> {
        None
    }
}

/// Checks that the unit of the stream stood at that time.
fn standing(unit: (UnitId, &crate::UnitState), place: &Place<'_>) -> Result<(), Violation> {
    unit.1.alive(unit.0, place.occurred)
}

fn share(name: &Label, denominator: u64) -> Result<(), PaperViolation> {
    if denominator == 0 { Err(PaperViolation::NoDenominator { name: name.clone() }) } else { Ok(()) }
}

impl Rules for StatisticCited {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        standing(own::<Self>(view, place.stream)?, place)?;
        Ok(share(&self.name, self.denominator)?)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let papers = own_mut::<Self>(store, meta.stream)?.papers.get_or_insert_default();
        papers.statistics.push(CitedStatistic {
            name: self.name.clone(),
            numerator: self.numerator,
            denominator: self.denominator,
            counted_in: self.counted_in.clone(),
            period: self.period.clone(),
            source: self.source.clone(),
            cited: Mark::of(meta),
        });
        Ok(())
    }
}

impl Rules for ReportPublished {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        if let Some(unit) = self.unit {
            name(Role::ConcernedUnit, unit.stream());
        }
        if let Some(official) = self.official {
            name(Role::Concerned, official.stream());
        }
        if let Some(household) = self.household {
            name(Role::ConcernedHousehold, household.stream());
        }
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn cites(&self, cite: &mut impl FnMut(Cited)) {
        if let Some(last) = self.as_of_size.checked_sub(1) {
            cite(Cited::of(last, &[]));
        }
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        standing(own::<Self>(view, place.stream)?, place)?;
        match (self.from, self.until) {
            (Some(from), Some(until)) if until < from => {
                return Err(PaperViolation::EndsBeforeItBegins { from, until }.into());
            }
            _ => {}
        }
        if self.as_of_size == 0 {
            return Err(PaperViolation::FromNothing.into());
        }
        let len = self.figures.len();
        if len > MAX_PUBLISHED_FIGURES {
            return Err(PaperViolation::TooManyFigures { len }.into());
        }
        Ok(self.figures.iter().try_for_each(|figure| share(&figure.name, figure.denominator))?)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        let papers = own_mut::<Self>(store, meta.stream)?.papers.get_or_insert_default();
        papers.reports.push(PublishedReport {
            name: self.name.clone(),
            from: self.from,
            until: self.until,
            as_of_size: self.as_of_size,
            digest: self.digest,
            published: Mark::of(meta),
        });
        Ok(())
    }
}
