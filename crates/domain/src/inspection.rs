//! Inspections 监督检查: what they found, and how that was answered.

use serde::{Deserialize, Serialize};

use crate::{
    counting::{Counted, Counting, MAX_TERM_DAYS},
    day::Day,
    id::{InspectionId, OfficialId, StreamRef, UnitId},
    mark::Mark,
    numbered::{numbered, place_of},
    record::RecordMeta,
    rule_set::{Clock, RuleSet},
    rules::{Place, Rules, own, own_mut},
    source::SourceRow,
    subject::Role,
    unit::alive_at,
    view::{Store, View},
    violation::Violation,
    zone::Zone,
};

crate::event! {
    /// An inspection of a unit was opened.
    pub struct InspectionOpened {
        /// The unit that is inspected.
        pub unit: UnitId,
        /// The unit that inspects; another one.
        pub by_unit: UnitId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 960, version 1, opens InspectionId;
    personal none;
}

crate::event! {
    /// An inspection found something. What it is, in words, is a personal field.
    pub struct FindingIssued {
        /// Its number in the inspection, from 1, without gaps.
        pub number: u16,
        /// How many calendar days the unit has to answer, where the inspection sets a term of its own. Otherwise the term
        /// is that of the rules in force.
        pub term_days: Option<u32>,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 961, version 1, continues InspectionId;
    personal FindingIssuedPersonal { text: Text } requires [];
}

crate::event! {
    /// A finding was answered.
    pub struct FindingAnswered {
        /// Its number in the inspection.
        pub number: u16,
        /// Who answered.
        pub by: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 962, version 1, continues InspectionId;
    personal FindingAnsweredPersonal { text: Text } requires [];
}

crate::event! {
    /// A finding was closed: its answer is accepted.
    pub struct FindingClosed {
        /// Its number in the inspection.
        pub number: u16,
        /// Who closed it; not who answered.
        pub by: OfficialId,
        /// The row it was imported from.
        pub origin: Option<SourceRow>,
    }
    type 963, version 1, continues InspectionId;
    personal none;
}

/// What is known of an inspection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InspectionState {
    /// The unit that is inspected.
    pub unit: UnitId,
    /// The unit that inspects.
    pub by_unit: UnitId,
    /// When it was opened.
    pub opened: Mark,
    /// What it found; number 1 comes first.
    pub findings: Vec<Finding>,
}

/// What an inspection found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// The inspection's own term, in calendar days.
    pub term_days: Option<u32>,
    /// When it was issued.
    pub issued: Mark,
    /// The answer.
    pub answer: Option<FindingAnswer>,
    /// When it was closed.
    pub closed: Option<Mark>,
}

/// The answer to a finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FindingAnswer {
    /// Who answered.
    pub by: OfficialId,
    /// When.
    pub answered: Mark,
}

/// What stands against an event about an inspection.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectionViolation {
    /// A unit inspects itself.
    #[error("{unit} cannot inspect itself")]
    OwnInspection {
        /// The unit.
        unit: UnitId,
    },
    /// The finding does not have the next number.
    #[error("{inspection} has {issued} findings: the next is not {number} (last by record {record})")]
    NotTheNextFinding {
        /// The inspection.
        inspection: InspectionId,
        /// The number.
        number: u16,
        /// How many it has.
        issued: usize,
        /// The record that issued the last of them, or else opened the inspection.
        record: u64,
    },
    /// The term is no term.
    #[error("a term of {days} days (expected 1 to {MAX_TERM_DAYS})")]
    NoTerm {
        /// The term.
        days: u32,
    },
    /// The inspection has no such finding.
    #[error("{inspection} has no finding {number} (it has {issued}, last by record {record})")]
    NoSuchFinding {
        /// The inspection.
        inspection: InspectionId,
        /// The number.
        number: u16,
        /// How many it has.
        issued: usize,
        /// The record that issued the last of them, or else opened the inspection.
        record: u64,
    },
    /// The finding was answered before.
    #[error("{inspection}: finding {number} was answered by record {record}")]
    Answered {
        /// The inspection.
        inspection: InspectionId,
        /// The number.
        number: u16,
        /// The record.
        record: u64,
    },
    /// The finding has no answer yet.
    #[error(
        "{inspection}: finding {number}, issued by record {record}, has to be answered before it is closed"
    )]
    NotAnswered {
        /// The inspection.
        inspection: InspectionId,
        /// The number.
        number: u16,
        /// The record that issued it.
        record: u64,
    },
    /// The finding was closed before.
    #[error("{inspection}: finding {number} was closed by record {record}")]
    Closed {
        /// The inspection.
        inspection: InspectionId,
        /// The number.
        number: u16,
        /// The record.
        record: u64,
    },
    /// Who answered also closes.
    #[error(
        "{inspection}: {official} answered finding {number} by record {record}, somebody else has to close it"
    )]
    OwnClosing {
        /// The inspection.
        inspection: InspectionId,
        /// The number.
        number: u16,
        /// The official.
        official: OfficialId,
        /// The record of the answer.
        record: u64,
    },
}

impl InspectionViolation {
    /// Returns the rule's name, which does not change.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::OwnInspection { .. } => "inspected-by-another-unit",
            Self::NotTheNextFinding { .. } => "findings-without-gaps",
            Self::NoTerm { .. } => "finding-term",
            Self::NoSuchFinding { .. } => "finding-exists",
            Self::Answered { .. } => "finding-answered-once",
            Self::NotAnswered { .. } => "finding-answered-before-closed",
            Self::Closed { .. } => "finding-closed-once",
            Self::OwnClosing { .. } => "finding-closed-by-another",
        }
    }

    /// Returns the record that stands against the event, where there is one.
    pub const fn against(&self) -> Option<u64> {
        match self {
            Self::OwnInspection { .. } | Self::NoTerm { .. } => None,
            Self::NotTheNextFinding { record, .. }
            | Self::NoSuchFinding { record, .. }
            | Self::Answered { record, .. }
            | Self::NotAnswered { record, .. }
            | Self::Closed { record, .. }
            | Self::OwnClosing { record, .. } => Some(*record),
        }
    }
}

numbered! {
    /// How it stands with the answer to a finding. Not stored in bodies.
    pub enum FindingStanding ("standing of a finding") {
        /// 按期答复: answered in term, or without a term.
        InTerm = 1, "in-term";
        /// 逾期答复: answered after the term.
        Late = 2, "late";
        /// 待答复: not answered, and the term is not over.
        Open = 3, "open";
        /// 逾期未答复: not answered, and the term is over.
        Overdue = 4, "overdue";
    }
}

impl Finding {
    /// Counts the term for the answer, as the inspection set it or else as `rules` have it: those in force when the finding
    /// was issued. `None` where neither has one.
    pub fn counted<'r>(&self, rules: &'r RuleSet, zone: &Zone) -> Option<Counted<'r>> {
        let start = zone.day_of(self.issued.occurred().at);
        match self.term_days {
            Some(days) => Some(rules.calendar.add_days(start, days, Counting::Calendar, rules.counting)),
            None => rules.term(Clock::FindingAnswer).map(|term| rules.count(start, term, 0)),
        }
    }

    /// Returns the last day for the answer; `None` where no term runs. Where no rules were in force when the finding was
    /// issued, the inspection's own term is counted without a calendar.
    pub fn due(&self, rules: Option<&RuleSet>, zone: &Zone) -> Option<Day> {
        match rules {
            Some(rules) => self.counted(rules, zone).map(|counted| counted.due()),
            None => {
                let days = i32::try_from(self.term_days?).ok()?;
                Some(zone.day_of(self.issued.occurred().at).plus(days))
            }
        }
    }

    /// Returns how it stands with the answer on a day.
    pub fn standing(&self, rules: Option<&RuleSet>, zone: &Zone, today: Day) -> FindingStanding {
        let due = self.due(rules, zone);
        let in_term = |day| due.is_none_or(|due| day <= due);
        match self.answer {
            Some(answer) if in_term(zone.day_of(answer.answered.occurred().at)) => FindingStanding::InTerm,
            Some(_) => FindingStanding::Late,
            None if in_term(today) => FindingStanding::Open,
            None => FindingStanding::Overdue,
        }
    }
}

impl InspectionState {
    /// Returns the finding with this number, from 1.
    pub fn finding(&self, number: u16) -> Option<&Finding> {
        self.findings.get(place_of(number)?)
    }

    fn finding_mut(&mut self, number: u16) -> Option<&mut Finding> {
        self.findings.get_mut(place_of(number)?)
    }

    /// Returns the record that issued its last finding, or else opened it.
    fn last_record(&self) -> u64 {
        self.findings.last().map_or(self.opened.record(), |finding| finding.issued.record())
    }

    /// Returns the finding with this number, or what stands against it.
    fn demand(&self, inspection: InspectionId, number: u16) -> Result<&Finding, InspectionViolation> {
        self.finding(number).ok_or_else(|| InspectionViolation::NoSuchFinding {
            inspection,
            number,
            issued: self.findings.len(),
            record: self.last_record(),
        })
    }
}

impl Rules for InspectionOpened {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::ConcernedUnit, self.unit.stream());
        name(Role::Inspector, self.by_unit.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        if self.unit == self.by_unit {
            return Err(InspectionViolation::OwnInspection { unit: self.unit }.into());
        }
        alive_at(view, Role::ConcernedUnit, self.unit, place.occurred)?;
        alive_at(view, Role::Inspector, self.by_unit, place.occurred).map(drop)
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        store.push_inspection(InspectionState {
            unit: self.unit,
            by_unit: self.by_unit,
            opened: Mark::of(meta),
            findings: Vec::new(),
        });
        Ok(())
    }
}

impl Rules for FindingIssued {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (inspection, state) = own::<Self>(view, place.stream)?;
        state.opened.precedes(place.occurred, place.stream, "was opened")?;
        let (number, issued, record) = (self.number, state.findings.len(), state.last_record());
        if place_of(number) != Some(issued) {
            return Err(InspectionViolation::NotTheNextFinding { inspection, number, issued, record }.into());
        }
        match self.term_days {
            Some(days) if !(1..=MAX_TERM_DAYS).contains(&days) => {
                Err(InspectionViolation::NoTerm { days }.into())
            }
            _ => Ok(()),
        }
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        own_mut::<Self>(store, meta.stream)?.findings.push(Finding {
            term_days: self.term_days,
            issued: Mark::of(meta),
            answer: None,
            closed: None,
        });
        Ok(())
    }
}

impl Rules for FindingAnswered {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::AnsweredBy, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (inspection, state) = own::<Self>(view, place.stream)?;
        let number = self.number;
        let finding = state.demand(inspection, number)?;
        finding.issued.precedes(place.occurred, place.stream, "issued the finding")?;
        if let Some(answer) = finding.answer {
            let record = answer.answered.record();
            return Err(InspectionViolation::Answered { inspection, number, record }.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        if let Some(finding) = own_mut::<Self>(store, meta.stream)?.finding_mut(self.number) {
            finding.answer = Some(FindingAnswer { by: self.by, answered: Mark::of(meta) });
        }
        Ok(())
    }
}

impl Rules for FindingClosed {
    fn subjects(&self, name: &mut impl FnMut(Role, StreamRef)) {
        name(Role::ClosedBy, self.by.stream());
        SourceRow::name(self.origin.as_ref(), name);
    }

    fn origin(&self) -> Option<&SourceRow> {
        self.origin.as_ref()
    }

    fn check(&self, view: &impl View, place: &Place<'_>) -> Result<(), Violation> {
        let (inspection, state) = own::<Self>(view, place.stream)?;
        let (number, official) = (self.number, self.by);
        let finding = state.demand(inspection, number)?;
        let issued = finding.issued.record();
        let answer =
            finding.answer.ok_or(InspectionViolation::NotAnswered { inspection, number, record: issued })?;
        if let Some(closed) = finding.closed {
            return Err(InspectionViolation::Closed { inspection, number, record: closed.record() }.into());
        }
        answer.answered.precedes(place.occurred, place.stream, "answered the finding")?;
        if answer.by == official {
            let record = answer.answered.record();
            return Err(InspectionViolation::OwnClosing { inspection, number, official, record }.into());
        }
        Ok(())
    }

    fn fold(&self, store: &mut impl Store, meta: &RecordMeta) -> Result<(), Violation> {
        if let Some(finding) = own_mut::<Self>(store, meta.stream)?.finding_mut(self.number) {
            finding.closed = Some(Mark::of(meta));
        }
        Ok(())
    }
}
