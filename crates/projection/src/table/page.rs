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

/// Some states in a row. No larger than an array and a word beside: there are tens of thousands, asked for in no order.
#[derive(Clone, Debug)]
pub(super) struct Page<T> {
    body: Body<T>,
    /// The index does not hold it as it is.
    pub(super) is_dirty: bool,
    /// Rests since it changed, or was unpacked.
    idle: u8,
    /// How many of them it takes until it is packed.
    patience: u8,
}

#[derive(Clone, Debug)]
enum Body<T> {
    Held(Vec<T>),
    Packed(Box<Packed<T>>),
}

/// The bytes of a page.
#[derive(Clone, Debug)]
struct Packed<T> {
    bytes: Box<[u8]>,
    /// What they say, where somebody asked for one of them since the last rest.
    items: OnceLock<Vec<T>>,
}

impl<T: DeserializeOwned> Packed<T> {
    fn unpack(&self) -> Vec<T> {
        let (items, _) = bincode::serde::decode_from_slice(&self.bytes, bincode::config::standard())
            .expect("only what was encoded here is packed");
        items
    }
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
        Self { body: Body::Held(items), is_dirty, idle: 0, patience: IDLE_RESTS }
    }

    /// Lets go of the packed bytes of a page that was needed.
    fn hold(&mut self, items: Vec<T>) {
        (self.body, self.idle, self.patience) = (Body::Held(items), 0, self.patience.saturating_mul(2));
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

    /// Returns the items. They stay unpacked for a while: who asks for one often asks for it again.
    #[inline]
    pub(super) fn items(&self) -> &[T] {
        match &self.body {
            Body::Held(items) => items,
            Body::Packed(packed) => packed.items.get_or_init(|| packed.unpack()),
        }
    }

    /// Returns the items to be changed.
    #[inline]
    pub(super) fn items_mut(&mut self) -> &mut Vec<T> {
        if let Body::Packed(packed) = &mut self.body {
            let items = packed.items.take().unwrap_or_else(|| packed.unpack());
            self.hold(items);
        }
        (self.is_dirty, self.idle) = (true, 0);
        let Body::Held(items) = &mut self.body else { unreachable!("it was unpacked") };
        items
    }

    /// Returns the items to be read through once: what is packed stays so.
    pub(super) fn read(&self) -> Read<'_, T> {
        match &self.body {
            Body::Held(items) => Read::Held(items.iter()),
            Body::Packed(packed) => match packed.items.get() {
                Some(items) => Read::Held(items.iter()),
                None => Read::Unpacked(packed.unpack().into_iter()),
            },
        }
    }
}

impl<T: Serialize> Page<T> {
    /// Returns its bytes.
    pub(super) fn bytes(&self) -> Cow<'_, [u8]> {
        match &self.body {
            Body::Held(items) => Cow::Owned(encode(items)),
            Body::Packed(packed) => Cow::Borrowed(&packed.bytes),
        }
    }

    /// Packs it where nothing changed it for long, once it is full. To be called now and then.
    pub(super) fn rest(&mut self, full: usize) {
        match &mut self.body {
            Body::Packed(packed) => {
                if let Some(items) = packed.items.take() {
                    self.hold(items);
                }
            }
            Body::Held(items) => {
                self.idle = self.idle.saturating_add(1);
                // What is not full will grow.
                if self.idle >= self.patience && items.len() == full {
                    let bytes = encode(items).into();
                    self.body = Body::Packed(Box::new(Packed { bytes, items: OnceLock::new() }));
                }
            }
        }
    }
}

fn encode(items: &[impl Serialize]) -> Vec<u8> {
    bincode::serde::encode_to_vec(items, bincode::config::standard()).expect("states are plain data")
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
        matches!(&page.body, Body::Packed(packed) if packed.items.get().is_none())
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
        assert!(matches!(page.body, Body::Held(_)));
        page.rest(FULL);
        assert!(is_packed(&page));
        (items[7].0, page.items_mut()[7].0) = (99, 99);
        assert!(matches!(page.body, Body::Held(_)), "its bytes are old");
        assert_eq!(read(&page), items);
        (1..4 * IDLE_RESTS).for_each(|_| page.rest(FULL));
        assert!(!is_packed(&page));
        page.rest(FULL);
        assert!(is_packed(&page));
        assert_eq!(read(&page), items);
    }

    #[test]
    fn a_page_is_as_small_as_an_array_and_a_word() {
        assert_eq!(size_of::<Option<Page<Item>>>(), size_of::<Vec<Item>>() + size_of::<usize>());
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
