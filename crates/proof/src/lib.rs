//! What an inspector of a docket ledger audits: hashes, records, the Merkle tree, checkpoints and proofs.
//!
//! In scope: the bytes of records and system records, the BLAKE3 chain, the RFC 6962 tree over record hashes, C2SP
//! signed notes and checkpoints, commitments to personal values, and the files that carry proofs out of the building
//! ([`proofs`]). Everything here is a pure function of bytes: no
//! files, no clock, no randomness, no knowledge of cases. Files are `docket-log`; what bodies mean is `docket-domain`.
//!
//! The layout stands in `FORMAT.md` of `docket-log`; this crate refers to its sections.
//!
//! ```
//! use docket_proof::{Precision, RecordDraft, RecordHash, RecordIndex, RecordKey, RecordView, StreamRef};
//!
//! let key = RecordKey::new(&RecordHash::from_bytes([1; 32]));
//! let previous = RecordHash::from_bytes([2; 32]);
//! let draft = RecordDraft {
//!     index: RecordIndex(7), recorded_at: 0, occurred_at: 0, precision: Precision::Day, actor: 1,
//!     stream: StreamRef { kind: 4, id: 1 }, position: 0, previous: None, event_type: 300, schema_version: 1,
//!     held: false, blind: [0; 16], command_id: Some([3; 16]), vault_offset: 0, commitments: &[], body: b"body",
//!     durable_to: Some(7), is_signed: false, signature: None,
//! };
//! let mut bytes = previous.as_bytes().to_vec();
//! draft.encode(&mut bytes);
//! let hash = key.hash_chained(&bytes);
//! assert_eq!(RecordView::parse(&bytes[32..])?.body, b"body");
//! assert_ne!(hash, previous);
//! # Ok::<(), docket_proof::RecordError>(())
//! ```

mod bytes;
mod chained;
mod checkpoint;
mod command_signature;
mod commitment;
mod consistency_file;
mod evidence;
mod hash;
mod key_rotated;
mod lines;
mod many;
mod note;
mod policy;
mod proof;
mod record;
mod stream_proof;
mod system;
mod tile;
mod tlog_proof;
mod tree;
mod unproven;
mod witness;
mod witness_seen;

pub use bytes::Fields;
pub use chained::{ChainedRecord, RecordExtra};
pub use checkpoint::{
    Checkpoint, CheckpointError, CheckpointNote, MAX_ORIGIN_LEN, OpenedCheckpoint, is_valid_origin,
    open_checkpoint, sign_checkpoint,
};
pub use command_signature::{
    ActorKey, ActorSignature, CommandDigest, CommandPlace, SignedEvent, is_usable_key,
};
pub use commitment::{Commitment, MAX_VALUE_LEN};
pub use consistency_file::{CONSISTENCY_HEADER, ConsistencyFile, MAX_CONSISTENCY_FILE_LEN};
pub use evidence::{Conviction, EVIDENCE_HEADER, Evidence, MAX_EVIDENCE_LEN, evidence_path};
pub use hash::{RecordHash, RecordKey};
pub use key_rotated::{KeyRotated, LogKey, LogKeys, MAX_LOG_KEYS, RotationError};
pub use lines::ProofFileError;
pub use note::{
    CosigningKey, KeyError, KeyId, KeyKind, MAX_NOTE_LEN, MAX_SIGNATURES, MAX_VERIFIER_KEY_LEN, Note,
    NoteError, NoteSignature, SigningKey, VerifiedSignature, VerifierKey,
};
pub use policy::{
    Cosigned, MAX_POLICY_ENTRIES, MAX_POLICY_LEN, Policy, PolicyError, PolicyLineError, PolicyLog,
    PolicyVerdict, PolicyWitness, Shortfall,
};
pub use proof::{ProofError, older_root, verify_consistency, verify_inclusion};
pub use record::{
    Commitments, Flags, Frame, HASH_LEN, MAX_BODY_LEN, MAX_COMMITMENTS, MAX_RECORD_LEN, MAX_SYSTEM_TYPE,
    MIN_RECORD_LEN, Precision, RecordDraft, RecordError, RecordIndex, RecordView, SYSTEM_KIND, StreamRef,
};
pub use stream_proof::{
    IncludedRecord, MAX_STREAM_PROOF_LEN, ProvenStream, STREAM_PROOF_HEADER, StreamProof,
};
pub use system::{
    ClockKind, FORMAT_VERSION, Genesis, MAX_TIME_ZONE_LEN, Predecessor, SYSTEM_SCHEMA_VERSION, SystemError,
    SystemRecord, TailCut,
};
pub use tile::{TILE_WIDTH, Tile, put_bundle_entry};
pub use tlog_proof::{MAX_TLOG_PROOF_LEN, TLOG_PROOF_HEADER, TlogProof};
pub use tree::{
    Frontier, FrontierError, LeafHash, MAX_TREE_SIZE, MemoryTree, MissingNode, NodeHash, NodeSource,
    ProveError, RootHash, consistency_proof, empty_root, inclusion_proof, leaf_hash, node_hash, root_at,
    subtree_root,
};
pub use unproven::Unproven;
pub use witness::{
    Cosignature, LastSeen, MAX_WITNESS_CLOCK_BEHIND_S, MAX_WITNESS_PROOF, MAX_WITNESS_REQUEST_LEN, Refusal,
    RequestError, WitnessRequest, WitnessedLog, cosign_request,
};
pub use witness_seen::{CosignatureError, MAX_WITNESS_NAME_LEN, WitnessSeen};

#[doc = include_str!("../PROOFS.md")]
pub mod proofs {}

#[doc = include_str!("../WITNESS.md")]
pub mod witnesses {}
