//! Personal values: what must be erasable, and therefore never stands in the log.

use std::fmt;

use zeroize::Zeroizing;

use crate::numbered::numbered;

/// A value that concerns a person, or free text that may: a name, an address, a contact, what somebody wrote.
///
/// The log keeps only a commitment to it; the value lies in the vault and can be erased. So that forgetting this does
/// not compile, the type has no `Serialize` and is not [`Plain`](crate::Plain). Its memory is overwritten when it is
/// dropped, and its `Debug` shows only the length.
///
/// 1 to [`MAX_LEN`](Self::MAX_LEN) bytes of UTF-8: an absent value is an absent field, not an empty one.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonalText(Zeroizing<String>);

impl PersonalText {
    /// The largest length, in bytes: 1 MiB.
    pub const MAX_LEN: usize = 1 << 20;

    /// Takes the text over; it is overwritten even when it is refused.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn new(text: String) -> Result<Self, PersonalTextError> {
        let text = Zeroizing::new(text);
        match text.len() {
            0 => Err(PersonalTextError::Empty),
            len if len > Self::MAX_LEN => Err(PersonalTextError::TooLong { len }),
            _ => Ok(Self(text)),
        }
    }

    /// Returns the text: for the vault, and for somebody who may read it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the text's bytes, which are moved and not copied; they are overwritten when they are dropped.
    pub fn into_bytes(mut self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(std::mem::take(&mut *self.0).into_bytes())
    }

    /// Returns the length in bytes, which is never 0.
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<personal, {} bytes>", self.len())
    }
}

/// Why a text is no personal value. Never holds the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersonalTextError {
    /// No text.
    #[error("an empty personal value")]
    Empty,
    /// More than [`PersonalText::MAX_LEN`] bytes.
    #[error("a personal value of more than {} bytes ({len})", PersonalText::MAX_LEN)]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
}

numbered! {
    /// The number under which a record commits to a personal value. One number means the same in every event.
    pub enum PersonalField ("personal field") {
        /// A person's name.
        Name = 1, "name";
        /// A contact: telephone, mail.
        Contact = 2, "contact";
        /// A postal address.
        Address = 3, "address";
        /// The title of a matter.
        Title = 8, "title";
        /// The text of a matter, a note, a reply.
        Text = 9, "text";
        /// The reason of an act, in words.
        Reason = 10, "reason";
        /// Who raised the matter.
        Petitioner = 16, "petitioner";
        /// Where the matter is, as written.
        Location = 17, "location";
        /// The street of that place.
        Street = 18, "street";
        /// The postal code of that place.
        PostalCode = 19, "postal-code";
        /// Coordinates of that place: latitude, a comma, longitude, in decimal degrees.
        Coordinates = 20, "coordinates";
    }
}

/// A personal value of an event about to be recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonalValue {
    /// Which of the event's personal fields.
    pub field: PersonalField,
    /// The value.
    pub text: PersonalText,
}

/// The personal values of an event that has none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NoPersonal;

impl From<NoPersonal> for Vec<PersonalValue> {
    fn from(_: NoPersonal) -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_length_only() {
        let text = PersonalText::new("Wang Xiaoming".into()).unwrap();
        assert_eq!(format!("{text:?}"), "<personal, 13 bytes>");
    }

    #[test]
    fn limits_hold_at_their_edges() {
        assert!(PersonalText::new("x".repeat(1_048_576)).is_ok());
        assert_eq!(
            PersonalText::new("x".repeat(1_048_577)),
            Err(PersonalTextError::TooLong { len: 1_048_577 })
        );
        assert_eq!(PersonalText::new(String::new()), Err(PersonalTextError::Empty));
    }
}
