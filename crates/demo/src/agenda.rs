//! What is still to happen in a town.

use std::{cmp::Reverse, collections::BinaryHeap};

/// Things to do, each at its minute; those of one minute in the order in which they were noted.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    due: BinaryHeap<Reverse<Due<T>>>,
    noted: u32,
}

#[derive(Debug)]
struct Due<T> {
    minute: u32,
    number: u32,
    what: T,
}

impl<T> PartialEq for Due<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.minute, self.number) == (other.minute, other.number)
    }
}

impl<T> Eq for Due<T> {}

impl<T> PartialOrd for Due<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Due<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.minute, self.number).cmp(&(other.minute, other.number))
    }
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self { due: BinaryHeap::new(), noted: 0 }
    }
}

impl<T> Agenda<T> {
    /// Notes what is to happen at a minute. What lies beyond all time is left out.
    pub(crate) fn note(&mut self, minute: u64, what: T) {
        if let Ok(minute) = u32::try_from(minute) {
            self.due.push(Reverse(Due { minute, number: self.noted, what }));
            self.noted = self.noted.wrapping_add(1);
        }
    }

    /// Takes the next that is to happen before a minute, with its own.
    pub(crate) fn next_before(&mut self, end: u64) -> Option<(u64, T)> {
        let Reverse(next) = self.due.peek()?;
        if u64::from(next.minute) >= end {
            return None;
        }
        let Reverse(due) = self.due.pop()?;
        Some((u64::from(due.minute), due.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_comes_in_the_order_of_time() {
        let mut agenda = Agenda::default();
        for (minute, what) in [(5, 'c'), (3, 'a'), (5, 'd'), (4, 'b'), (9, 'e')] {
            agenda.note(minute, what);
        }
        let come: String = std::iter::from_fn(|| agenda.next_before(9)).map(|(_, what)| what).collect();
        assert_eq!(come, "abcd");
        assert_eq!(agenda.next_before(10), Some((9, 'e')));
    }
}
