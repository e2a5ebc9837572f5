//! A few changes laid over states: what several commands of one batch would do, before any of it is recorded.

use std::collections::{BTreeMap, btree_map::Entry};

use docket_domain::{Store, StreamKind, UniqueKey, View, Zone, each_entity};

use crate::states::States;

/// The changes to the states of one kind.
struct Layer<T> {
    added: Vec<T>,
    changed: BTreeMap<u64, T>,
}

impl<T> Default for Layer<T> {
    fn default() -> Self {
        Self { added: Vec::new(), changed: BTreeMap::new() }
    }
}

impl<T: Clone> Layer<T> {
    /// Returns the state as it would be: `base` finds what lies below, of which there are `count`.
    fn find<'t>(&'t self, number: u64, count: u64, base: impl FnOnce() -> Option<&'t T>) -> Option<&'t T> {
        match number.checked_sub(count + 1) {
            Some(place) => self.added.get(usize::try_from(place).ok()?),
            None => self.changed.get(&number).or_else(base),
        }
    }

    /// As [`find`](Self::find), to be changed; what lies below is copied.
    fn find_mut<'t>(
        &mut self,
        number: u64,
        count: u64,
        base: impl FnOnce() -> Option<&'t T>,
    ) -> Option<&mut T>
    where
        T: 't,
    {
        if let Some(place) = number.checked_sub(count + 1) {
            return self.added.get_mut(usize::try_from(place).ok()?);
        }
        Some(match self.changed.entry(number) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(base()?.clone()),
        })
    }
}

macro_rules! overlay {
    ($( $KIND:ident $number:literal $letter:literal $what:literal: $one:ident $many:ident $push:ident $mutable:ident $Id:ident $State:ident $doc:literal; )+) => {
        /// States as they would be. The states below are not touched.
        pub(crate) struct Overlay<'s> {
            base: &'s States,
            keys: BTreeMap<UniqueKey, u64>,
            $( $many: Layer<docket_domain::$State>, )+
        }

        impl<'s> Overlay<'s> {
            pub(crate) fn new(base: &'s States) -> Self {
                Self { base, keys: BTreeMap::new(), $( $many: Layer::default(), )+ }
            }
        }

        impl View for Overlay<'_> {
            fn count(&self, kind: StreamKind) -> u64 {
                let added = match kind {
                    $( StreamKind::$KIND => self.$many.added.len(), )+
                    _ => 0,
                };
                self.base.count(kind) + added as u64
            }

            fn zone(&self) -> &Zone {
                self.base.zone()
            }

            fn claimed(&self, key: &UniqueKey) -> Option<u64> {
                self.keys.get(key).copied().or_else(|| self.base.claimed(key))
            }

            $(
                fn $one(&self, id: docket_domain::$Id) -> Option<&docket_domain::$State> {
                    self.$many.find(id.number(), self.base.count(StreamKind::$KIND), || self.base.$one(id))
                }
            )+
        }

        impl Store for Overlay<'_> {
            fn claim(&mut self, key: UniqueKey, record: u64) {
                self.keys.insert(key, record);
            }

            $(
                fn $push(&mut self, state: docket_domain::$State) {
                    self.$many.added.push(state);
                }

                fn $mutable(&mut self, id: docket_domain::$Id) -> Option<&mut docket_domain::$State> {
                    let base = self.base;
                    self.$many.find_mut(id.number(), base.count(StreamKind::$KIND), || base.$one(id))
                }
            )+
        }
    };
}

each_entity!(overlay);
