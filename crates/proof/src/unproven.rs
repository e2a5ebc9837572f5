//! Why a well-formed proof file does not prove what it says.

use crate::{checkpoint::CheckpointError, proof::ProofError, record::RecordIndex, system::SystemError};

/// What does not hold in a proof file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unproven {
    /// The checkpoint is not signed as it must be.
    #[error("the checkpoint does not hold")]
    Checkpoint(#[from] CheckpointError),
    /// A record does not lead to the checkpoint's root.
    #[error("record {index} is not in the tree of the checkpoint")]
    Inclusion {
        /// The record.
        index: u64,
        /// What does not hold.
        #[source]
        source: ProofError,
    },
    /// The newer checkpoint does not extend the older one.
    #[error("the newer checkpoint does not extend the older one")]
    Consistency(#[source] ProofError),
    /// The record stands elsewhere than the file says.
    #[error("the file is about record {index}, but the record in it is {found}")]
    OtherRecord {
        /// What the file says.
        index: u64,
        /// What the record says.
        found: u64,
    },
    /// The genesis record is not the one that the records are hashed under, or is no genesis record.
    #[error("the genesis record is not the one that the records belong to")]
    Genesis,
    /// The genesis record cannot be taken for one.
    #[error("the genesis record does not hold")]
    GenesisBody(#[from] SystemError),
    /// The checkpoint is another ledger's than the genesis record.
    #[error("the checkpoint is of {checkpoint}, the genesis record of {genesis}")]
    OtherOrigin {
        /// Whose the checkpoint is.
        checkpoint: String,
        /// Whose the genesis record is.
        genesis: String,
    },
    /// A record belongs to another stream.
    #[error("record {index} belongs to another stream")]
    OtherStream {
        /// The record.
        index: RecordIndex,
    },
    /// The history has a gap, begins late, or links elsewhere.
    #[error("record {index} is not the next of its stream: {what}")]
    Gap {
        /// The first record that does not continue.
        index: RecordIndex,
        /// What does not fit.
        what: &'static str,
    },
    /// Two checkpoints of different logs.
    #[error("the checkpoints are of {first} and of {second}")]
    TwoLogs {
        /// The origin of the one.
        first: String,
        /// The origin of the other.
        second: String,
    },
    /// Evidence that convicts nobody: the two checkpoints do not contradict each other.
    #[error("the two checkpoints do not contradict each other")]
    NoConflict,
    /// The path of the evidence does not lead to the newer root.
    #[error("the evidence does not show what the newer checkpoint says of the older size")]
    Evidence(#[source] ProofError),
}
