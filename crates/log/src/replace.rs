//! Putting a new, synced file in the place of an old one.

use crate::{
    disk::Disk,
    error::{Doing, StoreError},
    files::Family,
};

/// Bytes copied at once.
const CHUNK: usize = 1 << 20;

/// Copies the first `len` bytes of a numbered file, and `more` behind them, into a new file that takes its place.
/// Durable on return; a crash leaves the old file or the new one. Without anything to copy there need be no old one.
///
/// After a failed sync nobody knows what of a file is stored, and no later sync of it tells: only a new file is certain.
pub(crate) fn replace(
    disk: &dyn Disk,
    family: Family,
    number: u64,
    len: u64,
    more: &[u8],
) -> Result<(), StoreError> {
    let (path, temporary) = (family.path(number), family.temporary_path(number));
    let new = disk.create_new(&temporary).doing("create", &temporary)?;
    if len > 0 {
        let old = disk.open_read(&path).doing("open", &path)?;
        let mut buffer = vec![0; usize::try_from(len).map_or(CHUNK, |len| len.min(CHUNK))];
        let mut at = 0;
        while at < len {
            let wanted = usize::try_from(len - at).map_or(CHUNK, |left| left.min(CHUNK));
            let chunk = buffer.get_mut(..wanted).unwrap_or_default();
            old.read_exact_at(chunk, at).doing("read", &path)?;
            new.write_all_at(chunk, at).doing("write", &temporary)?;
            at += wanted as u64;
        }
    }
    new.write_all_at(more, len).doing("write", &temporary)?;
    new.sync_data().doing("sync", &temporary)?;
    disk.rename(&temporary, &path).doing("rename", &temporary)?;
    disk.sync_dir(family.dir()).doing("sync", family.dir())
}
