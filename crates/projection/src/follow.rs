//! Brings states, heads and command ids up to the log, from wherever the index stands.

use std::{
    borrow::Borrow,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use docket_domain::{StreamKind, Timestamp, UniqueKey, Zone};
use docket_log::{Head, Reader, StoreError};
use docket_proof::{RecordHash, RecordIndex, RecordView, StreamRef};

use crate::{
    ahead::{ReadRecord, Visitor, all_threads, for_each_read},
    error::ProjectionError,
    heads::PagedHeads,
    index::{Changes, CommandId, Derived, Index, IndexError, IndexMeta, Old, PageKey, Storing},
    kept::{self, Kept},
    report::{Report, ReportName, SUMMED, Scope, Sums, make_reports, make_with_sums},
    states::{FoldError, States},
    sums::sum_all,
    table::Pages,
};

/// An index that several parts of a session share.
pub(crate) type SharedIndex = Arc<Mutex<Index>>;

pub(crate) fn locked(index: &SharedIndex) -> MutexGuard<'_, Index> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What everything is folded for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// For answers: the index stays as it is, and nobody asks for command ids.
    Answer,
    /// For figures: as for answers, and nobody asks where a stream stands.
    Figures,
    /// For recording: the index is to be brought up to the log.
    Record,
}

/// Everything that is folded from the log, as far as it is loaded.
#[derive(Debug)]
pub(crate) struct Folded {
    purpose: Purpose,
    /// Threads that a replay may take.
    pub(crate) threads: usize,
    zone: Arc<Zone>,
    pub(crate) states: States,
    pub(crate) heads: PagedHeads,
    /// Command ids, and claims of unique keys, that the index does not hold yet.
    pub(crate) commands: BTreeMap<CommandId, RecordIndex>,
    /// Records folded in.
    pub(crate) size: u64,
    index: Option<SharedIndex>,
    /// The index held something when this began: pages must be loaded before they change.
    loads: bool,
    /// What a person should know about how this came about.
    pub(crate) notices: Vec<String>,
}

impl Folded {
    /// Starts from nothing, in the ledger's zone.
    pub(crate) fn empty(purpose: Purpose, zone: Arc<Zone>) -> Self {
        Self {
            purpose,
            threads: all_threads(),
            states: States::new(zone.clone()),
            zone,
            heads: PagedHeads::default(),
            commands: BTreeMap::new(),
            size: 0,
            index: None,
            loads: false,
            notices: Vec::new(),
        }
    }

    /// Starts from nothing, although there might be an index.
    pub(crate) fn without(purpose: Purpose, zone: Arc<Zone>, why: &str) -> Self {
        let notice = format!("the log is replayed instead of asking the index: {why}");
        Self { notices: vec![notice], ..Self::empty(purpose, zone) }
    }

    /// Starts from an index that is empty, to fill it.
    pub(crate) fn into_index(zone: Arc<Zone>, index: Index) -> Self {
        Self { index: Some(Arc::new(Mutex::new(index))), ..Self::empty(Purpose::Record, zone) }
    }

    /// Starts from an index that belongs to the log.
    pub(crate) fn over(purpose: Purpose, zone: Arc<Zone>, index: Index) -> Self {
        let Some(meta) = index.meta().cloned() else { return Self::empty(purpose, zone) };
        let index = Arc::new(Mutex::new(index));
        Self {
            states: States::new(zone.clone()).over(&meta.streams, meta.unknown),
            heads: PagedHeads::over(index.clone(), &meta.streams),
            size: meta.size,
            index: Some(index),
            loads: true,
            ..Self::empty(purpose, zone)
        }
    }

    /// Folds all of the log's records in that are not yet.
    ///
    /// Where the index leads into an error, it is left aside, and everything is folded from the log.
    pub(crate) fn catch_up(
        &mut self,
        reader: &Reader,
        progress: &dyn Fn(u64),
    ) -> Result<(), ProjectionError> {
        match self.follow(reader, reader.size(), progress) {
            Err(ProjectionError::Index(why)) => self.start_over(reader, &why.to_string(), progress)?,
            // Either the log or the index is wrong, and the log tells which.
            Err(ProjectionError::Fold(why)) if self.loads => {
                self.start_over(reader, &why.to_string(), progress)?;
            }
            followed => followed?,
        }
        self.note_unknown();
        Ok(())
    }

    /// Folds the log's records up to `size` in.
    pub(crate) fn follow(
        &mut self,
        reader: &Reader,
        size: u64,
        progress: &dyn Fn(u64),
    ) -> Result<(), ProjectionError> {
        let (range, threads) = (self.size..size, self.threads);
        for_each_read(reader, range, threads, &mut Following { folded: self, progress })
    }

    fn take(&mut self, record: &mut ReadRecord, personal: &[u16]) -> Result<(), ProjectionError> {
        record.readable()?;
        if let Some(event) = record.event().filter(|_| self.loads) {
            let meta = &record.meta;
            let mut needed = event.reads(Some(meta.stream), meta.actor);
            needed.push(meta.stream);
            self.load(&needed)?;
            self.load_keys(&event.claims())?;
        }
        self.states.fold_read(record, personal)?;
        let ReadRecord { meta, command_id, .. } = record;
        let index = RecordIndex(meta.index);
        if self.purpose != Purpose::Figures {
            let stream = StreamRef { kind: meta.stream.kind.0, id: meta.stream.id };
            self.heads.note(stream, Head { last: index, position: meta.position })?;
        }
        if let Some(id) = command_id.as_ref().filter(|_| self.purpose == Purpose::Record) {
            // The first of two batches under one id counts.
            self.commands.entry(*id).or_insert(index);
        }
        self.note_claims();
        self.size = meta.index + 1;
        Ok(())
    }

    /// Returns where a stream stands, if it is there.
    pub(crate) fn head(&self, reader: &Reader, stream: StreamRef) -> Result<Option<Head>, ProjectionError> {
        match self.heads.find(stream) {
            Ok(head) if self.purpose != Purpose::Figures => Ok(head),
            // Not kept, or only now does the index fail. All of the log is folded here: without an index no head is missing.
            _ => Ok(reader.find_head(stream)?),
        }
    }

    /// Says how many records this version cannot make sense of.
    pub(crate) fn note_unknown(&mut self) {
        match self.states.unknown() {
            0 => {}
            unknown => self.notices.push(format!(
                "{unknown} records hold events of a newer version: they are kept, but no state and no figure knows them"
            )),
        }
    }

    /// Says whether states may lie in the index that are not loaded.
    pub(crate) fn loads(&self) -> bool {
        self.loads
    }

    /// Loads the states of these streams.
    pub(crate) fn load(&mut self, streams: &[docket_domain::StreamRef]) -> Result<(), IndexError> {
        match self.index.as_ref().filter(|_| self.loads) {
            Some(index) => self.states.load(&locked(index), streams),
            None => Ok(()),
        }
    }

    /// Loads what the index knows of these unique keys.
    pub(crate) fn load_keys(&mut self, keys: &[UniqueKey]) -> Result<(), IndexError> {
        match self.index.as_ref().filter(|_| self.loads && !keys.is_empty()) {
            Some(index) => self.states.load_keys(&locked(index), keys),
            None => Ok(()),
        }
    }

    /// Takes the keys that were claimed to those that the index is to hold: they lie there among the command ids.
    pub(crate) fn note_claims(&mut self) {
        let claims = self.states.take_claims();
        if self.purpose == Purpose::Record && !claims.is_empty() {
            self.commands.extend(claims);
        }
    }

    /// Loads the pages that new streams go to.
    pub(crate) fn load_ends(&mut self) -> Result<(), IndexError> {
        match self.index.as_ref().filter(|_| self.loads) {
            Some(index) => self.states.load_ends(&locked(index)),
            None => Ok(()),
        }
    }

    /// Loads all states of these kinds that lie in the index.
    pub(crate) fn load_kinds(&mut self, kinds: &[StreamKind]) -> Result<(), IndexError> {
        match self.index.as_ref().filter(|_| self.loads) {
            Some(index) => self.states.load_kinds(&locked(index), kinds),
            None => Ok(()),
        }
    }

    /// Loads all states that lie in the index.
    pub(crate) fn load_all(&mut self) -> Result<(), IndexError> {
        match self.index.as_ref().filter(|_| self.loads) {
            Some(index) => self.states.load_all(&locked(index)),
            None => Ok(()),
        }
    }

    /// Asks something that the index may be needed for; where it fails, everything is folded from the log first.
    pub(crate) fn ask<T, R: Borrow<Reader>>(
        &mut self,
        log: impl FnOnce() -> Result<R, ProjectionError>,
        ask: impl Fn(&mut Self) -> Result<T, IndexError>,
    ) -> Result<T, ProjectionError> {
        match ask(self) {
            Ok(answer) => Ok(answer),
            Err(why) => {
                self.start_over(log()?.borrow(), &why.to_string(), &|_| {})?;
                Ok(ask(self)?)
            }
        }
    }

    /// Folds everything from the log, in memory. An index to record in begins anew.
    fn start_over(
        &mut self,
        reader: &Reader,
        why: &str,
        progress: &dyn Fn(u64),
    ) -> Result<(), ProjectionError> {
        let threads = self.threads;
        let mut fresh = Self { threads, ..Self::empty(self.purpose, self.zone.clone()) };
        fresh.follow(reader, reader.size(), progress)?;
        self.heads.replace(&fresh.heads);
        (self.states, self.commands, self.size) = (fresh.states, fresh.commands, fresh.size);
        self.loads = false;
        let index = self.index.take().filter(|_| self.purpose == Purpose::Record);
        let Some(index) = index else {
            self.notices.push(format!("the log is replayed instead of asking the index: {why}"));
            return Ok(());
        };
        let begun = locked(&index).begin_anew(Old::SetAside);
        match begun {
            Ok(()) => {
                self.notices.push(format!("the index was set aside and is built again: {why}"));
                self.index = Some(index);
            }
            Err(error) => self.notices.push(format!("the index is not used: {why}; {error}")),
        }
        Ok(())
    }

    /// Returns the first record of the batch that a command appended, if it did.
    pub(crate) fn find_command(&self, id: &CommandId) -> Result<Option<RecordIndex>, IndexError> {
        // What the index holds came first.
        let stored = match self.index.as_ref().filter(|_| self.loads) {
            Some(index) => locked(index).find_command(id)?,
            None => None,
        };
        Ok(stored.or_else(|| self.commands.get(id).copied()))
    }

    /// Returns the report that the index keeps on all that is folded here, if it does.
    pub(crate) fn kept(&self, name: ReportName) -> Option<Report> {
        let index = self.index.as_ref().filter(|_| self.loads)?;
        let index = locked(index);
        let meta = index.meta().filter(|meta| meta.size == self.size)?;
        match Kept::read(name, &index.find(Derived::Report(name.term().name)).ok()??, meta) {
            Kept::Current(report) => Some(*report),
            Kept::Stale | Kept::Unreadable => None,
        }
    }

    /// Makes reports on everything, from sums where the index keeps them. What of it is to be kept is kept in the index, where
    /// that is up to the log; what cannot be kept is made again when it is asked for.
    ///
    /// The kinds that the reports look at [beside sums](ReportName::kinds_beside_sums), and campaigns, must be loaded.
    pub(crate) fn make(&self, names: &[ReportName], scope: &Scope) -> Result<Vec<Report>, IndexError> {
        let Some(index) = &self.index else {
            return Ok(make_reports(names, &self.states, scope, self.threads));
        };
        let (mut sums, mut kept) = (Sums::default(), Vec::new());
        for kind in SUMMED {
            if names.iter().any(|name| name.summed().any(|summed| summed == kind)) {
                let summed = sum_all(kind, &self.states, index, scope, self.threads)?;
                sums.note(kind, summed.sum);
                kept.extend(summed.kept);
            }
        }
        let made = make_with_sums(names, &self.states, scope, self.threads, &sums);
        self.keep(&made, kept);
        Ok(made)
    }

    /// Keeps what was made of all that is folded here, where the index is as far.
    fn keep(&self, reports: &[Report], mut kept: Vec<(Derived<'static>, Vec<u8>)>) {
        let Some(index) = &self.index else { return };
        let index = locked(index);
        let Some(meta) = index.meta().filter(|meta| meta.size == self.size) else { return };
        kept.extend(reports.iter().filter_map(|report| {
            Some((Derived::Report(report.name.term().name), kept::to_bytes(report, meta.size, &meta.head())?))
        }));
        if !kept.is_empty() && index.keep(&kept).is_ok() {
            let _ = index.flush();
        }
    }

    /// Makes and keeps every report, where all states are at hand anyway.
    pub(crate) fn keep_all(&self, scope: &Scope) {
        if !self.loads && self.index.is_some() {
            // Whoever asks for one that could not be made is told why.
            let _ = self.make(ReportName::ALL, scope);
        }
    }

    /// Stores what changed in the index, together with where the log stands.
    pub(crate) fn commit(&mut self, genesis: &RecordHash, head: &RecordHash) -> Result<(), IndexError> {
        let Some(index) = &self.index else { return Ok(()) };
        let meta = IndexMeta::new(genesis, self.size, head, self.heads.streams(), self.states.unknown());
        if locked(index).meta() == Some(&meta) {
            return Ok(());
        }
        let index = index.clone();
        let keys = self.page_keys(Pages::Changed);
        let changes = changes_of(&locked(&index), self.size, &keys)?;
        let mut storing = Storing::default();
        for key in keys {
            // Heads lock the index while they load; so they are asked before it is locked here.
            let page = self.page(key);
            if let Some(page) = page {
                storing.page(&mut locked(&index), key, page)?;
            }
        }
        locked(&index).store_commands(&self.commands, &mut storing)?;
        storing.finish(&mut locked(&index), meta, &changes)?;
        self.heads.settle();
        self.states.settle();
        Ok(())
    }

    /// Returns the keys of the pages that are loaded, or of those that changed.
    pub(crate) fn page_keys(&mut self, which: Pages) -> Vec<PageKey> {
        let mut keys = self.heads.page_keys(which);
        keys.extend(self.states.page_keys(which));
        keys
    }

    /// Returns the bytes of a page, if it is loaded.
    pub(crate) fn page(&mut self, key: PageKey) -> Option<Vec<u8>> {
        self.heads.page(key).or_else(|| self.states.page(key))
    }
}

/// Returns which pages changed, once these did up to a size of the log.
fn changes_of(index: &Index, size: u64, keys: &[PageKey]) -> Result<Changes, IndexError> {
    let Some(before) = index.meta().map(|meta| meta.size) else { return Ok(Changes::none_since(size)) };
    let changes = index.changes()?.filter(|changes| changes.goes_to(before));
    Ok(changes.unwrap_or(Changes::none_since(before)).go_on(size, States::summed_keys(keys)))
}

/// Folds the records that it is shown.
struct Following<'a> {
    folded: &'a mut Folded,
    progress: &'a dyn Fn(u64),
}

impl Visitor for Following<'_> {
    fn expect(&self, stream: docket_domain::StreamRef) {
        self.folded.states.fetch(stream);
    }

    fn visit(&mut self, record: &mut ReadRecord, personal: &[u16]) -> Result<(), ProjectionError> {
        if record.meta.index.is_multiple_of(8_192) {
            (self.progress)(record.meta.index);
        }
        self.folded.take(record, personal)
    }
}

/// Returns the scope of a report on everything in the first `size` records.
pub(crate) fn scope_of(reader: &Reader, size: u64) -> Result<Scope, StoreError> {
    let known_until = match size.checked_sub(1) {
        Some(last) => reader.record(RecordIndex(last))?.view().recorded_at,
        None => i64::MIN,
    };
    Ok(Scope::all(size, Timestamp(known_until)))
}

/// Returns the zone of the ledger's days.
///
/// # Errors
/// When it is not one that this version knows.
pub(crate) fn zone_of(reader: &Reader) -> Result<Arc<Zone>, ProjectionError> {
    Ok(Arc::new(Zone::named(&reader.identity().genesis.time_zone)?))
}

/// Says why an index is not one of this log.
pub(crate) fn mismatch(meta: &IndexMeta, reader: &Reader) -> Result<Option<Mismatch>, StoreError> {
    if meta.genesis() != reader.identity().hash {
        return Ok(Some(Mismatch::Ledger));
    }
    if meta.size > reader.size() {
        return Ok(Some(Mismatch::Ahead));
    }
    // Every stream has a record: a claim beyond that would only cost memory.
    let streams = meta.streams.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
    if streams > meta.size {
        return Ok(Some(Mismatch::History));
    }
    let Some(last) = meta.size.checked_sub(1) else { return Ok(None) };
    let same = reader.record(RecordIndex(last))?.hash() == meta.head();
    Ok((!same).then_some(Mismatch::History))
}

/// Why an index is not one of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Mismatch {
    #[error("it belongs to another ledger")]
    Ledger,
    #[error("it is ahead of the log")]
    Ahead,
    #[error("it belongs to another history of this ledger")]
    History,
}

/// Returns what the field sees in a stored record, for showing it; `None` for the log's own records and for events of a
/// newer version.
///
/// # Errors
/// When the body is not what its type and version say.
pub fn event_of(
    record: &RecordView<'_>,
) -> Result<Option<(docket_domain::Event, docket_domain::RecordMeta)>, FoldError> {
    let mut read = ReadRecord::of(record, &mut Vec::new());
    read.readable()?;
    Ok(read.into_event())
}
