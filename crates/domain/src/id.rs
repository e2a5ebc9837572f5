//! Ids, their codes, and the streams they name.

use std::{fmt, num::NonZeroU64, str::FromStr};

use serde::{Deserialize, Serialize};

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

/// A text that is not the code of an id.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a {what} (expected {letter}-NUMBER or NUMBER, counted from 1)")]
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
            #[doc = concat!("Counted from 1, in order of registration. Written as a code, `", $letter, "-12`; parsed from the code or the bare number.")]
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
            pub struct $Id(NonZeroU64);

            impl $Id {
                /// The streams of these.
                pub const KIND: StreamKind = StreamKind::$KIND;

                /// Returns the id with this number; there is no number 0.
                pub const fn new(number: u64) -> Option<Self> {
                    match NonZeroU64::new(number) {
                        Some(number) => Some(Self(number)),
                        None => None,
                    }
                }

                /// Returns the number, from 1.
                pub const fn number(self) -> u64 {
                    self.0.get()
                }

                /// Returns the place in an array that holds all of them, from 0.
                pub const fn offset(self) -> u64 {
                    self.0.get() - 1
                }

                /// Returns its stream.
                pub const fn stream(self) -> StreamRef {
                    StreamRef { kind: Self::KIND, id: self.number() }
                }

                /// Returns the id whose stream this is, if it is of this kind.
                pub const fn from_stream(stream: StreamRef) -> Option<Self> {
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

            impl Plain for $Id {}
        )+
    };
}

crate::each_entity!(ids);

/// Reads the number of a code. One id has one code: no sign, no leading zeros.
fn number_of(digits: &str) -> Option<NonZeroU64> {
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
            "not a unit (expected U-NUMBER or NUMBER, counted from 1)"
        );
    }

    #[test]
    fn streams_of_unknown_kinds_are_shown_by_number() {
        assert_eq!(StreamRef { kind: StreamKind(99), id: 3 }.to_string(), "99/3");
        assert_eq!(OfficialId::new(17).unwrap().stream().to_string(), "O-17");
    }
}
