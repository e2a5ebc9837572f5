//! A file of the operating system that is read through once.

use std::{
    fs::File,
    io::{self, IoSliceMut},
    sync::atomic::{AtomicBool, Ordering},
};

use rustix::io::{Errno, ReadWriteFlags, preadv2};

use super::DiskFile;

/// `RWF_DONTCACHE` of preadv2(2), since Linux 6.14: pages that this reading brings into the cache leave it at once, and those
/// that were there stay.
const LET_GO: ReadWriteFlags = ReadWriteFlags::from_bits_retain(0x80);

/// A file whose pages do not stay in the system's cache because of being read here.
#[derive(Debug)]
pub(super) struct Passing {
    file: File,
    /// The kernel and the file system can let go of pages.
    can_let_go: AtomicBool,
}

impl Passing {
    pub(super) const fn new(file: File) -> Self {
        Self { file, can_let_go: AtomicBool::new(true) }
    }
}

impl DiskFile for Passing {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        if self.can_let_go.load(Ordering::Relaxed) {
            match preadv2(&self.file, &mut [IoSliceMut::new(buf)], offset, LET_GO) {
                Err(Errno::OPNOTSUPP | Errno::NOSYS) => {
                    self.can_let_go.store(false, Ordering::Relaxed);
                }
                read => return Ok(read?),
            }
        }
        DiskFile::read_at(&self.file, buf, offset)
    }

    fn write_at(&self, buf: &[u8], offset: u64) -> io::Result<usize> {
        DiskFile::write_at(&self.file, buf, offset)
    }

    fn len(&self) -> io::Result<u64> {
        DiskFile::len(&self.file)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        DiskFile::set_len(&self.file, len)
    }

    fn sync_data(&self) -> io::Result<()> {
        DiskFile::sync_data(&self.file)
    }
}
