//! Why a projection could not be had.

use docket_log::StoreError;

use crate::{index::IndexError, states::FoldError};

/// An error of a session over a ledger.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectionError {
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index, while it was in use.
    #[error("the index failed; `docket rebuild` makes it again")]
    Index(#[from] IndexError),
    /// A record that cannot be folded.
    #[error("a record cannot be followed")]
    Fold(#[from] FoldError),
    /// A command that the rules refuse.
    #[error(transparent)]
    Refused(#[from] docket_domain::Refusal),
    /// Commands of one batch by several actors: a batch is the act of one.
    #[error("the commands of one batch have more than one actor")]
    Actors,
    /// The rules in force ask for the actor's signature on this event.
    #[error("the rule set {rules} asks for the actor's signature on {event}")]
    Unsigned {
        /// The event.
        event: &'static str,
        /// The rule set.
        rules: String,
    },
    /// The key to sign with is not the actor's.
    #[error("the key is not the one in force for {actor}")]
    OthersKey {
        /// Who records.
        actor: String,
    },
    /// The ledger's zone is unknown.
    #[error("the days of the ledger cannot be told")]
    Zone(#[from] docket_domain::ZoneError),
    /// An event too large for a record.
    #[error("the event is too large")]
    Encode(#[from] docket_domain::EncodeError),
}
