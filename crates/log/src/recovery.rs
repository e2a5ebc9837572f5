//! Opening a ledger for writing: cuts a torn tail, makes the rest durable, and knows where to go on.

use std::{io, sync::Arc};

use docket_proof::root_at;

use crate::{
    checkpoint_file::CheckpointFiles,
    cut::{cut_tail, last_cut_size},
    disk::Disk,
    error::{Doing, StoreError},
    files::{CHECKPOINT_DIR, CUT_DIR, Family, Known, SEGMENT_RECORDS, VAULT_DIR, VAULT_HEADER_LEN},
    footer::FooterBuilder,
    identity::Identity,
    keys::{KeyFolder, Signer},
    reader::read_in_tail,
    replace::replace,
    tail::{Tail, evidence, find_tail, numbers},
    tree::LogTree,
    vault::entries_end,
};

/// A ledger whose files are in order and durable, not yet appended to.
pub struct Recovered {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) identity: Identity,
    pub(crate) tail: Tail,
    pub(crate) vault_len: u64,
    pub(crate) signer: Signer,
    pub(crate) checkpoints: CheckpointFiles,
    /// Cut files there are; TailCut records there may be fewer.
    pub(crate) cuts: u64,
}

impl Recovered {
    /// Brings the ledger on `disk` in order after whatever ended its last writer, and makes all of it durable.
    ///
    /// The caller holds the ledger's lock. Records that were never acknowledged may stay, as long as their batch is
    /// whole; what is torn is kept in `cut/` and leaves the log. Damage that no crash explains is left alone.
    ///
    /// # Errors
    /// [`StoreError::Altered`] for such damage, [`StoreError::Forked`] where the log is not what its key has signed,
    /// and whatever the disk says.
    pub fn open(disk: Arc<dyn Disk>, keys: &KeyFolder) -> Result<Self, StoreError> {
        let identity = Identity::read(disk.as_ref())?;
        let mut signer = keys.load(&identity.verifier)?;
        remove_temporaries(disk.as_ref())?;
        let files = numbers(disk.as_ref(), Family::Checkpoint)?;
        let checkpoints = CheckpointFiles::recover(disk.clone(), identity.hash, &identity.verifier, &files)?;
        if let Some((checkpoint, _)) = checkpoints.last() {
            signer.remind(checkpoint);
        }
        let signed = signer.remembered().map_or(0, |checkpoint| checkpoint.size());

        let mut tail = find_tail(disk.as_ref(), &identity, signed)?;
        tail.footer.settle();
        if let Some(damage) = &tail.damage {
            let segments = numbers(disk.as_ref(), Family::Segment)?;
            let path = Family::Segment.path(damage.at.segment);
            let excluded = evidence(disk.as_ref(), &identity, &segments, damage.at, damage.index, signed)
                .doing("read", &path)?;
            if let Some(evidence) = excluded {
                let why = format!("{}; {evidence}", damage.why);
                return Err(StoreError::Altered { index: damage.index, path, why });
            }
        }
        if tail.unsealed && signed == tail.size {
            let path = Family::Segment.path(tail.segment);
            let why = "the footer is missing, but a signed checkpoint covers it".to_owned();
            return Err(StoreError::Altered { index: signed, path, why });
        }
        // Before anything is changed: is this the history that the key has signed?
        if tail.size < signed {
            return Err(StoreError::Forked {
                signed,
                why: "the log is shorter: an old copy, or its tail is missing",
            });
        }
        if let Some(memory) = signer.remembered() {
            let tree = LogTree { disk: disk.as_ref(), sealed: &tail.sealed, footer: &tail.footer };
            if root_at(signed, &tree)? != memory.root() {
                return Err(StoreError::Forked { signed, why: "the log's root at that size is another" });
            }
        }
        if let Some(damage) = &tail.damage {
            cut_tail(disk.as_ref(), &identity, damage.keep_to, tail.size)?;
        }
        // A cut that no record tells of yet: the recovery that made it, or a sync in it, failed.
        let is_half_recovered = last_cut_size(disk.as_ref(), &identity)? == Some(tail.size);
        if is_half_recovered || tail.size > signed || tail.unsealed {
            // What no checkpoint covers may lie in the page cache only, and after a failed fsync the cache lies:
            // new files, synced, hold it for certain.
            for segment in signed.min(tail.size - 1) / SEGMENT_RECORDS..=last_segment(&tail) {
                let path = Family::Segment.path(segment);
                let len = disk.file_len(&path).doing("measure", &path)?.unwrap_or(0);
                replace(disk.as_ref(), Family::Segment, segment, len, &[])?;
            }
            tail = find_tail(disk.as_ref(), &identity, signed)?;
            tail.footer.settle();
            assert!(tail.damage.is_none(), "a tail that was cut is whole");
        }
        if tail.unsealed {
            seal(disk.as_ref(), &identity, &mut tail)?;
        }
        let vault_len = clear_vault(disk.as_ref(), &identity, &tail)?;
        let cuts = numbers(disk.as_ref(), Family::Cut)?.len() as u64;
        Ok(Self { disk, identity, tail, vault_len, signer, checkpoints, cuts })
    }

    /// Returns who the ledger is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns the number of records.
    pub fn size(&self) -> u64 {
        self.tail.size
    }

    /// Returns the hash of the last record.
    pub fn head(&self) -> docket_proof::RecordHash {
        self.tail.head
    }
}

/// The last segment that has a file.
fn last_segment(tail: &Tail) -> u64 {
    (tail.size - 1) / SEGMENT_RECORDS
}

fn remove_temporaries(disk: &dyn Disk) -> Result<(), StoreError> {
    for family in Family::ALL {
        let dir = family.dir();
        let entries = match disk.list(dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other.doing("list", dir)?,
        };
        let mut removed = false;
        for entry in entries.iter().filter(|entry| family.recognise(&entry.name) == Some(Known::Temporary)) {
            let path = format!("{dir}/{}", entry.name);
            disk.remove(&path).doing("remove", &path)?;
            removed = true;
        }
        if removed {
            disk.sync_dir(dir).doing("sync", dir)?;
        }
    }
    // A creation that a crash interrupted may have lost these.
    for dir in [VAULT_DIR, CHECKPOINT_DIR, CUT_DIR] {
        disk.create_dir(dir).doing("create", dir)?;
    }
    disk.sync_dir("").doing("sync", "the ledger's folder")
}

/// Writes the footer of a full last segment whose writer did not come to it.
fn seal(disk: &dyn Disk, identity: &Identity, tail: &mut Tail) -> Result<(), StoreError> {
    let path = Family::Segment.path(tail.segment);
    let (footer, level16) = tail.footer.finish(tail.segment, &identity.key);
    let file = disk.open(&path).doing("open", &path)?;
    file.write_all_at(&footer, tail.footer.end()).doing("write", &path)?;
    file.sync_data().doing("sync", &path)?;
    tail.sealed.push(level16);
    tail.footer = FooterBuilder::new();
    tail.last_committed = None;
    tail.segment += 1;
    tail.unsealed = false;
    Ok(())
}

/// Overwrites and drops vault bytes that belong to no record, and returns the length of the current segment's vault
/// file (0 where it has none yet).
fn clear_vault(disk: &dyn Disk, identity: &Identity, tail: &Tail) -> Result<u64, StoreError> {
    let last = last_segment(tail);
    let mut current = 0;
    for number in numbers(disk, Family::Vault)?.into_iter().filter(|number| *number >= last) {
        let committed = match tail.last_committed {
            Some(index) if number == tail.segment => Some(index),
            // The last segment is sealed, and the current one has no record yet.
            _ if number == last && last < tail.segment => continue,
            _ => None,
        };
        let path = Family::Vault.path(number);
        let file = disk.open(&path).doing("open", &path)?;
        let len = file.len().doing("measure", &path)?;
        let end = match committed {
            Some(index) => {
                let stored = read_in_tail(disk, tail, &identity.key, index)?;
                entries_end(file.as_ref(), &stored.view()).doing("read", &path)?.ok_or_else(|| {
                    StoreError::Altered {
                        index,
                        path: path.clone(),
                        why: "a value it commits to is missing or another, and vault bytes are synced first"
                            .to_owned(),
                    }
                })?
            }
            None => 0,
        };
        if len > end {
            overwrite(file.as_ref(), end, len).doing("overwrite", &path)?;
        }
        if end == 0 {
            drop(file);
            disk.remove(&path).doing("remove", &path)?;
            disk.sync_dir(VAULT_DIR).doing("sync", VAULT_DIR)?;
        } else if len > end {
            file.set_len(end).doing("cut", &path)?;
            file.sync_data().doing("sync", &path)?;
        }
        if number == tail.segment {
            current = end;
        }
    }
    debug_assert!(current == 0 || current >= VAULT_HEADER_LEN as u64, "entries stand behind the header");
    Ok(current)
}

/// Overwrites `[from, to)` with zeros, synced: a personal value that belongs to no record is not left lying.
fn overwrite(file: &dyn crate::disk::DiskFile, from: u64, to: u64) -> io::Result<()> {
    const CHUNK: usize = 1 << 16;
    let zeros = [0; CHUNK];
    let mut at = from;
    while at < to {
        let wanted = usize::try_from(to - at).map_or(CHUNK, |left| left.min(CHUNK));
        file.write_all_at(zeros.get(..wanted).unwrap_or_default(), at)?;
        at += wanted as u64;
    }
    file.sync_data()
}
