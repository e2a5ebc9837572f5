//! Hashes of what comes next, computed some at a time.

/// Hashes that are computed at once, at most: enough to keep all lanes of a processor's vectors busy.
pub(crate) const AT_ONCE: usize = 64;

/// Hashes of the next items, in their order.
pub(crate) struct Ahead<T> {
    ready: Vec<T>,
    taken: usize,
}

impl<T: Copy> Ahead<T> {
    pub(crate) const fn new() -> Self {
        Self { ready: Vec::new(), taken: 0 }
    }

    /// Takes the hash of the next item. Where none is left, `compute` puts in those of the items that can be seen.
    #[inline]
    pub(crate) fn next(&mut self, compute: impl FnOnce(&mut Vec<T>)) -> Option<T> {
        if self.taken >= self.ready.len() {
            self.forget();
            compute(&mut self.ready);
        }
        let next = self.ready.get(self.taken).copied();
        self.taken += 1;
        next
    }

    /// Forgets what is left: another item comes next.
    pub(crate) fn forget(&mut self) {
        self.ready.clear();
        self.taken = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ready_is_taken_in_order_and_computed_again_only_when_it_is_used_up() {
        let mut ahead = Ahead::new();
        assert_eq!(ahead.next(|ready| ready.extend([1, 2])), Some(1));
        assert_eq!(ahead.next(|_| unreachable!("one is left")), Some(2));
        assert_eq!(ahead.next(|_| {}), None, "nothing can be seen");
        assert_eq!(ahead.next(|ready| ready.extend([3, 4])), Some(3));
        ahead.forget();
        assert_eq!(ahead.next(|ready| ready.push(5)), Some(5));
    }
}
