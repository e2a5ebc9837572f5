//! Reading: states as of now or of any size of the log.

use std::{path::Path, sync::Arc};

use docket_domain::{StreamKind, StreamRef, View as _};
use docket_log::{Disk, Reader, StoreError, StoredRecord};

use crate::{
    ahead::all_threads,
    error::ProjectionError,
    follow::{Folded, Purpose, mismatch, scope_of, zone_of},
    index::Index,
    kept,
    report::{Report, ReportName, Scope, make_reports},
    states::States,
};

/// Returns the log, unless less of it follows than its key has signed: what it holds now would be told as all there is.
fn whole(reader: Reader) -> Result<Reader, StoreError> {
    match reader.signed_beyond() {
        None => Ok(reader),
        Some(signed) => {
            let (index, path) = (reader.size(), reader.last_segment());
            Err(StoreError::Altered { index, path, why: format!("a checkpoint of size {signed} is signed") })
        }
    }
}

/// A ledger open for questions. Takes no lock on the ledger, and writes nothing to it; but the index is sled's, and sled
/// may tidy its files when it opens them, and a report that took a while is kept there. Where the index cannot be had, the
/// log is replayed.
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
        Self::open_for(Purpose::Answer, all_threads(), disk, folder)
    }

    /// As [`open`](Self::open), for reports: where a stream stands is then found by searching the log. All but one of
    /// `threads` read ahead of a replay, which comes to the same with any number of them.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_for_figures(
        disk: Arc<dyn Disk>,
        folder: &Path,
        threads: usize,
    ) -> Result<Self, ProjectionError> {
        Self::open_for(Purpose::Figures, threads, disk, folder)
    }

    fn open_for(
        purpose: Purpose,
        threads: usize,
        disk: Arc<dyn Disk>,
        folder: &Path,
    ) -> Result<Self, ProjectionError> {
        // The index first: while it is waited for, the log may grow, and the index with it.
        let index = Index::open_existing(folder);
        let reader = whole(Reader::open(disk)?)?;
        let zone = zone_of(&reader)?;
        let mut folded = match index {
            Ok(None) => Folded::empty(purpose, zone),
            Err(why) => Folded::without(purpose, zone, &why.to_string()),
            Ok(Some(index)) => match index.meta().map(|meta| mismatch(meta, &reader)).transpose()? {
                None => Folded::without(purpose, zone, "it is empty"),
                Some(Some(why)) => Folded::without(purpose, zone, &why.to_string()),
                Some(None) => Folded::over(purpose, zone, index),
            },
        };
        folded.threads = threads;
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
        Self::open_at_for(Purpose::Answer, all_threads(), disk, size)
    }

    /// As [`open_at`](Self::open_at), for reports, like [`open_for_figures`](Self::open_for_figures). Records behind that
    /// size are not read.
    ///
    /// # Errors
    /// As [`open_at`](Self::open_at).
    pub fn open_at_for_figures(
        disk: Arc<dyn Disk>,
        threads: usize,
        size: impl FnOnce(&Reader) -> Result<u64, ProjectionError>,
    ) -> Result<Self, ProjectionError> {
        Self::open_at_for(Purpose::Figures, threads, disk, size)
    }

    fn open_at_for(
        purpose: Purpose,
        threads: usize,
        disk: Arc<dyn Disk>,
        size: impl FnOnce(&Reader) -> Result<u64, ProjectionError>,
    ) -> Result<Self, ProjectionError> {
        let reader = Reader::open(disk)?;
        let size = size(&reader)?;
        // Of one that is cut short, what stands in front of the damage may still be asked for.
        let reader = if size < reader.size() { reader } else { whole(reader)? };
        let mut folded = Folded::empty(purpose, zone_of(&reader)?);
        folded.threads = threads;
        folded.follow(&reader, size, &|_| {})?;
        folded.note_unknown();
        Ok(Self { reader, folded })
    }

    /// Returns these reports, in the order of the names. Those that the index keeps on this very log are not made again;
    /// of those that are, the ones on everything are kept for who asks next, where the index is up to the log.
    ///
    /// # Errors
    /// When the index cannot be read, and the log neither.
    pub fn reports(&mut self, names: &[ReportName], scope: &Scope) -> Result<Vec<Report>, ProjectionError> {
        let is_kept = kept::is_kept(scope) && scope.as_of_size == self.size();
        let mut found: Vec<Option<Report>> =
            names.iter().map(|name| self.folded.kept(*name).filter(|_| is_kept)).collect();
        let missing: Vec<_> =
            names.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(name, _)| *name).collect();
        if !missing.is_empty() {
            let made = if is_kept { self.made(&missing, scope)? } else { self.counted(&missing, scope)? };
            found
                .iter_mut()
                .filter(|found| found.is_none())
                .zip(made)
                .for_each(|(to, made)| *to = Some(made));
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// Makes reports on everything, and keeps them.
    fn made(&mut self, names: &[ReportName], scope: &Scope) -> Result<Vec<Report>, ProjectionError> {
        let beside = names.iter().flat_map(|name| name.kinds_beside_sums());
        let kinds: Vec<_> = beside.chain([StreamKind::CAMPAIGN]).collect();
        let Self { reader, folded } = self;
        folded.ask(
            || Ok(&*reader),
            |folded| {
                folded.load_kinds(&kinds)?;
                folded.make(names, scope)
            },
        )
    }

    /// Makes reports in any scope from all states that they look at.
    fn counted(&mut self, names: &[ReportName], scope: &Scope) -> Result<Vec<Report>, ProjectionError> {
        let kinds: Vec<_> = names.iter().flat_map(|name| name.kinds()).copied().collect();
        self.states_of_kinds(&kinds)?;
        Ok(make_reports(names, &self.folded.states, scope, self.folded.threads))
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
        Ok(scope_of(&self.reader, self.size())?)
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
        match self.folded.head(&self.reader, stream)? {
            Some(head) => Ok(self.reader.history(stream, head.last)?),
            None => Ok(Vec::new()),
        }
    }
}
