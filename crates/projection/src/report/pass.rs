//! One pass over the states of which there are millions: whatever reports count of a case or a household, they count of it
//! together, while it is at hand. Packed pages are taken apart once so, and not once for each report.

use std::{
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{lens::Lens, names::ReportName};
use crate::states::States;

/// Parts that a thread takes, one after the other, where parts cost little. States get heavier with their age.
const PARTS_A_THREAD: usize = 8;
/// Pages below which a part would hardly be worth it.
const MIN_PAGES: usize = 16;

/// What is counted of the states of one kind.
pub(super) trait Counts<'a>: Sized + Send {
    /// Begins at nothing; counts what these reports want to know.
    fn new(lens: &Lens<'a>, wanted: &[ReportName]) -> Self;

    /// Returns how many pages there are.
    fn pages(states: &States) -> usize;

    /// Counts the states of these pages, as far as they are loaded.
    fn add_pages(&mut self, lens: &Lens<'a>, pages: Range<usize>);

    /// Adds what was counted elsewhere, behind what was counted here.
    fn merge(&mut self, lens: &Lens<'a>, other: Self);
}

/// Counts all states of a kind on so many threads. It comes to the same with any number of them.
pub(super) fn count<'a, C: Counts<'a>>(lens: &Lens<'a>, wanted: &[ReportName], threads: usize) -> C {
    let pages = C::pages(lens.states);
    // Each part has rows of its own, where there are any.
    let parts = if lens.scope.has_rows() { threads } else { threads * PARTS_A_THREAD };
    let parts = parts.min(pages / MIN_PAGES).max(1);
    let bounds = |part: usize| part * pages / parts..(part + 1) * pages / parts;
    let count = |part| {
        let mut counts = C::new(lens, wanted);
        counts.add_pages(lens, bounds(part));
        counts
    };
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(parts)));
    let work = || {
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts {
                return;
            }
            let counted = count(part);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((part, counted));
        }
    };
    thread::scope(|scope| {
        // One that panics has all of it panic when the scope ends.
        (1..threads.min(parts)).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(part, _)| *part);
    let mut done = done.into_iter().map(|(_, counted)| counted);
    let mut all = done.next().unwrap_or_else(|| C::new(lens, wanted));
    done.for_each(|counted| all.merge(lens, counted));
    all
}
