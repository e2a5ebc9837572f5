//! Pages on their way into the index: all at once where they are few, some at a time where they are many.

use super::{
    changes::Changes,
    contained::{Index, IndexError, IndexMeta, ids_key},
    ids::CommandId,
    page::PageKey,
};

/// Pages that are stored at once at most.
const MAX_AT_ONCE: usize = 1_024;
/// Pages of a part, where there are more.
const PART_ITEMS: usize = 64;

/// A key, and what is stored under it.
pub(super) type Entry = (Vec<u8>, Vec<u8>);

/// Stores pages together with what they belong to: all of it or, after a crash, none.
///
/// Very many pages are stored in parts, so that no more of them are held than a part has. Until it says again what it
/// belongs to, the index then belongs to nothing: one that a crash stops on the way is built again.
///
/// Each part is flushed before the next: what sled rewrites on the way is free then and used again, and does not lie idle
/// in its file. Whatever lies idle there it overwrites at every opening.
#[derive(Default)]
pub(crate) struct Storing {
    held: Vec<Entry>,
    is_in_parts: bool,
}

impl Storing {
    /// Takes a page.
    ///
    /// # Errors
    /// When sled cannot store those before it. The index is then not to be used any more.
    pub(crate) fn page(&mut self, index: &mut Index, key: PageKey, page: Vec<u8>) -> Result<(), IndexError> {
        self.take(index, (key.bytes().to_vec(), page))
    }

    /// Takes a page of command ids, under the smallest that it may hold.
    ///
    /// # Errors
    /// As [`page`](Self::page).
    pub(crate) fn ids(
        &mut self,
        index: &mut Index,
        first: &CommandId,
        page: Vec<u8>,
    ) -> Result<(), IndexError> {
        self.take(index, (ids_key(first).to_vec(), page))
    }

    fn take(&mut self, index: &mut Index, entry: Entry) -> Result<(), IndexError> {
        self.held.push(entry);
        if !self.is_in_parts && self.held.len() > MAX_AT_ONCE {
            index.belong_to_nothing()?;
            self.is_in_parts = true;
        }
        if self.is_in_parts && self.held.len() >= PART_ITEMS {
            self.store_held(index)?;
        }
        Ok(())
    }

    /// Stores what is left, what the index belongs to from now on, and which pages changed.
    ///
    /// # Errors
    /// As [`page`](Self::page).
    pub(crate) fn finish(
        mut self,
        index: &mut Index,
        meta: IndexMeta,
        changes: &Changes,
    ) -> Result<(), IndexError> {
        if self.is_in_parts {
            self.store_held(index)?;
        }
        index.store(self.held, Some((meta, changes)))?;
        index.flush()
    }

    fn store_held(&mut self, index: &mut Index) -> Result<(), IndexError> {
        let mut held = std::mem::take(&mut self.held).into_iter().peekable();
        while held.peek().is_some() {
            index.store(held.by_ref().take(PART_ITEMS), None)?;
            index.flush()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use docket_proof::RecordHash;

    use super::*;

    const MANY: u64 = 3 * MAX_AT_ONCE as u64;

    fn pages(filling: u8) -> impl Iterator<Item = (PageKey, Vec<u8>)> {
        (0..MANY).map(move |number| (PageKey { family: 1, kind: 5, number }, vec![filling; 900]))
    }

    #[test]
    fn very_many_pages_are_stored_in_parts_and_belong_to_nothing_until_all_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let hash = RecordHash::from_bytes([7; 32]);
        for (size, filling) in [(10, 1), (20, 2)] {
            let mut index = Index::open(folder.path()).unwrap().index;
            let meta = IndexMeta::new(&hash, size, &hash, vec![(5, MANY)], 0);
            let mut storing = Storing::default();
            for (key, page) in pages(filling) {
                storing.page(&mut index, key, page).unwrap();
                assert!(storing.held.len() <= MAX_AT_ONCE);
            }
            storing.finish(&mut index, meta.clone(), &Changes::none_since(size)).unwrap();
            drop(index);
            let opened = Index::open(folder.path()).unwrap();
            assert_eq!((opened.index.meta(), opened.set_aside), (Some(&meta), None));
            for (key, page) in pages(filling) {
                assert_eq!(opened.index.page(key).unwrap(), Some(page));
            }
        }
        // Nobody comes to say what it belongs to.
        let mut index = Index::open(folder.path()).unwrap().index;
        let mut storing = Storing::default();
        for (key, page) in pages(3).take(MAX_AT_ONCE + 1) {
            storing.page(&mut index, key, page).unwrap();
        }
        drop(index);
        let opened = Index::open(folder.path()).unwrap();
        assert!(opened.set_aside.is_some(), "half an index is no index");
        assert_eq!(opened.index.meta(), None);
    }

    #[test]
    fn few_pages_are_stored_with_what_they_belong_to_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let hash = RecordHash::from_bytes([7; 32]);
        let mut index = Index::open(folder.path()).unwrap().index;
        let meta = IndexMeta::new(&hash, 10, &hash, vec![(5, MANY)], 0);
        let mut storing = Storing::default();
        let few = || pages(1).take(MAX_AT_ONCE);
        for (key, page) in few() {
            storing.page(&mut index, key, page).unwrap();
        }
        assert!(few().all(|(key, _)| index.page(key).unwrap().is_none()), "nothing yet");
        storing.finish(&mut index, meta.clone(), &Changes::none_since(10)).unwrap();
        assert!(few().all(|(key, page)| index.page(key).unwrap() == Some(page)));
        assert_eq!(index.meta(), Some(&meta));
    }
}
