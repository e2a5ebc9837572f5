//! A row as acts on a case, whatever the file's format.

use std::fmt;

use zeroize::Zeroizing;

use super::{civil::ClaimedTime, reject::Reason};

/// The largest public term, in bytes: what a label of the domain takes.
pub(crate) const TERM_LEN_MAX: usize = 120;

/// Reads a public term, without the white space at its ends; `None` where there is nothing else.
///
/// # Errors
/// When it cannot be a label.
pub(super) fn term(text: &str) -> Result<Option<&str>, Reason> {
    let term = text.trim();
    if term.len() > TERM_LEN_MAX {
        Err(Reason::TermTooLong { len: term.len() })
    } else if term.chars().any(char::is_control) {
        Err(Reason::ControlCharacter)
    } else {
        Ok((!term.is_empty()).then_some(term))
    }
}

/// A row as a case and what was done about it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct MappedRow<'a> {
    /// Its number among the data rows, from 1.
    pub(crate) number: u64,
    /// Its key.
    pub(crate) key: &'a str,
    /// A hash over the cells that the mapping uses, by the mapping's order and not the file's: equal for rows that mean
    /// the same. To compare rows in memory; never to be stored, as it tells a guessed personal value from another.
    pub(crate) content: [u8; 32],
    /// When the case was registered.
    pub(crate) registered: ClaimedTime,
    /// Until when it is due, as the source claims.
    pub(crate) stated_due: Option<ClaimedTime>,
    /// The word for the channel.
    pub(crate) channel: &'a str,
    /// The category.
    pub(crate) category: Option<&'a str>,
    /// The code of the unit where it was raised.
    pub(crate) unit: Option<&'a str>,
    /// Further public terms, by key, ascending.
    pub(crate) labels: Vec<(&'a str, &'a str)>,
    /// Personal values of the registration, by field, ascending.
    pub(crate) personal: Vec<Personal<'a>>,
    /// What was done, in the order of time; at one moment in the order assigned, step, replied, closed.
    pub(crate) acts: Vec<MappedAct<'a>>,
}

/// Something done about a case.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct MappedAct<'a> {
    /// When.
    pub(crate) time: ClaimedTime,
    /// What.
    pub(crate) kind: ActKind<'a>,
    /// Its personal values, by field, ascending.
    pub(crate) personal: Vec<Personal<'a>>,
}

/// What was done about a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ActKind<'a> {
    /// It was given to a unit.
    Assigned {
        /// The unit's code.
        unit: &'a str,
    },
    /// A step was taken.
    Step {
        /// The name of the activity.
        activity: &'a str,
    },
    /// The reply was delivered.
    Replied {
        /// The word for what it says.
        outcome: &'a str,
    },
    /// It was closed.
    Closed,
}

/// A field and its personal value.
pub(crate) type Personal<'a> = (&'a str, Zeroizing<String>);

impl fmt::Debug for MappedRow<'_> {
    /// Without personal values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MappedRow")
            .field("number", &self.number)
            .field("key", &self.key)
            .field("registered", &self.registered)
            .field("acts", &self.acts)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for MappedAct<'_> {
    /// Without personal values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MappedAct")
            .field("time", &self.time)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
