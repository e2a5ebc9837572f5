//! A page of states: an array, or, while nothing happens to it, the bytes that the index would hold of it.

use std::{borrow::Cow, slice, sync::OnceLock, vec};

use serde::{Serialize, de::DeserializeOwned};

use crate::index::IndexError;

/// The longest page that is decoded, in bytes.
const MAX_PAGE_LEN: usize = 1 << 24;
/// Rests through which nothing changed a page before it is packed; twice as many each time that it was needed after all.
/// Officials never change for years, and are asked for all the time.
const IDLE_RESTS: u8 = 8;

/// Goes through the items of a page.
pub(super) enum Read<'a, T> {
    Held(slice::Iter<'a, T>),
    Unpacked(vec::IntoIter<T>),
}

impl<'a, T: Clone> Iterator for Read<'a, T> {
    type Item = Cow<'a, T>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Held(items) => items.next().map(Cow::Borrowed),
            Self::Unpacked(items) => items.next().map(Cow::Owned),
        }
    }
}

/// Some states in a row.
#[derive(Clone, Debug)]
pub(super) struct Page<T> {
    /// Not there while the page is packed and nobody asked for one of them since the last rest.
    items: OnceLock<Vec<T>>,
    /// Their bytes, from the moment they are packed until one of them changes.
    packed: Option<Box<[u8]>>,
    /// The index does not hold it as it is.
    pub(super) is_dirty: bool,
    /// Rests since it changed, or was unpacked.
    idle: u8,
    /// How many of them it takes until it is packed.
    patience: u8,
}

impl<T> Page<T> {
    /// Begins with nothing, and with room for a whole page: growing by halves, millions of pages would leave as much behind.
    pub(super) fn new(room: usize) -> Self {
        Self::with(Vec::with_capacity(room), true)
    }

    /// Holds what the index holds.
    pub(super) fn stored(items: Vec<T>) -> Self {
        Self::with(items, false)
    }

    fn with(items: Vec<T>, is_dirty: bool) -> Self {
        Self { items: items.into(), packed: None, is_dirty, idle: 0, patience: IDLE_RESTS }
    }
}

impl<T> Page<T> {
    /// Lets go of the packed bytes of a page that was needed.
    fn stay_unpacked(&mut self) {
        (self.packed, self.idle, self.patience) = (None, 0, self.patience.saturating_mul(2));
    }
}

impl<T: DeserializeOwned> Page<T> {
    /// Takes the bytes of a page apart.
    ///
    /// # Errors
    /// When they are not a page of so many items.
    pub(super) fn decode(bytes: &[u8], expected: u64) -> Result<Vec<T>, IndexError> {
        let config = bincode::config::standard().with_limit::<MAX_PAGE_LEN>();
        let (items, used): (Vec<T>, usize) = bincode::serde::decode_from_slice(bytes, config)
            .map_err(|_| IndexError::Damaged("a page cannot be read"))?;
        if used != bytes.len() || items.len() as u64 != expected {
            return Err(IndexError::Damaged("a page has the wrong length"));
        }
        Ok(items)
    }

    /// Takes the packed bytes apart.
    fn unpack(&self) -> Vec<T> {
        let bytes = self.packed.as_deref().unwrap_or_default();
        let (items, _) = bincode::serde::decode_from_slice(bytes, bincode::config::standard())
            .expect("only what was encoded here is packed");
        items
    }

    /// Returns the items. They stay unpacked for a while: who asks for one often asks for it again.
    #[inline]
    pub(super) fn items(&self) -> &[T] {
        self.items.get_or_init(|| self.unpack())
    }

    /// Returns the items to be changed.
    #[inline]
    pub(super) fn items_mut(&mut self) -> &mut Vec<T> {
        if self.items.get().is_none() {
            self.items = self.unpack().into();
        }
        if self.packed.is_some() {
            self.stay_unpacked();
        }
        (self.is_dirty, self.idle) = (true, 0);
        self.items.get_mut().expect("unpacked above")
    }
}

impl<T: DeserializeOwned + Clone> Page<T> {
    /// Returns the items to be read through once: what is packed stays so.
    pub(super) fn read(&self) -> Read<'_, T> {
        match self.items.get() {
            Some(items) => Read::Held(items.iter()),
            None => Read::Unpacked(self.unpack().into_iter()),
        }
    }
}

impl<T: Serialize> Page<T> {
    /// Returns its bytes.
    pub(super) fn bytes(&self) -> Cow<'_, [u8]> {
        self.packed.as_deref().map_or_else(|| Cow::Owned(self.encode()), Cow::Borrowed)
    }

    fn encode(&self) -> Vec<u8> {
        let items = self.items.get().map_or(&[][..], Vec::as_slice);
        bincode::serde::encode_to_vec(items, bincode::config::standard()).expect("states are plain data")
    }

    /// Packs it where nothing changed it for long, once it is full. To be called now and then.
    pub(super) fn rest(&mut self, full: usize) {
        if self.packed.is_some() {
            if self.items.get().is_some() {
                self.stay_unpacked();
            }
            return;
        }
        self.idle = self.idle.saturating_add(1);
        // What is not full will grow.
        let is_full = self.items.get().is_some_and(|items| items.len() == full);
        if is_full && self.idle >= self.patience {
            (self.packed, self.items) = (Some(self.encode().into()), OnceLock::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FULL: usize = 256;

    type Item = (u32, Option<String>);

    fn page(count: usize) -> (Vec<Item>, Page<Item>) {
        let items: Vec<Item> =
            (0..).map(|item| (item, (item % 3 == 0).then(|| "x".repeat(9)))).take(count).collect();
        let mut page = Page::new(FULL);
        page.items_mut().extend(items.iter().cloned());
        (items, page)
    }

    fn is_packed(page: &Page<Item>) -> bool {
        page.items.get().is_none()
    }

    fn read(page: &Page<Item>) -> Vec<Item> {
        page.read().map(Cow::into_owned).collect()
    }

    #[test]
    fn a_full_page_is_packed_once_nothing_changed_it_for_long() {
        let (mut items, mut page) = page(FULL);
        let bytes = page.bytes().into_owned();
        (1..IDLE_RESTS).for_each(|_| page.rest(FULL));
        assert!(!is_packed(&page));
        page.rest(FULL);
        assert!(is_packed(&page));
        assert_eq!((read(&page), page.bytes().into_owned()), (items.clone(), bytes));
        assert!(is_packed(&page), "reading it through leaves it packed");
        assert_eq!(page.items(), items);
        // It was needed after all: it takes twice as long.
        (0..2 * IDLE_RESTS).for_each(|_| page.rest(FULL));
        assert!(!is_packed(&page) && page.packed.is_none());
        page.rest(FULL);
        assert!(is_packed(&page));
        (items[7].0, page.items_mut()[7].0) = (99, 99);
        assert!(page.packed.is_none(), "its bytes are old");
        assert_eq!(read(&page), items);
        (1..4 * IDLE_RESTS).for_each(|_| page.rest(FULL));
        assert!(!is_packed(&page));
        page.rest(FULL);
        assert!(is_packed(&page));
        assert_eq!(read(&page), items);
    }

    #[test]
    fn a_page_that_will_grow_is_not_packed() {
        let (_, mut page) = page(FULL - 1);
        (0..=IDLE_RESTS).for_each(|_| page.rest(FULL));
        assert!(!is_packed(&page));
    }

    #[derive(Clone, Debug)]
    enum Act {
        Rest(u8),
        Look(usize),
        Change(usize, u32),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            (1..=2 * IDLE_RESTS).prop_map(Act::Rest),
            (0..FULL).prop_map(Act::Look),
            (0..FULL, any::<u32>()).prop_map(|(at, to)| Act::Change(at, to)),
        ]
    }

    proptest! {
        #[test]
        fn a_page_holds_what_an_array_would(acts in prop::collection::vec(act(), 0..40)) {
            let (mut items, mut page) = page(FULL);
            page.is_dirty = false;
            for act in acts {
                match act {
                    Act::Rest(times) => (0..times).for_each(|_| page.rest(FULL)),
                    Act::Look(at) => prop_assert_eq!(page.items().get(at), items.get(at)),
                    Act::Change(at, to) => {
                        (items[at].0, page.items_mut()[at].0) = (to, to);
                        prop_assert!(std::mem::take(&mut page.is_dirty));
                    }
                }
                prop_assert!(!page.is_dirty);
                prop_assert_eq!(&read(&page), &items);
                let plain = bincode::serde::encode_to_vec(&items, bincode::config::standard()).unwrap();
                prop_assert_eq!(page.bytes().into_owned(), plain);
            }
        }
    }
}
