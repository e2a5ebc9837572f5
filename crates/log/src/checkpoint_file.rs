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

/// Bytes that are read at once: more than the longest note has with its length.
const WINDOW_LEN: usize = 4 * MAX_LEDGER_NOTE_LEN;

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
    // Many notes at a time: a full file has thousands, and every opening goes through one.
    let mut window = Vec::new();
    while end.offset < len && end.count < NOTES_PER_FILE {
        let left = usize::try_from(len - end.offset).unwrap_or(usize::MAX);
        window.resize(left.min(WINDOW_LEN), 0);
        file.read_exact_at(&mut window, end.offset)?;
        let mut rest = window.as_slice();
        while let Some((note, behind)) = first_note(rest).filter(|_| end.count < NOTES_PER_FILE) {
            visit(end.offset, note)?;
            end.count += 1;
            end.offset += 4 + note.len() as u64;
            rest = behind;
        }
        // Where not even the first is whole, none that follows is.
        if rest.len() == window.len() {
            break;
        }
    }
    end.torn = end.offset < len;
    Ok(end)
}

/// Returns the note that stands in front, if it is whole, and what follows it.
fn first_note(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (prefix, rest) = bytes.split_first_chunk::<4>()?;
    let len = u32::from_le_bytes(*prefix) as usize;
    rest.split_at_checked(len).filter(|_| (1..=MAX_LEDGER_NOTE_LEN).contains(&len))
}

/// The notes of a file that an opening goes on from.
struct Good {
    count: u64,
    /// Where the last of them ends.
    to: u64,
    last: Option<(Checkpoint, Vec<u8>)>,
}

impl Good {
    const fn none() -> Self {
        Self { count: 0, to: CHECKPOINT_HEADER_LEN as u64, last: None }
    }

    /// Finds them: all, where the last whole one verifies. An opening does not check what a scan checks: a full file has
    /// thousands of signatures. Where the last one does not verify, those up to the first that does not.
    fn find(file: &dyn DiskFile, keys: &LogKeys) -> io::Result<Self> {
        let verified = |note: &[u8]| {
            let opened = keys.open(&CheckpointNote::parse(note).ok()?).ok()?;
            Some((opened.checkpoint, note.to_vec()))
        };
        let mut last = Vec::new();
        let end = read_notes(file, &mut |_, note| {
            last.clear();
            last.extend_from_slice(note);
            Ok(())
        })?;
        if let Some(last) = verified(&last) {
            return Ok(Self { count: end.count, to: end.offset, last: Some(last) });
        }
        let mut good = Self::none();
        read_notes(file, &mut |offset, note| {
            if offset == good.to
                && let Some(note) = verified(note)
            {
                good.count += 1;
                good.to = offset + 4 + note.1.len() as u64;
                good.last = Some(note);
            }
            Ok(())
        })?;
        Ok(good)
    }
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
            let Good { count: good_count, to: good_to, last } = match header {
                Ok(_) => Good::find(file.as_ref(), keys).doing("read", &path)?,
                Err(_) => Good::none(),
            };
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
