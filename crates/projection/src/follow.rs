//! Brings states, heads and command ids up to the log, from wherever the index stands.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use docket_log::{Head, Reader, StoreError};
use docket_proof::{Flags, RecordIndex, RecordView};

use crate::{
    error::ProjectionError,
    heads::PagedHeads,
    index::{CommandId, Index, IndexError, IndexMeta, Waiting},
    states::{States, meta_of, read},
};

/// An index that several parts of a session share.
pub(crate) type SharedIndex = Arc<Mutex<Index>>;

pub(crate) fn locked(index: &SharedIndex) -> MutexGuard<'_, Index> {
    index.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything that is folded from the log, as far as it is loaded.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    pub(crate) states: States,
    pub(crate) heads: PagedHeads,
    /// Command ids that the index does not hold yet.
    pub(crate) commands: BTreeMap<CommandId, RecordIndex>,
    /// Records folded in.
    pub(crate) size: u64,
    pub(crate) index: Option<SharedIndex>,
    /// The index held something when this began: pages must be loaded before they change.
    loads: bool,
    /// What a person should know about how this came about.
    pub(crate) notices: Vec<String>,
}

/// Whether an index is made where there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Missing {
    Create,
    DoWithout,
}

impl Folded {
    /// Starts from the index in `folder`, if it can be had and belongs to this log, else from nothing.
    pub(crate) fn start(reader: &Reader, folder: &Path, missing: Missing) -> Result<Self, ProjectionError> {
        if missing == Missing::DoWithout && !folder.is_dir() {
            return Ok(Self::default());
        }
        let mut notices = Vec::new();
        let mut opened = match Index::open(folder, Waiting::Briefly) {
            Ok(opened) => opened,
            Err(IndexError::Busy) => {
                return Ok(Self::without("the index is in use by another process".to_owned()));
            }
            Err(error) => return Ok(Self::without(error.to_string())),
        };
        if let Some(why) = opened.set_aside.take() {
            notices.push(format!("the index was set aside and is built again: {why}"));
        }
        let mut index = opened.index;
        if let Some(why) = index.meta().and_then(|meta| mismatch(meta, reader).transpose()).transpose()? {
            if missing == Missing::DoWithout {
                return Ok(Self::without(why.to_owned()));
            }
            notices.push(format!("the index is built again: {why}"));
            if let Err(error) = index.clear() {
                return Ok(Self::without(error.to_string()));
            }
        }
        let (size, streams, unknown) =
            index.meta().map_or((0, Vec::new(), 0), |meta| (meta.size, meta.streams.clone(), meta.unknown));
        let index = Arc::new(Mutex::new(index));
        Ok(Self {
            states: States::over(&streams, unknown),
            heads: PagedHeads::over(index.clone(), &streams),
            commands: BTreeMap::new(),
            size,
            loads: size > 0,
            index: Some(index),
            notices,
        })
    }

    fn without(why: String) -> Self {
        let notice = format!("the log is replayed instead of asking the index: {why}");
        Self { notices: vec![notice], ..Self::default() }
    }

    /// Folds the log's records up to `size` in.
    pub(crate) fn follow(
        &mut self,
        reader: &Reader,
        size: u64,
        progress: &dyn Fn(u64),
    ) -> Result<(), ProjectionError> {
        let from = self.size;
        reader.for_each(from..size, |record, _| {
            if record.index.0 % 8_192 == 0 {
                progress(record.index.0);
            }
            self.take(&record)
        })
    }

    fn take(&mut self, record: &RecordView<'_>) -> Result<(), ProjectionError> {
        if let Some(index) = self.index.as_ref().filter(|_| self.loads)
            && let Some((event, meta)) = read(record)?
        {
            let mut needed = event.reads(Some(meta.stream), meta.actor);
            needed.push(meta.stream);
            self.states.load(&locked(index), &needed)?;
        }
        self.states.fold(record)?;
        self.heads.note(record.stream, Head { last: record.index, position: record.position })?;
        if record.flags.has(Flags::FIRST)
            && let Some(id) = record.command_id
        {
            self.commands.entry(*id).or_insert(record.index);
        }
        self.size = record.index.0 + 1;
        Ok(())
    }

    /// Loads all states that lie in the index.
    pub(crate) fn load_all(&mut self) -> Result<(), ProjectionError> {
        match &self.index {
            Some(index) => Ok(self.states.load_all(&locked(index))?),
            None => Ok(()),
        }
    }

    /// Returns the first record of the batch that a command appended, if it did.
    pub(crate) fn find_command(&self, id: &CommandId) -> Result<Option<RecordIndex>, IndexError> {
        match (self.commands.get(id), &self.index) {
            (Some(index), _) => Ok(Some(*index)),
            (None, Some(index)) => locked(index).find_command(id),
            (None, None) => Ok(None),
        }
    }

    /// Stores what changed in the index, together with where the log stands.
    pub(crate) fn commit(
        &mut self,
        genesis: &docket_proof::RecordHash,
        head: &docket_proof::RecordHash,
    ) -> Result<(), IndexError> {
        let Some(index) = &self.index else { return Ok(()) };
        // Heads lock the index while they load; so they are asked before it is locked here.
        let mut pages = self.heads.pages(false);
        pages.extend(self.states.pages(false));
        let meta = IndexMeta::new(genesis, self.size, head, self.heads.streams(), self.states.unknown());
        let mut index = locked(index);
        if index.meta() == Some(&meta) {
            return Ok(());
        }
        let ids = index.pages_with_commands(&self.commands)?;
        index.commit(pages, ids, meta)?;
        index.flush()?;
        self.commands.clear();
        Ok(())
    }
}

/// Says why an index is not one of this log.
pub(crate) fn mismatch(meta: &IndexMeta, reader: &Reader) -> Result<Option<&'static str>, StoreError> {
    if meta.genesis() != reader.identity().hash {
        return Ok(Some("it belongs to another ledger"));
    }
    if meta.size > reader.size() {
        return Ok(Some("it is ahead of the log"));
    }
    let Some(last) = meta.size.checked_sub(1) else { return Ok(None) };
    let same = reader.record(RecordIndex(last))?.hash() == meta.head();
    Ok((!same).then_some("it belongs to another history of this ledger"))
}

/// Returns what the field sees in a stored record, for showing it.
///
/// # Errors
/// When the body is not what its type and version say.
pub fn event_of(
    record: &RecordView<'_>,
) -> Result<Option<(docket_domain::Event, docket_domain::RecordMeta)>, crate::states::FoldError> {
    read(record).map(|found| found.map(|(event, _)| (event, meta_of(record))))
}
