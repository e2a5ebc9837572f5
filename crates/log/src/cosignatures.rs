//! Cosignatures of witnesses in the ledger's own records: finding them, and recording new ones.

use docket_proof::{
    CheckpointNote, CosignatureError, Note, RecordIndex, StreamRef, SystemRecord, VerifierKey, WitnessSeen,
};

use crate::{
    batch::Appended,
    checkpoint_file::read_notes,
    error::{Doing, StoreError},
    files::Family,
    reader::Reader,
    scan::DEFAULT_TOLERANCE,
    tail::numbers,
    writer::{ClockRule, Writer},
};

/// What became of a cosignature that was to be recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cosigned {
    /// It is recorded now.
    Recorded(Appended),
    /// It, or another one of the same witness over the same checkpoint, was recorded before.
    Known(RecordIndex),
}

/// Why a cosignature is not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// It is not one of this witness over a checkpoint of this ledger.
    #[error("the cosignature does not hold: {0}")]
    Cosignature(#[from] CosignatureError),
    /// The checkpoint is of another history, or of a larger log.
    #[error("the cosigned checkpoint is not of this ledger's history: {why}")]
    OtherHistory {
        /// How the two differ.
        why: String,
    },
    /// The two clocks contradict each other: recorded, it would be a finding for ever.
    #[error("{what} by {seconds} seconds")]
    Clocks {
        /// Which clock is ahead of which.
        what: &'static str,
        /// By how much.
        seconds: u64,
    },
    /// The ledger could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Reader {
    /// Shows the cosignatures recorded in the ledger, the newest first, until `visit` says to stop.
    ///
    /// Walks the ledger's own stream back; finding its end may read a part of the log.
    ///
    /// # Errors
    /// When a record cannot be read, or a newer version has written it.
    pub fn cosignatures(
        &self,
        visit: &mut dyn FnMut(RecordIndex, WitnessSeen) -> bool,
    ) -> Result<(), StoreError> {
        let mut next = self.find_head(StreamRef::SYSTEM)?.map(|head| head.last);
        while let Some(index) = next {
            let record = self.record(index)?;
            let view = record.view();
            let system = SystemRecord::decode(view.event_type, view.schema_version, view.body)
                .map_err(|source| StoreError::System { index: index.0, source })?;
            if let SystemRecord::WitnessSeen(seen) = system
                && !visit(index, seen)
            {
                break;
            }
            next = view.previous;
        }
        Ok(())
    }

    /// Returns the note of the ledger's own checkpoint of this size.
    ///
    /// # Errors
    /// When the checkpoint files cannot be read.
    pub fn checkpoint_of(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        for number in numbers(self.disk(), Family::Checkpoint)?.into_iter().rev() {
            let path = Family::Checkpoint.path(number);
            let file = self.disk().open_read(&path).doing("open", &path)?;
            let (mut found, mut is_first, mut is_before) = (None, true, false);
            read_notes(file.as_ref(), &mut |_, note| {
                // Sizes ascend, and the first note says whether to look in an earlier file.
                let parsed = CheckpointNote::parse(note).ok();
                let claimed = parsed.as_ref().map(|note| note.claimed().size());
                is_before |= is_first && claimed.is_some_and(|first| first > size);
                is_first = false;
                if claimed == Some(size) && parsed.is_some_and(|parsed| self.keys().open(&parsed).is_ok()) {
                    found = Some(note.to_vec());
                }
                Ok(())
            })
            .doing("read", &path)?;
            if found.is_some() || !is_before {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Returns the checkpoint of this size with the cosignatures that the ledger has recorded for it, one of each witness
    /// at most as far as a note holds them; `None` where the ledger has signed no such checkpoint.
    ///
    /// # Errors
    /// As [`cosignatures`](Self::cosignatures) and [`checkpoint_of`](Self::checkpoint_of).
    pub fn cosigned_checkpoint(&self, size: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(note) = self.checkpoint_of(size)? else { return Ok(None) };
        let checkpoint =
            |source| StoreError::Checkpoint { path: Family::Checkpoint.dir().to_owned(), source };
        let mut note = Note::parse(&note).map_err(|error| checkpoint(error.into()))?;
        let mut lines = Vec::new();
        self.cosignatures(&mut |index, seen| {
            if seen.size == size && lines.len() + 1 < docket_proof::MAX_SIGNATURES {
                lines.push(seen.to_signature());
            }
            // A cosignature is recorded behind what it covers.
            index.0 >= size
        })?;
        for line in lines.into_iter().rev() {
            note.push_signature(line).map_err(|error| checkpoint(error.into()))?;
        }
        Ok(Some(note.to_bytes()))
    }
}

impl Writer {
    /// Records what `witness` says on a cosigned checkpoint of this ledger. Durable on return.
    ///
    /// Nothing is recorded that a verifier would call altered: not for a checkpoint of another history, and not where the
    /// two clocks contradict each other.
    ///
    /// # Errors
    /// [`ImportError`].
    pub fn record_cosignature(&self, note: &[u8], witness: &VerifierKey) -> Result<Cosigned, ImportError> {
        self.flush()?;
        let reader = Reader::open(self.disk())?;
        let size = CheckpointNote::parse(note).map_err(CosignatureError::from)?.claimed().size();
        let seen = WitnessSeen::from_note(note, &reader.keys().at(size).verifier, witness)?;
        check_history(&reader, &seen)?;
        self.check_clocks(&reader, &seen)?;
        let mut known = None;
        reader.cosignatures(&mut |index, other| {
            if other.witness == seen.witness && other.size == seen.size {
                known = Some(index);
            }
            known.is_none() && index.0 >= seen.size
        })?;
        match known {
            Some(index) => Ok(Cosigned::Known(index)),
            None => Ok(Cosigned::Recorded(
                self.append_system(&SystemRecord::WitnessSeen(seen), ClockRule::Asked)?,
            )),
        }
    }

    fn check_clocks(&self, reader: &Reader, seen: &WitnessSeen) -> Result<(), ImportError> {
        if reader.identity().genesis.clock == docket_proof::ClockKind::Simulated {
            return Ok(());
        }
        let tolerance = i64::try_from(DEFAULT_TOLERANCE.as_micros()).unwrap_or(i64::MAX);
        let stated = i64::try_from(seen.time).unwrap_or(i64::MAX).saturating_mul(1_000_000);
        let check = |later: i64, earlier: i64, what: &'static str| {
            let ahead = later.saturating_sub(earlier);
            let seconds = ahead.unsigned_abs() / 1_000_000;
            if ahead > tolerance { Err(ImportError::Clocks { what, seconds }) } else { Ok(()) }
        };
        let covered = reader.record(RecordIndex(seen.size - 1))?.view().recorded_at;
        check(covered, stated, "the time of the last record that is cosigned is ahead of the witness's")?;
        check(stated, self.next_time(), "the witness's time is ahead of this ledger's clock")
    }
}

fn check_history(reader: &Reader, seen: &WitnessSeen) -> Result<(), ImportError> {
    let other = |why: String| Err(ImportError::OtherHistory { why });
    if seen.size > reader.size() {
        return other(format!("it has size {}, but the log holds {}", seen.size, reader.size()));
    }
    let root = reader.root_at(seen.size)?;
    if root != seen.root {
        return other(format!("its root at size {} is {}, the log's is {root}", seen.size, seen.root));
    }
    if reader.checkpoint_of(seen.size)?.is_none() {
        return other(format!("checkpoints/ holds none of size {}", seen.size));
    }
    Ok(())
}
