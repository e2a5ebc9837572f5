//! The files that keep a ledger's own signed checkpoints (FORMAT.md section 6).

use std::{io, sync::Arc};

use docket_proof::{Checkpoint, CheckpointNote, LogKeys, RecordHash};

use crate::{
    disk::{Disk, DiskFile},
    error::{Doing, StoreError},
    files::{
        CHECKPOINT_DIR, CHECKPOINT_HEADER_LEN, Family, HeaderError, check_checkpoint_header,
        encode_checkpoint_header,
    },
    identity::read_front,
    replace::replace,
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
    /// The file's length when it was read.
    pub(crate) len: u64,
}

/// Returns the longest frame, length field included, that a ledger of this origin writes: what a crash may leave torn.
pub(crate) fn longest_frame(origin: &str) -> u64 {
    // Origin, size, root; blank line; dash, space, origin, space, base64 of key id and signature. With their newlines.
    const BESIDE_ORIGINS: u64 = 4 + (1 + 21 + 45) + 1 + (4 + 1 + 93);
    2 * origin.len() as u64 + BESIDE_ORIGINS
}

/// Shows every whole note of a file with the offset of its length field.
pub(crate) fn read_notes(
    file: &dyn DiskFile,
    visit: &mut dyn FnMut(u64, &[u8]) -> io::Result<()>,
) -> io::Result<NotesEnd> {
    let len = file.len()?;
    let mut end = NotesEnd { count: 0, offset: CHECKPOINT_HEADER_LEN as u64, torn: false, len };
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
    /// This writer has written the last file anew, so that nothing in it hangs on an earlier writer's failed sync.
    certain: bool,
}

impl CheckpointFiles {
    /// Opens the files of a ledger for writing and drops what a crash left torn at their end: the signer remembers
    /// what it signed, and signs the same again.
    pub(crate) fn recover(
        disk: Arc<dyn Disk>,
        genesis: RecordHash,
        keys: &LogKeys,
        numbers: &[u64],
    ) -> Result<Self, StoreError> {
        let mut files = Self { disk, genesis, number: None, count: 0, offset: 0, last: None, certain: false };
        for &number in numbers.iter().rev() {
            let path = Family::Checkpoint.path(number);
            let file = files.disk.open(&path).doing("open", &path)?;
            let header = read_front::<CHECKPOINT_HEADER_LEN>(file.as_ref()).doing("read", &path)?;
            let header = header
                .map_or(Err(HeaderError::Short), |bytes| check_checkpoint_header(&bytes, number, &genesis));
            if let Err(source @ HeaderError::UnknownFormat { .. }) = header {
                return Err(StoreError::Header { path, source });
            }
            // Notes up to the first that does not verify.
            let (mut good_count, mut good_to) = (0, CHECKPOINT_HEADER_LEN as u64);
            let mut last = None;
            if header.is_ok() {
                read_notes(file.as_ref(), &mut |offset, note| {
                    if offset == good_to
                        && let Ok(parsed) = CheckpointNote::parse(note)
                        && let Ok(opened) = keys.open(&parsed)
                    {
                        last = Some((opened.checkpoint, note.to_vec()));
                        good_count += 1;
                        good_to = offset + 4 + note.len() as u64;
                    }
                    Ok(())
                })
                .doing("read", &path)?;
            }
            let len = file.len().doing("measure", &path)?;
            let is_full = good_count == NOTES_PER_FILE;
            let origin = keys.newest().verifier.name();
            if len.saturating_sub(good_to) > if is_full { 0 } else { longest_frame(origin) } {
                let why = "a checkpoint does not verify, and more follows than a crash leaves";
                return Err(StoreError::AlteredFile { path, why });
            }
            if last.is_none() {
                // Nothing in it was ever handed out: a note leaves the house only after it is synced here.
                drop(file);
                files.disk.remove(&path).doing("remove", &path)?;
                files.disk.sync_dir(CHECKPOINT_DIR).doing("sync", CHECKPOINT_DIR)?;
                continue;
            }
            if len > good_to {
                file.set_len(good_to).doing("cut", &path)?;
                file.sync_data().doing("sync", &path)?;
            }
            (files.number, files.count, files.offset, files.last) = (Some(number), good_count, good_to, last);
            break;
        }
        Ok(files)
    }

    /// Returns the newest checkpoint and its note.
    pub(crate) fn last(&self) -> Option<&(Checkpoint, Vec<u8>)> {
        self.last.as_ref()
    }

    /// Makes sure that the newest checkpoint is durable, whatever became of the syncs of the writer that signed it.
    pub(crate) fn make_certain(&mut self) -> Result<(), StoreError> {
        if let Some(number) = self.number.filter(|_| !self.certain) {
            replace(self.disk.as_ref(), Family::Checkpoint, number, self.offset, &[])?;
            self.certain = true;
        }
        Ok(())
    }

    /// Appends a note. Durable on return.
    pub(crate) fn append(&mut self, checkpoint: Checkpoint, note: Vec<u8>) -> Result<(), StoreError> {
        let mut frame = u32::try_from(note.len()).expect("our own notes are short").to_le_bytes().to_vec();
        frame.extend_from_slice(&note);
        let next = match self.number {
            None => Some(0),
            Some(number) if self.count == NOTES_PER_FILE => Some(number + 1),
            Some(_) => None,
        };
        let frame_len = frame.len() as u64;
        if let Some(number) = next {
            let mut bytes = encode_checkpoint_header(number, &self.genesis);
            let header_len = bytes.len() as u64;
            bytes.append(&mut frame);
            replace(self.disk.as_ref(), Family::Checkpoint, number, 0, &bytes)?;
            (self.number, self.count, self.offset) = (Some(number), 0, header_len);
            self.certain = true;
        } else if let Some(number) = self.number.filter(|_| !self.certain) {
            replace(self.disk.as_ref(), Family::Checkpoint, number, self.offset, &frame)?;
            self.certain = true;
        } else if let Some(number) = self.number {
            let path = Family::Checkpoint.path(number);
            let file = self.disk.open(&path).doing("open", &path)?;
            file.write_all_at(&frame, self.offset).doing("write", &path)?;
            file.sync_data().doing("sync", &path)?;
        }
        self.offset += frame_len;
        self.count += 1;
        self.last = Some((checkpoint, note));
        Ok(())
    }
}
