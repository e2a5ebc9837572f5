//! Opening a ledger for writing: cuts a torn tail, makes the rest durable, and knows where to go on.

use std::{io, sync::Arc};

use docket_proof::{Checkpoint, LogKeys, root_at};

use crate::{
    checkpoint_file::CheckpointFiles,
    cut::{cut_tail, last_cut_size},
    disk::Disk,
    error::{Doing, StoreError},
    files::{CHECKPOINT_DIR, CUT_DIR, Family, Known, SEGMENT_RECORDS, VAULT_DIR, VAULT_HEADER_LEN},
    footer::FooterBuilder,
    identity::Identity,
    key_chain::{find_all_keys, find_keys, find_rotations},
    keys::{KeyFolder, Signer},
    reader::{Reader, read_in_tail},
    replace::replace,
    sealed_tree,
    tail::{Tail, evidence, find_tail, numbers, read_sealed},
    tree::LogTree,
    vault::entries_end,
};

/// A ledger whose files are in order and durable, not yet appended to.
pub struct Recovered {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) identity: Identity,
    pub(crate) keys: LogKeys,
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
        let files = numbers(disk.as_ref(), Family::Checkpoint)?;
        let mut log_keys = find_keys(disk.as_ref(), &identity, &files)?;
        let mut signer = keys.load(&log_keys)?;
        if signer.is_changing() || !signer.is(&log_keys.newest().verifier) {
            log_keys = find_all_keys(disk.as_ref(), &identity, &files)?;
            // A key that has signed more than this copy knows of: what it is, its memory tells below.
            if !log_keys.has(signer.verifier()) && !signer.is_ahead() {
                return Err(StoreError::Key { why: NOT_IN_FORCE });
            }
        }
        remove_temporaries(disk.as_ref())?;
        let mut checkpoints = CheckpointFiles::recover(disk.clone(), identity.hash, &log_keys, &files)?;
        if let Some((checkpoint, _)) = checkpoints.last() {
            signer.remind(checkpoint);
        }
        let memory = signer.remembered().cloned();
        let signed = memory.as_ref().map_or(0, Checkpoint::size);

        let kept = sealed_tree::load(disk.as_ref());
        let mut tail = find_tail(disk.as_ref(), &identity, memory.as_ref(), kept)?;
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
        if let Some(memory) = &memory {
            let leads_there = |tail: &Tail| -> Result<bool, StoreError> {
                let tree = LogTree { disk: disk.as_ref(), sealed: &tail.sealed, footer: &tail.footer };
                Ok(root_at(signed, &tree)? == memory.root())
            };
            if !leads_there(&tail)? {
                // What was kept beside the log may be anything: the log's own footers decide.
                sealed_tree::forget(disk.as_ref());
                tail.sealed = read_sealed(disk.as_ref(), 0..tail.sealed.len() as u64)?;
                if !leads_there(&tail)? {
                    return Err(StoreError::Forked { signed, why: "the log's root at that size is another" });
                }
            }
        }
        match &tail.damage {
            Some(damage) => cut_tail(disk.as_ref(), &identity, damage.keep_to, tail.size)?,
            None => take_room_away(disk.as_ref(), &tail)?,
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
            tail = find_tail(disk.as_ref(), &identity, memory.as_ref(), tail.sealed)?;
            tail.footer.settle();
            assert!(tail.damage.is_none(), "a tail that was cut is whole");
        }
        if tail.unsealed {
            seal(disk.as_ref(), &identity, &mut tail)?;
        }
        let vault_len = clear_vault(disk.as_ref(), &identity, &tail)?;
        let from = checkpoints.last().map_or(0, |(checkpoint, _)| checkpoint.size());
        // The walk has met the records behind the last checkpoint, and the one under it, but for a segment's last. What is
        // remembered may be further on than the checkpoint files.
        let met_from = tail.segment * SEGMENT_RECORDS + tail.footer.passed();
        let is_near = tail.rotation.is_some_and(|index| index + 1 >= from)
            || from % SEGMENT_RECORDS == 0
            || from <= met_from;
        if signer.is_changing() || is_near {
            log_keys = find_all_keys(disk.as_ref(), &identity, &files)?;
            find_rotations(disk.as_ref(), &identity, from..tail.size, &mut log_keys)?;
        }
        finish_rotation(disk.as_ref(), &identity, &tail, &log_keys, &mut signer, &mut checkpoints)?;
        let cuts = numbers(disk.as_ref(), Family::Cut)?.len() as u64;
        Ok(Self { disk, identity, keys: log_keys, tail, vault_len, signer, checkpoints, cuts })
    }

    /// Opens the ledger for reading as it stands: its end is known, and not looked for again.
    pub fn reader(&self) -> Reader {
        let Self { disk, identity, keys, tail, checkpoints, .. } = self;
        Reader::over(disk.clone(), identity.clone(), keys.clone(), tail.clone(), checkpoints.last().cloned())
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

/// Sees that the key in the folder is the one in force, and ends a rotation that a crash interrupted: where the
/// handover is recorded, the old key signs its last checkpoint and gives way.
fn finish_rotation(
    disk: &dyn Disk,
    identity: &Identity,
    tail: &Tail,
    keys: &LogKeys,
    signer: &mut Signer,
    checkpoints: &mut CheckpointFiles,
) -> Result<(), StoreError> {
    let newest = keys.newest();
    if signer.is(&newest.verifier) {
        return Ok(());
    }
    if !keys.has(signer.verifier()) {
        return Err(StoreError::Key { why: NOT_IN_FORCE });
    }
    if !signer.has_next(&newest.verifier) {
        return Err(StoreError::Key { why: NEXT_MISSING });
    }
    let last = newest.record.0 + 1;
    if checkpoints.last().is_none_or(|(checkpoint, _)| checkpoint.size() < last) {
        let tree = LogTree { disk, sealed: &tail.sealed, footer: &tail.footer };
        let root = root_at(last, &tree)?;
        let checkpoint = Checkpoint::new(&identity.genesis.origin, last, root)
            .map_err(|source| StoreError::Checkpoint { path: "checkpoint".to_owned(), source })?;
        let note = signer.sign(&checkpoint)?;
        checkpoints.append(checkpoint, note)?;
    } else {
        checkpoints.make_certain()?;
    }
    signer.take_over()
}

const NOT_IN_FORCE: &str =
    "log.key is another ledger's, or this is a copy of the ledger from before its key was rotated";
const NEXT_MISSING: &str = "the log was handed over to another key, which is not in the key folder";

/// The last segment that has a file.
fn last_segment(tail: &Tail) -> u64 {
    (tail.size - 1) / SEGMENT_RECORDS
}

/// Lets the last segment end with its last record. Not synced: room that a crash brings back says the same.
fn take_room_away(disk: &dyn Disk, tail: &Tail) -> Result<(), StoreError> {
    let (path, end) = (Family::Segment.path(tail.segment), tail.footer.end());
    // The last one may be sealed, and the next one not begun.
    if disk.file_len(&path).doing("measure", &path)?.is_some_and(|len| len > end) {
        disk.open(&path).doing("open", &path)?.set_len(end).doing("cut", &path)?;
    }
    Ok(())
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
        let committed = if number == tail.segment {
            tail.find_last_committed(disk, &identity.key)?
        } else if number == last {
            // The last segment is sealed, and the current one has no record yet.
            continue;
        } else {
            None
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
