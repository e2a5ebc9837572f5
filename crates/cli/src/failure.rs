//! What went wrong, what it means for the exit code, and what to do next.

use std::{error::Error, fmt::Write as _, io};

use docket_log::{HeaderError, LockError, StoreError};
use docket_proof::{RecordError, SystemError};

/// Exit codes of every command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// All that was asked was done, or was checked and holds.
    Done = 0,
    /// Altered: at least one finding.
    Altered = 1,
    /// Wrong usage, or a command that the rules refuse.
    Usage = 2,
    /// Undecided: nothing to check, unreadable, unknown version, unfinished, or output lost.
    Undecided = 3,
}

impl Exit {
    /// Returns what two results come to: altered beats all, then undecided.
    pub(crate) fn worse(self, other: Self) -> Self {
        let order = |exit| match exit {
            Self::Done => 0,
            Self::Usage => 1,
            Self::Undecided => 2,
            Self::Altered => 3,
        };
        if order(self) >= order(other) { self } else { other }
    }
}

/// Why a command ended without its result.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    error: Box<dyn Error + Send + Sync>,
    hint: Option<String>,
    /// The reader of our output has gone: there is nobody to tell.
    pub(crate) is_silent: bool,
}

impl Failure {
    /// A failure for which the user's words are the reason.
    pub(crate) fn usage(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit: Exit::Usage, error: error.into(), hint: None, is_silent: false }
    }

    /// A failure that shows an alteration.
    pub(crate) fn altered(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit: Exit::Altered, error: error.into(), hint: None, is_silent: false }
    }

    /// A failure for which the world is the reason.
    pub(crate) fn undecided(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit: Exit::Undecided, error: error.into(), hint: None, is_silent: false }
    }

    /// Adds the next step.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says where it was.
    #[must_use]
    pub(crate) fn at(mut self, place: impl std::fmt::Display) -> Self {
        self.error = format!("{place}: {}", self.reason()).into();
        self
    }

    /// Returns the error and its causes in one line.
    pub(crate) fn reason(&self) -> String {
        let mut text = self.error.to_string();
        let mut cause = self.error.source();
        while let Some(error) = cause {
            let _ = write!(text, ": {error}");
            cause = error.source();
        }
        text
    }

    /// Output that could not be written.
    pub(crate) fn output(error: io::Error) -> Self {
        let is_silent = error.kind() == io::ErrorKind::BrokenPipe;
        Self { exit: Exit::Undecided, error: error.into(), hint: None, is_silent }
    }

    /// Returns the message: the error, its causes, the hint.
    pub(crate) fn message(&self) -> String {
        let mut text = format!("error: {}", crate::text::escape(&self.error.to_string()));
        let mut cause = self.error.source();
        while let Some(error) = cause {
            let _ = write!(text, "\n  cause: {}", crate::text::escape(&error.to_string()));
            cause = error.source();
        }
        if let Some(hint) = &self.hint {
            let _ = write!(text, "\nhint: {hint}");
        }
        text
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (exit, hint) = match &error {
            StoreError::NotALedger { .. } => (
                Exit::Undecided,
                Some(
                    "name the ledger's folder with --ledger DIR (or DOCKET_LEDGER), or make one with `docket init`",
                ),
            ),
            StoreError::Exists { .. } => (Exit::Usage, Some("choose an empty folder with --ledger DIR")),
            StoreError::Header { source: HeaderError::UnknownFormat { .. }, .. }
            | StoreError::System {
                source: SystemError::UnknownFormat { .. } | SystemError::Unknown { .. },
                ..
            }
            | StoreError::Record { source: RecordError::UnknownFlags { .. }, .. } => (
                Exit::Undecided,
                Some("the ledger was written by a newer version of docket: use that version"),
            ),
            // A record that follows, or is signed, and is not laid out as one.
            StoreError::Altered { .. } | StoreError::AlteredFile { .. } | StoreError::Record { .. } => {
                (Exit::Altered, Some("run `docket verify` to see all of it; nothing was changed"))
            }
            StoreError::Value { .. } => (Exit::Altered, Some("run `docket verify` to see all that is wrong")),
            StoreError::Forked { .. } => (
                Exit::Altered,
                Some("this is not the history that the key has signed: find the newest copy of the ledger"),
            ),
            StoreError::NoSuchRecord { .. } => (Exit::Usage, Some("`docket log` lists the records")),
            StoreError::ClockBehind { .. } => (
                Exit::Undecided,
                Some(
                    "set the machine's clock; if it is right now and was ahead before, confirm it with `docket clock confirm`",
                ),
            ),
            StoreError::Key { .. } => (
                Exit::Undecided,
                Some(
                    "name the folder that holds the ledger's key with --key DIR (or DOCKET_KEY); where the key is lost for good, go on in a new ledger: `docket init --successor-of DIR`",
                ),
            ),
            StoreError::Limit { .. } | StoreError::Batch { .. } | StoreError::Heads(_) => (Exit::Usage, None),
            StoreError::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => (
                Exit::Undecided,
                Some("check who may read the ledger's files; verifying needs only to read them"),
            ),
            StoreError::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => (
                Exit::Undecided,
                Some("make room on the disk and repeat the command; what was acknowledged is safe"),
            ),
            _ => (Exit::Undecided, None),
        };
        Self { exit, error: error.into(), hint: hint.map(str::to_owned), is_silent: false }
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        let hint = match &error {
            LockError::Held { .. } => Some("wait until it is done; reading and verifying need no lock"),
            _ => None,
        };
        Self { exit: Exit::Undecided, error: error.into(), hint: hint.map(str::to_owned), is_silent: false }
    }
}
