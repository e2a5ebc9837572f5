//! Values of deeds, read from text wherever it comes from: an option, a JSON value, a cell of a table.

use std::{fmt, fs::File, io::Read as _, marker::PhantomData, path::Path, str::FromStr};

use docket_domain::{OfficialId, PersonalText, PersonalTextError};
use serde::{Deserialize, Deserializer, de};

use crate::failure::Failure;

/// A value that is read from its text.
#[derive(Clone, Debug)]
pub(crate) struct Arg<T>(pub(crate) T);

impl<T: FromStr> FromStr for Arg<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        text.parse().map(Self)
    }
}

impl<'de, T> Deserialize<'de> for Arg<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar(PhantomData))
    }
}

/// Reads a text or a number by its text.
struct Scalar<T>(PhantomData<T>);

impl<T> de::Visitor<'_> for Scalar<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    type Value = Arg<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true or false")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Arg<T>, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_bool<E: de::Error>(self, is_true: bool) -> Result<Arg<T>, E> {
        self.visit_str(if is_true { "true" } else { "false" })
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Arg<T>, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Arg<T>, E> {
        self.visit_str(&number.to_string())
    }

    // Money and counts are whole: a fraction is refused as a text would be, not rounded.
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Arg<T>, E> {
        self.visit_str(&number.to_string())
    }
}

/// A personal value. Neither its messages nor its debug output repeat it.
#[derive(Clone, Debug)]
pub(crate) struct Personal(pub(crate) PersonalText);

impl FromStr for Personal {
    type Err = PersonalTextError;

    fn from_str(text: &str) -> Result<Self, PersonalTextError> {
        PersonalText::new(text.to_owned()).map(Self)
    }
}

impl<'de> Deserialize<'de> for Personal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A number is taken by its text: an error about its type would repeat it.
        Arg::deserialize(deserializer).map(|Arg(personal)| personal)
    }
}

impl Personal {
    /// Takes the text of a value that is there.
    pub(crate) fn text(personal: Option<Self>) -> Option<PersonalText> {
        personal.map(|personal| personal.0)
    }
}

/// Members of a household, by number from 1: kept as a set of bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Members(pub(crate) u32);

/// Why a list of members is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not members of a household (expected numbers from 1 to 32, separated by commas)")]
pub(crate) struct MembersError;

impl FromStr for Members {
    type Err = MembersError;

    fn from_str(text: &str) -> Result<Self, MembersError> {
        let mut members = 0;
        for number in text.split(',') {
            let number: u32 = number.trim().parse().map_err(|_| MembersError)?;
            let bit = number.checked_sub(1).and_then(|place| 1_u32.checked_shl(place)).ok_or(MembersError)?;
            members |= bit;
        }
        Ok(Self(members))
    }
}

/// An official's public key, in 64 lowercase hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PublicKey(pub(crate) [u8; 32]);

/// Why a text is no public key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a public key (expected the 64 hex digits of an Ed25519 key, as `docket key new` prints it)")]
pub(crate) struct PublicKeyError;

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        let key = crate::text::bytes_of(text).filter(docket_proof::is_usable_key);
        key.map(Self).ok_or(PublicKeyError)
    }
}

/// Officials, separated by commas.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Officials(pub(crate) Vec<OfficialId>);

impl FromStr for Officials {
    type Err = docket_domain::IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>().map(Self)
    }
}

/// Reads a text, or several.
pub(crate) fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(text) => vec![text],
        OneOrMany::Many(texts) => texts,
    })
}

/// Takes words that may concern a person: given as they are, or in a file, - being standard input.
pub(crate) fn words(text: Option<Personal>, file: Option<&Path>) -> Result<Option<PersonalText>, Failure> {
    let Some(path) = file else { return Ok(Personal::text(text)) };
    // A byte beyond the limit, so that a longer text is refused as one.
    let limit = PersonalText::MAX_LEN as u64 + 1;
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(limit).read_to_string(&mut text)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text))
    };
    read.map_err(|error| Failure::undecided(format!("cannot read {}: {error}", path.display())))?;
    let taken =
        PersonalText::new(text).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    Ok(Some(taken))
}

/// Yes or no.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct YesNo(pub(crate) bool);

/// Why a word is neither yes nor no.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("expected yes or no")]
pub(crate) struct YesNoError;

impl FromStr for YesNo {
    type Err = YesNoError;

    fn from_str(text: &str) -> Result<Self, YesNoError> {
        match text.to_ascii_lowercase().as_str() {
            "yes" | "true" | "1" => Ok(Self(true)),
            "no" | "false" | "0" => Ok(Self(false)),
            _ => Err(YesNoError),
        }
    }
}

/// Reads yes or no: a boolean, or a word of a table's cell.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Arg::<YesNo>::deserialize(deserializer).map(|Arg(YesNo(is_true))| is_true)
}

/// An amount of money: yuan with at most two decimals, kept in fen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Yuan {
    pub(crate) fen: u64,
}

/// Why an amount is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum YuanError {
    #[error("money has at most two decimals")]
    Decimals,
    #[error("not an amount of yuan (expected digits, and at most two decimals behind a point)")]
    Form,
}

impl FromStr for Yuan {
    type Err = YuanError;

    fn from_str(text: &str) -> Result<Self, YuanError> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(part) {
            return Err(YuanError::Form);
        }
        if part.len() > 2 {
            return Err(YuanError::Decimals);
        }
        let whole: u64 = whole.parse().map_err(|_| YuanError::Form)?;
        let fen: u64 = format!("{part:0<2}").parse().map_err(|_| YuanError::Form)?;
        let fen = whole.checked_mul(100).and_then(|yuan| yuan.checked_add(fen)).ok_or(YuanError::Form)?;
        Ok(Self { fen })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_whole_fen() {
        let fen = |text: &str| text.parse::<Yuan>().map(|yuan| yuan.fen);
        assert_eq!(fen("12"), Ok(1_200));
        assert_eq!(fen("12.3"), Ok(1_230));
        assert_eq!(fen("0.05"), Ok(5));
        assert_eq!(fen("12.345"), Err(YuanError::Decimals));
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,000", "18446744073709551615"] {
            assert_eq!(fen(text), Err(YuanError::Form), "{text}");
        }
    }

    #[test]
    fn members_are_a_set_of_bits() {
        let bits = |text: &str| text.parse::<Members>().map(|members| members.0).ok();
        assert_eq!(bits("1"), Some(1));
        assert_eq!(bits("1, 3,3"), Some(5));
        assert_eq!(bits("32"), Some(1 << 31));
        for text in ["", "0", "33", "1,,2", "-1", "x"] {
            assert_eq!(bits(text), None, "{text}");
        }
    }

    #[test]
    fn a_value_is_read_from_text_and_number_alike() {
        let read = |json: &str| serde_json::from_str::<Arg<u16>>(json).map(|Arg(number)| number).ok();
        assert_eq!(
            (read("3"), read("\"3\""), read("3.5"), read("-3"), read("null")),
            (Some(3), Some(3), None, None, None)
        );
    }

    #[test]
    fn a_personal_value_is_not_repeated() {
        let long = serde_json::to_string(&"x".repeat(PersonalText::MAX_LEN + 1)).unwrap();
        let error = serde_json::from_str::<Personal>(&long).unwrap_err().to_string();
        assert!(!error.contains("xx"), "{error}");
        let personal: Personal = "Wang Xiaoming".parse().unwrap();
        assert!(!format!("{personal:?}").contains("Wang"));
    }
}
