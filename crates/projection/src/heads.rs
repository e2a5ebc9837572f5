//! Where each stream stands, kept in the index beside the states.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use docket_log::{Head, HeadError, Heads, StoreError};
use docket_proof::{RecordIndex, StreamRef};

use crate::{
    error::ProjectionError,
    index::{Index, IndexError, PageKey},
    table::{Paged as _, Pages, Table},
};

/// The family of head pages in the index.
const FAMILY: u8 = 0;

/// The heads of all streams, loaded from an index as they are asked for.
///
/// Shared by the writer, which continues streams, and whoever keeps the index. Heads lock the index while they load:
/// nobody asks them while it is locked.
#[derive(Clone, Debug, Default)]
pub struct PagedHeads(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    kinds: BTreeMap<u16, Table<(u64, u32)>>,
    index: Option<Arc<Mutex<Index>>>,
}

impl PagedHeads {
    /// Begins with what an index holds.
    pub(crate) fn over(index: Arc<Mutex<Index>>, streams: &[(u16, u64)]) -> Self {
        let kinds = streams.iter().map(|(kind, count)| (*kind, Table::with_len(*count))).collect();
        Self(Arc::new(Mutex::new(Inner { kinds, index: Some(index) })))
    }

    /// Says how many streams there are of each kind.
    pub(crate) fn streams(&self) -> Vec<(u16, u64)> {
        self.lock().kinds.iter().map(|(kind, table)| (*kind, table.len())).collect()
    }

    /// Returns the keys of the pages that are loaded, or of those that changed.
    pub(crate) fn page_keys(&self, which: Pages) -> Vec<PageKey> {
        let key = |kind: u16| move |number| PageKey { family: FAMILY, kind, number };
        let inner = self.lock();
        let kinds = inner.kinds.iter();
        kinds.flat_map(|(kind, table)| table.page_numbers(which).into_iter().map(key(*kind))).collect()
    }

    /// Returns the bytes of a page, if it is one of these and loaded.
    pub(crate) fn page(&self, key: PageKey) -> Option<Vec<u8>> {
        let inner = self.lock();
        inner.kinds.get(&key.kind).filter(|_| key.family == FAMILY)?.page(key.number)
    }

    /// Takes all pages for unchanged: the index holds them.
    pub(crate) fn settle(&self) {
        self.lock().kinds.values_mut().for_each(|table| table.settle());
    }

    /// Notes the head of a stream. A new stream must have the next id of its kind.
    pub(crate) fn note(&self, stream: StreamRef, head: Head) -> Result<(), ProjectionError> {
        self.lock().put(stream, head)
    }

    /// Takes over other heads, for all who share these.
    pub(crate) fn replace(&self, other: &Self) {
        let other = std::mem::take(&mut *other.lock());
        *self.lock() = other;
    }

    /// Returns the head of a stream.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&self, stream: StreamRef) -> Result<Option<Head>, IndexError> {
        self.lock().find(stream)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn find(&mut self, stream: StreamRef) -> Result<Option<Head>, IndexError> {
        let Some(table) = self.kinds.get_mut(&stream.kind) else { return Ok(None) };
        if let Some(index) = &self.index {
            let index = index.lock().unwrap_or_else(PoisonError::into_inner);
            table.load(&index, FAMILY, stream.kind, stream.id)?;
        }
        let head = table.get(stream.id);
        Ok(head.map(|(last, position)| Head { last: RecordIndex(*last), position: *position }))
    }

    fn put(&mut self, stream: StreamRef, head: Head) -> Result<(), ProjectionError> {
        // Loads the page, also the one that a new stream goes to.
        let known = self.find(stream)?.is_some();
        let entry = (head.last.0, head.position);
        let table = self.kinds.entry(stream.kind).or_default();
        let next = table.len() + 1;
        match table.get_mut(stream.id).filter(|_| known) {
            Some(slot) => *slot = entry,
            None if stream.id == next => table.push(entry),
            None => return Err(StoreError::from(HeadError::IdOutOfOrder { stream, next }).into()),
        }
        Ok(())
    }
}

impl Heads for PagedHeads {
    fn head(&mut self, stream: StreamRef) -> io::Result<Option<Head>> {
        self.find(stream).map_err(io::Error::other)
    }

    fn count(&mut self, kind: u16) -> io::Result<u64> {
        Ok(self.lock().kinds.get(&kind).map_or(0, Table::len))
    }

    fn set(&mut self, stream: StreamRef, head: Head) -> io::Result<()> {
        self.note(stream, head).map_err(io::Error::other)
    }
}
