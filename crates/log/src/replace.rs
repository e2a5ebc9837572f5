//! Putting a new, synced file in the place of an old one.

use std::io;

use zeroize::Zeroizing;

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

/// Who may read a file.
#[derive(Clone, Copy)]
pub(crate) enum Readers {
    Anybody,
    Owner,
}

/// Writes a whole file, in place of the one that has the name. Its bytes are durable on return; its name is after the
/// next [`sync_dir`](Disk::sync_dir) of its folder, and until then a crash leaves the old file or the new one.
pub(crate) fn put_file(
    disk: &dyn Disk,
    path: &str,
    bytes: &[u8],
    readers: Readers,
) -> Result<(), StoreError> {
    let temporary = format!("{path}.tmp");
    match disk.remove(&temporary) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => other.doing("remove", &temporary)?,
    }
    let created = match readers {
        Readers::Anybody => disk.create_new(&temporary),
        Readers::Owner => disk.create_new_private(&temporary),
    };
    let file = created.doing("create", &temporary)?;
    file.write_all_at(bytes, 0).doing("write", &temporary)?;
    file.sync_data().doing("sync", &temporary)?;
    disk.rename(&temporary, path).doing("rename", &temporary)
}

/// Puts a small private file in the place of `name` in folder `dir`. Durable on return; a crash leaves the old file or
/// the new one.
pub(crate) fn replace_small(disk: &dyn Disk, dir: &str, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    put_file(disk, &join(dir, name), bytes, Readers::Owner)?;
    disk.sync_dir(dir).doing("sync", dir)
}

/// Reads a small file, which may be a secret; `None` where there is none.
pub(crate) fn read_small(
    disk: &dyn Disk,
    path: &str,
    limit: u64,
) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let file = match disk.open_read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.doing("open", path)?,
    };
    let len = file.len().doing("measure", path)?;
    if len > limit {
        return Err(StoreError::Limit { what: "a small file's length", found: len, limit });
    }
    let mut bytes = Zeroizing::new(vec![0; usize::try_from(len).unwrap_or_default()]);
    file.read_exact_at(&mut bytes, 0).doing("read", path)?;
    Ok(Some(bytes))
}

/// Names a file in a folder, which is empty for the disk's own.
pub(crate) fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}
