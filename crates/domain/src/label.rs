//! Short public classification terms.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::plain::Plain;

/// A short public term that classifies: a category, a queue, the name of a unit, a row key.
///
/// It stands in the log, where nobody can erase it. **Never for free text, and never for a person's name, address or
/// contact**: those are [`PersonalText`](crate::PersonalText). The type limits length and characters; that its content
/// is public is the caller's promise.
///
/// 1 to [`MAX_LEN`](Self::MAX_LEN) bytes of UTF-8, no control character (Unicode category Cc), no white space at either end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(Box<str>);

impl Label {
    /// The largest length, in bytes.
    pub const MAX_LEN: usize = 120;

    /// Returns the term.
    ///
    /// # Errors
    /// When the text is empty, too long, or has a character that a label may not have.
    pub fn new(text: &str) -> Result<Self, LabelError> {
        if text.is_empty() {
            return Err(LabelError::Empty);
        }
        if text.len() > Self::MAX_LEN {
            return Err(LabelError::TooLong { len: text.len() });
        }
        // Most labels are plain ASCII, and replay reads millions: the general rule below is then not needed.
        let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if is_plain && !text.starts_with(' ') && !text.ends_with(' ') {
            return Ok(Self(text.into()));
        }
        if text.chars().any(char::is_control) {
            return Err(LabelError::ControlCharacter);
        }
        // Two spellings of one term would split every report.
        if text.trim().len() != text.len() {
            return Err(LabelError::OuterSpace);
        }
        Ok(Self(text.into()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Label {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        Self::new(text)
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Label;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a label")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Label, E> {
                Label::new(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl Plain for Label {}

/// Why a text is no label. Never holds the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabelError {
    /// No text.
    #[error("an empty label")]
    Empty,
    /// More than [`Label::MAX_LEN`] bytes.
    #[error("a label of more than {} bytes ({len})", Label::MAX_LEN)]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// A control character.
    #[error("a label with a control character")]
    ControlCharacter,
    /// White space at the beginning or the end.
    #[error("a label with white space at its beginning or end")]
    OuterSpace,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_at_their_edges() {
        assert!(Label::new(&"x".repeat(120)).is_ok());
        assert_eq!(Label::new(&"x".repeat(121)), Err(LabelError::TooLong { len: 121 }));
        // 41 characters, but 123 bytes.
        assert_eq!(Label::new(&"村".repeat(41)), Err(LabelError::TooLong { len: 123 }));
        assert_eq!(Label::new(""), Err(LabelError::Empty));
        for text in ["a\nb", "a\u{7f}b", "a\u{85}b", "\0"] {
            assert_eq!(Label::new(text), Err(LabelError::ControlCharacter), "{text:?}");
        }
        for text in [" a", "a ", "\u{3000}a"] {
            assert_eq!(Label::new(text), Err(LabelError::OuterSpace), "{text:?}");
        }
    }
}
