//! Drops the index and builds it again from the log.

use std::path::Path;

use docket_log::Reader;

use crate::{
    error::ProjectionError,
    follow::{Folded, scope_of, zone_of},
    index::{Index, Old},
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
    let mut index = Index::open(folder)?.index;
    index.begin_anew(Old::Remove)?;
    let mut folded = Folded::into_index(zone_of(reader)?, index);
    folded.follow(reader, reader.size(), progress)?;
    folded.commit(&reader.identity().hash, &reader.head())?;
    folded.keep_all(&scope_of(reader, folded.size)?);
    Ok(Rebuilt { size: folded.size })
}
