//! One writer at a time: an advisory lock on the ledger's `lock` file. Readers never touch it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::Path,
};

/// Holds the ledger's lock until it is dropped. The system lets go of it when the process dies.
#[derive(Debug)]
pub struct WriterLock {
    _file: File,
}

/// Why the lock could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another process writes.
    #[error("the ledger is locked by {holder}")]
    Held {
        /// What the holder wrote about itself, or "another process".
        holder: String,
    },
    /// The file cannot be opened or locked.
    #[error("cannot lock the ledger")]
    Io(#[from] io::Error),
}

impl WriterLock {
    /// Takes the lock of the ledger in `folder` without waiting, and notes `holder` in it for people.
    ///
    /// # Errors
    /// [`LockError::Held`] when another writer has it.
    pub fn acquire(folder: &Path, holder: &str) -> Result<Self, LockError> {
        let path = folder.join("lock");
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // What is in there is for people; whatever cannot be read is not worth an error.
                let _ = file.take(200).read_to_string(&mut text);
                let named = text.lines().next().map(str::trim).filter(|line| !line.is_empty());
                return Err(LockError::Held { holder: named.unwrap_or("another process").to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{holder}")?;
        Ok(Self { _file: file })
    }
}
