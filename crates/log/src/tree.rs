//! Serves the Merkle tree's hashes from the log's files: sealed segments by their footers, the last one by what its
//! footer will say. A proof reads a few kilobytes.

use std::{io, ops::Range};

use docket_proof::{LeafHash, NodeHash, NodeSource, leaf_hash, subtree_root};

use crate::{
    disk::{Disk, DiskFile},
    error::{Doing, StoreError},
    files::{Family, SEGMENT_HEADER_LEN, SEGMENT_RECORDS},
    footer::{BASE_AT, FOOTER_LEN, FooterBuilder, GROUP, LEVEL8_AT},
    frames::{FrameWalk, Step},
};

/// The tree over a log's sealed segments and the one behind them.
pub(crate) struct LogTree<'a> {
    pub(crate) disk: &'a dyn Disk,
    /// Level-16 hashes.
    pub(crate) sealed: &'a [NodeHash],
    pub(crate) footer: &'a FooterBuilder,
}

const LEVEL_GROUP: u8 = 8;
const LEVEL_SEGMENT: u8 = 16;

impl NodeSource for LogTree<'_> {
    type Error = StoreError;

    fn node(&self, level: u8, index: u64) -> Result<NodeHash, StoreError> {
        let first = index << level;
        let missing = || StoreError::NoSuchRecord {
            index: first + (1 << level) - 1,
            size: self.sealed.len() as u64 * SEGMENT_RECORDS + self.footer.count(),
        };
        let nodes: Vec<NodeHash> = if level >= LEVEL_SEGMENT {
            slice(self.sealed, index << (level - LEVEL_SEGMENT), 1 << (level - LEVEL_SEGMENT)).to_vec()
        } else {
            let (segment, within) = (first / SEGMENT_RECORDS, first % SEGMENT_RECORDS);
            if level >= LEVEL_GROUP {
                self.groups(segment, within >> LEVEL_GROUP, 1 << (level - LEVEL_GROUP))?
            } else {
                let leaves = self.leaves(segment, within / GROUP as u64)?;
                slice(&leaves, within % GROUP as u64, 1 << level).iter().map(|leaf| (*leaf).into()).collect()
            }
        };
        subtree_root(&nodes).ok_or_else(missing)
    }
}

/// Reads the leaves of at most a group in a range of a segment file, behind the first `before` records in it.
fn read_leaves(file: &dyn DiskFile, range: Range<u64>, before: usize) -> io::Result<Vec<LeafHash>> {
    let mut frames = FrameWalk::new(file, range.start, range.end);
    let mut leaves = Vec::with_capacity(GROUP);
    let mut number = 0;
    while leaves.len() < GROUP {
        let Step::Frame { frame, .. } = frames.next()? else { break };
        if number >= before {
            leaves.push(leaf_hash(frame.stored_hash.as_bytes()));
        }
        number += 1;
    }
    Ok(leaves)
}

/// Returns `count` items from `from`, or nothing where they are not all there.
fn slice<T>(items: &[T], from: u64, count: u64) -> &[T] {
    let range = (|| Some(usize::try_from(from).ok()?..usize::try_from(from.checked_add(count)?).ok()?))();
    range.and_then(|range| items.get(range)).unwrap_or_default()
}

impl LogTree<'_> {
    fn is_sealed(&self, segment: u64) -> bool {
        segment < self.sealed.len() as u64
    }

    /// Returns level-8 hashes of a segment.
    fn groups(&self, segment: u64, from: u64, count: u64) -> Result<Vec<NodeHash>, StoreError> {
        if !self.is_sealed(segment) {
            return Ok(slice(self.footer.level8(), from, count).to_vec());
        }
        let path = Family::Segment.path(segment);
        let mut bytes = vec![0; usize::try_from(count * 32).unwrap_or_default()];
        self.read_footer(&path, LEVEL8_AT + from * 32, &mut bytes)?;
        Ok(bytes.as_chunks::<32>().0.iter().map(|hash| NodeHash::from_bytes(*hash)).collect())
    }

    /// Returns the leaves of a group: all 256, or those there are in the last one.
    fn leaves(&self, segment: u64, group: u64) -> Result<Vec<LeafHash>, StoreError> {
        let path = Family::Segment.path(segment);
        let file = self.disk.open_read(&path).doing("open", &path)?;
        let Some((from, to)) = self.extent(file.as_ref(), segment, group).doing("read", &path)? else {
            return Ok(Vec::new());
        };
        let leaves = read_leaves(file.as_ref(), from..to, 0).doing("read", &path)?;
        if !self.is_sealed(segment) && group * (GROUP as u64) < self.footer.passed() {
            let hash = slice(self.footer.level8(), group, 1).first();
            if subtree_root(&leaves).as_ref() != hash {
                // It does not start where it was said to.
                let all = SEGMENT_HEADER_LEN as u64..self.footer.end();
                let before = usize::try_from(group).unwrap_or(usize::MAX).saturating_mul(GROUP);
                return read_leaves(file.as_ref(), all, before).doing("read", &path);
            }
        }
        Ok(leaves)
    }

    /// Returns where the records of a group begin and end, if it has one.
    fn extent(&self, file: &dyn DiskFile, segment: u64, group: u64) -> io::Result<Option<(u64, u64)>> {
        if !self.is_sealed(segment) {
            let start = |group: u64| self.footer.group_start(usize::try_from(group).unwrap_or(usize::MAX));
            let is_there = group * (GROUP as u64) < self.footer.count();
            return Ok(is_there.then(|| (start(group), start(group + 1))));
        }
        let footer = file.len()?.saturating_sub(FOOTER_LEN as u64);
        let start = |group: u64| {
            let mut base = [0; 8];
            file.read_exact_at(&mut base, footer + BASE_AT + group * 8)?;
            io::Result::Ok(u64::from_le_bytes(base))
        };
        let is_last = group + 1 == SEGMENT_RECORDS / GROUP as u64;
        Ok(Some((start(group)?, if is_last { footer } else { start(group + 1)? })))
    }

    fn read_footer(&self, path: &str, at: u64, bytes: &mut [u8]) -> Result<(), StoreError> {
        let file = self.disk.open_read(path).doing("open", path)?;
        let start = file.len().doing("measure", path)?.saturating_sub(FOOTER_LEN as u64);
        file.read_exact_at(bytes, start + at).doing("read", path)
    }
}
