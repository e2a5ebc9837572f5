//! Ids, their codes, and the streams they name.

use std::{fmt, num::NonZeroU32, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::plain::Plain;

/// What a stream is about. EVENTS.md section 3 lists all numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StreamKind(pub u16);

impl StreamKind {
    /// The ledger's own stream. Belongs to the log.
    pub const SYSTEM: Self = Self(0);
}

/// A stream: its kind, and its id, counted from 1 within the kind in order of first record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StreamRef {
    /// What it is about.
    pub kind: StreamKind,
    /// Which one.
    pub id: u64,
}

impl fmt::Display for StreamRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind.letter() {
            Some(letter) => write!(f, "{letter}-{}", self.id),
            None => write!(f, "{}/{}", self.kind.0, self.id),
        }
    }
}

/// The largest number of an id, whatever its kind: 2^32 - 1.
///
/// States name units, officials and households by the hundred million, each in four bytes. Ids have no gaps, so no stream
/// that is there has a larger one, and what would need one is refused when it is to be opened.
pub const MAX_ID: u64 = u32::MAX as u64;

/// A text that is not the code of an id.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a {what} (expected {letter}-NUMBER or NUMBER, counted from 1 to {MAX_ID})")]
pub struct IdError {
    /// What was looked for, such as `case`.
    pub what: &'static str,
    /// The letter of its codes.
    pub letter: &'static str,
}

/// What names a stream of one kind.
pub trait EntityId: Copy + Into<StreamRef> {
    /// The kind.
    const KIND: StreamKind;

    /// Returns the id whose stream this is, if it is of this kind.
    fn of(stream: StreamRef) -> Option<Self>;
}

macro_rules! ids {
    ($( $KIND:ident $number:literal $letter:literal $what:literal: $one:ident $many:ident $push:ident $mutable:ident $Id:ident $State:ident $doc:literal; )+) => {
        impl StreamKind {
            $(
                #[doc = $doc]
                pub const $KIND: Self = Self($number);
            )+

            /// All kinds with ids, in the order of EVENTS.md section 3.
            pub const ALL: &'static [Self] = &[$( Self::$KIND ),+];

            /// Returns the letter of its codes, or `None` for a kind this version does not know.
            pub const fn letter(self) -> Option<&'static str> {
                match self.0 {
                    $( $number => Some($letter), )+
                    _ => None,
                }
            }

            /// Returns the word for it, such as `case`; `None` for a kind this version does not know.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $( $number => Some($what), )+
                    _ => None,
                }
            }
        }

        $(
            #[doc = $doc]
            ///
            #[doc = concat!("Counted from 1 to [`MAX_ID`], in order of registration. Written as a code, `", $letter, "-12`; parsed from the code or the bare number.")]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
            pub struct $Id(NonZeroU32);

            impl $Id {
                /// The streams of these.
                pub const KIND: StreamKind = StreamKind::$KIND;

                /// Returns the id with this number; there is no number 0, and none beyond [`MAX_ID`].
                pub fn new(number: u64) -> Option<Self> {
                    u32::try_from(number).ok().and_then(NonZeroU32::new).map(Self)
                }

                /// Returns the number, from 1.
                pub fn number(self) -> u64 {
                    u64::from(self.0.get())
                }

                /// Returns the place in an array that holds all of them, from 0.
                pub fn offset(self) -> u64 {
                    self.number() - 1
                }

                /// Returns its stream.
                pub fn stream(self) -> StreamRef {
                    StreamRef { kind: Self::KIND, id: self.number() }
                }

                /// Returns the id whose stream this is, if it is of this kind.
                pub fn from_stream(stream: StreamRef) -> Option<Self> {
                    if stream.kind.0 == Self::KIND.0 { Self::new(stream.id) } else { None }
                }
            }

            impl EntityId for $Id {
                const KIND: StreamKind = StreamKind::$KIND;

                fn of(stream: StreamRef) -> Option<Self> {
                    Self::from_stream(stream)
                }
            }

            impl From<$Id> for StreamRef {
                fn from(id: $Id) -> Self {
                    id.stream()
                }
            }

            impl fmt::Display for $Id {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, concat!($letter, "-{}"), self.0)
                }
            }

            impl FromStr for $Id {
                type Err = IdError;

                fn from_str(text: &str) -> Result<Self, IdError> {
                    let digits = text.strip_prefix(concat!($letter, "-")).unwrap_or(text);
                    number_of(digits).map(Self).ok_or(IdError { what: $what, letter: $letter })
                }
            }

            /// Written as the number, as long as a number can be.
            impl Serialize for $Id {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_u64(self.number())
                }
            }

            impl<'de> Deserialize<'de> for $Id {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let number = u64::deserialize(deserializer)?;
                    let wrong = || de::Error::custom(concat!("no ", $what, " has such a number"));
                    Self::new(number).ok_or_else(wrong)
                }
            }

            impl Plain for $Id {}
        )+
    };
}

crate::each_entity!(ids);

/// Reads the number of a code. One id has one code: no sign, no leading zeros.
fn number_of(digits: &str) -> Option<NonZeroU32> {
    digits.parse().ok().filter(|_| digits.starts_with(|first: char| matches!(first, '1'..='9')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_bare_number_name_the_same_id() {
        let id = CaseId::new(1024).unwrap();
        assert_eq!(id.to_string(), "C-1024");
        assert_eq!("C-1024".parse(), Ok(id));
        assert_eq!("1024".parse(), Ok(id));
        assert_eq!(CaseId::from_stream(id.stream()), Some(id));
        assert_eq!(UnitId::from_stream(id.stream()), None);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in
            ["", "C-", "C-0", "0", "U-1024", "c-1", "C-01", "+1", "C--1", "C-1 ", "18446744073709551616"]
        {
            assert!(text.parse::<CaseId>().is_err(), "{text:?}");
        }
        assert_eq!(
            "x".parse::<UnitId>().unwrap_err().to_string(),
            "not a unit (expected U-NUMBER or NUMBER, counted from 1 to 4294967295)"
        );
    }

    #[test]
    fn ids_end_where_four_bytes_do() {
        let last = CaseId::new(MAX_ID).unwrap();
        assert_eq!(
            (last.number(), last.offset(), last.to_string()),
            (MAX_ID, MAX_ID - 1, "C-4294967295".into())
        );
        assert_eq!("C-4294967295".parse(), Ok(last));
        assert_eq!(CaseId::from_stream(last.stream()), Some(last));
        assert_eq!(size_of::<Option<CaseId>>(), 4);
        for beyond in [0, MAX_ID + 1, u64::MAX] {
            assert_eq!(CaseId::new(beyond), None);
            assert_eq!(CaseId::from_stream(StreamRef { kind: StreamKind::CASE, id: beyond }), None);
            assert!(beyond.to_string().parse::<CaseId>().is_err());
        }
    }

    #[test]
    fn an_id_is_written_as_the_number_it_is_and_one_beyond_is_not_read() {
        let config = bincode::config::standard();
        for number in [1, 250, 251, 70_000, MAX_ID] {
            let bytes = bincode::serde::encode_to_vec(CaseId::new(number).unwrap(), config).unwrap();
            assert_eq!(bytes, bincode::serde::encode_to_vec(number, config).unwrap());
            let read: (CaseId, usize) = bincode::serde::decode_from_slice(&bytes, config).unwrap();
            assert_eq!(read.0.number(), number);
        }
        for number in [0, MAX_ID + 1, u64::MAX] {
            let bytes = bincode::serde::encode_to_vec(number, config).unwrap();
            assert!(bincode::serde::decode_from_slice::<CaseId, _>(&bytes, config).is_err());
        }
    }

    #[test]
    fn streams_of_unknown_kinds_are_shown_by_number() {
        assert_eq!(StreamRef { kind: StreamKind(99), id: 3 }.to_string(), "99/3");
        assert_eq!(OfficialId::new(17).unwrap().stream().to_string(), "O-17");
    }
}
