//! Why a ledger could not be read or written.

use std::io;

use docket_proof::{CheckpointError, KeyError, RecordError, SystemError};

use crate::{files::HeaderError, heads::HeadError};

/// An error of the writer or the reader. What a scan finds is a finding, not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk said no.
    #[error("cannot {doing} {path}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file or folder, relative to the ledger's.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is no ledger here.
    #[error("not a ledger: {missing} is missing")]
    NotALedger {
        /// What should be there.
        missing: &'static str,
    },
    /// There is a ledger here already.
    #[error("there is a ledger here already: {found} exists")]
    Exists {
        /// What is there.
        found: &'static str,
    },
    /// A header that this version cannot take.
    #[error("{path}: header")]
    Header {
        /// The file.
        path: String,
        /// What is wrong with it.
        #[source]
        source: HeaderError,
    },
    /// The genesis record, or another system record, that this version cannot take.
    #[error("record {index}: system record")]
    System {
        /// The record.
        index: u64,
        /// What is wrong with it.
        #[source]
        source: SystemError,
    },
    /// A record that this version cannot take.
    #[error("record {index}: cannot be read")]
    Record {
        /// The record.
        index: u64,
        /// What is wrong with it.
        #[source]
        source: RecordError,
    },
    /// Damage that no crash explains. Nothing is repaired and nothing is appended.
    #[error("record {index} does not follow in {path}: {why}")]
    Altered {
        /// The first record that does not follow.
        index: u64,
        /// The file.
        path: String,
        /// What excludes a crash.
        why: String,
    },
    /// A file that is changed in a way that no crash explains. Nothing is repaired and nothing is appended.
    #[error("{path} is altered: {why}")]
    AlteredFile {
        /// The file.
        path: String,
        /// What excludes a crash.
        why: &'static str,
    },
    /// A record asked for that the log does not hold.
    #[error("no record {index}: the log holds {size}")]
    NoSuchRecord {
        /// The record asked for.
        index: u64,
        /// The log's size.
        size: u64,
    },
    /// A personal value that is not what its record commits to.
    #[error("record {record}, field {field}: the value in the vault is {what}")]
    Value {
        /// The record.
        record: u64,
        /// The field's number.
        field: u16,
        /// Missing, or not the one committed to.
        what: &'static str,
    },
    /// A limit of the format.
    #[error("{what} of {found} is over the limit of {limit}")]
    Limit {
        /// What is too large.
        what: &'static str,
        /// How large it is.
        found: u64,
        /// How large it may be.
        limit: u64,
    },
    /// A batch that the format does not allow.
    #[error("the batch is not allowed: {why}")]
    Batch {
        /// The rule it breaks.
        why: &'static str,
    },
    /// A record that does not continue its stream.
    #[error("the batch does not continue its streams")]
    Heads(#[from] HeadError),
    /// The clock stands too far behind the last record.
    #[error("the clock is {behind_s} seconds behind record {last}")]
    ClockBehind {
        /// By how many seconds.
        behind_s: i64,
        /// The last record.
        last: u64,
    },
    /// A write or a sync failed before; what the disk holds is unknown until the ledger is opened again.
    #[error("the writer is closed after a failed write: open the ledger again")]
    Poisoned,
    /// The log is not an extension of what its key has signed.
    #[error("the key has signed size {signed}, but {why}")]
    Forked {
        /// The size signed last.
        signed: u64,
        /// How the log contradicts it.
        why: &'static str,
    },
    /// The signing key is missing, unreadable or another ledger's.
    #[error("the signing key cannot be used: {why}")]
    Key {
        /// What is wrong.
        why: &'static str,
    },
    /// The public key in the genesis record is none.
    #[error("record 0: public key")]
    PublicKey {
        /// What is wrong with it.
        #[source]
        source: KeyError,
    },
    /// A checkpoint that cannot be used.
    #[error("{path}: checkpoint")]
    Checkpoint {
        /// The file.
        path: String,
        /// What is wrong with it.
        #[source]
        source: CheckpointError,
    },
}

/// Attaches what was tried, and on which file.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str, path: &str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &'static str, path: &str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Io { doing, path: path.to_owned(), source })
    }
}
