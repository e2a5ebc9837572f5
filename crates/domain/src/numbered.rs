//! Enums whose stored numbers are assigned by hand.

/// Declares an enum that is stored as the number written beside each variant, never by declaration order.
///
/// It is read and written as a `u16`; a number that stands for nothing is a decode error. The text beside the number is
/// the word for people and for command lines; it is not stored and may change.
macro_rules! numbered {
    (
        $(#[$attr:meta])*
        pub enum $name:ident ($what:literal) {
            $( $(#[$vattr:meta])* $variant:ident = $number:literal, $word:literal; )+
        }
    ) => {
        $(#[$attr])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u16)]
        pub enum $name {
            $( $(#[$vattr])* $variant = $number, )+
        }

        impl $name {
            /// All of them, in the order of this page.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];

            /// Returns the stored number.
            pub const fn number(self) -> u16 {
                match self {
                    $( Self::$variant => $number, )+
                }
            }

            /// Returns what a stored number stands for, if anything.
            pub const fn from_number(number: u16) -> Option<Self> {
                match number {
                    $( $number => Some(Self::$variant), )+
                    _ => None,
                }
            }

            /// Returns the word for it: lowercase, words joined by `-`.
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::UnknownWord { what: $what, words: &[$( $word ),+] }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_u16(self.number())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let number = <u16 as serde::Deserialize>::deserialize(deserializer)?;
                Self::from_number(number).ok_or_else(|| {
                    serde::de::Error::custom(format_args!(concat!("no ", $what, " has the number {}"), number))
                })
            }
        }

        impl $crate::Plain for $name {}
    };
}

pub(crate) use numbered;

/// Returns the place in an array of what is numbered from 1.
pub(crate) fn place_of(number: u16) -> Option<usize> {
    usize::from(number).checked_sub(1)
}

/// A word that names none of an enum's variants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("unknown {what} (known: {})", words.join(", "))]
pub struct UnknownWord {
    /// What was looked for, such as `unit level`.
    pub what: &'static str,
    /// The words that would have been understood.
    pub words: &'static [&'static str],
}
