//! Finds the keys that a log has had, from its checkpoint files and a few records (FORMAT.md section 7).
//!
//! The checkpoint in front of the first one under another key ends with the record that names that key, and the record
//! carries the signatures of both. So nothing found here has to be believed: what does not lead from the key in the
//! genesis to a next one is no key of the log's, and notes under it do not verify.

use std::io;

use docket_proof::{CheckpointNote, KeyId, KeyRotated, LogKeys, RecordHash, RecordIndex, SystemRecord};

use crate::{
    checkpoint_file::{MAX_LEDGER_NOTE_LEN, read_notes},
    disk::{Disk, DiskFile},
    error::{Doing, StoreError},
    files::{CHECKPOINT_HEADER_LEN, Family, SEGMENT_HEADER_LEN, SEGMENT_RECORDS},
    identity::Identity,
    reader::{StoredRecord, read_frame, sealed_offset},
    segment::{Chain, Go, find_intact, walk},
    tail::numbers,
};

impl Identity {
    /// Returns the keys of the log as far as its genesis names them.
    pub fn first_keys(&self) -> LogKeys {
        LogKeys::new(self.hash, self.verifier.clone())
    }
}

/// Finds all keys under which checkpoints of the files `numbers` are signed. Where there is only one, no record is read.
pub(crate) fn find_keys(
    disk: &dyn Disk,
    identity: &Identity,
    numbers: &[u64],
) -> Result<LogKeys, StoreError> {
    let mut keys = identity.first_keys();
    while let Some((size, false)) = last_of_newest(disk, &keys, numbers)? {
        if !take_rotation(disk, identity, &mut keys, size)? {
            break;
        }
    }
    Ok(keys)
}

/// As [`find_keys`], with the key that the record under the last checkpoint names, if it names one: nothing is signed with
/// it yet.
pub(crate) fn find_all_keys(
    disk: &dyn Disk,
    identity: &Identity,
    numbers: &[u64],
) -> Result<LogKeys, StoreError> {
    let mut keys = find_keys(disk, identity, numbers)?;
    if let Some((size, true)) = last_of_newest(disk, &keys, numbers)? {
        take_rotation(disk, identity, &mut keys, size)?;
    }
    Ok(keys)
}

/// Takes up the key that record `size - 1` names, if it names the next one.
pub(crate) fn take_rotation(
    disk: &dyn Disk,
    identity: &Identity,
    keys: &mut LogKeys,
    size: u64,
) -> Result<bool, StoreError> {
    let Some(index) = size.checked_sub(1).filter(|index| *index > 0) else { return Ok(false) };
    Ok(lone_record(disk, identity, index)?.is_some_and(|found| take(keys, index, &found)))
}

/// Takes up the key that a record names, which stands behind that hash.
fn take(keys: &mut LogKeys, index: u64, (previous, record): &(RecordHash, StoredRecord)) -> bool {
    rotation_in(record).is_some_and(|rotation| keys.rotate(RecordIndex(index), previous, &rotation).is_ok())
}

/// Takes up the rotations among the records of a range, which is read. Behind the last checkpoint there are some only after a
/// crash in one.
pub(crate) fn find_rotations(
    disk: &dyn Disk,
    identity: &Identity,
    range: std::ops::Range<u64>,
    keys: &mut LogKeys,
) -> Result<(), StoreError> {
    let mut at = range.start.max(1);
    while at < range.end {
        let next = next_rotation(disk, identity, at..range.end)?;
        let Some(index) = next else { return Ok(()) };
        take_rotation(disk, identity, keys, index + 1)?;
        at = index + 1;
    }
    Ok(())
}

/// Returns the first record in a range that says that it names a next key.
fn next_rotation(
    disk: &dyn Disk,
    identity: &Identity,
    range: std::ops::Range<u64>,
) -> Result<Option<u64>, StoreError> {
    let chain = Chain { key: &identity.key, trusted_below: u64::MAX };
    let mut found = None;
    for segment in range.start / SEGMENT_RECORDS..=(range.end - 1) / SEGMENT_RECORDS {
        let path = Family::Segment.path(segment);
        let file = disk.open_read(&path).doing("open", &path)?;
        let end = file.len().doing("measure", &path)?;
        let start = segment * SEGMENT_RECORDS;
        walk(file.as_ref(), chain, start, SEGMENT_HEADER_LEN as u64, end, &mut |record| {
            let is_one = record.view.is_ok_and(|view| view.event_type == KeyRotated::EVENT_TYPE);
            found = (is_one && range.contains(&record.index)).then_some(record.index);
            Ok(if found.is_some() { Go::Stop } else { Go::On })
        })
        .doing("read", &path)?;
        if found.is_some() {
            break;
        }
    }
    Ok(found)
}

/// As [`find_all_keys`], for whoever does not read all records below `size`: where a checkpoint of the ledger's own ends with a
/// handover, that counts even if nothing is signed with the next key, and so does one in the last segment. Whoever takes
/// the notes under the next key away does not put the old one in force again.
pub(crate) fn find_keys_below(
    disk: &dyn Disk,
    identity: &Identity,
    size: u64,
) -> Result<LogKeys, StoreError> {
    let files = numbers(disk, Family::Checkpoint)?;
    let mut keys = find_all_keys(disk, identity, &files)?;
    let last = numbers(disk, Family::Segment)?.last().map_or(0, |last| last * SEGMENT_RECORDS);
    for number in files {
        let path = Family::Checkpoint.path(number);
        let file = disk.open_read(&path).doing("open", &path)?;
        let mut sizes = Vec::new();
        read_notes(file.as_ref(), &mut |_, note| {
            sizes.extend(stated(note).map(|(size, _)| size));
            Ok(())
        })
        .doing("read", &path)?;
        // Records of sealed segments are found by their footers; the last segment is gone through once, below.
        for size in sizes.into_iter().filter(|stated| (2..=size.min(last)).contains(stated)) {
            if let Some(found) = sealed_record(disk, identity, size - 1)? {
                take(&mut keys, size - 1, &found);
            }
        }
    }
    find_rotations(disk, identity, last..size, &mut keys)?;
    Ok(keys)
}

/// Returns what a record says of a next key.
pub(crate) fn rotation_in(record: &StoredRecord) -> Option<KeyRotated> {
    let view = record.view();
    match SystemRecord::decode(view.event_type, view.schema_version, view.body) {
        Ok(SystemRecord::KeyRotated(rotation)) => Some(rotation),
        _ => None,
    }
}

/// Returns size and key id that a note states.
pub(crate) fn stated(note: &[u8]) -> Option<(u64, KeyId)> {
    let note = CheckpointNote::parse(note).ok()?;
    let id = note.note().signatures().first()?.id();
    Some((note.claimed().size(), id))
}

/// Returns the size of the last checkpoint in front of the first one under a key that is not known yet, and false; or of
/// the very last one, and true, where all are known.
fn last_of_newest(
    disk: &dyn Disk,
    keys: &LogKeys,
    numbers: &[u64],
) -> Result<Option<(u64, bool)>, StoreError> {
    let is_known = |id: KeyId| keys.iter().any(|key| key.verifier.id() == id);
    // Keys follow each other: files that begin under a known one come before the others.
    let (mut low, mut high) = (0, numbers.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let Some(number) = numbers.get(middle) else { break };
        let first = first_note(disk, *number)?.and_then(|note| stated(&note));
        if first.is_some_and(|(_, id)| is_known(id)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let Some(number) = low.checked_sub(1).and_then(|last| numbers.get(last)) else { return Ok(None) };
    let path = Family::Checkpoint.path(*number);
    let file = disk.open_read(&path).doing("open", &path)?;
    let (mut last, mut ended) = (None, false);
    read_notes(file.as_ref(), &mut |_, note| {
        match stated(note) {
            Some((size, id)) if is_known(id) && !ended => last = Some(size),
            _ => ended = true,
        }
        Ok(())
    })
    .doing("read", &path)?;
    Ok(last.map(|size| (size, !ended && low == numbers.len())))
}

fn first_note(disk: &dyn Disk, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let path = Family::Checkpoint.path(number);
    let file = disk.open_read(&path).doing("open", &path)?;
    let read = || -> io::Result<Option<Vec<u8>>> {
        let mut prefix = [0; 4];
        file.read_exact_at(&mut prefix, CHECKPOINT_HEADER_LEN as u64)?;
        let len = u32::from_le_bytes(prefix) as usize;
        if !(1..=MAX_LEDGER_NOTE_LEN).contains(&len) {
            return Ok(None);
        }
        let mut note = vec![0; len];
        file.read_exact_at(&mut note, CHECKPOINT_HEADER_LEN as u64 + 4)?;
        Ok(Some(note))
    };
    match read() {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        other => other.doing("read", &path),
    }
}

/// Reads a record, whatever is known of the log's end, and the hash before it; `None` where no intact one stands there.
fn lone_record(
    disk: &dyn Disk,
    identity: &Identity,
    index: u64,
) -> Result<Option<(RecordHash, StoredRecord)>, StoreError> {
    let segment = index / SEGMENT_RECORDS;
    let path = Family::Segment.path(segment);
    let file = match disk.open_read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.doing("open", &path)?,
    };
    let read = || match sealed_offset(file.as_ref(), index % SEGMENT_RECORDS) {
        Ok(offset) => match framed(file.as_ref(), identity, index, offset)? {
            Some(found) => Ok(Some(found)),
            None => walked(file.as_ref(), identity, index),
        },
        // Too short for a footer, which is still to come.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => walked(file.as_ref(), identity, index),
        Err(error) => Err(error),
    };
    match read() {
        // Frames in front of it are broken, or it is not there.
        Ok(None) => searched(file.as_ref(), identity, index).doing("search", &path),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            searched(file.as_ref(), identity, index).doing("search", &path)
        }
        other => other.doing("read", &path),
    }
}

/// Reads a record where the footer of its segment says that it stands, and the hash before it; `None` where no intact one does.
fn sealed_record(
    disk: &dyn Disk,
    identity: &Identity,
    index: u64,
) -> Result<Option<(RecordHash, StoredRecord)>, StoreError> {
    let path = Family::Segment.path(index / SEGMENT_RECORDS);
    let read = || -> io::Result<_> {
        let file = disk.open_read(&path)?;
        let offset = sealed_offset(file.as_ref(), index % SEGMENT_RECORDS)?;
        framed(file.as_ref(), identity, index, offset)
    };
    match read() {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) => {
            Ok(None)
        }
        other => other.doing("read", &path),
    }
}

/// Looks for the record at every byte of the segment.
fn searched(
    file: &dyn DiskFile,
    identity: &Identity,
    index: u64,
) -> io::Result<Option<(RecordHash, StoredRecord)>> {
    let range = SEGMENT_HEADER_LEN as u64..file.len()?;
    match find_intact(file, &identity.key, range, &(index..index + 1), &mut |_| true)? {
        Some(intact) => framed(file, identity, index, intact.offset),
        None => Ok(None),
    }
}

fn framed(
    file: &dyn DiskFile,
    identity: &Identity,
    index: u64,
    offset: u64,
) -> io::Result<Option<(RecordHash, StoredRecord)>> {
    // What stands in the place of a footer that is not there yet may lead anywhere.
    if offset >= file.len()? {
        return Ok(None);
    }
    let Some(Ok(record)) = read_frame(file, &identity.key, index, offset)? else { return Ok(None) };
    let mut previous = [0; 32];
    file.read_exact_at(&mut previous, offset - 32)?;
    Ok(Some((RecordHash::from_bytes(previous), record)))
}

fn walked(
    file: &dyn DiskFile,
    identity: &Identity,
    index: u64,
) -> io::Result<Option<(RecordHash, StoredRecord)>> {
    let chain = Chain { key: &identity.key, trusted_below: u64::MAX };
    let start = index / SEGMENT_RECORDS * SEGMENT_RECORDS;
    let mut found = None;
    walk(file, chain, start, SEGMENT_HEADER_LEN as u64, file.len()?, &mut |record| {
        found = (record.index == index).then_some(record.offset);
        Ok(if found.is_some() { Go::Stop } else { Go::On })
    })?;
    found.map_or(Ok(None), |offset| framed(file, identity, index, offset))
}
