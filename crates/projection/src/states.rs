//! All states, folded from the log's records: in memory for a batch replay, over the index for daily work.

use docket_domain::{
    CaseId, CaseState, DecodeError, Event, EventRef, OccurredAt, OfficialId, OfficialState, RecordMeta,
    ReplayError, SourceId, SourceState, Store, StreamKind, Timestamp, UnitId, UnitState, View, apply,
};
use docket_proof::{Precision, RecordView, StreamRef};

use crate::{
    index::{Index, IndexError, PageKey},
    table::Table,
};

/// The family of state pages in the index.
const FAMILY: u8 = 1;

/// Why a record could not be folded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FoldError {
    /// The body is not what its type and version say.
    #[error("record {index}: the body cannot be read")]
    Body {
        /// The record.
        index: u64,
        /// What is wrong with it.
        #[source]
        source: DecodeError,
    },
    /// No command could have made this history.
    #[error(transparent)]
    Rule(#[from] ReplayError),
    /// A unit, an official, a source or a case that begins with an event of a newer version: nothing can be said of it,
    /// nor of what names it later.
    #[error("record {index}: a stream begins with an event of a newer version")]
    Newer {
        /// The record.
        index: u64,
    },
}

/// The states of all streams at one moment.
#[derive(Clone, Debug, Default)]
pub struct States {
    units: Table<UnitState>,
    officials: Table<OfficialState>,
    sources: Table<SourceState>,
    cases: Table<CaseState>,
    /// Records whose event this version does not know. They are kept and counted, never skipped in silence.
    unknown: u64,
    personal: Vec<u16>,
}

/// Runs an expression for each table with its kind of stream.
macro_rules! each_table {
    ($states:expr, |$table:ident, $kind:ident| $do:expr) => {{
        {
            let ($table, $kind) = (&mut $states.units, StreamKind::UNIT);
            $do
        }
        {
            let ($table, $kind) = (&mut $states.officials, StreamKind::OFFICIAL);
            $do
        }
        {
            let ($table, $kind) = (&mut $states.sources, StreamKind::SOURCE);
            $do
        }
        {
            let ($table, $kind) = (&mut $states.cases, StreamKind::CASE);
            $do
        }
    }};
}

impl States {
    /// Begins with what an index holds, none of it loaded.
    pub(crate) fn over(streams: &[(u16, u64)], unknown: u64) -> Self {
        let mut states = Self { unknown, ..Self::default() };
        each_table!(states, |table, kind| {
            let count = streams.iter().find(|(number, _)| *number == kind.0).map_or(0, |(_, count)| *count);
            *table = Table::with_len(count);
        });
        states
    }

    /// Loads what the index holds of these streams.
    pub(crate) fn load(
        &mut self,
        index: &Index,
        streams: &[docket_domain::StreamRef],
    ) -> Result<(), IndexError> {
        for stream in streams {
            each_table!(self, |table, kind| if stream.kind == kind {
                table.load(index, FAMILY, kind.0, stream.id)?;
            });
        }
        Ok(())
    }

    /// Loads the pages that new streams go to.
    pub(crate) fn load_ends(&mut self, index: &Index) -> Result<(), IndexError> {
        each_table!(self, |table, kind| table.load(index, FAMILY, kind.0, table.len() + 1)?);
        Ok(())
    }

    /// Loads everything the index holds.
    pub(crate) fn load_all(&mut self, index: &Index) -> Result<(), IndexError> {
        each_table!(self, |table, kind| table.load_all(index, FAMILY, kind.0)?);
        Ok(())
    }

    /// Returns the pages that changed, or all that are loaded.
    pub(crate) fn pages(&mut self, all: bool) -> Vec<(PageKey, Vec<u8>)> {
        let mut pages = Vec::new();
        each_table!(self, |table, kind| pages.extend(table.pages(FAMILY, kind.0, all)));
        pages
    }

    /// Returns how many records hold an event that this version does not know.
    pub fn unknown(&self) -> u64 {
        self.unknown
    }

    /// Iterates over all units that are loaded.
    pub fn units(&self) -> impl Iterator<Item = (UnitId, &UnitState)> {
        self.units.iter().filter_map(|(id, state)| Some((UnitId::new(id)?, state)))
    }

    /// Iterates over all officials that are loaded.
    pub fn officials(&self) -> impl Iterator<Item = (OfficialId, &OfficialState)> {
        self.officials.iter().filter_map(|(id, state)| Some((OfficialId::new(id)?, state)))
    }

    /// Iterates over all sources that are loaded.
    pub fn sources(&self) -> impl Iterator<Item = (SourceId, &SourceState)> {
        self.sources.iter().filter_map(|(id, state)| Some((SourceId::new(id)?, state)))
    }

    /// Iterates over all cases that are loaded.
    pub fn cases(&self) -> impl Iterator<Item = (CaseId, &CaseState)> {
        self.cases.iter().filter_map(|(id, state)| Some((CaseId::new(id)?, state)))
    }

    /// Folds a record in. Records of the ledger's own stream change no state.
    ///
    /// # Errors
    /// When the history is impossible or unreadable. The states are then as before.
    pub fn fold(&mut self, record: &RecordView<'_>) -> Result<(), FoldError> {
        self.fold_read(record, read(record)?.as_ref())
    }

    /// Folds a record in whose event is [`read`] already.
    pub(crate) fn fold_read(
        &mut self,
        record: &RecordView<'_>,
        event: Option<&(Event, RecordMeta)>,
    ) -> Result<(), FoldError> {
        if let Some((event, meta)) = event {
            return self.apply(event, meta, record.commitments.iter().map(|(field, _)| field));
        }
        if record.stream.kind == StreamRef::SYSTEM.kind {
            return Ok(());
        }
        // What continues a stream is counted, and the stream stays as it was.
        if record.position == 0 && Self::keeps(StreamKind(record.stream.kind)) {
            return Err(FoldError::Newer { index: record.index.0 });
        }
        self.unknown += 1;
        Ok(())
    }

    /// Says whether streams of this kind have a state.
    fn keeps(kind: StreamKind) -> bool {
        matches!(kind, StreamKind::UNIT | StreamKind::OFFICIAL | StreamKind::SOURCE | StreamKind::CASE)
    }

    /// Folds an event in.
    pub(crate) fn apply(
        &mut self,
        event: &Event,
        meta: &RecordMeta,
        personal: impl Iterator<Item = u16>,
    ) -> Result<(), FoldError> {
        let mut fields = std::mem::take(&mut self.personal);
        fields.clear();
        fields.extend(personal);
        let applied = apply(self, &EventRef { event, meta, personal: &fields });
        self.personal = fields;
        Ok(applied?)
    }
}

/// Reads the event of a record; `None` for the ledger's own and for events of a newer version.
pub(crate) fn read(record: &RecordView<'_>) -> Result<Option<(Event, RecordMeta)>, FoldError> {
    let index = record.index.0;
    if record.stream.kind == StreamRef::SYSTEM.kind {
        return Ok(None);
    }
    match Event::decode(record.event_type, record.schema_version, record.body) {
        Ok(event) => Ok(Some((event, meta_of(record)))),
        Err(error) if error.is_unknown() => Ok(None),
        Err(source) => Err(FoldError::Body { index, source }),
    }
}

/// Returns what the field needs of a record's header.
pub fn meta_of(record: &RecordView<'_>) -> RecordMeta {
    RecordMeta {
        index: record.index.0,
        recorded_at: Timestamp(record.recorded_at),
        occurred: OccurredAt { at: Timestamp(record.occurred_at), precision: precision_of(record.precision) },
        actor: OfficialId::new(record.actor),
        stream: docket_domain::StreamRef { kind: StreamKind(record.stream.kind), id: record.stream.id },
        position: record.position,
    }
}

fn precision_of(precision: Precision) -> docket_domain::Precision {
    match precision {
        Precision::Day => docket_domain::Precision::Day,
        Precision::Minute => docket_domain::Precision::Minute,
        Precision::Second => docket_domain::Precision::Second,
        Precision::Microsecond => docket_domain::Precision::Microsecond,
    }
}

impl View for States {
    fn count(&self, kind: StreamKind) -> u64 {
        match kind {
            StreamKind::UNIT => self.units.len(),
            StreamKind::OFFICIAL => self.officials.len(),
            StreamKind::SOURCE => self.sources.len(),
            StreamKind::CASE => self.cases.len(),
            _ => 0,
        }
    }

    fn unit(&self, id: UnitId) -> Option<&UnitState> {
        self.units.get(id.number())
    }

    fn official(&self, id: OfficialId) -> Option<&OfficialState> {
        self.officials.get(id.number())
    }

    fn source(&self, id: SourceId) -> Option<&SourceState> {
        self.sources.get(id.number())
    }

    fn case(&self, id: CaseId) -> Option<&CaseState> {
        self.cases.get(id.number())
    }
}

impl Store for States {
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
        self.cases.get_mut(id.number())
    }
}
