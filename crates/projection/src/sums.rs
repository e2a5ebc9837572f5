//! Sums that are kept in the index: what reports on everything count of cases and households, page by page. So a report after
//! one more record costs the pages that changed and those in which a term ran out, and not all of the states.
//!
//! Sums belong to what they were made with: the log's size, the rule sets, the campaigns, the years that are over. Where one
//! of these is another, or the list of changed pages does not reach back to them, all are made anew. `verify --index` makes
//! each anew and compares.

use std::{
    collections::BTreeSet,
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use docket_domain::{StreamKind, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    follow::{SharedIndex, locked},
    index::{Changes, Derived, Index, IndexError},
    kept::Maker,
    report::{Scope, Sum, Summing},
    states::States,
};

/// The longest block that is read, in bytes.
const MAX_LEN: usize = 1 << 20;

/// What the sums of a kind belong to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Label {
    maker: Maker,
    size: u64,
    /// The moment they were made for.
    moment: Timestamp,
    context: [u8; 32],
}

impl Label {
    pub(crate) fn of(kind: StreamKind, summing: &Summing<'_>, size: u64) -> Self {
        Self { maker: Maker::this(), size, moment: summing.moment(), context: summing.context(kind) }
    }

    /// Returns the pages of an index that may have changed since, where the sums of the others can still hold; `None` where
    /// none can. `now` is the label that sums of now would have.
    pub(crate) fn stale_pages(
        &self,
        kind: StreamKind,
        now: &Self,
        changes: Option<&Changes>,
        index_size: u64,
    ) -> Option<BTreeSet<u64>> {
        let (size, moment) = (now.size, now.moment);
        // Moments only go on.
        let holds = self.moment <= moment && *now == Self { size, moment, ..self.clone() };
        changes.filter(|_| holds)?.between(self.size, index_size, kind.0)
    }
}

/// What is to be kept of sums, and under which name.
type Entry = (Derived<'static>, Vec<u8>);

/// A sum over all states of a kind, and what is to be kept for the next time.
pub(crate) struct Summed {
    pub(crate) sum: Sum,
    pub(crate) kept: Vec<Entry>,
}

/// Sums all states of a kind: those in memory as they are there, the others as the index holds them, or only their sums.
pub(crate) fn sum_all(
    kind: StreamKind,
    states: &States,
    index: &SharedIndex,
    scope: &Scope,
    threads: usize,
) -> Result<Summed, IndexError> {
    let summing = Summing::new(states, scope);
    let label = Label::of(kind, &summing, scope.as_of_size);
    let nothing = summing.nothing(kind);
    let stale = {
        let index = locked(index);
        let (changes, size) = (index.changes()?, index.meta().map_or(0, |meta| meta.size));
        let kept = index.find(Derived::SumsOf(kind.0))?.and_then(|bytes| decode::<Label>(&bytes));
        kept.and_then(|kept| kept.stale_pages(kind, &label, changes.as_ref(), size))
    };
    let stale = stale.map(|mut stale| {
        stale.extend(states.changed_pages(kind));
        stale
    });
    let count = states.summed_pages(kind);
    let blocks = count.div_ceil(Block::PAGES);
    let block = |number: usize| -> Result<(Sum, Option<Entry>), IndexError> {
        let (pages, key) = (Block::pages(number, count), Block::key(kind, number));
        let found = match &stale {
            Some(stale) => Block::read(&locked(index), key, &nothing)?.still(stale, &pages, &summing),
            None => Vec::new(),
        };
        let mut sums = Vec::with_capacity(pages.len());
        let (mut all, mut is_new) = (nothing.clone(), false);
        let mut found = found.into_iter();
        for page in pages {
            let sum = match found.next().flatten() {
                Some(sum) => sum,
                None => {
                    is_new = true;
                    states.sum_page(kind, page, &summing, index)?
                }
            };
            all.add(&sum);
            sums.push(sum);
        }
        Ok((all, is_new.then(|| (key, encode(&sums)))))
    };
    let mut summed = Summed { sum: nothing.clone(), kept: vec![(Derived::SumsOf(kind.0), encode(&label))] };
    for made in on_threads(threads, blocks, &block) {
        let (sum, kept) = made?;
        summed.sum.add(&sum);
        summed.kept.extend(kept);
    }
    Ok(summed)
}

/// Does so many things on as many threads. In which order they are done must not matter.
fn on_threads<T: Send>(threads: usize, count: usize, work: &(impl Fn(usize) -> T + Sync)) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let some = || {
        std::iter::from_fn(|| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            (number < count).then(|| work(number))
        })
        .collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.min(count)).map(|_| scope.spawn(some)).collect();
        let mut done = some();
        // One that panics has all of it panic.
        helpers.into_iter().for_each(|helper| done.extend(helper.join().expect("it does not panic")));
        done
    })
}

/// The sums of some pages in a row.
pub(crate) struct Block(Vec<Sum>);

impl Block {
    /// Pages whose sums lie together.
    pub(crate) const PAGES: usize = 256;

    /// Returns the key under which one is kept.
    pub(crate) fn key(kind: StreamKind, number: usize) -> Derived<'static> {
        Derived::Sums(kind.0, u32::try_from(number).unwrap_or(u32::MAX))
    }

    /// Returns the pages of one, of so many.
    pub(crate) fn pages(number: usize, count: usize) -> Range<usize> {
        number * Self::PAGES..((number + 1) * Self::PAGES).min(count)
    }

    /// Reads what is kept; one that is not there has no sums.
    fn read(index: &Index, key: Derived<'_>, like: &Sum) -> Result<Self, IndexError> {
        match index.find(key)? {
            None => Ok(Self(Vec::new())),
            Some(bytes) => Self::decode(&bytes, like).ok_or(IndexError::Damaged("sums cannot be read")),
        }
    }

    /// Takes the bytes of a block apart; `None` where they are none.
    pub(crate) fn decode(bytes: &[u8], like: &Sum) -> Option<Self> {
        let sums: Vec<Sum> = decode(bytes)?;
        (sums.len() <= Self::PAGES && sums.iter().all(|sum| sum.is_like(like))).then_some(Self(sums))
    }

    /// Returns the sums of these pages that still hold, each in its place.
    pub(crate) fn still(
        self,
        stale: &BTreeSet<u64>,
        pages: &Range<usize>,
        summing: &Summing<'_>,
    ) -> Vec<Option<Sum>> {
        let is_stale = |page: usize| stale.contains(&(page as u64));
        let holds = |(page, sum): (usize, Sum)| {
            Some(sum).filter(|sum| !is_stale(page) && sum.holds_at(summing.moment()))
        };
        pages.clone().zip(self.0).map(holds).collect()
    }
}

fn encode(of: &impl Serialize) -> Vec<u8> {
    bincode::serde::encode_to_vec(of, bincode::config::standard()).expect("sums are plain data")
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let config = bincode::config::standard().with_limit::<{ 4 * MAX_LEN }>();
    let (of, used) = bincode::serde::decode_from_slice(bytes, config).ok()?;
    (used == bytes.len() && used <= MAX_LEN).then_some(of)
}
