//! A sealed segment's footer: where its records lie and the upper hashes of their tree (FORMAT.md section 3).

use docket_proof::{Frontier, LeafHash, NodeHash, RecordHash, RecordKey, RootHash, leaf_hash, subtree_root};
use rayon::prelude::*;

use crate::files::{SEGMENT_HEADER_LEN, SEGMENT_RECORDS};

/// Leaves under one level-8 hash.
pub(crate) const GROUP: usize = 256;
/// Length of a footer.
pub(crate) const FOOTER_LEN: usize = 272_464;

const MAGIC: &[u8; 8] = b"DOCKETFT";
/// Groups below which waking other threads takes longer than hashing.
const MIN_PARALLEL_GROUPS: usize = 16;
/// Where the parts stand in the footer.
pub(crate) const RELATIVE_AT: u64 = 16;
pub(crate) const BASE_AT: u64 = RELATIVE_AT + SEGMENT_RECORDS * 4;
pub(crate) const LEVEL8_AT: u64 = BASE_AT + 256 * 8;
pub(crate) const LEVEL16_AT: u64 = LEVEL8_AT + 256 * 32;
#[cfg(test)]
const CHECK_AT: usize = FOOTER_LEN - 32;

/// Gathers, record by record, what a segment's footer will say. The same code builds and checks footers.
#[derive(Clone, Debug)]
pub(crate) struct FooterBuilder {
    /// Groups at the segment's front that were passed: what is known of them are their starts and their hashes.
    passed: usize,
    /// Of the records behind these.
    relative: Vec<u32>,
    base: Vec<u64>,
    level8: Vec<NodeHash>,
    /// The tree over the full groups.
    upper: Frontier,
    /// The tree over the group that is not full yet.
    group: Frontier,
    /// Hashes that the trees do not have yet, where they are to be built only when they are asked for.
    deferred: Option<Vec<RecordHash>>,
    end: u64,
}

impl FooterBuilder {
    pub(crate) fn new() -> Self {
        Self {
            passed: 0,
            relative: Vec::new(),
            base: Vec::new(),
            level8: Vec::new(),
            upper: Frontier::new(),
            group: Frontier::new(),
            deferred: None,
            end: SEGMENT_HEADER_LEN as u64,
        }
    }

    /// Begins without trees: who only looks records up does not pay for hashing a segment. Room is taken at once: a
    /// segment is followed to its end before anything else is done.
    pub(crate) fn deferring() -> Self {
        const RECORDS: usize = GROUP * GROUP;
        let (relative, deferred) = (Vec::with_capacity(RECORDS), Some(Vec::with_capacity(RECORDS)));
        Self { relative, deferred, ..Self::new() }
    }

    /// Begins behind full groups, without trees: their records are neither read nor hashed.
    pub(crate) fn behind(groups: &[Group]) -> Self {
        let mut builder = Self { passed: groups.len(), deferred: Some(Vec::new()), ..Self::new() };
        for group in groups {
            builder.base.push(builder.end);
            builder.level8.push(group.hash);
            builder.end = group.end;
        }
        builder
    }

    /// Builds the trees that were put off. Full groups do not depend on each other, so all cores hash them.
    pub(crate) fn settle(&mut self) {
        let Some(deferred) = self.deferred.take() else { return };
        let (groups, rest) = deferred.as_chunks::<GROUP>();
        if groups.len() < MIN_PARALLEL_GROUPS {
            self.level8.extend(groups.iter().map(group_hash));
        } else {
            self.level8.par_extend(groups.par_iter().map(group_hash));
        }
        for node in &self.level8 {
            self.upper.push_subtree(8, *node).expect("groups are aligned");
        }
        rest.iter().for_each(|hash| self.push_leaf(hash));
    }

    /// Returns the root over `sealed` segments and the first `count` records here, before trees are built; `None`
    /// where there are not as many behind the groups passed.
    pub(crate) fn root_behind(&self, sealed: &[NodeHash], count: u64) -> Option<RootHash> {
        let rest = usize::try_from(count).ok()?.checked_sub(self.passed * GROUP)?;
        let rest = self.deferred.as_ref()?.get(..rest)?;
        let mut tree = Frontier::new();
        let passed = self.level8.iter().map(|node| (8, node));
        for (level, node) in sealed.iter().map(|node| (16, node)).chain(passed) {
            tree.push_subtree(level, *node).ok()?;
        }
        rest.iter().for_each(|hash| tree.push(leaf_hash(hash.as_bytes())));
        Some(tree.root())
    }

    /// Takes the next record, `stored_len` bytes with its hash.
    #[inline]
    pub(crate) fn push(&mut self, stored_len: usize, hash: &RecordHash) {
        self.place(stored_len);
        match &mut self.deferred {
            Some(deferred) => deferred.push(*hash),
            None => self.push_leaf(hash),
        }
    }

    #[inline]
    fn place(&mut self, stored_len: usize) {
        // Groups are passed as a whole, so that what is behind them starts with one.
        if self.relative.len().is_multiple_of(GROUP) {
            self.base.push(self.end);
        }
        let base = self.base.last().copied().unwrap_or(self.end);
        // 256 records of at most 69,664 bytes: 17 MiB.
        self.relative.push(u32::try_from(self.end - base).expect("a group is smaller than 4 GiB"));
        self.end += stored_len as u64;
    }

    #[inline]
    fn push_leaf(&mut self, hash: &RecordHash) {
        self.group.push(leaf_hash(hash.as_bytes()));
        if self.group.size() == GROUP as u64 {
            if let (_, [node]) = self.group.parts() {
                self.level8.push(*node);
                self.upper.push_subtree(8, *node).expect("groups are aligned");
            }
            self.group = Frontier::new();
        }
    }

    /// Returns the hashes of the complete subtrees of the records taken, the largest first, with their levels.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (u8, NodeHash)> + '_ {
        leveled(&self.upper).chain(leveled(&self.group))
    }

    /// Returns how many records were taken, those of the groups passed too.
    pub(crate) fn count(&self) -> u64 {
        self.passed() + self.relative.len() as u64
    }

    /// Returns how many records the groups passed have.
    pub(crate) fn passed(&self) -> u64 {
        (self.passed * GROUP) as u64
    }

    /// Takes the lengths of all records of the groups passed, as they are stored, and says whether the group behind
    /// starts where they end.
    pub(crate) fn fill_in(&mut self, stored_lens: &[usize]) -> bool {
        let mut filled = Self::new();
        stored_lens.iter().for_each(|len| filled.place(*len));
        if filled.count() != self.passed() || self.group_start(self.passed) != filled.end {
            return false;
        }
        filled.base.extend(self.base.iter().skip(self.passed));
        filled.relative.append(&mut self.relative);
        (self.passed, self.base, self.relative) = (0, filled.base, filled.relative);
        true
    }

    /// Returns the full groups.
    pub(crate) fn groups(&self) -> Vec<Group> {
        let ends = (1..).map(|next| self.group_start(next));
        self.level8.iter().zip(ends).map(|(hash, end)| Group { hash: *hash, end }).collect()
    }

    /// Returns where a group starts, or would.
    pub(crate) fn group_start(&self, group: usize) -> u64 {
        self.base.get(group).copied().unwrap_or(self.end)
    }

    /// Returns where the last record ends.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    pub(crate) fn is_full(&self) -> bool {
        self.count() == SEGMENT_RECORDS
    }

    /// Returns the offset of the record with this number in the segment; `None` where there is none, or its group was
    /// passed.
    pub(crate) fn offset(&self, number: usize) -> Option<u64> {
        let behind = number.checked_sub(self.passed * GROUP)?;
        Some(self.base.get(number / GROUP)? + u64::from(*self.relative.get(behind)?))
    }

    /// Returns the hashes of the full groups.
    pub(crate) fn level8(&self) -> &[NodeHash] {
        &self.level8
    }

    /// Returns the footer of a full segment, and its level-16 hash.
    pub(crate) fn finish(&self, segment: u64, key: &RecordKey) -> (Vec<u8>, NodeHash) {
        assert!(
            self.is_full() && self.passed == 0,
            "only full segments are sealed, with all that is in them"
        );
        let level16 = subtree_root(&self.level8).expect("256 groups");
        let mut out = Vec::with_capacity(FOOTER_LEN);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&u32::try_from(segment).expect("eight digits").to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        self.relative.iter().for_each(|offset| out.extend_from_slice(&offset.to_le_bytes()));
        self.base.iter().for_each(|offset| out.extend_from_slice(&offset.to_le_bytes()));
        self.level8.iter().for_each(|hash| out.extend_from_slice(hash.as_bytes()));
        out.extend_from_slice(level16.as_bytes());
        let check = key.hash_bytes(&out);
        out.extend_from_slice(&check);
        (out, level16)
    }
}

/// What is known of a full group whose records are not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    /// Its level-8 hash.
    pub(crate) hash: NodeHash,
    /// Where in the file it ends.
    pub(crate) end: u64,
}

/// Returns the level-8 hash of a full group.
pub(crate) fn group_hash(group: &[RecordHash; GROUP]) -> NodeHash {
    let leaves: [LeafHash; GROUP] = group.each_ref().map(|hash| leaf_hash(hash.as_bytes()));
    subtree_root(&leaves).expect("256 leaves")
}

/// The parts of a tree with their levels: one for each set bit of its size, the highest first.
fn leveled(tree: &Frontier) -> impl Iterator<Item = (u8, NodeHash)> + '_ {
    let (size, nodes) = tree.parts();
    let levels = (0..=16_u8).rev().filter(move |level| size >> level & 1 == 1);
    levels.zip(nodes.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_fill_the_footer() {
        assert_eq!(LEVEL16_AT + 32, CHECK_AT as u64);
        assert_eq!((BASE_AT, LEVEL8_AT, LEVEL16_AT), (262_160, 264_208, 272_400));
    }

    #[test]
    fn a_footer_says_where_records_start_and_what_the_tree_is() {
        let key = RecordKey::new(&RecordHash::from_bytes([1; 32]));
        let mut builder = FooterBuilder::new();
        let mut tree = Frontier::new();
        for number in 0..SEGMENT_RECORDS {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&number.to_le_bytes());
            builder.push(100 + usize::try_from(number % 7).unwrap(), &RecordHash::from_bytes(hash));
            tree.push(leaf_hash(&hash));
            if number % 1000 == 0 {
                let mut from_parts = Frontier::new();
                builder.parts().for_each(|(level, node)| from_parts.push_subtree(level, node).unwrap());
                assert_eq!(from_parts.root(), tree.root(), "{number}");
            }
        }
        let (footer, level16) = builder.finish(3, &key);
        assert_eq!(footer.len(), FOOTER_LEN);
        assert_eq!(tree.root(), level16.into());
        assert_eq!(footer[CHECK_AT..], key.hash_bytes(&footer[..CHECK_AT]));
        assert_eq!(builder.offset(0), Some(96));
        assert_eq!(builder.offset(256), Some(96 + (0..256).map(|n| 100 + n % 7).sum::<u64>()));
    }

    #[test]
    fn trees_that_were_put_off_are_the_same_trees() {
        let many = MIN_PARALLEL_GROUPS * GROUP;
        for count in [0, 1, GROUP - 1, GROUP, GROUP + 1, many - 1, many + 3] {
            let (mut at_once, mut put_off) = (FooterBuilder::new(), FooterBuilder::deferring());
            let push = |builder: &mut FooterBuilder, number: usize| {
                let mut hash = [0; 32];
                hash[..8].copy_from_slice(&(number as u64).to_le_bytes());
                builder.push(100 + number % 7, &RecordHash::from_bytes(hash));
            };
            for number in 0..count {
                push(&mut at_once, number);
                push(&mut put_off, number);
            }
            put_off.settle();
            // It goes on like any other, and has nothing left to settle.
            for number in count..count + GROUP {
                push(&mut at_once, number);
                push(&mut put_off, number);
                put_off.settle();
            }
            assert!(at_once.parts().eq(put_off.parts()), "{count}");
            assert_eq!(at_once.level8(), put_off.level8(), "{count}");
        }
    }
}
