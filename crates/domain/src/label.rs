//! Short public classification terms.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::plain::Plain;

/// A short public term that classifies: a category, a queue, the name of a unit, a row key.
///
/// It stands in the log, where nobody can erase it. **Never for free text, and never for a person's name, address or
/// contact**: those are [`PersonalText`](crate::PersonalText). The type limits length and characters; that its content
/// is public is the caller's promise.
///
/// 1 to [`MAX_LEN`](Self::MAX_LEN) bytes of UTF-8, no control character (Unicode category Cc), no white space at either end.
#[derive(Clone)]
pub struct Label(Text);

/// How many bytes lie in place.
const IN_PLACE: usize = 22;

/// Most labels are short, and millions are read and kept: a short one needs no allocation.
#[derive(Clone)]
enum Text {
    Short { len: u8, bytes: [u8; IN_PLACE] },
    Long(Box<str>),
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        let mut bytes = [0; IN_PLACE];
        match (u8::try_from(text.len()), bytes.get_mut(..text.len())) {
            (Ok(len), Some(place)) => {
                place.copy_from_slice(text.as_bytes());
                Self::Short { len, bytes }
            }
            _ => Self::Long(text.into()),
        }
    }
}

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
            return Ok(Self(Text::from(text)));
        }
        if text.chars().any(char::is_control) {
            return Err(LabelError::ControlCharacter);
        }
        // Two spellings of one term would split every report.
        if text.trim().len() != text.len() {
            return Err(LabelError::OuterSpace);
        }
        Ok(Self(Text::from(text)))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            // It was taken from a text as a whole.
            Text::Short { len, bytes } => bytes
                .get(..usize::from(*len))
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .unwrap_or_default(),
            Text::Long(text) => text,
        }
    }
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Label {}

impl PartialOrd for Label {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Label {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Label {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
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
        serializer.serialize_str(self.as_str())
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_label_is_its_text_however_long(one in "[a-z村]{1,40}", other in "[a-z村]{1,40}") {
            let (first, second) = (Label::new(&one).unwrap(), Label::new(&other).unwrap());
            prop_assert_eq!(first.as_str(), &one);
            prop_assert_eq!(first.to_string(), one.clone());
            prop_assert_eq!(first.cmp(&second), one.cmp(&other));
            prop_assert_eq!(first == second, one == other);
            prop_assert_eq!(&first.clone(), &first);
        }
    }

    #[test]
    fn the_longest_that_lies_in_place_and_the_next_are_kept_whole() {
        for len in [1, IN_PLACE - 1, IN_PLACE, IN_PLACE + 1, Label::MAX_LEN] {
            let text = "x".repeat(len);
            let label = Label::new(&text).unwrap();
            assert_eq!(label.as_str(), text);
            assert_eq!(matches!(label.0, Text::Short { .. }), len <= IN_PLACE);
        }
        assert_eq!(size_of::<Option<Label>>(), 24);
    }

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
