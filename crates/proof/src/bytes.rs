//! A cursor over bytes that never panics: the one way this crate and its users take fixed-width fields apart.

/// Takes little-endian fields off the front of a slice. Every method returns `None` once the bytes run out.
#[derive(Clone, Copy)]
pub struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// Starts at the front of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Takes `N` raw bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (front, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(front)
    }

    /// Takes `len` raw bytes.
    #[inline]
    pub fn slice(&mut self, len: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(front)
    }

    /// Takes a byte.
    #[inline]
    pub fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|&[byte]| byte)
    }

    /// Takes a `u16`.
    #[inline]
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(|bytes| u16::from_le_bytes(*bytes))
    }

    /// Takes a `u32`.
    #[inline]
    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// Takes a `u64`.
    #[inline]
    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(|bytes| u64::from_le_bytes(*bytes))
    }

    /// Takes an `i64`.
    #[inline]
    pub fn i64(&mut self) -> Option<i64> {
        self.array().map(|bytes| i64::from_le_bytes(*bytes))
    }

    /// Returns what is left.
    pub const fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// Says whether every byte was taken.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
