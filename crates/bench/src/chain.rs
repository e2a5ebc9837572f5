//! docket's chain and tree, computed beside whatever keeps the records.
//!
//! SQLite is given these, and they are what docket's own are compared with: the same batches at the same times under
//! the same blinds make the same records, so every hash must be the same.

use docket_log::{Entropy, HeadTable};
use docket_proof::{
    Frontier, NodeHash, RecordDraft, RecordHash, RecordIndex, RecordKey, RootHash, StreamRef, leaf_hash,
};

use crate::{Fallible, ours::Blinds, source::Timed};

/// Levels of the subtrees that are kept: 256 leaves, as docket keeps them in its segments.
pub(crate) const LEVEL: u8 = 8;
pub(crate) const GROUP: u64 = 1 << LEVEL;

/// The last hash and the tree so far.
pub(crate) struct Chain {
    key: RecordKey,
    size: u64,
    head: RecordHash,
    tree: Tree,
    heads: HeadTable,
    blinds: Blinds,
    /// The hash before and a record, one behind the other.
    scratch: Vec<u8>,
}

/// One record as it is to be kept.
pub(crate) struct Link<'a> {
    pub(crate) index: u64,
    pub(crate) record: &'a [u8],
    pub(crate) hash: &'a RecordHash,
    /// The subtree that it completes.
    pub(crate) subtree: Option<NodeHash>,
}

/// What two stores that keep the same must agree in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct State {
    pub(crate) size: u64,
    pub(crate) head: RecordHash,
    pub(crate) root: RootHash,
}

impl Chain {
    /// Begins behind record 0 of a ledger.
    pub(crate) fn new(genesis: &RecordHash) -> Fallible<Self> {
        let mut heads = HeadTable::new();
        heads.advance(StreamRef::SYSTEM, 0, None, RecordIndex(0))?;
        let mut tree = Tree::default();
        tree.push(genesis)?;
        let (key, scratch) = (RecordKey::new(genesis), Vec::new());
        Ok(Self { key, size: 1, head: *genesis, tree, heads, blinds: Blinds::new(), scratch })
    }

    pub(crate) fn key(&self) -> RecordKey {
        self.key
    }

    pub(crate) fn head(&self) -> RecordHash {
        self.head
    }

    /// Puts the records of a batch behind the last one.
    pub(crate) fn extend(
        &mut self,
        timed: &Timed,
        mut each: impl FnMut(Link<'_>) -> Fallible<()>,
    ) -> Fallible<()> {
        let durable = self.size;
        let last = timed.batch.records.len() - 1;
        for (number, record) in timed.batch.records.iter().enumerate() {
            let head = self.heads.get(record.stream);
            let (position, previous) = head.map_or((0, None), |head| (head.position + 1, Some(head.last)));
            self.heads.advance(record.stream, position, previous, RecordIndex(self.size))?;
            let mut blind = [0; 16];
            self.blinds.fill(&mut blind);
            self.scratch.clear();
            self.scratch.extend_from_slice(self.head.as_bytes());
            let draft = RecordDraft {
                is_signed: false,
                signature: None,
                index: RecordIndex(self.size),
                recorded_at: timed.at,
                occurred_at: record.occurred_at,
                precision: record.precision,
                actor: timed.batch.actor,
                stream: record.stream,
                position,
                previous,
                event_type: record.event_type,
                schema_version: record.schema_version,
                held: false,
                blind,
                command_id: (number == 0).then_some(timed.batch.command_id),
                vault_offset: 0,
                commitments: &[],
                body: &record.body,
                durable_to: (number == last).then_some(durable),
            };
            draft.encode(&mut self.scratch);
            self.head = self.key.hash_chained(&self.scratch);
            let subtree = self.tree.push(&self.head)?;
            let record = self.scratch.get(self.head.as_bytes().len()..).unwrap_or_default();
            each(Link { index: self.size, record, hash: &self.head, subtree })?;
            self.size += 1;
        }
        Ok(())
    }

    /// Returns what it has come to.
    pub(crate) fn state(&self) -> Fallible<State> {
        Ok(State { size: self.size, head: self.head, root: self.tree.root()? })
    }
}

/// A tree over record hashes whose subtrees of 256 leaves come out as they are completed.
#[derive(Default)]
pub(crate) struct Tree {
    whole: Frontier,
    group: Frontier,
}

impl Tree {
    /// Appends a record hash, and returns the subtree that it completes.
    pub(crate) fn push(&mut self, hash: &RecordHash) -> Fallible<Option<NodeHash>> {
        self.group.push(leaf_hash(hash.as_bytes()));
        if self.group.size() < GROUP {
            return Ok(None);
        }
        let group = std::mem::take(&mut self.group);
        let node = *group.parts().1.first().ok_or("256 leaves are one subtree")?;
        self.whole.push_subtree(LEVEL, node)?;
        Ok(Some(node))
    }

    /// Appends a whole subtree of 256 leaves.
    pub(crate) fn push_group(&mut self, node: NodeHash) -> Fallible<()> {
        Ok(self.whole.push_subtree(LEVEL, node)?)
    }

    /// Takes over the leaves behind another's last whole group.
    pub(crate) fn take_rest(&mut self, other: Self) {
        self.group = other.group;
    }

    pub(crate) fn root(&self) -> Fallible<RootHash> {
        let mut all = self.whole.clone();
        let (size, nodes) = self.group.parts();
        // One subtree for each set bit of the size, the largest first.
        let levels = (0..LEVEL).rev().filter(|level| size >> level & 1 == 1);
        for (level, node) in levels.zip(nodes) {
            all.push_subtree(level, *node)?;
        }
        Ok(all.root())
    }
}
