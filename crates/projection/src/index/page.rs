//! Pages: neighbouring dense ids under one key. One key an entity would make sled's opening scan millions of them.

/// Items of a page, unless they are large.
pub const PAGE_ITEMS: usize = 256;

/// Names a page of the index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PageKey {
    /// What the page holds, numbered by the projection.
    pub family: u8,
    /// The kind of stream.
    pub kind: u16,
    /// Ids `number * n + 1` to `(number + 1) * n`, where a page of the kind has n items.
    pub number: u64,
}

impl PageKey {
    /// Returns sled's key: big-endian, so that a table's pages lie in order.
    pub(crate) fn bytes(self) -> [u8; 12] {
        let mut key = [b'p'; 12];
        let parts = [self.family].into_iter().chain(self.kind.to_be_bytes()).chain(self.number.to_be_bytes());
        key.iter_mut().skip(1).zip(parts).for_each(|(to, from)| *to = from);
        key
    }

    /// Reads sled's key; `None` where it is of something else.
    pub(crate) fn of(key: &[u8]) -> Option<Self> {
        let [b'p', family, a, b, number @ ..] = key else { return None };
        let (kind, number) = (u16::from_be_bytes([*a, *b]), u64::from_be_bytes(number.try_into().ok()?));
        Some(Self { family: *family, kind, number })
    }
}
