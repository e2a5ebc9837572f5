//! Walks the records of one segment file in large plain reads.

use std::io;

use docket_proof::{Frame, HASH_LEN, MAX_RECORD_LEN, RecordHash, RecordKey};

use crate::{
    ahead::{AT_ONCE, Ahead},
    disk::DiskFile,
};

/// Bytes read at once: few enough that they are still in the processor's own cache when they are hashed.
pub(crate) const WINDOW: usize = 1 << 18;
/// What one step may look at: the hash before, a record, its hash.
const REACH: usize = HASH_LEN + MAX_RECORD_LEN + HASH_LEN;

/// A window that slides over a segment file. It is refilled behind the frames' backs; a frame borrows it.
pub(crate) struct FrameWalk<'f> {
    file: &'f dyn DiskFile,
    buffer: Vec<u8>,
    /// So much of the buffer was read.
    filled: usize,
    /// Where in the buffer the hash before the next record stands.
    at: usize,
    /// The file offset of the next record.
    offset: u64,
    /// Where reading stops.
    end: u64,
    /// The file has ended before that: there is nothing to read any more.
    is_at_eof: bool,
    /// What the next frames in the window should hash to.
    hashes: Ahead<RecordHash>,
}

/// One step of a walk.
pub(crate) enum Step<'a> {
    /// A whole frame.
    Frame {
        /// Where in the file the record starts.
        offset: u64,
        /// The 32 bytes before the record, and the record.
        preceded: &'a [u8],
        /// The frame.
        frame: Frame<'a>,
    },
    /// Exactly at the end.
    End,
    /// The length is out of its limits, or the bytes end inside the frame.
    Broken,
}

impl<'f> FrameWalk<'f> {
    /// Starts at the record at `offset` and reads up to `end`.
    pub(crate) fn new(file: &'f dyn DiskFile, offset: u64, end: u64) -> Self {
        let hashes = Ahead::new();
        Self { file, buffer: Vec::new(), filled: 0, at: 0, offset, end, is_at_eof: false, hashes }
    }

    /// Returns the file offset of the next record.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Takes the next frame.
    #[inline]
    pub(crate) fn next(&mut self) -> io::Result<Step<'_>> {
        if self.offset >= self.end {
            return Ok(Step::End);
        }
        if self.offset < HASH_LEN as u64 {
            // A footer that lies.
            return Ok(Step::Broken);
        }
        self.see()?;
        let window = self.buffer.get(self.at..self.filled).unwrap_or_default();
        let Some((preceded, frame)) = take_preceded(window) else { return Ok(Step::Broken) };
        let offset = self.offset;
        self.at += frame.stored_len();
        self.offset += frame.stored_len() as u64;
        Ok(Step::Frame { offset, preceded, frame })
    }

    /// Takes the next frame as [`next`](Self::next) does, and says what it should hash to. Those behind it in the window are
    /// hashed with it. Not to be mixed with [`next`](Self::next), but for frames in front of all that are hashed.
    ///
    /// No hash but the frame's own equals the one that is stored with it; where this is another one, or none, whoever asks
    /// hashes the frame again before he says that it is wrong.
    #[inline]
    pub(crate) fn next_hashed(&mut self, key: &RecordKey) -> io::Result<(Step<'_>, Option<RecordHash>)> {
        if self.offset >= HASH_LEN as u64 && self.offset < self.end {
            self.see()?;
        }
        let window = self.buffer.get(self.at..self.filled).unwrap_or_default();
        let hash = self.hashes.next(|ready| hash_frames(window, key, ready));
        Ok((self.next()?, hash))
    }

    /// Sees to it that the window holds the next frame.
    #[inline]
    fn see(&mut self) -> io::Result<()> {
        let wanted = usize::try_from(self.end - self.offset).map_or(REACH, |left| REACH.min(left + HASH_LEN));
        if self.filled - self.at < wanted && !self.is_at_eof {
            self.refill()?;
        }
        Ok(())
    }

    /// Slides the window so that it starts with the hash before the next record.
    fn refill(&mut self) -> io::Result<()> {
        // The buffer is made once, and only what is left over moves to its front.
        self.buffer.copy_within(self.at..self.filled, 0);
        let held = self.filled - self.at;
        (self.at, self.filled) = (0, held);
        let from = self.offset - HASH_LEN as u64 + held as u64;
        let left = usize::try_from(self.end.saturating_sub(from)).unwrap_or(usize::MAX);
        let wanted = held + left.min(WINDOW);
        if self.buffer.len() < wanted {
            self.buffer.reserve_exact(wanted - self.buffer.len());
            self.buffer.resize(wanted, 0);
        }
        while let Some(free) = self.buffer.get_mut(self.filled..wanted).filter(|free| !free.is_empty()) {
            match self.file.read_at(free, from + (self.filled - held) as u64)? {
                0 => {
                    self.is_at_eof = true;
                    break;
                }
                read => self.filled += read,
            }
        }
        Ok(())
    }
}

/// Takes the frame at the front of a window, behind the hash before it: its record with that hash, and itself.
#[inline]
fn take_preceded(window: &[u8]) -> Option<(&[u8], Frame<'_>)> {
    let frame = Frame::take(window.get(HASH_LEN..)?)?;
    Some((window.get(..HASH_LEN + frame.record.len())?, frame))
}

/// Hashes the frames at the front of a window.
fn hash_frames(mut window: &[u8], key: &RecordKey, hashes: &mut Vec<RecordHash>) {
    let mut frames = Vec::with_capacity(AT_ONCE);
    while frames.len() < AT_ONCE
        && let Some((preceded, frame)) = take_preceded(window)
    {
        frames.push(preceded);
        window = window.get(frame.stored_len()..).unwrap_or_default();
    }
    hashes.resize(frames.len(), RecordHash::ZERO);
    key.hash_each_chained(&frames, hashes);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use docket_proof::MIN_RECORD_LEN;

    use super::*;
    use crate::disk::{Disk as _, SimDisk};

    /// Counts how often it is read.
    #[derive(Debug)]
    struct Counted {
        file: Box<dyn DiskFile>,
        reads: AtomicUsize,
    }

    impl DiskFile for Counted {
        fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
            self.reads.fetch_add(1, Ordering::Relaxed);
            self.file.read_at(buf, offset)
        }
        fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<usize> {
            self.file.write_at(buf, offset)
        }
        fn len(&self) -> io::Result<u64> {
            self.file.len()
        }
        fn set_len(&self, len: u64) -> io::Result<()> {
            self.file.set_len(len)
        }
        fn sync_data(&self) -> io::Result<()> {
            self.file.sync_data()
        }
    }

    #[test]
    fn the_end_of_a_file_is_read_once() {
        // A length and nothing else: enough for a frame, and for as many as would be read for again and again.
        let mut record = vec![0; MIN_RECORD_LEN];
        record[..4].copy_from_slice(&u32::try_from(MIN_RECORD_LEN).unwrap().to_le_bytes());
        record.extend_from_slice(&[0; HASH_LEN]);
        let bytes = [vec![0; HASH_LEN], record.repeat(100)].concat();
        let disk = SimDisk::new();
        let file = disk.create_new("file").unwrap();
        file.write_all_at(&bytes, 0).unwrap();
        let file = Counted { file, reads: AtomicUsize::new(0) };
        let mut frames = FrameWalk::new(&file, HASH_LEN as u64, u64::MAX);
        for number in 0..100 {
            assert!(matches!(frames.next().unwrap(), Step::Frame { .. }), "{number}");
        }
        assert!(matches!(frames.next().unwrap(), Step::Broken), "more was promised");
        assert_eq!(file.reads.load(Ordering::Relaxed), 2, "its bytes, and that there are no more");
    }
}
