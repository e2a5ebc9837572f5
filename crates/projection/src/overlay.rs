//! A few changes laid over states: what several commands of one batch would do, before any of it is recorded.

use std::collections::BTreeMap;

use docket_domain::{
    CaseId, CaseState, OfficialId, OfficialState, SourceId, SourceState, Store, StreamKind, UnitId,
    UnitState, View,
};

use crate::states::States;

/// States as they would be. The states below are not touched.
pub(crate) struct Overlay<'s> {
    base: &'s States,
    units: Vec<UnitState>,
    officials: Vec<OfficialState>,
    sources: Vec<SourceState>,
    cases: Vec<CaseState>,
    changed_cases: BTreeMap<CaseId, CaseState>,
}

impl<'s> Overlay<'s> {
    pub(crate) fn new(base: &'s States) -> Self {
        Self {
            base,
            units: Vec::new(),
            officials: Vec::new(),
            sources: Vec::new(),
            cases: Vec::new(),
            changed_cases: BTreeMap::new(),
        }
    }

    /// Returns a state that was added here.
    fn added<'t, T>(&self, kind: StreamKind, added: &'t [T], number: u64) -> Option<&'t T> {
        let place = number.checked_sub(self.base.count(kind) + 1)?;
        added.get(usize::try_from(place).ok()?)
    }
}

impl View for Overlay<'_> {
    fn count(&self, kind: StreamKind) -> u64 {
        let added = match kind {
            StreamKind::UNIT => self.units.len(),
            StreamKind::OFFICIAL => self.officials.len(),
            StreamKind::SOURCE => self.sources.len(),
            StreamKind::CASE => self.cases.len(),
            _ => 0,
        };
        self.base.count(kind) + added as u64
    }

    fn unit(&self, id: UnitId) -> Option<&UnitState> {
        self.base.unit(id).or_else(|| self.added(StreamKind::UNIT, &self.units, id.number()))
    }

    fn official(&self, id: OfficialId) -> Option<&OfficialState> {
        self.base.official(id).or_else(|| self.added(StreamKind::OFFICIAL, &self.officials, id.number()))
    }

    fn source(&self, id: SourceId) -> Option<&SourceState> {
        self.base.source(id).or_else(|| self.added(StreamKind::SOURCE, &self.sources, id.number()))
    }

    fn case(&self, id: CaseId) -> Option<&CaseState> {
        let changed = self.changed_cases.get(&id).or_else(|| self.base.case(id));
        changed.or_else(|| self.added(StreamKind::CASE, &self.cases, id.number()))
    }
}

impl Store for Overlay<'_> {
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
        if let Some(place) = id.number().checked_sub(self.base.count(StreamKind::CASE) + 1) {
            return self.cases.get_mut(usize::try_from(place).ok()?);
        }
        if !self.changed_cases.contains_key(&id) {
            self.changed_cases.insert(id, self.base.case(id)?.clone());
        }
        self.changed_cases.get_mut(&id)
    }
}
