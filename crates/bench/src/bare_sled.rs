//! sled alone: the bytes of records under their indexes, one batch and one flush a batch, no chain and no tree.
//!
//! Its flush on Linux is `sync_file_range`, which does not wait for the disk's own cache: it promises less than the
//! others do.

use std::path::Path;

use crate::{Fallible, encoded::Encoded};

/// A sled database that is written.
pub(crate) struct BareSled {
    db: sled::Db,
    next: u64,
}

impl BareSled {
    /// Makes a database whose flushes are only those asked for.
    pub(crate) fn create(folder: &Path) -> Fallible<Self> {
        let db = sled::Config::new().path(folder).flush_every_ms(None).create_new(true).open()?;
        Ok(Self { db, next: 0 })
    }

    /// Appends a batch and flushes.
    pub(crate) fn append(&mut self, encoded: &Encoded) -> Fallible<()> {
        let mut batch = sled::Batch::default();
        for record in encoded.records() {
            batch.insert(&self.next.to_be_bytes(), record);
            self.next += 1;
        }
        self.db.apply_batch(batch)?;
        self.db.flush()?;
        Ok(())
    }

    /// Returns how many records it holds.
    pub(crate) fn len(&self) -> u64 {
        self.db.len() as u64
    }
}
