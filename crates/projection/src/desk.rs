//! Reading: states as of now or of any size of the log.

use std::{path::Path, sync::Arc};

use docket_domain::{StreamKind, StreamRef, View as _};
use docket_log::{Disk, Reader, StoredRecord};

use crate::{
    error::ProjectionError,
    follow::{Folded, Missing, locked},
    states::States,
};

/// A ledger open for questions. Takes no lock on the ledger, and writes nothing to it.
pub struct Desk {
    reader: Reader,
    folded: Folded,
}

impl Desk {
    /// Opens the ledger on `disk`, with the index in `folder` where it can be had within two seconds; else the log is
    /// replayed, and [`notices`](Self::notices) say so.
    ///
    /// # Errors
    /// When the log cannot be read or folded.
    pub fn open(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, ProjectionError> {
        let reader = Reader::open(disk)?;
        let mut folded = Folded::start(&reader, folder, Missing::DoWithout)?;
        folded.follow(&reader, reader.size(), &|_| {})?;
        Ok(Self { reader, folded })
    }

    /// Opens the ledger as it stood when it held `size` records, by replay.
    ///
    /// # Errors
    /// When the log cannot be read or folded, or holds fewer.
    pub fn open_at(
        disk: Arc<dyn Disk>,
        size: impl FnOnce(&Reader) -> Result<u64, ProjectionError>,
    ) -> Result<Self, ProjectionError> {
        let reader = Reader::open(disk)?;
        let size = size(&reader)?;
        let mut folded = Folded::default();
        folded.follow(&reader, size, &|_| {})?;
        Ok(Self { reader, folded })
    }

    /// Returns the log.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Returns the number of records that the states are folded from.
    pub fn size(&self) -> u64 {
        self.folded.size
    }

    /// Returns what a person should know about how the answers come about.
    pub fn notices(&self) -> &[String] {
        &self.folded.notices
    }

    /// Returns states in which those of `streams` are loaded.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn states_of(&mut self, streams: &[StreamRef]) -> Result<&States, ProjectionError> {
        if let Some(index) = &self.folded.index {
            self.folded.states.load(&locked(index), streams)?;
        }
        Ok(&self.folded.states)
    }

    /// Returns all states.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn states(&mut self) -> Result<&States, ProjectionError> {
        self.folded.load_all()?;
        Ok(&self.folded.states)
    }

    /// Returns how many streams of a kind there are.
    pub fn count(&self, kind: StreamKind) -> u64 {
        self.folded.states.count(kind)
    }

    /// Returns a stream's records, oldest first; nothing where there is no such stream.
    ///
    /// # Errors
    /// When the log or the index cannot be read.
    pub fn history(&self, stream: docket_proof::StreamRef) -> Result<Vec<StoredRecord>, ProjectionError> {
        match self.folded.heads.find(stream)? {
            Some(head) => Ok(self.reader.history(stream, head.last)?),
            None => Ok(Vec::new()),
        }
    }
}
