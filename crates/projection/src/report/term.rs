//! Words of reports, in English and in Chinese, each in one place.

/// A word of the field, under a name that does not change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Term {
    /// What programs know it by.
    pub name: &'static str,
    /// For people, in English.
    pub en: &'static str,
    /// For people, in Chinese: the official word where there is one.
    pub zh: &'static str,
}

/// The language of words for people. Names, codes and numbers are the same in all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese.
    Chinese,
}

impl Term {
    /// Returns the word in a language.
    pub const fn word(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.en,
            Language::Chinese => self.zh,
        }
    }
}

/// Declares an enum whose variants are terms.
macro_rules! terms {
    (
        $(#[$attr:meta])*
        pub enum $name:ident { $( $(#[$vattr:meta])* $variant:ident = $word:literal, $en:literal, $zh:literal; )+ }
    ) => {
        $(#[$attr])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum $name {
            $( $(#[$vattr])* #[doc = concat!($en, ", ", $zh)] $variant, )+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];

            /// Returns its words.
            pub const fn term(self) -> $crate::report::term::Term {
                match self {
                    $( Self::$variant => $crate::report::term::Term { name: $word, en: $en, zh: $zh }, )+
                }
            }
        }

        // Stored by name: a variant that is added moves no number.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.term().name)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <String as serde::Deserialize>::deserialize(deserializer)?;
                let found = Self::ALL.iter().find(|term| term.term().name == name);
                found.copied().ok_or_else(|| serde::de::Error::custom(concat!("no ", stringify!($name))))
            }
        }
    };
}

pub(crate) use terms;
