//! Making a new ledger.

use std::sync::Arc;

use docket_proof::{
    Genesis, Precision, RecordDraft, RecordHash, RecordIndex, SYSTEM_SCHEMA_VERSION, SigningKey, StreamRef,
    SystemRecord,
};

use crate::{
    disk::Disk,
    error::{Doing, StoreError},
    files::{CHECKPOINT_DIR, CUT_DIR, Family, LEDGER_TOML, LOG_DIR, SegmentHeader, VAULT_DIR},
    identity::Identity,
    keys::KeyFolder,
    recovery::Recovered,
    sources::Entropy,
};

/// What a new ledger says of itself; the rest of its genesis is random or follows from the key.
pub struct NewLedger<'a> {
    /// Everything but nonce and public key, which are filled in.
    pub genesis: Genesis,
    /// The log's key, named as the origin.
    pub key: &'a SigningKey,
}

/// Makes a ledger on an empty disk and opens it. Durable on return; its first checkpoint is the caller's to sign.
///
/// A crash on the way leaves a folder that no ledger can be opened in and nothing was acknowledged from.
///
/// # Errors
/// [`StoreError::Exists`] where there is a ledger, or part of one; limits of the genesis; whatever the disk says.
pub fn create(
    disk: Arc<dyn Disk>,
    keys: &KeyFolder,
    new: NewLedger<'_>,
    entropy: &mut dyn Entropy,
) -> Result<Recovered, StoreError> {
    let mut genesis = new.genesis;
    genesis.public_key = *new.key.verifier().public_key();
    entropy.fill(&mut genesis.nonce);
    genesis.check().map_err(|source| StoreError::System { index: 0, source })?;
    if new.key.name() != genesis.origin {
        return Err(StoreError::Key { why: "its name is not the ledger's origin" });
    }
    for found in [LEDGER_TOML, "log/00000000.seg", "log/00000000.seg.tmp"] {
        if disk.file_len(found).doing("look for", found)?.is_some() {
            return Err(StoreError::Exists { found });
        }
    }
    keys.create(new.key)?;
    for dir in [LOG_DIR, VAULT_DIR, CHECKPOINT_DIR, CUT_DIR] {
        disk.create_dir(dir).doing("create", dir)?;
    }

    let record = genesis_record(genesis, entropy);
    let identity = Identity::of(&record)?;
    write_new(disk.as_ref(), LEDGER_TOML, "ledger.toml.tmp", identity.ledger_toml().as_bytes())?;
    disk.sync_dir("").doing("sync", "the ledger's folder")?;
    let mut bytes = SegmentHeader { genesis: identity.hash, previous: RecordHash::ZERO }.encode(0);
    bytes.extend_from_slice(&record);
    bytes.extend_from_slice(identity.hash.as_bytes());
    // Renamed into place whole: from here on there is a ledger.
    write_new(disk.as_ref(), &Family::Segment.path(0), &Family::Segment.temporary_path(0), &bytes)?;
    disk.sync_dir(LOG_DIR).doing("sync", LOG_DIR)?;
    Recovered::open(disk, keys)
}

/// Returns the bytes of record 0.
pub(crate) fn genesis_record(genesis: Genesis, entropy: &mut dyn Entropy) -> Vec<u8> {
    let created = genesis.created;
    let system = SystemRecord::Genesis(genesis);
    let (mut blind, mut command_id) = ([0; 16], [0; 16]);
    entropy.fill(&mut blind);
    entropy.fill(&mut command_id);
    let mut record = Vec::new();
    RecordDraft {
        index: RecordIndex(0),
        recorded_at: created,
        occurred_at: created,
        precision: Precision::Microsecond,
        actor: 0,
        stream: StreamRef::SYSTEM,
        position: 0,
        previous: None,
        event_type: system.event_type(),
        schema_version: SYSTEM_SCHEMA_VERSION,
        held: false,
        blind,
        command_id: Some(command_id),
        vault_offset: 0,
        commitments: &[],
        body: &system.encode(),
        durable_to: Some(0),
        is_signed: false,
        signature: None,
    }
    .encode(&mut record);
    record
}

fn write_new(disk: &dyn Disk, path: &str, temporary: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let file = disk.create_new(temporary).doing("create", temporary)?;
    file.write_all_at(bytes, 0).doing("write", temporary)?;
    file.sync_data().doing("sync", temporary)?;
    disk.rename(temporary, path).doing("rename", temporary)
}
