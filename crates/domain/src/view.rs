//! What the rules may look at, and what replay may change.

use crate::{
    case::CaseState,
    id::{CaseId, OfficialId, SourceId, StreamKind, UnitId},
    official::OfficialState,
    source::SourceState,
    unit::UnitState,
};

/// States of all streams at one moment, for reading.
///
/// Ids are dense: [`count`](Self::count) alone says which streams exist. A store that loads pages may leave out states
/// that are not needed: [`Command::reads`](crate::Command::reads) and [`Event::reads`](crate::Event::reads) say which
/// are. A state that is left out although its stream exists is treated as if the stream did not exist.
pub trait View {
    /// Returns how many streams of this kind there are; 0 for an unknown kind.
    fn count(&self, kind: StreamKind) -> u64;
    /// Returns the state of a unit.
    fn unit(&self, id: UnitId) -> Option<&UnitState>;
    /// Returns the state of an official.
    fn official(&self, id: OfficialId) -> Option<&OfficialState>;
    /// Returns the state of an imported file.
    fn source(&self, id: SourceId) -> Option<&SourceState>;
    /// Returns the state of a case.
    fn case(&self, id: CaseId) -> Option<&CaseState>;
}

/// States of all streams that replay may change.
///
/// `push_` adds the state with the next id, which is the count before plus one.
pub trait Store: View {
    /// Adds a unit.
    fn push_unit(&mut self, unit: UnitState);
    /// Adds an official.
    fn push_official(&mut self, official: OfficialState);
    /// Adds an imported file.
    fn push_source(&mut self, source: SourceState);
    /// Adds a case.
    fn push_case(&mut self, case: CaseState);
    /// Returns the state of a case, to be changed.
    fn case_mut(&mut self, id: CaseId) -> Option<&mut CaseState>;
}
