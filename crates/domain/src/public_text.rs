//! Longer public texts: the rules themselves.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::plain::Plain;

/// A public text of several lines, such as an adopted rule set.
///
/// It stands in the log, where nobody can erase it. **Never for what a person wrote or said, and never for a name,
/// address or contact**: those are [`PersonalText`](crate::PersonalText). The type limits length and characters; that
/// its content is public is the caller's promise.
///
/// 1 to [`MAX_LEN`](Self::MAX_LEN) bytes of UTF-8, no control character (Unicode category Cc) but line feed and tab.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicText(Box<str>);

impl PublicText {
    /// The largest length, in bytes: a body has room for it and for what stands beside it.
    pub const MAX_LEN: usize = 49_152;

    /// Returns the text.
    ///
    /// # Errors
    /// When it is empty, too long, or has a character that it may not have.
    pub fn new(text: &str) -> Result<Self, PublicTextError> {
        if text.is_empty() {
            return Err(PublicTextError::Empty);
        }
        if text.len() > Self::MAX_LEN {
            return Err(PublicTextError::TooLong { len: text.len() });
        }
        for (index, line) in text.split('\n').enumerate() {
            if line.chars().any(|c| c.is_control() && c != '\t') {
                return Err(PublicTextError::ControlCharacter { line: index + 1 });
            }
        }
        Ok(Self(text.into()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PublicText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicText({} bytes)", self.0.len())
    }
}

impl FromStr for PublicText {
    type Err = PublicTextError;

    fn from_str(text: &str) -> Result<Self, PublicTextError> {
        Self::new(text)
    }
}

impl Serialize for PublicText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PublicText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = PublicText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a public text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<PublicText, E> {
                PublicText::new(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl Plain for PublicText {}

/// Why a text is no public text. Never holds the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublicTextError {
    /// No text.
    #[error("an empty text")]
    Empty,
    /// More than [`PublicText::MAX_LEN`] bytes.
    #[error("a text of more than {} bytes ({len})", PublicText::MAX_LEN)]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// A control character that is neither line feed nor tab: also a carriage return.
    #[error("a text with a control character in line {line}")]
    ControlCharacter {
        /// The line, counted from 1.
        line: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_at_their_edges() {
        assert!(PublicText::new(&"x".repeat(49_152)).is_ok());
        assert_eq!(PublicText::new(&"x".repeat(49_153)), Err(PublicTextError::TooLong { len: 49_153 }));
        assert_eq!(PublicText::new(""), Err(PublicTextError::Empty));
        assert!(PublicText::new("a = 1\n\tb = \"村\"\n").is_ok());
        for text in ["a\nb\rc", "a\nb\u{85}", "a\n\0"] {
            assert_eq!(PublicText::new(text), Err(PublicTextError::ControlCharacter { line: 2 }), "{text:?}");
        }
    }
}
