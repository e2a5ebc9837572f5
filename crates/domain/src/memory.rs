//! States in arrays: batch replay, and tests.

use crate::{
    case::CaseState,
    id::{CaseId, OfficialId, SourceId, StreamKind, UnitId},
    official::OfficialState,
    source::SourceState,
    unit::UnitState,
    view::{Store, View},
};

/// All states in memory, in the order of their ids.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Memory {
    units: Vec<UnitState>,
    officials: Vec<OfficialState>,
    sources: Vec<SourceState>,
    cases: Vec<CaseState>,
}

impl Memory {
    /// Iterates over all units.
    pub fn units(&self) -> impl Iterator<Item = (UnitId, &UnitState)> {
        numbered(&self.units, UnitId::new)
    }

    /// Iterates over all officials.
    pub fn officials(&self) -> impl Iterator<Item = (OfficialId, &OfficialState)> {
        numbered(&self.officials, OfficialId::new)
    }

    /// Iterates over all imported files.
    pub fn sources(&self) -> impl Iterator<Item = (SourceId, &SourceState)> {
        numbered(&self.sources, SourceId::new)
    }

    /// Iterates over all cases.
    pub fn cases(&self) -> impl Iterator<Item = (CaseId, &CaseState)> {
        numbered(&self.cases, CaseId::new)
    }
}

impl View for Memory {
    fn count(&self, kind: StreamKind) -> u64 {
        let len = match kind {
            StreamKind::UNIT => self.units.len(),
            StreamKind::OFFICIAL => self.officials.len(),
            StreamKind::SOURCE => self.sources.len(),
            StreamKind::CASE => self.cases.len(),
            _ => 0,
        };
        u64::try_from(len).unwrap_or(u64::MAX)
    }

    fn unit(&self, id: UnitId) -> Option<&UnitState> {
        self.units.get(usize::try_from(id.offset()).ok()?)
    }

    fn official(&self, id: OfficialId) -> Option<&OfficialState> {
        self.officials.get(usize::try_from(id.offset()).ok()?)
    }

    fn source(&self, id: SourceId) -> Option<&SourceState> {
        self.sources.get(usize::try_from(id.offset()).ok()?)
    }

    fn case(&self, id: CaseId) -> Option<&CaseState> {
        self.cases.get(usize::try_from(id.offset()).ok()?)
    }
}

impl Store for Memory {
    fn push_unit(&mut self, unit: UnitState) {
        self.units.push(unit);
    }

    fn push_official(&mut self, official: OfficialState) {
        self.officials.push(official);
    }

    fn push_source(&mut self, source: SourceState) {
        self.sources.push(source);
    }

    fn push_case(&mut self, case: CaseState) {
        self.cases.push(case);
    }

    fn case_mut(&mut self, id: CaseId) -> Option<&mut CaseState> {
        self.cases.get_mut(usize::try_from(id.offset()).ok()?)
    }
}

fn numbered<T, I>(states: &[T], id: fn(u64) -> Option<I>) -> impl Iterator<Item = (I, &T)> {
    (1..).zip(states).filter_map(move |(number, state)| Some((id(number)?, state)))
}
