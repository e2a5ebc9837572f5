//! The append-only, hash-chained log of a docket ledger on disk.
//!
//! In scope: segments, the writer and its group commit, durability and recovery, the vault of personal values, signed
//! checkpoints and the memory of them, reading by index, range, time and stream, and the scan that verifies all of it.
//! Out of scope: hashes and proofs (`docket-proof`), what events mean (`docket-domain`), current states
//! (`docket-projection`), arguments and terminals (`docket-cli`). Nothing here prints, exits, reads the environment or
//! asks the system for time or randomness: these come in as arguments.
//!
//! The bytes are specified in [`format`](mod@format).
//!
//! A ledger is written by one [`Writer`] (hold its [`WriterLock`]) and read by any number of [`Reader`]s and scans,
//! which work while it writes.

mod ahead;
mod batch;
mod bulk;
mod checkpoint_file;
mod commit;
mod cosignatures;
mod create;
mod cut;
mod disk;
mod encode;
mod error;
mod files;
mod footer;
mod frames;
mod heads;
mod identity;
mod key_chain;
mod keys;
mod lock;
mod passed;
mod private_key;
mod prove;
mod publish;
mod reader;
mod recovery;
mod replace;
mod room;
mod scan;
mod sealed_tree;
mod segment;
mod sources;
mod state;
mod system_history;
mod tail;
mod tail_tree;
#[cfg(any(test, feature = "sim"))]
mod testing;
mod tree;
mod vault;
mod witness;
mod writer;

pub use batch::{Appended, Batch, MAX_BATCH_RECORDS, NewRecord, NewValue};
pub use checkpoint_file::MAX_LEDGER_NOTE_LEN;
pub use cosignatures::{Cosigned, ImportError};
pub use create::{NewLedger, create};
pub use disk::{DirEntry, Disk, DiskFile, EntryKind, FileDisk};
#[cfg(any(test, feature = "sim"))]
pub use disk::{SimDisk, Tear, WriteFault};
pub use error::StoreError;
pub use files::{HeaderError, MAX_SEGMENTS, SEGMENT_RECORDS};
pub use heads::{Head, HeadError, HeadTable, Heads};
pub use identity::Identity;
pub use keys::{KeyFolder, Signer};
pub use lock::{LockError, WriterLock};
pub use publish::Published;
pub use reader::{PersonalValue, Reader, StoredRecord};
pub use recovery::Recovered;
pub use scan::{
    ActorKeys, CheckpointVerdict, Cosigner, CutNote, DEFAULT_TOLERANCE, Finding, Fork, GivenCheckpoint,
    MAX_FINDINGS, RangeScope, Report, ScanOptions, Since, Standing, Undecided, Verdict, WitnessSummary, scan,
    scan_range,
};
pub use sources::{Clock, CommandSigner, Entropy};
pub use state::MAX_CLOCK_BEHIND_US;
#[cfg(any(test, feature = "sim"))]
pub use testing::{CountedEntropy, StepClock};
pub use witness::{WatchedLog, Witness, WitnessError};
pub use writer::Writer;

#[doc = include_str!("../FORMAT.md")]
pub mod format {}
