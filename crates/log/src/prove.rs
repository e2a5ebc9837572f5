//! Builds the files that leave the building (`docket-proof`'s `proofs`) from a log: a few kilobytes read for each.

use docket_proof::{
    ChainedRecord, CheckpointNote, ConsistencyFile, Evidence, IncludedRecord, ProveError, RecordExtra,
    RecordHash, RecordIndex, StreamProof, StreamRef, TlogProof, consistency_proof, evidence_path,
    inclusion_proof,
};

use crate::{
    checkpoint_file::read_notes,
    error::{Doing, StoreError},
    files::Family,
    reader::{Reader, StoredRecord},
    tail::numbers,
};

impl Reader {
    /// Returns the checkpoint of exactly this size that the ledger keeps, if it has signed one.
    ///
    /// # Errors
    /// When the checkpoint files cannot be read.
    pub fn own_checkpoint(&self, size: u64) -> Result<Option<CheckpointNote>, StoreError> {
        for number in numbers(self.disk(), Family::Checkpoint)?.into_iter().rev() {
            let path = Family::Checkpoint.path(number);
            let file = self.disk().open_read(&path).doing("open", &path)?;
            let (mut found, mut smallest) = (None, u64::MAX);
            read_notes(file.as_ref(), &mut |_, note| {
                if let Ok(note) = CheckpointNote::parse(note) {
                    smallest = smallest.min(note.claimed().size());
                    if note.claimed().size() == size {
                        found = Some(note);
                    }
                }
                Ok(())
            })
            .doing("read", &path)?;
            // Sizes ascend over all files.
            if found.is_some() || smallest < size {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Checks that the ledger's key has signed a checkpoint and that this log is the history it is of.
    ///
    /// # Errors
    /// [`StoreError::Checkpoint`] when it has not, [`StoreError::Forked`] when the log is another history or shorter.
    pub fn check_own(&self, name: &str, checkpoint: &CheckpointNote) -> Result<(), StoreError> {
        let opened = self
            .keys()
            .open(checkpoint)
            .map_err(|source| StoreError::Checkpoint { path: name.to_owned(), source })?
            .checkpoint;
        let signed = opened.size();
        if signed > self.size() {
            return Err(StoreError::Forked { signed, why: "the log is shorter" });
        }
        if self.root_at(signed)? != opened.root() {
            return Err(StoreError::Forked { signed, why: "the log's root at that size is another" });
        }
        Ok(())
    }

    /// Returns the proof of one record under a checkpoint of this log.
    ///
    /// # Errors
    /// When the checkpoint does not cover the record, or the log cannot be read.
    pub fn prove_record(
        &self,
        index: RecordIndex,
        checkpoint: &CheckpointNote,
    ) -> Result<TlogProof, StoreError> {
        let IncludedRecord { record, hashes } = self.included(&self.record(index)?, checkpoint)?;
        let extra = RecordExtra { genesis: self.identity().hash, record };
        Ok(TlogProof {
            extra: Some(extra.to_bytes()),
            index: index.0,
            hashes,
            checkpoint: checkpoint.clone(),
        })
    }

    /// Returns the proof of a stream's records, as [`history`](Self::history) returned them, as far as a checkpoint
    /// of this log covers them.
    ///
    /// # Errors
    /// [`StoreError::NoSuchRecord`] when it covers none of them; when the log cannot be read.
    pub fn prove_stream(
        &self,
        stream: StreamRef,
        history: &[StoredRecord],
        checkpoint: &CheckpointNote,
    ) -> Result<StreamProof, StoreError> {
        let size = checkpoint.claimed().size();
        let covered = history.iter().filter(|record| record.view().index.0 < size);
        let records =
            covered.map(|record| self.included(record, checkpoint)).collect::<Result<Vec<_>, _>>()?;
        if records.is_empty() {
            let index = history.first().map_or(0, |record| record.view().index.0);
            return Err(StoreError::NoSuchRecord { index, size });
        }
        let genesis = self.included(&self.record(RecordIndex(0))?, checkpoint)?;
        Ok(StreamProof { stream, genesis, records, checkpoint: checkpoint.clone() })
    }

    /// Returns the proof that one checkpoint of this log extends another.
    ///
    /// # Errors
    /// When the sizes are reversed or beyond the log, or it cannot be read.
    pub fn prove_consistency(
        &self,
        older: &CheckpointNote,
        newer: &CheckpointNote,
    ) -> Result<ConsistencyFile, StoreError> {
        let hashes = consistency_proof(older.claimed().size(), newer.claimed().size(), self)
            .map_err(|error| self.unproved(error))?;
        Ok(ConsistencyFile { hashes, older: older.clone(), newer: newer.clone() })
    }

    /// Returns what shows that a checkpoint of this log and another one under the same key contradict each other: under
    /// the key in force at the other one's size, which must not be the larger one. Whether it convicts,
    /// [`Evidence::verify`] says.
    ///
    /// # Errors
    /// When the sizes are reversed or beyond the log, or it cannot be read.
    pub fn evidence(&self, other: &CheckpointNote, own: &CheckpointNote) -> Result<Evidence, StoreError> {
        let path = evidence_path(other.claimed().size(), own.claimed().size(), self)
            .map_err(|error| self.unproved(error))?;
        Ok(Evidence {
            key: self.keys().at(other.claimed().size()).verifier.clone(),
            path,
            first: other.clone(),
            second: own.clone(),
        })
    }

    /// Returns a record with what proves it.
    fn included(
        &self,
        stored: &StoredRecord,
        checkpoint: &CheckpointNote,
    ) -> Result<IncludedRecord, StoreError> {
        let index = stored.view().index.0;
        let hashes = inclusion_proof(index, checkpoint.claimed().size(), self)
            .map_err(|error| self.unproved(error))?;
        let previous = match index.checked_sub(1) {
            None => RecordHash::ZERO,
            Some(before) => self.record(RecordIndex(before))?.hash(),
        };
        let record = ChainedRecord::new(previous, stored.bytes().to_vec())
            .map_err(|source| StoreError::Record { index, source })?;
        Ok(IncludedRecord { record, hashes })
    }

    fn unproved(&self, error: ProveError<StoreError>) -> StoreError {
        match error {
            ProveError::Source(error) => error,
            ProveError::IndexOutOfRange { index, size } => StoreError::NoSuchRecord { index, size },
            ProveError::SizesReversed { first, second } => {
                StoreError::NoSuchRecord { index: first, size: second }
            }
            _ => StoreError::NoSuchRecord { index: self.size(), size: self.size() },
        }
    }
}
