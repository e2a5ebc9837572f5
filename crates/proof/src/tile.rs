//! The tree cut into tiles (C2SP tlog-tiles): which there are, and what they are called.

/// Hashes of a full tile, and entries of a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// A tile of the tree, full or partial.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Tile {
    /// 0 for leaves; hash i of a tile of level L covers `256^L` leaves.
    pub level: u8,
    /// Its number among those of its level.
    pub number: u64,
    /// Hashes in it, 1 to 256.
    pub width: u16,
}

impl Tile {
    /// Returns the tiles that a tree of `new` leaves has and one of `old` leaves had not, level by level from the
    /// leaves up, in order. A tile that grew is among them.
    pub fn between(old: u64, new: u64) -> impl Iterator<Item = Self> {
        (0..8_u8).flat_map(move |level| {
            let (had, has) = (old >> (8 * level), new >> (8 * level));
            let first = if has > had { had >> 8 } else { has.div_ceil(TILE_WIDTH.into()) };
            (first..has.div_ceil(TILE_WIDTH.into())).map(move |number| {
                let width = (has - (number << 8)).min(TILE_WIDTH.into());
                Self { level, number, width: u16::try_from(width).unwrap_or(TILE_WIDTH) }
            })
        })
    }

    /// Says whether all of its hashes are there, so that it never changes again.
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Returns the numbers of its hashes within their level.
    pub fn hashes(&self) -> std::ops::Range<u64> {
        let start = self.number << 8;
        start..start + u64::from(self.width)
    }

    /// Returns the tree level of its hashes: each covers two to the power of it leaves.
    pub const fn tree_level(&self) -> u8 {
        self.level * 8
    }

    /// Returns its path: `tile/<L>/<N>`, with `.p/<W>` behind a partial one.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, self.place())
    }

    /// Returns the path of the bundle of the entries under a tile of leaves.
    pub fn entries_path(&self) -> String {
        format!("tile/entries/{}", self.place())
    }

    /// Returns the number in groups of three digits, all but the last prefixed with `x`, and the width of a partial
    /// tile.
    fn place(&self) -> String {
        let mut place = format!("{:03}", self.number % 1_000);
        let mut rest = self.number / 1_000;
        while rest > 0 {
            place = format!("x{:03}/{place}", rest % 1_000);
            rest /= 1_000;
        }
        if self.is_full() { place } else { format!("{place}.p/{}", self.width) }
    }
}

/// Appends an entry to a bundle: its length in two bytes, big-endian, and the entry.
pub fn put_bundle_entry(bundle: &mut Vec<u8>, entry: &[u8; 32]) {
    bundle.extend_from_slice(&32_u16.to_be_bytes());
    bundle.extend_from_slice(entry);
}
