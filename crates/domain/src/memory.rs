//! States in arrays: batch replay, and tests.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    id::StreamKind,
    key::UniqueKey,
    view::{Store, View},
    zone::Zone,
};

macro_rules! memory {
    ($( $KIND:ident $number:literal $letter:literal $what:literal: $one:ident $many:ident $push:ident $mutable:ident $Id:ident $State:ident $doc:literal; )+) => {
        /// All states in memory, in the order of their ids.
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub struct Memory {
            zone: Arc<Zone>,
            $( $many: Vec<crate::$State>, )+
            keys: BTreeMap<UniqueKey, u64>,
        }

        impl Memory {
            /// Begins with nothing, in the ledger's zone.
            pub fn new(zone: Arc<Zone>) -> Self {
                Self { zone, $( $many: Vec::new(), )+ keys: BTreeMap::new() }
            }

            $(
                #[doc = concat!("Iterates over every ", $what, ".")]
                pub fn $many(&self) -> impl Iterator<Item = (crate::$Id, &crate::$State)> {
                    (1..).zip(&self.$many).filter_map(|(number, state)| Some((crate::$Id::new(number)?, state)))
                }
            )+
        }

        impl View for Memory {
            fn count(&self, kind: StreamKind) -> u64 {
                let len = match kind {
                    $( StreamKind::$KIND => self.$many.len(), )+
                    _ => 0,
                };
                u64::try_from(len).unwrap_or(u64::MAX)
            }

            fn zone(&self) -> &Zone {
                &self.zone
            }

            fn claimed(&self, key: &UniqueKey) -> Option<u64> {
                self.keys.get(key).copied()
            }

            $(
                fn $one(&self, id: crate::$Id) -> Option<&crate::$State> {
                    self.$many.get(usize::try_from(id.offset()).ok()?)
                }
            )+
        }

        impl Store for Memory {
            fn claim(&mut self, key: UniqueKey, record: u64) {
                self.keys.insert(key, record);
            }

            $(
                fn $push(&mut self, state: crate::$State) {
                    self.$many.push(state);
                }

                fn $mutable(&mut self, id: crate::$Id) -> Option<&mut crate::$State> {
                    self.$many.get_mut(usize::try_from(id.offset()).ok()?)
                }
            )+
        }
    };
}

crate::each_entity!(memory);
