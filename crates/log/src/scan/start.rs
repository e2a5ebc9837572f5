//! Where a scan starts that need not read what a checkpoint stands for.

use docket_proof::{Frontier, NodeHash};

use crate::{
    disk::Disk,
    error::StoreError,
    files::{Family, SEGMENT_RECORDS},
    tail::read_sealed,
};

use super::{
    folder::Noted,
    report::{Finding, Report},
};

/// The first segment that is read, and the tree before it.
pub(crate) struct Start {
    /// Records below it are trusted: they are not hashed again.
    pub(crate) trusted: u64,
    /// The segment of the last trusted record: the next one follows its hash, which lies there.
    pub(crate) segment: u64,
    /// The level-16 hashes of all segments before, as their footers say. The root at the trusted size shows whether
    /// they are right.
    pub(crate) sealed: Vec<NodeHash>,
}

impl Start {
    /// Finds where to start with records below `trusted` not read; `None` where segments before are missing.
    pub(crate) fn find(
        disk: &dyn Disk,
        noted: &Noted,
        trusted: u64,
        report: &mut Report,
    ) -> Result<Option<Self>, StoreError> {
        let last = noted.next_segment().saturating_sub(1);
        let segment = last.min(trusted.saturating_sub(1) / SEGMENT_RECORDS);
        let there = noted.segments();
        if let Some(missing) = (0..segment).find(|number| there.binary_search(number).is_err()) {
            let what = "the segment is missing, but a later one exists";
            let finding = Finding::new("segment-missing", &Family::Segment.path(missing), what);
            report.find(finding.record(missing * SEGMENT_RECORDS));
            return Ok(None);
        }
        let sealed = read_sealed(disk, 0..segment)?;
        Ok(Some(Self { trusted, segment, sealed }))
    }

    /// Starts at a range, in whose segments nothing before is known.
    pub(crate) const fn of_range(from: u64) -> Self {
        Self { trusted: from, segment: from / SEGMENT_RECORDS, sealed: Vec::new() }
    }

    /// Returns the tree over the segments before.
    pub(crate) fn tree(&self) -> Frontier {
        let mut tree = Frontier::new();
        for level16 in &self.sealed {
            tree.push_subtree(16, *level16).expect("segments are aligned");
        }
        tree
    }
}
