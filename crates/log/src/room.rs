//! Room: zeros behind the last record, written ahead (FORMAT.md section 3). A sync of an append that lies in them has no
//! new length to store, and takes half the time.

use std::io;

use crate::disk::DiskFile;

/// A file with room has a multiple of this length.
const UNIT: u64 = 65_536;
/// No more zeros than these are room.
const MAX_ROOM: u64 = 1 << 20;
/// How much a writer makes at once, at most: with what rounding up adds it is less than [`MAX_ROOM`].
const MAX_STEP: u64 = 512 << 10;
/// The append that first makes some: a command that records one thing and ends would only pay for it.
const FIRST_APPEND: u32 = 3;
/// Appends longer than this need none: their own bytes take longer than the length, and would be written twice.
const LONGEST: u64 = 64 << 10;

static ZEROS: [u8; 65_536] = [0; 65_536];

/// Says whether what follows in a segment file from `from` on, up to its length, is room.
pub(crate) fn is_room(file: &dyn DiskFile, from: u64, len: u64) -> io::Result<bool> {
    if from >= len || !len.is_multiple_of(UNIT) || len - from > MAX_ROOM {
        return Ok(false);
    }
    match zeros_from(file, from, len) {
        // A writer has taken it away meanwhile.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(file.len()? == from),
        zeros => Ok(zeros? == from),
    }
}

/// Returns where a tail that begins at `from` ends: the zeros behind it that may have been room are none of it.
pub(crate) fn tail_end(file: &dyn DiskFile, from: u64, len: u64) -> io::Result<u64> {
    if len.is_multiple_of(UNIT) { zeros_from(file, from, len) } else { Ok(len) }
}

/// Returns where the zeros begin that reach to `len`, in a file from `from` on: `len` where there are none.
fn zeros_from(file: &dyn DiskFile, from: u64, len: u64) -> io::Result<u64> {
    let mut buffer = vec![0; ZEROS.len()];
    let mut end = len;
    while end > from {
        let wanted = usize::try_from(end - from).map_or(ZEROS.len(), |left| left.min(ZEROS.len()));
        let chunk = buffer.get_mut(..wanted).unwrap_or_default();
        file.read_exact_at(chunk, end - wanted as u64)?;
        let zeros = chunk.iter().rev().take_while(|byte| **byte == 0).count();
        end -= zeros as u64;
        if zeros < wanted {
            break;
        }
    }
    Ok(end)
}

/// The room of the segment file that a writer appends to.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// Where the last record ends.
    end: u64,
    /// The file's length, where that is more.
    to: u64,
    /// Short appends to a file without room.
    appends: u32,
    /// How much was made last.
    step: u64,
    /// There was no space for more: it is not tried again.
    is_given_up: bool,
}

impl Room {
    /// Sees to the room behind an append, which was written from `at` to `end` and is synced after this.
    pub(crate) fn follow(&mut self, file: &dyn DiskFile, at: u64, end: u64) -> io::Result<()> {
        self.end = end;
        if end <= self.to {
            return Ok(());
        }
        self.to = 0;
        if end - at > LONGEST || self.is_given_up {
            return Ok(());
        }
        self.appends = self.appends.saturating_add(1);
        if self.appends < FIRST_APPEND {
            return Ok(());
        }
        self.step = (self.step * 2).clamp(UNIT, MAX_STEP);
        let to = (end + self.step).next_multiple_of(UNIT);
        match write_zeros(file, end, to) {
            Ok(()) => self.to = to,
            Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                self.is_given_up = true;
                file.set_len(end)?;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Takes the room away: the file ends at `end`, where a footer does that was written, and that is synced after this.
    pub(crate) fn close(&mut self, file: &dyn DiskFile, end: u64) -> io::Result<()> {
        let is_longer = self.to > end;
        (self.end, self.to) = (end, 0);
        if is_longer { file.set_len(end) } else { Ok(()) }
    }

    /// Takes the room away behind the last record, where there is some.
    pub(crate) fn leave(&mut self, file: &dyn DiskFile) -> io::Result<()> {
        self.close(file, self.end)
    }
}

fn write_zeros(file: &dyn DiskFile, from: u64, to: u64) -> io::Result<()> {
    let mut at = from;
    while at < to {
        let wanted = usize::try_from(to - at).map_or(ZEROS.len(), |left| left.min(ZEROS.len()));
        file.write_all_at(ZEROS.get(..wanted).unwrap_or_default(), at)?;
        at += wanted as u64;
    }
    Ok(())
}
