//! Room for lists that grow seldom.

/// Makes room for one more item, and for few behind it: a [`Vec`] takes room for four at once and then doubles, which lies
/// idle in the lists of many officials and units.
pub(crate) fn make_room<T>(items: &mut Vec<T>) {
    if items.len() == items.capacity() {
        items.reserve_exact(1 + items.len() / 4);
    }
}
