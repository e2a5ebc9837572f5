//! Drops the index and builds it again from the log.

use std::path::Path;

use docket_log::Reader;

use crate::{
    error::ProjectionError,
    follow::{Folded, Missing, locked},
    index::{Index, IndexError, Waiting},
};

/// What a rebuild came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rebuilt {
    /// Records folded.
    pub size: u64,
}

/// Builds the index in `folder` from the log, dropping what was there. The caller holds the ledger's lock.
///
/// # Errors
/// When the index is in use, or the log cannot be read or folded.
pub fn rebuild(reader: &Reader, folder: &Path, progress: &dyn Fn(u64)) -> Result<Rebuilt, ProjectionError> {
    // Emptied under its own lock, which is let go of before it is opened again.
    Index::open(folder, Waiting::Briefly)?.index.clear()?;
    let mut folded = Folded::start(reader, folder, Missing::Create)?;
    let Some(index) = &folded.index else { return Err(IndexError::Busy.into()) };
    debug_assert!(locked(index).meta().is_none(), "it was emptied");
    folded.follow(reader, reader.size(), progress)?;
    folded.commit(&reader.identity().hash, &reader.head())?;
    Ok(Rebuilt { size: folded.size })
}
