//! Which pages changed last, and when: what was made of all pages is brought up to date from these alone.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::contained::IndexError;

/// Pages that are listed at most. The list is written again with every command.
const MAX: usize = 2_048;

/// The pages that changed between two sizes of the log; all others of the kinds that are listed are as they were.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Changes {
    from: u64,
    to: u64,
    /// By kind and number, each with the size of the log behind its last change.
    pages: BTreeMap<(u16, u64), u64>,
}

impl Changes {
    /// Nothing changed yet since the log had this size.
    pub(crate) const fn none_since(size: u64) -> Self {
        Self { from: size, to: size, pages: BTreeMap::new() }
    }

    /// Goes on to a larger size. Of too many pages, those are left out that changed longest ago.
    pub(crate) fn go_on(mut self, to: u64, pages: impl IntoIterator<Item = (u16, u64)>) -> Self {
        self.pages.extend(pages.into_iter().map(|page| (page, to)));
        self.to = to;
        if self.pages.len() > MAX {
            let mut sizes: Vec<_> = self.pages.values().copied().collect();
            sizes.sort_unstable_by(|one, other| other.cmp(one));
            // Half of them stay, so that the next few find room.
            let last_left_out = sizes.get(MAX / 2).copied().unwrap_or(to);
            self.pages.retain(|_, size| *size > last_left_out);
            self.from = self.from.max(last_left_out);
        }
        self
    }

    /// Says whether it goes as far as a size.
    pub(crate) const fn goes_to(&self, size: u64) -> bool {
        self.to == size
    }

    /// Returns the pages of a kind that changed between two sizes; `None` where that is not known.
    pub(crate) fn between(&self, from: u64, to: u64, kind: u16) -> Option<BTreeSet<u64>> {
        let is_known = (self.from..=self.to).contains(&from) && self.goes_to(to);
        is_known.then(|| {
            let of_kind = self.pages.range((kind, 0)..=(kind, u64::MAX));
            of_kind.filter(|(_, size)| **size > from).map(|((_, number), _)| *number).collect()
        })
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, IndexError> {
        bincode::serde::encode_to_vec(self, bincode::config::standard())
            .map_err(|_| IndexError::Damaged("the list of changed pages cannot be encoded"))
    }

    /// Reads what was stored; `None` where it cannot be read: then nothing is known.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let config = bincode::config::standard().with_limit::<{ 64 * MAX }>();
        let (changes, used): (Self, usize) = bincode::serde::decode_from_slice(bytes, config).ok()?;
        (used == bytes.len()).then_some(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_known_from_any_size_between() {
        let changes = Changes::none_since(10).go_on(12, [(4, 7), (3, 1), (4, 8)]).go_on(15, [(4, 9), (4, 7)]);
        let cases = |from, to| changes.between(from, to, 4);
        assert_eq!(cases(10, 15), Some(BTreeSet::from([7, 8, 9])));
        assert_eq!(cases(12, 15), Some(BTreeSet::from([7, 9])));
        assert_eq!(cases(15, 15), Some(BTreeSet::new()));
        assert_eq!((cases(9, 15), cases(16, 15), cases(10, 14)), (None, None, None));
        assert_eq!(changes.between(10, 15, 5), Some(BTreeSet::new()));
        assert_eq!(Changes::read(&changes.to_bytes().unwrap()), Some(changes));
        assert_eq!(Changes::read(&[1, 2]), None);
    }

    #[test]
    fn of_too_many_those_are_left_out_that_changed_longest_ago() {
        let page = |number: usize| (u16::MAX, u64::MAX - number as u64);
        let one_by_one = (1..=MAX)
            .fold(Changes::none_since(0), |changes, number| changes.go_on(number as u64, [page(number)]));
        assert_eq!(one_by_one.between(0, MAX as u64, u16::MAX).map(|pages| pages.len()), Some(MAX));
        assert_eq!(Changes::read(&one_by_one.to_bytes().unwrap()).as_ref(), Some(&one_by_one));
        let size = MAX as u64 + 1;
        let over = one_by_one.go_on(size, [page(0)]);
        let left = MAX / 2;
        let first = size - left as u64;
        assert_eq!(over.between(first - 1, size, u16::MAX), None);
        assert_eq!(over.between(first, size, u16::MAX).map(|pages| pages.len()), Some(left));
        // Too many at once: nothing is known of before.
        let all = over.go_on(size + 1, (0..=MAX).map(page));
        assert_eq!(all, Changes::none_since(size + 1));
    }
}
