//! The files that keep a ledger's own signed checkpoints (FORMAT.md section 6).

use std::{io, sync::Arc};

use docket_proof::{Checkpoint, RecordHash, VerifierKey, open_checkpoint};

use crate::{
    disk::{Disk, DiskFile},
    error::{Doing, StoreError},
    files::{
        CHECKPOINT_DIR, CHECKPOINT_HEADER_LEN, Family, HeaderError, check_checkpoint_header,
        encode_checkpoint_header,
    },
    identity::read_front,
};

/// Notes of a full file.
pub(crate) const NOTES_PER_FILE: u64 = 4_096;
/// The longest note, in bytes.
pub const MAX_LEDGER_NOTE_LEN: usize = 65_536;

/// How the notes of a file end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NotesEnd {
    /// Whole notes seen.
    pub(crate) count: u64,
    /// Where the last whole note ends.
    pub(crate) offset: u64,
    /// Bytes follow that are no whole note.
    pub(crate) torn: bool,
}

/// Shows every whole note of a file with the offset of its length field.
pub(crate) fn read_notes(
    file: &dyn DiskFile,
    visit: &mut dyn FnMut(u64, &[u8]) -> io::Result<()>,
) -> io::Result<NotesEnd> {
    let len = file.len()?;
    let mut end = NotesEnd { count: 0, offset: CHECKPOINT_HEADER_LEN as u64, torn: false };
    let mut note = Vec::new();
    while end.offset < len && end.count < NOTES_PER_FILE {
        let mut prefix = [0; 4];
        let whole = len - end.offset >= 4 && {
            file.read_exact_at(&mut prefix, end.offset)?;
            let note_len = u32::from_le_bytes(prefix) as usize;
            (1..=MAX_LEDGER_NOTE_LEN).contains(&note_len) && len - end.offset - 4 >= note_len as u64
        };
        if !whole {
            break;
        }
        note.resize(u32::from_le_bytes(prefix) as usize, 0);
        file.read_exact_at(&mut note, end.offset + 4)?;
        visit(end.offset, &note)?;
        end.count += 1;
        end.offset += 4 + note.len() as u64;
    }
    end.torn = end.offset < len;
    Ok(end)
}

/// The last checkpoint file, open for appending.
pub(crate) struct CheckpointFiles {
    disk: Arc<dyn Disk>,
    genesis: RecordHash,
    /// The last file's number; `None` before the first checkpoint.
    number: Option<u64>,
    count: u64,
    offset: u64,
    last: Option<(Checkpoint, Vec<u8>)>,
}

impl CheckpointFiles {
    /// Opens the files of a ledger for writing and drops what a crash left torn at their end: the signer remembers
    /// what it signed, and signs the same again.
    pub(crate) fn recover(
        disk: Arc<dyn Disk>,
        genesis: RecordHash,
        verifier: &VerifierKey,
        numbers: &[u64],
    ) -> Result<Self, StoreError> {
        let mut files = Self { disk, genesis, number: None, count: 0, offset: 0, last: None };
        for &number in numbers.iter().rev() {
            let path = Family::Checkpoint.path(number);
            let file = files.disk.open(&path).doing("open", &path)?;
            let header = read_front::<CHECKPOINT_HEADER_LEN>(file.as_ref()).doing("read", &path)?;
            let header = header
                .map_or(Err(HeaderError::Short), |bytes| check_checkpoint_header(&bytes, number, &genesis));
            if let Err(source @ HeaderError::UnknownFormat { .. }) = header {
                return Err(StoreError::Header { path, source });
            }
            let mut good = NotesEnd { count: 0, offset: CHECKPOINT_HEADER_LEN as u64, torn: false };
            let mut last = None;
            if header.is_ok() {
                let keys = std::slice::from_ref(verifier);
                read_notes(file.as_ref(), &mut |offset, note| {
                    if let Ok(opened) = open_checkpoint(note, keys) {
                        last = Some((opened.checkpoint, note.to_vec()));
                        good.count += 1;
                        good.offset = offset + 4 + note.len() as u64;
                    }
                    Ok(())
                })
                .doing("read", &path)?;
            }
            if last.is_none() {
                // Nothing in it was ever handed out: a note leaves the house only after it is synced here.
                drop(file);
                files.disk.remove(&path).doing("remove", &path)?;
                files.disk.sync_dir(CHECKPOINT_DIR).doing("sync", CHECKPOINT_DIR)?;
                continue;
            }
            if file.len().doing("measure", &path)? > good.offset {
                file.set_len(good.offset).doing("cut", &path)?;
                file.sync_data().doing("sync", &path)?;
            }
            (files.number, files.count, files.offset, files.last) =
                (Some(number), good.count, good.offset, last);
            break;
        }
        Ok(files)
    }

    /// Returns the newest checkpoint and its note.
    pub(crate) fn last(&self) -> Option<&(Checkpoint, Vec<u8>)> {
        self.last.as_ref()
    }

    /// Appends a note. Durable on return.
    pub(crate) fn append(&mut self, checkpoint: Checkpoint, note: Vec<u8>) -> Result<(), StoreError> {
        let mut frame = u32::try_from(note.len()).expect("our own notes are short").to_le_bytes().to_vec();
        frame.extend_from_slice(&note);
        let (number, is_new) = match self.number {
            None => (0, true),
            Some(number) if self.count == NOTES_PER_FILE => (number + 1, true),
            Some(number) => (number, false),
        };
        let path = Family::Checkpoint.path(number);
        if is_new {
            let mut bytes = encode_checkpoint_header(number, &self.genesis);
            bytes.append(&mut frame);
            let file = self.disk.create_new(&path).doing("create", &path)?;
            file.write_all_at(&bytes, 0).doing("write", &path)?;
            file.sync_data().doing("sync", &path)?;
            self.disk.sync_dir(CHECKPOINT_DIR).doing("sync", CHECKPOINT_DIR)?;
            (self.number, self.count, self.offset) = (Some(number), 0, bytes.len() as u64);
        } else {
            let file = self.disk.open(&path).doing("open", &path)?;
            file.write_all_at(&frame, self.offset).doing("write", &path)?;
            file.sync_data().doing("sync", &path)?;
            self.offset += frame.len() as u64;
        }
        self.count += 1;
        self.last = Some((checkpoint, note));
        Ok(())
    }
}
