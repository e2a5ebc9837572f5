//! The seam between the log and what it is stored on.
//!
//! [`FileDisk`] is a folder of the operating system; `SimDisk` (feature `sim`) is a disk in memory that loses on a
//! power cut what a real one may lose. The log is written against the two traits and nothing else.

#[cfg(any(test, feature = "sim"))]
mod crash;
#[cfg(target_os = "linux")]
mod passing;
mod real;
#[cfg(any(test, feature = "sim"))]
mod sim;

#[cfg(any(test, feature = "sim"))]
pub use crash::Tear;
pub use real::FileDisk;
#[cfg(any(test, feature = "sim"))]
pub use sim::{SimDisk, WriteFault};

use std::path::{Component, Path};
use std::{fmt, io};

/// The folder of one ledger.
///
/// Paths are relative to that folder and separated by `/`: `log/00000000.seg`. An absolute path, an empty part, `.` and
/// `..` are refused with [`io::ErrorKind::InvalidInput`]. The folder itself is `""`, which only [`list`](Self::list)
/// and [`sync_dir`](Self::sync_dir) take.
///
/// **Durable on return.** Only what the two syncs promise. Creating, renaming and removing return before anything is
/// durable: after a power cut a name may be there or not, until [`sync_dir`](Self::sync_dir) of the folder that holds
/// it has returned `Ok`; and a synced name says nothing about the bytes behind it, nor synced bytes about the name.
///
/// **Concurrent callers.** Every method may be called by several threads at once. The disk locks nothing: that there is
/// one writer is the caller's to see to. Readers may run beside it and see each rename as the old file or the new.
///
/// **Retries.** None here, and none by the caller either: an error is final for what it concerns, and after a failed
/// sync nobody knows what is stored (see [`DiskFile::sync_data`]).
pub trait Disk: Send + Sync + fmt::Debug {
    /// Opens an existing file to read and write.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound); [`InvalidInput`](io::ErrorKind::InvalidInput) for what is neither file
    /// nor folder (a pipe would block for ever).
    fn open(&self, path: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Opens an existing file to read only; never creates or changes anything.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    fn open_read(&self, path: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Opens an existing file to be read through once, as [`open_read`](Self::open_read) does. Where the platform allows it,
    /// what the system did not hold in memory before does not stay there: reading a ledger that is larger than memory
    /// then costs neither itself nor others what was held.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    fn open_once(&self, path: &str) -> io::Result<Box<dyn DiskFile>> {
        self.open_read(path)
    }

    /// Creates an empty file to read and write. The name is durable after [`sync_dir`](Self::sync_dir) of its folder.
    ///
    /// # Errors
    /// [`AlreadyExists`](io::ErrorKind::AlreadyExists), [`NotFound`](io::ErrorKind::NotFound) for the folder.
    fn create_new(&self, path: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Creates an empty file that only its owner may read and write (mode 0600), where the platform has such a thing;
    /// otherwise as [`create_new`](Self::create_new).
    ///
    /// # Errors
    /// As [`create_new`](Self::create_new).
    fn create_new_private(&self, path: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name, in place of whatever file has it: everybody sees the old one or the new one, also
    /// after a power cut. Which of the two is certain after [`sync_dir`](Self::sync_dir) of both names' folders.
    /// It renames files, not folders.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound), [`IsADirectory`](io::ErrorKind::IsADirectory).
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file's name; it may come back with a power cut until [`sync_dir`](Self::sync_dir) of its folder. Open
    /// handles stay usable.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound), [`IsADirectory`](io::ErrorKind::IsADirectory).
    fn remove(&self, path: &str) -> io::Result<()>;

    /// Creates a folder, or finds it there already. Its name is durable after [`sync_dir`](Self::sync_dir) of the
    /// folder that holds it, not of itself.
    ///
    /// # Errors
    /// [`AlreadyExists`](io::ErrorKind::AlreadyExists) when something else has the name.
    fn create_dir(&self, path: &str) -> io::Result<()>;

    /// Makes durable which names the folder holds (not its folders' names, and no bytes).
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound), [`NotADirectory`](io::ErrorKind::NotADirectory), and whatever the sync
    /// reports: what the folder holds after a power cut is unknown from then on.
    fn sync_dir(&self, path: &str) -> io::Result<()>;

    /// Lists a folder, sorted by name. What vanishes meanwhile may be missing, what appears meanwhile too.
    ///
    /// # Errors
    /// [`NotFound`](io::ErrorKind::NotFound), [`NotADirectory`](io::ErrorKind::NotADirectory).
    fn list(&self, path: &str) -> io::Result<Vec<DirEntry>>;

    /// Returns a file's length in bytes, `None` when nothing has that name.
    ///
    /// # Errors
    /// [`IsADirectory`](io::ErrorKind::IsADirectory); [`InvalidInput`](io::ErrorKind::InvalidInput) for what is
    /// neither file nor folder.
    fn file_len(&self, path: &str) -> io::Result<Option<u64>>;
}

/// An open file of a [`Disk`].
///
/// It has no position, so several threads may read through one handle while another writes. A read that overlaps a
/// write may see any part of it.
#[expect(clippy::len_without_is_empty, reason = "nobody asks whether a file is empty")]
pub trait DiskFile: Send + Sync + fmt::Debug {
    /// Reads up to `buf.len()` bytes at `offset`; 0 at the end of the file and beyond. May read less than there is.
    ///
    /// # Errors
    /// Whatever the platform reports.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes up to `buf.len()` bytes at `offset` and returns how many. A gap behind the old end reads as zeros.
    /// Nothing is durable on return, and a power cut may keep any part of it, or the length without the bytes.
    ///
    /// # Errors
    /// Whatever the platform reports, [`StorageFull`](io::ErrorKind::StorageFull) among it; none of the bytes count as
    /// written then, although some may be.
    fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<usize>;

    /// Returns the length in bytes.
    ///
    /// # Errors
    /// Whatever the platform reports.
    fn len(&self) -> io::Result<u64>;

    /// Cuts the file, or makes it longer with zeros. Durable after [`sync_data`](Self::sync_data).
    ///
    /// # Errors
    /// Whatever the platform reports.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Makes durable every byte and length whose write had returned before this was called; not the file's name.
    ///
    /// # Errors
    /// Whatever the platform reports. What was not durable before is then lost or not, **and a later `Ok` says nothing
    /// about it**: Linux marks the pages clean after it has reported the error once (Rebello et al., "Can Applications
    /// Recover from fsync Failures?", USENIX ATC 2020). Even reading it back shows only the cache. Write those bytes
    /// to another file or give up; never call again and believe it.
    fn sync_data(&self) -> io::Result<()>;

    /// Fills `buf` from `offset`, as far as the file goes, and returns how many bytes that are.
    ///
    /// # Errors
    /// As [`read_at`](Self::read_at).
    fn read_up_to(&self, buf: &mut [u8], mut offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(free) = buf.get_mut(filled..).filter(|free| !free.is_empty()) {
            match self.read_at(free, offset) {
                Ok(0) => break,
                Ok(read) if read > free.len() => return Err(overlong()),
                Ok(read) => {
                    filled += read;
                    offset = advance(offset, read)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Fills `buf` from `offset`.
    ///
    /// # Errors
    /// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) when the file ends before; what `buf` holds is then unspecified.
    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        if self.read_up_to(buf, offset)? < buf.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Writes all of `buf` at `offset`, going on after a short write.
    ///
    /// # Errors
    /// As [`write_at`](Self::write_at), and [`WriteZero`](io::ErrorKind::WriteZero); a part may be written then.
    fn write_all_at(&self, mut buf: &[u8], mut offset: u64) -> io::Result<()> {
        while !buf.is_empty() {
            let written = match self.write_at(buf, offset) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => written,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            buf = buf.get(written..).ok_or_else(overlong)?;
            offset = advance(offset, written)?;
        }
        Ok(())
    }
}

/// What a folder holds under one name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DirEntry {
    /// The name, without the folder. Bytes that are not UTF-8 stand as `\xNN`.
    pub name: String,
    /// Whether `name` is the name itself. Where it is not, it serves for a report only: no path can be made of it.
    pub exact: bool,
    /// What it is.
    pub kind: EntryKind,
}

/// What a [`DirEntry`] is. Links are not followed here, though opening follows them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A link, a pipe, a device.
    Other,
}

/// Accepts a path of at least one part; see [`Disk`] for the rule.
fn check_path(path: &str) -> io::Result<()> {
    let plain = |part: &str| {
        let mut components = Path::new(part).components();
        matches!((components.next(), components.next()), (Some(Component::Normal(_)), None))
    };
    // Each part on its own: `components` of a whole path skips `//` and `/./`.
    if path.split('/').all(plain) && !path.contains('\0') {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "not a plain relative path"))
}

/// Accepts the path of a folder, which may be `""`.
fn check_dir_path(path: &str) -> io::Result<()> {
    if path.is_empty() { Ok(()) } else { check_path(path) }
}

fn not_a_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")
}

fn overlong() -> io::Error {
    io::Error::other("more bytes than asked for")
}

fn advance(offset: u64, by: usize) -> io::Result<u64> {
    u64::try_from(by)
        .ok()
        .and_then(|by| offset.checked_add(by))
        .ok_or_else(|| io::ErrorKind::FileTooLarge.into())
}
