//! States in arrays by dense id, in pages that can be loaded one by one and written back when they changed.

mod page;

use std::{borrow::Cow, ops::Range, sync::mpsc, thread};

use serde::{Serialize, de::DeserializeOwned};

use crate::index::{Index, IndexError, PAGE_ITEMS, PageKey};

use page::Page;

/// Pages below which another thread would hardly have begun.
const MIN_ON_TWO_THREADS: usize = 64;
/// Pages that are read before they are taken apart, at most.
const AHEAD: usize = 32;

/// One kind's states, `N` a page. A table without an index behind it simply holds all of them.
#[derive(Clone, Debug)]
pub(crate) struct Table<T, const N: usize = PAGE_ITEMS> {
    pages: Vec<Option<Page<T>>>,
    len: u64,
    /// How many of them the index held when this began.
    stored: u64,
}

impl<T, const N: usize> Default for Table<T, N> {
    fn default() -> Self {
        Self { pages: Vec::new(), len: 0, stored: 0 }
    }
}

impl<T, const N: usize> Table<T, N> {
    /// Begins with `len` items that lie in an index, none of them loaded.
    pub(crate) fn with_len(len: u64) -> Self {
        Self { pages: Vec::new(), len, stored: len }
    }

    /// Returns how many pages there are, up to the last that is loaded.
    pub(crate) fn pages(&self) -> usize {
        self.pages.len()
    }

    /// Returns how many items there are, loaded or not.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Returns the page of an id and its place there.
    #[inline]
    fn place(id: u64) -> Option<(usize, usize)> {
        let offset = usize::try_from(id.checked_sub(1)?).ok()?;
        Some((offset / N, offset % N))
    }
}

impl<T: DeserializeOwned, const N: usize> Table<T, N> {
    /// Returns an item; `None` where there is none or its page is not loaded.
    #[inline]
    pub(crate) fn get(&self, id: u64) -> Option<&T> {
        let (page, item) = Self::place(id)?;
        self.pages.get(page)?.as_ref()?.items().get(item)
    }

    /// Returns an item to be changed.
    #[inline]
    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        let (page, item) = Self::place(id)?;
        self.pages.get_mut(page)?.as_mut()?.items_mut().get_mut(item)
    }

    /// Adds an item behind the last. The last page must be loaded, if it is not full.
    pub(crate) fn push(&mut self, item: T) {
        let Some((page, place)) = Self::place(self.len + 1) else { return };
        debug_assert!(
            place == 0 || self.pages.get(page).is_some_and(Option::is_some),
            "the last page is loaded before it grows"
        );
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, || None);
        }
        if let Some(slot) = self.pages.get_mut(page) {
            slot.get_or_insert_with(|| Page::new(N)).items_mut().push(item);
            self.len += 1;
        }
    }

    /// Returns how many items the index holds of a page that is not loaded; 0 where there is nothing to load.
    fn unloaded(&self, page: usize) -> u64 {
        if self.pages.get(page).is_some_and(Option::is_some) {
            return 0;
        }
        self.stored.saturating_sub(page as u64 * N as u64).min(N as u64)
    }

    fn put(&mut self, page: usize, items: Vec<T>) {
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, || None);
        }
        if let Some(slot) = self.pages.get_mut(page) {
            *slot = Some(Page::stored(items));
        }
    }
}

impl<T: DeserializeOwned + Clone, const N: usize> Table<T, N> {
    /// Iterates over the loaded items in the order of their ids. What is packed is taken apart on the way, and stays packed.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, Cow<'_, T>)> {
        self.iter_in(0..self.pages())
    }

    /// As [`iter`](Self::iter), over some pages.
    pub(crate) fn iter_in(&self, pages: Range<usize>) -> impl Iterator<Item = (u64, Cow<'_, T>)> {
        let first = pages.start as u64;
        (first..).zip(self.pages.get(pages).unwrap_or_default()).flat_map(|(number, page)| {
            let first = number * N as u64 + 1;
            (first..).zip(page.iter().flat_map(Page::read))
        })
    }
}

impl<T: DeserializeOwned + Clone, const N: usize> Table<T, N> {
    /// Returns how many pages all items take, loaded or not.
    pub(crate) fn all_pages(&self) -> usize {
        usize::try_from(self.len.div_ceil(N as u64)).unwrap_or(usize::MAX)
    }

    /// Shows the items of a page. One that is not loaded is read, and not kept.
    ///
    /// # Errors
    /// When what is read is not that page.
    pub(crate) fn show_page<R>(
        &self,
        page: usize,
        read: impl FnOnce() -> Result<Vec<u8>, IndexError>,
        show: impl FnOnce(&mut dyn Iterator<Item = (u64, Cow<'_, T>)>) -> R,
    ) -> Result<R, IndexError> {
        let first = page as u64 * N as u64 + 1;
        match self.unloaded(page) {
            0 => Ok(show(&mut self.iter_in(page..page + 1))),
            expected => {
                let items = Page::decode(&read()?, expected)?;
                Ok(show(&mut (first..).zip(items.iter().map(Cow::Borrowed))))
            }
        }
    }
}

/// Which pages of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pages {
    /// All that are loaded.
    Loaded,
    /// Those of them that the index does not hold as they are.
    Changed,
}

/// What a table does for an index, whatever it holds.
pub(crate) trait Paged {
    /// Begins with `len` items that lie in an index, none of them loaded.
    fn begin_with(&mut self, len: u64);

    /// Makes sure that the page of an id is loaded, where the index holds it.
    ///
    /// # Errors
    /// When the index does not hold what it said that it holds.
    fn load(&mut self, index: &Index, family: u8, kind: u16, id: u64) -> Result<(), IndexError>;

    /// Loads the page that the next new item goes to.
    fn load_end(&mut self, index: &Index, family: u8, kind: u16) -> Result<(), IndexError>;

    /// Loads every page.
    fn load_all(&mut self, index: &Index, family: u8, kind: u16) -> Result<(), IndexError>;

    /// Returns the numbers of the pages that are loaded, or of those of them that changed.
    fn page_numbers(&self, which: Pages) -> Vec<u64>;

    /// Returns the bytes of a page, if it is loaded.
    fn page(&self, number: u64) -> Option<Vec<u8>>;

    /// Takes all pages for unchanged: the index holds them.
    fn settle(&mut self);

    /// Packs pages that nothing changed for long. To be called now and then, and as often for as many changes.
    fn rest(&mut self);
}

impl<T: Serialize + DeserializeOwned + Send, const N: usize> Table<T, N> {
    /// Loads pages, each with as many items as it must have. Of many, another thread takes apart what the index says,
    /// while this one asks it for more.
    fn load_pages(
        &mut self,
        pages: &[(usize, u64)],
        read: &dyn Fn(u64) -> Result<Vec<u8>, IndexError>,
    ) -> Result<(), IndexError> {
        let decoded: Vec<_> = thread::scope(|scope| {
            let (sender, raw) = mpsc::sync_channel::<(Vec<u8>, u64)>(AHEAD);
            let decode = move || {
                raw.into_iter().map(|(bytes, expected)| Page::decode(&bytes, expected)).collect::<Vec<_>>()
            };
            let is_worth_it = pages.len() >= MIN_ON_TWO_THREADS;
            let helper =
                is_worth_it.then(|| thread::Builder::new().spawn_scoped(scope, decode).ok()).flatten();
            let Some(helper) = helper else {
                return pages.iter().map(|&(page, items)| Page::decode(&read(page as u64)?, items)).collect();
            };
            let asked = pages.iter().try_for_each(|&(page, items)| {
                // A thread that is gone has panicked, which is told below.
                read(page as u64).map(|bytes| drop(sender.send((bytes, items))))
            });
            drop(sender);
            let decoded = helper.join().map_err(|_| IndexError::Damaged("a page cannot be read"))?;
            asked?;
            decoded.into_iter().collect::<Result<Vec<_>, _>>()
        })?;
        for (&(page, _), items) in pages.iter().zip(decoded) {
            self.put(page, items);
        }
        Ok(())
    }
}

/// Returns a page's bytes, which the index is to hold.
pub(crate) fn read_page(index: &Index, key: PageKey) -> Result<Vec<u8>, IndexError> {
    index.page(key)?.ok_or(IndexError::Damaged("a page is missing"))
}

impl<T: Serialize + DeserializeOwned + Send, const N: usize> Paged for Table<T, N> {
    fn begin_with(&mut self, len: u64) {
        *self = Self::with_len(len);
    }

    fn load(&mut self, index: &Index, family: u8, kind: u16, id: u64) -> Result<(), IndexError> {
        let Some((page, _)) = Self::place(id) else { return Ok(()) };
        match self.unloaded(page) {
            0 => {}
            expected => {
                let bytes = read_page(index, PageKey { family, kind, number: page as u64 })?;
                self.put(page, Page::decode(&bytes, expected)?);
            }
        }
        Ok(())
    }

    fn load_end(&mut self, index: &Index, family: u8, kind: u16) -> Result<(), IndexError> {
        self.load(index, family, kind, self.len + 1)
    }

    fn load_all(&mut self, index: &Index, family: u8, kind: u16) -> Result<(), IndexError> {
        let pages = usize::try_from(self.stored.div_ceil(N as u64)).unwrap_or(usize::MAX);
        let missing: Vec<_> =
            (0..pages).map(|page| (page, self.unloaded(page))).filter(|(_, items)| *items > 0).collect();
        let read = |number| read_page(index, PageKey { family, kind, number });
        self.load_pages(&missing, &read)
    }

    fn page_numbers(&self, which: Pages) -> Vec<u64> {
        let pages = (0_u64..).zip(&self.pages);
        let is_asked = |page: &Page<T>| which == Pages::Loaded || page.is_dirty;
        pages.filter(|(_, page)| page.as_ref().is_some_and(is_asked)).map(|(number, _)| number).collect()
    }

    fn page(&self, number: u64) -> Option<Vec<u8>> {
        let page = self.pages.get(usize::try_from(number).ok()?)?.as_ref()?;
        Some(page.bytes().into_owned())
    }

    fn settle(&mut self) {
        self.pages.iter_mut().flatten().for_each(|page| page.is_dirty = false);
    }

    fn rest(&mut self) {
        self.pages.iter_mut().flatten().for_each(|page| page.rest(N));
    }
}
