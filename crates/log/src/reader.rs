//! Reading: records by index, range, time and stream, and the personal values they commit to.
//!
//! A reader never writes and never locks. It shows the log as it stood when it was opened, up to the last whole
//! batch, and leaves judging damage to the scan.

use std::{
    collections::BTreeMap,
    io,
    ops::Range,
    sync::{Arc, Mutex, OnceLock},
};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use docket_proof::{
    Checkpoint, CheckpointNote, HASH_LEN, LogKeys, MAX_RECORD_LEN, NodeHash, NodeSource, RecordError,
    RecordHash, RecordIndex, RecordKey, RecordView, RootHash, StreamRef, root_at,
};
use zeroize::Zeroizing;

use crate::{
    checkpoint_file::read_notes,
    disk::{Disk, DiskFile},
    error::{Doing, StoreError},
    files::{Family, SEGMENT_HEADER_LEN, SEGMENT_RECORDS},
    footer::{BASE_AT, FOOTER_LEN, FooterBuilder, GROUP, RELATIVE_AT},
    heads::{Head, HeadTable},
    identity::Identity,
    key_chain::{find_all_keys, find_keys},
    sealed_tree,
    segment::{Chain, Followed, Go, walk},
    tail::{Tail, find_tail, numbers, read_sealed},
    tree::LogTree,
    vault::{EntryCheck, read_entry},
};

/// A record as it is stored: its bytes and its hash.
#[derive(Clone)]
pub struct StoredRecord {
    bytes: Vec<u8>,
    hash: RecordHash,
}

impl StoredRecord {
    /// Takes bytes apart once, so that [`view`](Self::view) cannot fail later.
    fn new(bytes: Vec<u8>, hash: RecordHash) -> Result<Self, RecordError> {
        RecordView::parse(&bytes)?;
        Ok(Self { bytes, hash })
    }

    /// Returns the record's fields.
    pub fn view(&self) -> RecordView<'_> {
        RecordView::parse(&self.bytes).expect("parsed when it was read")
    }

    /// Returns the record's bytes, as they are hashed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the stored hash.
    pub fn hash(&self) -> RecordHash {
        self.hash
    }
}

impl std::fmt::Debug for StoredRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredRecord({} bytes, {})", self.bytes.len(), self.hash)
    }
}

/// A personal value, as far as the vault holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonalValue {
    /// The field's number in its event.
    pub field: u16,
    /// The value, checked against the record's commitment.
    pub value: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for PersonalValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonalValue({}, {} bytes)", self.field, self.value.len())
    }
}

/// A ledger open for reading.
pub struct Reader {
    disk: Arc<dyn Disk>,
    identity: Identity,
    keys: LogKeys,
    tail: Tail,
    newest: Option<(Checkpoint, Vec<u8>)>,
    /// The last segment with its tree, once a proof or a root was asked for.
    settled: OnceLock<Settled>,
    /// Open files; a query touches the same few again and again.
    open: Mutex<BTreeMap<(bool, u64), Arc<dyn DiskFile>>>,
}

/// The hashes of the tree, as far as they do not stand in footers.
struct Settled {
    footer: FooterBuilder,
    /// The level-16 hashes of all segments before.
    sealed: Vec<NodeHash>,
}

/// Files kept open at most.
const MAX_OPEN: usize = 64;

impl Reader {
    /// Opens the ledger on `disk` as it stands now.
    ///
    /// Follows the last segment only, of that mostly what its newest checkpoint does not cover, and hashes no record that it
    /// covers.
    ///
    /// # Errors
    /// When there is no ledger or its last segment cannot be read.
    pub fn open(disk: Arc<dyn Disk>) -> Result<Self, StoreError> {
        let identity = Identity::read(disk.as_ref())?;
        let (keys, newest) = newest_checkpoint(disk.as_ref(), &identity)?;
        let signed = newest.as_ref().map(|(checkpoint, _)| checkpoint);
        let tail = find_tail(disk.as_ref(), &identity, signed, sealed_tree::load(disk.as_ref()))?;
        Ok(Self::over(disk, identity, keys, tail, newest))
    }

    /// Reads a ledger of which all this is known.
    pub(crate) fn over(
        disk: Arc<dyn Disk>,
        identity: Identity,
        keys: LogKeys,
        tail: Tail,
        newest: Option<(Checkpoint, Vec<u8>)>,
    ) -> Self {
        Self { disk, identity, keys, tail, newest, settled: OnceLock::new(), open: Mutex::default() }
    }

    /// Returns who the ledger is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns the keys that the log has had, as far as checkpoints were signed with them.
    pub fn keys(&self) -> &LogKeys {
        &self.keys
    }

    /// Returns all keys that the log has had, the one that nothing is signed with yet too.
    ///
    /// # Errors
    /// When the checkpoint files or a record cannot be read.
    pub fn all_keys(&self) -> Result<LogKeys, StoreError> {
        find_all_keys(self.disk(), &self.identity, &numbers(self.disk(), Family::Checkpoint)?)
    }

    pub(crate) fn disk(&self) -> &dyn Disk {
        self.disk.as_ref()
    }

    /// Returns the number of records in whole batches.
    pub fn size(&self) -> u64 {
        self.tail.size
    }

    /// Returns how many segments are sealed.
    pub(crate) fn sealed_segments(&self) -> u64 {
        self.tail.sealed.len() as u64
    }

    /// Returns the chain head.
    pub fn head(&self) -> RecordHash {
        self.tail.head
    }

    /// Says whether bytes follow that are no whole batch: a batch being written, or what a crash left.
    pub fn has_unfinished_tail(&self) -> bool {
        self.tail.damage.is_some()
    }

    /// Returns how many records the ledger's key has signed, where that is more than follow: those behind are cut off or altered.
    pub fn signed_beyond(&self) -> Option<u64> {
        let signed = self.newest.as_ref().map(|(newest, _)| newest.size())?;
        (signed > self.size()).then_some(signed)
    }

    /// Returns the path of the segment file in which the next record would stand.
    pub fn last_segment(&self) -> String {
        Family::Segment.path(self.size() / SEGMENT_RECORDS)
    }

    /// Returns the newest checkpoint that the ledger's key has signed, and its note.
    pub fn newest_checkpoint(&self) -> Option<&(Checkpoint, Vec<u8>)> {
        self.newest.as_ref()
    }

    /// Reads a record and checks its hash against the one before it.
    ///
    /// # Errors
    /// When there is no such record, or it does not follow.
    pub fn record(&self, index: RecordIndex) -> Result<StoredRecord, StoreError> {
        let RecordIndex(index) = index;
        if index >= self.size() {
            return Err(StoreError::NoSuchRecord { index, size: self.size() });
        }
        let segment = index / SEGMENT_RECORDS;
        let path = Family::Segment.path(segment);
        let file = self.file(Family::Segment, segment)?;
        let offset = self.offset(file.as_ref(), segment, index % SEGMENT_RECORDS)?;
        let stored = read_frame(file.as_ref(), &self.identity.key, index, offset).doing("read", &path)?;
        stored.ok_or_else(|| altered(index, segment))?.map_err(|source| StoreError::Record { index, source })
    }

    fn offset(&self, file: &dyn DiskFile, segment: u64, number: u64) -> Result<u64, StoreError> {
        let path = Family::Segment.path(segment);
        if segment == self.tail.segment {
            let found = self.tail.locate(file, &self.identity.key, number).doing("read", &path)?;
            return found.ok_or_else(|| altered(segment * SEGMENT_RECORDS + number, segment));
        }
        sealed_offset(file, number).doing("read", &path)
    }

    fn file(&self, family: Family, number: u64) -> Result<Arc<dyn DiskFile>, StoreError> {
        let mut open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let key = (family == Family::Vault, number);
        if let Some(file) = open.get(&key) {
            return Ok(file.clone());
        }
        let path = family.path(number);
        let file: Arc<dyn DiskFile> = self.disk.open_read(&path).doing("open", &path)?.into();
        if open.len() >= MAX_OPEN {
            open.clear();
        }
        open.insert(key, file.clone());
        Ok(file)
    }

    /// Shows the records of a range in order, as they are stored, with their hashes. The chain is not checked again.
    ///
    /// # Errors
    /// When the range is not all there, a record cannot be taken apart, or `visit` says so.
    pub fn for_each<E: From<StoreError>>(
        &self,
        range: Range<u64>,
        mut visit: impl FnMut(RecordView<'_>, RecordHash) -> Result<(), E>,
    ) -> Result<(), E> {
        self.follow(range, u64::MAX, |record| match record.view {
            Ok(view) => visit(view, record.hash),
            Err(source) => Err(StoreError::Record { index: record.index, source }.into()),
        })
    }

    /// Reads the records of a range at once, each with its hash checked, as [`record`](Self::record) reads one.
    ///
    /// # Errors
    /// When the range is not all there, or a record is not what its hash says.
    pub fn records(&self, range: Range<u64>) -> Result<Vec<StoredRecord>, StoreError> {
        let mut records = Vec::new();
        self.follow(range, 0, |record| {
            let source = |source| StoreError::Record { index: record.index, source };
            records.push(StoredRecord::new(record.bytes.to_vec(), record.hash).map_err(source)?);
            Ok::<_, StoreError>(())
        })?;
        Ok(records)
    }

    /// Shows the records of a range in order; the hashes of those from `trusted_below` on are checked.
    fn follow<E: From<StoreError>>(
        &self,
        range: Range<u64>,
        trusted_below: u64,
        mut visit: impl FnMut(Followed<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if range.end > self.size() {
            return Err(StoreError::NoSuchRecord { index: range.end - 1, size: self.size() }.into());
        }
        let mut next = range.start;
        while next < range.end {
            let segment = next / SEGMENT_RECORDS;
            let path = Family::Segment.path(segment);
            let file = self.file(Family::Segment, segment)?;
            let number = next % SEGMENT_RECORDS;
            let offset = match number {
                0 => SEGMENT_HEADER_LEN as u64,
                _ => self.offset(file.as_ref(), segment, number)?,
            };
            let mut failed = None;
            let chain = Chain { key: &self.identity.key, trusted_below };
            let len = file.len().doing("measure", &path)?;
            let ended = walk(file.as_ref(), chain, next, offset, len, &mut |record| {
                let index = record.index;
                failed = visit(record).err();
                Ok(if failed.is_some() || index + 1 == range.end { Go::Stop } else { Go::On })
            })
            .doing("read", &path)?;
            if let Some(error) = failed {
                return Err(error);
            }
            if ended.next_index == next || ended.broken.is_some() {
                return Err(altered(ended.next_index, segment).into());
            }
            next = ended.next_index;
        }
        Ok(())
    }

    /// Returns how many records were recorded at or before `time`, microseconds UTC: the size of the log as of then.
    ///
    /// # Errors
    /// When a record cannot be read.
    pub fn size_at(&self, time: i64) -> Result<u64, StoreError> {
        let (mut low, mut high) = (0, self.size());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.record(RecordIndex(middle))?.view().recorded_at <= time {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Returns the history of a stream that ends with the record `last`, oldest first, by its back-links.
    ///
    /// # Errors
    /// When a record cannot be read or a link leads out of the stream.
    pub fn history(&self, stream: StreamRef, last: RecordIndex) -> Result<Vec<StoredRecord>, StoreError> {
        let mut records = Vec::new();
        let mut next = Some(last);
        while let Some(index) = next {
            let record = self.record(index)?;
            let view = record.view();
            if view.stream != stream || view.previous.is_some_and(|previous| previous >= index) {
                return Err(altered(index.0, index.0 / SEGMENT_RECORDS));
            }
            next = view.previous;
            records.push(record);
        }
        records.reverse();
        Ok(records)
    }

    /// Reads the personal values of a record, each checked against its commitment.
    ///
    /// # Errors
    /// [`StoreError::Value`] where one is missing or another.
    pub fn values(&self, record: &RecordView<'_>) -> Result<Vec<PersonalValue>, StoreError> {
        if record.commitments.is_empty() {
            return Ok(Vec::new());
        }
        let segment = record.index.0 / SEGMENT_RECORDS;
        let path = Family::Vault.path(segment);
        let missing = |field| StoreError::Value { record: record.index.0, field, what: "missing" };
        let file = match self.file(Family::Vault, segment) {
            Err(StoreError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Err(missing(record.commitments.iter().next().map_or(0, |(field, _)| field)));
            }
            other => other?,
        };
        let mut offset = record.vault_offset;
        let mut values = Vec::with_capacity(record.commitments.len());
        for (field, commitment) in record.commitments.iter() {
            let read =
                read_entry(file.as_ref(), offset, record.index.0, field, &commitment).doing("read", &path)?;
            let (value, next) = match read {
                Ok(found) => found,
                Err(EntryCheck::Missing) => return Err(missing(field)),
                Err(_) => {
                    let what = "not the one that the record commits to";
                    return Err(StoreError::Value { record: record.index.0, field, what });
                }
            };
            values.push(PersonalValue { field, value });
            offset = next;
        }
        Ok(values)
    }

    /// Returns the root over the first `size` records.
    ///
    /// # Errors
    /// When the log holds fewer, or cannot be read.
    pub fn root_at(&self, size: u64) -> Result<RootHash, StoreError> {
        if size > self.size() {
            return Err(StoreError::NoSuchRecord { index: size - 1, size: self.size() });
        }
        root_at(size, self)
    }

    /// Reads the heads of all streams from the first `size` records, 16 bytes a stream in memory.
    ///
    /// # Errors
    /// When a record cannot be read or does not continue its stream.
    pub fn heads(&self, size: u64) -> Result<HeadTable, StoreError> {
        let mut table = HeadTable::new();
        self.for_each(0..size, |record, _| {
            table.advance(record.stream, record.position, record.previous, record.index)?;
            Ok::<(), StoreError>(())
        })?;
        Ok(table)
    }

    /// Returns the head of a stream by searching the log from its end; for rare questions, as it may read all of it.
    ///
    /// # Errors
    /// When a record cannot be read.
    pub fn find_head(&self, stream: StreamRef) -> Result<Option<Head>, StoreError> {
        let mut end = self.size();
        while end > 0 {
            let start = (end - 1) / SEGMENT_RECORDS * SEGMENT_RECORDS;
            let mut found = None;
            self.for_each(start..end, |record, _| {
                if record.stream == stream {
                    found = Some(Head { last: record.index, position: record.position });
                }
                Ok::<(), StoreError>(())
            })?;
            if found.is_some() {
                return Ok(found);
            }
            end = start;
        }
        Ok(None)
    }
}

impl Reader {
    /// Returns the tree's hashes, of which those that are kept count only where they lead to the newest checkpoint's root.
    fn settle(&self) -> Result<Settled, StoreError> {
        let Tail { footer, sealed, .. } = &self.tail;
        let (mut footer, sealed) = (footer.clone(), sealed.clone());
        footer.settle();
        let settled = Settled { footer, sealed };
        let Some((newest, _)) = self.newest.as_ref().filter(|(newest, _)| newest.size() <= self.tail.size)
        else {
            return Ok(settled);
        };
        if settled.footer.passed() > 0 {
            // It has led there already.
            return Ok(settled);
        }
        if root_at(newest.size(), &self.tree(&settled))? == newest.root() {
            return Ok(settled);
        }
        let sealed = read_sealed(self.disk.as_ref(), 0..settled.sealed.len() as u64)?;
        Ok(Settled { sealed, ..settled })
    }

    fn tree<'a>(&'a self, settled: &'a Settled) -> LogTree<'a> {
        LogTree { disk: self.disk.as_ref(), sealed: &settled.sealed, footer: &settled.footer }
    }
}

impl NodeSource for Reader {
    type Error = StoreError;

    fn node(&self, level: u8, index: u64) -> Result<NodeHash, StoreError> {
        let settled = match self.settled.get() {
            Some(settled) => settled,
            None => {
                let settled = self.settle()?;
                self.settled.get_or_init(|| settled)
            }
        };
        self.tree(settled).node(level, index)
    }
}

fn altered(index: u64, segment: u64) -> StoreError {
    StoreError::Altered {
        index,
        path: Family::Segment.path(segment),
        why: "it is not what its hash says".to_owned(),
    }
}

/// Returns where the footer of a sealed segment says that a record of it starts.
pub(crate) fn sealed_offset(file: &dyn DiskFile, number: u64) -> io::Result<u64> {
    let footer = file.len()?.saturating_sub(FOOTER_LEN as u64);
    let (mut base, mut relative) = ([0; 8], [0; 4]);
    file.read_exact_at(&mut base, footer + BASE_AT + number / GROUP as u64 * 8)?;
    file.read_exact_at(&mut relative, footer + RELATIVE_AT + number * 4)?;
    // A footer that lies leads to bytes whose hash does not hold.
    Ok(u64::from_le_bytes(base).saturating_add(u32::from_le_bytes(relative).into()))
}

/// Reads the frame at `offset`; `None` where there is none, or not the record `index`, or its hash is wrong.
pub(crate) fn read_frame(
    file: &dyn DiskFile,
    key: &RecordKey,
    index: u64,
    offset: u64,
) -> io::Result<Option<Result<StoredRecord, RecordError>>> {
    const GUESS: usize = 1_024;
    let Some(from) = offset.checked_sub(HASH_LEN as u64) else { return Ok(None) };
    let mut bytes = vec![0; GUESS];
    let mut filled = file.read_up_to(&mut bytes, from)?;
    let len = bytes.get(HASH_LEN..filled).and_then(docket_proof::Frame::record_len);
    let Some(len) = len.filter(|len| *len <= MAX_RECORD_LEN) else { return Ok(None) };
    let needed = HASH_LEN + len + HASH_LEN;
    if filled < needed {
        bytes.resize(needed, 0);
        filled = file.read_up_to(&mut bytes, from)?;
    }
    let preceded = bytes.get(..HASH_LEN + len).filter(|_| filled >= needed);
    let frame = bytes.get(HASH_LEN..filled).and_then(docket_proof::Frame::take);
    let (Some(preceded), Some(frame)) = (preceded, frame) else { return Ok(None) };
    let right = if index == 0 {
        RecordHash::of_genesis(frame.record) == frame.stored_hash
    } else {
        frame.is_intact(key, preceded)
    };
    if !right || frame.claimed_index() != Some(RecordIndex(index)) {
        return Ok(None);
    }
    Ok(Some(StoredRecord::new(frame.record.to_vec(), frame.stored_hash)))
}

/// Reads a record of the tail's own segment.
pub(crate) fn read_in_tail(
    disk: &dyn Disk,
    tail: &Tail,
    key: &RecordKey,
    index: u64,
) -> Result<StoredRecord, StoreError> {
    let path = Family::Segment.path(tail.segment);
    let file = disk.open_read(&path).doing("open", &path)?;
    let offset = tail.locate(file.as_ref(), key, index % SEGMENT_RECORDS).doing("read", &path)?;
    let offset = offset.ok_or(StoreError::NoSuchRecord { index, size: tail.size })?;
    read_frame(file.as_ref(), key, index, offset)
        .doing("read", &path)?
        .ok_or_else(|| altered(index, tail.segment))?
        .map_err(|source| StoreError::Record { index, source })
}

/// Returns how the signature line of a note under the key in the genesis begins. To look for it is cheaper than to take
/// thousands of notes apart, and most ledgers have had one key.
fn mark_of_first_key(identity: &Identity) -> String {
    // 30 of the id's 32 bits, in front of what they are encoded with.
    let id: String = BASE64_STANDARD.encode(identity.verifier.id().as_bytes()).chars().take(5).collect();
    format!("\u{2014} {} {id}", identity.verifier.name())
}

/// A checkpoint and its note.
type Signed = (Checkpoint, Vec<u8>);

/// Returns the newest checkpoint of the ledger that its key has signed, from the last files, and the log's keys.
fn newest_checkpoint(disk: &dyn Disk, identity: &Identity) -> Result<(LogKeys, Option<Signed>), StoreError> {
    let files = numbers(disk, Family::Checkpoint)?;
    let mut keys = identity.first_keys();
    let mut all_known = false;
    let mark = mark_of_first_key(identity);
    for number in files.iter().rev() {
        let path = Family::Checkpoint.path(*number);
        let file = disk.open_read(&path).doing("open", &path)?;
        let mut notes = Vec::new();
        read_notes(file.as_ref(), &mut |_, note| {
            notes.push(note.to_vec());
            Ok(())
        })
        .doing("read", &path)?;
        let is_by_first = |note: &Vec<u8>| note.windows(mark.len()).any(|window| window == mark.as_bytes());
        if !all_known && !notes.iter().all(is_by_first) {
            keys = find_keys(disk, identity, &files)?;
            all_known = true;
        }
        // The last one, unless somebody has changed it.
        for note in notes.into_iter().rev() {
            let Ok(parsed) = CheckpointNote::parse(&note) else { continue };
            if let Ok(opened) = keys.open(&parsed) {
                return Ok((keys, Some((opened.checkpoint, note))));
            }
        }
    }
    Ok((keys, None))
}
