//! The log's end: what of it follows, and what a crash may have left behind it. The writer's recovery and the reader
//! both start here; a scan looks at all of the log instead.

use std::{io, ops::Range};

use docket_proof::{Checkpoint, FORMAT_VERSION, Flags, Frontier, KeyRotated, NodeHash, RecordHash, RootHash};

use crate::{
    disk::{Disk, DiskFile, EntryKind},
    error::{Doing, StoreError},
    files::{Family, HeaderError, Known, SEGMENT_HEADER_LEN, SEGMENT_RECORDS},
    footer::{FOOTER_LEN, FooterBuilder, GROUP, LEVEL16_AT},
    identity::{Identity, read_segment_header},
    room::is_room,
    segment::{Break, Chain, Go, Intact, find_intact, walk},
    tail_tree,
};

/// The state of the log behind its last whole batch.
#[derive(Clone, Debug)]
pub(crate) struct Tail {
    /// Records in whole batches.
    pub(crate) size: u64,
    /// The hash of the last of them.
    pub(crate) head: RecordHash,
    /// The time of the last of them.
    pub(crate) recorded_at: i64,
    /// The segment that the next record goes to.
    pub(crate) segment: u64,
    /// What that segment's footer will say.
    pub(crate) footer: FooterBuilder,
    /// The level-16 hashes of all segments before.
    pub(crate) sealed: Vec<NodeHash>,
    /// The last record met of that segment with commitments: see [`find_last_committed`](Self::find_last_committed).
    pub(crate) last_committed: Option<u64>,
    /// The last record met that hands the log over to another key. Those of groups that were passed are not met.
    pub(crate) rotation: Option<u64>,
    /// What lies behind, if anything does.
    pub(crate) damage: Option<Damage>,
    /// The last segment is full but its footer was never written.
    pub(crate) unsealed: bool,
}

/// A place in the log's files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) segment: u64,
    pub(crate) offset: u64,
}

/// Bytes behind the last whole batch.
#[derive(Clone, Debug)]
pub(crate) struct Damage {
    /// Index of the first record that does not follow, or whose batch does not end (`b` of FORMAT.md section 10).
    pub(crate) index: u64,
    /// Where it is found.
    pub(crate) at: Place,
    /// Where the last whole batch ends: what a recovery cuts starts here.
    pub(crate) keep_to: Place,
    pub(crate) why: String,
}

/// Where following stopped, and why.
struct Broken {
    index: u64,
    at: Place,
    why: String,
}

/// Returns the numbers of a family's files, ascending. Names that are not known there are left to the scan.
pub(crate) fn numbers(disk: &dyn Disk, family: Family) -> Result<Vec<u64>, StoreError> {
    let dir = family.dir();
    let entries = match disk.list(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.doing("list", dir)?,
    };
    Ok(entries
        .iter()
        .filter(|entry| entry.exact && entry.kind == EntryKind::File)
        .filter_map(|entry| match family.recognise(&entry.name) {
            Some(Known::Numbered(number)) => Some(number),
            _ => None,
        })
        .collect())
}

/// Follows the log to its end. Records below the size of `signed`, a checkpoint that the ledger's key has signed, are not
/// hashed again; and what is kept of the last segment's full groups below it (`tree/tail`) is passed, where that leads to
/// the signed root.
///
/// `sealed` are level-16 hashes of the first segments that are known already, as far as they are below the first one
/// followed; the others are read from the footers.
///
/// The tree of the segment it ends in is put off: see [`FooterBuilder::settle`].
pub(crate) fn find_tail(
    disk: &dyn Disk,
    identity: &Identity,
    signed: Option<&Checkpoint>,
    mut sealed: Vec<NodeHash>,
) -> Result<Tail, StoreError> {
    let trusted = signed.map_or(0, Checkpoint::size);
    let segments = numbers(disk, Family::Segment)?;
    let last = segments.last().copied().ok_or(StoreError::NotALedger { missing: "log/00000000.seg" })?;
    if segments.len() as u64 != last + 1 {
        let missing = (0..).zip(&segments).find(|(expected, found)| expected != *found).map_or(0, |(n, _)| n);
        return Err(StoreError::Altered {
            index: missing * SEGMENT_RECORDS,
            path: Family::Segment.path(missing),
            why: "the segment is missing below another".to_owned(),
        });
    }
    let first = last.min(trusted / SEGMENT_RECORDS);
    sealed.truncate(usize::try_from(first).unwrap_or(usize::MAX));
    sealed.extend(read_sealed(disk, sealed.len() as u64..first)?);
    if let Some(signed) = signed.filter(|_| first == last)
        && let Some(tail) = find_behind_groups(disk, identity, signed, last, &sealed)
    {
        return Ok(tail);
    }
    let mut finder = Finder::new(disk, identity, trusted);
    let mut footer = FooterBuilder::deferring();
    let mut segment = first;
    let mut unsealed = false;
    let end = loop {
        let path = Family::Segment.path(segment);
        let file = disk.open_read(&path).doing("open", &path)?;
        let ended = finder.segment(file.as_ref(), segment, &path, &mut footer)?;
        let at = Place { segment, offset: ended };
        if finder.broken.is_some() {
            break at;
        }
        if !footer.is_full() {
            if segment < last {
                let index = segment * SEGMENT_RECORDS + footer.count();
                finder.broken = Some(Broken { index, at, why: "the segment ends early".to_owned() });
            }
            break at;
        }
        footer.settle();
        let (expected, level16) = footer.finish(segment, &identity.key);
        let file_len = file.len().doing("measure", &path)?;
        if segment == last
            && (file_len == ended || is_room(file.as_ref(), ended, file_len).doing("read", &path)?)
        {
            unsealed = true;
            break at;
        }
        if !is_footer(file.as_ref(), ended, file_len, &expected).doing("read", &path)? {
            let index = (segment + 1) * SEGMENT_RECORDS;
            finder.broken = Some(Broken { index, at, why: "the footer is wrong".to_owned() });
            break at;
        }
        sealed.push(level16);
        footer = FooterBuilder::deferring();
        finder.last_committed = None;
        segment += 1;
        if segment > last {
            break Place { segment: last, offset: file_len };
        }
    };
    if finder.broken.is_none() {
        finder.check_batch_ends(first, segment * SEGMENT_RECORDS + footer.count(), end);
    }
    finder.finish(first, segment, footer, sealed, unsealed)
}

/// Follows the last segment from behind the groups that are kept of it; `None` where they are of no use, or do not lead
/// to the signed root: whatever is wrong then, following all of the segment shows.
fn find_behind_groups(
    disk: &dyn Disk,
    identity: &Identity,
    signed: &Checkpoint,
    segment: u64,
    sealed: &[NodeHash],
) -> Option<Tail> {
    let start = segment * SEGMENT_RECORDS;
    // At least the last record signed is followed itself: the groups before it end where its group starts.
    let last_signed = signed.size().checked_sub(start + 1).filter(|number| *number < SEGMENT_RECORDS)?;
    let mut groups = tail_tree::load(disk, segment);
    groups.truncate(usize::try_from(last_signed).ok()? / GROUP);
    if groups.is_empty() {
        return None;
    }
    let mut footer = FooterBuilder::behind(&groups);
    let mut finder = Finder::new(disk, identity, signed.size());
    let path = Family::Segment.path(segment);
    let file = disk.open_read(&path).ok()?;
    let ended = finder.segment(file.as_ref(), segment, &path, &mut footer).ok()?;
    if footer.is_full() || finder.good?.index < start + last_signed {
        return None;
    }
    if footer.root_behind(sealed, last_signed + 1)? != signed.root() {
        return None;
    }
    if finder.broken.is_none() {
        finder.check_batch_ends(segment, start + footer.count(), Place { segment, offset: ended });
    }
    finder.finish(segment, segment, footer, sealed.to_vec(), false).ok()
}

/// Reads the level-16 hashes of sealed segments from their footers.
pub(crate) fn read_sealed(disk: &dyn Disk, segments: Range<u64>) -> Result<Vec<NodeHash>, StoreError> {
    segments.map(|number| read_level16(disk, number)).collect()
}

fn read_level16(disk: &dyn Disk, segment: u64) -> Result<NodeHash, StoreError> {
    let path = Family::Segment.path(segment);
    let file = disk.open_read(&path).doing("open", &path)?;
    let len = file.len().doing("measure", &path)?;
    let mut hash = [0; 32];
    let at = len.checked_sub(FOOTER_LEN as u64).ok_or_else(|| StoreError::Altered {
        index: segment * SEGMENT_RECORDS,
        path: path.clone(),
        why: "the segment is too short for a footer, but another follows".to_owned(),
    })?;
    file.read_exact_at(&mut hash, at + LEVEL16_AT).doing("read", &path)?;
    Ok(NodeHash::from_bytes(hash))
}

fn is_footer(file: &dyn DiskFile, at: u64, len: u64, expected: &[u8]) -> io::Result<bool> {
    if len != at + expected.len() as u64 {
        return Ok(false);
    }
    let mut found = vec![0; expected.len()];
    file.read_exact_at(&mut found, at)?;
    Ok(found == expected)
}

/// The last record of a whole batch.
#[derive(Clone, Copy)]
struct Good {
    index: u64,
    hash: RecordHash,
    recorded_at: i64,
    segment: u64,
    /// Where it ends.
    end: u64,
}

struct Finder<'a> {
    disk: &'a dyn Disk,
    identity: &'a Identity,
    trusted: u64,
    good: Option<Good>,
    /// The hash of the last record that follows, its batch whole or not.
    last_hash: Option<RecordHash>,
    last_committed: Option<u64>,
    rotation: Option<u64>,
    broken: Option<Broken>,
}

impl<'a> Finder<'a> {
    fn new(disk: &'a dyn Disk, identity: &'a Identity, trusted: u64) -> Self {
        Self {
            disk,
            identity,
            trusted,
            good: None,
            last_hash: None,
            last_committed: None,
            rotation: None,
            broken: None,
        }
    }

    /// Follows one segment, from behind the groups that `footer` has passed, and returns where its last record that
    /// follows ends.
    fn segment(
        &mut self,
        file: &dyn DiskFile,
        segment: u64,
        path: &str,
        footer: &mut FooterBuilder,
    ) -> Result<u64, StoreError> {
        let start = segment * SEGMENT_RECORDS;
        let header = read_segment_header(file, segment).doing("read", path)?;
        let previous = self.last_hash;
        let wrong = match header {
            // Not for this writer to cut. Version 0 is what a crash leaves of a header that was being written.
            Err(source @ HeaderError::UnknownFormat { version }) if version > FORMAT_VERSION => {
                return Err(StoreError::Header { path: path.to_owned(), source });
            }
            Err(error) => Some(error.to_string()),
            Ok(header) if header.genesis != self.identity.hash => {
                Some("another ledger's genesis hash".to_owned())
            }
            Ok(header) if previous.is_some_and(|hash| hash != header.previous) => {
                Some("the previous hash is not that of the record before".to_owned())
            }
            Ok(_) => None,
        };
        if let Some(why) = wrong {
            self.broken = Some(Broken { index: start, at: Place { segment, offset: 0 }, why });
            return Ok(0);
        }
        let len = file.len().doing("measure", path)?;
        let chain = Chain { key: &self.identity.key, trusted_below: self.trusted };
        let mut unreadable = None;
        let (from, at) = (start + footer.count(), footer.end());
        let ended = walk(file, chain, from, at, len, &mut |record| {
            footer.push(record.stored_len, &record.hash);
            self.last_hash = Some(record.hash);
            let view = match record.view {
                Ok(view) => view,
                Err(source) => {
                    unreadable = Some(StoreError::Record { index: record.index, source });
                    return Ok(Go::Stop);
                }
            };
            if view.event_type == KeyRotated::EVENT_TYPE {
                self.rotation = Some(record.index);
            }
            if !view.commitments.is_empty() {
                self.last_committed = Some(record.index);
            }
            if view.flags.has(Flags::LAST) {
                self.good = Some(Good {
                    index: record.index,
                    hash: record.hash,
                    recorded_at: view.recorded_at,
                    segment,
                    end: record.offset + record.stored_len as u64,
                });
            }
            Ok(Go::On)
        })
        .doing("read", path)?;
        if let Some(error) = unreadable {
            return Err(error);
        }
        let why = match &ended.broken {
            Some(broken) => Some(describe(broken)),
            None if ended.next_index == start => Some(NO_RECORD.to_owned()),
            None => None,
        };
        if let Some(why) = why {
            let at = Place { segment, offset: ended.offset };
            self.broken = Some(Broken { index: ended.next_index, at, why });
        }
        Ok(ended.offset)
    }

    /// Notes as broken a log that ends, at `at`, before its last batch does. The records of that batch are no evidence
    /// against themselves, so what is broken is the log's end.
    fn check_batch_ends(&mut self, first: u64, next_index: u64, at: Place) {
        let whole_to = self.good.map_or(first * SEGMENT_RECORDS, |good| good.index + 1);
        if whole_to != next_index {
            self.broken = Some(Broken { index: whole_to, at, why: "its batch does not end".to_owned() });
        }
    }

    fn finish(
        self,
        first: u64,
        segment: u64,
        footer: FooterBuilder,
        sealed: Vec<NodeHash>,
        unsealed: bool,
    ) -> Result<Tail, StoreError> {
        let good = match self.good {
            Some(good) => good,
            // The first segment looked at holds no whole batch: the record before is the last of the segment before.
            None if first > 0 => self.last_of(first - 1)?,
            None => {
                let why =
                    self.broken.map_or_else(|| "the log holds no record".to_owned(), |broken| broken.why);
                return Err(StoreError::Altered { index: 0, path: Family::Segment.path(0), why });
            }
        };
        let damage = self.broken.map(|broken| {
            let size = good.index + 1;
            // Behind a whole and sealed segment only the next files go, not the footer.
            let sealed_before = size % SEGMENT_RECORDS == 0 && broken.at.segment > good.segment;
            let keep_to = if sealed_before {
                Place { segment: good.segment + 1, offset: 0 }
            } else {
                Place { segment: good.segment, offset: good.end }
            };
            Damage { index: broken.index, at: broken.at, keep_to, why: broken.why }
        });
        Ok(Tail {
            size: good.index + 1,
            head: good.hash,
            recorded_at: good.recorded_at,
            segment,
            footer,
            sealed,
            last_committed: self.last_committed,
            rotation: self.rotation.filter(|index| *index <= good.index),
            damage,
            unsealed,
        })
    }

    /// Reads the last record of a sealed segment.
    fn last_of(&self, segment: u64) -> Result<Good, StoreError> {
        let path = Family::Segment.path(segment);
        let file = self.disk.open_read(&path).doing("open", &path)?;
        let mut good = None;
        let chain = Chain { key: &self.identity.key, trusted_below: u64::MAX };
        let end = file.len().doing("measure", &path)?.saturating_sub(FOOTER_LEN as u64);
        walk(
            file.as_ref(),
            chain,
            segment * SEGMENT_RECORDS,
            SEGMENT_HEADER_LEN as u64,
            end,
            &mut |record| {
                if let Ok(view) = record.view {
                    let end = record.offset + record.stored_len as u64;
                    let (index, hash) = (record.index, record.hash);
                    good = Some(Good { index, hash, recorded_at: view.recorded_at, segment, end });
                }
                Ok(Go::On)
            },
        )
        .doing("read", &path)?;
        good.filter(|good| good.index + 1 == (segment + 1) * SEGMENT_RECORDS).ok_or_else(|| {
            StoreError::Altered {
                index: segment * SEGMENT_RECORDS,
                path,
                why: "a sealed segment does not hold its records".to_owned(),
            }
        })
    }
}

/// What is wrong with a segment that ends behind its header: the two are written together.
pub(crate) const NO_RECORD: &str = "the segment holds no record";

/// Says in words why a record does not follow.
pub(crate) fn describe(broken: &Break) -> String {
    match broken {
        Break::Frame => "the bytes end inside it, or its length is out of its limits".to_owned(),
        Break::Hash { computed, stored } => format!("its hash is {computed}, the stored one {stored}"),
        Break::Index { found } => format!("it says that it is record {found}"),
    }
}

/// What excludes that a crash left the damage (FORMAT.md section 10).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Evidence {
    /// A signed checkpoint of this size covers the place.
    Checkpoint(u64),
    /// An intact record behind was written after the place was synced.
    Durable(Intact),
    /// A later segment was begun, which happens only after this one is synced.
    LaterSegment(Intact),
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Checkpoint(size) => write!(f, "a signed checkpoint of size {size} covers it"),
            Self::Durable(Intact { index, durable_to, .. }) => {
                write!(
                    f,
                    "record {index} behind it is intact and was written after size {} was durable",
                    durable_to.unwrap_or(0)
                )
            }
            Self::LaterSegment(Intact { index, .. }) => {
                write!(f, "record {index} in a later segment is intact")
            }
        }
    }
}

/// Looks for evidence that damage at record `index` is no unfinished tail.
pub(crate) fn evidence(
    disk: &dyn Disk,
    identity: &Identity,
    segments: &[u64],
    at: Place,
    index: u64,
    signed: u64,
) -> io::Result<Option<Evidence>> {
    // A footer (whose damage has the index behind it) is synced with the last record in front of it.
    let is_footer = index == (at.segment + 1) * SEGMENT_RECORDS;
    if signed > index || is_footer && signed == index {
        return Ok(Some(Evidence::Checkpoint(signed)));
    }
    // What cannot be read matters only where nothing else speaks.
    let mut unreadable = None;
    for &number in segments.iter().filter(|number| **number >= at.segment) {
        match evidence_in(disk, identity, number, at, index) {
            Ok(None) => {}
            Ok(found) => return Ok(found),
            Err(error) => drop(unreadable.get_or_insert(error)),
        }
    }
    unreadable.map_or(Ok(None), Err)
}

/// Looks for it in one segment.
fn evidence_in(
    disk: &dyn Disk,
    identity: &Identity,
    number: u64,
    at: Place,
    index: u64,
) -> io::Result<Option<Evidence>> {
    let file = match disk.open_read(&Family::Segment.path(number)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let is_later = number > at.segment;
    let from = if is_later { SEGMENT_HEADER_LEN as u64 } else { at.offset + 1 };
    let range = from..file.len()?;
    let indexes = number * SEGMENT_RECORDS..(number + 1) * SEGMENT_RECORDS;
    let accept = &mut |intact: &Intact| {
        is_later || intact.index > index && intact.durable_to.is_some_and(|durable| durable > index)
    };
    let found = find_intact(file.as_ref(), &identity.key, range, &indexes, accept)?;
    Ok(found.map(if is_later { Evidence::LaterSegment } else { Evidence::Durable }))
}

impl Tail {
    /// Returns the tree over all records.
    pub(crate) fn frontier(&self) -> Frontier {
        let mut tree = Frontier::new();
        for (level, hash) in self.sealed.iter().map(|hash| (16, *hash)).chain(self.footer.parts()) {
            tree.push_subtree(level, hash).expect("segments and the parts of one are aligned");
        }
        tree
    }

    /// Returns the root over all records.
    pub(crate) fn root(&self) -> RootHash {
        self.frontier().root()
    }
}
