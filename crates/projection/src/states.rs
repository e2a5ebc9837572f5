//! All states, folded from the log's records: in memory for a batch replay, over the index for daily work.

use std::{borrow::Cow, collections::BTreeMap, ops::Range, sync::Arc};

use docket_domain::{
    CaseId, CaseState, DecodeError, Event, EventRef, HouseholdId, HouseholdState, OccurredAt, OfficialId,
    RecordMeta, ReplayError, Store, StreamKind, Timestamp, UniqueKey, View, Zone, apply, apply_decided,
    each_entity,
};
use docket_proof::{Precision, RecordIndex, RecordView};

use crate::{
    ahead::ReadRecord,
    follow::{SharedIndex, locked},
    index::{CommandId, Index, IndexError, PAGE_ITEMS, PageKey},
    keys::{Keys, hash_of},
    report::{SUMMED, Sum, Summing},
    table::{Paged, Pages, Table, read_page},
};

/// The family of state pages in the index.
const FAMILY: u8 = 1;

/// Events from one rest of the pages to the next: some days of a large city. So few where assertions are on that small
/// ledgers pack pages too, and what is tested on them holds for packed pages.
const RESTLESS: u32 = if cfg!(debug_assertions) { 1 << 9 } else { 1 << 19 };

/// Returns how many states of a kind lie in a page of the index. sled reads sixteen pages to find one, and writes as many: with
/// 256 units, which have years of receptions, finances and papers, they would be megabytes.
const fn page_items(kind: StreamKind) -> usize {
    match kind {
        StreamKind::UNIT => 16,
        StreamKind::CASE => 128,
        _ => PAGE_ITEMS,
    }
}

/// Why a record could not be folded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FoldError {
    /// The body is not what its type and version say.
    #[error("record {index}: the body cannot be read")]
    Body {
        /// The record.
        index: u64,
        /// What is wrong with it.
        #[source]
        source: DecodeError,
    },
    /// No command could have made this history.
    #[error(transparent)]
    Rule(#[from] ReplayError),
    /// A unit, an official, a source or a case that begins with an event of a newer version: nothing can be said of it,
    /// nor of what names it later.
    #[error(
        "record {index} begins a stream with an event that a newer version of docket wrote: use that version"
    )]
    Newer {
        /// The record.
        index: u64,
    },
}

macro_rules! tables {
    ($( $KIND:ident $number:literal $letter:literal $what:literal: $one:ident $many:ident $push:ident $mutable:ident $Id:ident $State:ident $doc:literal; )+) => {
        /// The states of all streams at one moment.
        #[derive(Clone, Debug)]
        pub struct States {
            zone: Arc<Zone>,
            $( $many: Table<docket_domain::$State, { page_items(StreamKind::$KIND) }>, )+
            keys: Keys,
            /// Records whose event this version does not know. They are kept and counted, never skipped in silence.
            unknown: u64,
            /// Events folded in since the pages had a rest.
            restless: u32,
        }

        impl States {
            /// Returns all tables with their kinds of stream.
            fn tables(&mut self) -> Vec<(StreamKind, &mut dyn Paged)> {
                vec![$( (StreamKind::$KIND, &mut self.$many as &mut dyn Paged) ),+]
            }

            /// Begins with nothing, in the ledger's zone.
            pub fn new(zone: Arc<Zone>) -> Self {
                Self { zone, $( $many: Table::default(), )+ keys: Keys::default(), unknown: 0, restless: 0 }
            }

            $(
                #[doc = concat!("Iterates over every ", $what, " that is loaded.")]
                pub fn $many(&self) -> impl Iterator<Item = (docket_domain::$Id, Cow<'_, docket_domain::$State>)> {
                    self.$many.iter().filter_map(|(id, state)| Some((docket_domain::$Id::new(id)?, state)))
                }
            )+
        }

        impl View for States {
            fn count(&self, kind: StreamKind) -> u64 {
                match kind {
                    $( StreamKind::$KIND => self.$many.len(), )+
                    _ => 0,
                }
            }

            fn zone(&self) -> &Zone {
                &self.zone
            }

            fn claimed(&self, key: &UniqueKey) -> Option<u64> {
                self.keys.find(key)
            }

            $(
                fn $one(&self, id: docket_domain::$Id) -> Option<&docket_domain::$State> {
                    self.$many.get(id.number())
                }
            )+
        }

        impl Store for States {
            fn claim(&mut self, key: UniqueKey, record: u64) {
                self.keys.claim(&key, record);
            }

            $(
                fn $push(&mut self, state: docket_domain::$State) {
                    self.$many.push(state);
                }

                fn $mutable(&mut self, id: docket_domain::$Id) -> Option<&mut docket_domain::$State> {
                    self.$many.get_mut(id.number())
                }
            )+
        }
    };
}

each_entity!(tables);

impl States {
    /// Returns how many pages of cases there are.
    pub(crate) fn case_pages(&self) -> usize {
        self.cases.pages()
    }

    /// Iterates over the cases of some pages that are loaded.
    pub(crate) fn cases_in(&self, pages: Range<usize>) -> impl Iterator<Item = (CaseId, Cow<'_, CaseState>)> {
        self.cases.iter_in(pages).filter_map(|(id, state)| Some((CaseId::new(id)?, state)))
    }

    /// Returns how many pages of households there are.
    pub(crate) fn household_pages(&self) -> usize {
        self.households.pages()
    }

    /// Iterates over the households of some pages that are loaded.
    pub(crate) fn households_in(
        &self,
        pages: Range<usize>,
    ) -> impl Iterator<Item = (HouseholdId, Cow<'_, HouseholdState>)> {
        self.households.iter_in(pages).filter_map(|(id, state)| Some((HouseholdId::new(id)?, state)))
    }

    /// Returns how many pages the states of a kind take of which there are [sums](SUMMED).
    pub(crate) fn summed_pages(&self, kind: StreamKind) -> usize {
        match kind {
            StreamKind::HOUSEHOLD => self.households.all_pages(),
            _ => self.cases.all_pages(),
        }
    }

    /// Returns the pages of such a kind that the index does not hold as they are.
    pub(crate) fn changed_pages(&self, kind: StreamKind) -> Vec<u64> {
        match kind {
            StreamKind::HOUSEHOLD => self.households.page_numbers(Pages::Changed),
            _ => self.cases.page_numbers(Pages::Changed),
        }
    }

    /// Returns the kinds and numbers of the pages among these that are of such a kind.
    pub(crate) fn summed_keys(keys: &[PageKey]) -> impl Iterator<Item = (u16, u64)> {
        let summed = keys.iter().filter(|key| key.family == FAMILY && SUMMED.contains(&StreamKind(key.kind)));
        summed.map(|key| (key.kind, key.number))
    }

    /// Sums a page of such a kind. One that is not loaded is read from the index, and not kept.
    pub(crate) fn sum_page(
        &self,
        kind: StreamKind,
        page: usize,
        summing: &Summing<'_>,
        index: &SharedIndex,
    ) -> Result<Sum, IndexError> {
        let read =
            || read_page(&locked(index), PageKey { family: FAMILY, kind: kind.0, number: page as u64 });
        match kind {
            StreamKind::HOUSEHOLD => {
                self.households.show_page(page, read, |households| sum_households(summing, households))
            }
            _ => self.cases.show_page(page, read, |cases| sum_cases(summing, cases)),
        }
    }

    /// Sums a page of such a kind that is loaded.
    pub(crate) fn sum_loaded(&self, kind: StreamKind, page: usize, summing: &Summing<'_>) -> Sum {
        match kind {
            StreamKind::HOUSEHOLD => sum_households(summing, &mut self.households.iter_in(page..page + 1)),
            _ => sum_cases(summing, &mut self.cases.iter_in(page..page + 1)),
        }
    }

    /// Begins with what an index holds, none of it loaded.
    pub(crate) fn over(mut self, streams: &[(u16, u64)], unknown: u64) -> Self {
        self.unknown = unknown;
        for (kind, table) in self.tables() {
            let count = streams.iter().find(|(number, _)| *number == kind.0).map_or(0, |(_, count)| *count);
            table.begin_with(count);
        }
        self
    }

    /// Loads what the index holds of these streams.
    pub(crate) fn load(
        &mut self,
        index: &Index,
        streams: &[docket_domain::StreamRef],
    ) -> Result<(), IndexError> {
        // Rule sets are few, and whatever happens may be judged by any of them.
        self.rule_sets.load_all(index, FAMILY, StreamKind::RULES.0)?;
        let mut tables = self.tables();
        for stream in streams {
            if let Some((kind, table)) = tables.iter_mut().find(|(kind, _)| *kind == stream.kind) {
                table.load(index, FAMILY, kind.0, stream.id)?;
            }
        }
        Ok(())
    }

    /// Loads what the index knows of these keys.
    pub(crate) fn load_keys(&mut self, index: &Index, keys: &[UniqueKey]) -> Result<(), IndexError> {
        for hash in keys.iter().map(hash_of) {
            if let Some(record) = index.find_command(&hash)? {
                self.keys.note(hash, record);
            }
        }
        Ok(())
    }

    /// Takes the claims of keys that were not in the index.
    pub(crate) fn take_claims(&mut self) -> BTreeMap<CommandId, RecordIndex> {
        self.keys.take_new()
    }

    /// Loads the pages that new streams go to.
    pub(crate) fn load_ends(&mut self, index: &Index) -> Result<(), IndexError> {
        self.tables().into_iter().try_for_each(|(kind, table)| table.load_end(index, FAMILY, kind.0))
    }

    /// Loads everything the index holds of these kinds.
    pub(crate) fn load_kinds(&mut self, index: &Index, kinds: &[StreamKind]) -> Result<(), IndexError> {
        let is_asked = |kind: StreamKind| kind == StreamKind::RULES || kinds.contains(&kind);
        self.tables()
            .into_iter()
            .filter(|(kind, _)| is_asked(*kind))
            .try_for_each(|(kind, table)| table.load_all(index, FAMILY, kind.0))
    }

    /// Loads everything the index holds of the states.
    pub(crate) fn load_all(&mut self, index: &Index) -> Result<(), IndexError> {
        self.tables().into_iter().try_for_each(|(kind, table)| table.load_all(index, FAMILY, kind.0))
    }

    /// Returns the keys of the pages that are loaded, or of those that changed.
    pub(crate) fn page_keys(&mut self, which: Pages) -> Vec<PageKey> {
        let key = |kind: StreamKind| move |number| PageKey { family: FAMILY, kind: kind.0, number };
        self.tables()
            .into_iter()
            .flat_map(|(kind, table)| table.page_numbers(which).into_iter().map(key(kind)))
            .collect()
    }

    /// Returns the bytes of a page, if it is one of these and loaded.
    pub(crate) fn page(&mut self, key: PageKey) -> Option<Vec<u8>> {
        let mut tables = self.tables().into_iter().filter(|_| key.family == FAMILY);
        tables.find(|(kind, _)| kind.0 == key.kind)?.1.page(key.number)
    }

    /// Takes all pages for unchanged: the index holds them.
    pub(crate) fn settle(&mut self) {
        self.tables().into_iter().for_each(|(_, table)| table.settle());
    }

    /// Returns how many records hold an event that this version does not know.
    pub fn unknown(&self) -> u64 {
        self.unknown
    }

    /// Folds a record in. Records of the ledger's own stream change no state.
    ///
    /// # Errors
    /// When the history is impossible or unreadable. The states are then as before.
    pub fn fold(&mut self, record: &RecordView<'_>) -> Result<(), FoldError> {
        let mut personal = Vec::new();
        let mut read = ReadRecord::of(record, &mut personal);
        self.fold_read(&mut read, &personal)
    }

    /// Folds a record in whose event is decoded already; `personal` are the numbers of its personal fields.
    pub(crate) fn fold_read(&mut self, record: &mut ReadRecord, personal: &[u16]) -> Result<(), FoldError> {
        record.readable()?;
        let meta = &record.meta;
        if let Some(event) = record.event() {
            apply(self, &EventRef { event, meta, personal })?;
            self.rest_in_time();
            return Ok(());
        }
        if meta.stream.kind == StreamKind::SYSTEM {
            return Ok(());
        }
        // What continues a stream is counted, and the stream stays as it was.
        if meta.position == 0 && Self::keeps(meta.stream.kind) {
            return Err(FoldError::Newer { index: meta.index });
        }
        self.unknown += 1;
        Ok(())
    }

    /// Reads a little of a state that will be needed soon. Households and cases do not fit the processor's caches: without
    /// this, the fold waits for each of them alone. Does nothing else.
    pub(crate) fn fetch(&self, stream: docket_domain::StreamRef) {
        match stream.kind {
            StreamKind::HOUSEHOLD => {
                let state = self.households.get(stream.id);
                // Two lines of the cache, or three.
                std::hint::black_box(state.map(|state| (state.members, state.record())));
            }
            StreamKind::CASE => {
                let state = self.cases.get(stream.id);
                std::hint::black_box(state.map(|state| {
                    (state.status, state.registered_record(), state.reply, state.last_record, state.unit)
                }));
            }
            _ => {}
        }
    }

    /// Says whether streams of this kind have a state.
    fn keeps(kind: StreamKind) -> bool {
        StreamKind::ALL.contains(&kind)
    }

    /// Folds an event in that was just decided against these states.
    pub(crate) fn apply_decided(&mut self, event: &Event, meta: &RecordMeta) -> Result<(), FoldError> {
        apply_decided(self, event, meta)?;
        self.rest_in_time();
        Ok(())
    }

    /// Gives the pages a rest, every so many events: those that nothing changed for long are packed.
    fn rest_in_time(&mut self) {
        self.restless += 1;
        if self.restless == RESTLESS {
            self.restless = 0;
            self.tables().into_iter().for_each(|(_, table)| table.rest());
        }
    }
}

fn sum_households(
    summing: &Summing<'_>,
    households: &mut dyn Iterator<Item = (u64, Cow<'_, HouseholdState>)>,
) -> Sum {
    summing.households(households.filter_map(|(id, state)| Some((HouseholdId::new(id)?, state))))
}

fn sum_cases(summing: &Summing<'_>, cases: &mut dyn Iterator<Item = (u64, Cow<'_, CaseState>)>) -> Sum {
    summing.cases(cases.map(|(_, state)| state))
}

/// Returns what the field needs of a record's header. An actor beyond the numbers of officials is left
/// out; [`States::fold`] refuses the record, because nobody can be there.
pub fn meta_of(record: &RecordView<'_>) -> RecordMeta {
    RecordMeta {
        index: record.index.0,
        recorded_at: Timestamp(record.recorded_at),
        occurred: OccurredAt { at: Timestamp(record.occurred_at), precision: precision_of(record.precision) },
        actor: OfficialId::new(record.actor),
        stream: docket_domain::StreamRef { kind: StreamKind(record.stream.kind), id: record.stream.id },
        position: record.position,
    }
}

fn precision_of(precision: Precision) -> docket_domain::Precision {
    match precision {
        Precision::Day => docket_domain::Precision::Day,
        Precision::Minute => docket_domain::Precision::Minute,
        Precision::Second => docket_domain::Precision::Second,
        Precision::Microsecond => docket_domain::Precision::Microsecond,
    }
}
