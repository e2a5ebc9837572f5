//! Values that are words in text formats (TOML, JSON) and numbers in bodies and stored states.
//!
//! For `#[serde(with = "worded")]` and its siblings for `Option` and `Vec`; and whole numbers within limits.

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// One value: its word, or what the type itself writes.
pub(crate) fn serialize<T: fmt::Display + Serialize, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Worded(value).serialize(serializer)
}

pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display> + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Worded::deserialize(deserializer).map(|worded| worded.0)
}

/// The same for an `Option`.
pub(crate) mod option {
    use super::*;

    pub(crate) fn serialize<T: fmt::Display + Serialize, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Worded).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
    where
        T: FromStr<Err: fmt::Display> + Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Option::<Worded<T>>::deserialize(deserializer)?.map(|worded| worded.0))
    }
}

/// The same for a list.
pub(crate) mod list {
    use super::*;

    pub(crate) fn serialize<T: fmt::Display + Serialize, S: Serializer>(
        values: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(Worded))
    }

    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
    where
        T: FromStr<Err: fmt::Display> + Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<Worded<T>>::deserialize(deserializer)?.into_iter().map(|worded| worded.0).collect())
    }
}

/// The same for the keys of a map.
pub(crate) mod keys {
    use std::collections::BTreeMap;

    use super::*;

    pub(crate) fn serialize<K: fmt::Display + Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(map.iter().map(|(key, value)| (Worded(key), value)))
    }

    pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: FromStr<Err: fmt::Display> + Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        let map = BTreeMap::<Worded<K>, V>::deserialize(deserializer)?;
        Ok(map.into_iter().map(|(key, value)| (key.0, value)).collect())
    }
}

/// What tells the entries of a list apart.
pub(crate) trait Keyed {
    /// Returns it.
    fn key(&self) -> impl fmt::Display + PartialEq + '_;
}

/// Reads a list in which no two entries have the same key.
pub(crate) fn distinct<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Keyed + Deserialize<'de>,
    D: Deserializer<'de>,
{
    let list = Vec::<T>::deserialize(deserializer)?;
    // Such lists are written by hand and short, whoever wrote them: their text is.
    for (index, entry) in list.iter().enumerate() {
        if list.iter().take(index).any(|before| before.key() == entry.key()) {
            return Err(de::Error::custom(format_args!("{} stands twice", entry.key())));
        }
    }
    Ok(list)
}

/// Reads a whole number from `MIN` to `MAX`.
pub(crate) fn within<'de, const MIN: u32, const MAX: u32, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: TryFrom<u32>,
    D: Deserializer<'de>,
{
    struct Whole<const MIN: u32, const MAX: u32>;

    impl<const MIN: u32, const MAX: u32> Whole<MIN, MAX> {
        fn check<E: de::Error>(&self, found: Option<u32>) -> Result<u32, E> {
            let inside = found.filter(|number| (MIN..=MAX).contains(number));
            inside.ok_or_else(|| E::custom(format_args!("expected a whole number from {MIN} to {MAX}")))
        }
    }

    impl<const MIN: u32, const MAX: u32> de::Visitor<'_> for Whole<MIN, MAX> {
        type Value = u32;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a whole number from {MIN} to {MAX}")
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<u32, E> {
            self.check(u32::try_from(number).ok())
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<u32, E> {
            self.check(u32::try_from(number).ok())
        }
    }

    let number = deserializer.deserialize_u32(Whole::<MIN, MAX>)?;
    T::try_from(number).map_err(|_| de::Error::custom("number too large"))
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Worded<T>(T);

impl<T: fmt::Display + Serialize> Serialize for Worded<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&self.0)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de, T: FromStr<Err: fmt::Display> + Deserialize<'de>> Deserialize<'de> for Worded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return T::deserialize(deserializer).map(Self);
        }
        deserializer.deserialize_str(Word(PhantomData)).map(Self)
    }
}

struct Word<T>(PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> de::Visitor<'_> for Word<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text in quotes")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<T, E> {
        word.parse().map_err(E::custom)
    }
}
