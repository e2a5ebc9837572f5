//! What the rules may look at, and what replay may change.

use crate::{
    id::{EntityId, StreamKind},
    key::UniqueKey,
    time::Timestamp,
    zone::Zone,
};

/// What has a state: so that the rules find and miss all states in one way.
pub(crate) trait HasState: EntityId {
    /// What is known of it.
    type State;

    fn state<V: View>(self, view: &V) -> Option<&Self::State>;

    fn state_mut<S: Store>(self, store: &mut S) -> Option<&mut Self::State>;
}

macro_rules! views {
    ($( $KIND:ident $number:literal $letter:literal $what:literal: $one:ident $many:ident $push:ident $mutable:ident $Id:ident $State:ident $doc:literal; )+) => {
        /// States of all streams at one moment, for reading.
        ///
        /// Ids are dense: [`count`](Self::count) alone says which streams exist. A store that loads pages may leave out
        /// states that are not needed: [`Command::reads`](crate::Command::reads) and
        /// [`Event::reads`](crate::Event::reads) say which are. A state that is left out although its stream exists is
        /// treated as if the stream did not exist.
        pub trait View {
            /// Returns how many streams of this kind there are; 0 for an unknown kind.
            fn count(&self, kind: StreamKind) -> u64;
            /// Returns the ledger's time zone: in it days begin.
            fn zone(&self) -> &Zone;
            /// Returns the rule set in force at a moment: the last to come into force until then, and of several at the
            /// same moment the one recorded last; `None` before the first.
            ///
            /// Rule sets are few, and every store has all of them loaded.
            fn rules_at(&self, moment: Timestamp) -> Option<&crate::RulesState> {
                (1..=self.count(StreamKind::RULES))
                    .filter_map(|number| self.rules(crate::RulesId::new(number)?))
                    .filter(|rules| rules.in_force_from <= moment)
                    .max_by_key(|rules| (rules.in_force_from, rules.record))
            }
            /// Returns the record that claimed a key; `None` where it is free. A store that loads pages may leave out
            /// keys that no event at hand [claims](crate::Event::claims).
            fn claimed(&self, key: &UniqueKey) -> Option<u64>;
            $(
                #[doc = concat!("Returns the state of a ", $what, ".")]
                fn $one(&self, id: crate::$Id) -> Option<&crate::$State>;
            )+
        }

        /// States of all streams that replay may change.
        ///
        /// `push_` adds the state with the next id, which is the count before plus one.
        pub trait Store: View {
            /// Notes that a record claimed a key.
            fn claim(&mut self, key: UniqueKey, record: u64);
            $(
                #[doc = concat!("Adds a ", $what, ".")]
                fn $push(&mut self, state: crate::$State);
                #[doc = concat!("Returns the state of a ", $what, ", to be changed.")]
                fn $mutable(&mut self, id: crate::$Id) -> Option<&mut crate::$State>;
            )+
        }

        $(
            impl HasState for crate::$Id {
                type State = crate::$State;

                fn state<V: View>(self, view: &V) -> Option<&Self::State> {
                    view.$one(self)
                }

                fn state_mut<S: Store>(self, store: &mut S) -> Option<&mut Self::State> {
                    store.$mutable(self)
                }
            }
        )+
    };
}

crate::each_entity!(views);
