//! Verifies the records of a range, at the cost of the range (FORMAT.md section 10).
//!
//! What binds it to the rest is the tree: with the hashes computed here for the records of the range, and those that are
//! stored for all others, it must have the roots that were signed.

use std::{collections::BTreeMap, ops::Range};

use docket_proof::{LeafHash, NodeHash, NodeSource, node_hash, root_at, subtree_root};

use crate::{
    error::StoreError,
    files::{Family, SEGMENT_RECORDS},
    key_chain::find_keys_below,
    reader::Reader,
};

use super::{
    Context, ScanOptions,
    checkpoints::{Given, GivenCheckpoint, open_given},
    each_segment,
    folder::Noted,
    order::{End, Ordered, is_retired},
    report::{Finding, RangeScope, Report},
    segment_scan::SegmentScan,
    start::Start,
};

/// The level of a whole segment.
const LEVEL_SEGMENT: u8 = 16;

/// The records that are looked at.
pub(crate) struct Window {
    pub(crate) records: Range<u64>,
    /// Segments below it are sealed.
    pub(crate) sealed: u64,
    /// The sizes of checkpoints that are compared.
    sizes: Vec<u64>,
}

impl Window {
    /// Says whether the range has records in a segment.
    pub(crate) fn touches(&self, segment: u64) -> bool {
        segment >= self.records.start / SEGMENT_RECORDS && segment * SEGMENT_RECORDS < self.records.end
    }

    /// Says whether a checkpoint ends within a segment: then its tree divides it.
    pub(crate) fn divides(&self, segment: u64) -> bool {
        self.sizes
            .iter()
            .any(|size| !size.is_multiple_of(SEGMENT_RECORDS) && size / SEGMENT_RECORDS == segment)
    }
}

/// The tree of the log with the hashes of a range's records as they were computed.
struct Covered<'r> {
    reader: &'r Reader,
    records: Range<u64>,
    /// Hashes of the segments that the range takes as one.
    whole: BTreeMap<u64, NodeHash>,
    /// Leaves of those that it does not, or that a checkpoint divides.
    parts: BTreeMap<u64, Vec<LeafHash>>,
}

impl Covered<'_> {
    fn take(&mut self, scan: &mut SegmentScan) {
        if let [(LEVEL_SEGMENT, hash)] = scan.parts[..] {
            self.whole.insert(scan.number, hash);
        }
        if !scan.leaves.is_empty() {
            self.parts.insert(scan.number, std::mem::take(&mut scan.leaves));
        }
    }

    /// Returns the leaves of records in one segment, all of the range.
    fn leaves(&self, records: &Range<u64>) -> Option<&[LeafHash]> {
        let segment = records.start / SEGMENT_RECORDS;
        let first = self.records.start.max(segment * SEGMENT_RECORDS);
        let place = |index: u64| usize::try_from(index.checked_sub(first)?).ok();
        self.parts.get(&segment)?.get(place(records.start)?..place(records.end)?)
    }
}

impl NodeSource for Covered<'_> {
    type Error = StoreError;

    fn node(&self, level: u8, index: u64) -> Result<NodeHash, StoreError> {
        let records = index << level..(index + 1) << level;
        if records.end <= self.records.start || records.start >= self.records.end {
            return self.reader.node(level, index);
        }
        let segment = records.start / SEGMENT_RECORDS;
        let known = match level {
            LEVEL_SEGMENT => self.whole.get(&segment).copied(),
            0..LEVEL_SEGMENT => self.leaves(&records).and_then(subtree_root),
            _ => None,
        };
        match (known, level.checked_sub(1)) {
            (Some(known), _) => Ok(known),
            (None, Some(below)) => {
                Ok(node_hash(self.node(below, 2 * index)?, self.node(below, 2 * index + 1)?))
            }
            // Its record was not read: what is wrong with it stands in the report.
            (None, None) => self.reader.node(level, index),
        }
    }
}

/// Verifies records `from` to `to` of a log, and nothing else.
///
/// They are checked like those of a whole log, as far as that can be said from them. [`ScanOptions::since`] is of no
/// meaning here. What is wrong stands in the report; an error means that the disk could not be read.
///
/// # Errors
/// When the range is not all in the log, and was not signed either ([`StoreError::NoSuchRecord`]), and when the folder itself
/// cannot be read.
pub fn scan_range(
    reader: &Reader,
    from: u64,
    to: u64,
    options: &ScanOptions<'_>,
) -> Result<Report, StoreError> {
    let newest = reader.newest_checkpoint().map(|(checkpoint, _)| checkpoint);
    if from > to || to >= reader.size() {
        let (index, signed) = (reader.size(), newest.map_or(0, docket_proof::Checkpoint::size));
        // It was there once.
        if from <= to && to < signed {
            let path = Family::Segment.path(index / SEGMENT_RECORDS);
            let why = format!(
                "the log ends before the range does, but a checkpoint of size {signed} is signed; `docket verify` without \
                 a range says more"
            );
            let mut report = Report { size: index, head: reader.head(), ..Report::default() };
            report.find(Finding::new("chain", &path, why).record(index));
            report.newest = reader.newest_checkpoint().cloned();
            report.range = Some(RangeScope::unbound(from, to));
            report.identity = Some(reader.identity().clone());
            return Ok(report);
        }
        return Err(StoreError::NoSuchRecord { index: to.max(from), size: reader.size() });
    }
    let (disk, identity) = (reader.disk(), reader.identity());
    let mut report = Report::default();
    let keys = report
        .heard(find_keys_below(disk, identity, reader.size()))?
        .unwrap_or_else(|| reader.keys().clone());
    let mut given: Vec<(&GivenCheckpoint, Given)> = options
        .given
        .iter()
        .map(|given| (given, open_given(given, &keys, &options.witnesses, &mut report)))
        .collect();
    let mut sizes: Vec<u64> = given
        .iter()
        .filter_map(|(_, given)| given.opened())
        .chain(newest)
        .map(docket_proof::Checkpoint::size)
        .filter(|size| (1..=reader.size()).contains(size))
        .collect();
    sizes.sort_unstable();
    sizes.dedup();
    let signed = newest.map_or(0, docket_proof::Checkpoint::size).max(sizes.last().copied().unwrap_or(0));
    let window = Window { records: from..to + 1, sealed: reader.sealed_segments(), sizes };

    let start = Start::of_range(from);
    let mut ordered = Ordered::new(identity, signed, &start, &keys, options.tolerance_over(identity));
    // Who holds which key stands in records from the log's beginning on.
    ordered.ask(options.actor_keys.filter(|_| from == 0));
    ordered.join();
    let noted = Noted::read(disk, &mut Report::default());
    let mut covered =
        Covered { reader, records: window.records.clone(), whole: BTreeMap::new(), parts: BTreeMap::new() };
    let context = Context {
        disk,
        identity,
        noted: &noted,
        sizes: &[],
        trusted: 0,
        window: Some(&window),
        key_events: ordered.key_events(),
        progress: options.progress,
    };
    each_segment(&context, start.segment, options.threads.max(1), &mut |mut scan| {
        covered.take(&mut scan);
        let until = window.records.end.min((scan.number + 1) * SEGMENT_RECORDS);
        ordered.take(scan, End::Within { until }, disk, &mut report)
    })?;
    let mut roots = Vec::new();
    if !ordered.is_damaged() {
        for size in &window.sizes {
            let root = report.heard(root_at(*size, &covered))?;
            roots.extend(root.map(|root| (*size, root)));
        }
    }
    report.range = Some(RangeScope::unbound(from, to));
    for (kept, given) in &mut given {
        if let Some(checkpoint) = given
            .opened()
            .filter(|checkpoint| is_retired(&[&keys, ordered.keys()], &kept.note, checkpoint.size()))
        {
            let why = format!("the key that signed size {} was not in force there", checkpoint.size());
            *given = Given::Foreign(checkpoint.clone(), why);
        }
    }
    ordered.finish_range(reader, &keys, roots, &given, &mut report);
    report.identity = Some(identity.clone());
    Ok(report)
}
