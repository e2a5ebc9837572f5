//! Command ids, for idempotency: sorted pages, each named by the smallest id it may hold.
//!
//! Ids of imports are hashes, so they have no dense numbers; a page splits when it is full, as in a B-tree's leaves.

use std::collections::BTreeMap;

use docket_proof::RecordIndex;

use super::{
    contained::{Index, IndexError},
    storing::Storing,
};

/// Bytes of an id and the index of its batch's first record.
const ENTRY_LEN: usize = 24;
/// Entries of a page at most.
const MAX_ENTRIES: usize = 512;
/// Entries at most of a page that comes from a split.
const SPLIT_ENTRIES: usize = 384;

/// A command's id.
pub type CommandId = [u8; 16];

impl Index {
    /// Returns the first record of the batch that a command appended, if it did.
    pub(crate) fn find_command(&self, id: &CommandId) -> Result<Option<RecordIndex>, IndexError> {
        let Some((_, page)) = self.ids_page_at(id)? else { return Ok(None) };
        Ok(entries(&page).find(|(found, _)| *found == id).map(|(_, index)| index))
    }

    /// Stores the pages that change when `new` ids are added.
    pub(crate) fn store_commands(
        &mut self,
        new: &BTreeMap<CommandId, RecordIndex>,
        storing: &mut Storing,
    ) -> Result<(), IndexError> {
        let mut left = new.iter().peekable();
        while let Some((first, _)) = left.peek() {
            let (start, page) = self.ids_page_at(first)?.unwrap_or(([0; 16], Vec::new()));
            let end = self.next_ids_page(&start)?;
            let mut merged: BTreeMap<CommandId, RecordIndex> =
                entries(&page).map(|(id, index)| (*id, index)).collect();
            while let Some((id, first)) = left.next_if(|(id, _)| end.is_none_or(|end| **id < end)) {
                // The first of two batches under one id counts.
                merged.entry(*id).or_insert(*first);
            }
            let merged: Vec<_> = merged.into_iter().collect();
            // A full page is divided evenly, with room in each part.
            let parts = if merged.len() > MAX_ENTRIES { merged.len().div_ceil(SPLIT_ENTRIES) } else { 1 };
            for (number, chunk) in merged.chunks(merged.len().div_ceil(parts)).enumerate() {
                let key = match chunk.first() {
                    Some((id, _)) if number > 0 => *id,
                    _ => start,
                };
                let bytes = chunk
                    .iter()
                    .flat_map(|(id, RecordIndex(index))| id.iter().copied().chain(index.to_le_bytes()));
                // Whether it is stored already or not, the next page is found: it begins behind all of these.
                storing.ids(self, &key, bytes.collect())?;
            }
        }
        Ok(())
    }
}

/// Says whether a page is one of whole entries.
pub(crate) fn is_ids_page(page: &[u8]) -> bool {
    !page.is_empty() && page.len().is_multiple_of(ENTRY_LEN)
}

/// Iterates over the entries of a page.
pub(crate) fn entries(page: &[u8]) -> impl Iterator<Item = (&CommandId, RecordIndex)> {
    page.as_chunks::<ENTRY_LEN>().0.iter().filter_map(|entry| {
        let (id, index) = entry.split_first_chunk::<16>()?;
        Some((id, RecordIndex(u64::from_le_bytes(index.try_into().ok()?))))
    })
}
