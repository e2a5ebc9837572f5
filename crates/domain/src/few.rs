//! A list that nearly always is empty.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list that nearly always is empty: eight bytes then, of which a [`Vec`] takes twenty-four. It is read like a slice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Few<T>(Option<Box<Items<T>>>);

/// What there is: never empty, so that two lists with the same items are the same.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Items<T>(Vec<T>);

impl<T> Few<T> {
    /// Adds an item behind the last.
    pub(crate) fn push(&mut self, item: T) {
        self.insert(usize::MAX, item);
    }

    /// Adds an item at a place, or behind the last where there are not as many.
    pub(crate) fn insert(&mut self, place: usize, item: T) {
        match &mut self.0 {
            Some(items) => {
                let Items(items) = &mut **items;
                // Few as they are: no room lies idle for more.
                items.reserve_exact(1);
                items.insert(place.min(items.len()), item);
            }
            none => *none = Some(Box::new(Items(vec![item]))),
        }
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_ref().map_or(&[], |items| &items.0)
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.0.as_mut().map_or(&mut [], |items| &mut items.0)
    }
}

impl<T> From<Vec<T>> for Few<T> {
    fn from(items: Vec<T>) -> Self {
        Self((!items.is_empty()).then(|| Box::new(Items(items))))
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Written like a [`Vec`].
impl<T: Serialize> Serialize for Few<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.iter().as_slice().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_list_that_a_vec_would_be(items: Vec<(usize, u32)>) {
            let (mut few, mut plain) = (Few::default(), Vec::new());
            for (place, item) in items {
                few.insert(place, item);
                plain.insert(place.min(plain.len()), item);
                prop_assert_eq!(&*few, &*plain);
                prop_assert_eq!(&few, &Few::from(plain.clone()));
            }
            let config = bincode::config::standard();
            let bytes = bincode::serde::encode_to_vec(&few, config).unwrap();
            prop_assert_eq!(&bytes, &bincode::serde::encode_to_vec(&plain, config).unwrap());
            let (read, _): (Few<u32>, usize) = bincode::serde::decode_from_slice(&bytes, config).unwrap();
            prop_assert_eq!(read, few);
        }
    }

    #[test]
    fn none_take_eight_bytes() {
        assert_eq!(size_of::<Few<[u64; 9]>>(), 8);
        assert_eq!(Few::from(Vec::<u8>::new()), Few::default());
    }
}
