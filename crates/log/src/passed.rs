//! The records of groups that were passed when the log was opened ([`tail_tree`](crate::tail_tree)): found when they are
//! asked for.
//!
//! Where such a group starts was kept beside the log, and only the group behind the last of them is known to be right.
//! What is not found where it was said to be is looked for from the segment's first record on.

use std::{io, ops::Range};

use docket_proof::{LeafHash, RecordKey, leaf_hash, subtree_root};

use crate::{
    disk::{Disk, DiskFile},
    error::{Doing, StoreError},
    files::{Family, SEGMENT_RECORDS},
    footer::GROUP,
    segment::{Chain, Followed, Go, walk},
    tail::Tail,
};

impl Tail {
    /// Returns where a record of the last segment, the one with this number in it, starts; `None` where there is none.
    pub(crate) fn locate(
        &self,
        file: &dyn DiskFile,
        key: &RecordKey,
        number: u64,
    ) -> io::Result<Option<u64>> {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        if number >= self.footer.passed() {
            return Ok(self.footer.offset(place));
        }
        // Where it was said to be it is hashed: something else may lie there.
        let index = self.segment * SEGMENT_RECORDS + number;
        let group = place / GROUP;
        let mut found = None;
        for (groups, trusted_below) in [(group..group + 1, index), (self.passed_groups(), u64::MAX)] {
            self.walk_groups(file, Chain { key, trusted_below }, groups, &mut |record| {
                found = (record.index == index).then_some(record.offset);
                if found.is_some() { Go::Stop } else { Go::On }
            })?;
            if found.is_some() {
                break;
            }
        }
        Ok(found)
    }

    /// Reads where all records of the groups passed lie, which the segment's footer says.
    pub(crate) fn fill_in(&mut self, disk: &dyn Disk, key: &RecordKey) -> Result<(), StoreError> {
        if self.footer.passed() == 0 {
            return Ok(());
        }
        let (path, file) = self.open(disk)?;
        let mut lens = Vec::new();
        let chain = Chain { key, trusted_below: u64::MAX };
        self.walk_groups(file.as_ref(), chain, self.passed_groups(), &mut |record| {
            lens.push(record.stored_len);
            Go::On
        })
        .doing("read", &path)?;
        if self.footer.fill_in(&lens) { Ok(()) } else { Err(self.not_filled(lens.len(), path)) }
    }

    /// Returns the last record of the segment with commitments: in groups that were passed it is looked for, from the
    /// last one back.
    pub(crate) fn find_last_committed(
        &self,
        disk: &dyn Disk,
        key: &RecordKey,
    ) -> Result<Option<u64>, StoreError> {
        if self.last_committed.is_some() || self.footer.passed() == 0 {
            return Ok(self.last_committed);
        }
        let (path, file) = self.open(disk)?;
        for group in self.passed_groups().rev() {
            let found = Committed::read(self, file.as_ref(), key, group..group + 1).doing("read", &path)?;
            let hash = self.footer.level8().get(group).copied();
            if subtree_root(&found.leaves).is_none_or(|root| Some(root) != hash) {
                // The group is not there.
                let all =
                    Committed::read(self, file.as_ref(), key, self.passed_groups()).doing("read", &path)?;
                if all.leaves.len() as u64 != self.footer.passed() {
                    return Err(self.not_filled(all.leaves.len(), path));
                }
                return all.last();
            }
            if let Some(index) = found.last()? {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// The group behind those passed is where the signed root says that it is.
    fn not_filled(&self, count: usize, path: String) -> StoreError {
        StoreError::Altered {
            index: self.segment * SEGMENT_RECORDS + count as u64,
            path,
            why: "the records do not follow each other up to those that a checkpoint covers".to_owned(),
        }
    }

    fn open(&self, disk: &dyn Disk) -> Result<(String, Box<dyn DiskFile>), StoreError> {
        let path = Family::Segment.path(self.segment);
        let file = disk.open_read(&path).doing("open", &path)?;
        Ok((path, file))
    }

    fn passed_groups(&self) -> Range<usize> {
        0..usize::try_from(self.footer.passed()).unwrap_or(usize::MAX) / GROUP
    }

    /// Walks the records of groups that were passed, as far as they follow.
    fn walk_groups(
        &self,
        file: &dyn DiskFile,
        chain: Chain<'_>,
        groups: Range<usize>,
        visit: &mut dyn FnMut(Followed<'_>) -> Go,
    ) -> io::Result<()> {
        let first = self.segment * SEGMENT_RECORDS + (groups.start * GROUP) as u64;
        let (from, end) = (self.footer.group_start(groups.start), self.footer.group_start(groups.end));
        walk(file, chain, first, from, end, &mut |record| Ok(visit(record)))?;
        Ok(())
    }
}

/// What groups say of the vault.
#[derive(Default)]
struct Committed {
    leaves: Vec<LeafHash>,
    /// The last record with commitments.
    last: Option<u64>,
    /// A newer writer's record, which may have some too.
    unreadable: Option<StoreError>,
}

impl Committed {
    fn read(tail: &Tail, file: &dyn DiskFile, key: &RecordKey, groups: Range<usize>) -> io::Result<Self> {
        let mut found = Self::default();
        tail.walk_groups(file, Chain { key, trusted_below: u64::MAX }, groups, &mut |record| {
            found.leaves.push(leaf_hash(record.hash.as_bytes()));
            match record.view {
                Ok(view) if !view.commitments.is_empty() => found.last = Some(record.index),
                Ok(_) => {}
                Err(source) => found.unreadable = Some(StoreError::Record { index: record.index, source }),
            }
            Go::On
        })?;
        Ok(found)
    }

    fn last(self) -> Result<Option<u64>, StoreError> {
        self.unreadable.map_or(Ok(self.last), Err)
    }
}
