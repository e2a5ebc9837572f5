//! Reading: states as of now or of any size of the log.

use std::{path::Path, sync::Arc};

use docket_domain::{StreamKind, StreamRef, Timestamp, View as _};
use docket_log::{Disk, Reader, StoredRecord};
use docket_proof::RecordIndex;

use crate::{
    error::ProjectionError,
    follow::{Folded, Purpose, mismatch, zone_of},
    index::Index,
    report::Scope,
    states::States,
};

/// A ledger open for questions. Takes no lock on the ledger, and writes nothing to it; but the index is sled's, and sled
/// may tidy its files when it opens them. Where it cannot, the log is replayed.
pub struct Desk {
    reader: Reader,
    folded: Folded,
}

impl Desk {
    /// Opens the ledger on `disk`, with the index in `folder` where there is one that can be had within two seconds; else
    /// the log is replayed, and [`notices`](Self::notices) say so. An index is never made, and a bad one is left alone.
    ///
    /// # Errors
    /// When the log cannot be read or folded.
    pub fn open(disk: Arc<dyn Disk>, folder: &Path) -> Result<Self, ProjectionError> {
        // The index first: while it is waited for, the log may grow, and the index with it.
        let index = Index::open_existing(folder);
        let reader = Reader::open(disk)?;
        let zone = zone_of(&reader)?;
        let mut folded = match index {
            Ok(None) => Folded::empty(Purpose::Answer, zone),
            Err(why) => Folded::without(Purpose::Answer, zone, &why.to_string()),
            Ok(Some(index)) => match index.meta().map(|meta| mismatch(meta, &reader)).transpose()? {
                None => Folded::without(Purpose::Answer, zone, "it is empty"),
                Some(Some(why)) => Folded::without(Purpose::Answer, zone, &why.to_string()),
                Some(None) => Folded::over(Purpose::Answer, zone, index),
            },
        };
        folded.catch_up(&reader, &|_| {})?;
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
        let mut folded = Folded::empty(Purpose::Answer, zone_of(&reader)?);
        folded.follow(&reader, size, &|_| {})?;
        folded.note_unknown();
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

    /// Returns the scope of a report on everything that is known here.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn scope(&self) -> Result<Scope, ProjectionError> {
        let known_until = match self.size().checked_sub(1) {
            Some(last) => self.reader.record(RecordIndex(last))?.view().recorded_at,
            None => i64::MIN,
        };
        Ok(Scope::all(self.size(), Timestamp(known_until)))
    }

    /// Returns what a person should know about how the answers come about.
    pub fn notices(&self) -> &[String] {
        &self.folded.notices
    }

    /// Returns states in which those of `streams` are loaded.
    ///
    /// # Errors
    /// When the index cannot be read, and the log neither.
    pub fn states_of(&mut self, streams: &[StreamRef]) -> Result<&States, ProjectionError> {
        let Self { reader, folded } = self;
        folded.ask(|| Ok(&*reader), |folded| folded.load(streams))?;
        Ok(&self.folded.states)
    }

    /// Returns states in which all of these kinds are loaded, and the rule sets, by which whatever happens is judged.
    ///
    /// # Errors
    /// When the index cannot be read, and the log neither.
    pub fn states_of_kinds(&mut self, kinds: &[StreamKind]) -> Result<&States, ProjectionError> {
        let Self { reader, folded } = self;
        folded.ask(|| Ok(&*reader), |folded| folded.load_kinds(kinds))?;
        Ok(&self.folded.states)
    }

    /// Returns the states as far as they are loaded.
    pub fn loaded(&self) -> &States {
        &self.folded.states
    }

    /// Returns all states.
    ///
    /// # Errors
    /// When the index cannot be read, and the log neither.
    pub fn states(&mut self) -> Result<&States, ProjectionError> {
        let Self { reader, folded } = self;
        folded.ask(|| Ok(&*reader), Folded::load_all)?;
        Ok(&self.folded.states)
    }

    /// Returns how many streams of a kind there are.
    pub fn count(&self, kind: StreamKind) -> u64 {
        self.folded.states.count(kind)
    }

    /// Returns a stream's records, oldest first; nothing where there is no such stream.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn history(&self, stream: docket_proof::StreamRef) -> Result<Vec<StoredRecord>, ProjectionError> {
        let head = match self.folded.heads.find(stream) {
            Ok(head) => head,
            // Only now does the index fail. All of the log is folded here: without an index no head is missing.
            Err(_) => self.reader.find_head(stream)?,
        };
        match head {
            Some(head) => Ok(self.reader.history(stream, head.last)?),
            None => Ok(Vec::new()),
        }
    }
}
