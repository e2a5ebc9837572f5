//! Further terms of a case, by key.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{label::Label, plain::Plain};

/// Which term a label is. Below [`FIRST_OWN`](Self::FIRST_OWN) the numbers are those of EVENTS.md section 5; from there
/// on they are a mapping's own, and the source that the record's origin cites names them.
///
/// A number, not an enum: an unknown key hides nothing, it only has no word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct LabelKey(pub u16);

impl LabelKey {
    /// What kind of matter it is, finer than the category.
    pub const TYPE: Self = Self(1);
    /// The subject under which the source files it.
    pub const SUBJECT: Self = Self(2);
    /// The group of types.
    pub const GROUP: Self = Self(3);
    /// The work queue.
    pub const QUEUE: Self = Self(4);
    /// The department in charge, as the source names it.
    pub const DEPARTMENT: Self = Self(5);
    /// The neighborhood; no address.
    pub const NEIGHBORHOOD: Self = Self(6);
    /// The ward.
    pub const WARD: Self = Self(7);
    /// The precinct.
    pub const PRECINCT: Self = Self(8);
    /// The source's own word for the channel.
    pub const CHANNEL: Self = Self(9);
    /// The source's own word for in time or late: a claim.
    pub const STATED_TIMELINESS: Self = Self(10);
    /// The source's own word for the state: a claim.
    pub const STATED_STATUS: Self = Self(11);
    /// A priority.
    pub const PRIORITY: Self = Self(12);
    /// The first key that a mapping may name itself.
    pub const FIRST_OWN: Self = Self(128);

    const NAMED: [(Self, &'static str); 12] = [
        (Self::TYPE, "type"),
        (Self::SUBJECT, "subject"),
        (Self::GROUP, "group"),
        (Self::QUEUE, "queue"),
        (Self::DEPARTMENT, "department"),
        (Self::NEIGHBORHOOD, "neighborhood"),
        (Self::WARD, "ward"),
        (Self::PRECINCT, "precinct"),
        (Self::CHANNEL, "channel"),
        (Self::STATED_TIMELINESS, "stated-timeliness"),
        (Self::STATED_STATUS, "stated-status"),
        (Self::PRIORITY, "priority"),
    ];

    /// Returns the word for it; `None` for a key that is a mapping's own, or not known.
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(key, _)| *key == self).map(|(_, word)| *word)
    }

    /// Returns the key with this word.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(_, known)| *known == word).map(|(key, _)| *key)
    }
}

impl Plain for LabelKey {}

/// Labels by key: keys strictly ascending, none of them 0, at most [`MAX_COUNT`](Self::MAX_COUNT).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Labels(Vec<(LabelKey, Label)>);

impl Labels {
    /// The largest number of labels.
    pub const MAX_COUNT: usize = 32;

    /// Returns the labels in the order of their keys.
    ///
    /// # Errors
    /// When there are too many, a key is 0, or a key occurs twice.
    pub fn new(mut labels: Vec<(LabelKey, Label)>) -> Result<Self, LabelsError> {
        labels.sort_by_key(|(key, _)| *key);
        Self::from_sorted(labels)
    }

    /// Returns the label with this key.
    pub fn find(&self, key: LabelKey) -> Option<&Label> {
        let place = self.0.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.0.get(place).map(|(_, label)| label)
    }

    /// Iterates in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (LabelKey, &Label)> {
        self.0.iter().map(|(key, label)| (*key, label))
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Says whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn from_sorted(labels: Vec<(LabelKey, Label)>) -> Result<Self, LabelsError> {
        if labels.len() > Self::MAX_COUNT {
            return Err(LabelsError::TooMany);
        }
        let mut before = LabelKey(0);
        for (key, _) in &labels {
            if *key <= before {
                return Err(LabelsError::Key { key: key.0 });
            }
            before = *key;
        }
        Ok(Self(labels))
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> de::Visitor<'de> for Pairs {
            type Value = Labels;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("labels by key")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut pairs: A) -> Result<Labels, A::Error> {
                // The count is a claim of the bytes: nothing is reserved beyond the limit.
                let mut labels = Vec::with_capacity(pairs.size_hint().unwrap_or(0).min(Labels::MAX_COUNT));
                while let Some(pair) = pairs.next_element()? {
                    if labels.len() == Labels::MAX_COUNT {
                        return Err(de::Error::custom(LabelsError::TooMany));
                    }
                    labels.push(pair);
                }
                Labels::from_sorted(labels).map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_seq(Pairs)
    }
}

impl Plain for Labels {}

/// Why labels do not go together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LabelsError {
    /// More than [`Labels::MAX_COUNT`].
    #[error("more than {} labels", Labels::MAX_COUNT)]
    TooMany,
    /// A key that is 0, or not above the key before it.
    #[error("label keys must ascend from 1 ({key})")]
    Key {
        /// The key's number.
        key: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str) -> Label {
        Label::new(text).unwrap()
    }

    #[test]
    fn labels_are_sorted_and_found_by_key() {
        let labels =
            Labels::new(vec![(LabelKey::WARD, label("Ward 17")), (LabelKey::TYPE, label("Street Lights"))])
                .unwrap();
        assert_eq!(labels.iter().next().unwrap().0, LabelKey::TYPE);
        assert_eq!(labels.find(LabelKey::WARD), Some(&label("Ward 17")));
        assert_eq!(labels.find(LabelKey::QUEUE), None);
    }

    #[test]
    fn a_key_stands_once_and_is_not_zero() {
        let twice = vec![(LabelKey::WARD, label("1")), (LabelKey::WARD, label("2"))];
        assert_eq!(Labels::new(twice), Err(LabelsError::Key { key: 7 }));
        assert_eq!(Labels::new(vec![(LabelKey(0), label("1"))]), Err(LabelsError::Key { key: 0 }));
    }

    #[test]
    fn at_most_32_labels() {
        let many = |count| (1..=count).map(|key| (LabelKey(key), label("x"))).collect::<Vec<_>>();
        assert!(Labels::new(many(32)).is_ok());
        assert_eq!(Labels::new(many(33)), Err(LabelsError::TooMany));
    }

    #[test]
    fn every_named_key_is_found_by_its_word() {
        for (key, word) in LabelKey::NAMED {
            assert_eq!(LabelKey::from_name(word), Some(key));
            assert!(key < LabelKey::FIRST_OWN);
        }
        assert_eq!(LabelKey(999).name(), None);
    }
}
